// How people and groups are read from a provider that is a source: data, like the rest of a profile.
#pragma once

#include <string>
#include <vector>

namespace idferry::connectors::scim {

// Where memberships are found.
enum class memberships_from
{
    automatic,   // the lists; a group that comes without `members` is read alone where no list shows any
    lists,       // `members` in the list of groups
    group_reads, // `members` of each group, read alone
    user_groups, // `groups` of each user: everybody is held in memory until all of them are known
    hidden       // nowhere
};

// What a group without `members`, or a user without `groups`, means. RFC 7643 section 2.5 makes no difference between
// an empty list and none; some providers leave lists out altogether.
enum class absent_list
{
    automatic, // empty, when the provider shows such a list of anybody
    empty,
    unknown // nothing is known about it
};

// What a user without `active` is.
enum class absent_active
{
    error,
    is_true,
    is_false
};

struct source_rules
{
    bool groups{true}; // there are groups at all
    memberships_from memberships{memberships_from::automatic};
    absent_list absent{absent_list::automatic};
    bool exclude_members{true}; // excludedAttributes=members where members of the list are of no use
    bool confirm_end{true};     // ask for one more page when the last one was full
    bool prove{true};           // somebody can be asked for by id, and 404 means that they are gone
    absent_active active{absent_active::error};
    std::vector<std::string> leave_out; // attributes that are cut out of every record
};

// Everything that changes what is read or what a record decodes to, as text.
std::string reading_text(const source_rules& rules);

} // namespace idferry::connectors::scim
