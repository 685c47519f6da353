// The admin endpoint of the running daemon: a Unix domain socket, and a TCP port where the configuration asks for one.
// On the socket its file's permissions say who may; over TCP a bearer token does.
#pragma once

#include "daemon/admin/api.hpp"
#include "daemon/run/admin_shape.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace idferry::daemon::admin {

struct endpoint_settings
{
    run::admin_settings where;
    // Of each listener. Whoever is beyond is told 503 at once, and a sync is never touched by it.
    std::size_t max_connections{64};
    std::size_t max_body_bytes{1024 * 1024};
    std::size_t max_header_bytes{16 * 1024};
    std::chrono::milliseconds idle{15000};       // between requests, and for a whole header
    std::chrono::milliseconds whole_body{15000}; // for a whole body
    unsigned short tcp_port{0}; // tests: instead of the configured one, any free port; used when `any_port`
    bool any_port{false};
};

// One answered request, for logs. No query and no body: they hold names of people.
struct answered
{
    std::string method, path, peer;
    int status{0};
    std::string reason; // of a refusal, else ""
    std::chrono::steady_clock::duration took{};
};

struct endpoint_parts
{
    api_parts api;
    config::secret_resolver secrets;
    std::function<void(const answered&)> told; // may be empty; must not throw
    // What was dropped before it became a request; may be empty; must not throw.
    std::function<void(connectors::http::listener_event, const std::string& peer, int status)> dropped{};
};

class endpoint
{
public:
    virtual ~endpoint() = default;
    // What is listened on, for people: "/run/idferry/admin.sock", "https://10.0.0.7:9470".
    virtual std::vector<std::string> addresses() const = 0;
    virtual unsigned short tcp_port() const = 0; // 0 = none
    // "GET /api/v1/status" of everything but pages, as the document lists it.
    virtual std::vector<std::string> routes() const = 0;
    // After a reload.
    struct change
    {
        bool needs_restart{false}; // other addresses, names or files: the old ones stay until then
        std::string token_trouble; // the token cannot be read, so nobody gets in over TCP; or ""
    };
    virtual change reloaded(const run::admin_settings& now) = 0;
    virtual void stop() = 0;
};

// Opens what the settings name, on the daemon's executor. Throws boost::system::system_error, with a sentence for the
// operator, when one of them cannot be opened, and std::runtime_error when a certificate or the token cannot be read.
std::unique_ptr<endpoint> open_endpoint(boost::asio::any_io_executor executor, endpoint_settings settings,
                                        endpoint_parts parts);

} // namespace idferry::daemon::admin
