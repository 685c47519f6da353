#include "connectors/http/byte_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <type_traits>

namespace idferry::connectors::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using local = asio::local::stream_protocol;

namespace {

using local_socket_stream = beast::basic_stream<local>;

// async_write_some until everything has gone: cheaper to compile than the composed operation.
template <class Stream>
asio::awaitable<std::size_t> write_everything(Stream& stream, asio::const_buffer from, boost::system::error_code& ec)
{
    std::size_t sent = 0;
    ec = {};
    while (from.size() > 0) {
        auto n = co_await stream.async_write_some(asio::buffer(from), redirect_error(use_awaitable, ec));
        sent += n;
        from += n;
        if (ec) break;
    }
    co_return sent;
}

template <class Stream> void shut_sending(Stream& s)
{
    boost::system::error_code ignored;
    s.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

template <class Stream> void cancel_waits(Stream& s)
{
    boost::system::error_code ignored;
    s.socket().cancel(ignored);
}

template <class Stream> void drop_with_reset(Stream& s)
{
    boost::system::error_code ignored;
    s.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    s.close();
}

template <class Stream> bool nothing_waiting(Stream& s)
{
    if (!s.socket().is_open()) return false;
    char byte = 0;
    const auto n = ::recv(s.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

// Without TLS: over TCP or a Unix domain socket.
template <class Stream> class plain_stream final : public byte_stream
{
public:
    explicit plain_stream(typename Stream::socket_type s) : stream_(std::move(s)) {}

    asio::awaitable<void> connect(tcp::endpoint to, error_code& ec) override
    {
        if constexpr (over_tcp) {
            co_await stream_.async_connect(to, redirect_error(use_awaitable, ec));
            boost::system::error_code ignored;
            if (!ec) stream_.socket().set_option(tcp::no_delay(true), ignored);
        } else {
            ec = asio::error::address_family_not_supported;
        }
        co_return;
    }
    asio::awaitable<void> connect_local(std::string path, error_code& ec) override
    {
        if constexpr (over_tcp) {
            ec = asio::error::address_family_not_supported;
        } else if (path.size() >= sizeof(sockaddr_un::sun_path)) {
            ec = asio::error::name_too_long;
        } else {
            const local::endpoint to(path);
            co_await stream_.async_connect(to, redirect_error(use_awaitable, ec));
        }
        co_return;
    }
    asio::awaitable<void> handshake(error_code& ec) override
    {
        ec = {};
        co_return;
    }
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer into, error_code& ec) override
    {
        return stream_.async_read_some(asio::buffer(into), redirect_error(use_awaitable, ec));
    }
    asio::awaitable<std::size_t> write_all(asio::const_buffer from, error_code& ec) override
    {
        return write_everything(stream_, from, ec);
    }
    asio::awaitable<void> finish(error_code& ec) override
    {
        ec = {};
        shut_sending(stream_);
        co_return;
    }
    void expires_at(clock::steady_time when) override { stream_.expires_at(when); }
    void cancel() override { cancel_waits(stream_); }
    void drop() override { stream_.close(); }
    void reset() override { drop_with_reset(stream_); }
    bool quiet() override { return nothing_waiting(stream_); }
    tcp::socket* tcp() override
    {
        if constexpr (over_tcp)
            return &stream_.socket();
        else
            return nullptr;
    }
    SSL* tls() override { return nullptr; }
    std::optional<unsigned> peer_user() override
    {
        ucred peer{};
        socklen_t size = sizeof peer;
        if (over_tcp || ::getsockopt(stream_.socket().native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
            return std::nullopt;
        return peer.uid;
    }

private:
    static constexpr bool over_tcp = std::is_same_v<Stream, beast::tcp_stream>;
    Stream stream_;
};

class tls_stream final : public byte_stream
{
public:
    tls_stream(tcp::socket s, asio::ssl::context& context, tls_role role)
        : stream_(beast::tcp_stream(std::move(s)), context), role_(role)
    {
    }

    asio::awaitable<void> connect(tcp::endpoint to, error_code& ec) override
    {
        co_await tcp_of().async_connect(to, redirect_error(use_awaitable, ec));
        boost::system::error_code ignored;
        if (!ec) tcp_of().socket().set_option(tcp::no_delay(true), ignored);
    }
    asio::awaitable<void> connect_local(std::string, error_code& ec) override
    {
        ec = asio::error::address_family_not_supported;
        co_return;
    }
    asio::awaitable<void> handshake(error_code& ec) override
    {
        const auto side = role_ == tls_role::client ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
        return stream_.async_handshake(side, redirect_error(use_awaitable, ec));
    }
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer into, error_code& ec) override
    {
        return stream_.async_read_some(asio::buffer(into), redirect_error(use_awaitable, ec));
    }
    asio::awaitable<std::size_t> write_all(asio::const_buffer from, error_code& ec) override
    {
        return write_everything(stream_, from, ec);
    }
    asio::awaitable<void> finish(error_code& ec) override
    {
        co_await stream_.async_shutdown(redirect_error(use_awaitable, ec));
        shut_sending(tcp_of());
    }
    void expires_at(clock::steady_time when) override { tcp_of().expires_at(when); }
    void cancel() override { cancel_waits(tcp_of()); }
    void drop() override { tcp_of().close(); }
    void reset() override { drop_with_reset(tcp_of()); }
    bool quiet() override { return SSL_pending(stream_.native_handle()) == 0 && nothing_waiting(tcp_of()); }
    tcp::socket* tcp() override { return &tcp_of().socket(); }
    SSL* tls() override { return stream_.native_handle(); }
    std::optional<unsigned> peer_user() override { return std::nullopt; }

private:
    beast::tcp_stream& tcp_of() { return stream_.next_layer(); }

    asio::ssl::stream<beast::tcp_stream> stream_;
    tls_role role_;
};

} // namespace

std::string byte_stream::peer()
{
    if (const auto user = peer_user()) return "uid " + std::to_string(*user);
    error_code ec;
    auto* socket = tcp();
    if (socket == nullptr) return "unknown";
    const auto from = socket->remote_endpoint(ec);
    return ec ? "unknown" : from.address().to_string();
}

std::unique_ptr<byte_stream> make_plain_stream(tcp::socket socket)
{
    return std::make_unique<plain_stream<beast::tcp_stream>>(std::move(socket));
}

std::unique_ptr<byte_stream> make_local_stream(local::socket socket)
{
    return std::make_unique<plain_stream<local_socket_stream>>(std::move(socket));
}

std::unique_ptr<byte_stream> make_tls_stream(tcp::socket socket, asio::ssl::context& context, tls_role role)
{
    return std::make_unique<tls_stream>(std::move(socket), context, role);
}

} // namespace idferry::connectors::http
