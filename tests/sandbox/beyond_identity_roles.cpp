// Resource servers, their roles, and who holds them.
#include "tests/sandbox/beyond_identity.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

bool holds(const std::vector<std::string>& list, const std::string& one)
{
    return std::find(list.begin(), list.end(), one) != list.end();
}

} // namespace

outgoing beyond_server::server_write(beyond_call& call, slot at)
{
    auto& table = call.realm->table(beyond_kind::resource_server);
    outgoing refused;
    const auto* given = enveloped(call, "resource_server", refused);
    if (given == nullptr) return refused;
    if (at != no_slot && table.at(at).body.value("is_managed", false)) return failure(403, "forbidden", "forbidden");
    violations found;
    if (at == no_slot || given->contains("display_name"))
        check_text(found, *given, "resource_server", "display_name", 1, 64, true);
    const auto identifier = given->value("identifier", json());
    if (at == no_slot && (!identifier.is_string() || identifier == ""))
        found.emplace_back("resource_server.identifier", "missing");
    if (at == no_slot && identifier == "beyondidentity")
        found.emplace_back("resource_server.identifier", "is reserved");
    if (const auto scopes = given->find("scopes"); scopes != given->end() && !scopes->is_array())
        found.emplace_back("resource_server.scopes", "must be an array of strings");
    if (!found.empty()) return bad(found);
    if (at == no_slot) {
        for (const auto& [rank, other] : table.all())
            if (table.at(other).body["identifier"] == identifier) return conflict("identifier already exists");
        auto body = object_head(*call.realm);
        body.update({{"display_name", ""}, {"is_managed", false}, {"identifier", ""}, {"scopes", json::array()}});
        at = add_object(*call.realm, beyond_kind::resource_server, std::move(body));
        table.at(at).body["identifier"] = identifier;
    }
    auto& one = table.at(at);
    merge_fields(one.body, *given, {"id", "realm_id", "tenant_id", "is_managed", "identifier"});
    auto& roles = call.realm->table(beyond_kind::role); // a scope that went is gone from the roles too
    for (const auto& [rank, role] : roles.all())
        if (roles.at(role).parent == one.id)
            std::erase_if(roles.at(role).scopes, [&](const std::string& scope) {
                const auto& kept = one.body["scopes"];
                return std::find(kept.begin(), kept.end(), scope) == kept.end();
            });
    return json_answer(200, one.body.dump());
}

outgoing beyond_server::server_create(beyond_call& call)
{
    return server_write(call, no_slot);
}

outgoing beyond_server::server_patch(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::resource_server, refused);
    return at == no_slot ? refused : server_write(call, at);
}

outgoing beyond_server::server_get(beyond_call& call)
{
    return object_get(call, beyond_kind::resource_server);
}

outgoing beyond_server::server_list(beyond_call& call)
{
    return object_list(call, beyond_kind::resource_server, call.realm->table(beyond_kind::resource_server).all(),
                       {"id", "display_name", "identifier"});
}

outgoing beyond_server::server_delete(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::resource_server, refused);
    if (at == no_slot) return refused;
    auto& table = call.realm->table(beyond_kind::resource_server);
    if (table.at(at).body.value("is_managed", false)) return failure(403, "forbidden", "forbidden");
    const auto& roles = call.realm->table(beyond_kind::role);
    for (const auto& [rank, role] : roles.all())
        if (roles.at(role).parent == table.at(at).id) return conflict("resource server has children");
    table.remove(at);
    return done();
}

// Status 0: the resource server of the path is there.
outgoing beyond_server::of_server(const beyond_call& call) const
{
    outgoing fine;
    fine.status = 0;
    const auto& id = call.at("server");
    return call.realm->table(beyond_kind::resource_server).find(id) == no_slot ? missing("ResourceServer", id) : fine;
}

outgoing beyond_server::role_write(beyond_call& call, slot at)
{
    outgoing refused;
    const auto* given = enveloped(call, "role", refused);
    if (given == nullptr) return refused;
    violations found;
    if (at == no_slot || given->contains("display_name"))
        check_text(found, *given, "role", "display_name", 1, 64, true);
    check_text(found, *given, "role", "description", 0, 300, false);
    if (!found.empty()) return bad(found);
    const auto time = now(6);
    if (at == no_slot) {
        at = add_object(*call.realm, beyond_kind::role,
                        {{"id", new_id()},
                         {"resource_server_id", call.at("server")},
                         {"realm_id", call.realm->id},
                         {"tenant_id", tenant_},
                         {"description", ""},
                         {"display_name", ""},
                         {"create_time", time},
                         {"update_time", time}});
        call.realm->table(beyond_kind::role).at(at).parent = call.at("server");
    }
    auto& body = call.realm->table(beyond_kind::role).at(at).body;
    for (const char* name : {"display_name", "description"})
        if (const auto value = given->find(name); value != given->end() && value->is_string()) body[name] = *value;
    body["update_time"] = time;
    return json_answer(200, body.dump());
}

outgoing beyond_server::role_create(beyond_call& call)
{
    auto refused = of_server(call);
    return refused.status != 0 ? refused : role_write(call, no_slot);
}

outgoing beyond_server::role_list(beyond_call& call)
{
    if (auto refused = of_server(call); refused.status != 0) return refused;
    const auto& table = call.realm->table(beyond_kind::role);
    return object_list(call, beyond_kind::role, table.all(), {"id", "display_name"},
                       [&](slot at) { return table.at(at).parent == call.at("server"); });
}

outgoing beyond_server::role_get(beyond_call& call)
{
    return object_get(call, beyond_kind::role);
}

outgoing beyond_server::role_patch(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::role, refused);
    return at == no_slot ? refused : role_write(call, at);
}

outgoing beyond_server::role_delete(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::role, refused);
    if (at == no_slot) return refused;
    auto& table = call.realm->table(beyond_kind::role);
    const auto& one = table.at(at);
    if (!one.scopes.empty() || !one.identities.empty() || !one.groups.empty()) return conflict("role has children");
    table.remove(at);
    return done();
}

// Groups and identities at once, all of them or none.
outgoing beyond_server::change_role_members(beyond_call& call, bool add)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::role, refused);
    if (at == no_slot) return refused;
    violations found;
    const auto groups = take_ids(found, call.body, "group_ids", false);
    const auto identities = take_ids(found, call.body, "identity_ids", false);
    if (groups.empty() && identities.empty() && found.empty()) found.emplace_back("identity_ids", "missing");
    if (!found.empty()) return bad(found);
    ranked chosen_groups, chosen_identities;
    if (!choose(*call.realm, groups, identities, chosen_groups, chosen_identities, refused)) return refused;
    auto& role = call.realm->table(beyond_kind::role).at(at);
    for (const auto& one : chosen_groups) add ? void(role.groups.insert(one)) : void(role.groups.erase(one));
    for (const auto& one : chosen_identities)
        add ? void(role.identities.insert(one)) : void(role.identities.erase(one));
    return json_answer(200, role.body.dump());
}

// The groups and identities of those ids; false, and an answer, when one is unknown.
bool beyond_server::choose(const beyond_realm& realm, const std::vector<std::string>& group_ids,
                           const std::vector<std::string>& identity_ids, ranked& groups, ranked& identities,
                           outgoing& refused) const
{
    const auto& directory = realm.directory;
    for (const auto& id : group_ids) {
        const auto at = directory.find_group(id);
        if (at == no_slot) {
            refused = unknown_member(id, true);
            return false;
        }
        groups.emplace(directory.group(at).rank, at);
    }
    for (const auto& id : identity_ids) {
        const auto at = directory.find_identity(id);
        if (at == no_slot) {
            refused = unknown_member(id);
            return false;
        }
        identities.emplace(directory.identity(at).rank, at);
    }
    return true;
}

outgoing beyond_server::role_add_members(beyond_call& call)
{
    return change_role_members(call, true);
}

outgoing beyond_server::role_delete_members(beyond_call& call)
{
    return change_role_members(call, false);
}

// Two lists with a token of two parts; "-" for a list that is over.
outgoing beyond_server::role_list_members(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::role, refused);
    if (at == no_slot) return refused;
    const auto& realm = *call.realm;
    const auto& role = realm.table(beyond_kind::role).at(at);
    std::string body = "{";
    std::string tokens;
    bool more = false;
    for (const bool groups : {true, false}) {
        page wanted, next;
        if (auto bad_page = read_page(call, 20, 200, wanted, {}, groups ? "groups_" : "identities_")) return *bad_page;
        std::string items;
        std::uint64_t total = 0;
        const bool goes_on = fill_page(wanted,
                                       {groups ? "groups" : "identities", groups ? role.groups : role.identities,
                                        [&](std::string& text, slot one) {
                                            if (groups)
                                                append_group(text, realm, one);
                                            else
                                                append_identity(text, realm, one);
                                        }},
                                       items, next, total);
        body.append(groups ? "\"groups\":[" : ",\"identities\":[").append(items);
        body.append(groups ? "],\"total_groups_size\":" : "],\"total_identities_size\":").append(std::to_string(total));
        tokens += (groups ? "" : ".") + (goes_on ? page_token(call, next, next.after) : std::string("-"));
        more = more || goes_on;
    }
    if (more)
        body += ",\"next_page_token\":" + json_string(tokens);
    else if (knob_.next_page_token != "absent")
        body += knob_.next_page_token == "null" ? ",\"next_page_token\":null" : ",\"next_page_token\":\"\"";
    return json_answer(200, body + "}");
}

outgoing beyond_server::change_role_scopes(beyond_call& call, bool add)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::role, refused);
    if (at == no_slot) return refused;
    violations found;
    const auto scopes = take_ids(found, call.body, "scopes");
    const auto& servers = call.realm->table(beyond_kind::resource_server);
    const auto server = servers.find(call.at("server"));
    const auto known = server == no_slot ? json::array() : servers.at(server).body.value("scopes", json::array());
    for (const auto& scope : scopes)
        if (std::find(known.begin(), known.end(), scope) == known.end()) {
            found.emplace_back("scopes", "unknown scope");
            break;
        }
    if (!found.empty()) return bad(found);
    auto& role = call.realm->table(beyond_kind::role).at(at);
    for (const auto& scope : scopes) {
        if (!add)
            std::erase(role.scopes, scope);
        else if (!holds(role.scopes, scope))
            role.scopes.push_back(scope);
    }
    return json_answer(200, role.body.dump());
}

outgoing beyond_server::role_add_scopes(beyond_call& call)
{
    return change_role_scopes(call, true);
}

outgoing beyond_server::role_delete_scopes(beyond_call& call)
{
    return change_role_scopes(call, false);
}

outgoing beyond_server::role_list_scopes(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::role, refused);
    if (at == no_slot) return refused;
    const auto& scopes = call.realm->table(beyond_kind::role).at(at).scopes;
    return json_answer(200, json{{"scopes", scopes}, {"total_size", scopes.size()}}.dump());
}

// The roles of a group or an identity, direct ones only. The resource server must be named in the older documents.
outgoing beyond_server::roles_of(beyond_call& call, const std::function<bool(const beyond_object&)>& held)
{
    page wanted;
    if (auto refused = read_page(call, 20, 200, wanted, "resource_server_id")) return *refused;
    if (wanted.bound.empty() && older()) return bad({{"resource_server_id", "missing"}});
    if (!wanted.bound.empty() && call.realm->table(beyond_kind::resource_server).find(wanted.bound) == no_slot)
        return conflict("resource server not found", json::array({{{"type", "ResourceInfo"},
                                                                   {"resource_type", "ResourceServer"},
                                                                   {"id", wanted.bound},
                                                                   {"description", "resource server not found"}}}));
    const auto& table = call.realm->table(beyond_kind::role);
    return object_list(
        call, beyond_kind::role, table.all(), {},
        [&](slot at) { return held(table.at(at)) && (wanted.bound.empty() || table.at(at).parent == wanted.bound); },
        "resource_server_id");
}

outgoing beyond_server::group_list_roles(beyond_call& call)
{
    const auto at = call.realm->directory.find_group(call.at("group"));
    if (at == no_slot) return missing("Group", call.at("group"));
    const std::pair key{call.realm->directory.group(at).rank, at};
    return roles_of(call, [&](const beyond_object& role) { return role.groups.contains(key); });
}

outgoing beyond_server::identity_list_roles(beyond_call& call)
{
    const auto at = call.realm->directory.find_identity(call.at("identity"));
    if (at == no_slot) return missing("Identity", call.at("identity"));
    const std::pair key{call.realm->directory.identity(at).rank, at};
    return roles_of(call, [&](const beyond_object& role) { return role.identities.contains(key); });
}

} // namespace idferry::sandbox
