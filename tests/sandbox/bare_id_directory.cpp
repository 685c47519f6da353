#include "tests/sandbox/bare_id_directory.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

slot slot_of(const std::unordered_map<std::string, slot>& index, const std::string& key)
{
    const auto found = index.find(key);
    return found == index.end() ? no_slot : found->second;
}

void drop(std::vector<slot>& list, slot value)
{
    if (const auto found = std::find(list.begin(), list.end(), value); found != list.end()) list.erase(found);
}

std::vector<std::string> attribute_values(const json& value)
{
    const json* list = &value;
    if (value.is_object()) list = value.contains("values") ? &value["values"] : nullptr;
    std::vector<std::string> out;
    auto take = [&](const json& one) {
        if (!one.is_null()) out.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    };
    if (list != nullptr && list->is_array())
        for (const auto& one : *list) take(one);
    else if (list != nullptr)
        take(*list);
    return out;
}

std::string string_member(const json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

std::string bare_user_text(const bare_profile& profile)
{
    std::string out = "{\"uuid\":";
    append_json_string(out, profile.id);
    out += ",\"username\":";
    append_json_string(out, profile.username);
    out += ",\"email\":";
    append_json_string(out, profile.email);
    out += profile.enabled ? ",\"enabled\":true" : ",\"enabled\":false";
    out += profile.verified ? ",\"emailVerified\":true" : ",\"emailVerified\":false";
    out += ",\"attributes\":{";
    bool first = true;
    for (const auto& [name, values] : profile.attributes) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, name);
        out += ":{\"values\":[";
        for (std::size_t at = 0; at < values.size(); ++at) {
            if (at > 0) out += ',';
            append_json_string(out, values[at]);
        }
        out += "]}";
    }
    out += "}}";
    return out;
}

bare_profile bare_profile_of(const json& user)
{
    bare_profile out;
    out.id = string_member(user, "uuid");
    out.username = string_member(user, "username");
    out.email = string_member(user, "email");
    out.enabled = user.contains("enabled") && user["enabled"].is_boolean() && user["enabled"].get<bool>();
    out.verified =
        user.contains("emailVerified") && user["emailVerified"].is_boolean() && user["emailVerified"].get<bool>();
    for (const char* name : {"firstName", "lastName"})
        if (auto value = string_member(user, name); !value.empty())
            out.attributes.emplace_back(name, std::vector<std::string>{std::move(value)});
    if (const auto found = user.find("attributes"); found != user.end() && found->is_object())
        for (auto member = found->begin(); member != found->end(); ++member) {
            const auto known = std::find_if(out.attributes.begin(), out.attributes.end(),
                                            [&](const auto& one) { return one.first == member.key(); });
            if (known == out.attributes.end())
                out.attributes.emplace_back(member.key(), attribute_values(member.value()));
        }
    return out;
}

slot bare_directory::find_user(std::string_view id) const
{
    return slot_of(by_id_, std::string(id));
}
slot bare_directory::find_username(std::string_view name) const
{
    return slot_of(by_username_, fold(name));
}
slot bare_directory::find_group(std::string_view id) const
{
    return slot_of(group_by_id_, std::string(id));
}

slot bare_directory::find_email(std::string_view email) const
{
    const auto wanted = fold(email);
    for (const auto at : order_)
        if (users_[at].email.size() == email.size() && fold(users_[at].email) == wanted) return at;
    return no_slot;
}

slot bare_directory::find_group_by_path(std::string_view wanted) const
{
    for (const auto at : group_order_)
        if (groups_[at].name == wanted || path(at) == wanted) return at;
    return no_slot;
}

std::string bare_directory::path(slot group) const
{
    std::string out;
    for (auto at = group; at != no_slot; at = groups_[at].parent) out.insert(0, "/" + groups_[at].name);
    return out;
}

slot bare_directory::add_user(const bare_profile& profile, bool in_front)
{
    const auto at = static_cast<slot>(users_.size());
    users_.push_back({profile.id, profile.username, profile.email, bare_user_text(profile), {}, profile.enabled, true});
    by_id_[profile.id] = at;
    by_username_[fold(profile.username)] = at;
    order_.insert(in_front ? order_.begin() : order_.end(), at);
    tell("CREATE", "USER", "users/" + profile.id);
    return at;
}

void bare_directory::replace_user(slot at, const bare_profile& profile)
{
    auto& user = users_[at];
    by_id_.erase(user.id);
    by_username_.erase(fold(user.username));
    user.id = profile.id;
    user.username = profile.username;
    user.email = profile.email;
    user.enabled = profile.enabled;
    user.text = bare_user_text(profile);
    by_id_[user.id] = at;
    by_username_[fold(user.username)] = at;
    tell("UPDATE", "USER", "users/" + user.id);
}

void bare_directory::remove_user(slot at)
{
    auto& user = users_[at];
    for (const auto group : user.groups) drop(groups_[group].members, at);
    user.groups.clear();
    user.alive = false;
    user.text.clear();
    by_id_.erase(user.id);
    by_username_.erase(fold(user.username));
    drop(order_, at);
    tell("DELETE", "USER", "users/" + user.id);
}

void bare_directory::add_member(slot group, slot user, bool in_front)
{
    auto& groups = users_[user].groups;
    if (std::find(groups.begin(), groups.end(), group) != groups.end()) return;
    groups.push_back(group);
    auto& members = groups_[group].members;
    members.insert(in_front ? members.begin() : members.end(), user);
    if (changed) tell("CREATE", "GROUP_MEMBERSHIP", "users/" + users_[user].id + "/groups/" + groups_[group].id);
}

void bare_directory::remove_member(slot group, slot user)
{
    drop(users_[user].groups, group);
    drop(groups_[group].members, user);
    if (changed) tell("DELETE", "GROUP_MEMBERSHIP", "users/" + users_[user].id + "/groups/" + groups_[group].id);
}

slot bare_directory::add_group(std::string id, std::string name, slot parent)
{
    const auto at = static_cast<slot>(groups_.size());
    group_by_id_[id] = at;
    groups_.push_back({std::move(id), std::move(name), parent, {}, {}, true});
    (parent == no_slot ? roots_ : groups_[parent].children).push_back(at);
    group_order_.push_back(at);
    tell("CREATE", "GROUP", "groups/" + groups_[at].id);
    return at;
}

void bare_directory::rename_group(slot at, std::string name)
{
    groups_[at].name = std::move(name);
    tell("UPDATE", "GROUP", "groups/" + groups_[at].id);
}

void bare_directory::remove_group(slot at)
{
    const auto children = groups_[at].children;
    for (const auto child : children) remove_group(child);
    auto& group = groups_[at];
    for (const auto user : group.members) drop(users_[user].groups, at);
    group.members.clear();
    group.alive = false;
    group_by_id_.erase(group.id);
    drop(group.parent == no_slot ? roots_ : groups_[group.parent].children, at);
    drop(group_order_, at);
    tell("DELETE", "GROUP", "groups/" + group.id);
}

} // namespace idferry::sandbox
