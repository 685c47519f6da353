#include "connectors/beyond_identity/beyond_identity_settings.hpp"

#include "connectors/http/percent_encoding.hpp"

#include <array>

namespace idferry::connectors::beyond_identity {

namespace {

using client_auth = http::client_credentials_settings::client_auth;

struct region_row
{
    std::string_view name, api_url, auth_url;
};

// apis: Beyond Identity, section 1.
constexpr std::array<region_row, 3> regions{{
    {"us", "https://api-us.beyondidentity.com", "https://auth-us.beyondidentity.com"},
    {"eu", "https://api-eu.beyondidentity.com", "https://auth-eu.beyondidentity.com"},
    {"fedramp", "https://api.us1.beyondidentity-gov.com", "https://auth.us1.beyondidentity-gov.com"},
}};

// Ids are opaque (section 2), but none has a slash, a blank or a placeholder's brackets.
config::shape<std::string> id_shape()
{
    return config::checked<std::string>(config::non_empty_text(), [](const std::string& id) -> std::string {
        if (id.size() > 100) return "is too long for an id";
        for (const char c : id)
            if (!http::is_unreserved(c)) return "is not an id: the console shows it as letters, digits and hyphens";
        return {};
    });
}

config::shape<std::string> trait_name_shape()
{
    return config::checked<std::string>(config::non_empty_text(), [](const std::string& name) -> std::string {
        if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos || name.size() > 100)
            return "is not the name of a trait: small letters, digits and underscores";
        return {};
    });
}

void check_auth(const auth_keys& k, const config::node& n, config::diagnostics& out)
{
    const bool any = k.realm || k.application || k.client_id || k.client_secret || k.client_auth || k.scope || k.margin;
    if (k.bearer) {
        if (any) out.add(n, "bearer stands alone: the other keys are for an application");
        return;
    }
    if (!k.application) out.add(n, "application is missing (or give bearer, a token that the console issued)");
    if (!k.client_id) out.add(n, "client_id is missing");
    if (!k.client_secret) out.add(n, "client_secret is missing");
}

config::shape<auth_keys> auth_shape()
{
    using k = auth_keys;
    return config::named(
        config::section<k>()
            .optional("bearer", &k::bearer, config::secret_reference(),
                      "a token that the console issued, in place of everything else here; it ends after 90 days")
            .optional("realm", &k::realm, id_shape(),
                      "id of the realm that the application is in, when that is not the connection's own: the "
                      "Management API's application is in the Beyond Identity Admin realm")
            .optional("application", &k::application, id_shape(), "id of the application whose tokens are used")
            .optional("client_id", &k::client_id, config::non_empty_text(), "the application's client id")
            .optional("client_secret", &k::client_secret, config::secret_reference(), "the application's client secret")
            .optional("client_auth", &k::client_auth,
                      config::choice<client_auth>({{"basic", client_auth::basic}, {"post", client_auth::post}}),
                      "how the client shows its secret: in the Authorization header (without it), or in the body")
            .optional("scope", &k::scope, config::text(),
                      "the scopes to ask for, separated by blanks; without it all that the application is allowed")
            .optional("expiry_margin", &k::margin, config::duration(),
                      "renew the token that long before it expires; 30s without it")
            .check(check_auth)
            .shape(),
        "beyond_identity_auth", "whose application issues our tokens");
}

config::shape<filter_settings> filters_shape()
{
    using f = filter_settings;
    return config::named(config::section<f>()
                             .optional("external_id", &f::external_id, config::boolean(),
                                       "find identities by `traits.external_id eq`, which is not documented; a service "
                                       "that refuses it is read whole instead")
                             .optional("group_display_name", &f::group_display_name, config::boolean(),
                                       "find groups by `display_name eq`, which is not documented; a service that "
                                       "refuses it is read whole instead")
                             .shape(),
                         "beyond_identity_filters", "filters beyond the documented `traits.username eq`");
}

config::shape<name_settings> names_shape()
{
    using n = name_settings;
    return config::named(
        config::section<n>()
            .optional("check", &n::check, config::boolean(),
                      "reject names that the service would refuse (length, forbidden characters) without asking it")
            .optional(
                "unit", &n::unit,
                config::choice<length_unit>({{"code_points", length_unit::code_points}, {"bytes", length_unit::bytes}}),
                "what the limits of 64 and 300 count")
            .shape(),
        "beyond_identity_names", "rules for user names, display names and descriptions");
}

config::shape<write_settings> write_shape()
{
    using w = write_settings;
    return config::named(
        config::section<w>()
            .optional("clear", &w::clear,
                      config::choice<clear_mode>({{"null", clear_mode::null}, {"empty_text", clear_mode::empty_text}}),
                      "what is sent to clear a trait")
            .optional("suspended", &w::suspended,
                      config::choice<suspended_creation>(
                          {{"patch", suspended_creation::patch}, {"create", suspended_creation::create}}),
                      "how somebody is created who is inactive: `patch` suspends them right afterwards, `create` sends "
                      "the status along")
            .optional(
                "leave", &w::leave,
                config::choice<leave_mode>({{"never", leave_mode::never},
                                            {"on_conflict", leave_mode::on_conflict},
                                            {"first", leave_mode::first}}),
                "when somebody who is going to be deleted is taken out of groups and roles: older services refuse "
                "to delete them otherwise")
            .optional("external_id", &w::external_id,
                      config::choice<external_id_mode>(
                          {{"keep", external_id_mode::keep}, {"overwrite", external_id_mode::overwrite}}),
                      "an external_id that is there and differs: `keep` rejects the person, for sign-in by Entra may "
                      "hang on it; `overwrite` lets the mapping count")
            .optional("members_per_request", &w::members_per_request, config::integer(1, 1000),
                      "members added or removed by one request")
            .optional("unknown_members", &w::unknown_members, config::integer(1, 1000),
                      "so many members of one request may be unknown to the service before the rest of it is given up")
            .optional("second_values", &w::second_values, config::boolean(),
                      "a second e-mail address and telephone number are written (and cleared) too; otherwise they are "
                      "left as they are")
            .optional("require_email", &w::require_email, config::boolean(),
                      "nobody can be created without an e-mail address")
            .optional("unique_email", &w::unique_email, config::boolean(),
                      "no two identities of the realm may have the same primary e-mail address")
            .optional("admin_realm", &w::admin_realm, config::boolean(),
                      "the realm may be the Beyond Identity Admin realm, which holds the tenant's administrators")
            .optional(
                "nested", &w::nested,
                config::choice<nested_change>({{"whole", nested_change::whole}, {"changed", nested_change::changed}}),
                "what goes with a changed setting of `config`, `payload` or `protocol_config`: `whole` sends the "
                "object with all its settings, without secrets, `changed` that setting alone")
            .optional("provider_envelope", &w::provider_envelope, config::boolean(),
                      "a change of an identity provider is sent inside `identity_provider`; older services take it as "
                      "it is")
            .optional("sso_name", &w::sso_name, config::boolean(),
                      "a change of an SSO configuration's name is sent beside its payload, where no document has a "
                      "place for it; otherwise the name is left as it is, and shown as not kept")
            .optional("custom_traits", &w::custom_traits, config::list_of(trait_name_shape()),
                      "traits beyond the documented ones that the tenant has, and that a mapping may write")
            .shape(),
        "beyond_identity_write", "how the realm is written to");
}

void check_place(const beyond_identity_settings& s, const config::node& n, config::diagnostics& out)
{
    const bool api = s.given_api_url.has_value(), auth = s.given_auth_url.has_value();
    if (s.region && (api || auth)) out.add(n, "give region, or api_url and auth_url, not both");
    if (!s.region && !api && !auth) out.add(n, "needs region (us, eu or fedramp), or api_url and auth_url");
    if (!s.region && api != auth) out.add(n, std::string(api ? "auth_url" : "api_url") + " is missing beside it");
}

std::string without_slash(std::string url)
{
    while (!url.empty() && url.back() == '/') url.pop_back();
    return url;
}

http::auth_settings auth_of(const beyond_identity_settings& s)
{
    http::auth_settings all;
    if (s.login.bearer) {
        all.bearer = s.login.bearer;
        return all;
    }
    http::client_credentials_settings c;
    const auto segment = [](const std::string& id) { return http::path_segment(id); };
    c.token_url = s.auth_url + "/v1/tenants/" + segment(s.tenant) + "/realms/" +
                  segment(s.login.realm.value_or(s.realm)) + "/applications/" + segment(*s.login.application) +
                  "/token";
    c.client_id = *s.login.client_id;
    c.client_secret = *s.login.client_secret;
    c.auth = s.login.client_auth.value_or(c.auth);
    c.scope = s.login.scope.value_or("");
    c.expiry_margin = s.login.margin.value_or(c.expiry_margin);
    all.client_credentials = std::move(c);
    return all;
}

} // namespace

std::string beyond_identity_settings::realm_path() const
{
    return "/v1/tenants/" + http::path_segment(tenant) + "/realms/" + http::path_segment(realm);
}

http::http_settings beyond_identity_settings::for_http() const
{
    auto all = settings();
    all.client.renew_on_403 = renew_on_403;
    return all;
}

config::shape<beyond_identity_settings> settings_shape()
{
    using b = beyond_identity_settings;
    config::section<b> s;
    s.required("type", &b::type, config::choice<std::string>({{"beyond_identity", "beyond_identity"}}),
               "the word beyond_identity");
    std::vector<std::pair<std::string, std::string>> known;
    for (const auto& r : regions) known.emplace_back(r.name, r.name);
    s.optional("region", &b::region, config::choice<std::string>(known), "where the tenant lives");
    s.optional("api_url", &b::given_api_url, config::service_url(), "where the API is, in place of region");
    s.optional("auth_url", &b::given_auth_url, config::service_url(), "where tokens are issued, in place of region");
    s.required("tenant", &b::tenant, id_shape(), "id of the tenant");
    s.required("realm", &b::realm, id_shape(), "id of the realm that is read and written");
    s.required("auth", &b::login, auth_shape(), "whose application issues our tokens");
    s.optional("page_size", &b::page_size, config::integer(1, 1000),
               "records asked for in a page; the service gives "
               "200 at most");
    s.optional("max_pages", &b::max_pages, config::integer(1, 10'000'000),
               "a list with more pages counts as endless, and as unproved");
    s.optional("correlation_id", &b::correlation_id, config::boolean(),
               "send an id with every request, in both of the spellings that the documents have, for the vendor's "
               "support");
    s.optional("renew_on_403", &b::renew_on_403, config::boolean(),
               "take a 403 for a sign of a stale token, once, as well as a 401");
    s.optional("filters", &b::filters, filters_shape(), "filters beyond the documented one");
    s.optional("names", &b::names, names_shape(), "rules for names");
    s.optional("write", &b::write, write_shape(), "how the realm is written to");
    http::add_keys_without_auth(s);
    s.check(check_place);
    return s.shape();
}

std::optional<beyond_identity_settings> parse_settings(const config::node& section, const std::string& name,
                                                       config::diagnostics& out)
{
    auto s = settings_shape().parse(section, out);
    if (!s) return std::nullopt;
    s->name = name;
    s->api_url = without_slash(s->given_api_url.value_or(""));
    s->auth_url = without_slash(s->given_auth_url.value_or(""));
    for (const auto& r : regions)
        if (s->region == r.name) {
            s->api_url = r.api_url;
            s->auth_url = r.auth_url;
        }
    s->auth = auth_of(*s);
    // No limit of this API is published: at most four requests at once, unless the operator says more.
    const auto rate = section.find("rate");
    if (!rate || !rate->find("concurrency")) s->rate.concurrency = 4;
    return s;
}

} // namespace idferry::connectors::beyond_identity
