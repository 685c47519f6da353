#include "daemon/report/waiting.hpp"

#include "daemon/report/calls.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::report {

using mapping::json;
using run::time_text;

json reject_json(const state::reject& r)
{
    return {{"sync", r.scope.sync.text()},
            {"type", r.scope.type},
            {"key", r.key.text()},
            {"label", r.label},
            {"operation", state::to_string(r.what)},
            {"error", r.error},
            {"attempts", r.attempts},
            {"first", time_text(r.first)},
            {"next_try", r.dropped ? json() : json(time_text(r.next_try))},
            {"dropped", r.dropped}};
}

json quarantine_json(const state::quarantine& q)
{
    return {{"sync", q.sync.text()},
            {"since", time_text(q.since)},
            {"reason", q.reason},
            {"failures", q.failures},
            {"next_probe", time_text(q.next_probe)}};
}

state::result<std::vector<mapping::sync_name>> known_syncs(const source& from)
{
    std::vector<mapping::sync_name> names;
    if (from.settings)
        for (const auto& s : from.settings->syncs) names.push_back(s.name);
    auto in_state = from.state.syncs();
    if (!in_state) return in_state.error();
    for (auto& s : *in_state)
        if (!are_calls(s) && std::find(names.begin(), names.end(), s) == names.end()) names.push_back(std::move(s));
    return names;
}

json_result rejects_json(const source& from, const std::optional<mapping::sync_name>& sync,
                         const state::reject_filter& only, bool dropped, std::size_t limit)
{
    std::vector<mapping::sync_name> names;
    if (sync) {
        names.push_back(*sync);
    } else {
        auto all = known_syncs(from);
        if (!all) return all.error();
        names = std::move(*all);
    }
    json j{{"rejects", json::array()}, {"dropped", 0}};
    std::uint64_t hidden = 0, left_out = 0;
    for (const auto& name : names) {
        auto rows = from.state.rejects(name, only);
        if (!rows) return rows.error();
        for (const auto& r : *rows) {
            if (r.dropped && !dropped)
                ++hidden;
            else if (limit > 0 && j["rejects"].size() >= limit)
                ++left_out;
            else
                j["rejects"].push_back(reject_json(r));
        }
    }
    j["dropped"] = hidden;
    j["left_out"] = left_out;
    return give(std::move(j));
}

json_result quarantines_json(const source& from)
{
    auto all = from.state.quarantines();
    if (!all) return all.error();
    json j{{"quarantine", json::array()}};
    for (const auto& q : *all) j["quarantine"].push_back(quarantine_json(q));
    return give(std::move(j));
}

} // namespace idferry::daemon::report
