// Realm roles, and which of them a user has: as the Keycloak Admin API has them, and guessed for the gateway.
#include "tests/sandbox/bare_id.hpp"

#include <algorithm>

namespace idferry::sandbox {

bool bare_id_server::has_role(std::string_view name) const
{
    return std::find(realm_roles_.begin(), realm_roles_.end(), name) != realm_roles_.end();
}

json bare_id_server::role_json(const std::string& name, bool legacy) const
{
    json out;
    out[legacy ? "id" : "uuid"] = "role-" + name;
    out["name"] = name;
    out["composite"] = name.starts_with("default-roles-");
    out["clientRole"] = false;
    out["containerId"] = realm_;
    return out;
}

// GET, POST, DELETE with a list of roles; each must name one that exists, by id and name.
outgoing bare_id_server::role_mappings(const request& asked, slot user, bool legacy)
{
    auto& held = extra_[user].roles;
    if (asked.method == "GET") {
        auto list = json::array();
        list.push_back(role_json(realm_roles_.front(), legacy));
        for (const auto& name : held) list.push_back(role_json(name, legacy));
        return json_answer(200, legacy ? list.dump() : json{{"roles", list}}.dump());
    }
    const auto body = parse_json(asked.raw->body);
    const auto refused = [&](const std::string& text) {
        return legacy ? json_answer(400, json{{"errorMessage", text}}.dump()) : error(400, 3, text);
    };
    if (!body || !body->is_array()) return refused("a list of roles wanted");
    const char* key = legacy ? "id" : "uuid";
    for (const auto& role : *body) {
        const auto name = role.is_object() ? role.value("name", std::string()) : std::string();
        if (!has_role(name) || role.value(key, std::string()) != "role-" + name)
            return legacy ? json_answer(404, R"({"error":"Role not found"})") : not_found("role not found");
    }
    if (!silent(asked.method == "POST" ? "user_role_add" : "user_role_del")) {
        note_role_change(asked.method == "POST" ? "CREATE" : "DELETE", user);
        for (const auto& role : *body) {
            const auto name = role["name"].get<std::string>();
            std::erase(held, name);
            if (asked.method == "POST") held.push_back(name);
        }
    }
    auto out = json_answer(legacy ? 204 : 200, legacy ? "" : "{}");
    return out;
}

// The gateway's guess: GET roles, POST roles, GET, PUT, DELETE roles/{name}.
answer bare_id_server::roles_route(const request& asked, const std::vector<std::string>& rest)
{
    const auto& method = asked.method;
    const bool get = method == "GET";
    const bool one = rest.size() == 2;
    std::string endpoint;
    if (rest.size() == 1)
        endpoint = get ? "role_list" : method == "POST" ? "role_create" : "";
    else if (one)
        endpoint = get ? "role_get" : method == "PUT" ? "role_update" : method == "DELETE" ? "role_delete" : "";
    if (endpoint.empty()) return {error(501, 12, "Method Not Allowed"), "wrong_method", ""};
    std::string client;
    const auto done = [&](outgoing out) { return answer{std::move(out), endpoint, client}; };
    if (auto refused = authorise(asked, asked.path[2], client); refused.status != 0) return done(std::move(refused));
    if (!permitted(get ? "user_read" : "role_write"))
        return done(error(403, 7, get ? "permission user_read is missing" : "permission role_write is missing"));
    if (endpoint == "role_list") {
        auto list = json::array();
        for (const auto& name : realm_roles_) list.push_back(role_json(name, false));
        return done(json_answer(200, json{{"roles", list}}.dump()));
    }
    if (one && !has_role(rest[1])) return done(not_found("role not found"));
    if (endpoint == "role_get") return done(json_answer(200, json{{"role", role_json(rest[1], false)}}.dump()));
    if (endpoint == "role_delete") {
        std::erase(realm_roles_, rest[1]);
        for (auto& [user, extra] : extra_) std::erase(extra.roles, rest[1]);
        return done(json_answer(200, "{}"));
    }
    const auto body = parse_json(asked.raw->body);
    const auto name = body && body->is_object() ? body->value("name", std::string()) : std::string();
    if (name.empty()) return done(error(400, 3, "Role name is missing"));
    if (has_role(name) && !(one && rest[1] == name))
        return done(error(409, 6, "Role with name " + name + " already exists"));
    if (one)
        std::replace(realm_roles_.begin(), realm_roles_.end(), rest[1], name);
    else
        realm_roles_.push_back(name);
    return done(json_answer(200, json{{"role", role_json(name, false)}}.dump()));
}

} // namespace idferry::sandbox
