// Edits behind the API's back.
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

// The body with or without its envelope; of an identity also with a few traits at the top.
json edited(const std::string& name, const std::optional<json>& body)
{
    if (!body || !body->is_object()) return json();
    auto object = body->contains(name) ? (*body)[name] : *body;
    if (name == "identity" && object.is_object()) {
        for (const auto trait : beyond_traits)
            if (const auto at = object.find(std::string(trait)); at != object.end()) {
                object["traits"][std::string(trait)] = *at;
                object.erase(std::string(trait));
            }
        if (object.contains("traits") && object["traits"].is_object()) object["traits"]["type"] = "traits_v0";
    }
    return json{{name, std::move(object)}};
}

} // namespace

slot beyond_server::any_identity(const beyond_realm& realm, std::string_view key) const
{
    for (const auto at : {realm.directory.find_identity(key), realm.directory.find_username(key)})
        if (at != no_slot) return at;
    for (const auto& found : {realm.directory.with_external_id(key), realm.directory.with_email(key)})
        if (!found.empty()) return found.front();
    return no_slot;
}

slot beyond_server::any_group(const beyond_realm& realm, std::string_view key) const
{
    const auto at = realm.directory.find_group(key);
    if (at != no_slot) return at;
    const auto named = realm.directory.with_group_name(key);
    return named.empty() ? no_slot : named.front();
}

// By id or name; realm A when nobody says which.
beyond_realm* beyond_server::any_realm(std::string_view key)
{
    for (const auto& one : realms_)
        if (one->id == (key.empty() ? first_.realm : key) || one->display_name == key) return one.get();
    return key.empty() && !realms_.empty() ? realms_.front().get() : nullptr;
}

// POST identities, groups · GET, PATCH, DELETE identities/{i}, groups/{g} · PUT, DELETE groups/{g}/members/{i} and
// identities/{i}/groups/{g} · DELETE identities/{i}/groups · POST identities/{i}/credentials · GET, PATCH jobs/{j} ·
// POST revoke, and those of edit_object. `?realm=` names another one than realm A.
answer beyond_server::edit(const request& asked, const std::vector<std::string>& path)
{
    fill_if_wanted();
    answer out{edit_error(404, "unknown edit"), "edit", "control"};
    if (path.empty()) return out;
    if (path[0] == "revoke" && asked.method == "POST") {
        const std::lock_guard tokens(token_mutex_);
        for (auto& [text, one] : tokens_) one.revoked = true;
        out.out = edit_done();
        return out;
    }
    const std::unique_lock lock(mutex_);
    auto* realm = any_realm(asked.parameter("realm").value_or(""));
    if (realm == nullptr)
        out.out = edit_error(404, "no such realm");
    else if (path[0] == "identities")
        out.out = edit_identity(asked, *realm, path);
    else if (path[0] == "groups")
        out.out = edit_group(asked, *realm, path);
    else if (path[0] == "jobs" && path.size() == 2)
        out.out = edit_job(asked, *realm, path[1]);
    else
        for (std::size_t kind = 0; kind < static_cast<std::size_t>(beyond_kind::count); ++kind)
            if (path[0] == beyond_kind_name(static_cast<beyond_kind>(kind)))
                out.out = edit_object(asked, *realm, static_cast<beyond_kind>(kind), path);
    return out;
}

outgoing beyond_server::edit_identity(const request& asked, beyond_realm& realm, const std::vector<std::string>& path)
{
    const auto& method = asked.method;
    if (path.size() == 1 && method == "POST") {
        auto body = edited("identity", parse_json(asked.raw->body));
        if (!body.is_object() || !body["identity"].is_object()) return edit_error(400, "an identity wanted");
        auto& wanted = body["identity"];
        if (!wanted.contains("display_name") && wanted.contains("traits"))
            wanted["display_name"] = wanted["traits"].value("username", "");
        auto made = write_identity(realm, body, no_slot, true);
        if (made.status == 200 && wanted.contains("groups") && wanted["groups"].is_array()) {
            const auto at = realm.directory.find_username(wanted["traits"].value("username", ""));
            for (const auto& key : wanted["groups"])
                if (const auto group = any_group(realm, key.get<std::string>()); group != no_slot)
                    realm.directory.add_member(group, at);
        }
        return made;
    }
    const auto at = path.size() > 1 ? any_identity(realm, path[1]) : no_slot;
    if (at == no_slot) return edit_error(404, "no such identity");
    if (path.size() == 2 && method == "GET") return one_identity(realm, at);
    if (path.size() == 2 && method == "DELETE") {
        realm.forget_identity(at);
        return edit_done();
    }
    if (path.size() == 2 && method == "PATCH") {
        const auto body = edited("identity", parse_json(asked.raw->body));
        return body.is_object() ? write_identity(realm, body, at, true) : edit_error(400, "an object wanted");
    }
    if (path.size() == 3 && path[2] == "groups" && method == "DELETE") { // leaves every group
        const auto groups = realm.directory.identity(at).groups;
        for (const auto group : groups) realm.directory.remove_member(group, at);
        return edit_done();
    }
    if (path.size() == 3 && path[2] == "credentials" && method == "POST") // a passkey more
        return json_answer(200, json{{"id", add_credential(realm, at)}}.dump());
    if (path.size() != 4 || path[2] != "groups") return edit_error(404, "unknown edit");
    return edit_member(realm, method, any_group(realm, path[3]), at);
}

outgoing beyond_server::edit_member(beyond_realm& realm, const std::string& method, slot group, slot identity)
{
    if (group == no_slot || identity == no_slot) return edit_error(404, "no such group or identity");
    if (method == "PUT")
        realm.directory.add_member(group, identity);
    else if (method == "DELETE")
        realm.directory.remove_member(group, identity);
    else
        return edit_error(405, "PUT or DELETE wanted");
    return edit_done();
}

outgoing beyond_server::edit_group(const request& asked, beyond_realm& realm, const std::vector<std::string>& path)
{
    const auto body = edited("group", parse_json(asked.raw->body));
    if (path.size() == 1 && asked.method == "POST")
        return body.is_object() ? write_group(realm, body, no_slot) : edit_error(400, "a group wanted");
    const auto at = path.size() > 1 ? any_group(realm, path[1]) : no_slot;
    if (at == no_slot) return edit_error(404, "no such group");
    if (path.size() == 4 && path[2] == "members")
        return edit_member(realm, asked.method, at, any_identity(realm, path[3]));
    if (path.size() != 2) return edit_error(404, "unknown edit");
    if (asked.method == "GET") return one_group(realm, at);
    if (asked.method == "DELETE") { // with its members
        realm.forget_group(at);
        return edit_done();
    }
    if (asked.method != "PATCH" || !body.is_object()) return edit_error(400, "PATCH with an object wanted");
    return write_group(realm, body, at);
}

} // namespace idferry::sandbox
