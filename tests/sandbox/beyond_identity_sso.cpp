// SSO configurations and who may use them.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/issued.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

struct sso_type
{
    std::string_view name;
    std::vector<std::string_view> needed;
    std::vector<std::string_view> made; // by the service, shown by the operations on one config only
    std::string_view era{};             // "seed" or "current" where only one knows it
};

const std::vector<sso_type>& sso_types()
{
    static const std::vector<sso_type> all = {
        {"bookmark", {"login_link"}, {"application_tile_id"}},
        {"entra_id_external_auth_methods",
         {"redirect_uris", "discover_endpoint"},
         {"client_id", "application_id", "authenticator_config_id", "resource_server_id"}},
        {"generic_oidc",
         {"redirect_uris", "scopes", "confidentiality", "pkce"},
         {"client_id", "client_secret", "application_id", "authenticator_config_id", "resource_server_id",
          "application_tile_id"}},
        {"generic_oidc_idp",
         {"client_id", "identifying_claim_name", "identity_attribute", "token_endpoint", "jwks_endpoint"},
         {"identity_provider_id"}},
        {"generic_saml",
         {"acs_url", "audience_url", "name_format", "subject_user_name_attribute", "signature_algorithm",
          "digest_algorithm"},
         {"application_id", "authenticator_config_id", "application_tile_id"}},
        {"okta_idp",
         {"client_id", "identifying_claim_name", "identity_attribute", "okta_domain"},
         {"identity_provider_id"}},
        {"okta_sso_bi_idp", {"pkce", "okta_registration"}, {"client_id", "client_secret", "application_id"}},
        {"nametag_oauth2", {}, {"application_id", "client_id", "client_secret"}, "current"},
        {"reality_check", {"company_identifier"}, {}, "seed"},
        {"scim", {}, {"application_id", "client_id", "client_secret"}},
        {"ws_fed", {"acs_url", "audience_url", "expiration_time_seconds"}, {"application_id", "application_tile_id"}}};
    return all;
}

const sso_type* sso_type_of(std::string_view name)
{
    if (name == "saml") name = "generic_saml"; // as the payload's own schema writes it
    for (const auto& one : sso_types())
        if (one.name == name) return &one;
    return nullptr;
}

// bookmark → Bookmark, generic_oidc_idp → GenericOidcIdp
std::string capitals(std::string_view name)
{
    std::string out;
    bool capital = true;
    for (const char c : name) {
        if (c == '_') {
            capital = true;
            continue;
        }
        out += capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        capital = false;
    }
    return out;
}

} // namespace

// As answered: jobs with their state of now, batches without their results, SSO configs in the shape that a knob says
// and shorter in lists.
json beyond_server::shown(const beyond_object& one, beyond_kind kind, bool in_list) const
{
    auto body = one.body;
    if (kind == beyond_kind::job) body["state"] = job_state(one);
    if (kind == beyond_kind::batch) body.erase("job_results");
    if (kind != beyond_kind::sso_config) return body;
    body.erase("is_migrated");
    auto& payload = body["payload"];
    const auto name = payload.value("type", "");
    if (const auto* type = sso_type_of(name); type != nullptr && in_list)
        for (const auto field : type->made) payload.erase(std::string(field));
    if (knob_.payload_shape == "external") {
        auto inner = payload;
        inner.erase("type");
        payload = json{{capitals(name), std::move(inner)}};
    }
    return body;
}

outgoing beyond_server::sso_create(beyond_call& call)
{
    outgoing refused;
    const auto* given = enveloped(call, "sso_config", refused);
    if (given == nullptr) return refused;
    violations found;
    const auto name = given->value("display_name", json());
    if (!name.is_string() || name == "") found.emplace_back("sso_config.display_name", "missing");
    const auto payload = given->value("payload", json());
    const auto* type = payload.is_object() ? sso_type_of(payload.value("type", "")) : nullptr;
    if (type != nullptr && !type->era.empty() && (type->era == "seed") != older()) type = nullptr;
    if (!payload.is_object())
        found.emplace_back("sso_config.payload", "missing");
    else if (type == nullptr)
        found.emplace_back("sso_config.payload.type", "invalid value");
    else
        for (const auto field : type->needed)
            if (!payload.contains(std::string(field)))
                found.emplace_back("sso_config.payload." + std::string(field), "missing");
    if (!found.empty()) return bad(found);
    auto whole = payload;
    for (const auto field : type->made) {
        const std::string key(field);
        if (field == "client_secret") {
            whole[key] = beyond_word(secrets_, 48);
            note_issued("client secret", whole[key].get<std::string>());
        } else {
            whole[key] = field == "client_id" ? beyond_word(random_, 24) : random_.uuid();
        }
    }
    make_of_sso(*call.realm, name.get<std::string>(), whole);
    if (type->name == "scim") {
        const auto root = "https://" + std::string(call.asked.header("Host")) + "/v1/tenants/" + tenant_ + "/realms/" +
                          call.realm->id;
        whole["scim_url"] = root + "/scim/v2";
        whole["token_endpoint"] = root + "/applications/" + whole["application_id"].get<std::string>() + "/token";
    }
    const auto at = add_object(*call.realm, beyond_kind::sso_config,
                               {{"id", random_.uuid()},
                                {"display_name", name},
                                {"payload", std::move(whole)},
                                {"is_migrated", given->value("is_migrated", false)}});
    return json_answer(200,
                       shown(call.realm->table(beyond_kind::sso_config).at(at), beyond_kind::sso_config, false).dump());
}

// `type` may be given several times; `order_by` has no documented grammar and changes nothing.
outgoing beyond_server::sso_list(beyond_call& call)
{
    const auto& table = call.realm->table(beyond_kind::sso_config);
    std::vector<std::string> types;
    for (const auto& [key, value] : call.asked.query)
        if (key == "type") types.push_back(value);
    for (const auto& one : types)
        if (sso_type_of(one) == nullptr) return bad({{"type", "invalid value"}});
    const auto migrated = call.asked.parameter("is_migrated");
    return object_list(call, beyond_kind::sso_config, table.all(), {}, [&](slot at) {
        const auto& body = table.at(at).body;
        const auto type = body["payload"].value("type", "");
        return (types.empty() || std::find(types.begin(), types.end(), type) != types.end()) &&
               (!migrated || body.value("is_migrated", false) == (*migrated == "true"));
    });
}

outgoing beyond_server::sso_get(beyond_call& call)
{
    return object_get(call, beyond_kind::sso_config);
}

// The body is the part of the payload that changes; some send it as `payload`, with a display_name beside it.
outgoing beyond_server::sso_patch(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::sso_config, refused);
    if (at == no_slot) return refused;
    const auto* given = enveloped(call, "sso_config", refused);
    if (given == nullptr) return refused;
    auto& one = call.realm->table(beyond_kind::sso_config).at(at);
    const auto& changes = given->contains("payload") ? (*given)["payload"] : *given;
    if (!changes.is_object()) return failure(400, "bad_request", "invalid request");
    const auto type = changes.value("type", json());
    if (!type.is_null() && type != one.body["payload"]["type"]) return bad({{"sso_config.type", "cannot be changed"}});
    auto payload = changes;
    payload.erase("display_name");
    payload.erase("is_migrated");
    const auto* fields = sso_type_of(one.body["payload"].value("type", ""));
    auto kept = fields == nullptr ? std::vector<std::string_view>() : fields->made;
    kept.insert(kept.end(), {"type", "client_secret", "okta_registration"});
    replace_nested(one.body, "payload", payload, kept);
    merge_fields(one.body["payload"], payload, {"type", "application_tile_id", "application_id"});
    if (const auto name = given->find("display_name"); name != given->end() && name->is_string())
        one.body["display_name"] = *name;
    return json_answer(200, shown(one, beyond_kind::sso_config, false).dump());
}

outgoing beyond_server::sso_delete(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::sso_config, refused);
    if (at == no_slot) return refused;
    remove_of_sso(*call.realm, call.realm->table(beyond_kind::sso_config).at(at).body["payload"]);
    call.realm->table(beyond_kind::sso_config).remove(at);
    return older() ? json_answer(200, "{}") : done();
}

// Groups or identities, all of them or none; an empty answer.
outgoing beyond_server::change_associations(beyond_call& call, bool of_groups, bool add)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::sso_config, refused);
    if (at == no_slot) return refused;
    violations found;
    const auto ids = take_ids(found, call.body, of_groups ? "group_ids" : "identity_ids");
    if (!found.empty()) {
        if (!of_groups && !add && older()) found.front().first = "identities_ids"; // as the documents spell it there
        return bad(found);
    }
    ranked groups, identities;
    const std::vector<std::string> nothing;
    if (!choose(*call.realm, of_groups ? ids : nothing, of_groups ? nothing : ids, groups, identities, refused))
        return refused;
    auto& one = call.realm->table(beyond_kind::sso_config).at(at);
    auto& held = of_groups ? one.groups : one.identities;
    for (const auto& each : of_groups ? groups : identities) add ? void(held.insert(each)) : void(held.erase(each));
    return done();
}

outgoing beyond_server::sso_add_identities(beyond_call& call)
{
    return change_associations(call, false, true);
}

outgoing beyond_server::sso_delete_identities(beyond_call& call)
{
    return change_associations(call, false, false);
}

outgoing beyond_server::sso_add_groups(beyond_call& call)
{
    return change_associations(call, true, true);
}

outgoing beyond_server::sso_delete_groups(beyond_call& call)
{
    return change_associations(call, true, false);
}

// An identity with the group through which it is associated; no_slot for one that is so itself.
void beyond_server::append_associated(std::string& out, const beyond_realm& realm, slot identity, slot group) const
{
    append_identity(out, realm, identity);
    if (group == no_slot) return;
    const auto& through = realm.directory.group(group);
    out.pop_back();
    out += ",\"group_id\":" + json_string(through.id) + ",\"group_display_name\":" + json_string(through.display_name) +
           "}";
}

// Direct ones and those through a group: who is so twice is there twice.
outgoing beyond_server::sso_list_identities(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::sso_config, refused);
    if (at == no_slot) return refused;
    const auto& realm = *call.realm;
    const auto& one = realm.table(beyond_kind::sso_config).at(at);
    page wanted;
    if (auto bad_page = read_page(call, 20, 200, wanted)) return *bad_page;
    std::vector<std::pair<slot, slot>> all;
    for (const auto& [rank, who] : one.identities) all.emplace_back(who, no_slot);
    for (const auto& [rank, group] : one.groups)
        for (const auto& [member_rank, who] : realm.directory.group(group).members) all.emplace_back(who, group);
    ranked order;
    for (std::size_t row = 0; row < all.size(); ++row) order.emplace(row, static_cast<slot>(row));
    return list(call, wanted,
                {.key = "identities",
                 .all = order,
                 .append = [&](std::string& text,
                               slot row) { append_associated(text, realm, all[row].first, all[row].second); },
                 .total = false});
}

outgoing beyond_server::sso_list_groups(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::sso_config, refused);
    if (at == no_slot) return refused;
    page wanted;
    if (auto bad_page = read_page(call, 20, 200, wanted)) return *bad_page;
    const auto& realm = *call.realm;
    return list(call, wanted,
                {"groups", realm.table(beyond_kind::sso_config).at(at).groups,
                 [&](std::string& text, slot group) { append_group(text, realm, group, true); }});
}

outgoing beyond_server::group_sso_configs(beyond_call& call)
{
    const auto group = call.realm->directory.find_group(call.at("group"));
    if (group == no_slot) return missing("Group", call.at("group"));
    const std::pair key{call.realm->directory.group(group).rank, group};
    const auto& table = call.realm->table(beyond_kind::sso_config);
    return object_list(call, beyond_kind::sso_config, table.all(), {},
                       [&](slot at) { return table.at(at).groups.contains(key); });
}

// Direct or through a group.
bool beyond_server::may_use(const beyond_realm& realm, slot identity, const beyond_object& config) const
{
    const auto& who = realm.directory.identity(identity);
    return config.identities.contains({who.rank, identity}) ||
           std::any_of(who.groups.begin(), who.groups.end(),
                       [&](slot group) { return config.groups.contains({realm.directory.group(group).rank, group}); });
}

// The text of the documents says SSO configs, their sample shows the identity once per association: a knob decides.
outgoing beyond_server::identity_sso_configs(beyond_call& call)
{
    const auto& realm = *call.realm;
    const auto identity = realm.directory.find_identity(call.at("identity"));
    if (identity == no_slot) return missing("Identity", call.at("identity"));
    const auto& table = realm.table(beyond_kind::sso_config);
    if (knob_.identity_sso_body == "sso_configs")
        return object_list(call, beyond_kind::sso_config, table.all(), {},
                           [&](slot at) { return may_use(realm, identity, table.at(at)); });
    page wanted;
    if (auto bad_page = read_page(call, 20, 200, wanted)) return *bad_page;
    const auto& who = realm.directory.identity(identity);
    std::vector<slot> through;
    for (const auto& [rank, at] : table.all()) {
        if (table.at(at).identities.contains({who.rank, identity})) through.push_back(no_slot);
        for (const auto group : who.groups)
            if (table.at(at).groups.contains({realm.directory.group(group).rank, group})) through.push_back(group);
    }
    ranked order;
    for (std::size_t row = 0; row < through.size(); ++row) order.emplace(row, static_cast<slot>(row));
    return list(call, wanted,
                {.key = "identities",
                 .all = order,
                 .append = [&](std::string& text, slot row) { append_associated(text, realm, identity, through[row]); },
                 .total = false});
}

outgoing beyond_server::identity_is_assigned(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::sso_config, refused);
    if (at == no_slot) return refused;
    const auto identity = call.realm->directory.find_identity(call.at("identity"));
    if (identity == no_slot) return missing("Identity", call.at("identity"));
    const bool is = may_use(*call.realm, identity, call.realm->table(beyond_kind::sso_config).at(at));
    return json_answer(200, json{{"is_assigned_to_sso_config", is}}.dump());
}

outgoing beyond_server::sso_is_group_assigned(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::sso_config, refused);
    if (at == no_slot) return refused;
    violations found;
    const auto ids = take_ids(found, call.body, "group_ids");
    if (!found.empty()) return bad(found);
    ranked groups, identities;
    if (!choose(*call.realm, ids, {}, groups, identities, refused)) return refused;
    const auto& held = call.realm->table(beyond_kind::sso_config).at(at).groups;
    const bool all = std::all_of(groups.begin(), groups.end(), [&](const auto& one) { return held.contains(one); });
    return json_answer(200, json{{"is_assigned_to_sso_config", all}}.dump());
}

// What a sign-in could be tried with.
outgoing beyond_server::sso_test(beyond_call& call)
{
    outgoing refused;
    if (find_object(call, beyond_kind::sso_config, refused) == no_slot) return refused;
    json body{{"identity_providers", json::array()}, {"oidc_applications", json::array()}};
    const auto& providers = call.realm->table(beyond_kind::identity_provider);
    for (const auto& [rank, at] : providers.all())
        body["identity_providers"].push_back(
            {{"id", providers.at(at).id}, {"display_name", providers.at(at).body.value("display_name", "")}});
    const auto& applications = call.realm->table(beyond_kind::application);
    for (const auto& [rank, at] : applications.all())
        if (applications.at(at).body["protocol_config"].value("type", "") == "oidc")
            body["oidc_applications"].push_back(
                {{"id", applications.at(at).id}, {"display_name", applications.at(at).body.value("display_name", "")}});
    return json_answer(200, body.dump());
}

} // namespace idferry::sandbox
