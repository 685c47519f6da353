// Which HTTP proxy, if any, a connection goes through. Internal to connectors/http.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/url_parts.hpp"

#include <functional>
#include <optional>
#include <string>

namespace idferry::connectors::http {

struct proxy
{
    std::string host;
    unsigned short port{0};
    std::string authorization; // value of Proxy-Authorization; a secret; may be empty

    std::string text() const; // "proxy.example:3128", for messages
};

// A variable of the environment, or "".
using environment_reader = std::function<std::string(const char* name)>;
environment_reader process_environment();

// `configured` is proxy_settings::url: a URL, "none", or empty for the environment (https_proxy, HTTPS_PROXY, less
// no_proxy, NO_PROXY: names with their subdomains, addresses, networks, each with or without a port, or "*"; only for
// https). Loopback is never proxied. Fails with `stop` when the proxy's URL is no http URL.
result<std::optional<proxy>> choose_proxy(const std::string& configured, const url_parts& to,
                                          const environment_reader& env);

} // namespace idferry::connectors::http
