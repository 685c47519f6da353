// Credentials for API calls: a fixed bearer token, or OAuth2 client_credentials (RFC 6749 section 4.4).
#pragma once

#include "config/secret.hpp"
#include "config/shape.hpp"
#include "connectors/clock.hpp"
#include "connectors/http/transport.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors::http {

// What is known about a token besides itself, for `check --live`.
struct token_facts
{
    bool renewable{false};                             // a new one can be asked for at any time
    std::optional<std::chrono::milliseconds> lifetime; // of the one just got: expires_in
    std::optional<std::chrono::sys_seconds> expires;   // a JWT's own `exp` (RFC 7519 section 4.1.4), not verified
    std::string scope; // what the token endpoint says was granted (RFC 6749 section 5.1); "" = not said
};

// Value of the Authorization header; renewal is single flight.
class token_source
{
public:
    virtual ~token_source() = default;
    // "Bearer …". Fails with `stop` when the credentials are refused, with `retry` when the endpoint does not answer.
    virtual boost::asio::awaitable<result<std::string>> authorization() = 0;
    // The API answered 401 to `used`: drops it when it is still the current one. Returns false when a new one cannot
    // be had (a fixed token).
    virtual bool refused(const std::string& used) = 0;
    virtual std::uint64_t requests() const = 0;
    // About the token that `authorization` gave last.
    virtual token_facts facts() const { return {}; }
};

struct client_credentials_settings
{
    std::string token_url;
    std::string client_id;
    config::secret_ref client_secret;
    enum class client_auth
    {
        basic,
        post
    };
    client_auth auth{client_auth::basic};
    bool basic_form_urlencode{true}; // RFC 6749 section 2.3.1; off for Keycloak 16 and older
    std::string scope;               // sent only when not empty
    std::chrono::milliseconds expiry_margin{30000};
};

// Renews at expires_in − min(margin, expires_in / 2); a missing, wrong or non-positive expires_in counts as 60 s.
// Classifies errors by `error` first, then by status (apis: Bare.ID, section 4.3). A refused client is remembered: no
// second request within the same object's life for 60 s.
std::shared_ptr<token_source> make_client_credentials(client_credentials_settings settings,
                                                      config::secret_resolver resolve, transport& through, clock& time);

// A fixed token. The reference is resolved at the first use.
std::shared_ptr<token_source> make_bearer_token(config::secret_ref token, config::secret_resolver resolve);

// `auth:` of a connection: {bearer: SECRET} or {token_url, client_id, client_secret, client_auth, …}.
struct auth_settings
{
    std::optional<config::secret_ref> bearer;
    std::optional<client_credentials_settings> client_credentials;
};
config::shape<auth_settings> auth_shape();
// The references in it.
std::vector<config::secret_ref> secrets_of(const auth_settings& settings);

std::shared_ptr<token_source> make_credentials(const auth_settings& settings, config::secret_resolver resolve,
                                               transport& through, clock& time);

// Gets a token once, over a transport of its own, and tells what is known about it. Fails like `authorization`.
boost::asio::awaitable<result<token_facts>> log_in(auth_settings settings, config::secret_resolver resolve,
                                                   std::unique_ptr<transport> through, clock& time);

} // namespace idferry::connectors::http
