// The groups and memberships of one read, with what is proved about each list. Pure; filled while pages arrive.
//
// Memory: 16 bytes a membership, plus each group's names. People are known here by the digest of their key only.
#pragma once

#include "mapping/digest.hpp"
#include "mapping/digest_buckets.hpp"
#include "mapping/ids.hpp"
#include "mapping/mapper.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace idferry::daemon::reconcile {

// An order-free sum over digests, from which one can be taken away again.
struct set_sum
{
    std::uint64_t a{0}, b{0};
    void add(const mapping::digest& d) { a += d.high, b += d.low; }
    void subtract(const mapping::digest& d) { a -= d.high, b -= d.low; }
    mapping::digest value() const { return {a, b}; }
};

// What is known about a list once it has ended.
struct list_state
{
    bool complete{false};
    std::string why; // when not
    std::uint64_t size{0};
};

struct group_entry
{
    std::string key;
    std::string name;
    std::string path;
    std::string parent; // key, or ""
    std::string bytes;  // the record as it came
    mapping::digest bytes_digest;
    list_state members;                // proof of its members list
    set_sum members_sum;               // over its direct members
    std::vector<std::uint32_t> nested; // groups that are members of this one
};

class directory
{
public:
    explicit directory(bool inherited) : inherited_(inherited) {}

    // Records of a groups list; a key that is there already is ignored. Returns the group's index.
    std::uint32_t add_group(group_entry g);
    // One membership as it was read: a person's, or a group's that is itself known. `group` is an index.
    void add_member(std::uint32_t group, std::string_view person_key);
    // The same by the group's key; nothing happens when there is no such group.
    void add_member(std::string_view group_key, std::string_view person_key);
    void end_members(std::string_view group_key, list_state proof);
    // A groups list ended; one that is not complete leaves every membership unproved.
    void end_groups(const list_state& proof);
    // Sorts the memberships; call once after the last members list.
    void settle();

    // What a proof for one person corrected: exactly these groups, whatever the lists said.
    void correct(std::string_view person_key, const std::vector<std::string>& group_keys);
    // The person was there, but nothing could be proved: keep these memberships beside those that were read.
    void keep(std::string_view person_key, const std::vector<std::string>& group_keys);

    // True when `correct` or `keep` said what this person's groups are.
    bool is_corrected(std::string_view person_key) const;

    // Indices of a person's groups (with ancestors when memberships are inherited), sorted.
    std::vector<std::uint32_t> groups_of(std::string_view person_key) const;
    // Order-free digest over a person's groups: key, name and path of each.
    mapping::digest memberships_digest(std::string_view person_key) const;
    // Fetches what memberships_digest will read into the cache: worth it when many people follow each other.
    void prefetch(std::string_view person_key) const;
    // Order-free digest over everybody who flows into the group: moves when a nested group's list does.
    mapping::digest members_digest(std::uint32_t group) const;
    // Everybody in each of these groups: direct, nested (flattened, each group once), and inherited where asked for. As
    // `member_id` gives them, sorted; in the order of `groups`.
    std::vector<std::vector<mapping::digest>> members_of(const std::vector<std::uint32_t>& groups) const;
    // How a person is known here: the key's digest, shortened to 96 bits.
    static mapping::digest member_id(std::string_view person_key);
    // True when the group's members list, and every list that flows into it, is complete.
    bool members_proved(std::uint32_t group) const;

    const std::vector<group_entry>& groups() const { return groups_; }
    const group_entry* find(std::string_view key) const;
    std::optional<std::uint32_t> index_of(std::string_view key) const;
    // True when every members list, and every groups list, is complete: then nothing is in doubt.
    bool all_proved() const;
    bool groups_proved() const { return groups_complete_; }
    const std::vector<std::string>& why_groups_unproved() const { return why_groups_; }
    std::uint64_t memberships() const { return memberships_.size() + as_read_.size(); }

    // Groups that a mapping reads and whose members list is unproved.
    std::vector<std::uint32_t> unproved_groups(const mapping::groups_read& reads) const;

private:
    // 96 bits of the person's key digest and the group's index.
    struct membership
    {
        std::uint64_t high;
        std::uint32_t low;
        std::uint32_t group;
        auto operator<=>(const membership&) const = default;
    };
    void sort_memberships();
    // Where a person's memberships begin.
    std::vector<membership>::const_iterator first_of(std::uint64_t high, std::uint32_t low) const;
    std::vector<std::uint32_t> direct_groups_of(const mapping::digest& person) const;
    void flow_into(std::uint32_t group, std::set<std::uint32_t>& out) const;

    bool inherited_;
    bool groups_complete_{true};
    std::vector<std::string> why_groups_;
    std::vector<group_entry> groups_;
    // Looked up by views: one membership must not cost a string.
    struct text_hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>> by_key_;
    std::unordered_map<mapping::digest, std::uint32_t, mapping::digest_hash>
        by_digest_;                                   // of the key: is this member a group?
    std::vector<mapping::digest> membership_digests_; // one a group: key, name, path
    std::deque<membership> as_read_;                  // until they are settled
    std::vector<membership> memberships_;             // sorted
    mapping::digest_buckets buckets_;                 // of memberships_
    std::map<mapping::digest, std::vector<std::uint32_t>> corrected_;
    std::vector<std::vector<std::uint32_t>> children_;
};

} // namespace idferry::daemon::reconcile
