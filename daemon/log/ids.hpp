// The stable ids of operator messages: IDF-1001 and so on. A number is given once and never again: the ledger in
// tests/daemon/message_ids.txt remembers every one, and what it was called.
#pragma once

#include <cstdint>

namespace idferry::daemon::log {

// Thousands: 1 the daemon, 2 configuration, 3 cycles, 4 single resources, 5 reads and guards, 6 connections and
// quarantine, 7 state, 8 secrets, 9 admin endpoint. The rows of catalogue.hpp say what each means.
enum class id : std::uint16_t
{
    daemon_started = 1001,
    daemon_ready = 1002,
    daemon_stopping = 1003,
    daemon_stopped = 1004,
    push_interrupted = 1005,
    stop_overdue = 1006,
    daemon_already_runs = 1007,
    internal_error = 1008,
    signal_received = 1009,
    loop_late = 1010,
    sync_unscheduled = 1011,
    cycle_scheduled = 1012,
    overlap_skipped = 1013,
    blackout_skipped = 1014,
    run_requested = 1015,
    writer_busy = 1016,
    clock_moved = 1017,
    notify_failed = 1018,

    configuration_mistake = 2001,
    configuration_refused = 2002,
    reload_begun = 2004,
    reload_done = 2005,
    reload_refused = 2006,
    reload_unchanged = 2007,
    reload_sync = 2008,
    reload_needs_restart = 2009,

    cycle_begun = 3001,
    cycle_unchanged = 3002,
    cycle_done = 3003,
    cycle_done_partly = 3004,
    cycle_failed = 3005,
    push_stopped = 3006,
    plan_made = 3007,
    plan_moved = 3008,
    target_notice = 3009,
    cycle_costs = 3010,
    change_pushed = 3011,
    change_planned = 3012,
    more_left_out = 3013,
    leaves_withheld = 3014,
    sync_note = 3015,
    as_before = 3016,
    hints_unsure = 3017,
    hints_work = 3018,

    resource_rejected = 4001,
    reject_recovered = 4002,
    reject_retried = 4003,
    reject_dropped = 4004,
    resource_deferred = 4005,
    resource_protected = 4006,
    attribute_not_kept = 4007,
    drift_found = 4008,
    resource_note = 4009,
    removal_withheld = 4010,
    attribute_changed = 4011,
    reject_waiting = 4012,
    reject_stays_dropped = 4013,
    step_taken = 4020,
    step_failed = 4021,

    guard_refused = 5001,
    guard_allowed = 5002,
    read_unproved = 5003,

    target_down = 6001,
    source_down = 6002,
    connection_back = 6003,
    token_refused = 6004,
    quarantine_entered = 6005,
    quarantine_probe = 6006,
    quarantine_probe_failed = 6007,
    quarantine_released = 6008,
    quarantine_released_by_hand = 6009,
    quarantine_stays = 6010,

    state_busy = 7001,
    state_damaged = 7002,
    state_newer = 7003,
    state_unreadable = 7004,
    state_failed = 7005,
    retention_done = 7007,
    retention_failed = 7008,
    audit_broken = 7009,

    secret_exposed = 8001,
    secret_picked_up = 8002,
    secret_needs_restart = 8003,
    secret_unreadable = 8004,
    token_expires_soon = 8005,

    admin_listening = 9001,
    admin_failed = 9002,
    admin_full = 9003,
    admin_denied = 9004,
    admin_malformed = 9005,
    admin_slow = 9006,
    admin_request = 9007,
    job_begun = 9009,
    job_done = 9010,
    job_refused = 9011
};

} // namespace idferry::daemon::log
