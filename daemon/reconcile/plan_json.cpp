#include "daemon/reconcile/plan_json.hpp"

#include "daemon/reconcile/plan_text.hpp"
#include "daemon/reconcile/situation.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::reconcile {

namespace {

using mapping::json;

json value_json(const std::optional<json>& v, bool sensitive, std::string_view key)
{
    if (!v) return nullptr;
    if (sensitive) return "hmac:" + mapping::keyed_digest(key, mapping::to_text(*v)).hex();
    return *v;
}

} // namespace

std::string_view to_string(note::kind k)
{
    switch (k) {
    case note::kind::reject: return "rejected";
    case note::kind::withheld: return "withheld";
    case note::kind::protect: return "protected";
    case note::kind::not_kept: return "not_kept";
    case note::kind::leaving: return "leaving";
    case note::kind::drift: return "drift";
    case note::kind::waiting: return "waiting";
    case note::kind::dropped: return "dropped";
    case note::kind::step: return "step";
    case note::kind::warning: return "warning";
    }
    return "warning";
}

namespace {

json change_json(const plan& p, const change& c, std::string_view key)
{
    json j;
    j["type"] = c.type->name;
    j["operation"] = state::to_string(c.what);
    j["situation"] = to_string(c.why);
    j["key"] = c.key.text();
    j["label"] = c.label;
    if (!c.target.empty()) j["target_id"] = c.target.text();
    for (const auto& d : shown_deltas(p, c)) {
        json a;
        a["path"] = d.path;
        if (c.what != state::operation::create) a["old"] = value_json(d.old_value, d.sensitive, key);
        a["new"] = value_json(d.new_value, d.sensitive, key);
        if (!d.rule.empty()) a["rule"] = d.rule;
        if (d.sensitive) a["sensitive"] = true;
        j["attributes"].push_back(std::move(a));
    }
    for (const auto& m : c.add) j["members_added"].push_back({{"key", m.person.text()}, {"label", m.label}});
    for (const auto& m : c.remove) j["members_removed"].push_back({{"key", m.person.text()}, {"label", m.label}});
    if (!c.steps.empty()) j["steps"] = c.steps;
    return j;
}

// Text of people and groups must stay text: no markup, no link, no picture, no end of a table's row.
std::string escaped(std::string_view s)
{
    std::string out;
    for (const char ch : printable(s)) {
        if (std::string_view("|\\`*_<>[]~&").find(ch) != std::string_view::npos) out += '\\';
        out += ch;
    }
    return out;
}

} // namespace

json counts_json(const plan& p)
{
    auto j = json::object();
    for (const auto& [type, n] : p.counts) {
        if (!p.rules.contains(type)) continue;
        j[type] = {{"create", n.creates},
                   {"adopt", n.adopts},
                   {"update", n.updates},
                   {"deactivate", n.deactivates},
                   {"remove", n.removes},
                   {"groups_changed", n.groups_changed},
                   {"members_added", n.members_added},
                   {"members_removed", n.members_removed},
                   {"read", n.read},
                   {"unchanged", n.unchanged},
                   {"active_links", n.active_links}};
    }
    return j;
}

json refused_json(const std::vector<violation>& refused)
{
    auto j = json::array();
    for (const auto& v : refused)
        j.push_back({{"guard", to_string(v.what)},
                     {"type", v.type},
                     {"text", v.text},
                     {"allow", fmt::format("{}={}", to_string(v.what), v.refused.hex())}});
    return j;
}

json plan_json(const plan& p, const std::vector<violation>& refused, std::string_view digest_key, std::size_t most)
{
    json j;
    j["sync"] = p.sync.text();
    j["source"] = p.source;
    j["target"] = p.target;
    j["id"] = p.id.hex();
    j["changes"] = json::array();
    for (std::size_t i = 0; i < std::min(most, p.changes.size()); ++i)
        j["changes"].push_back(change_json(p, p.changes[i], digest_key));
    if (!p.steps.empty()) j["steps"] = json::array();
    for (std::size_t i = 0; i < std::min(most, p.steps.size()); ++i) {
        const auto& s = p.steps[i];
        j["steps"].push_back({{"type", s.type->name},
                              {"key", s.known.key.text()},
                              {"label", s.label},
                              {"step", s.known.step},
                              {"status", s.known.status},
                              {"text", s.text},
                              {"writes", s.writes}});
    }
    j["notes"] = json::array();
    for (std::size_t i = 0; i < std::min(most, p.notes.size()); ++i) {
        const auto& n = p.notes[i];
        json one{{"kind", to_string(n.what)}, {"label", n.label}, {"text", n.text}};
        if (n.type) one["type"] = n.type->name;
        if (!n.key.empty()) one["key"] = n.key.text();
        j["notes"].push_back(std::move(one));
    }
    if (std::max(p.changes.size(), p.notes.size()) > most)
        j["left_out"] = {{"changes", p.changes.size() - std::min(most, p.changes.size())},
                         {"notes", p.notes.size() - std::min(most, p.notes.size())}};
    j["unproved"] = json::array();
    for (const auto& u : p.unproved) j["unproved"].push_back({{"list", u.list}, {"why", u.why}});
    if (auto counts = counts_json(p); !counts.empty()) j["counts"] = std::move(counts);
    j["requests"] = p.requests;
    j["seconds"] = static_cast<double>(p.time_needed.count()) / 1000.0;
    j["refused"] = refused_json(refused);
    return j;
}

std::string plan_markdown(const plan& p, const std::vector<violation>& refused)
{
    std::string out = fmt::format("## {}\n\n{} → {}\n\n", escaped(p.sync.text()), escaped(p.source), escaped(p.target));
    std::string followed; // steps beside the resources
    for (const auto* type : mapping::resource_types()) {
        bool head = false;
        for (const auto& c : p.changes) {
            if (c.type != type) continue;
            if (!head)
                out += fmt::format("### {}\n\n| | who | attribute | old | new | rule |\n|---|---|---|---|---|---|\n",
                                   type->section);
            head = true;
            const char mark = c.is_removal() ? '-' : c.what == state::operation::create ? '+' : '~';
            auto who = escaped(c.label);
            const auto deltas = shown_deltas(p, c);
            for (const auto& s : c.steps) followed += fmt::format("- **then** {}: {}\n", escaped(c.label), escaped(s));
            if (deltas.empty())
                out += fmt::format(
                    "| {} | {} | {} | | | {} |\n", mark, who, c.what == state::operation::members ? "members" : "",
                    c.what == state::operation::members ? fmt::format("+{} −{}", c.add.size(), c.remove.size())
                                                        : std::string(to_string(c.why)));
            for (const auto& d : deltas) {
                out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", mark, who, escaped(d.path),
                                   c.what == state::operation::create ? ""
                                                                      : escaped(shown_value(d.old_value, d.sensitive)),
                                   escaped(shown_value(d.new_value, d.sensitive)), escaped(d.rule));
                who.clear();
            }
        }
        if (head) out += "\n";
    }
    out += followed;
    for (const auto& s : p.steps)
        out += fmt::format("- **{}** {}: {}\n", s.writes ? "step" : "look", escaped(s.label), escaped(s.text));
    for (const auto& n : p.notes)
        out += fmt::format("- **{}** {}: {}\n", to_string(n.what), escaped(n.label), escaped(n.text));
    for (const auto& u : p.unproved)
        out += fmt::format("- **not proved complete** {}: {}\n", escaped(u.list), escaped(u.why));
    for (const auto& v : refused)
        out += fmt::format("- **refused** by {}: {} (`--allow {}={}`)\n", to_string(v.what), escaped(v.text),
                           to_string(v.what), v.refused.hex());
    out += p.empty() ? "\nNothing to do.\n"
                     : fmt::format("\n{} changes, {} requests, about {}. Plan `{}`.\n", p.changes.size(), p.requests,
                                   shown_duration(p.time_needed), p.id.hex());
    return out;
}

} // namespace idferry::daemon::reconcile
