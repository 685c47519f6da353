// Groups and their memberships in a plan: only groups that changed, or that people come to or leave, are looked at.
#include "daemon/run/planning.hpp"

#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

mapping::digest group_digest(const cycle_context& c, const reading& r, std::uint32_t index)
{
    return mapping::combine(mapping::combine(r.groups.groups()[index].bytes_digest, r.groups.members_digest(index)),
                            c.sync.epoch);
}

// The source groups of people who come or go: as read, and as we wrote them.
outcome<std::set<std::string>> touched_groups(const cycle_context& c, const reading& r, const people_moves& moves)
{
    std::set<std::string> out;
    std::vector<std::string> people(moves.leaving.begin(), moves.leaving.end());
    for (const auto& [key, label] : moves.coming) people.push_back(key);
    for (const auto& key : people) {
        for (const auto g : r.groups.groups_of(key)) out.insert(r.groups.groups()[g].key);
        auto written = c.state.groups_of(c.scope(mapping::group_type), mapping::source_key(key));
        if (!written) return state_error(written.error());
        for (const auto& g : *written) out.insert(g.text());
    }
    return out;
}

std::optional<std::string> reserved(const mapping::type_profile& profile, const std::string& name)
{
    const auto folded =
        mapping::comparable_value("displayName", name, mapping::type_profile{.case_fold = {"displayName"}});
    for (const auto& r : profile.reserved_names)
        if (mapping::comparable_value("displayName", r, mapping::type_profile{.case_fold = {"displayName"}}) == folded)
            return r;
    return std::nullopt;
}

// People by how the directory knows them: their keys, and whether they are members material after this plan.
class people_table
{
public:
    outcome<void> load(const cycle_context& c, const people_moves& moves,
                       const std::vector<std::vector<mapping::digest>>& members)
    {
        std::vector<mapping::digest> wanted;
        for (const auto& m : members) wanted.insert(wanted.end(), m.begin(), m.end());
        std::sort(wanted.begin(), wanted.end());
        wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
        if (wanted.empty()) return {};
        std::vector<mapping::source_key> waiting;
        auto scanned = c.state.for_each_input(c.scope(mapping::user_type), [&](const state::input_row& row) {
            if (row.status == state::input_status::out_of_scope || moves.leaving.contains(row.key.text())) return;
            const auto id = reconcile::directory::member_id(row.key.text());
            if (!std::binary_search(wanted.begin(), wanted.end(), id)) return;
            if (row.status == state::input_status::waiting)
                waiting.push_back(row.key);
            else
                keys_.emplace(id, row.key.text());
        });
        if (!scanned) return state_error(scanned.error());
        // Whose last change was not carried out whole is still there, when there is a link.
        for (const auto& key : waiting) {
            auto link = c.state.find_link(c.scope(mapping::user_type), key);
            if (!link) return state_error(link.error());
            if (*link && (*link)->step == state::leave_step::none)
                keys_.emplace(reconcile::directory::member_id(key.text()), key.text());
        }
        for (const auto& [key, label] : moves.coming) keys_.insert_or_assign(reconcile::directory::member_id(key), key);
        return {};
    }

    // The key of a person who is, or will be, at the target; nullptr when not.
    const std::string* find(const mapping::digest& id) const
    {
        const auto it = keys_.find(id);
        return it == keys_.end() ? nullptr : &it->second;
    }

private:
    std::map<mapping::digest, std::string> keys_;
};

reconcile::member_change member(const cycle_context& c, const people_moves& moves, const std::string& key)
{
    if (const auto coming = moves.coming.find(key); coming != moves.coming.end())
        return {mapping::source_key(key), coming->second};
    auto link = c.state.find_link(c.scope(mapping::user_type), mapping::source_key(key));
    return {mapping::source_key(key), link && *link ? (*link)->label : key};
}

// The members part of one group. Returns true when nothing was held back, so that the group's digest may be recorded.
outcome<bool> plan_members(const cycle_context& c, reading& r, const candidate& g,
                           const std::vector<mapping::digest>& ids, const people_table& people,
                           const people_moves& moves, draft& d)
{
    std::vector<std::string> wanted;
    for (const auto& id : ids)
        if (const auto* key = people.find(id)) wanted.push_back(*key);
    std::sort(wanted.begin(), wanted.end());
    auto written = c.state.members_of(c.scope(mapping::group_type), g.key);
    if (!written) return state_error(written.error());
    d.context.members_before[g.key.text()] = written->size();

    reconcile::change change;
    change.type = &mapping::group_type;
    change.what = state::operation::members;
    change.why = reconcile::situation::confirmed;
    change.key = g.key;
    change.label = g.label;
    if (g.link) change.target = g.link->target;
    for (const auto& key : wanted)
        if (!std::binary_search(written->begin(), written->end(), mapping::source_key(key)))
            change.add.push_back(member(c, moves, key));

    const auto index = r.groups.index_of(g.key.text());
    const bool proved = index && r.groups.members_proved(*index) && !c.source.removals_need_proof();
    std::uint64_t held = 0, staying = 0;
    for (const auto& key : *written) {
        if (std::binary_search(wanted.begin(), wanted.end(), key.text())) continue;
        if (moves.staying.contains(key.text())) {
            ++staying;
            continue;
        }
        // Taken away on the list's word, on the person's own, or because the person leaves or has left.
        auto take = proved || r.groups.is_corrected(key.text()) || moves.leaving.contains(key.text());
        if (!take) {
            auto left = c.state.find_link(c.scope(mapping::user_type), key);
            if (!left) return state_error(left.error());
            take = !*left || (*left)->step != state::leave_step::none;
        }
        if (!take && c.source.can_prove() && !r.members_asked) {
            r.unlisted_members.insert(key.text()); // the worst that may follow, until the person was asked for
            take = true;
        }
        if (take)
            change.remove.push_back(member(c, moves, key.text()));
        else
            ++held;
    }
    if (held > 0)
        add_note(d, reconcile::note::kind::withheld, mapping::group_type, g.key, g.label,
                 fmt::format("{} members are not removed: the group's list is not proved complete{}", held,
                             index && !r.groups.groups()[*index].members.why.empty()
                                 ? " (" + r.groups.groups()[*index].members.why + ")"
                                 : ""));
    if (!change.add.empty() || !change.remove.empty()) {
        if (const auto why = g.link ? protection_of(c, mapping::group_type, *g.link, d) : std::nullopt) {
            add_note(d, reconcile::note::kind::protect, mapping::group_type, g.key, g.label,
                     "its members differ, and it is left alone: " + *why);
            return false;
        }
        if (hold_back(d, change)) return false;
        change.input = g.input;
        d.plan.changes.push_back(std::move(change));
    }
    return held + staying == 0;
}

outcome<void> plan_group_leavers(const cycle_context& c, const type_settings& type,
                                 const std::vector<mapping::source_key>& leavers, const reading& r, draft& d)
{
    for (const auto& key : leavers) {
        auto link = c.state.find_link(c.scope(mapping::group_type), key);
        if (!link) return state_error(link.error());
        if (!*link) {
            if (r.groups.groups_proved())
                d.bookkeeping.push_back(state::forget_input{c.scope(mapping::group_type), key});
            continue;
        }
        if (!r.groups.groups_proved()) {
            add_note(d, reconcile::note::kind::withheld, mapping::group_type, key, (*link)->label,
                     fmt::format("was not seen, and is not removed: the list of groups is not proved complete ({})",
                                 fmt::join(r.groups.why_groups_unproved(), "; ")));
            continue;
        }
        auto change = plan_leave(c, type, **link, reconcile::situation::source_missing, d);
        if (change && !hold_back(d, *change)) d.plan.changes.push_back(std::move(*change));
    }
    return {};
}

candidate consider_group(const cycle_context& c, reading& r, const type_settings& type, const reconcile::group_entry& g,
                         const mapping::digest& input)
{
    candidate out;
    out.key = mapping::source_key(g.key);
    out.label = g.name;
    out.input = input;
    auto link = c.state.find_link(c.scope(mapping::group_type), out.key);
    if (!link) {
        out.rejected = link.error().message;
        return out;
    }
    out.link = std::move(*link);
    auto decoded = c.source.decode(mapping::group_type, g.bytes, {});
    ++r.decoded;
    if (!decoded) {
        out.rejected = "record from the source cannot be used: " + decoded.error().detail;
        return out;
    }
    auto mapped = type.rules->map(*decoded);
    out.in_scope = mapped.in_scope;
    out.scope_clause = std::move(mapped.scope_clause);
    out.rejected = std::move(mapped.rejected);
    for (auto& n : mapped.notices) out.notices.push_back(n.path + ": " + n.message);
    if (out.in_scope && !out.rejected) {
        out.desired = mapped.desired.text();
        out.label = label_of(mapped.desired, out.label);
        out.match_values = match_values_of(*type.rules, mapped.desired);
    }
    return out;
}

} // namespace

outcome<group_work> consider_groups(const cycle_context& c, reading& r, const std::set<std::string>& touched)
{
    group_work work;
    const auto* type = c.sync.find(mapping::group_type);
    const auto& profile = c.target.profile().of("group");
    // A fresh index each time: a tentative and a final draft look at the same groups.
    auto index = state::input_index::load(c.state, c.scope(mapping::group_type));
    if (!index) return state_error(index.error());
    for (std::uint32_t i = 0; i < r.groups.groups().size(); ++i) {
        const auto& g = r.groups.groups()[i];
        const auto digest = group_digest(c, r, i);
        const auto verdict = index->look_up(g.key, digest);
        if (verdict == state::input_index::verdict::unchanged && !touched.contains(g.key)) continue;
        auto one = consider_group(c, r, *type, g, digest);
        if (one.in_scope && !one.link)
            if (auto name = reserved(profile, one.label)) {
                one.in_scope = false;
                one.notices.push_back(fmt::format("skipped: '{}' is reserved at the target", *name));
            }
        work.groups.push_back(std::move(one));
    }
    auto unseen = index->unseen_rows(c.state, c.scope(mapping::group_type));
    if (!unseen) return state_error(unseen.error());
    for (const auto& row : *unseen) work.leavers.push_back(row.key);
    return work;
}

outcome<void> plan_groups(const cycle_context& c, reading& r, const people_moves& moves, draft& d)
{
    const auto* type = c.sync.find(mapping::group_type);
    if (!type) return {};
    auto touched = touched_groups(c, r, moves);
    if (!touched) return touched.error();
    auto work = consider_groups(c, r, *touched);
    if (!work) return work.error();
    // What correlation found for a group in an earlier draft of this cycle still holds.
    for (auto& g : work->groups)
        if (const auto known = r.groups_found.find(g.key.text()); known != r.groups_found.end()) {
            g.found = known->second;
            g.correlated = true;
        }
    std::vector<candidate*> all;
    for (auto& g : work->groups) all.push_back(&g);
    reject_duplicates(*type, c.target.profile().of("group"), all);

    std::vector<std::uint32_t> indices;
    for (const auto& g : work->groups) indices.push_back(*r.groups.index_of(g.key.text()));
    const auto members = type->rules->maps_members() ? r.groups.members_of(indices)
                                                     : std::vector<std::vector<mapping::digest>>(indices.size());
    people_table people;
    if (type->rules->maps_members())
        if (auto loaded = people.load(c, moves, members); !loaded) return loaded.error();

    for (std::size_t i = 0; i < work->groups.size(); ++i) {
        auto& g = work->groups[i];
        const auto bookkept = d.bookkeeping.size();
        auto change = plan_candidate(c, *type, g, d);
        const bool waits = change && hold_back(d, *change);
        if (waits) change.reset();
        const bool stays = g.in_scope && !g.rejected && (g.link || change);
        if (change) d.plan.changes.push_back(std::move(*change));
        if (!stays || !type->rules->maps_members()) continue;
        auto whole = plan_members(c, r, g, members[i], people, moves, d);
        if (!whole) return whole.error();
        const bool list_proved = r.groups.members_proved(indices[i]);
        // The digest of a group is recorded only when its whole list is what was read; and with its members, if they
        // change.
        if (!*whole || !list_proved || waits) {
            d.bookkeeping.resize(bookkept);
            for (auto& done : d.plan.changes)
                if (done.type == type->type && done.key == g.key) done.record_input = false;
        } else if (!d.plan.changes.empty() && d.plan.changes.back().type == type->type &&
                   d.plan.changes.back().key == g.key && d.plan.changes.back().what == state::operation::members) {
            d.bookkeeping.resize(bookkept);
            for (auto& done : d.plan.changes)
                if (done.type == type->type && done.key == g.key)
                    done.record_input = done.what == state::operation::members;
        }
    }
    return plan_group_leavers(c, *type, work->leavers, r, d);
}

} // namespace idferry::daemon::run
