#include "connectors/http/byte_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <sys/socket.h>

namespace idferry::connectors::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;

namespace {

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

void shut_sending(beast::tcp_stream& s)
{
    boost::system::error_code ignored;
    s.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

void drop_with_reset(beast::tcp_stream& s)
{
    boost::system::error_code ignored;
    s.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    s.close();
}

bool nothing_waiting(beast::tcp_stream& s)
{
    if (!s.socket().is_open()) return false;
    char byte = 0;
    const auto n = ::recv(s.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

class plain_stream final : public byte_stream
{
public:
    explicit plain_stream(tcp::socket s) : stream_(std::move(s)) {}

    asio::awaitable<void> connect(tcp::endpoint to, error_code& ec) override
    {
        co_await stream_.async_connect(to, redirect_error(use_awaitable, ec));
        boost::system::error_code ignored;
        if (!ec) stream_.socket().set_option(tcp::no_delay(true), ignored);
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
    void drop() override { stream_.close(); }
    void reset() override { drop_with_reset(stream_); }
    bool quiet() override { return nothing_waiting(stream_); }
    tcp::socket& socket() override { return stream_.socket(); }
    SSL* tls() override { return nullptr; }

private:
    beast::tcp_stream stream_;
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
    void drop() override { tcp_of().close(); }
    void reset() override { drop_with_reset(tcp_of()); }
    bool quiet() override { return SSL_pending(stream_.native_handle()) == 0 && nothing_waiting(tcp_of()); }
    tcp::socket& socket() override { return tcp_of().socket(); }
    SSL* tls() override { return stream_.native_handle(); }

private:
    beast::tcp_stream& tcp_of() { return stream_.next_layer(); }

    asio::ssl::stream<beast::tcp_stream> stream_;
    tls_role role_;
};

} // namespace

std::unique_ptr<byte_stream> make_plain_stream(tcp::socket socket)
{
    return std::make_unique<plain_stream>(std::move(socket));
}

std::unique_ptr<byte_stream> make_tls_stream(tcp::socket socket, asio::ssl::context& context, tls_role role)
{
    return std::make_unique<tls_stream>(std::move(socket), context, role);
}

} // namespace idferry::connectors::http
