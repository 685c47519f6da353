#include "tests/sandbox/showpad.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

outgoing showpad_edit_error(int status, const std::string& text)
{
    return json_answer(status, json{{"error", text}}.dump());
}

} // namespace

// Compact: [userName, externalId, active, role, given, family, e-mail, title, locale, organization, phone] and
// [group name, [user names, sorted]], both sorted: two runs with different ids compare equal.
std::string showpad_server::dump(bool compact)
{
    const std::shared_lock lock(mutex_);
    std::vector<std::string> users;
    std::vector<std::string> groups;
    for (const auto at : directory_.order()) {
        std::string text;
        if (compact) {
            const auto& user = directory_.user(at);
            text = "[" + json_string(user.user_name) + "," + json_string(user.external_id) +
                   (user.active ? ",true" : ",false");
            for (const auto* field : {&user.role, &user.given, &user.family, &user.email, &user.title, &user.locale,
                                      &user.organization, &user.phone}) {
                text += ',';
                append_json_string(text, *field);
            }
            text += ']';
        } else {
            append_user(text, at, "");
        }
        users.push_back(std::move(text));
    }
    for (const auto at : directory_.group_order()) {
        std::string text;
        if (compact) {
            std::vector<std::string> names;
            if (!directory_.group(at).is_default)
                for (const auto user : directory_.members(at))
                    names.push_back(json_string(directory_.user(user).user_name));
            std::sort(names.begin(), names.end());
            text = "[" + json_string(directory_.group(at).name) + ",[";
            for (std::size_t one = 0; one < names.size(); ++one) text += (one > 0 ? "," : "") + names[one];
            text += "]]";
        } else {
            append_group(text, at, "", true);
        }
        groups.push_back(std::move(text));
    }
    if (compact) {
        std::sort(users.begin(), users.end());
        std::sort(groups.begin(), groups.end());
    }
    std::string out = "{\"users\":[";
    for (std::size_t at = 0; at < users.size(); ++at) out.append(at > 0 ? ",\n" : "\n").append(users[at]);
    out += "],\"groups\":[";
    for (std::size_t at = 0; at < groups.size(); ++at) out.append(at > 0 ? ",\n" : "\n").append(groups[at]);
    return out + "]}";
}

std::string showpad_server::load(const json& state)
{
    if (!state.is_object() || !state.contains("users") || !state.contains("groups"))
        return "showpad: users or groups missing";
    const std::unique_lock lock(mutex_);
    directory_ = {};
    for (const auto& group : state["groups"]) {
        const auto name = group.value("displayName", std::string());
        const bool is_default = fold(name) == "all users";
        const auto at = directory_.add_group(group.value("id", random_.hex(16)), name, is_default);
        if (is_default) all_users_ = at;
    }
    for (const auto& one : state["users"]) {
        showpad_user user;
        if (const auto problem = take_user(one, no_slot, user); problem.status != 0) {
            fill();
            return "showpad: " + problem.detail + ": " + one.dump().substr(0, 200);
        }
        user.id = one.value("id", random_.hex(16));
        directory_.add_user(std::move(user));
    }
    for (const auto& group : state["groups"]) {
        std::vector<slot> members;
        for (const auto& member : group.value("members", json::array()))
            if (const auto at = directory_.find_user(member.value("value", std::string())); at != no_slot)
                members.push_back(at);
        if (const auto at = directory_.find_group_name(group.value("displayName", std::string())); at != all_users_)
            directory_.set_members(at, members);
    }
    const std::lock_guard tokens(token_mutex_); // our token belongs to the owner of the new directory
    if (const auto owner = directory_.owner(); owner != no_slot) tokens_[token_] = {directory_.user(owner).id};
    return {};
}

// POST users · GET, PATCH, DELETE users/{u} · POST groups · PATCH, DELETE groups/{g} · PUT, DELETE
// groups/{g}/members/{u} · POST tokens {"user":…, "expired":false}
answer showpad_server::edit(const request& asked, const std::vector<std::string>& path)
{
    answer out{showpad_edit_error(404, "unknown edit"), "edit", "control"};
    if (path.empty()) return out;
    if (path[0] == "tokens" && asked.method == "POST") {
        const auto body = parse_json(asked.raw->body).value_or(json::object());
        std::string id;
        {
            const std::shared_lock lock(mutex_);
            const auto key = body.value("user", owner_name_);
            auto at = directory_.find_user(key);
            if (at == no_slot) at = directory_.find_user_name(key);
            if (at != no_slot) id = directory_.user(at).id;
        }
        out.out = id.empty() ? showpad_edit_error(404, "no such user")
                             : json_answer(200, json{{"token", issue_token(id, body.value("expired", false))}}.dump());
        return out;
    }
    const std::unique_lock lock(mutex_);
    if (path[0] == "users")
        out.out = edit_user(asked, path);
    else if (path[0] == "groups")
        out.out = edit_group(asked, path);
    return out;
}

outgoing showpad_server::edit_user(const request& asked, const std::vector<std::string>& path)
{
    if (path.size() == 1 && asked.method == "POST") return write_user(asked, no_slot, "");
    auto at = path.size() == 2 ? directory_.find_user(path[1]) : no_slot;
    if (at == no_slot && path.size() == 2) at = directory_.find_user_name(path[1]);
    if (at == no_slot) return showpad_edit_error(404, "no such user");
    if (asked.method == "GET") return user_answer(200, at, "");
    if (asked.method == "DELETE") {
        directory_.remove_user(at);
        return json_answer(200, "{\"ok\":true}");
    }
    const auto changes = parse_json(asked.raw->body);
    if (asked.method != "PATCH" || !changes || !changes->is_object())
        return showpad_edit_error(400, "PATCH with an object wanted");
    std::string text;
    append_user(text, at, "");
    auto changed = json::parse(text);
    changed.merge_patch(*changes);
    auto user = directory_.user(at);
    auto problem = take_user(changed, at, user);
    if (problem.status == 0 && directory_.user(at).role != "owner") problem = check_unique(user, at);
    if (problem.status != 0) return showpad_edit_error(problem.status, problem.detail);
    directory_.replace_user(at, std::move(user));
    return user_answer(200, at, "");
}

outgoing showpad_server::edit_group(const request& asked, const std::vector<std::string>& path)
{
    if (path.size() == 1 && asked.method == "POST") return write_group(asked, no_slot, "");
    auto at = path.size() > 1 ? directory_.find_group(path[1]) : no_slot;
    if (at == no_slot && path.size() > 1) at = directory_.find_group_name(path[1]);
    if (at == no_slot) return showpad_edit_error(404, "no such group");
    if (path.size() == 4 && path[2] == "members") {
        auto user = directory_.find_user(path[3]);
        if (user == no_slot) user = directory_.find_user_name(path[3]);
        if (user == no_slot || directory_.group(at).is_default)
            return showpad_edit_error(404, "no such user, or the default group");
        auto members = directory_.group(at).members;
        std::erase(members, user);
        if (asked.method == "PUT") members.push_back(user);
        directory_.set_members(at, members);
        return group_answer(200, at, "");
    }
    if (asked.method == "GET") return group_answer(200, at, "");
    if (asked.method == "DELETE") {
        directory_.remove_group(at);
        return json_answer(200, "{\"ok\":true}");
    }
    const auto body = parse_json(asked.raw->body);
    const auto name = body && body->is_object() ? body->value("displayName", std::string()) : std::string();
    if (asked.method != "PATCH" || name.empty()) return showpad_edit_error(400, "PATCH with a displayName wanted");
    directory_.rename_group(at, name);
    return group_answer(200, at, "");
}

} // namespace idferry::sandbox
