// The "User Legacy API" as the Keycloak Admin API below /auth/admin/realms/{realm}: bare lists, `first` and `max`.
#include "tests/sandbox/bare_id.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

outgoing told(int status, std::string_view text)
{
    return json_answer(status, json{{"error", text}}.dump());
}

std::string first_value(const bare_profile& profile, std::string_view name)
{
    for (const auto& [key, values] : profile.attributes)
        if (key == name && !values.empty()) return values.front();
    return {};
}

} // namespace

json bare_id_server::legacy_user(slot at, bool brief) const
{
    const auto profile = bare_profile_of(json::parse(directory_.user(at).text));
    const auto found = extra_.find(at);
    const bare_extra none;
    const auto& extra = found == extra_.end() ? none : found->second;
    json out{{"id", profile.id}, {"username", profile.username}};
    if (const auto name = first_value(profile, "firstName"); !name.empty()) out["firstName"] = name;
    if (const auto name = first_value(profile, "lastName"); !name.empty()) out["lastName"] = name;
    if (!profile.email.empty()) out["email"] = profile.email;
    out["emailVerified"] = profile.verified;
    auto attributes = json::object();
    for (const auto& [name, values] : profile.attributes)
        if (name != "firstName" && name != "lastName" && !values.empty()) attributes[name] = values;
    if (!brief && !attributes.empty()) out["attributes"] = attributes;
    out["createdTimestamp"] = 1700000000000 + static_cast<std::int64_t>(at) * 1000;
    out["enabled"] = profile.enabled;
    out["totp"] = false;
    const auto read_only = split_list(knob_.read_only_users);
    if (std::find(read_only.begin(), read_only.end(), profile.username) != read_only.end())
        out["federationLink"] = federation_;
    out["disableableCredentialTypes"] = json::array();
    out["requiredActions"] = extra.required_actions;
    out["notBefore"] = 0;
    out["access"] = {{"manageGroupMembership", true}, {"view", true}, {"mapRoles", true}, {"manage", true}};
    return out;
}

json bare_id_server::legacy_group(slot at) const
{
    const auto& group = directory_.group(at);
    json out{{"id", group.id}, {"name", group.name}, {"path", directory_.path(at)}};
    if (group.parent != no_slot) out["parentId"] = directory_.group(group.parent).id;
    out["subGroupCount"] = group.children.size();
    out["subGroups"] = json::array();
    return out;
}

// A part of a list by `first` and `max`; without `max` as many as the call gives by itself.
outgoing bare_id_server::legacy_page(const request& asked, const std::vector<std::string>& items,
                                     std::int64_t standard) const
{
    std::int64_t from = 0, size = standard;
    for (const auto& [name, value] : {std::pair("first", &from), std::pair("max", &size)})
        if (const auto text = asked.parameter(name)) {
            const auto number = parse_integer(*text);
            if (!number) return told(404, "unknown_error");
            *value = *number;
        }
    const auto count = static_cast<std::int64_t>(items.size());
    if (size < 0) size = count;
    if (knob_.legacy_cap > 0) size = std::min(size, knob_.legacy_cap);
    from = std::clamp<std::int64_t>(from, 0, count);
    const auto to = std::min(count, from + size);
    std::string body = "[";
    for (auto at = from; at < to; ++at) body += (at > from ? "," : "") + items[static_cast<std::size_t>(at)];
    return json_answer(200, body + "]");
}

// Filters are substrings unless exact=true; `search` overrides the others; service accounts show only when filtered.
outgoing bare_id_server::legacy_user_list(const request& asked) const
{
    const bool exact = asked.parameter("exact") == "true";
    const bool brief = asked.parameter("briefRepresentation") == "true";
    const auto search = asked.parameter("search");
    const auto q = asked.parameter("q");
    const auto fits = [&](const std::string& held, std::string_view wanted) {
        return exact ? fold(held) == fold(wanted) : fold(held).find(fold(wanted)) != std::string::npos;
    };
    bool filtered = search.has_value();
    std::vector<slot> found;
    for (const auto at : directory_.order()) {
        const auto& user = directory_.user(at);
        bool good = true;
        if (search) {
            good = fold(user.username + "\n" + user.email).find(fold(*search)) != std::string::npos;
        } else {
            for (const auto& [name, held] : {std::pair("username", &user.username), std::pair("email", &user.email)})
                if (const auto wanted = asked.parameter(name)) {
                    filtered = true;
                    good = good && fits(*held, *wanted);
                }
            if (q) {
                filtered = true;
                const auto colon = q->find(':');
                const auto profile = bare_profile_of(json::parse(user.text));
                good = good && colon != std::string_view::npos &&
                       first_value(profile, q->substr(0, colon)) == q->substr(colon + 1);
            }
        }
        if (good) found.push_back(at);
    }
    if (!filtered)
        std::erase_if(found, [&](slot at) { return directory_.user(at).username.starts_with("service-account-"); });
    std::sort(found.begin(), found.end(),
              [&](slot a, slot b) { return directory_.user(a).username < directory_.user(b).username; });
    std::vector<std::string> items;
    for (const auto at : found) items.push_back(legacy_user(at, brief).dump());
    return legacy_page(asked, items, 100);
}

answer bare_id_server::legacy(const request& asked)
{
    const std::unique_lock lock(mutex_);
    std::string endpoint = "unknown";
    const std::string client = client_id_;
    const auto done = [&](outgoing out) { return answer{std::move(out), "legacy_" + endpoint, client}; };
    if (!knob_.legacy) return done(told(404, "HTTP 404 Not Found"));
    const auto realm = realm_of_token(asked);
    if (realm.empty()) return done(told(401, "HTTP 401 Unauthorized"));
    if (asked.path[3] != realm_) return done(told(404, "Realm not found."));
    if (realm != realm_) return done(told(403, "HTTP 403 Forbidden"));
    const bool get = asked.method == "GET";
    const as_shown late(*this, get);
    if (asked.path.size() == 5 && get && (asked.path[4] == "events" || asked.path[4] == "admin-events")) {
        auto told_events = legacy_events(asked, asked.path[4] == "admin-events", endpoint);
        return done(std::move(told_events));
    }
    if (!permitted(get ? "user_read" : "user_write")) return done(told(403, "HTTP 403 Forbidden"));
    auto out = legacy_route(asked, {asked.path.begin() + 4, asked.path.end()}, endpoint);
    return done(std::move(out));
}

outgoing bare_id_server::legacy_route(const request& asked, const std::vector<std::string>& rest, std::string& endpoint)
{
    if (rest.empty()) return told(404, "HTTP 404 Not Found");
    if (rest[0] == "users") return legacy_users(asked, rest, endpoint);
    if (rest[0] == "groups") return legacy_groups(asked, rest, endpoint);
    if (rest[0] != "roles") return told(404, "HTTP 404 Not Found");
    if (rest.size() == 2 && asked.method == "GET") {
        endpoint = "role_get";
        if (!has_role(rest[1])) return told(404, "Could not find role");
        return json_answer(200, role_json(rest[1], true).dump());
    }
    if (rest.size() == 1 && asked.method == "GET") {
        endpoint = "role_list";
        std::vector<std::string> items;
        for (const auto& name : realm_roles_) items.push_back(role_json(name, true).dump());
        return legacy_page(asked, items, 100);
    }
    if (rest.size() == 1 && asked.method == "POST") {
        endpoint = "role_create";
        const auto body = parse_json(asked.raw->body);
        const auto name = body && body->is_object() ? body->value("name", std::string()) : std::string();
        if (name.empty()) return json_answer(400, R"({"errorMessage":"role has no name"})");
        if (has_role(name))
            return json_answer(409, json{{"errorMessage", "Role with name " + name + " already exists"}}.dump());
        realm_roles_.push_back(name);
        auto out = json_answer(201, "");
        out.headers.emplace_back("Location",
                                 "/auth/admin/realms/" + percent_encode(realm_) + "/roles/" + percent_encode(name));
        return out;
    }
    return told(405, "HTTP 405 Method Not Allowed");
}

outgoing bare_id_server::legacy_users(const request& asked, const std::vector<std::string>& rest, std::string& endpoint)
{
    const auto& method = asked.method;
    const bool get = method == "GET";
    const bool brief = asked.parameter("briefRepresentation") == "true";
    const auto wrong = told(405, "HTTP 405 Method Not Allowed");
    if (rest.size() == 1) {
        endpoint = get ? "user_list" : "user_create";
        return get ? legacy_user_list(asked) : method == "POST" ? legacy_create_user(asked) : wrong;
    }
    if (rest.size() == 2 && rest[1] == "count" && get) {
        endpoint = "user_count";
        std::size_t people = 0;
        for (const auto at : directory_.order())
            people += directory_.user(at).username.starts_with("service-account-") ? 0U : 1U;
        return json_answer(200, std::to_string(people));
    }
    const auto user = directory_.find_user(rest[1]);
    if (rest.size() == 2) endpoint = get ? "user_get" : method == "PUT" ? "user_update" : "user_delete";
    if (user == no_slot) return told(404, "User not found");
    if (rest.size() == 2) {
        if (get) return json_answer(200, legacy_user(user, brief).dump());
        if (method == "PUT") return legacy_update_user(asked, user);
        if (method != "DELETE") return wrong;
        if (!silent("user_delete")) directory_.remove_user(user);
        return json_answer(204, "");
    }
    if (rest.size() == 3 && rest[2] == "groups" && get) {
        endpoint = "user_groups";
        std::vector<std::string> items;
        for (const auto at : directory_.user(user).groups) items.push_back(legacy_group(at).dump());
        return legacy_page(asked, items, 100);
    }
    if (rest.size() == 4 && rest[2] == "role-mappings" && rest[3] == "realm") {
        endpoint = get ? "user_roles" : method == "POST" ? "user_role_add" : "user_role_del";
        return get || method == "POST" || method == "DELETE" ? role_mappings(asked, user, true) : wrong;
    }
    if (rest.size() != 4 || rest[2] != "groups") return told(404, "HTTP 404 Not Found");
    endpoint = method == "PUT" ? "member_add" : "member_del";
    const auto group = directory_.find_group(rest[3]);
    if (group == no_slot) return told(404, "Group not found");
    if (method != "PUT" && method != "DELETE") return wrong;
    if (silent(endpoint)) return json_answer(204, "");
    if (method == "PUT")
        directory_.add_member(group, user);
    else
        directory_.remove_member(group, user);
    return json_answer(204, "");
}

outgoing bare_id_server::legacy_groups(const request& asked, const std::vector<std::string>& rest,
                                       std::string& endpoint)
{
    const auto& method = asked.method;
    const bool get = method == "GET";
    const auto list_of = [&](const std::vector<slot>& groups, std::int64_t standard) {
        std::vector<std::string> items;
        const auto search = asked.parameter("search");
        for (const auto at : groups)
            if (!search || fold(directory_.group(at).name).find(fold(*search)) != std::string::npos)
                items.push_back(legacy_group(at).dump());
        return legacy_page(asked, items, standard);
    };
    const auto wrong = told(405, "HTTP 405 Method Not Allowed");
    if (rest.size() == 1) {
        endpoint = get ? "group_roots" : "group_create";
        if (get) return list_of(directory_.roots(), 100);
        return method == "POST" ? legacy_write_group(asked, no_slot, no_slot) : wrong;
    }
    const auto group = directory_.find_group(rest[1]);
    if (rest.size() == 2) endpoint = get ? "group_read" : method == "PUT" ? "group_update" : "group_delete";
    if (group == no_slot) return told(404, "Could not find group by id");
    if (rest.size() == 2) {
        if (get) return json_answer(200, legacy_group(group).dump());
        if (method == "PUT") return legacy_write_group(asked, no_slot, group);
        if (method != "DELETE") return wrong;
        if (!silent("group_delete")) directory_.remove_group(group);
        return json_answer(204, "");
    }
    if (rest.size() == 3 && rest[2] == "children") {
        endpoint = get ? "group_get" : "group_create_child";
        if (get) return list_of(directory_.group(group).children, 10); // not 100 (section 7.1)
        return method == "POST" ? legacy_write_group(asked, group, no_slot) : wrong;
    }
    if (rest.size() != 3 || rest[2] != "members" || !get) return told(404, "HTTP 404 Not Found");
    endpoint = "group_users";
    const bool brief = asked.parameter("briefRepresentation") == "true" || knob_.members_brief_only;
    std::vector<std::string> items;
    for (const auto at : directory_.group(group).members) items.push_back(legacy_user(at, brief).dump());
    return legacy_page(asked, items, 100);
}

} // namespace idferry::sandbox
