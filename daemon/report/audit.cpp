#include "daemon/report/audit.hpp"

#include "daemon/report/values.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"
#include "state/audit_chain.hpp"

namespace idferry::daemon::report {

using mapping::json;

json audit_line_json(const source& from, const state::audit_row& row)
{
    const auto& e = row.entry;
    json j{{"id", row.id},
           {"time", run::time_text(e.when)},
           {"sync", e.scope.sync.text()},
           {"type", e.scope.type},
           {"key", e.key.text()},
           {"label", row.has_values ? json(e.label) : json()},
           {"target_id", e.target.empty() ? json() : json(e.target.text())},
           {"operation", state::to_string(e.what)},
           {"outcome", row.word},
           {"reason", nullptr},
           {"before", nullptr},
           {"after", nullptr},
           {"erased", !row.has_values},
           {"hidden", false}};
    if (!row.has_values) return j;
    if (e.outcome.size() > row.word.size() + 2) j["reason"] = e.outcome.substr(row.word.size() + 2);
    if (e.what == state::operation::members) {
        if (!e.after.empty()) j["after"] = mapping::object_of(e.after); // keys, no values
        return j;
    }
    const value_mask mask(from, e.scope);
    j["hidden"] = !mask.shows() && !(e.before.empty() && e.after.empty());
    j["before"] = mask.object(e.before);
    j["after"] = mask.object(e.after);
    return j;
}

json_result audit_json(const source& from, state::audit_query query)
{
    const auto limit = query.limit;
    query.limit = limit + 1;
    json j{{"audit", json::array()}, {"next", nullptr}};
    auto done = from.state.audit(query, [&](const state::audit_row& row) {
        auto& lines = j["audit"];
        if (lines.size() < limit)
            lines.push_back(audit_line_json(from, row));
        else if (limit > 0)
            j["next"] = lines.back()["id"];
    });
    if (!done) return done.error();
    return give(std::move(j));
}

json_result verify_json(const source& from)
{
    auto report = state::verify_audit(from.state);
    if (!report) return report.error();
    return give({{"rows", report->rows},
                 {"erased", report->erased},
                 {"ok", report->problem.empty()},
                 {"first_bad", report->first_bad ? json(*report->first_bad) : json()},
                 {"problem", report->problem.empty() ? json() : json(report->problem)}});
}

} // namespace idferry::daemon::report
