#include "daemon/reconcile/directory.hpp"

#include <algorithm>
#include <set>

namespace idferry::daemon::reconcile {

namespace {

struct person_id
{
    std::uint64_t high;
    std::uint32_t low;
};

person_id shorten(const mapping::digest& d)
{
    return {d.high, static_cast<std::uint32_t>(d.low >> 32)};
}

mapping::digest membership_digest(const group_entry& g)
{
    std::string text;
    text.reserve(g.key.size() + g.name.size() + g.path.size() + 2);
    text.append(g.key).push_back('\0');
    text.append(g.name).push_back('\0');
    text.append(g.path);
    return mapping::fast_digest(text);
}

} // namespace

std::uint32_t directory::add_group(group_entry g)
{
    if (auto known = by_key_.find(g.key); known != by_key_.end()) return known->second;
    const auto index = static_cast<std::uint32_t>(groups_.size());
    g.bytes_digest = mapping::fast_digest(g.bytes);
    membership_digests_.push_back(membership_digest(g));
    by_key_.emplace(g.key, index);
    by_digest_.emplace(mapping::fast_digest(g.key), index);
    groups_.push_back(std::move(g));
    return index;
}

void directory::add_member(std::string_view group_key, std::string_view person_key)
{
    if (const auto group = by_key_.find(group_key); group != by_key_.end()) add_member(group->second, person_key);
}

void directory::add_member(std::uint32_t group, std::string_view person_key)
{
    const auto person = mapping::fast_digest(person_key);
    groups_[group].members_sum.add(mapping::combine(person, person));
    if (const auto nested = by_digest_.find(person); nested != by_digest_.end()) {
        groups_[group].nested.push_back(nested->second);
        return;
    }
    const auto id = shorten(person);
    as_read_.push_back({id.high, id.low, group});
}

void directory::end_members(std::string_view group_key, list_state proof)
{
    if (const auto group = by_key_.find(group_key); group != by_key_.end())
        groups_[group->second].members = std::move(proof);
}

void directory::end_groups(const list_state& proof)
{
    if (proof.complete) return;
    groups_complete_ = false;
    why_groups_.push_back(proof.why);
}

// Into buckets first, then each of the small buckets: an ordinary sort of so many costs more than their digests.
void directory::sort_memberships()
{
    const auto leading = [](const membership& m) { return m.high; };
    as_read_.insert(as_read_.end(), memberships_.begin(), memberships_.end());
    buckets_ = mapping::digest_buckets(as_read_, leading);
    memberships_ = buckets_.ordered<membership>(as_read_, leading);
    as_read_ = {};
    for (std::size_t i = 0; i < buckets_.count(); ++i) {
        const auto [begin, end] = buckets_.bucket(i);
        std::sort(memberships_.begin() + static_cast<std::ptrdiff_t>(begin),
                  memberships_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    // Who is listed twice in a group is its member once.
    const auto end = std::unique(memberships_.begin(), memberships_.end());
    if (end == memberships_.end()) return;
    memberships_.erase(end, memberships_.end());
    buckets_ = mapping::digest_buckets(memberships_, leading);
}

void directory::settle()
{
    sort_memberships();
    children_.assign(groups_.size(), {});
    for (std::uint32_t i = 0; i < groups_.size(); ++i)
        if (const auto parent = by_key_.find(groups_[i].parent); parent != by_key_.end())
            children_[parent->second].push_back(i);
}

void directory::correct(std::string_view person_key, const std::vector<std::string>& group_keys)
{
    std::vector<std::uint32_t> indices;
    for (const auto& key : group_keys)
        if (const auto g = by_key_.find(key); g != by_key_.end()) indices.push_back(g->second);
    std::sort(indices.begin(), indices.end());
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());

    // The members sums follow, so that a corrected group has the digest of a complete read.
    const auto person = mapping::fast_digest(person_key);
    const auto share = mapping::combine(person, person);
    const auto was = direct_groups_of(person);
    for (const auto g : was)
        if (!std::binary_search(indices.begin(), indices.end(), g)) groups_[g].members_sum.subtract(share);
    for (const auto g : indices)
        if (!std::binary_search(was.begin(), was.end(), g)) groups_[g].members_sum.add(share);
    corrected_[person] = std::move(indices);
}

void directory::keep(std::string_view person_key, const std::vector<std::string>& group_keys)
{
    auto all = group_keys;
    for (const auto index : direct_groups_of(mapping::fast_digest(person_key))) all.push_back(groups_[index].key);
    correct(person_key, all);
}

bool directory::is_corrected(std::string_view person_key) const
{
    return !corrected_.empty() && corrected_.contains(mapping::fast_digest(person_key));
}

std::vector<directory::membership>::const_iterator directory::first_of(std::uint64_t high, std::uint32_t low) const
{
    const auto [begin, end] = buckets_.of(high);
    return std::lower_bound(memberships_.begin() + static_cast<std::ptrdiff_t>(begin),
                            memberships_.begin() + static_cast<std::ptrdiff_t>(end), membership{high, low, 0});
}

std::vector<std::uint32_t> directory::direct_groups_of(const mapping::digest& person) const
{
    if (!corrected_.empty())
        if (const auto c = corrected_.find(person); c != corrected_.end()) return c->second;
    const auto id = shorten(person);
    auto it = first_of(id.high, id.low);
    std::vector<std::uint32_t> out;
    for (; it != memberships_.end() && it->high == id.high && it->low == id.low; ++it) out.push_back(it->group);
    return out;
}

std::vector<std::uint32_t> directory::groups_of(std::string_view person_key) const
{
    auto direct = direct_groups_of(mapping::fast_digest(person_key));
    if (!inherited_) return direct;
    std::set<std::uint32_t> all;
    for (auto g : direct) {
        // The visited set is also the guard against a parent cycle.
        for (std::uint32_t at = g; all.insert(at).second;) {
            const auto parent = by_key_.find(groups_[at].parent);
            if (parent == by_key_.end()) break;
            at = parent->second;
        }
    }
    return {all.begin(), all.end()};
}

void directory::prefetch(std::string_view person_key) const
{
    __builtin_prefetch(memberships_.data() + buckets_.of(mapping::fast_digest(person_key).high).begin);
}

mapping::digest directory::memberships_digest(std::string_view person_key) const
{
    set_sum sum;
    if (inherited_ || !corrected_.empty()) {
        for (const auto g : groups_of(person_key)) sum.add(membership_digests_[g]);
        return sum.value();
    }
    // The way of almost every person of almost every cycle: no list is made.
    const auto id = shorten(mapping::fast_digest(person_key));
    auto it = first_of(id.high, id.low);
    for (; it != memberships_.end() && it->high == id.high && it->low == id.low; ++it)
        sum.add(membership_digests_[it->group]);
    return sum.value();
}

// Every group whose direct members count as members of `group`: itself, nested ones, and descendants when inherited.
void directory::flow_into(std::uint32_t group, std::set<std::uint32_t>& out) const
{
    std::vector<std::uint32_t> todo{group};
    while (!todo.empty()) {
        const auto g = todo.back();
        todo.pop_back();
        if (!out.insert(g).second) continue; // a cycle of groups ends here
        for (const auto n : groups_[g].nested) todo.push_back(n);
        if (inherited_ && g < children_.size())
            for (const auto c : children_[g]) todo.push_back(c);
    }
}

mapping::digest directory::members_digest(std::uint32_t group) const
{
    if (groups_[group].nested.empty() && !inherited_) return groups_[group].members_sum.value();
    std::set<std::uint32_t> from;
    flow_into(group, from);
    set_sum sum;
    for (const auto g : from) sum.add(groups_[g].members_sum.value());
    return sum.value();
}

mapping::digest directory::member_id(std::string_view person_key)
{
    const auto id = shorten(mapping::fast_digest(person_key));
    return {id.high, static_cast<std::uint64_t>(id.low) << 32};
}

std::vector<std::vector<mapping::digest>> directory::members_of(const std::vector<std::uint32_t>& groups) const
{
    // For each group that was read, the wanted groups that it flows into: then one pass over the memberships.
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> into;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        std::set<std::uint32_t> from;
        flow_into(groups[i], from);
        for (const auto f : from) into[f].push_back(i);
    }
    std::vector<std::vector<mapping::digest>> out(groups.size());
    const auto add = [&](const mapping::digest& id, std::uint32_t group) {
        if (const auto to = into.find(group); to != into.end())
            for (const auto i : to->second) out[i].push_back(id);
    };
    std::set<mapping::digest> corrected;
    for (const auto& [person, in] : corrected_) {
        const mapping::digest id{person.high, (person.low >> 32) << 32};
        corrected.insert(id);
        for (const auto g : in) add(id, g);
    }
    for (const auto& m : memberships_) {
        const mapping::digest id{m.high, static_cast<std::uint64_t>(m.low) << 32};
        if (corrected.empty() || !corrected.contains(id)) add(id, m.group);
    }
    for (auto& members : out) {
        std::sort(members.begin(), members.end());
        members.erase(std::unique(members.begin(), members.end()), members.end());
    }
    return out;
}

bool directory::members_proved(std::uint32_t group) const
{
    std::set<std::uint32_t> from;
    flow_into(group, from);
    return groups_complete_ &&
           std::all_of(from.begin(), from.end(), [&](auto g) { return groups_[g].members.complete; });
}

bool directory::all_proved() const
{
    return groups_complete_ &&
           std::all_of(groups_.begin(), groups_.end(), [](const auto& g) { return g.members.complete; });
}

const group_entry* directory::find(std::string_view key) const
{
    const auto g = by_key_.find(key);
    return g == by_key_.end() ? nullptr : &groups_[g->second];
}

std::optional<std::uint32_t> directory::index_of(std::string_view key) const
{
    const auto g = by_key_.find(key);
    if (g == by_key_.end()) return std::nullopt;
    return g->second;
}

std::vector<std::uint32_t> directory::unproved_groups(const mapping::groups_read& reads) const
{
    std::vector<std::uint32_t> out;
    if (!reads.any()) return out;
    for (std::uint32_t i = 0; i < groups_.size(); ++i) {
        const auto& g = groups_[i];
        if (!reads.all && !reads.displays.contains(g.name) && !reads.paths.contains(g.path)) continue;
        if (!members_proved(i)) out.push_back(i);
    }
    return out;
}

} // namespace idferry::daemon::reconcile
