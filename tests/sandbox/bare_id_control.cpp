#include "tests/sandbox/bare_id.hpp"

namespace idferry::sandbox {
namespace {

outgoing bare_edit_error(int status, const std::string& text)
{
    return json_answer(status, json{{"error", text}}.dump());
}

outgoing bare_edit_done()
{
    return json_answer(200, "{\"ok\":true}");
}

} // namespace

slot bare_id_server::any_user(std::string_view key) const
{
    for (const auto at : {directory_.find_user(key), directory_.find_username(key)})
        if (at != no_slot) return at;
    return directory_.find_email(key);
}

slot bare_id_server::any_group(std::string_view key) const
{
    const auto at = directory_.find_group(key);
    return at != no_slot ? at : directory_.find_group_by_path(key);
}

std::string bare_id_server::dump(bool compact)
{
    const std::shared_lock lock(mutex_);
    std::string out = "{\"users\":[";
    bool first = true;
    for (const auto at : directory_.order()) {
        const auto& user = directory_.user(at);
        out += first ? "\n" : ",\n";
        first = false;
        if (compact) {
            out += '[';
            append_json_string(out, user.username);
            out += ',';
            append_json_string(out, user.email);
            out += user.enabled ? ",true," : ",false,";
            out += std::to_string(user.groups.size()) + ']';
            continue;
        }
        out.append(user.text, 0, user.text.size() - 1);
        out += ",\"groups\":[";
        for (std::size_t group = 0; group < user.groups.size(); ++group) {
            out += group > 0 ? "," : "";
            append_json_string(out, directory_.group(user.groups[group]).id);
        }
        out += ']';
        if (const auto extra = extra_.find(at); extra != extra_.end())
            out += ",\"locked\":" + std::string(extra->second.locked ? "true" : "false") +
                   ",\"requiredActions\":" + json(extra->second.required_actions).dump() +
                   ",\"roles\":" + json(extra->second.roles).dump();
        out += '}';
    }
    out += "],\"groups\":[";
    first = true;
    for (const auto at : directory_.group_order()) {
        const auto& group = directory_.group(at);
        out += first ? "\n" : ",\n";
        first = false;
        if (compact) {
            out += '[' + json_string(directory_.path(at)) + ',' + std::to_string(group.members.size()) + ']';
            continue;
        }
        append_group(out, at);
        out.pop_back();
        out += ",\"parent\":" + (group.parent == no_slot ? "null" : json_string(directory_.group(group.parent).id));
        out += ",\"size\":" + std::to_string(group.members.size()) + '}';
    }
    return out + "]}";
}

std::string bare_id_server::load(const json& state)
{
    if (!state.is_object() || !state.contains("users") || !state["users"].is_array()) return "bareid: users missing";
    bare_directory loaded;
    if (state.contains("groups"))
        for (const auto& group : state["groups"]) {
            const auto parent = group.value("parent", json());
            const auto above = parent.is_string() ? loaded.find_group(parent.get<std::string>()) : no_slot;
            if (!group.contains("uuid") || !group.contains("name") || (parent.is_string() && above == no_slot))
                return "bareid: a group lacks uuid or name, or stands before its parent";
            loaded.add_group(group["uuid"].get<std::string>(), group["name"].get<std::string>(), above);
        }
    for (const auto& user : state["users"]) {
        const auto profile = bare_profile_of(user);
        if (profile.id.empty() || profile.username.empty()) return "bareid: a user lacks uuid or username";
        const auto at = loaded.add_user(profile);
        if (user.contains("groups"))
            for (const auto& id : user["groups"]) {
                const auto group = loaded.find_group(id.get<std::string>());
                if (group == no_slot) return "bareid: unknown group " + id.dump();
                loaded.add_member(group, at);
            }
    }
    const std::unique_lock lock(mutex_);
    directory_ = std::move(loaded);
    extra_.clear();
    write_down_changes();
    return {};
}

void bare_id_server::reset_data()
{
    const std::unique_lock lock(mutex_);
    fill();
}

// POST users · PATCH, GET, DELETE users/{u} · PUT, DELETE users/{u}/groups/{g} · POST groups · PATCH, DELETE groups/{g}
// · POST revoke. What is edited here was done by an administrator in the console, and with ?by=self by the person: the
// events say so.
answer bare_id_server::edit(const request& asked, const std::vector<std::string>& path)
{
    answer out{bare_edit_error(404, "unknown edit"), "edit", "control"};
    if (path.empty()) return out;
    if (path[0] == "revoke" && asked.method == "POST") {
        revoke_tokens();
        out.out = bare_edit_done();
        return out;
    }
    const std::unique_lock lock(mutex_);
    actor_ = "security-admin-console";
    by_themselves_ = asked.parameter("by") == "self";
    if (path[0] == "users")
        out.out = edit_user(asked, path);
    else if (path[0] == "groups")
        out.out = edit_group(asked, path);
    actor_ = client_id_;
    by_themselves_ = false;
    return out;
}

outgoing bare_id_server::edit_user(const request& asked, const std::vector<std::string>& path)
{
    const auto& method = asked.method;
    const auto body = parse_json(asked.raw->body);
    if (path.size() == 1 && method == "POST") {
        if (!body || !body->is_object()) return bare_edit_error(400, "a user wanted");
        auto profile = bare_profile_of(*body);
        if (profile.id.empty()) profile.id = federated_ ? "f:" + federation_ + ":" + profile.username : random_.uuid();
        if (!body->contains("enabled")) profile.enabled = true;
        if (profile.username.empty() || directory_.find_username(profile.username) != no_slot ||
            directory_.find_user(profile.id) != no_slot)
            return bare_edit_error(409, "username missing or taken, or uuid taken");
        const auto at = directory_.add_user(profile);
        if (body->contains("groups"))
            for (const auto& key : (*body)["groups"])
                if (const auto group = any_group(key.get<std::string>()); group != no_slot)
                    directory_.add_member(group, at);
        return json_answer(200, directory_.user(at).text);
    }
    const auto user = path.size() > 1 ? any_user(path[1]) : no_slot;
    if (user == no_slot) return bare_edit_error(404, "no such user");
    if (path.size() == 2 && method == "GET") return json_answer(200, directory_.user(user).text);
    if (path.size() == 2 && method == "DELETE") {
        directory_.remove_user(user);
        return bare_edit_done();
    }
    if (path.size() == 2 && method == "PATCH") {
        if (!body || !body->is_object()) return bare_edit_error(400, "an object of changes wanted");
        auto changed = json::parse(directory_.user(user).text);
        auto changes = *body;
        for (const char* name : {"firstName", "lastName"}) // where they live
            if (changes.contains(name)) {
                changes["attributes"][name] = changes[name];
                changes.erase(name);
            }
        if (changes.contains("attributes"))
            for (auto member = changes["attributes"].begin(); member != changes["attributes"].end(); ++member)
                if (!member->is_null() && !member->is_object())
                    *member = json{{"values", member->is_array() ? *member : json::array({*member})}};
        auto& extra = extra_[user];
        if (changes.value("locked", false) && !extra.locked)
            note_user_event("USER_DISABLED_BY_PERMANENT_LOCKOUT", directory_.user(user).id, "account");
        extra.locked = changes.value("locked", extra.locked);
        if (changes.contains("requiredActions"))
            extra.required_actions = changes["requiredActions"].get<std::vector<std::string>>();
        if (changes.contains("roles")) {
            extra.roles = changes["roles"].get<std::vector<std::string>>();
            note_role_change("CREATE", user);
        }
        for (const char* name : {"locked", "requiredActions", "roles"}) changes.erase(name);
        changed.merge_patch(changes);
        const auto profile = bare_profile_of(changed);
        const auto same = directory_.find_username(profile.username);
        if (profile.username.empty() || profile.id.empty() || (same != no_slot && same != user))
            return bare_edit_error(409, "username missing or taken");
        directory_.replace_user(user, profile);
        return json_answer(200, directory_.user(user).text);
    }
    if (path.size() == 3 && path[2] == "groups" && method == "DELETE") { // leaves every group
        const auto groups = directory_.user(user).groups;
        for (const auto group : groups) directory_.remove_member(group, user);
        return bare_edit_done();
    }
    if (path.size() == 4 && path[2] == "groups") {
        const auto group = any_group(path[3]);
        if (group == no_slot) return bare_edit_error(404, "no such group");
        if (method == "PUT")
            directory_.add_member(group, user);
        else if (method == "DELETE")
            directory_.remove_member(group, user);
        else
            return bare_edit_error(405, "PUT or DELETE wanted");
        return bare_edit_done();
    }
    return bare_edit_error(404, "unknown edit");
}

outgoing bare_id_server::edit_group(const request& asked, const std::vector<std::string>& path)
{
    const auto body = parse_json(asked.raw->body);
    const auto name = body && body->is_object() && body->contains("name") && (*body)["name"].is_string()
                          ? (*body)["name"].get<std::string>()
                          : std::string();
    std::string described;
    if (path.size() == 1 && asked.method == "POST") {
        auto parent = no_slot;
        if (body && body->is_object() && body->contains("parent") && (*body)["parent"].is_string()) {
            parent = any_group((*body)["parent"].get<std::string>());
            if (parent == no_slot) return bare_edit_error(404, "no such parent");
        }
        if (name.empty()) return bare_edit_error(400, "name missing");
        append_group(described, directory_.add_group(random_.uuid(), name, parent));
        return json_answer(200, described);
    }
    const auto group = path.size() == 2 ? any_group(path[1]) : no_slot;
    if (group == no_slot) return bare_edit_error(404, "no such group");
    if (asked.method == "DELETE") {
        directory_.remove_group(group);
        return bare_edit_done();
    }
    if (asked.method == "GET") {
        append_group(described, group);
        described.pop_back();
        described += ",\"members\":[";
        for (const auto member : directory_.group(group).members) {
            if (described.back() != '[') described += ',';
            append_json_string(described, directory_.user(member).id);
        }
        return json_answer(200, described + "]}");
    }
    if (asked.method != "PATCH" || name.empty()) return bare_edit_error(400, "PATCH with a name, or DELETE wanted");
    directory_.rename_group(group, name);
    append_group(described, group);
    return json_answer(200, described);
}

} // namespace idferry::sandbox
