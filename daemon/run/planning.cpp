#include "daemon/run/planning.hpp"

#include "daemon/run/account_steps.hpp"
#include "daemon/run/sharing.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>

namespace idferry::daemon::run {

namespace {

constexpr std::array<std::string_view, 2> privileged_roles{"owner", "admin"};

// The privileged role in a known resource text, or "".
std::string privileged_role_in(const mapping::json& flat)
{
    const auto roles = flat.find("roles");
    if (roles == flat.end()) return {};
    const auto all = roles->is_array() ? *roles : mapping::json::array({*roles});
    for (const auto& r : all) {
        auto text = r.is_string()   ? r.get<std::string>()
                    : r.is_object() ? r.value("value", std::string())
                                    : std::string();
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
        for (const auto p : privileged_roles)
            if (text == p) return text;
    }
    return {};
}

// Would this plan take a privileged role from everybody who has it?
outcome<void> judge_privilege(const cycle_context& c, draft& d)
{
    std::map<std::string, std::set<std::string>> losing; // role → keys
    for (const auto& change : d.plan.changes) {
        if (change.type != &mapping::user_type || change.what == state::operation::create) continue;
        const bool roles_change = change.is_removal() || change.switches_off() ||
                                  std::any_of(change.deltas.begin(), change.deltas.end(), [](const auto& delta) {
                                      return delta.path == "roles" && delta.old_value;
                                  });
        if (!roles_change) continue;
        auto link = c.state.find_link(c.scope(mapping::user_type), change.key);
        if (!link) return state_error(link.error());
        if (!*link) continue;
        const auto before = privileged_role_in(mapping::object_of((*link)->desired));
        if (before.empty()) continue;
        if (change.is_removal() || change.switches_off() ||
            privileged_role_in(mapping::object_of(change.desired)) != before)
            losing[before].insert(change.key.text());
    }
    for (const auto& [role, keys] : losing) {
        std::uint64_t left = 0;
        auto scanned = c.state.for_each_link(c.scope(mapping::user_type), [&](const state::link& l) {
            if (l.step == state::leave_step::none && !keys.contains(l.key.text()) &&
                l.desired.find("\"roles\"") != std::string::npos &&
                privileged_role_in(mapping::object_of(l.desired)) == role)
                ++left;
        });
        if (!scanned) return state_error(scanned.error());
        if (left == 0) {
            d.context.privileged_role = role;
            d.context.privileged_left = 0;
        }
    }
    return {};
}

state::time_point day_ago(const cycle_context& c)
{
    return c.time.now() - std::chrono::hours(24);
}

// What was changed and taken away in the last day, of the types that this plan changes.
outcome<void> look_back(const cycle_context& c, draft& d)
{
    std::map<const mapping::resource_type*, std::set<std::string>> changing;
    std::set<const mapping::resource_type*> members_go;
    for (const auto& change : d.plan.changes) {
        if (change.is_removal() || change.what == state::operation::update)
            changing[change.type].insert(change.key.text());
        if (!change.remove.empty()) members_go.insert(change.type);
    }
    for (const auto& [type, keys] : changing) {
        auto earlier = c.state.changed_since(c.scope(*type), day_ago(c));
        if (!earlier) return state_error(earlier.error());
        d.context.changed_last_day[std::string(type->name)] = static_cast<std::uint64_t>(
            std::count_if(earlier->begin(), earlier->end(), [&](const auto& key) { return !keys.contains(key); }));
    }
    for (const auto* type : members_go) {
        auto removed = c.state.members_removed_since(c.scope(*type), day_ago(c));
        if (!removed) return state_error(removed.error());
        for (const auto& [key, count] : *removed)
            d.context.members_removed_last_day[reconcile::list_of_members(*type, mapping::source_key(key))] = count;
    }
    return {};
}

void note_unproved(draft& d, const reading& r)
{
    d.plan.unproved = r.unproved;
    std::sort(d.plan.unproved.begin(), d.plan.unproved.end(),
              [](const auto& a, const auto& b) { return a.list < b.list; });
}

// Attributes that the target did not keep: shown in every plan, never written again for that reason alone.
outcome<void> note_not_kept(const cycle_context& c, draft& d)
{
    for (const auto& t : c.sync.types) {
        auto rows = c.state.all_not_kept(c.scope(*t.type));
        if (!rows) return state_error(rows.error());
        for (const auto& row : *rows) {
            if (std::find(t.accept_not_kept.begin(), t.accept_not_kept.end(), row.path) != t.accept_not_kept.end())
                continue;
            auto link = c.state.find_link(c.scope(*t.type), row.key);
            const auto label = link && *link ? (*link)->label : row.key.text();
            const bool hidden = reconcile::is_sensitive(d.plan, *t.type, row.path);
            add_note(
                d, reconcile::note::kind::not_kept, *t.type, row.key, label,
                fmt::format("{}: not kept by target: {} was sent, {} is kept. Accept it with accept_not_kept: [{}]",
                            row.path, hidden ? "(sensitive)" : row.sent, hidden ? "(sensitive)" : row.kept, row.path));
        }
    }
    return {};
}

// What others changed at the target is put right with whatever else the plan does to that resource.
void add_drift(const mapping::resource_type& type, const drift& drifted, const std::set<std::string>& not_to_touch,
               draft& d)
{
    std::map<std::pair<std::string, state::operation>, reconcile::change*> planned;
    std::set<std::string> leaving;
    for (auto& change : d.plan.changes)
        if (change.type == &type) {
            planned.emplace(std::pair{change.key.text(), change.what}, &change);
            if (change.is_removal()) leaving.insert(change.key.text());
        }
    std::vector<reconcile::change> alone;
    for (const auto& change : drifted.changes) {
        const auto key = change.key.text();
        if (change.type != &type || leaving.contains(key) || not_to_touch.contains(key)) continue;
        const auto same = planned.find({key, change.what});
        if (same == planned.end()) {
            // A leaver who comes back is switched on by the plan, not off again.
            if (change.is_removal() && planned.contains({key, state::operation::update})) continue;
            if (hold_back(d, change)) continue;
            alone.push_back(change);
            continue;
        }
        auto& both = *same->second;
        for (const auto& delta : change.deltas)
            if (std::none_of(both.deltas.begin(), both.deltas.end(),
                             [&](const auto& x) { return x.path == delta.path; }))
                both.deltas.push_back(delta);
        for (const auto& m : change.add)
            if (std::none_of(both.add.begin(), both.add.end(), [&](const auto& x) { return x.person == m.person; }) &&
                std::none_of(both.remove.begin(), both.remove.end(),
                             [&](const auto& x) { return x.person == m.person; }))
                both.add.push_back(m);
    }
    std::move(alone.begin(), alone.end(), std::back_inserter(d.plan.changes));
}

outcome<void> plan_people(const cycle_context& c, reading& r, const drift& drifted, movement& moves, draft& d)
{
    const auto* type = c.sync.find(mapping::user_type);
    if (!type) return {};
    std::vector<candidate*> all;
    for (auto& p : r.people) all.push_back(&p);
    if (auto left = leave_to_others(c, *type, r.people); !left) return left.error();
    reject_duplicates(*type, c.target.profile().of("user"), all);
    if (auto given = give_freed_names(c, *type, r.people); !given) return given.error();
    std::set<std::string> handled;
    for (auto& p : r.people) {
        handled.insert(p.key.text());
        auto change = plan_candidate(c, *type, p, d);
        // Linked, but not yet recorded as read: a creation whose outcome was lost. To groups such a person is new.
        const bool recovered =
            p.link && p.link->step == state::leave_step::none && p.in_scope && !r.people_index->is_linked(p.key.text());
        if (recovered && !(change && change->is_removal())) moves.coming.insert_or_assign(p.key.text(), p.label);
        if (!change) continue;
        // Whoever leaves, leaves the groups too, also while the deactivation itself waits.
        if (change->is_removal()) moves.leaving.insert(p.key.text());
        if (hold_back(d, *change)) continue;
        if (change->what == state::operation::create || change->what == state::operation::adopt || change->returning)
            moves.coming.emplace(p.key.text(), p.label);
        d.plan.changes.push_back(std::move(*change));
    }
    for (const auto& row : r.leavers) {
        handled.insert(row.key.text());
        auto link = c.state.find_link(c.scope(mapping::user_type), row.key);
        if (!link) return state_error(link.error());
        if (!*link) {
            d.bookkeeping.push_back(state::forget_input{c.scope(mapping::user_type), row.key});
            continue;
        }
        // Whoever is protected, or kept, keeps the groups too.
        const bool due =
            (*link)->step != state::leave_step::none && (*link)->leave_due && *(*link)->leave_due <= c.time.now();
        const auto why = due ? reconcile::situation::grace_over : reconcile::situation::source_missing;
        auto change = plan_leave(c, *type, **link, why, d);
        if (change || (*link)->step != state::leave_step::none) moves.leaving.insert(row.key.text());
        if (!change && !c.leaves) moves.staying.insert(row.key.text());
        if (change && !hold_back(d, *change)) d.plan.changes.push_back(std::move(*change));
    }
    for (const auto& link : r.due) {
        if (!handled.insert(link.key.text()).second) continue;
        auto change = plan_leave(c, *type, link, reconcile::situation::grace_over, d);
        if (!change) continue;
        moves.leaving.insert(link.key.text());
        if (!hold_back(d, *change)) d.plan.changes.push_back(std::move(*change));
    }
    moves.leaving.merge(staying_with_others(d, *type->type));
    moves.coming.insert(d.back_unchanged.begin(), d.back_unchanged.end());
    std::set<std::string> not_to_touch;
    for (const auto& p : r.people)
        if (p.rejected) not_to_touch.insert(p.key.text());
    add_drift(mapping::user_type, drifted, not_to_touch, d);
    return {};
}

} // namespace

bool hold_back(draft& d, const reconcile::change& change)
{
    auto why = held_back(*d.rejects, change);
    if (why) d.plan.notes.push_back(std::move(*why));
    return why.has_value();
}

void add_note(draft& d, reconcile::note::kind what, const mapping::resource_type& type, const mapping::source_key& key,
              const std::string& label, std::string text)
{
    reconcile::note n;
    n.what = what;
    n.type = &type;
    n.key = key;
    n.label = label;
    n.text = std::move(text);
    d.plan.notes.push_back(std::move(n));
}

outcome<draft> begin_draft(const cycle_context& c, const reading& r)
{
    draft d;
    d.plan.sync = c.sync.name;
    d.plan.source = fmt::format("{} ({})", c.sync.source_name, c.sync.source->address());
    d.plan.target = fmt::format("{} ({})", c.sync.target_name, c.sync.target->address());
    d.left_alone = r.left_alone;
    d.rejects = r.rejects;
    d.plan.notes = r.notes;
    for (const auto& t : c.sync.types) {
        const std::string name(t.type->name);
        d.plan.rules[name] = t.rules->rules();
        auto active = c.state.count_active_links(c.scope(*t.type));
        if (!active) return state_error(active.error());
        auto removed = c.state.removals_since(c.scope(*t.type), day_ago(c));
        if (!removed) return state_error(removed.error());
        d.context.active_links[name] = *active;
        d.context.removed_last_day[name] = *removed;
        d.plan.counts[name].active_links = *active;
    }
    d.context.people_read = r.people_read;
    d.context.people_last_time = r.people_last_time;
    d.context.missing_sentinels = r.missing_sentinels;
    return d;
}

outcome<draft> draft_plan(const cycle_context& c, reading& r, const drift& drifted)
{
    auto begun = begin_draft(c, r);
    if (!begun) return begun.error();
    draft d = std::move(*begun);
    d.plan.notes.insert(d.plan.notes.end(), drifted.notes.begin(), drifted.notes.end());

    movements moves;
    if (auto done = plan_people(c, r, drifted, moves[std::string(mapping::user_type.name)], d); !done)
        return done.error();
    for (const auto& t : c.sync.types) {
        if (mapping::is_person(*t.type)) continue;
        if (auto done = plan_held(c, r, t, moves, d); !done) return done.error();
        d.plan.counts[std::string(t.type->name)].read = r.held(*t.from).groups().size();
    }
    for (const auto& t : c.sync.types)
        if (!mapping::is_person(*t.type)) add_drift(*t.type, drifted, {}, d);
    for (const auto& row : r.settled) d.bookkeeping.push_back(state::put_input{c.scope(mapping::user_type), row});
    note_unproved(d, r);
    if (auto done = plan_steps(c, d); !done) return done.error();
    if (auto done = note_not_kept(c, d); !done) return done.error();
    if (auto done = finish_draft(c, r, d); !done) return done.error();
    return d;
}

outcome<void> finish_draft(const cycle_context& c, const reading& r, draft& d)
{
    for (auto& n : d.plan.notes) tell_dropped(*r.rejects, n);
    if (auto done = judge_privilege(c, d); !done) return done.error();
    if (auto done = look_back(c, d); !done) return done.error();

    auto& users = d.plan.counts["user"];
    users.read = r.people_read;
    users.unchanged = r.people_unchanged;
    const auto costs = c.target.costs();
    const auto pace = c.target.pace();
    const reconcile::push_budget budget{.create = costs.create,
                                        .update = costs.update,
                                        .remove = costs.remove,
                                        .members = costs.members,
                                        .each_member = costs.each_member,
                                        .requests_per_second = pace.requests_per_second,
                                        .burst = pace.burst};
    auto key = c.digest_key.empty() ? c.state.digest_key() : state::result<std::string>(c.digest_key);
    if (!key) return state_error(key.error());
    reconcile::finish(d.plan, budget, *key);
    return {};
}

} // namespace idferry::daemon::run
