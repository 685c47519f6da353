#include "daemon/run/reading.hpp"

#include "daemon/run/sentinels.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace idferry::daemon::run {

namespace {

// Feeds the events of one read into a `reading`.
class reader
{
public:
    reader(const cycle_context& c, reading& r, const std::map<std::string, std::uint64_t>& last_sizes)
        : c_(c), r_(r), last_sizes_(last_sizes), sentinels_(c.sync.sentinels)
    {
    }

    void take(const connectors::page& p)
    {
        for (const auto& b : p.bad) bad(p.list, b);
        switch (p.list.kind) {
        case connectors::list_kind::groups: take_groups(p); break;
        case connectors::list_kind::members:
            if (auto& held = held_of(p.list); const auto group = held.index_of(p.list.owner))
                for (const auto& m : p.records) held.add_member(*group, m.key);
            break;
        case connectors::list_kind::people: take_people(p); break;
        }
    }

    void take(const connectors::list_end& e)
    {
        reconcile::list_state proof{e.state == connectors::proof::complete, e.why, e.size};
        if (proof.complete && doubtful_.contains(e.list)) {
            proof.complete = false;
            proof.why = "it has a record that may be anybody's";
        }
        const auto name = e.list.text();
        if (shrunk(e.list, proof)) r_.shrunk_sizes[name] = e.size;
        if (proof.complete)
            r_.list_sizes[name] = e.size;
        else
            r_.unproved.push_back(
                {e.list.kind == connectors::list_kind::members ? members_name(e.list) : name, proof.why});
        if (e.beside > 0) others_beside_[&type_of(e.list)][e.list.owner] = e.beside;
        switch (e.list.kind) {
        case connectors::list_kind::groups: held_of(e.list).end_groups(proof); break;
        case connectors::list_kind::members: held_of(e.list).end_members(e.list.owner, proof); break;
        case connectors::list_kind::people:
            settle();
            r_.people_list = proof;
            break;
        }
    }

    void finish()
    {
        settle();
        r_.missing_sentinels = sentinels_.missing();
        for (const auto& [type, owners] : others_beside_) tell_not_carried(*type, owners);
    }

private:
    // Memberships are complete once the first person arrives.
    void settle()
    {
        if (settled_) return;
        settled_ = true;
        r_.groups.settle();
        for (auto& [type, held] : r_.others) held.settle();
    }

    // A list that is much smaller than at its last good read may be cut off: nothing is taken away on its word. (For
    // the people list a guard judges that.) Groups that give access are often small, and asking their few people is
    // cheap, so a members list is judged whatever its size.
    bool shrunk(const connectors::list_ref& list, reconcile::list_state& proof) const
    {
        if (list.kind == connectors::list_kind::people) return false;
        const std::uint64_t worth_judging = list.kind == connectors::list_kind::members ? 1 : 10;
        const auto last = last_sizes_.find(list.text());
        if (!proof.complete || last == last_sizes_.end() || last->second < worth_judging) return false;
        const auto least = static_cast<double>(last->second) * (1 - c_.sync.guards.max_shrink);
        if (static_cast<double>(proof.size) >= least) return false;
        proof.complete = false;
        proof.why = fmt::format("{} records, {} at its last good read: it may be cut off", proof.size, last->second);
        return true;
    }

    static const mapping::resource_type& type_of(const connectors::list_ref& list)
    {
        if (list.kind == connectors::list_kind::people) return mapping::user_type;
        const auto* type = list.type.empty() ? nullptr : mapping::find_resource_type(list.type);
        return type ? *type : mapping::group_type;
    }

    reconcile::directory& held_of(const connectors::list_ref& list) const { return r_.held(type_of(list)); }

    std::string members_name(const connectors::list_ref& list) const
    {
        const auto* g = held_of(list).find(list.owner);
        if (!g) return list.text();
        return fmt::format("members of {}{}", list.type.empty() ? "" : list.type + " ",
                           g->path.empty() ? g->name : g->path);
    }

    void take_groups(const connectors::page& p)
    {
        for (const auto& record : p.records) {
            auto decoded = c_.source.decode(type_of(p.list), record.bytes, {});
            ++r_.decoded;
            if (!decoded) {
                bad(p.list, {std::string(record.key), decoded.error().detail});
                continue;
            }
            reconcile::group_entry g;
            g.key = std::string(record.key);
            g.parent = p.list.owner;
            g.bytes = std::string(record.bytes);
            g.name = text_member(*decoded, "displayName");
            if (!p.list.type.empty()) g.name = text_member(*decoded, "display_name");
            g.path = text_member(*decoded, "path");
            held_of(p.list).add_group(std::move(g));
        }
    }

    // Whoever else has these resources, where a section that nobody named would carry it: told once for each type.
    void tell_not_carried(const mapping::resource_type& type, const std::map<std::string, std::uint64_t>& owners)
    {
        const auto* known = c_.sync.find(type);
        if (!known || !known->rules->maps_members()) return;
        for (const auto* other : mapping::resource_types()) {
            if (other->resources_of != type.name || other->members == type.members || !c_.sync.target->holds(*other))
                continue;
            const auto* named = c_.sync.find(*other);
            if (named && named->rules->maps_members()) continue;
            const auto* first = r_.held(type).find(owners.begin()->first);
            std::uint64_t all = 0;
            for (const auto& [owner, count] : owners) all += count;
            reconcile::note n;
            n.type = &type;
            n.label = first ? first->name : owners.begin()->first;
            if (owners.size() > 1) n.label += fmt::format(" and {} more", owners.size() - 1);
            n.text = fmt::format("held by {} {}{}, which {} not carried: {} the section {}{}", all, other->members,
                                 all == 1 ? "" : "s", all == 1 ? "is" : "are", named ? "give" : "name", other->section,
                                 named ? " members: true" : "");
            r_.notes.push_back(std::move(n));
        }
    }

    static std::string text_member(const mapping::json& j, const char* name)
    {
        const auto it = j.find(name);
        return it != j.end() && it->is_string() ? it->get<std::string>() : std::string();
    }

    void take_people(const connectors::page& p)
    {
        settle();
        for (const auto& record : p.records) {
            r_.groups.prefetch(record.key);
            r_.people_index->prefetch(record.key);
        }
        for (const auto& record : p.records) {
            const auto digest = person_digest(c_, r_, record.key, record.bytes);
            bool repeated = false;
            const auto verdict = r_.people_index->look_up(record.key, digest, &repeated);
            if (repeated) continue;
            ++r_.people_read;
            if (sentinels_.wanted()) sentinels_.look(c_.source, record, [&] { return group_refs(r_, record.key); });
            if (verdict == state::input_index::verdict::unchanged) {
                ++r_.people_unchanged;
                continue;
            }
            if (auto found = consider_person(c_, r_, mapping::source_key(std::string(record.key)), record.bytes))
                r_.people.push_back(std::move(*found));
        }
        c_.shown.at(r_.people_read);
    }

    void bad(const connectors::list_ref& list, const connectors::bad_record& b)
    {
        reconcile::note n;
        n.what = reconcile::note::kind::reject;
        n.type = list.kind == connectors::list_kind::members ? &mapping::user_type : &type_of(list);
        n.key = mapping::source_key(b.key);
        n.label = b.key.empty() ? list.text() : b.key;
        n.text = "record from the source cannot be used: " + b.why;
        r_.notes.push_back(std::move(n));
        if (list.kind == connectors::list_kind::people && !b.key.empty()) {
            r_.people_index->mark_seen(b.key);
            r_.unreadable.insert(b.key);
        }
        // Whose id cannot be read may be anybody, and a group that cannot be read is still everybody's group.
        if (list.kind != connectors::list_kind::people || b.key.empty()) doubtful_.insert(list);
    }

    const cycle_context& c_;
    reading& r_;
    const std::map<std::string, std::uint64_t>& last_sizes_;
    sentinel_watch sentinels_;
    std::set<connectors::list_ref> doubtful_; // lists with a bad record that more than itself may depend on
    // How many of another type belong to resources, by the resources' type and key.
    std::map<const mapping::resource_type*, std::map<std::string, std::uint64_t>> others_beside_;
    bool settled_{false};
};

// Every group name that the configuration writes must fit one source group: with several, nobody can tell which is
// meant.
std::optional<cycle_error> ambiguous_names(const cycle_context& c, reading& r)
{
    for (const auto& t : c.sync.types) {
        for (const auto& literal : t.rules->group_name_literals()) {
            std::vector<std::string> fits;
            for (const auto& g : r.groups.groups())
                if (g.name == literal.value) fits.push_back(g.path.empty() ? g.key : g.path);
            if (fits.size() > 1)
                return cycle_error{fmt::format(
                    "{}: {}: the group name '{}' fits {} source groups: {}. Use groups.path to say which one is meant",
                    literal.at.where().text(), literal.at.path(), literal.value, fits.size(), fmt::join(fits, ", "))};
            if (fits.empty() && r.groups.groups_proved()) {
                reconcile::note n;
                n.type = &mapping::group_type;
                n.label = literal.value;
                n.text = fmt::format("{}: no source group has this name", literal.at.where().text());
                r.notes.push_back(std::move(n));
            }
        }
    }
    return std::nullopt;
}

outcome<void> load_known(const cycle_context& c, reading& r)
{
    auto people = state::input_index::load(c.state, c.scope(mapping::user_type));
    if (!people) return state_error(people.error());
    r.people_index = std::move(*people);
    return {};
}

// What of the source this sync needs to see. Groups are read for the people's sake too.
connectors::read_request wanted_by(const sync_settings& sync)
{
    connectors::read_request wanted;
    wanted.people = wanted.groups = false;
    for (const auto& t : sync.types) {
        const bool of_directory = mapping::is_person(*t.from) || t.from == &mapping::group_type;
        wanted.groups = wanted.groups || of_directory;
        wanted.people = wanted.people || of_directory;
        if (!of_directory && std::find(wanted.types.begin(), wanted.types.end(), t.from->name) == wanted.types.end())
            wanted.types.emplace_back(t.from->name);
    }
    return wanted;
}

} // namespace

reconcile::directory& reading::held(const mapping::resource_type& from)
{
    if (&from == &mapping::group_type) return groups;
    return others.try_emplace(std::string(from.name), false).first->second;
}

boost::asio::awaitable<outcome<std::unique_ptr<reading>>> read_source(cycle_context c)
{
    const auto* users = c.sync.find(mapping::user_type);
    auto r = std::make_unique<reading>(users && users->rules->inherited_membership());
    if (auto loaded = load_known(c, *r); !loaded) co_return loaded.error();
    auto sizes = c.state.list_sizes(c.sync.name);
    if (!sizes) co_return state_error(sizes.error());
    if (const auto last = sizes->find(connectors::list_ref{}.text()); last != sizes->end())
        r->people_last_time = last->second;

    reader into(c, *r, *sizes);
    auto read = c.source.read(wanted_by(c.sync));
    c.shown.begin("reading the source", r->people_index->size());
    for (;;) {
        if (c.stopping()) co_return stopped_error();
        auto event = co_await read->next();
        if (!event) co_return source_error(c, event.error());
        if (!*event) break;
        if (const auto* p = std::get_if<connectors::page>(&**event))
            into.take(*p);
        else
            into.take(std::get<connectors::list_end>(**event));
    }
    into.finish();
    c.shown.end();

    if (auto error = ambiguous_names(c, *r)) co_return *error;
    auto unseen = r->people_index->unseen_rows(c.state, c.scope(mapping::user_type));
    if (!unseen) co_return state_error(unseen.error());
    r->leavers = std::move(*unseen);
    co_return std::move(r);
}

} // namespace idferry::daemon::run
