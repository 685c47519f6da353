// What source, scope, rules and state say about one resource.
#include "daemon/run/explaining_parts.hpp"
#include "daemon/run/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

using mapping::json;

namespace {

constexpr std::size_t audit_lines = 5;

json clause_json(const mapping::explained_clause& clause)
{
    json j{{"clause", clause.text}, {"holds", clause.holds}};
    switch (clause.kind) {
    case mapping::filter_kind::logical_and: j["operator"] = "and"; break;
    case mapping::filter_kind::logical_or: j["operator"] = "or"; break;
    case mapping::filter_kind::logical_not: j["operator"] = "not"; break;
    default: j["found"] = clause.found; return j;
    }
    j["clauses"] = json::array();
    for (const auto& part : clause.parts) j["clauses"].push_back(clause_json(part));
    return j;
}

const char* word(mapping::explained_rule::result r)
{
    using result = mapping::explained_rule::result;
    switch (r) {
    case result::value: return "value";
    case result::cleared: return "cleared";
    case result::left_alone: return "left_alone";
    case result::rejected: return "rejected";
    }
    return "";
}

std::string joined(const std::vector<std::string>& parts)
{
    return fmt::format("{}", fmt::join(parts, "; "));
}

json link_json(const subject& s)
{
    if (!s.link) return nullptr;
    const auto& l = *s.link;
    json j{{"target_id", l.target.text()},
           {"label", l.label},
           {"owner", l.owner == state::link_owner::adopted ? "adopted" : "created"},
           {"desired", s.hides.flat(mapping::object_of(l.desired))},
           {"first_seen", time_text(l.first_seen)},
           {"last_changed", time_text(l.last_changed)},
           {"left_alone", l.left_alone}};
    j["leave"] = {{"step", l.step == state::leave_step::deactivated ? "deactivated" : "none"},
                  {"due", l.leave_due ? json(time_text(*l.leave_due)) : json(nullptr)}};
    return j;
}

outcome<void> add_reject(const cycle_context& c, const subject& s, json& to)
{
    auto all = c.state.rejects(c.sync.name, {std::string(s.type->type->name), s.key.text()});
    if (!all) return state_error(all.error());
    to["reject"] = nullptr;
    if (all->empty()) return {};
    const auto& r = all->front();
    to["reject"] = {{"error", s.hides.text(r.error)}, {"operation", state::to_string(r.what)}, {"attempts", r.attempts},
                    {"first", time_text(r.first)},    {"next_try", time_text(r.next_try)},     {"dropped", r.dropped}};
    return {};
}

outcome<void> add_audit(const cycle_context& c, const subject& s, json& to)
{
    auto& lines = to["audit"] = json::array();
    state::audit_query wanted;
    wanted.sync = c.sync.name.text();
    wanted.type = s.type->type->name;
    wanted.key = s.key.text();
    wanted.limit = audit_lines;
    auto read = c.state.audit(wanted, [&](const state::audit_row& row) {
        lines.push_back({{"id", row.id},
                         {"when", time_text(row.entry.when)},
                         {"operation", state::to_string(row.entry.what)},
                         {"outcome", s.hides.text(row.entry.outcome)}});
    });
    if (!read) return state_error(read.error());
    return {};
}

// The last cycle's word about the record, or null.
outcome<void> add_input(const cycle_context& c, const subject& s, json& to)
{
    auto& word = to["input"] = nullptr;
    auto scanned = c.state.scan_inputs(c.scope(*s.type->type), [&](const state::input_view& row) {
        if (row.key != s.key.text()) return;
        word = row.status == state::input_status::linked         ? "linked"
               : row.status == state::input_status::out_of_scope ? "out_of_scope"
                                                                 : "waiting";
    });
    if (!scanned) return state_error(scanned.error());
    return {};
}

outcome<void> add_open(const cycle_context& c, const subject& s, json& to)
{
    auto open = c.state.open_intents(c.sync.name);
    if (!open) return state_error(open.error());
    to["open"] = json::array();
    for (const auto& i : *open)
        if (i.scope == c.scope(*s.type->type) && i.key == s.key)
            to["open"].push_back({{"operation", state::to_string(i.what)}, {"begun", time_text(i.begun)}});
    return {};
}

outcome<void> add_not_kept(const cycle_context& c, const subject& s, json& to)
{
    auto rows = c.state.not_kept_of(c.scope(*s.type->type), s.key);
    if (!rows) return state_error(rows.error());
    to["not_kept"] = json::array();
    for (const auto& row : *rows) {
        const bool hide = is_sensitive(s, row.path);
        const auto shown = [&](const std::string& text) {
            return hide ? std::string(mapping::hidden_value) : s.hides.text(text);
        };
        to["not_kept"].push_back({{"attribute", row.path}, {"sent", shown(row.sent)}, {"kept", shown(row.kept)}});
    }
    return {};
}

outcome<void> add_memberships(const cycle_context& c, const subject& s, json& to)
{
    to["groups"] = json::array();
    to["members"] = 0;
    if (!mapping::is_person(*s.type->type)) {
        auto members = c.state.members_of(c.scope(*s.type->type), s.key);
        if (!members) return state_error(members.error());
        to["members"] = members->size();
    } else if (c.sync.find(mapping::group_type)) {
        auto groups = c.state.groups_of(c.scope(mapping::user_type), s.key);
        if (!groups) return state_error(groups.error());
        for (const auto& g : *groups) to["groups"].push_back(g.text());
    }
    return {};
}

outcome<void> add_steps(const cycle_context& c, const subject& s, json& to)
{
    auto rows = c.state.account_steps_of(c.scope(*s.type->type), s.key);
    if (!rows) return state_error(rows.error());
    to["steps"] = json::array();
    for (const auto& row : *rows) {
        json one{{"step", row.step}, {"status", row.status}, {"since", time_text(row.changed)}, {"note", row.note}};
        one["next"] = row.next_look >= state::account_step::never ? json() : json(time_text(row.next_look));
        one["attempts"] = row.attempts;
        to["steps"].push_back(std::move(one));
    }
    return {};
}

outcome<void> add_quarantine(const cycle_context& c, json& to)
{
    auto held = c.state.find_quarantine(c.sync.name);
    if (!held) return state_error(held.error());
    to["quarantine"] = nullptr;
    if (*held)
        to["quarantine"] = {{"since", time_text((*held)->since)},
                            {"reason", (*held)->reason},
                            {"next_probe", time_text((*held)->next_probe)}};
    return {};
}

bool is_unchanged(const planned& p, const subject& s, const json& input)
{
    const auto* r = p.read();
    if (!r || !s.listed || !s.problem.empty() || input.is_null() || input == "waiting" ||
        s.type->type != &mapping::user_type)
        return false;
    const auto same = [&](const candidate& one) { return one.key == s.key; };
    return std::none_of(r->people.begin(), r->people.end(), same) &&
           std::none_of(r->settled.begin(), r->settled.end(), [&](const auto& row) { return row.key == s.key; }) &&
           r->people_index->was_seen(s.key.text());
}

} // namespace

json source_json(const cycle_context& c, const planned& p, const subject& s)
{
    const auto* r = p.read();
    json j{{"connection", c.sync.source_name},
           {"found", s.bytes.has_value() || s.listed},
           {"listed", s.listed},
           {"problem", s.hides.text(s.problem)},
           {"groups", json::array()},
           {"resource", s.trace ? s.trace->source : json(nullptr)}};
    std::vector<std::string> why;
    if (r)
        for (const auto& list : r->unproved) why.push_back(list.list + ": " + list.why);
    j["complete"] = r && why.empty();
    j["why"] = r ? joined(why) : p.error;
    for (const auto& g : s.groups)
        j["groups"].push_back({{"key", g.key},
                               {"name", s.trace ? s.trace->hides.value(g.name) : json(g.name)},
                               {"path", s.trace ? s.trace->hides.value(g.path) : json(g.path)}});
    return j;
}

json scope_json(const subject& s)
{
    json j{{"in_scope", nullptr}, {"clause", ""}, {"clauses", json::array()}};
    if (!s.trace) return j;
    j["in_scope"] = s.trace->in_scope;
    j["clause"] = s.trace->clause;
    if (!s.trace->scope) return j;
    const auto whole = clause_json(*s.trace->scope);
    const auto joint = whole.value("operator", std::string());
    if (joint == "and" || joint == "or") {
        j["operator"] = joint;
        j["clauses"] = whole["clauses"];
    } else {
        j["clauses"].push_back(whole);
    }
    return j;
}

json rules_json(const subject& s)
{
    auto out = json::array();
    if (!s.trace) return out;
    for (const auto& r : s.trace->rules) {
        json j{{"attribute", r.path}, {"rule", r.rule},         {"input", r.input},
               {"output", r.output},  {"result", word(r.what)}, {"sensitive", r.sensitive}};
        j["when"] = r.when ? clause_json(*r.when) : json();
        j["notice"] = r.problem.empty() ? joined(r.notices) : r.problem;
        out.push_back(std::move(j));
    }
    return out;
}

outcome<void> add_state(const cycle_context& c, const planned& p, const subject& s, json& to)
{
    to = {{"link", link_json(s)}};
    for (const auto add : {add_reject, add_audit, add_input, add_open, add_not_kept, add_memberships, add_steps})
        if (auto done = add(c, s, to); !done) return done;
    if (auto done = add_quarantine(c, to); !done) return done;
    to["unchanged"] = is_unchanged(p, s, to["input"]);
    to["known"] =
        s.link || !to["reject"].is_null() || !to["input"].is_null() || !to["open"].empty() || !to["audit"].empty();
    return {};
}

} // namespace idferry::daemon::run
