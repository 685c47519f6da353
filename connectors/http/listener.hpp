// A small HTTP(S) server: accepts on loopback or a given address, bounded in every direction, one handler for all
// requests. The sandbox and the daemon's admin endpoint stand on it. Beast stays behind this header.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
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

struct listener_settings
{
    std::string address{"127.0.0.1"};
    unsigned short port{0};      // 0 = any free one
    std::string certificate_pem; // text; empty = plain HTTP
    std::string key_pem;         // text
    std::string client_ca_pem;   // text; not empty = clients must show a certificate of this authority
    std::size_t max_header_bytes{64 * 1024};
    std::size_t max_body_bytes{16 * 1024 * 1024};
    std::size_t max_connections{256};
    std::chrono::milliseconds idle{30000};
    std::string name; // Server header; empty = none
};

class listener
{
public:
    virtual ~listener() = default;
    virtual unsigned short port() const = 0;
    // Stops accepting and drops every connection. Returns when no call of the handler is under way, and none follows;
    // so it must not be called from within the handler.
    virtual void stop() = 0;
};

// Called on the executor for each complete request, in order per connection; several connections may be served by the
// threads of the executor at once (a strand per connection).
using handler = std::function<outgoing(const incoming&)>;

// Binds, listens and serves until stopped or destroyed, which must happen before the executor's context dies. Input
// that breaks a bound or is not HTTP is answered here (400, 408, 413, 431); a handler that throws gives 500. Throws
// boost::system::system_error when the address cannot be bound.
std::unique_ptr<listener> listen(boost::asio::any_io_executor executor, listener_settings settings, handler answer);

} // namespace idferry::connectors::http
