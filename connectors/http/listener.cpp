#include "connectors/http/listener.hpp"

#include "connectors/http/listener_session.hpp"
#include "connectors/http/local_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <sys/socket.h>

namespace idferry::connectors::http {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;

server::server(asio::any_io_executor e, listener_settings s)
    : settings(std::move(s)), executor(std::move(e)), strand(asio::make_strand(executor)), room(strand),
      tls(asio::ssl::context::tls_server)
{
}

namespace {

bool secure(const server& s)
{
    return s.settings.local.path.empty() && !s.settings.certificate_pem.empty();
}

void prepare_tls(server& s)
{
    auto& context = s.tls;
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    context.use_certificate_chain(asio::buffer(s.settings.certificate_pem));
    context.use_private_key(asio::buffer(s.settings.key_pem), asio::ssl::context::pem);
    const unsigned char name[] = "idferry";
    SSL_CTX_set_session_id_context(context.native_handle(), name, sizeof name - 1);
    if (!s.settings.client_ca_pem.empty()) {
        context.add_certificate_authority(asio::buffer(s.settings.client_ca_pem));
        context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
}

void ended(const std::shared_ptr<server>& s, const std::shared_ptr<session>& c)
{
    c->stream->drop();
    {
        std::lock_guard lock(s->guard);
        s->sessions.remove_if([&](const auto& w) { return w.expired() || w.lock() == c; });
    }
    --s->open;
    asio::post(s->strand, [s] { s->room.cancel(); });
}

std::unique_ptr<byte_stream> stream_of(server& s, tcp::socket socket)
{
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    return secure(s) ? make_tls_stream(std::move(socket), s.tls, tls_role::server)
                     : make_plain_stream(std::move(socket));
}

std::unique_ptr<byte_stream> stream_of(server&, local::socket socket)
{
    return make_local_stream(std::move(socket));
}

void start(const std::shared_ptr<server>& s, std::unique_ptr<byte_stream> stream, asio::any_io_executor strand)
{
    auto c = std::make_shared<session>(std::move(stream), strand);
    {
        std::lock_guard lock(s->guard);
        s->sessions.push_back(c);
    }
    asio::co_spawn(strand, serve(s, c), [s, c](std::exception_ptr) { ended(s, c); });
}

// Answers without waiting: what does not fit into the socket's own buffer is not sent.
template <class Socket> void turn_away(const server& s, Socket socket)
{
    if (!secure(s)) {
        outgoing refusal;
        refusal.status = 503;
        refusal.headers.emplace_back("Content-Type", "text/plain");
        refusal.headers.emplace_back("Retry-After", "1");
        refusal.body = "too many connections; try again\n";
        const auto text = header_of(s, refusal, false) + refusal.body;
        // Input that nobody has read would turn the close into a reset, which can overtake the answer.
        char unread[4096];
        while (::recv(socket.native_handle(), unread, sizeof unread, MSG_DONTWAIT) == sizeof unread) continue;
        [[maybe_unused]] const auto sent =
            ::send(socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    error_code ignored;
    socket.shutdown(asio::socket_base::shutdown_send, ignored);
    socket.close(ignored);
}

bool full(const server& s)
{
    return s.open >= s.settings.max_connections;
}

template <class Acceptor>
asio::awaitable<void> accept_all(std::shared_ptr<server> s, std::shared_ptr<Acceptor> acceptor)
{
    error_code ec;
    while (!s->stopped) {
        while (s->settings.beyond == when_full::wait && full(*s) && !s->stopped) {
            s->room.expires_at(clock::steady_time::max());
            co_await s->room.async_wait(redirect_error(use_awaitable, ec));
        }
        asio::any_io_executor strand = asio::make_strand(s->executor);
        auto socket = co_await acceptor->async_accept(strand, redirect_error(use_awaitable, ec));
        if (s->stopped || ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) co_return;
        if (ec) { // out of descriptors, or a peer that left at once: neither may end the server
            s->room.expires_after(std::chrono::milliseconds(20));
            co_await s->room.async_wait(redirect_error(use_awaitable, ec));
            continue;
        }
        if (full(*s)) {
            turn_away(*s, std::move(socket));
            if (s->settings.told) s->settings.told(listener_event::full, "", 503);
            continue;
        }
        ++s->open;
        start(s, stream_of(*s, std::move(socket)), strand);
    }
}

template <class Acceptor> class beast_listener final : public listener
{
public:
    explicit beast_listener(std::shared_ptr<server> s)
        : server_(std::move(s)), acceptor_(std::make_shared<Acceptor>(server_->strand))
    {
        open();
        asio::co_spawn(server_->strand, accept_all(server_, acceptor_), asio::detached);
    }
    ~beast_listener() override { stop(); }
    beast_listener(const beast_listener&) = delete;
    beast_listener& operator=(const beast_listener&) = delete;

    unsigned short port() const override { return port_; }

    void stop() override
    {
        {
            std::unique_lock lock(server_->calling);
            if (server_->stopped.exchange(true)) return;
        }
        // Nobody is let in from here on: closing happens on the strand, and until then, or while a child process holds
        // a copy of the socket, the kernel would go on taking connections that nobody serves.
        ::shutdown(acceptor_->native_handle(), SHUT_RDWR);
        remove_socket(file_);
        asio::post(server_->strand, [s = server_, a = acceptor_] {
            error_code ignored;
            a->close(ignored);
            s->room.cancel();
        });
        std::lock_guard lock(server_->guard);
        for (auto& weak : server_->sessions)
            if (auto c = weak.lock())
                asio::post(c->executor, [c] {
                    c->timer.cancel();
                    c->stream->drop();
                });
    }

private:
    void open()
    {
        auto& s = *server_;
        if constexpr (std::is_same_v<Acceptor, local::acceptor>) {
            file_ = open_local(*acceptor_, s.settings.local);
        } else {
            if (secure(s)) prepare_tls(s);
            const auto where = fmt::format("{} port {}", s.settings.address, s.settings.port);
            error_code ec;
            const auto address = asio::ip::make_address(s.settings.address, ec);
            if (ec) throw boost::system::system_error(ec, s.settings.address + " is no address");
            const tcp::endpoint at(address, s.settings.port);
            acceptor_->open(at.protocol(), ec);
            if (!ec) acceptor_->set_option(asio::socket_base::reuse_address(true), ec);
            if (!ec) acceptor_->bind(at, ec);
            if (!ec) acceptor_->listen(asio::socket_base::max_listen_connections, ec);
            if (ec) throw boost::system::system_error(ec, where + " cannot be listened on");
            port_ = acceptor_->local_endpoint().port();
        }
    }

    std::shared_ptr<server> server_;
    std::shared_ptr<Acceptor> acceptor_;
    unsigned short port_{0};
    socket_file file_;
};

std::unique_ptr<listener> listen_by(std::shared_ptr<server> s)
{
    if (!s->settings.local.path.empty()) return std::make_unique<beast_listener<local::acceptor>>(std::move(s));
    return std::make_unique<beast_listener<tcp::acceptor>>(std::move(s));
}

} // namespace

std::unique_ptr<listener> listen(asio::any_io_executor executor, listener_settings settings, handler answer)
{
    auto s = std::make_shared<server>(std::move(executor), std::move(settings));
    s->answer = std::move(answer);
    return listen_by(std::move(s));
}

std::unique_ptr<listener> listen_async(asio::any_io_executor executor, listener_settings settings, async_handler answer)
{
    auto s = std::make_shared<server>(std::move(executor), std::move(settings));
    s->answer_later = std::move(answer);
    return listen_by(std::move(s));
}

} // namespace idferry::connectors::http
