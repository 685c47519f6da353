// Groups, and what else is read whole, with their memberships in a plan: only those that changed, or that members come
// to or leave, are looked at.
#include "daemon/run/planning.hpp"
#include "daemon/run/sharing.hpp"

#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

mapping::digest held_digest(const cycle_context& c, const reconcile::directory& held, std::uint32_t index)
{
    return mapping::combine(mapping::combine(held.groups()[index].bytes_digest, held.members_digest(index)),
                            c.sync.epoch);
}

const mapping::resource_type& member_type(const type_settings& type)
{
    return *mapping::find_resource_type(type.type->members);
}

// Where members who come or go belong: as read, and as we wrote it.
outcome<std::set<std::string>> touched_by(const cycle_context& c, reading& r, const type_settings& type,
                                          const movement& moves)
{
    std::set<std::string> out;
    const auto& held = r.held(*type.from);
    std::vector<std::string> members(moves.leaving.begin(), moves.leaving.end());
    for (const auto& [key, label] : moves.coming) members.push_back(key);
    for (const auto& key : members) {
        for (const auto g : held.groups_of(key)) out.insert(held.groups()[g].key);
        auto written = c.state.groups_of(c.scope(*type.type), mapping::source_key(key));
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

// Members by how the directory knows them: their keys, and whether they are at the target after this plan.
class member_table
{
public:
    outcome<void> load(const cycle_context& c, const mapping::resource_type& type, const movement& moves,
                       const std::vector<std::vector<mapping::digest>>& members)
    {
        const auto scope = c.scope(type);
        std::vector<mapping::digest> wanted;
        for (const auto& m : members) wanted.insert(wanted.end(), m.begin(), m.end());
        std::sort(wanted.begin(), wanted.end());
        wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
        if (wanted.empty()) return {};
        std::vector<mapping::source_key> waiting;
        auto scanned = c.state.for_each_input(scope, [&](const state::input_row& row) {
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
            auto link = c.state.find_link(scope, key);
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

reconcile::member_change member(const cycle_context& c, const mapping::resource_type& type, const movement& moves,
                                const std::string& key)
{
    if (const auto coming = moves.coming.find(key); coming != moves.coming.end())
        return {mapping::source_key(key), coming->second};
    auto link = c.state.find_link(c.scope(type), mapping::source_key(key));
    return {mapping::source_key(key), link && *link ? (*link)->label : key};
}

// The members part of one of them. Returns true when nothing was held back, so that its digest may be recorded.
outcome<bool> plan_members(const cycle_context& c, reading& r, const type_settings& type, const candidate& g,
                           const std::vector<mapping::digest>& ids, const member_table& table, const movement& moves,
                           draft& d)
{
    const auto& held = r.held(*type.from);
    const auto& of = member_type(type);
    std::vector<std::string> wanted;
    for (const auto& id : ids)
        if (const auto* key = table.find(id)) wanted.push_back(*key);
    std::sort(wanted.begin(), wanted.end());
    auto written = c.state.members_of(c.scope(*type.type), g.key);
    if (!written) return state_error(written.error());
    d.context.members_before[reconcile::list_of_members(*type.type, g.key)] = written->size();

    reconcile::change change;
    change.type = type.type;
    change.what = state::operation::members;
    change.why = reconcile::situation::confirmed;
    change.key = g.key;
    change.label = g.label;
    if (g.link) change.target = g.link->target;
    for (const auto& key : wanted)
        if (!std::binary_search(written->begin(), written->end(), mapping::source_key(key)))
            change.add.push_back(member(c, of, moves, key));

    const auto index = held.index_of(g.key.text());
    const bool proved = index && held.members_proved(*index) && !c.source.removals_need_proof();
    const bool can_ask = mapping::is_person(of) && c.source.can_prove() && !r.members_asked;
    std::uint64_t kept = 0, staying = 0;
    for (const auto& key : *written) {
        if (std::binary_search(wanted.begin(), wanted.end(), key.text())) continue;
        if (moves.staying.contains(key.text())) {
            ++staying;
            continue;
        }
        // Taken away on the list's word, on the person's own, or because the member leaves or has left.
        auto take = proved || held.is_corrected(key.text()) || moves.leaving.contains(key.text());
        if (!take) {
            auto left = c.state.find_link(c.scope(of), key);
            if (!left) return state_error(left.error());
            take = !*left || (*left)->step != state::leave_step::none;
        }
        if (!take && can_ask && type.from == &mapping::group_type) {
            r.unlisted_members.insert(key.text()); // the worst that may follow, until the person was asked for
            take = true;
        }
        if (take)
            change.remove.push_back(member(c, of, moves, key.text()));
        else
            ++kept;
    }
    const auto before = d.kept_by_others.size();
    if (auto by_others = keep_members_of_others(c, change, d); !by_others) return by_others.error();
    if (kept > 0)
        add_note(d, reconcile::note::kind::withheld, *type.type, g.key, g.label,
                 fmt::format("{} members are not removed: the {}'s list is not proved complete{}", kept,
                             type.type->name,
                             index && !held.groups()[*index].members.why.empty()
                                 ? " (" + held.groups()[*index].members.why + ")"
                                 : ""));
    if (!change.add.empty() || !change.remove.empty()) {
        if (const auto why = g.link ? protection_of(c, *type.type, *g.link, d) : std::nullopt) {
            add_note(d, reconcile::note::kind::protect, *type.type, g.key, g.label,
                     "its members differ, and it is left alone: " + *why);
            return false;
        }
        if (hold_back(d, change)) return false;
        change.input = g.input;
        d.plan.changes.push_back(std::move(change));
    }
    return kept + staying == 0 && d.kept_by_others.size() == before;
}

outcome<void> plan_held_leavers(const cycle_context& c, const type_settings& type,
                                const std::vector<mapping::source_key>& leavers, reading& r, movement& moves, draft& d)
{
    const auto& held = r.held(*type.from);
    for (const auto& key : leavers) {
        auto link = c.state.find_link(c.scope(*type.type), key);
        if (!link) return state_error(link.error());
        if (!*link) {
            if (held.groups_proved()) d.bookkeeping.push_back(state::forget_input{c.scope(*type.type), key});
            continue;
        }
        if (!held.groups_proved()) {
            add_note(d, reconcile::note::kind::withheld, *type.type, key, (*link)->label,
                     fmt::format("was not seen, and is not removed: the list of {} is not proved complete ({})",
                                 type.from->section, fmt::join(held.why_groups_unproved(), "; ")));
            continue;
        }
        auto change = plan_leave(c, type, **link, reconcile::situation::source_missing, d);
        if (!change) continue;
        moves.leaving.insert(key.text());
        if (!hold_back(d, *change)) d.plan.changes.push_back(std::move(*change));
    }
    return {};
}

// A resource that is another type's at the target is never made here; the vendor's own ones are never written. What
// finds it stays: by what it is matched, and where it lives.
void only_link(const type_settings& type, const mapping::type_profile& profile, candidate& out,
               mapping::mapped_resource& mapped)
{
    if (!out.managed && !type.type->only_members()) return;
    auto by = type.rules->match_attributes();
    by.insert(by.end(), profile.within.begin(), profile.within.end());
    std::erase_if(mapped.desired.attributes,
                  [&](const auto& a) { return std::find(by.begin(), by.end(), a.path) == by.end(); });
}

// Takes back that a resource was read whole; what was learned about its link stays.
void not_yet_read(draft& d, std::size_t from)
{
    const auto begin = d.bookkeeping.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = std::remove_if(begin, d.bookkeeping.end(),
                                    [](const auto& u) { return std::holds_alternative<state::put_input>(u); });
    d.bookkeeping.erase(end, d.bookkeeping.end());
}

// Who belongs to what another type's part of this plan makes: linked as soon as that is there.
std::optional<reconcile::change> link_later(const type_settings& type, const candidate& g, const movements& all)
{
    if (!type.type->only_members() || g.link || !g.in_scope || g.rejected || !g.found.empty()) return std::nullopt;
    const auto made = all.find(type.type->resources_of);
    if (made == all.end() || !made->second.coming.contains(g.key.text())) return std::nullopt;
    reconcile::change change;
    change.type = type.type;
    change.what = state::operation::adopt;
    change.why = reconcile::situation::absent;
    change.key = g.key;
    change.label = g.label;
    change.desired = g.desired;
    change.input = g.input;
    change.record_input = true;
    return change;
}

candidate consider_one(const cycle_context& c, reading& r, const type_settings& type, const reconcile::group_entry& g,
                       const mapping::digest& input)
{
    candidate out;
    out.key = mapping::source_key(g.key);
    out.label = g.name;
    out.input = input;
    auto link = c.state.find_link(c.scope(*type.type), out.key);
    if (!link) {
        out.rejected = link.error().message;
        return out;
    }
    out.link = std::move(*link);
    auto decoded = c.source.decode(*type.from, g.bytes, {});
    ++r.decoded;
    if (!decoded) {
        out.rejected = "record from the source cannot be used: " + decoded.error().detail;
        return out;
    }
    out.managed = decoded->value(std::string(mapping::managed_mark), false);
    auto mapped = type.rules->map(*decoded);
    out.in_scope = mapped.in_scope;
    out.scope_clause = std::move(mapped.scope_clause);
    out.rejected = std::move(mapped.rejected);
    for (auto& n : mapped.notices) out.notices.push_back(n.path + ": " + n.message);
    if (out.in_scope && !out.rejected) {
        only_link(type, c.target.profile().of(type.type->name), out, mapped);
        out.desired = mapped.desired.text();
        out.label = label_of(mapped.desired, out.label);
        out.match_values = match_values_of(*type.rules, mapped.desired);
    }
    return out;
}

} // namespace

outcome<held_work> consider_held(const cycle_context& c, reading& r, const type_settings& type,
                                 const std::set<std::string>& touched)
{
    held_work work;
    const auto& held = r.held(*type.from);
    const auto& profile = c.target.profile().of(type.type->name);
    // A fresh index each time: a tentative and a final draft look at the same ones.
    auto index = state::input_index::load(c.state, c.scope(*type.type));
    if (!index) return state_error(index.error());
    for (std::uint32_t i = 0; i < held.groups().size(); ++i) {
        const auto& g = held.groups()[i];
        const auto digest = held_digest(c, held, i);
        const auto verdict = index->look_up(g.key, digest);
        if (verdict == state::input_index::verdict::unchanged && !touched.contains(g.key)) continue;
        auto one = consider_one(c, r, type, g, digest);
        if (one.in_scope && !one.link)
            if (auto name = reserved(profile, one.label)) {
                one.in_scope = false;
                one.notices.push_back(fmt::format("skipped: '{}' is reserved at the target", *name));
            }
        // What correlation found in an earlier draft of this cycle still holds.
        if (const auto known = r.held_found.find({std::string(type.type->name), g.key}); known != r.held_found.end()) {
            one.found = known->second;
            one.correlated = true;
        }
        work.all.push_back(std::move(one));
    }
    auto unseen = index->unseen_rows(c.state, c.scope(*type.type));
    if (!unseen) return state_error(unseen.error());
    for (const auto& row : *unseen) work.leavers.push_back(row.key);
    return work;
}

outcome<void> plan_held(const cycle_context& c, reading& r, const type_settings& type, movements& all, draft& d)
{
    const auto& held = r.held(*type.from);
    const bool with_members = type.rules->maps_members();
    const auto& moves = all[std::string(with_members ? type.type->members : "")];
    auto& own_moves = all[std::string(type.type->name)];
    auto touched =
        with_members ? touched_by(c, r, type, moves) : outcome<std::set<std::string>>(std::set<std::string>());
    if (!touched) return touched.error();
    auto work = consider_held(c, r, type, *touched);
    if (!work) return work.error();
    if (auto left = leave_to_others(c, type, work->all); !left) return left.error();
    std::vector<candidate*> judged;
    for (auto& g : work->all) judged.push_back(&g);
    reject_duplicates(type, c.target.profile().of(type.type->name), judged);

    std::vector<std::uint32_t> indices;
    for (const auto& g : work->all) indices.push_back(*held.index_of(g.key.text()));
    const auto members =
        with_members ? held.members_of(indices) : std::vector<std::vector<mapping::digest>>(indices.size());
    member_table table;
    if (with_members)
        if (auto loaded = table.load(c, member_type(type), moves, members); !loaded) return loaded.error();

    for (std::size_t i = 0; i < work->all.size(); ++i) {
        auto& g = work->all[i];
        const auto bookkept = d.bookkeeping.size();
        auto change = link_later(type, g, all);
        if (!change) change = plan_candidate(c, type, g, d, &r.held_found);
        const bool waits = change && hold_back(d, *change);
        if (waits) change.reset();
        const bool stays = g.in_scope && !g.rejected && (g.link || change);
        if (change) {
            if (change->is_removal()) own_moves.leaving.insert(g.key.text());
            if (change->what == state::operation::create || change->what == state::operation::adopt)
                own_moves.coming.emplace(g.key.text(), g.label);
            d.plan.changes.push_back(std::move(*change));
        }
        if (!stays || !with_members || g.managed) continue;
        auto whole = plan_members(c, r, type, g, members[i], table, moves, d);
        if (!whole) return whole.error();
        const bool list_proved = held.members_proved(indices[i]);
        // Its digest is recorded only when its whole list is what was read; and with its members, if they change.
        if (!*whole || !list_proved || waits) {
            not_yet_read(d, bookkept);
            for (auto& done : d.plan.changes)
                if (done.type == type.type && done.key == g.key) done.record_input = false;
        } else if (!d.plan.changes.empty() && d.plan.changes.back().type == type.type &&
                   d.plan.changes.back().key == g.key && d.plan.changes.back().what == state::operation::members) {
            not_yet_read(d, bookkept);
            for (auto& done : d.plan.changes)
                if (done.type == type.type && done.key == g.key)
                    done.record_input = done.what == state::operation::members;
        }
    }
    auto left = plan_held_leavers(c, type, work->leavers, r, own_moves, d);
    own_moves.leaving.merge(staying_with_others(d, *type.type));
    return left;
}

} // namespace idferry::daemon::run
