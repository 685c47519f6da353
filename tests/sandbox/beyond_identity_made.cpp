// What an SSO configuration makes beside itself (section 5.13: the ids in its reply): an application, an authenticator
// configuration, a resource server, an identity provider. They are objects like any others, and go with it.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/issued.hpp"

namespace idferry::sandbox {
namespace {

std::string text(const json& object, const char* name)
{
    return object.is_object() ? object.value(name, "") : std::string();
}

} // namespace

// Makes what the payload has ids for.
void beyond_server::make_of_sso(beyond_realm& realm, const std::string& name, json& payload)
{
    const auto head = [&](const char* id) {
        return json{{"id", text(payload, id)}, {"realm_id", realm.id}, {"tenant_id", tenant_}, {"display_name", name}};
    };
    if (payload.contains("resource_server_id")) {
        auto server = head("resource_server_id");
        server.update({{"is_managed", false},
                       {"identifier", "sso/" + text(payload, "resource_server_id")},
                       {"scopes", payload.value("scopes", json::array())}});
        add_object(realm, beyond_kind::resource_server, std::move(server));
    }
    if (payload.contains("authenticator_config_id")) {
        auto config = head("authenticator_config_id");
        config["config"] = {{"type", "hosted_web"},
                            {"authentication_methods", json::array({{{"type", "webauthn_passkey"}}})},
                            {"trusted_origins", payload.value("trusted_origins", json::array())}};
        add_object(realm, beyond_kind::authenticator_config, std::move(config));
    }
    if (payload.contains("identity_provider_id")) {
        auto provider = head("identity_provider_id");
        provider["protocol_config"] = {{"type", "oidc_idp"},
                                       {"client_id", text(payload, "client_id")},
                                       {"token_scopes", {"openid"}},
                                       {"identity_attribute", payload.value("identity_attribute", json("email"))},
                                       {"pkce", payload.value("pkce", json("s256"))}};
        if (payload.contains("client_secret")) provider["protocol_config"]["client_secret"] = payload["client_secret"];
        add_object(realm, beyond_kind::identity_provider, std::move(provider));
    }
    if (!payload.contains("application_id")) return;
    auto application = head("application_id");
    application["is_managed"] = false;
    for (const char* field : {"resource_server_id", "authenticator_config_id"})
        if (payload.contains(field)) application[field] = payload[field];
    if (payload.contains("client_secret"))
        application["protocol_config"] =
            beyond_machine_client(text(payload, "client_id"), text(payload, "client_secret"), json::array());
    else
        application["protocol_config"] = {{"type", "saml"}};
    add_object(realm, beyond_kind::application, std::move(application));
}

void beyond_server::remove_of_sso(beyond_realm& realm, const json& payload)
{
    const std::pair<const char*, beyond_kind> made[] = {{"application_id", beyond_kind::application},
                                                        {"authenticator_config_id", beyond_kind::authenticator_config},
                                                        {"identity_provider_id", beyond_kind::identity_provider},
                                                        {"resource_server_id", beyond_kind::resource_server}};
    for (const auto& [field, kind] : made)
        if (const auto at = realm.table(kind).find(text(payload, field)); at != no_slot) realm.table(kind).remove(at);
}

// Two of realm A that made something.
void beyond_server::fill_sso(beyond_realm& realm)
{
    const auto secret = beyond_word(secrets_, 48), other = beyond_word(secrets_, 48);
    note_issued("client secret", secret);
    note_issued("client secret", other);
    const auto add = [&](const char* name, json payload) {
        make_of_sso(realm, name, payload);
        add_object(realm, beyond_kind::sso_config,
                   {{"id", random_.uuid()}, {"display_name", name}, {"payload", std::move(payload)}});
    };
    add("Travel", {{"type", "generic_oidc"},
                   {"redirect_uris", {"https://travel." + settings_.domain + "/callback"}},
                   {"scopes", {"openid", "email"}},
                   {"confidentiality", "confidential"},
                   {"pkce", "s256"},
                   {"trusted_origins", json::array()},
                   {"login_link", "https://travel." + settings_.domain},
                   {"icon", ""},
                   {"is_tile_visible", true},
                   {"client_id", beyond_word(random_, 24)},
                   {"client_secret", secret},
                   {"application_id", random_.uuid()},
                   {"authenticator_config_id", random_.uuid()},
                   {"resource_server_id", random_.uuid()},
                   {"application_tile_id", random_.uuid()}});
    add("Partners", {{"type", "generic_oidc_idp"},
                     {"client_id", "partners-of-acme"},
                     {"client_secret", other},
                     {"identifying_claim_name", "email"},
                     {"identity_attribute", "email"},
                     {"authorization_endpoint", "https://partners." + settings_.domain + "/authorize"},
                     {"token_endpoint", "https://partners." + settings_.domain + "/token"},
                     {"jwks_endpoint", "https://partners." + settings_.domain + "/keys"},
                     {"pkce", "s256"},
                     {"id_token_scopes", {"openid"}},
                     {"redirect_uri", "https://auth-us.beyondidentity.com/v1/tenants/" + tenant_ + "/callback"},
                     {"identity_provider_id", random_.uuid()}});
}

} // namespace idferry::sandbox
