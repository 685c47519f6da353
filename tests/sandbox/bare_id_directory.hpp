// What the pretended Bare.ID instance holds: users as ready JSON text, a tree of groups, direct memberships.
//
// Users and groups are addressed by slot; a slot is never used again. Not thread-safe: the server locks.
#pragma once

#include "tests/sandbox/web.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace idferry::sandbox {

using slot = std::uint32_t;
constexpr slot no_slot = 0xFFFFFFFFU;

// One user, taken apart.
struct bare_profile
{
    std::string id;
    std::string username;
    std::string email;
    bool enabled{true};
    bool verified{false};
    std::vector<std::pair<std::string, std::vector<std::string>>> attributes;
};

struct bare_user
{
    std::string id;
    std::string username;
    std::string email;
    std::string text; // the User object of the API, in its default form
    std::vector<slot> groups;
    bool enabled{true};
    bool alive{true};
};

struct bare_group
{
    std::string id;
    std::string name;
    slot parent{no_slot};
    std::vector<slot> children;
    std::vector<slot> members;
    bool alive{true};
};

class bare_directory
{
public:
    const bare_user& user(slot at) const { return users_[at]; }
    const bare_group& group(slot at) const { return groups_[at]; }
    const std::vector<slot>& order() const { return order_; }             // living users, in list order
    const std::vector<slot>& group_order() const { return group_order_; } // living groups
    const std::vector<slot>& roots() const { return roots_; }

    slot find_user(std::string_view id) const;
    slot find_username(std::string_view username) const; // without case
    slot find_email(std::string_view email) const;       // without case; a scan
    slot find_group(std::string_view id) const;
    slot find_group_by_path(std::string_view path) const;
    std::string path(slot group) const;

    slot add_user(const bare_profile& profile, bool in_front = false);
    void replace_user(slot at, const bare_profile& profile); // the id may change
    void remove_user(slot at);
    void add_member(slot group, slot user, bool in_front = false); // twice is harmless
    void remove_member(slot group, slot user);
    slot add_group(std::string id, std::string name, slot parent);
    void rename_group(slot at, std::string name);
    void remove_group(slot at); // with everything below it

    // Told of every change made by the functions above: CREATE, UPDATE or DELETE, of USER, GROUP or GROUP_MEMBERSHIP,
    // and the path: users/<id>, users/<id>/groups/<id>, groups/<id>.
    std::function<void(std::string_view operation, std::string_view type, const std::string& path)> changed;

private:
    void tell(std::string_view operation, std::string_view type, const std::string& path) const
    {
        if (changed) changed(operation, type, path);
    }

    std::vector<bare_user> users_;
    std::vector<bare_group> groups_;
    std::vector<slot> order_;
    std::vector<slot> group_order_;
    std::vector<slot> roots_;
    std::unordered_map<std::string, slot> by_id_;
    std::unordered_map<std::string, slot> by_username_;
    std::unordered_map<std::string, slot> group_by_id_;
};

// The text form of a user and back. Reading accepts attribute values as {"values":[…]}, a list, or one string, and
// first and last name at the top level.
std::string bare_user_text(const bare_profile& profile);
bare_profile bare_profile_of(const json& user);

} // namespace idferry::sandbox
