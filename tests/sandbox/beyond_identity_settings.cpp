#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/issued.hpp"

namespace idferry::sandbox {

// Realm A's own configuration: something of every kind that can be carried to another realm.
void beyond_server::fill_settings(beyond_realm& realm)
{
    const auto head = [&](const std::string& id) {
        return json{{"id", id}, {"realm_id", realm.id}, {"tenant_id", tenant_}};
    };
    const auto add = [&](beyond_kind kind, json body, json more) {
        body.update(more);
        return add_object(realm, kind, std::move(body));
    };
    const auto time = now(6);
    const auto server = random_.uuid();
    add(beyond_kind::resource_server, head(server),
        {{"display_name", "Expenses API"},
         {"is_managed", false},
         {"identifier", "https://expenses." + settings_.domain},
         {"scopes", {"expenses:read", "expenses:write", "expenses:approve"}}});
    const auto first_group = realm.directory.groups().empty() ? no_slot : realm.directory.groups().begin()->second;
    for (const char* name : {"Approvers", "Readers"}) {
        const auto at = add(beyond_kind::role, {{"id", new_id()}, {"resource_server_id", server}},
                            {{"realm_id", realm.id},
                             {"tenant_id", tenant_},
                             {"description", std::string("Expenses, ") + name},
                             {"display_name", name},
                             {"create_time", time},
                             {"update_time", time}});
        auto& role = realm.table(beyond_kind::role).at(at);
        role.parent = server;
        role.scopes = {"expenses:read"};
        if (std::string_view(name) == "Approvers") role.scopes.emplace_back("expenses:approve");
        if (first_group != no_slot) role.groups.emplace(realm.directory.group(first_group).rank, first_group);
    }
    const auto authenticator = random_.uuid();
    add(beyond_kind::authenticator_config, head(authenticator),
        {{"display_name", "Hosted Web"},
         {"config",
          {{"type", "hosted_web"},
           {"authentication_methods", json::array({{{"type", "webauthn_passkey"}}, {{"type", "software_passkey"}}})},
           {"trusted_origins", {"https://login." + settings_.domain}}}}});
    auto allowed = json::array();
    if (first_group != no_slot) allowed.push_back(realm.directory.group(first_group).id);
    add(beyond_kind::authenticator_config, head(random_.uuid()),
        {{"display_name", "Platform Authenticator"},
         {"config",
          {{"type", "platform"},
           {"trusted_origins", json::array()},
           {"roaming_auth_config",
            {{"enabled", true},
             {"allow_unknown_user", false},
             {"allowed_source_ips", json::array()},
             {"allowed_user_group_ids", std::move(allowed)},
             {"allowed_user_ids", json::array()}}}}}});
    const auto secret = beyond_word(secrets_, 48);
    note_issued("client secret", secret);
    const auto provider = random_.uuid();
    add(beyond_kind::identity_provider, {{"id", provider}, {"tenant_id", tenant_}, {"realm_id", realm.id}},
        {{"display_name", "Corporate Directory"},
         {"protocol_config",
          {{"type", "oidc_idp"},
           {"client_id", beyond_word(random_, 24)},
           {"client_secret", secret},
           {"token_scopes", {"openid", "email"}},
           {"identity_attribute", "email"},
           {"pkce", "s256"},
           {"jwks_url", "https://idp." + settings_.domain + "/keys"},
           {"token_url", "https://idp." + settings_.domain + "/token"},
           {"authorize_url", "https://idp." + settings_.domain + "/authorize"},
           {"redirect_url", "https://auth-us.beyondidentity.com/v1/tenants/" + tenant_ + "/callback"},
           {"identifying_claim_name", "email"},
           {"oauth_2_par_enabled", false},
           {"token_endpoint_auth_method", "client_secret_basic"}}}});
    add(beyond_kind::authenticator_config, head(random_.uuid()),
        {{"display_name", "Console"},
         {"config",
          {{"type", "console"},
           {"onboarding_configuration", {{"verification_method", {{"type", "idp"}, {"idp_id", provider}}}}}}}});
    const auto app_secret = beyond_word(secrets_, 48);
    note_issued("client secret", app_secret);
    auto web = beyond_machine_client(beyond_word(random_, 24), app_secret, {"expenses:read", "expenses:write"});
    web["type"] = "oidc";
    web["grant_type"] = json::array({"authorization_code"});
    web["redirect_uris"] = json::array({"https://expenses." + settings_.domain + "/callback"});
    add(beyond_kind::application, head(random_.uuid()),
        {{"resource_server_id", server},
         {"authenticator_config_id", authenticator},
         {"display_name", "Expenses"},
         {"is_managed", false},
         {"protocol_config", std::move(web)}});
    add(beyond_kind::application, head(first_.client_application),
        {{"display_name", "Directory Reader"},
         {"is_managed", false},
         {"protocol_config",
          beyond_machine_client(first_.client_application_id, first_.client_application_secret,
                                {"identities:read", "groups:read", "scim:all", "tokens:introspect"})}});
    add(beyond_kind::theme, {{"id", random_.uuid()}, {"tenant_id", tenant_}, {"realm_id", realm.id}},
        {{"email_realm_name", "Acme Staff"},
         {"logo_url_light", "https://cdn." + settings_.domain + "/light.png"},
         {"logo_url_dark", "https://cdn." + settings_.domain + "/dark.png"},
         {"support_url", "https://help." + settings_.domain},
         {"create_time", time},
         {"update_time", time},
         {"button_color", "#4673D3"},
         {"button_text_color", "#FFFFFF"}});
    for (const char* name : {"Intranet", "Wiki"}) {
        const auto at = add(beyond_kind::sso_config, {{"id", random_.uuid()}, {"display_name", name}},
                            {{"payload",
                              {{"type", "bookmark"},
                               {"login_link", "https://" + lower_ascii(name) + "." + settings_.domain},
                               {"icon", ""},
                               {"is_tile_visible", true},
                               {"application_tile_id", random_.uuid()}}}});
        auto& made = realm.table(beyond_kind::sso_config).at(at);
        if (first_group != no_slot) made.groups.emplace(realm.directory.group(first_group).rank, first_group);
        if (const auto helene = realm.directory.find_username("helene.brandt"); helene != no_slot)
            made.identities.emplace(realm.directory.identity(helene).rank, helene);
    }
    fill_sso(realm);
}

} // namespace idferry::sandbox
