#include "daemon/report/steps.hpp"

#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::report {

using mapping::json;
using run::time_text;

json step_json(const state::account_step& s)
{
    const bool over = s.next_look >= state::account_step::never;
    return {{"step", s.step},
            {"status", s.status},
            {"since", time_text(s.changed)},
            {"next", over ? json() : json(time_text(s.next_look))},
            {"attempts", s.attempts},
            {"remote", s.remote},
            {"note", s.note}};
}

json_result steps_json(const source& from, const step_query& query)
{
    json j{{"sync", query.sync.text()}, {"steps", json::array()}, {"more", false}};
    for (const auto* type : mapping::resource_types()) {
        const state::scope_key scope{query.sync, std::string(type->name)};
        state::account_step_query which;
        which.status = query.status;
        which.limit = query.limit + 1;
        auto rows = query.key.empty() ? from.state.find_account_steps(scope, which)
                                      : from.state.account_steps_of(scope, mapping::source_key(query.key));
        if (!rows) return rows.error();
        for (const auto& row : *rows) {
            if (!query.status.empty() && row.status != query.status) continue;
            if (j["steps"].size() >= query.limit) {
                j["more"] = true;
                break;
            }
            auto link = from.state.find_link(scope, row.key);
            if (!link) return link.error();
            auto one = step_json(row);
            one["type"] = type->name;
            one["key"] = row.key.text();
            one["label"] = *link ? json((*link)->label) : json();
            one["target_id"] = *link ? json((*link)->target.text()) : json();
            j["steps"].push_back(std::move(one));
        }
    }
    return give(std::move(j));
}

json_result step_counts_json(const source& from, const mapping::sync_name& sync)
{
    auto j = json::object();
    for (const auto* type : mapping::resource_types()) {
        auto counts = from.state.count_account_steps({sync, std::string(type->name)});
        if (!counts) return counts.error();
        for (const auto& [status, n] : *counts) j[status] = j.value(status, std::uint64_t{0}) + n;
    }
    return give(std::move(j));
}

} // namespace idferry::daemon::report
