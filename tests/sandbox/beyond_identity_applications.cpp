// Applications with their tokens, authenticator configurations, identity providers.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/issued.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

bool one_of(const json& value, std::initializer_list<std::string_view> allowed)
{
    return value.is_string() && std::find(allowed.begin(), allowed.end(), value.get<std::string>()) != allowed.end();
}

} // namespace

outgoing beyond_server::application_write(beyond_call& call, slot at)
{
    auto& realm = *call.realm;
    auto& table = realm.table(beyond_kind::application);
    outgoing refused;
    const auto* given = enveloped(call, "application", refused);
    if (given == nullptr) return refused;
    const bool create = at == no_slot;
    if (!create && table.at(at).body.value("is_managed", false)) return failure(403, "forbidden", "forbidden");
    violations found;
    const auto name = given->value("display_name", json());
    if ((create || given->contains("display_name")) && (!name.is_string() || name == ""))
        found.emplace_back("application.display_name", name.is_null() ? "missing" : "empty string");
    const auto how = given->value("protocol_config", json());
    const std::string prefix = "application.protocol_config";
    if (create && !how.is_object()) found.emplace_back(prefix, "missing");
    if (how.is_object() && (create || how.contains("type"))) {
        const auto type = how.value("type", json());
        if (!one_of(type, {"oauth2", "oidc", "saml"}))
            found.emplace_back(prefix + ".type", "invalid value");
        else if (!create && type != table.at(at).body["protocol_config"]["type"])
            found.emplace_back(prefix + ".type", "cannot be changed");
    }
    if (how.is_object()) {
        const auto check = [&](const std::string& field, std::initializer_list<std::string_view> allowed) {
            if (how.contains(field) && !one_of(how[field], allowed))
                found.emplace_back(prefix + "." + field, "invalid value");
        };
        check("confidentiality", {"confidential", "public"});
        check("pkce", {"disabled", "plain", "s256"});
        check("token_format", {"self_contained", "referential"});
    }
    const auto refers = [&](const std::string& field, beyond_kind kind) {
        const auto id = given->value(field, json());
        if (id.is_string() && realm.table(kind).find(id.get<std::string>()) == no_slot)
            found.emplace_back("application." + field, "not found");
    };
    refers("resource_server_id", beyond_kind::resource_server);
    refers("authenticator_config_id", beyond_kind::authenticator_config);
    if (!found.empty()) return bad(found);
    if (create) {
        auto body = object_head(realm);
        for (const char* field : {"resource_server_id", "authenticator_config_id"})
            if (given->contains(field)) body[field] = (*given)[field];
        body.update({{"display_name", name}, {"is_managed", false}});
        if (given->contains("classification")) body["classification"] = (*given)["classification"];
        json config{{"type", how["type"]}};
        if (how["type"] != "saml") {
            const auto secret = beyond_word(secrets_, 48);
            config["allowed_scopes"] = json::array();
            config["client_id"] = beyond_word(random_, 24);
            if (how.value("confidentiality", "confidential") == "confidential") {
                note_issued("client secret", secret);
                config["client_secret"] = secret;
            }
            config.update({{"confidentiality", "confidential"},
                           {"token_endpoint_auth_method", "client_secret_basic"},
                           {"grant_type", json::array()},
                           {"token_configuration",
                            {{"subject_field", "id"}, {"expires_after", 86400}, {"token_signing_algorithm", "RS256"}}},
                           {"pkce", "disabled"},
                           {"token_format", "self_contained"}});
        }
        body["protocol_config"] = std::move(config);
        at = add_object(realm, beyond_kind::application, std::move(body));
    }
    auto& body = table.at(at).body;
    if (!create) replace_nested(body, "protocol_config", how, {"type", "client_id", "client_secret"});
    merge_fields(body, *given,
                 {"id", "realm_id", "tenant_id", "is_managed", "classification", "client_id", "client_secret"});
    return json_answer(200, body.dump());
}

outgoing beyond_server::application_create(beyond_call& call)
{
    return application_write(call, no_slot);
}

outgoing beyond_server::application_list(beyond_call& call)
{
    return object_list(call, beyond_kind::application, call.realm->table(beyond_kind::application).all(),
                       {"id", "display_name"});
}

outgoing beyond_server::application_get(beyond_call& call)
{
    return object_get(call, beyond_kind::application);
}

outgoing beyond_server::application_patch(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::application, refused);
    return at == no_slot ? refused : application_write(call, at);
}

outgoing beyond_server::application_delete(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::application, refused);
    if (at == no_slot) return refused;
    auto& table = call.realm->table(beyond_kind::application);
    if (table.at(at).body.value("is_managed", false)) return failure(403, "forbidden", "forbidden");
    table.remove(at);
    const std::lock_guard lock(token_mutex_); // its tokens are good for nothing now
    for (auto& [text, one] : tokens_) one.revoked = one.revoked || one.application == call.at("application");
    return done();
}

outgoing beyond_server::application_sso_config(beyond_call& call)
{
    const auto& configs = call.realm->table(beyond_kind::sso_config);
    for (const auto& [rank, at] : configs.all())
        if (configs.at(at).body["payload"].value("application_id", "") == call.at("application"))
            return json_answer(200, json{{"sso_config_id", configs.at(at).id}}.dump());
    return json_answer(200, "{}");
}

// The tokens that are good now.
outgoing beyond_server::application_tokens(beyond_call& call)
{
    outgoing refused;
    if (find_object(call, beyond_kind::application, refused) == no_slot) return refused;
    const auto kind = call.asked.parameter("principal_type").value_or("application");
    const auto who = call.asked.parameter("principal_id").value_or("");
    page wanted;
    if (auto bad_page = read_page(call, 100, 100, wanted)) return *bad_page;
    ranked all;
    std::vector<json> shown_tokens;
    {
        const std::lock_guard lock(token_mutex_);
        for (const auto& [text, one] : tokens_) {
            if (one.application != call.at("application") || one.revoked || one.expires_ms <= clock_.now_ms()) continue;
            if (kind != "application" || (!who.empty() && who != one.application)) continue;
            auto scopes = json::array();
            for (std::size_t at = 0; at < one.scopes.size();) {
                const auto end = std::min(one.scopes.find(' ', at), one.scopes.size());
                scopes.push_back(one.scopes.substr(at, end - at));
                at = end + 1;
            }
            all.emplace(beyond_rank(one.id), static_cast<slot>(shown_tokens.size()));
            shown_tokens.push_back({{"id", one.id},
                                    {"display_name", ""},
                                    {"scopes", std::move(scopes)},
                                    {"token_suffix", text.substr(text.size() - 4)},
                                    {"token_format", "self_contained"},
                                    {"expires", one.expires_ms / 1000},
                                    {"issued_at", one.issued_ms / 1000},
                                    {"token_type", "access"}});
        }
    }
    return list(call, wanted, {"tokens", all, [&](std::string& text, slot at) { text += shown_tokens[at].dump(); }});
}

outgoing beyond_server::application_token_delete(beyond_call& call)
{
    const std::lock_guard lock(token_mutex_);
    for (auto& [text, one] : tokens_)
        if (one.application == call.at("application") && one.id == call.at("token") && !one.revoked) {
            one.revoked = true;
            return done();
        }
    return failure(404, "not_found", "The requested resource was not found.");
}

outgoing beyond_server::config_write(beyond_call& call, slot at)
{
    auto& table = call.realm->table(beyond_kind::authenticator_config);
    outgoing refused;
    const auto* given = enveloped(call, "authenticator_config", refused);
    if (given == nullptr) return refused;
    const bool create = at == no_slot;
    violations found;
    const std::string prefix = "authenticator_config";
    if (create && !given->contains("display_name")) found.emplace_back(prefix + ".display_name", "missing");
    const auto config = given->value("config", json());
    if (create && !config.is_object()) found.emplace_back(prefix + ".config", "missing");
    const auto type =
        config.is_object() ? config.value("type", create ? json() : table.at(at).body["config"]["type"]) : json();
    if (config.is_object() && !one_of(type, {"embedded", "hosted_web", "console", "platform"}))
        found.emplace_back(prefix + ".config.type", "invalid value");
    else if (config.is_object() && !create && type != table.at(at).body["config"]["type"])
        found.emplace_back(prefix + ".config.type", "cannot be changed");
    if (!found.empty()) return bad(found);
    if (create) {
        auto body = object_head(*call.realm);
        body["display_name"] = "";
        body["config"] = {{"type", type}};
        if (type == "embedded") {
            body["config"]["invocation_type"] = "automatic";
            body["config"]["authentication_methods"] = json::array({{{"type", "email_one_time_password"}},
                                                                    {{"type", "software_passkey"}},
                                                                    {{"type", "webauthn_passkey"}}});
        }
        at = add_object(*call.realm, beyond_kind::authenticator_config, std::move(body));
    }
    auto& body = table.at(at).body;
    if (!create) replace_nested(body, "config", config, {"type"});
    merge_fields(body, *given, {"id", "realm_id", "tenant_id"});
    return json_answer(200, body.dump());
}

outgoing beyond_server::config_create(beyond_call& call)
{
    return config_write(call, no_slot);
}

outgoing beyond_server::config_list(beyond_call& call)
{
    return object_list(call, beyond_kind::authenticator_config,
                       call.realm->table(beyond_kind::authenticator_config).all(), {"id", "display_name"});
}

outgoing beyond_server::config_get(beyond_call& call)
{
    return object_get(call, beyond_kind::authenticator_config);
}

outgoing beyond_server::config_patch(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::authenticator_config, refused);
    return at == no_slot ? refused : config_write(call, at);
}

// Not while an application refers to it.
outgoing beyond_server::config_delete(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::authenticator_config, refused);
    if (at == no_slot) return refused;
    const auto& applications = call.realm->table(beyond_kind::application);
    for (const auto& [rank, one] : applications.all())
        if (applications.at(one).body.value("authenticator_config_id", "") == call.at("config"))
            return conflict("authenticator config is in use");
    call.realm->table(beyond_kind::authenticator_config).remove(at);
    return done();
}

// Flat, and on PATCH also in an envelope: the documents show both.
outgoing beyond_server::provider_write(beyond_call& call, slot at)
{
    auto& table = call.realm->table(beyond_kind::identity_provider);
    const bool create = at == no_slot;
    const bool wrapped = !create && call.body.contains("identity_provider");
    if (!create && !wrapped && knob_.provider_patch == "wrapped") return bad({{"identity_provider", "missing"}});
    const auto& given = wrapped && knob_.provider_patch != "flat" ? call.body["identity_provider"] : call.body;
    if (!given.is_object()) return failure(400, "bad_request", "invalid request");
    violations found;
    if (create && !given.contains("display_name")) found.emplace_back("display_name", "missing");
    const auto how = given.value("protocol_config", json());
    if (create && !how.is_object()) found.emplace_back("protocol_config", "missing");
    const bool whole = create || knob_.nested_patch == "replace";
    if (whole && how.is_object())
        for (const char* field : {"type", "client_id", "client_secret", "token_scopes", "identity_attribute", "pkce",
                                  "jwks_url", "token_url", "authorize_url", "identifying_claim_name"})
            if (!how.contains(field) &&
                (knob_.provider_secret == "needed" || std::string_view(field) != "client_secret"))
                found.emplace_back("protocol_config." + std::string(field), "missing");
    if (how.is_object() && how.contains("type") && how["type"] != "oidc_idp")
        found.emplace_back("protocol_config.type", "invalid value");
    if (how.is_object() && how.contains("identity_attribute") &&
        !one_of(how["identity_attribute"], {"id", "email", "username", "external_id"}))
        found.emplace_back("protocol_config.identity_attribute", "invalid value");
    if (!found.empty()) return bad(found);
    if (create) {
        json body{{"id", new_id()},
                  {"tenant_id", tenant_},
                  {"realm_id", call.realm->id},
                  {"display_name", ""},
                  {"protocol_config", {{"type", "oidc_idp"}}}};
        body["protocol_config"]["redirect_url"] = "https://" + std::string(call.asked.header("Host")) + "/v1/tenants/" +
                                                  tenant_ + "/realms/" + call.realm->id + "/identity-providers/" +
                                                  body["id"].get<std::string>() + "/callback";
        if (!older())
            body["protocol_config"].update(
                {{"oauth_2_par_enabled", false}, {"token_endpoint_auth_method", "client_secret_basic"}});
        at = add_object(*call.realm, beyond_kind::identity_provider, std::move(body));
    }
    auto& body = table.at(at).body;
    if (!create) replace_nested(body, "protocol_config", how, {"type", "redirect_url"});
    merge_fields(body, given, {"id", "tenant_id", "realm_id", "redirect_url"});
    const bool part = create && knob_.provider_created == "protocol_config";
    return json_answer(200, (part ? body["protocol_config"] : body).dump());
}

outgoing beyond_server::provider_create(beyond_call& call)
{
    return provider_write(call, no_slot);
}

outgoing beyond_server::provider_list(beyond_call& call)
{
    return object_list(call, beyond_kind::identity_provider, call.realm->table(beyond_kind::identity_provider).all());
}

outgoing beyond_server::provider_get(beyond_call& call)
{
    return object_get(call, beyond_kind::identity_provider);
}

outgoing beyond_server::provider_patch(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::identity_provider, refused);
    return at == no_slot ? refused : provider_write(call, at);
}

outgoing beyond_server::provider_delete(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::identity_provider, refused);
    if (at == no_slot) return refused;
    call.realm->table(beyond_kind::identity_provider).remove(at);
    return done();
}

} // namespace idferry::sandbox
