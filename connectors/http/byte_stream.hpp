// A TCP, TLS or Unix domain connection behind one interface: the units that parse HTTP neither instantiate the stream
// types nor choose between them. Internal to connectors/http.
#pragma once

#include "connectors/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <optional>

namespace idferry::connectors::http {

// Every operation reports through `ec` (a passed deadline is beast::error::timeout and closes the socket); terminal
// cancellation is operation_aborted. One read and one write may be under way at a time.
class byte_stream
{
public:
    using error_code = boost::system::error_code;
    virtual ~byte_stream() = default;

    // Of the stream's own kind: one to an address, the other to the path of a Unix domain socket (else
    // address_family_not_supported).
    virtual boost::asio::awaitable<void> connect(boost::asio::ip::tcp::endpoint to, error_code& ec) = 0;
    virtual boost::asio::awaitable<void> connect_local(std::string path, error_code& ec) = 0;
    // TLS handshake; nothing on a plain stream.
    virtual boost::asio::awaitable<void> handshake(error_code& ec) = 0;
    virtual boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer into, error_code& ec) = 0;
    virtual boost::asio::awaitable<std::size_t> write_all(boost::asio::const_buffer from, error_code& ec) = 0;
    // Says that nothing more will be sent (TLS close_notify, then FIN); the peer may still be read on a plain stream.
    virtual boost::asio::awaitable<void> finish(error_code& ec) = 0;

    virtual void expires_at(clock::steady_time when) = 0;
    virtual void cancel() = 0; // ends the waits under way and leaves the socket open
    virtual void drop() = 0;
    virtual void reset() = 0; // drop with a TCP reset
    // Nothing has arrived since the last read and the peer has not closed: fit for another request.
    virtual bool quiet() = 0;
    virtual boost::asio::ip::tcp::socket* tcp() = 0; // null on a Unix domain socket
    virtual SSL* tls() = 0;                          // null on a plain stream
    // User id of the process that opened the other end of a Unix domain socket; nothing on others.
    virtual std::optional<unsigned> peer_user() = 0;
    std::string peer(); // "uid 1000", "10.0.0.7", or "unknown" once the connection has ended
};

enum class tls_role
{
    client,
    server
};

std::unique_ptr<byte_stream> make_plain_stream(boost::asio::ip::tcp::socket socket);
std::unique_ptr<byte_stream> make_local_stream(boost::asio::local::stream_protocol::socket socket);
// `context` must outlive the stream.
std::unique_ptr<byte_stream> make_tls_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context,
                                             tls_role role);

} // namespace idferry::connectors::http
