// Rejected resources: which attempt is the same one again, and when it is due.
//
// What the plan itself rejects (two people who want one name, a missing value) costs the target nothing and is judged
// in every cycle. What the target refused is tried again later and later. Another attempt (the record, a rule or the
// memberships changed what would be written) is tried at once.
#pragma once

#include "daemon/reconcile/change.hpp"
#include "daemon/run/context.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace idferry::daemon::run {

// Digest (hexadecimal) of what a change would write: the same for a creation, an adoption and an update to the same
// desired resource.
std::string attempt_of(const reconcile::change& change);
// Of a reject that the plan found itself: its reason.
std::string attempt_of(const reconcile::note& rejected);

// How long to wait after so many attempts (1 or more): 5 minutes, doubled each time, at most a day; what takes access
// away waits an hour at most.
std::chrono::milliseconds waiting_time(int attempts, bool takes_access);
bool takes_access(const reconcile::change& change);

// The rejects of a sync as they were when the cycle began.
struct known_rejects
{
    std::map<std::pair<std::string, std::string>, state::reject> by_resource; // type, key
    bool respect_backoff{false};
    state::time_point now{};
};
outcome<std::shared_ptr<const known_rejects>> load_rejects(const cycle_context& c, bool respect_backoff);

// What the plan says in place of a change that is not tried in this cycle: it was rejected as it is, and its next try
// is not due, or it was dropped by hand.
std::optional<reconcile::note> held_back(const known_rejects& known, const reconcile::change& change);
// A reject of the plan itself that was dropped by hand is told as that.
void tell_dropped(const known_rejects& known, reconcile::note& n);

// What a person may ask for: the rejects that fit are tried again from `now` on (dropped ones too), or dropped. Empty
// when none fits.
state::result<std::vector<state::update>> retry_by_hand(state::store& state, const mapping::sync_name& sync,
                                                        const state::reject_filter& only, state::time_point now);
state::result<std::vector<state::update>> drop_by_hand(state::store& state, const mapping::sync_name& sync,
                                                       const state::reject_filter& only);

} // namespace idferry::daemon::run
