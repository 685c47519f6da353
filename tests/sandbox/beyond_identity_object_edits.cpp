// Edits of roles, applications, SSO configurations and the like behind the API's back.
#include "tests/sandbox/beyond_identity.hpp"

namespace idferry::sandbox {
namespace {

outgoing edit_error(int status, const std::string& text)
{
    return json_answer(status, json{{"error", text}}.dump());
}

outgoing edit_done()
{
    return json_answer(200, "{\"ok\":true}");
}

slot find_named(const beyond_table& table, const std::string& key)
{
    const auto at = table.find(key);
    if (at != no_slot) return at;
    for (const auto& [rank, place] : table.all())
        if (table.at(place).body.value("display_name", "") == key) return place;
    return no_slot;
}

} // namespace

// POST {kind} {body}: an object more · GET, PATCH (merge patch), DELETE {kind}/{id or display_name} · PUT, DELETE
// {kind}/{id}/identities/{i} and {kind}/{id}/groups/{g}: who holds a role, who may use an SSO configuration. A role's
// body has resource_server_id, and its scopes.
outgoing beyond_server::edit_object(const request& asked, beyond_realm& realm, beyond_kind kind,
                                    const std::vector<std::string>& path)
{
    auto& table = realm.table(kind);
    const auto& method = asked.method;
    auto body = parse_json(asked.raw->body).value_or(json());
    const auto take_scopes = [&](beyond_object& one) {
        if (kind != beyond_kind::role || !body.contains("scopes")) return;
        one.scopes = body["scopes"].get<std::vector<std::string>>();
        one.body.erase("scopes");
    };
    if (path.size() == 1 && method == "POST") {
        if (!body.is_object()) return edit_error(400, "an object wanted");
        if (!body.contains("id")) body["id"] = kind == beyond_kind::role ? new_id() : random_.uuid();
        body["realm_id"] = realm.id;
        body["tenant_id"] = tenant_;
        auto& one = table.at(add_object(realm, kind, body));
        if (kind == beyond_kind::role) one.parent = body.value("resource_server_id", "");
        take_scopes(one);
        return json_answer(200, json{{"id", one.id}}.dump());
    }
    const auto at = path.size() > 1 ? find_named(table, path[1]) : no_slot;
    if (at == no_slot) return edit_error(404, "no such object");
    auto& one = table.at(at);
    if (path.size() == 2 && method == "GET") {
        auto whole = one.body;
        if (kind == beyond_kind::role) whole["scopes"] = one.scopes;
        return json_answer(200, whole.dump());
    }
    if (path.size() == 2 && method == "DELETE") {
        table.remove(at);
        return edit_done();
    }
    if (path.size() == 2 && method == "PATCH" && body.is_object()) {
        one.body.merge_patch(body);
        take_scopes(one);
        return edit_done();
    }
    if (path.size() != 4 || (method != "PUT" && method != "DELETE")) return edit_error(404, "unknown edit");
    const bool groups = path[2] == "groups";
    const auto who = groups ? any_group(realm, path[3]) : any_identity(realm, path[3]);
    if (who == no_slot || (!groups && path[2] != "identities")) return edit_error(404, "no such group or identity");
    auto& held = groups ? one.groups : one.identities;
    const auto rank = groups ? realm.directory.group(who).rank : realm.directory.identity(who).rank;
    if (method == "PUT")
        held.emplace(rank, who);
    else
        held.erase({rank, who});
    return edit_done();
}

} // namespace idferry::sandbox
