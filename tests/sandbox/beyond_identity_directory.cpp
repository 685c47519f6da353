#include "tests/sandbox/beyond_identity_directory.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

using text_index = std::unordered_multimap<std::string, slot>;

slot found_in(const std::unordered_map<std::string, slot>& map, const std::string& key)
{
    const auto at = map.find(key);
    return at == map.end() ? no_slot : at->second;
}

std::vector<slot> found_all(const text_index& map, const std::string& key)
{
    std::vector<slot> out;
    const auto [from, to] = map.equal_range(key);
    for (auto at = from; at != to; ++at) out.push_back(at->second);
    return out;
}

void drop(text_index& map, const std::string& key, slot value)
{
    const auto [from, to] = map.equal_range(key);
    const auto at = std::find_if(from, to, [&](const auto& pair) { return pair.second == value; });
    if (at != to) map.erase(at);
}

} // namespace

int beyond_trait(std::string_view name)
{
    const auto* const at = std::find(beyond_traits.begin(), beyond_traits.end(), name);
    return at == beyond_traits.end() ? -1 : static_cast<int>(at - beyond_traits.begin());
}

std::uint64_t beyond_rank(std::string_view id)
{
    std::uint64_t hash = 0xCBF29CE484222325ULL; // FNV-1a, then mixed: ids that differ little end far apart
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    hash = (hash ^ hash >> 30U) * 0xBF58476D1CE4E5B9ULL;
    hash = (hash ^ hash >> 27U) * 0x94D049BB133111EBULL;
    return hash ^ hash >> 31U;
}

std::string_view beyond_identity::trait(int place) const
{
    for (const auto& [at, value] : traits)
        if (at == place) return value;
    return {};
}

void beyond_identity::set_trait(int place, std::string value)
{
    const auto at = std::lower_bound(traits.begin(), traits.end(), place,
                                     [](const auto& pair, int wanted) { return pair.first < wanted; });
    if (at != traits.end() && at->first == place)
        at->second = std::move(value);
    else
        traits.emplace(at, place, std::move(value));
}

void beyond_identity::clear_trait(int place)
{
    std::erase_if(traits, [&](const auto& pair) { return pair.first == place; });
}

slot beyond_directory::find_identity(std::string_view id) const
{
    return found_in(by_id_, std::string(id));
}

slot beyond_directory::find_username(std::string_view username) const
{
    return found_in(by_username_, fold(username));
}

slot beyond_directory::find_group(std::string_view id) const
{
    return found_in(group_by_id_, std::string(id));
}

std::vector<slot> beyond_directory::with_group_name(std::string_view name) const
{
    return found_all(group_by_name_, fold(name));
}

std::vector<slot> beyond_directory::with_external_id(std::string_view value) const
{
    return found_all(by_external_id_, fold(value));
}

std::vector<slot> beyond_directory::with_email(std::string_view value) const
{
    return found_all(by_email_, fold(value));
}

void beyond_directory::enter(slot at)
{
    const auto& one = identities_[at];
    by_username_[fold(one.trait(trait_username))] = at;
    if (const auto value = one.trait(trait_external_id); !value.empty()) by_external_id_.emplace(fold(value), at);
    if (const auto value = one.trait(trait_email); !value.empty()) by_email_.emplace(fold(value), at);
}

void beyond_directory::leave(slot at)
{
    const auto& one = identities_[at];
    by_username_.erase(fold(one.trait(trait_username)));
    drop(by_external_id_, fold(one.trait(trait_external_id)), at);
    drop(by_email_, fold(one.trait(trait_email)), at);
}

slot beyond_directory::add(beyond_identity made)
{
    const auto at = static_cast<slot>(identities_.size());
    made.rank = beyond_rank(made.id);
    made.alive = true;
    made.groups.clear();
    by_id_[made.id] = at;
    identity_order_.emplace(made.rank, at);
    identities_.push_back(std::move(made));
    enter(at);
    return at;
}

void beyond_directory::replace(slot at, beyond_identity next)
{
    leave(at);
    auto& one = identities_[at];
    next.id = one.id;
    next.rank = one.rank;
    next.groups = std::move(one.groups);
    one = std::move(next);
    enter(at);
}

void beyond_directory::remove_identity(slot at)
{
    const auto groups = identities_[at].groups;
    for (const auto group : groups) remove_member(group, at);
    leave(at);
    by_id_.erase(identities_[at].id);
    identity_order_.erase({identities_[at].rank, at});
    identities_[at] = {};
    identities_[at].alive = false;
}

slot beyond_directory::add(beyond_group made)
{
    const auto at = static_cast<slot>(groups_.size());
    made.rank = beyond_rank(made.id);
    made.alive = true;
    made.members.clear();
    group_by_id_[made.id] = at;
    group_by_name_.emplace(fold(made.display_name), at);
    group_order_.emplace(made.rank, at);
    groups_.push_back(std::move(made));
    return at;
}

void beyond_directory::replace(slot at, beyond_group next)
{
    auto& one = groups_[at];
    drop(group_by_name_, fold(one.display_name), at);
    next.id = one.id;
    next.rank = one.rank;
    next.members = std::move(one.members);
    one = std::move(next);
    group_by_name_.emplace(fold(one.display_name), at);
}

void beyond_directory::remove_group(slot at)
{
    auto& one = groups_[at];
    for (const auto& [rank, member] : one.members) std::erase(identities_[member].groups, at);
    drop(group_by_name_, fold(one.display_name), at);
    group_by_id_.erase(one.id);
    group_order_.erase({one.rank, at});
    one = {};
    one.alive = false;
}

bool beyond_directory::add_member(slot group, slot identity)
{
    if (!groups_[group].members.emplace(identities_[identity].rank, identity).second) return false;
    identities_[identity].groups.push_back(group);
    return true;
}

bool beyond_directory::remove_member(slot group, slot identity)
{
    if (groups_[group].members.erase({identities_[identity].rank, identity}) == 0) return false;
    std::erase(identities_[identity].groups, group);
    return true;
}

slot beyond_table::find(std::string_view id) const
{
    return found_in(by_id_, std::string(id));
}

const ranked& beyond_table::of(slot owner) const
{
    static const ranked none;
    const auto at = by_owner_.find(owner);
    return at == by_owner_.end() ? none : at->second;
}

slot beyond_table::add(beyond_object made)
{
    const auto at = static_cast<slot>(rows_.size());
    made.rank = beyond_rank(made.id);
    by_id_[made.id] = at;
    order_.emplace(made.rank, at);
    if (made.owner != no_slot) by_owner_[made.owner].emplace(made.rank, at);
    rows_.push_back(std::move(made));
    return at;
}

void beyond_table::remove(slot place)
{
    auto& one = rows_[place];
    by_id_.erase(one.id);
    order_.erase({one.rank, place});
    if (one.owner != no_slot) by_owner_[one.owner].erase({one.rank, place});
    one = {};
    one.alive = false;
}

void beyond_realm::forget_identity(slot at)
{
    const std::pair key{directory.identity(at).rank, at};
    for (const auto kind : {beyond_kind::role, beyond_kind::sso_config})
        for (const auto& [rank, place] : table(kind).all()) table(kind).at(place).identities.erase(key);
    for (const auto kind : {beyond_kind::credential, beyond_kind::job}) {
        const auto owned = table(kind).of(at);
        for (const auto& [rank, place] : owned) table(kind).remove(place);
    }
    directory.remove_identity(at);
}

void beyond_realm::forget_group(slot at)
{
    const std::pair key{directory.group(at).rank, at};
    for (const auto kind : {beyond_kind::role, beyond_kind::sso_config})
        for (const auto& [rank, place] : table(kind).all()) table(kind).at(place).groups.erase(key);
    directory.remove_group(at);
}

bool beyond_realm::holds_role(slot identity) const
{
    const std::pair key{directory.identity(identity).rank, identity};
    const auto& roles = table(beyond_kind::role);
    return std::any_of(roles.all().begin(), roles.all().end(),
                       [&](const auto& one) { return roles.at(one.second).identities.contains(key); });
}

} // namespace idferry::sandbox
