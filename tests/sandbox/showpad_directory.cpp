#include "tests/sandbox/showpad_directory.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

slot showpad_slot(const std::unordered_map<std::string, slot>& index, const std::string& key)
{
    const auto found = index.find(key);
    return found == index.end() ? no_slot : found->second;
}

void showpad_drop(std::vector<slot>& list, slot value)
{
    if (const auto found = std::find(list.begin(), list.end(), value); found != list.end()) list.erase(found);
}

} // namespace

slot showpad_directory::find_user(std::string_view id) const
{
    return showpad_slot(by_id_, std::string(id));
}
slot showpad_directory::find_user_name(std::string_view name) const
{
    return showpad_slot(by_user_name_, fold(name));
}
slot showpad_directory::find_email(std::string_view email) const
{
    return showpad_slot(by_email_, fold(email));
}
slot showpad_directory::find_group(std::string_view id) const
{
    return showpad_slot(group_by_id_, std::string(id));
}
slot showpad_directory::find_group_name(std::string_view name) const
{
    return showpad_slot(group_by_name_, fold(name));
}

slot showpad_directory::owner() const
{
    for (const auto at : order_)
        if (users_[at].role == "owner") return at;
    return no_slot;
}

slot showpad_directory::add_user(showpad_user user, bool in_front)
{
    const auto at = static_cast<slot>(users_.size());
    by_id_[user.id] = at;
    by_user_name_[fold(user.user_name)] = at;
    by_email_[fold(user.email)] = at;
    users_.push_back(std::move(user));
    order_.insert(in_front ? order_.begin() : order_.end(), at);
    return at;
}

void showpad_directory::replace_user(slot at, showpad_user fields)
{
    auto& user = users_[at];
    by_user_name_.erase(fold(user.user_name));
    by_email_.erase(fold(user.email));
    fields.id = user.id;
    fields.groups = std::move(user.groups);
    fields.alive = true;
    user = std::move(fields);
    by_user_name_[fold(user.user_name)] = at;
    by_email_[fold(user.email)] = at;
}

void showpad_directory::remove_user(slot at)
{
    auto& user = users_[at];
    for (const auto group : user.groups) showpad_drop(groups_[group].members, at);
    by_id_.erase(user.id);
    by_user_name_.erase(fold(user.user_name));
    by_email_.erase(fold(user.email));
    user = {};
    user.alive = false;
    showpad_drop(order_, at);
}

slot showpad_directory::add_group(std::string id, std::string name, bool is_default)
{
    const auto at = static_cast<slot>(groups_.size());
    group_by_id_[id] = at;
    group_by_name_.try_emplace(fold(name), at);
    groups_.push_back({std::move(id), std::move(name), {}, is_default, true});
    group_order_.push_back(at);
    return at;
}

void showpad_directory::rename_group(slot at, std::string name)
{
    if (groups_[at].name == name) return;
    const auto key = fold(groups_[at].name);
    groups_[at].name = std::move(name);
    if (find_group_name(key) == at) {
        group_by_name_.erase(key);
        for (const auto other : group_order_)
            if (fold(groups_[other].name) == key) group_by_name_.try_emplace(key, other);
    }
    group_by_name_.try_emplace(fold(groups_[at].name), at);
}

void showpad_directory::remove_group(slot at)
{
    auto& group = groups_[at];
    const auto id = group.id;
    for (const auto user : group.members) showpad_drop(users_[user].groups, at);
    for (const auto user : order_)
        if (auto& list = users_[user].entitlements; !list.empty()) std::erase(list, id);
    rename_group(at, id); // frees the name for a namesake
    group_by_name_.erase(fold(id));
    group_by_id_.erase(id);
    group.members.clear();
    group.alive = false;
    showpad_drop(group_order_, at);
}

void showpad_directory::set_members(slot group, const std::vector<slot>& members)
{
    std::vector<bool> wanted(users_.size());
    std::vector<slot> list;
    list.reserve(members.size());
    for (const auto user : members)
        if (!wanted[user]) {
            wanted[user] = true;
            list.push_back(user);
        }
    std::vector<bool> had(users_.size());
    for (const auto user : groups_[group].members) {
        had[user] = true;
        if (!wanted[user]) showpad_drop(users_[user].groups, group);
    }
    for (const auto user : list)
        if (!had[user]) users_[user].groups.push_back(group);
    groups_[group].members = std::move(list);
}

} // namespace idferry::sandbox
