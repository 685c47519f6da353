// The `auth:` section of a connection.
#include "connectors/http/token_cache.hpp"

namespace idferry::connectors::http {

namespace {

using client_auth = client_credentials_settings::client_auth;

// As written: which keys go together is checked afterwards.
struct auth_keys
{
    std::optional<config::secret_ref> bearer;
    std::optional<std::string> token_url;
    std::optional<std::string> client_id;
    std::optional<config::secret_ref> client_secret;
    std::optional<client_auth> auth;
    std::optional<bool> form_encode;
    std::optional<std::string> scope;
    std::optional<std::chrono::milliseconds> margin;
};

void check_auth_keys(const auth_keys& k, const config::node& n, config::diagnostics& out)
{
    const bool any = k.token_url || k.client_id || k.client_secret || k.auth || k.form_encode || k.scope || k.margin;
    if (k.bearer) {
        if (any) out.add(n, "bearer stands alone: the other keys are for client_credentials");
        return;
    }
    if (!any) {
        out.add(n, "needs bearer, or token_url with client_id and client_secret");
        return;
    }
    if (!k.token_url) out.add(n, "token_url is missing");
    if (!k.client_id) out.add(n, "client_id is missing");
    if (!k.client_secret) out.add(n, "client_secret is missing");
}

auth_settings settings_of(auth_keys k)
{
    auth_settings all;
    if (k.bearer) {
        all.bearer = std::move(k.bearer);
        return all;
    }
    client_credentials_settings c;
    c.token_url = std::move(*k.token_url);
    c.client_id = std::move(*k.client_id);
    c.client_secret = std::move(*k.client_secret);
    c.auth = k.auth.value_or(c.auth);
    c.basic_form_urlencode = k.form_encode.value_or(c.basic_form_urlencode);
    c.scope = k.scope.value_or("");
    c.expiry_margin = k.margin.value_or(c.expiry_margin);
    all.client_credentials = std::move(c);
    return all;
}

// The two forms apart, as the reference shows them: some keys go with a fixed token, the others with a client.
std::shared_ptr<const config::description> describe_forms(const config::description& all)
{
    const auto form = [](std::string doc) {
        auto d = std::make_shared<config::description>();
        d->what = config::description::kind::section;
        d->doc = std::move(doc);
        return d;
    };
    const auto fixed = form("a fixed token");
    const auto client = form("OAuth 2.0 client_credentials (RFC 6749 section 4.4)");
    const client_credentials_settings usual;
    for (auto key : all.keys) {
        if (key.name == "client_auth") key.standard = config::json_of_text("basic");
        if (key.name == "basic_form_urlencode") key.standard = usual.basic_form_urlencode ? "true" : "false";
        if (key.name == "expiry_margin") key.standard = config::duration().show(usual.expiry_margin);
        key.required =
            key.name == "bearer" || key.name == "token_url" || key.name == "client_id" || key.name == "client_secret";
        (key.name == "bearer" ? fixed : client)->keys.push_back(std::move(key));
    }
    return config::detail::describe_one_of({fixed, client});
}

} // namespace

config::shape<auth_settings> auth_shape()
{
    auto keys =
        config::section<auth_keys>()
            .optional("bearer", &auth_keys::bearer, config::secret_reference(),
                      "a token that the service's console issued; a rotated file or command is read again when the "
                      "service refuses the old one")
            .optional("token_url", &auth_keys::token_url, config::service_url(), "the token endpoint")
            .optional("client_id", &auth_keys::client_id, config::non_empty_text(), "name of our client there")
            .optional("client_secret", &auth_keys::client_secret, config::secret_reference(), "the client's secret")
            .optional("client_auth", &auth_keys::auth,
                      config::choice<client_auth>({{"basic", client_auth::basic}, {"post", client_auth::post}}),
                      "how the client shows its secret: in the Authorization header, or in the body")
            .optional("basic_form_urlencode", &auth_keys::form_encode, config::boolean(),
                      "encode id and secret before Basic (RFC 6749 section 2.3.1); wrong for "
                      "Keycloak 16 and older")
            .optional("scope", &auth_keys::scope, config::non_empty_text(),
                      "the scope to ask for; none is asked for unless set")
            .optional("expiry_margin", &auth_keys::margin, config::duration(),
                      "renew the token that long before it expires")
            .check(check_auth_keys)
            .shape();
    auto d = std::make_shared<config::description>(*describe_forms(*keys.doc));
    d->name = "auth";
    d->doc = "how we log in at a service";
    return {[keys](const config::node& n, config::diagnostics& out) -> std::optional<auth_settings> {
                auto k = keys.parse(n, out);
                if (!k) return std::nullopt;
                return settings_of(std::move(*k));
            },
            d};
}

std::vector<config::secret_ref> secrets_of(const auth_settings& settings)
{
    std::vector<config::secret_ref> all;
    if (settings.bearer) all.push_back(*settings.bearer);
    if (settings.client_credentials) all.push_back(settings.client_credentials->client_secret);
    return all;
}

} // namespace idferry::connectors::http
