#include "daemon/run/sharing.hpp"
#include "daemon/run/account_steps.hpp"
#include "daemon/run/sharing_ends.hpp"

#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace idferry::daemon::run {

using reconcile::co_link;
using reconcile::co_writer;

namespace {

const std::vector<co_writer>& others_of(const cycle_context& c, const mapping::resource_type& type)
{
    static const std::vector<co_writer> nobody;
    return c.sync.shared ? c.sync.shared->of(type) : nobody;
}

std::string who(const co_link& other)
{
    return fmt::format("sync '{}' ({}, {})", other.writer->name, other.link.label, other.link.key.text());
}

std::string nothing_said(const cycle_context& c, const co_link& other)
{
    return fmt::format("the target resource {} is linked by {} already, and nothing says how the two share it: give "
                       "`yields_to: [{}]` in sync '{}', or `yields_to: [{}]` in sync '{}'",
                       other.link.target.text(), who(other), other.writer->name, c.sync.name.text(), c.sync.name.text(),
                       other.writer->name);
}

// Of two syncs that say nothing about each other, the one whose link is older goes on.
bool came_first(const co_link& other, const state::link& ours, const mapping::sync_name& us)
{
    return reconcile::holds(other.link) &&
           std::pair(other.link.first_seen, other.writer->name) < std::pair(ours.first_seen, us.text());
}

const co_link* older_stranger(const std::vector<co_link>& others, const state::link& ours, const mapping::sync_name& us)
{
    for (const auto& other : others)
        if (!other.writer->related && came_first(other, ours, us)) return &other;
    return nullptr;
}

void strip(mapping::json& desired, const std::map<std::string, std::string>& left)
{
    for (const auto& [path, by] : left) desired.erase(path);
}

// What is no longer desired is no longer claimed: a sync that comes after this one may write it.
void drop_what_is_not_desired(mapping::json& known, const mapping::json& desired, const state::link& link)
{
    std::vector<std::string> gone;
    for (const auto& [path, value] : known.items())
        if (!desired.contains(path) && (path != "active" || reconcile::holds(link))) gone.push_back(path);
    for (const auto& path : gone) known.erase(path);
}

// Who comes back finds what others have made of the resource meanwhile.
void know_what_others_have_written(mapping::json& known, const std::vector<co_link>& others)
{
    const auto written = [&](const std::string& ours, const mapping::json& theirs, bool sure) {
        if (ours == "active") return; // how we left it decides whether we are back
        if (sure && theirs.contains(ours))
            known[ours] = theirs[ours];
        else
            known.erase(ours);
    };
    for (const auto& other : others) {
        const auto theirs = mapping::object_of(other.link.desired);
        for (const auto& [ours, paths] : other.writer->before_us) written(ours, theirs, reconcile::holds(other.link));
        for (const auto& ours : other.writer->after_us) written(ours, theirs, reconcile::holds(other.link));
    }
}

// What one sync wrote and no longer claims is what those that come after it find at the target.
void hand_links_over(const std::set<std::string>& was, const std::set<std::string>& is, const state::link& before,
                     state::link& theirs)
{
    const auto written = mapping::object_of(before.desired);
    auto known = mapping::object_of(theirs.desired);
    for (const auto& path : was)
        if (!is.contains(path) && written.contains(path)) known[path] = written[path];
    theirs.desired = mapping::to_text(known);
}

outcome<void> leave_to_others(const cycle_context& c, const mapping::resource_type& type, candidate& p)
{
    // The vendor's own is written by nobody, and what is another type's is only kept in step with its members.
    if (p.managed || type.only_members()) return {};
    if (!p.in_scope || p.rejected || (!p.link && p.found.size() != 1)) return {};
    auto others = links_of_others(c, type, p.link ? p.link->target : p.found.front().id);
    if (!others) return others.error();
    if (!p.link) {
        for (const auto& other : *others)
            if (!other.writer->related) p.rejected = nothing_said(c, other);
    } else if (const auto* older = older_stranger(*others, *p.link, c.sync.name)) {
        p.rejected = nothing_said(c, *older);
    }
    if (p.rejected) return {};
    auto desired = mapping::object_of(p.desired);
    p.left_to.merge(reconcile::left_to_others(*others, desired));
    strip(desired, p.left_to);
    p.desired = mapping::to_text(desired);
    if (!p.link) return {};
    auto known = mapping::object_of(p.link->desired);
    strip(known, p.left_to);
    if (!reconcile::holds(*p.link)) know_what_others_have_written(known, *others);
    if (p.sure == certainty::sure) drop_what_is_not_desired(known, desired, *p.link);
    auto text = mapping::to_text(known);
    p.link_moved = p.link_moved || text != mapping::to_text(mapping::object_of(p.link->desired));
    p.link->desired = std::move(text);
    return {};
}

// Target ids of the members that other syncs have written to a group that we share with them.
outcome<std::set<std::string>> members_of_others(const cycle_context& c, const mapping::resource_type& type,
                                                 const mapping::target_id& group)
{
    std::set<std::string> out;
    const auto* members = mapping::find_resource_type(type.members);
    auto others = links_of_others(c, type, group);
    if (!others) return others.error();
    for (const auto& other : *others) {
        if (!reconcile::holds(other.link)) continue;
        auto written = c.state.members_of(scope_of(*other.writer, type), other.link.key);
        if (!written) return state_error(written.error());
        for (const auto& key : *written) {
            auto link = c.state.find_link(scope_of(*other.writer, *members), key);
            if (!link) return state_error(link.error());
            if (*link) out.insert((*link)->target.text());
        }
    }
    return out;
}

} // namespace

state::scope_key scope_of(const co_writer& other, const mapping::resource_type& type)
{
    return {mapping::sync_name(other.name), std::string(type.name)};
}

outcome<std::vector<co_link>> links_of_others(const cycle_context& c, const mapping::resource_type& type,
                                              const mapping::target_id& id)
{
    std::vector<co_link> out;
    for (const auto& other : others_of(c, type)) {
        auto link = c.state.find_link_by_target(scope_of(other, type), id);
        if (!link) return state_error(link.error());
        if (*link) out.push_back({&other, std::move(**link)});
    }
    return out;
}

outcome<void> leave_to_others(const cycle_context& c, const type_settings& type, std::vector<candidate>& candidates)
{
    if (others_of(c, *type.type).empty()) return {};
    for (auto& p : candidates)
        if (auto done = leave_to_others(c, *type.type, p); !done) return done;
    return {};
}

outcome<std::vector<state::update>> drop_not_kept_of_others(const cycle_context& c, const mapping::resource_type& type,
                                                            const candidate& p)
{
    std::vector<state::update> out;
    if (p.left_to.empty()) return out;
    auto rows = c.state.not_kept_of(c.scope(type), p.key);
    if (!rows) return state_error(rows.error());
    if (std::erase_if(*rows, [&](const auto& row) { return p.left_to.contains(row.path); }) > 0)
        out.emplace_back(state::put_not_kept{c.scope(type), p.key, std::move(*rows)});
    return out;
}

outcome<bool> leave_to_others(const cycle_context& c, const type_settings& type, state::link& link)
{
    auto others = links_of_others(c, *type.type, link.target);
    if (!others) return others.error();
    if (older_stranger(*others, link, c.sync.name)) return false;
    if (!reconcile::holds(link))
        return std::none_of(others->begin(), others->end(),
                            [](const auto& other) { return reconcile::holds_active(other.link); });
    auto desired = mapping::object_of(link.desired);
    strip(desired, reconcile::left_to_others(*others, desired));
    link.desired = mapping::to_text(desired);
    return true;
}

outcome<bool> stays_with_others(const cycle_context& c, const type_settings& type, const state::link& link,
                                bool would_delete, draft& d)
{
    auto others = links_of_others(c, *type.type, link.target);
    if (!others) return others.error();
    // Nothing is deleted that another sync is linked to; whoever is switched off there may be switched off here too.
    const auto other = std::find_if(others->begin(), others->end(), [&](const co_link& o) {
        return would_delete ? reconcile::holds(o.link) : reconcile::holds_active(o.link);
    });
    if (other == others->end()) return false;
    auto text = fmt::format("left the source or the scope, and stays at the target: {} has it too. Its link here ends",
                            who(*other));
    if (auto told = tell_binding_of_ended_link(c, *type.type, link, text); !told) return told.error();
    add_note(d, reconcile::note::kind::protect, *type.type, link.key, link.label, std::move(text));
    d.staying_with_others.emplace(type.type->name, link.key.text());
    if (!type.type->has_members || !type.rules->maps_members()) return true;
    auto written = c.state.members_of(c.scope(*type.type), link.key);
    if (!written) return state_error(written.error());
    reconcile::change change;
    change.type = type.type;
    change.what = state::operation::members;
    change.why = reconcile::situation::source_missing;
    change.key = link.key;
    change.label = link.label;
    change.target = link.target;
    const auto* members = mapping::find_resource_type(type.type->members);
    for (const auto& key : *written) {
        auto person = c.state.find_link(c.scope(*members), key);
        if (!person) return state_error(person.error());
        change.remove.push_back({key, *person ? (*person)->label : key.text()});
    }
    d.context.members_before[reconcile::list_of_members(*type.type, link.key)] = written->size();
    if (auto kept = keep_members_of_others(c, change, d); !kept) return kept.error();
    if (!change.remove.empty() && !hold_back(d, change)) d.plan.changes.push_back(std::move(change));
    return true;
}

std::set<std::string> staying_with_others(const draft& d, const mapping::resource_type& type)
{
    std::set<std::string> keys;
    for (const auto& [of, key] : d.staying_with_others)
        if (of == type.name) keys.insert(key);
    return keys;
}

outcome<void> keep_members_of_others(const cycle_context& c, reconcile::change& change, draft& d)
{
    if (change.remove.empty() || change.target.empty() || others_of(c, *change.type).empty()) return {};
    auto others = members_of_others(c, *change.type, change.target);
    if (!others) return others.error();
    if (others->empty()) return {};
    const auto* members = mapping::find_resource_type(change.type->members);
    // Not taken away from anybody: no guard counts it.
    state::change_members ours{c.scope(*change.type), change.key, {}, {}, state::time_point{}};
    std::vector<reconcile::member_change> remove;
    for (auto& m : change.remove) {
        auto link = c.state.find_link(c.scope(*members), m.person);
        if (!link) return state_error(link.error());
        if (*link && others->contains((*link)->target.text()))
            ours.remove.push_back(m.person);
        else
            remove.push_back(std::move(m));
    }
    change.remove = std::move(remove);
    if (ours.remove.empty()) return {};
    // The group is looked at once more, so that no digest stands for members that we no longer give.
    d.kept_by_others.emplace_back(std::move(ours));
    d.kept_by_others.emplace_back(
        state::put_input{c.scope(*change.type), {change.key, {}, state::input_status::waiting}});
    return {};
}

outcome<std::vector<state::update>> with_reopened(const cycle_context& c, std::vector<state::update> updates)
{
    if (!c.sync.shared) return updates;
    std::map<state::scope_key, std::map<std::string, std::optional<state::link>>> seen;
    const auto given = updates.size();
    for (std::size_t i = 0; i < given; ++i) {
        const auto* put = std::get_if<state::put_link>(&updates[i]);
        const auto* removed = std::get_if<state::remove_link>(&updates[i]);
        if (!put && !removed) continue;
        const auto scope = put ? put->scope : removed->scope;
        const auto key = put ? put->value.key : removed->key;
        const auto* type = mapping::find_resource_type(scope.type);
        if (scope.sync != c.sync.name || !type || others_of(c, *type).empty()) continue;
        auto [at, is_new] = seen[scope].try_emplace(key.text());
        if (is_new) {
            auto link = c.state.find_link(scope, key);
            if (!link) return state_error(link.error());
            at->second = std::move(*link);
        }
        const auto before = std::exchange(at->second, put ? std::optional(put->value) : std::nullopt);
        const auto& now = at->second;
        const bool takes_over = now && reconcile::holds(*now) && !(before && reconcile::holds(*before));
        for (const auto& other : others_of(c, *type)) {
            if (takes_over)
                if (auto done = end_leaving(c, scope_of(other, *type), now->target, updates); !done)
                    return done.error();
            const bool follows = !other.related || !other.after_us.empty() || !other.decides_active;
            const auto was = before ? reconcile::claims(*before, other.after_us) : std::set<std::string>();
            const auto is = now ? reconcile::claims(*now, other.after_us) : std::set<std::string>();
            const bool moved = before && now && before->target != now->target;
            if (!follows || (was == is && !moved)) continue;
            for (const auto* link : {&before, &now}) {
                if (!*link || (link == &now && before && !moved)) continue;
                auto theirs = c.state.find_link_by_target(scope_of(other, *type), (*link)->target);
                if (!theirs) return state_error(theirs.error());
                if (!*theirs) continue;
                updates.emplace_back(state::reopen_input{scope_of(other, *type), (*theirs)->key});
                if (link != &before || !other.related || !reconcile::holds(**theirs)) continue;
                const auto as_it_was = (*theirs)->desired;
                hand_links_over(was, is, *before, **theirs);
                if ((*theirs)->desired != as_it_was)
                    updates.emplace_back(state::put_link{scope_of(other, *type), std::move(**theirs)});
            }
        }
    }
    return updates;
}

void forget_leavers_of_others(const cycle_context& c, const mapping::resource_type& type, const mapping::target_id& id,
                              std::vector<state::update>& updates)
{
    for (const auto& other : others_of(c, type))
        if (auto link = c.state.find_link_by_target(scope_of(other, type), id);
            link && *link && !reconcile::holds(**link))
            updates.emplace_back(state::remove_link{scope_of(other, type), (*link)->key});
}

std::optional<std::string> linked_by_another(const cycle_context& c, const mapping::resource_type& type,
                                             const mapping::target_id& id, bool related)
{
    auto others = links_of_others(c, type, id);
    if (!others) return others.error().message;
    for (const auto& other : *others) {
        if (!other.writer->related) return nothing_said(c, other);
        if (related) return fmt::format("the target resource {} is linked by {} already", id.text(), who(other));
    }
    return std::nullopt;
}

bool is_written_by_others(const cycle_context& c, const mapping::resource_type& type,
                          const connectors::remote_resource& remote, const std::string& path)
{
    const auto there = mapping::value_at(remote.body, path);
    auto others = links_of_others(c, type, remote.id);
    if (!others || !there) return false;
    return std::any_of(others->begin(), others->end(), [&](const co_link& other) {
        const auto written = mapping::object_of(other.link.desired);
        const auto value = written.find(path);
        return other.writer->related && value != written.end() && *value == *there;
    });
}

state::result<cycle_locks> take_cycle_locks(const std::string& folder, const sync_settings& sync)
{
    cycle_locks all;
    auto own = state::take_writer_lock(folder, sync.name);
    if (!own) return own.error();
    all.push_back(std::move(*own));
    if (!sync.shared) return all;
    auto turn = state::take_writer_lock(folder, mapping::sync_name("(target) " + sync.shared->target));
    if (!turn) {
        auto why = turn.error();
        if (why.what == state::error::kind::busy)
            why.message = fmt::format("another sync is at work on target '{}'; syncs that share a target take turns",
                                      sync.target_name);
        return why;
    }
    all.push_back(std::move(*turn));
    return all;
}

bool take_turns(const sync_settings& a, const sync_settings& b)
{
    return a.shared && b.shared && a.shared->target == b.shared->target;
}

} // namespace idferry::daemon::run
