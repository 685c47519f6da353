#include "tests/connectors/http/raw_server.hpp"

#include "tests/support/run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <list>

namespace idferry::test {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using secure_socket = asio::ssl::stream<tcp::socket>;

struct raw_server::state
{
    explicit state(raw_server_settings s)
        : settings(std::move(s)), acceptor(test_io(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          tls(asio::ssl::context::tls_server), never(test_io(), asio::steady_timer::time_point::max())
    {
    }
    raw_server_settings settings;
    tcp::acceptor acceptor;
    asio::ssl::context tls;
    asio::steady_timer never;
    std::list<std::weak_ptr<secure_socket>> sockets;
    std::vector<std::string> requests;
    std::size_t connections{0}, accepted{0}, resumed{0}, ended{0};
    bool stopped{false};
};

namespace {

using state_ptr = std::shared_ptr<raw_server::state>;
using socket_ptr = std::shared_ptr<secure_socket>;

std::size_t body_length(const std::string& header)
{
    const auto at = header.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::strtoul(header.c_str() + at + 16, nullptr, 10);
}

bool complete(const std::string& text)
{
    const auto end = text.find("\r\n\r\n");
    return end != std::string::npos && text.size() >= end + 4 + body_length(text.substr(0, end + 2));
}

asio::awaitable<std::string> read_request(state_ptr s, socket_ptr socket)
{
    std::string text;
    std::string part(64 * 1024, '\0');
    error_code ec;
    std::size_t n = 0;
    while (!complete(text)) {
        if (s->settings.tls)
            n = co_await socket->async_read_some(asio::buffer(part), redirect_error(use_awaitable, ec));
        else
            n = co_await socket->next_layer().async_read_some(asio::buffer(part), redirect_error(use_awaitable, ec));
        if (ec) co_return std::string();
        text.append(part, 0, n);
    }
    co_return text;
}

asio::awaitable<void> write_reply(state_ptr s, socket_ptr socket, std::string bytes)
{
    error_code ec;
    std::size_t sent = 0;
    while (!ec && sent < bytes.size()) {
        const auto rest = asio::buffer(asio::buffer(bytes) + sent);
        std::size_t n = 0;
        if (s->settings.tls)
            n = co_await socket->async_write_some(rest, redirect_error(use_awaitable, ec));
        else
            n = co_await socket->next_layer().async_write_some(rest, redirect_error(use_awaitable, ec));
        sent += n;
    }
}

void close_now(secure_socket& socket, bool with_reset)
{
    error_code ignored;
    if (with_reset) socket.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    if (!with_reset) socket.next_layer().shutdown(tcp::socket::shutdown_both, ignored);
    socket.next_layer().close(ignored);
}

asio::awaitable<void> converse(state_ptr s, socket_ptr socket, std::size_t number)
{
    error_code ec;
    if (!s->settings.handshake) co_await s->never.async_wait(redirect_error(use_awaitable, ec));
    if (s->settings.tls) {
        co_await socket->async_handshake(asio::ssl::stream_base::server, redirect_error(use_awaitable, ec));
        if (ec) co_return;
        if (SSL_session_reused(socket->native_handle()) == 1) ++s->resumed;
    }
    ++s->connections;
    co_await write_reply(s, socket, s->settings.greeting);
    const auto& all = s->settings.connections;
    if (all.empty()) co_return;
    const conversation replies = all[std::min(number, all.size() - 1)];
    for (const auto& r : replies) {
        auto text = co_await read_request(s, socket);
        if (text.empty()) co_return;
        s->requests.push_back(std::move(text));
        co_await write_reply(s, socket, r.bytes);
        if (r.then == afterwards::keep) continue;
        if (r.then == afterwards::hang) co_await s->never.async_wait(redirect_error(use_awaitable, ec));
        if (r.then == afterwards::close_clean && s->settings.tls)
            co_await socket->async_shutdown(redirect_error(use_awaitable, ec));
        close_now(*socket, r.then == afterwards::reset);
        co_return;
    }
}

asio::awaitable<void> accept_connections(state_ptr s)
{
    error_code ec;
    while (!s->stopped) {
        auto plain = co_await s->acceptor.async_accept(redirect_error(use_awaitable, ec));
        if (ec || s->stopped) co_return;
        auto socket = std::make_shared<secure_socket>(std::move(plain), s->tls);
        s->sockets.push_back(socket);
        asio::co_spawn(test_io(), converse(s, socket, s->accepted++), [s, socket](std::exception_ptr) {
            close_now(*socket, false);
            ++s->ended;
        });
    }
}

void prepare(raw_server::state& s)
{
    if (!s.settings.tls) return;
    s.tls.use_certificate_chain(asio::buffer(s.settings.identity.certificate_pem));
    s.tls.use_private_key(asio::buffer(s.settings.identity.key_pem), asio::ssl::context::pem);
    const unsigned char name[] = "raw";
    SSL_CTX_set_session_id_context(s.tls.native_handle(), name, 3);
    if (!s.settings.client_ca_pem.empty()) {
        s.tls.add_certificate_authority(asio::buffer(s.settings.client_ca_pem));
        s.tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
    if (s.settings.only_tls_1_1) {
        SSL_CTX_set_cipher_list(s.tls.native_handle(), "ALL:@SECLEVEL=0");
        SSL_CTX_set_min_proto_version(s.tls.native_handle(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(s.tls.native_handle(), TLS1_1_VERSION);
    }
}

} // namespace

reply plain_reply(const std::string& body, afterwards then)
{
    return {"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body, then};
}

raw_server::raw_server(raw_server_settings settings) : state_(std::make_shared<state>(std::move(settings)))
{
    prepare(*state_);
    asio::co_spawn(test_io(), accept_connections(state_), asio::detached);
}

raw_server::~raw_server()
{
    error_code ignored;
    state_->stopped = true;
    state_->acceptor.close(ignored);
    state_->never.cancel();
    for (auto& weak : state_->sockets)
        if (auto socket = weak.lock()) close_now(*socket, false);
    settle();
}

unsigned short raw_server::port() const
{
    return state_->acceptor.local_endpoint().port();
}

std::string raw_server::url(const std::string& path) const
{
    return std::string(state_->settings.tls ? "https" : "http") + "://127.0.0.1:" + std::to_string(port()) + path;
}

std::size_t raw_server::connections() const
{
    return state_->connections;
}
std::size_t raw_server::accepted() const
{
    return state_->accepted;
}
std::size_t raw_server::resumed() const
{
    return state_->resumed;
}
std::size_t raw_server::ended() const
{
    return state_->ended;
}
const std::vector<std::string>& raw_server::requests() const
{
    return state_->requests;
}

asio::awaitable<std::string> send_raw(unsigned short port, std::string bytes)
{
    error_code ec;
    tcp::socket socket(test_io());
    const tcp::endpoint to(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(to, use_awaitable);
    std::size_t sent = 0;
    while (!ec && sent < bytes.size()) {
        const auto rest = asio::buffer(asio::buffer(bytes) + sent);
        const auto n = co_await socket.async_write_some(rest, redirect_error(use_awaitable, ec));
        sent += n;
    }
    std::string all;
    std::string part(64 * 1024, '\0');
    ec = {};
    while (!ec) {
        const auto n = co_await socket.async_read_some(asio::buffer(part), redirect_error(use_awaitable, ec));
        all.append(part, 0, n);
    }
    co_return all;
}

unsigned short closed_port()
{
    tcp::acceptor a(test_io(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return a.local_endpoint().port();
}

} // namespace idferry::test
