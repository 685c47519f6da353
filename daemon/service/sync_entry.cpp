#include "daemon/service/sync_entry.hpp"

#include "mapping/json.hpp"

namespace idferry::daemon::service {

schedule::past_cycles past_of(state::store& state, const mapping::sync_name& sync)
{
    schedule::past_cycles past;
    const auto rows = state.recent_cycles(sync, 200);
    if (!rows) return past;
    for (const auto& row : *rows) {
        if (!past.last) past.last = row.started;
        mapping::json summary;
        mapping::json_error wrong;
        if (!mapping::parse_json(row.summary, summary, wrong) || !summary.is_object()) continue;
        const auto was = [&summary](const char* name) {
            const auto found = summary.find(name);
            return found != summary.end() && found->is_boolean() && found->get<bool>();
        };
        if (!past.last_full && was("refresh")) past.last_full = row.started;
        if (!past.last_leaves && was("leaves")) past.last_leaves = row.started;
        if (past.last_full && past.last_leaves) break;
    }
    return past;
}

sync_view view_of(const sync_entry& e, state::time_point now)
{
    sync_view v;
    v.name = e.sync->name.text();
    if (e.running) {
        v.state = sync_state::running;
        v.running_since = e.since;
        v.trigger = e.trigger;
        v.phase = e.progress.phase();
        v.done = e.progress.done();
        v.total = e.progress.total();
        return v;
    }
    if (e.isolated) {
        v.state = sync_state::isolated;
        v.next = e.isolated->next_probe;
        return v;
    }
    if (!e.next) {
        v.state = sync_state::on_request;
        return v;
    }
    v.next = e.next->when;
    v.next_full = e.next->full;
    const auto& t = e.sync->schedule;
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    v.delayed_by_blackout = schedule::after_blackout(t.blackout, t.zone, second) != second;
    return v;
}

const char* to_string(sync_state s)
{
    switch (s) {
    case sync_state::waiting: return "waiting";
    case sync_state::running: return "running";
    case sync_state::isolated: return "quarantine";
    case sync_state::on_request: return "on request";
    }
    return "waiting";
}

} // namespace idferry::daemon::service
