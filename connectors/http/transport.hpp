// One HTTP exchange behind an interface: the only way out of the process over HTTP.
//
// `transport` does connections, TLS, proxy, deadlines and bounds. It never retries, paces, follows a redirect or adds
// credentials: connectors/http/client does. Beast and OpenSSL stay behind this header.
#pragma once

#include "config/secret.hpp"
#include "connectors/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::connectors::http {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct request
{
    request(std::string method_, std::string url_) : method(std::move(method_)), url(std::move(url_)) {}

    std::string method; // "GET"
    std::string url;    // absolute, already encoded
    header_list headers;
    std::string body;
};

struct response
{
    int status{0};
    header_list headers;
    std::string body; // capacity is at least size + 64, so that simdjson can read it in place

    // The first header of that name (case-insensitive), or nothing.
    std::optional<std::string_view> header(std::string_view name) const;
};

struct limits
{
    std::size_t max_header_bytes{64 * 1024};
    std::size_t max_body_bytes{32 * 1024 * 1024};
};

struct deadlines
{
    std::chrono::milliseconds connect{5000};     // name, TCP, proxy and TLS handshake
    std::chrono::milliseconds idle{30000};       // between two bytes of an answer
    std::chrono::milliseconds total{60000};      // the whole exchange
    std::chrono::milliseconds keep_alive{30000}; // how long an unused connection is kept
};

struct tls_settings
{
    std::string ca_file;            // empty = the system's
    std::string client_certificate; // PEM file; empty = none
    std::string client_key;         // PEM file
};

struct proxy_settings
{
    // http://host:port for CONNECT; empty = HTTPS_PROXY and NO_PROXY from the environment; "none" = never.
    // Loopback never goes through a proxy.
    std::string url;
};

struct transport_settings
{
    deadlines times;
    limits bounds;
    tls_settings tls;
    proxy_settings proxy;
    std::size_t max_connections{4}; // per origin
    std::string user_agent;         // empty = "idferry/<version>"
};

// Lifetime: outlives every exchange, and dies before the io_context that it was used on (it keeps connections there).
// Executor: the awaiting coroutine's, single-threaded. Cancellation: terminal; the connection in use is closed and the
// exchange ends with boost::system::system_error, operation_aborted, as every asio wait does.
class transport
{
public:
    virtual ~transport() = default;

    // Sends one request and reads the whole answer, whatever its status. Fails with `retry` when the exchange broke
    // (connect, reset, deadline, closed early; `outcome_unknown` once request bytes have left), with `stop` for TLS
    // verification or a malformed URL, with `reject` when the answer breaks a bound or is not HTTP.
    virtual boost::asio::awaitable<result<response>> exchange(request r) = 0;
};

// The real one: Beast over Asio and OpenSSL, keep-alive pool per origin, TLS 1.2 or newer with host name verification.
std::unique_ptr<transport> make_beast_transport(transport_settings settings);

} // namespace idferry::connectors::http
