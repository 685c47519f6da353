#include "daemon/report/people.hpp"

#include "daemon/report/audit.hpp"
#include "daemon/report/steps.hpp"
#include "daemon/report/values.hpp"
#include "daemon/report/waiting.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

#include <algorithm>
#include <set>

namespace idferry::daemon::report {

using mapping::json;
using run::time_text;

namespace {

const char* state_of(const state::link& l)
{
    return l.step == state::leave_step::none ? "active" : "deactivated";
}

bool contains(std::string text, const std::string& lower)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text.find(lower) != std::string::npos;
}

// Rejects whose name or key has what was typed.
state::result<std::vector<state::reject>> rejected_ones(const source& from, const std::string& q,
                                                        const std::string& sync)
{
    std::string lower = q;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    auto names = known_syncs(from);
    if (!names) return names.error();
    std::vector<state::reject> out;
    for (const auto& name : *names) {
        if (!sync.empty() && name.text() != sync) continue;
        auto rows = from.state.rejects(name);
        if (!rows) return rows.error();
        for (auto& r : *rows)
            if (contains(r.label, lower) || contains(r.key.text(), lower)) out.push_back(std::move(r));
    }
    return out;
}

json_result link_json(const source& from, const state::scope_key& scope, const state::link& l, const value_mask& mask)
{
    json j{{"target_id", l.target.text()},
           {"owner", l.owner == state::link_owner::created ? "created" : "adopted"},
           {"first_seen", time_text(l.first_seen)},
           {"last_changed", time_text(l.last_changed)},
           {"state", state_of(l)},
           {"leave_due", time_or_null(l.leave_due)},
           {"left_alone", l.left_alone.empty() ? json() : json(l.left_alone)},
           {"desired", mask.object(l.desired)},
           {"groups", json::array()}};
    if (scope.type != mapping::user_type.name) return give(std::move(j));
    // The groups that we have written the person to.
    const state::scope_key groups{scope.sync, std::string(mapping::group_type.name)};
    auto keys = from.state.groups_of(scope, l.key);
    if (!keys) return keys.error();
    for (const auto& key : *keys) {
        auto group = from.state.find_link(groups, key);
        if (!group) return group.error();
        j["groups"].push_back({{"key", key.text()}, {"label", *group ? json((*group)->label) : json()}});
    }
    return give(std::move(j));
}

// One type's answer; null when state knows nothing.
json_result of_type(const source& from, const person_query& query, const std::string& type)
{
    const state::scope_key scope{query.sync, type};
    const mapping::source_key key(query.key);
    const value_mask mask(from, scope);
    auto link = from.state.find_link(scope, key);
    if (!link) return link.error();
    auto rejects = from.state.rejects(query.sync, {type, query.key});
    if (!rejects) return rejects.error();
    auto kept = from.state.not_kept_of(scope, key);
    if (!kept) return kept.error();
    state::audit_query lines;
    lines.sync = query.sync.text();
    lines.type = type;
    lines.key = query.key;
    lines.limit = query.limit;
    lines.before = query.before;
    auto history = audit_json(from, lines);
    if (!history) return history.error();
    if (!*link && rejects->empty() && (*history)["audit"].empty()) return give({});

    json j{{"sync", query.sync.text()}, {"type", type},      {"key", query.key},         {"label", nullptr},
           {"link", nullptr},           {"reject", nullptr}, {"not_kept", json::array()}};
    for (const auto& line : (*history)["audit"])
        if (j["label"].is_null()) j["label"] = line["label"];
    if (!rejects->empty()) {
        j["reject"] = reject_json(rejects->front());
        j["label"] = rejects->front().label;
    }
    if (*link) {
        auto shown = link_json(from, scope, **link, mask);
        if (!shown) return shown.error();
        j["link"] = std::move(*shown);
        j["label"] = (*link)->label;
    }
    auto steps = from.state.account_steps_of(scope, key);
    if (!steps) return steps.error();
    j["steps"] = json::array();
    for (const auto& s : *steps) j["steps"].push_back(step_json(s));
    for (const auto& row : *kept)
        j["not_kept"].push_back(
            {{"path", row.path}, {"sent", mask.value(row.path, row.sent)}, {"kept", mask.value(row.path, row.kept)}});
    j["history"] = std::move((*history)["audit"]);
    j["next"] = (*history)["next"];
    return give(std::move(j));
}

} // namespace

json_result people_json(const source& from, const std::string& q, const std::string& sync, std::size_t limit)
{
    json j{{"q", q}, {"people", json::array()}};
    if (q.empty()) return give(std::move(j));
    state::link_query query;
    query.text = q;
    query.sync = sync;
    query.limit = limit;
    auto found = from.state.search_links(query);
    if (!found) return found.error();
    std::set<std::pair<state::scope_key, std::string>> known;
    for (const auto& f : *found) {
        auto rejects = from.state.rejects(f.scope.sync, {f.scope.type, f.value.key.text()});
        if (!rejects) return rejects.error();
        known.emplace(f.scope, f.value.key.text());
        j["people"].push_back({{"sync", f.scope.sync.text()},
                               {"type", f.scope.type},
                               {"key", f.value.key.text()},
                               {"label", f.value.label},
                               {"target_id", f.value.target.text()},
                               {"state", state_of(f.value)},
                               {"rejected", rejects->empty() ? json() : json(rejects->front().error)}});
    }
    auto rejected = rejected_ones(from, q, sync);
    if (!rejected) return rejected.error();
    for (const auto& r : *rejected) {
        if (j["people"].size() >= limit) break;
        if (!known.emplace(r.scope, r.key.text()).second) continue;
        auto link = from.state.find_link(r.scope, r.key);
        if (!link) return link.error();
        j["people"].push_back({{"sync", r.scope.sync.text()},
                               {"type", r.scope.type},
                               {"key", r.key.text()},
                               {"label", r.label},
                               {"target_id", *link ? json((*link)->target.text()) : json()},
                               {"state", *link ? state_of(**link) : "none"},
                               {"rejected", r.error}});
    }
    return give(std::move(j));
}

json_result person_json(const source& from, const person_query& query)
{
    if (!query.type.empty()) return of_type(from, query, query.type);
    for (const auto* type : mapping::resource_types()) {
        auto one = of_type(from, query, std::string(type->name));
        if (!one || !one->is_null()) return one;
    }
    return give({});
}

} // namespace idferry::daemon::report
