// A small HTTP(S) server: accepts on loopback, a given address or a Unix domain socket, bounded in every direction, one
// handler for all requests. The sandbox and the daemon's admin endpoint stand on it. Beast stays behind this header.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::connectors::http {

struct incoming
{
    std::string method;
    std::string target; // as sent: path and query
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::optional<unsigned> peer_user; // Unix domain socket: user id of the process at the other end
    std::string peer;                  // "uid 1000" or "10.0.0.7": for logs and the audit trail

    // The first header of that name (case-insensitive), or "".
    std::string_view header(std::string_view name) const;
};

// What the listener does to the connection instead of, or after, a proper answer: for fault injection.
enum class answer_fault
{
    none,
    close_before,  // drop the connection without a byte
    truncate_body, // send the header with the full Content-Length and half of the body, then drop
    reset          // drop with a TCP reset (SO_LINGER 0)
};

struct outgoing
{
    int status{200};
    std::vector<std::pair<std::string, std::string>> headers; // Content-Length is added unless given
    std::string body;
    std::chrono::milliseconds delay{0}; // before the first byte
    answer_fault fault{answer_fault::none};
};

// A Unix domain socket to listen on. A stale file of that name is replaced when nobody answers on it; anything else is
// left there and refused. The file is removed when the listener stops, if it is still ours.
struct local_socket_settings
{
    std::string path;    // empty = TCP
    unsigned mode{0660}; // of the file
    std::string group;   // of the file; empty = the process's own
};

// What happens to a connection beyond max_connections.
enum class when_full
{
    wait,  // it stays in the kernel's queue until another one ends
    refuse // it is accepted, answered 503 (just closed over TLS) and closed at once
};

// What the handler never sees.
enum class listener_event
{
    full,      // a connection beyond max_connections was turned away
    malformed, // a request broke a bound or is no HTTP: 400, 413, 431
    slow       // a request was not finished in time: 408
};

struct listener_settings
{
    local_socket_settings local; // when it has a path, the address, the port and TLS do not count
    std::string address{"127.0.0.1"};
    unsigned short port{0};      // 0 = any free one
    std::string certificate_pem; // text; empty = plain HTTP
    std::string key_pem;         // text
    std::string client_ca_pem;   // text; not empty = clients must show a certificate of this authority
    std::size_t max_header_bytes{64 * 1024};
    std::size_t max_body_bytes{16 * 1024 * 1024};
    std::size_t max_connections{256};
    when_full beyond{when_full::wait};
    // Between two requests; for a whole header from its first byte; for a handshake; for each MiB of an answer; and, as
    // long as `whole_body` is 0, for each part of a request's body.
    std::chrono::milliseconds idle{30000};
    std::chrono::milliseconds whole_body{0}; // for all of a request's body
    std::string name;                        // Server header; empty = none
    // Told on a thread of the executor, with the peer ("" when it was turned away) and the status that it was given.
    // Must not throw and must not wait. May be empty.
    std::function<void(listener_event, const std::string& peer, int status)> told;
};

class listener
{
public:
    virtual ~listener() = default;
    virtual unsigned short port() const = 0; // 0 on a Unix domain socket
    // Stops accepting and drops every connection. Returns when no call of a `handler` is under way, and none follows;
    // so it must not be called from within one. Coroutines of an `async_handler` may still be suspended: their answers
    // go nowhere, and what they use must live until they end.
    virtual void stop() = 0;
};

// Called on the executor for each complete request, in order per connection; several connections may be served by the
// threads of the executor at once (a strand per connection).
using handler = std::function<outgoing(const incoming&)>;

// The same for answers that have to be waited for; it runs on the connection's strand.
using async_handler = std::function<boost::asio::awaitable<outgoing>(incoming)>;

// Binds, listens and serves until stopped or destroyed, which must happen before the executor's context dies. Input
// that breaks a bound or is not HTTP is answered here (400, 408, 413, 431); a handler that throws gives 500. Throws
// boost::system::system_error, with a sentence that names the address or the path, when it cannot be bound.
std::unique_ptr<listener> listen(boost::asio::any_io_executor executor, listener_settings settings, handler answer);
std::unique_ptr<listener> listen_async(boost::asio::any_io_executor executor, listener_settings settings,
                                       async_handler answer);

} // namespace idferry::connectors::http
