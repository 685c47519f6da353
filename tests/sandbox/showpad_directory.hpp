// What the pretended Showpad organisation holds: users with Showpad's own fields, groups, and "All Users", which every
// user is in. Keeps the indexes true; knows no rules of the API. Not thread-safe: the server locks.
#pragma once

#include "tests/sandbox/bare_id_directory.hpp" // slot

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace idferry::sandbox {

struct showpad_user
{
    std::string id;
    std::string user_name;
    std::string external_id;
    std::string given;
    std::string family;
    std::string email;
    std::string phone; // empty = none
    std::string locale;
    std::string timezone;
    std::string title;
    std::string organization;
    std::string role;                      // lower case
    std::vector<std::string> entitlements; // group ids
    std::vector<slot> groups;              // without "All Users"
    bool active{true};
    bool alive{true};
};

struct showpad_group
{
    std::string id;
    std::string name;
    std::vector<slot> members; // unused for the default group
    bool is_default{false};
    bool alive{true};
};

class showpad_directory
{
public:
    const showpad_user& user(slot at) const { return users_[at]; }
    const showpad_group& group(slot at) const { return groups_[at]; }
    const std::vector<slot>& order() const { return order_; }
    const std::vector<slot>& group_order() const { return group_order_; }
    const std::vector<slot>& members(slot group) const
    {
        return groups_[group].is_default ? order_ : groups_[group].members;
    }
    std::size_t slots() const { return users_.size(); }

    slot find_user(std::string_view id) const;
    slot find_user_name(std::string_view name) const; // folded
    slot find_email(std::string_view email) const;    // folded
    slot find_group(std::string_view id) const;
    slot find_group_name(std::string_view name) const; // folded
    slot owner() const;

    slot add_user(showpad_user user, bool in_front = false);
    // Takes everything but id, groups and alive from `fields`.
    void replace_user(slot at, showpad_user fields);
    void remove_user(slot at);
    slot add_group(std::string id, std::string name, bool is_default = false);
    void rename_group(slot at, std::string name);
    void remove_group(slot at); // memberships and entitlements that point to it vanish
    void set_members(slot group, const std::vector<slot>& members); // duplicates are dropped

private:
    std::vector<showpad_user> users_;
    std::vector<showpad_group> groups_;
    std::vector<slot> order_;
    std::vector<slot> group_order_;
    std::unordered_map<std::string, slot> by_id_;
    std::unordered_map<std::string, slot> by_user_name_;
    std::unordered_map<std::string, slot> by_email_;
    std::unordered_map<std::string, slot> group_by_id_;
    std::unordered_map<std::string, slot> group_by_name_; // the first of that name
};

} // namespace idferry::sandbox
