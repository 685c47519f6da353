// What the objects of the API look like (apis: Beyond Identity, section 5): ids, places that are written, secrets,
// references; and, where an object comes in several variants, what each of them may carry.
#include "connectors/beyond_identity/operations.hpp"

#include <array>
#include <string>
#include <vector>

namespace idferry::connectors::beyond_identity {

namespace {

#define OAUTH                                                                                                          \
    "allowed_scopes confidentiality grant_type redirect_uris token_configuration/expires_after "                       \
    "token_configuration/token_signing_algorithm token_configuration/subject_field pkce token_format"
#define SAML                                                                                                           \
    "acs_url* override_recipient_and_destination* recipient_url destination_url audience_url* "                        \
    "default_relay_state*\"\" name_format* authentication_context* subject_user_name_attribute* sign_envelope* "       \
    "sign_assertions* signature_algorithm* digest_algorithm* encrypt_assertions* "                                     \
    "assertion_validity_duration_seconds* assertion_encryption_algorithm assertion_key_transport_algorithm "           \
    "assertion_encryption_public_key sp_signature_certificates*[] enable_single_log_out* single_log_out_url "          \
    "single_log_out_issuer_url single_log_out_binding single_logout_sign_request_and_response* "                       \
    "validate_signed_requests* other_sso_urls additional_user_attributes*[] use_short_url"

// What the service makes of an object itself (ids, endpoints, secrets, what `inbound_scim` answers) is in none of them;
// neither is token_endpoint_auth_method of applications, which the service ignores, nor is_migrated of SSO
// configurations, which no answer shows.
constexpr std::array variants{
    object_variant{"applications", "oauth2", OAUTH},
    object_variant{"applications", "oidc", OAUTH},
    object_variant{"applications", "saml", SAML},

    object_variant{"authenticator-configs", "embedded",
                   "invoke_url* trusted_origins*[] invocation_type authentication_methods"},
    object_variant{"authenticator-configs", "hosted_web", "authentication_methods*[] trusted_origins*[]"},
    object_variant{
        "authenticator-configs", "console",
        "onboarding_configuration/verification_method/type* onboarding_configuration/verification_method/idp_id"},
    object_variant{"authenticator-configs", "platform",
                   "trusted_origins roaming_auth_config/enabled* roaming_auth_config/allow_unknown_user "
                   "roaming_auth_config/allowed_source_ips roaming_auth_config/allowed_user_group_ids "
                   "roaming_auth_config/allowed_user_ids"},

    object_variant{"identity-providers", "oidc_idp",
                   "client_id* token_scopes*[] identity_attribute* pkce* jwks_url* token_url* authorize_url* "
                   "identifying_claim_name* oauth_2_par_enabled oauth_2_par_endpoint claims "
                   "token_endpoint_auth_method"},

    object_variant{"sso-configs", "bookmark", "login_link* icon is_tile_visible"},
    object_variant{"sso-configs", "entra_id_external_auth_methods", "redirect_uris*[] discover_endpoint*"},
    object_variant{"sso-configs", "generic_oidc",
                   "redirect_uris*[] scopes*[] confidentiality* pkce* trusted_origins login_link icon "
                   "is_tile_visible"},
    object_variant{"sso-configs", "generic_oidc_idp",
                   "client_id* identifying_claim_name* identity_attribute* authorization_endpoint*null "
                   "token_endpoint* jwks_endpoint* pkce id_token_scopes"},
    object_variant{"sso-configs", "generic_saml", SAML " login_link icon is_tile_visible"},
    object_variant{"sso-configs", "okta_idp",
                   "client_id* pkce id_token_scopes identifying_claim_name* identity_attribute* okta_domain*"},
    object_variant{"sso-configs", "okta_sso_bi_idp",
                   "pkce* okta_registration/domain okta_registration/attribute_name okta_registration/is_enabled"},
    object_variant{"sso-configs", "nametag_oauth2", ""},
    object_variant{"sso-configs", "reality_check", "company_identifier*"},
    object_variant{"sso-configs", "scim", ""},
    object_variant{"sso-configs", "ws_fed",
                   "acs_url* audience_url* expiration_time_seconds* digest_algorithm* signature_algorithm* "
                   "name_format* subject_user_name_attribute* authentication_context* additional_user_attributes*[] "
                   "icon is_tile_visible"},
};

// `writable` of an object with variants is written here up to what they share; theirs follow.
constexpr std::array resource_table{
    rest_resource{.name = "tenants", .singular = "tenant", .id = id_kind::hexadecimal},
    rest_resource{.name = "realms", .singular = "realm", .id = id_kind::hexadecimal, .match = "/display_name"},
    rest_resource{.name = "groups",
                  .singular = "group",
                  .id = id_kind::hexadecimal,
                  .match = "/display_name",
                  .writable = "/display_name /description"},
    rest_resource{
        .name = "identities", .singular = "identity", .id = id_kind::hexadecimal, .match = "/traits/username"},
    rest_resource{.name = "credentials",
                  .singular = "credential",
                  .id = id_kind::hexadecimal,
                  .references = "/identity_id=identities"},
    rest_resource{.name = "credential-binding-jobs",
                  .singular = "job",
                  .id = id_kind::hexadecimal,
                  .secret = "/credential_binding_link",
                  .references = "/identity_id=identities /credential_id=credentials "
                                "/authenticator_config_id=authenticator-configs"},
    rest_resource{.name = "batch-credential-binding-jobs",
                  .singular = "batch",
                  .id = id_kind::uuid,
                  .references = "/identity_ids/*=identities "
                                "/job_template/authenticator_config_id=authenticator-configs"},
    rest_resource{.name = "roles",
                  .singular = "role",
                  .id = id_kind::hexadecimal,
                  .match = "/display_name",
                  .writable = "/display_name /description",
                  .references = "/resource_server_id=resource-servers"},
    rest_resource{.name = "themes",
                  .singular = "theme",
                  .id = id_kind::uuid,
                  .writable = "/email_realm_name /logo_url_light /logo_url_dark /support_url /button_color "
                              "/button_text_color"},
    rest_resource{.name = "applications",
                  .singular = "application",
                  .id = id_kind::uuid,
                  .match = "/display_name",
                  .writable = "/display_name /resource_server_id /authenticator_config_id /protocol_config/type",
                  .secret = "/protocol_config/client_id /protocol_config/client_secret",
                  .references = "/resource_server_id=resource-servers "
                                "/authenticator_config_id=authenticator-configs",
                  .managed = "/is_managed"},
    rest_resource{.name = "tokens", .singular = "token", .id = id_kind::opaque},
    rest_resource{.name = "resource-servers",
                  .singular = "resource-server",
                  .id = id_kind::uuid,
                  .match = "/identifier",
                  .writable = "/display_name /identifier /scopes",
                  .managed = "/is_managed"},
    rest_resource{.name = "authenticator-configs",
                  .singular = "authenticator-config",
                  .id = id_kind::opaque,
                  .match = "/display_name",
                  .writable = "/display_name /config/type",
                  .references = "/config/onboarding_configuration/verification_method/idp_id=identity-providers "
                                "/config/roaming_auth_config/allowed_user_group_ids/*=groups "
                                "/config/roaming_auth_config/allowed_user_ids/*=identities"},
    rest_resource{.name = "identity-providers",
                  .singular = "identity-provider",
                  .id = id_kind::opaque,
                  .match = "/display_name",
                  .writable = "/display_name /protocol_config/type",
                  .secret = "/protocol_config/client_secret"},
    rest_resource{.name = "sso-configs",
                  .singular = "sso-config",
                  .id = id_kind::uuid,
                  .match = "/display_name",
                  .writable = "/display_name /payload/type",
                  .secret = "/payload/client_secret /payload/okta_registration/okta_token "
                            "/payload/inbound_scim/client_secret"},
    rest_resource{.name = "flow-types", .singular = "flow-type", .id = id_kind::none},
};

// With everything that some variant may carry.
std::string whole_writable(const rest_resource& r)
{
    std::string out(r.writable);
    const auto at = out.rfind("/type");
    if (at == std::string::npos) return out;
    const auto holder = out.substr(out.rfind(' ') + 1, at - out.rfind(' '));
    for (const auto& v : variants) {
        if (v.resource != r.name) continue;
        for (auto field : words(v.fields)) {
            const auto place = holder + std::string(field.substr(0, field.find('*')));
            if ((out + " ").find(place + " ") == std::string::npos) out += " " + place;
        }
    }
    return out;
}

} // namespace

std::span<const object_variant> object_variants()
{
    return variants;
}

std::span<const rest_resource> resource_rows()
{
    static const auto texts = [] {
        std::vector<std::string> all;
        for (const auto& r : resource_table) all.push_back(whole_writable(r));
        return all;
    }();
    static const auto all = [] {
        std::vector<rest_resource> out(resource_table.begin(), resource_table.end());
        for (std::size_t i = 0; i < out.size(); ++i) out[i].writable = texts[i];
        return out;
    }();
    return all;
}

} // namespace idferry::connectors::beyond_identity
