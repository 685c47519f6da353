#include "daemon/reconcile/plan.hpp"

#include <algorithm>
#include <tuple>

namespace idferry::daemon::reconcile {

namespace {

// Users, groups, memberships; removals in reverse.
int phase_of(const change& c)
{
    if (c.is_removal()) return 100 - c.type->push_rank;
    if (c.what == state::operation::members) return 50;
    return c.type->push_rank;
}

void count(const change& c, type_counts& n)
{
    n.switched_off += c.switches_off() ? 1 : 0;
    switch (c.what) {
    case state::operation::create: ++n.creates; break;
    case state::operation::adopt: ++n.adopts; break;
    case state::operation::update: ++n.updates; break;
    case state::operation::deactivate: ++n.deactivates; break;
    case state::operation::remove: ++n.removes; break;
    case state::operation::members:
        ++n.groups_changed;
        n.members_added += c.add.size();
        n.members_removed += c.remove.size();
        break;
    case state::operation::bind_credential:
    case state::operation::revoke_credential: break; // never a change of its own
    }
}

std::uint64_t cost(const change& c, const push_budget& b)
{
    switch (c.what) {
    case state::operation::create: return b.create;
    case state::operation::adopt: return c.deltas.empty() ? 0 : b.update;
    case state::operation::update:
    case state::operation::deactivate: return b.update;
    case state::operation::remove: return b.remove;
    case state::operation::members: return b.members + b.each_member * (c.add.size() + c.remove.size());
    case state::operation::bind_credential:
    case state::operation::revoke_credential: break;
    }
    return 1;
}

std::string value_text(const std::optional<mapping::json>& v, bool sensitive, std::string_view key)
{
    if (!v) return "-";
    auto text = mapping::to_text(*v);
    return sensitive ? mapping::keyed_digest(key, text).hex() : text;
}

} // namespace

bool plan::takes_steps() const
{
    return std::any_of(steps.begin(), steps.end(), [](const due_step& s) { return s.writes; });
}

bool plan::withheld() const
{
    return std::any_of(notes.begin(), notes.end(), [](const note& n) { return n.what == note::kind::withheld; });
}

bool plan::has_rejects() const
{
    return std::any_of(notes.begin(), notes.end(),
                       [](const note& n) { return n.what == note::kind::reject || n.what == note::kind::waiting; });
}

std::string_view rule_of(const plan& p, const mapping::resource_type& type, std::string_view path)
{
    const auto rules = p.rules.find(std::string(type.name));
    if (rules == p.rules.end()) return {};
    for (const auto& r : rules->second)
        if (r.path == path) return r.rule;
    return {};
}

bool is_sensitive(const plan& p, const mapping::resource_type& type, std::string_view path)
{
    const auto rules = p.rules.find(std::string(type.name));
    if (rules == p.rules.end()) return false;
    return std::any_of(rules->second.begin(), rules->second.end(),
                       [&](const auto& r) { return r.path == path && r.sensitive; });
}

std::vector<mapping::attribute_delta> shown_deltas(const plan& p, const change& c)
{
    if (c.what != state::operation::create) return c.deltas;
    std::vector<mapping::attribute_delta> out;
    mapping::json desired;
    mapping::json_error error;
    if (!mapping::parse_json(c.desired, desired, error) || !desired.is_object()) return out;
    for (auto it = desired.begin(); it != desired.end(); ++it) {
        if (it.value().is_null()) continue;
        mapping::attribute_delta d;
        d.path = it.key();
        d.new_value = it.value();
        d.rule = rule_of(p, *c.type, d.path);
        d.sensitive = is_sensitive(p, *c.type, d.path);
        out.push_back(std::move(d));
    }
    return out;
}

void finish(plan& p, const push_budget& budget, std::string_view digest_key)
{
    std::sort(p.changes.begin(), p.changes.end(), [](const change& a, const change& b) {
        const auto first = phase_of(a), second = phase_of(b);
        return std::tie(first, a.label, a.key, a.what) < std::tie(second, b.label, b.key, b.what);
    });
    std::sort(p.steps.begin(), p.steps.end(), [](const due_step& a, const due_step& b) {
        return std::tie(a.type->push_rank, a.label, a.known.key, a.known.step) <
               std::tie(b.type->push_rank, b.label, b.known.key, b.known.step);
    });
    std::sort(p.notes.begin(), p.notes.end(), [](const note& a, const note& b) {
        return std::tie(a.what, a.label, a.key, a.text) < std::tie(b.what, b.label, b.key, b.text);
    });

    std::string text = "plan/1\n" + p.sync.text() + "\n";
    const auto line = [&](std::string_view s) { text.append(s).push_back('\n'); };
    p.requests = 0;
    for (auto& [name, n] : p.counts) {
        n.creates = n.adopts = n.updates = n.deactivates = n.removes = 0;
        n.switched_off = n.members_added = n.members_removed = n.groups_changed = 0;
    }
    for (const auto& c : p.changes) {
        count(c, p.counts[std::string(c.type->name)]);
        p.requests += cost(c, budget) + static_cast<std::uint64_t>(c.step_requests);
        line(c.type->name);
        line(state::to_string(c.what));
        line(c.key.text());
        line(c.target.text());
        for (const auto& d : shown_deltas(p, c)) {
            line(d.path);
            line(value_text(d.old_value, d.sensitive, digest_key));
            line(value_text(d.new_value, d.sensitive, digest_key));
        }
        for (const auto& m : c.add) line("+" + m.person.text());
        for (const auto& m : c.remove) line("-" + m.person.text());
        for (const auto& s : c.steps) line("step " + s);
    }
    for (const auto& s : p.steps) {
        p.requests += static_cast<std::uint64_t>(s.requests);
        if (!s.writes) continue; // a look is no difference
        line("due");
        line(s.type->name);
        line(s.known.key.text());
        line(s.text);
    }
    p.id = mapping::strong_digest(text);

    p.time_needed = {};
    if (budget.requests_per_second > 0 && p.requests > static_cast<std::uint64_t>(budget.burst)) {
        const auto paced = static_cast<double>(p.requests - static_cast<std::uint64_t>(budget.burst));
        p.time_needed =
            std::chrono::milliseconds(static_cast<std::int64_t>(1000.0 * paced / budget.requests_per_second));
    }
}

} // namespace idferry::daemon::reconcile
