// The keys that every HTTP connection has in the configuration (rate, timeouts, tls, proxy, retry, limits, auth),
// described once. A connector derives the struct of its section from `http_section` and adds the keys to its own:
//
//   struct my_section : http::http_section { std::string url; };
//   config::section<my_section> s;
//   s.required("url", &my_section::url, config::service_url(), "…");
//   http::add_http_keys(s);      // auth is required; add_http_keys(s, false) makes it optional
//   …
//   auto settings = parsed.settings();  // transport_settings and client_settings
#pragma once

#include "config/shape.hpp"
#include "connectors/http/client.hpp"
#include "connectors/http/token_cache.hpp"
#include "connectors/http/transport.hpp"

#include <optional>
#include <string>

namespace idferry::connectors::http {

struct http_settings
{
    transport_settings transport;
    client_settings client;
};

struct http_section
{
    pacer_settings rate;
    deadlines timeouts;
    tls_settings tls;
    proxy_settings proxy;
    retry_settings retry;
    limits bounds;
    auth_settings auth;

    // The transport has as many connections as requests may be in flight.
    http_settings settings() const;
};

config::shape<pacer_settings> rate_shape();  // {requests_per_second, burst, concurrency}
config::shape<deadlines> timeouts_shape();   // {connect, idle, total, keep_alive}
config::shape<tls_settings> tls_shape();     // {ca_file, client_certificate, client_key}
config::shape<proxy_settings> proxy_shape(); // http://host:port or "none"
config::shape<retry_settings> retry_shape(); // {tries, base, cap, max_retry_after}
config::shape<limits> limits_shape();        // {max_body, max_header}, bytes

// All but `auth`, for a connector that has an `auth` of its own and fills `http_section::auth` from it.
template <class T>
void add_keys_without_auth(config::section<T>& s, const std::string& rate_doc = "how fast the service may be used")
{
    // A pointer to a member of the base does not deduce as one of T.
    const auto member = []<class M>(M http_section::* m) { return static_cast<M T::*>(m); };
    s.optional("rate", member(&http_section::rate), rate_shape(), rate_doc);
    s.optional("timeouts", member(&http_section::timeouts), timeouts_shape(), "how long one request may take");
    s.optional("tls", member(&http_section::tls), tls_shape(), "whom to trust, and our own certificate");
    s.optional("proxy", member(&http_section::proxy), proxy_shape(),
               "http://host:port, or none; when it is missing, HTTPS_PROXY and NO_PROXY of the environment count");
    s.optional("retry", member(&http_section::retry), retry_shape(), "when a failed request is sent again");
    s.optional("limits", member(&http_section::bounds), limits_shape(), "how large an answer may be");
}

template <class T>
void add_http_keys(config::section<T>& s, bool auth_required = true,
                   const std::string& rate_doc = "how fast the service may be used")
{
    const auto auth = static_cast<auth_settings T::*>(&http_section::auth);
    const std::string auth_doc = "how we log in: {bearer: SECRET}, or {token_url, client_id, client_secret}";
    if (auth_required)
        s.required("auth", auth, auth_shape(), auth_doc);
    else
        s.optional("auth", auth, auth_shape(), auth_doc);
    add_keys_without_auth(s, rate_doc);
}

} // namespace idferry::connectors::http
