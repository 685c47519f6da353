#include "connectors/http/listener.hpp"

#include "connectors/http/byte_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <list>
#include <mutex>
#include <sys/socket.h>

#include <shared_mutex>

namespace idferry::connectors::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;

std::string_view incoming::header(std::string_view name) const
{
    for (const auto& [key, value] : headers)
        if (beast::iequals(key, name)) return value;
    return {};
}

namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr std::size_t small_body = 16 * 1024; // goes out in one piece with the header
constexpr std::size_t drained_at_most = 8 * 1024 * 1024;
constexpr std::chrono::seconds drained_for{2};

struct session
{
    session(std::unique_ptr<byte_stream> s, asio::any_io_executor e)
        : executor(std::move(e)), stream(std::move(s)), timer(executor)
    {
    }
    asio::any_io_executor executor; // the strand
    std::unique_ptr<byte_stream> stream;
    asio::steady_timer timer;
    beast::flat_buffer buffer;
    bool late{false}; // the timer ended a read
};

// What all connections share; they keep it alive.
struct server
{
    server(asio::any_io_executor e, listener_settings s, handler h)
        : settings(std::move(s)), answer(std::move(h)), executor(std::move(e)), strand(asio::make_strand(executor)),
          acceptor(strand), room(strand), tls(asio::ssl::context::tls_server)
    {
    }

    listener_settings settings;
    handler answer;
    asio::any_io_executor executor;
    asio::any_io_executor strand;
    tcp::acceptor acceptor;
    asio::steady_timer room; // cancelled when a connection ends
    asio::ssl::context tls;
    std::atomic<bool> stopped{false};
    std::shared_mutex calling; // shared by calls of the handler, taken alone by stop
    std::mutex guard;
    std::list<std::weak_ptr<session>> sessions;
    std::atomic<std::size_t> open{0};
};

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

void append_header_line(std::string& out, std::string_view name, std::string_view value)
{
    const auto at = out.size();
    fmt::format_to(std::back_inserter(out), "{}: {}", name, value);
    for (auto i = at; i < out.size(); ++i)
        if (out[i] == '\r' || out[i] == '\n') out[i] = ' ';
    out += "\r\n";
}

bool status_has_no_body(int status)
{
    return status == 204 || status == 304 || (status >= 100 && status < 200);
}

std::string header_of(const server& s, const outgoing& a, bool keep)
{
    std::string out;
    out.reserve(512);
    const auto reason = wire::obsolete_reason(wire::int_to_status(static_cast<unsigned>(a.status)));
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", a.status,
                   std::string_view(reason.data(), reason.size()));
    if (!s.settings.name.empty()) append_header_line(out, "Server", s.settings.name);
    bool has_length = status_has_no_body(a.status);
    for (const auto& [name, value] : a.headers) {
        has_length = has_length || beast::iequals(name, "Content-Length");
        append_header_line(out, name, value);
    }
    if (!has_length) append_header_line(out, "Content-Length", std::to_string(a.body.size()));
    append_header_line(out, "Connection", keep ? "keep-alive" : "close");
    out += "\r\n";
    return out;
}

outgoing call_handler(server& s, const incoming& r)
{
    std::shared_lock lock(s.calling);
    outgoing answer;
    if (s.stopped) {
        answer.fault = answer_fault::close_before;
        return answer;
    }
    try {
        answer = s.answer(r);
    } catch (const std::exception&) {
        answer = {};
        answer.status = 500;
        answer.headers.emplace_back("Content-Type", "text/plain");
        answer.body = "the handler of this request failed";
    }
    return answer;
}

// How reading a request ended.
struct reading
{
    enum class kind
    {
        complete,
        closed, // by the peer, by a deadline between requests, or broken
        refused // `status` says why
    };
    kind what{kind::closed};
    int status{0};
    incoming request;
    bool keep{false};
};

int status_of_parse_error(const error_code& ec)
{
    if (ec == wire::error::body_limit) return 413;
    if (ec == wire::error::header_limit || ec == wire::error::buffer_overflow) return 431;
    return 400;
}

using request_parser = wire::request_parser<wire::string_body>;

// Feeds what has arrived to the parser. Returns false when more is needed first.
bool feed(request_parser& parser, beast::flat_buffer& buffer, error_code& ec)
{
    if (buffer.size() == 0) return false;
    const auto used = parser.put(buffer.data(), ec);
    buffer.consume(used);
    if (ec == wire::error::need_more) {
        ec = {};
        return false;
    }
    return true;
}

void take_request(request_parser& parser, reading& r)
{
    auto& message = parser.get();
    r.what = reading::kind::complete;
    r.keep = message.keep_alive();
    r.request.method = std::string(message.method_string());
    r.request.target = std::string(message.target());
    for (const auto& field : message)
        r.request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    r.request.body = std::move(message.body());
}

// Ends a read after `wait`. Unlike the stream's own deadline it leaves the socket open, so that 408 can be said.
void limit_read(const std::shared_ptr<session>& c, std::chrono::milliseconds wait)
{
    c->late = false;
    c->timer.expires_after(wait);
    c->timer.async_wait([c](const error_code& ec) {
        if (ec || c->timer.expiry() > steady_now()) return; // cancelled, or set anew meanwhile
        error_code ignored;
        c->late = true;
        c->stream->socket().cancel(ignored);
    });
}

asio::awaitable<reading> read_request(std::shared_ptr<server> s, std::shared_ptr<session> c)
{
    reading r;
    error_code ec;
    request_parser parser;
    parser.header_limit(static_cast<std::uint32_t>(s->settings.max_header_bytes));
    parser.body_limit(s->settings.max_body_bytes);
    parser.eager(false);
    c->stream->expires_at(clock::steady_time::max());
    limit_read(c, s->settings.idle);
    const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    bool in_body = false;
    while (true) {
        bool fed = feed(parser, c->buffer, ec);
        while (fed && !ec && !parser.is_header_done()) fed = feed(parser, c->buffer, ec);
        if (!ec && parser.is_header_done() && !in_body) {
            in_body = true;
            parser.eager(true);
            const auto expect = parser.get()[wire::field::expect];
            if (!parser.is_done() && c->buffer.size() == 0 && beast::iequals(expect, "100-continue"))
                co_await c->stream->write_all(asio::buffer(go_on), ec);
            else if (!ec && !parser.is_done())
                feed(parser, c->buffer, ec);
        }
        if (ec) {
            r.what = reading::kind::refused;
            r.status = status_of_parse_error(ec);
            co_return r;
        }
        if (parser.is_done()) break;
        const bool started = parser.got_some() || c->buffer.size() > 0;
        const auto n = co_await c->stream->read_some(c->buffer.prepare(read_size), ec);
        c->buffer.commit(n);
        if (ec && c->late && started) {
            r.what = reading::kind::refused;
            r.status = 408;
            co_return r;
        }
        if (ec) co_return r;
        // A header has `idle` from its first byte; an upload gets the same again for each part of its body.
        if (!started || in_body) limit_read(c, s->settings.idle);
    }
    take_request(parser, r);
    co_return r;
}

asio::awaitable<bool> send_answer(std::shared_ptr<server> s, std::shared_ptr<session> c, outgoing a, bool head,
                                  bool keep)
{
    error_code ec;
    if (a.delay.count() > 0) {
        c->timer.expires_after(a.delay);
        co_await c->timer.async_wait(redirect_error(use_awaitable, ec));
        if (ec || s->stopped) co_return false;
    }
    if (a.fault == answer_fault::close_before) co_return false;
    if (a.fault == answer_fault::reset) {
        c->stream->reset();
        co_return false;
    }
    auto header = header_of(*s, a, keep);
    std::string_view body = a.body;
    if (head || status_has_no_body(a.status)) body = {};
    if (a.fault == answer_fault::truncate_body) body = body.substr(0, body.size() / 2);
    if (body.size() <= small_body) {
        header += body;
        body = {};
    }
    c->stream->expires_at(steady_now() + s->settings.idle);
    co_await c->stream->write_all(asio::buffer(header), ec);
    constexpr std::size_t piece = 1024 * 1024; // each piece has its own deadline
    while (!ec && !body.empty()) {
        const auto part = body.substr(0, piece);
        body.remove_prefix(part.size());
        c->stream->expires_at(steady_now() + s->settings.idle);
        co_await c->stream->write_all(asio::buffer(part), ec);
    }
    co_return !ec && a.fault == answer_fault::none;
}

// After an answer that ends the connection early: reads on for a while, so that the peer, who may still be sending,
// reads the answer before a reset discards it. (Over TLS it must not be told the end first: nothing may follow that.)
asio::awaitable<void> drain(std::shared_ptr<session> c)
{
    error_code ec;
    c->buffer.clear();
    if (c->stream->tls() == nullptr) co_await c->stream->finish(ec);
    std::size_t left = drained_at_most;
    c->stream->expires_at(steady_now() + drained_for);
    while (!ec && left > 0) {
        const auto n = co_await c->stream->read_some(c->buffer.prepare(read_size), ec);
        left -= std::min(left, n);
    }
}

asio::awaitable<void> serve(std::shared_ptr<server> s, std::shared_ptr<session> c)
{
    error_code ec;
    c->stream->expires_at(steady_now() + s->settings.idle);
    co_await c->stream->handshake(ec);
    if (ec) co_return;
    while (!s->stopped) {
        auto r = co_await read_request(s, c);
        c->timer.cancel();
        if (r.what == reading::kind::closed) co_return;
        if (r.what == reading::kind::refused) {
            outgoing refusal;
            refusal.status = r.status;
            bool sent = co_await send_answer(s, c, std::move(refusal), false, false);
            if (sent) co_await drain(c);
            break;
        }
        auto answer = call_handler(*s, r.request);
        const bool head = r.request.method == "HEAD";
        r.request = {};
        const bool broken = answer.fault != answer_fault::none;
        const bool good = co_await send_answer(s, c, std::move(answer), head, r.keep);
        if (broken) co_return;
        if (!good || !r.keep) break;
        if (c->buffer.size() == 0 && c->buffer.capacity() > 2 * read_size) c->buffer = {};
    }
    c->stream->expires_at(steady_now() + drained_for);
    co_await c->stream->finish(ec);
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

void start(const std::shared_ptr<server>& s, tcp::socket socket, asio::any_io_executor strand)
{
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const bool secure = !s->settings.certificate_pem.empty();
    auto stream =
        secure ? make_tls_stream(std::move(socket), s->tls, tls_role::server) : make_plain_stream(std::move(socket));
    auto c = std::make_shared<session>(std::move(stream), strand);
    {
        std::lock_guard lock(s->guard);
        s->sessions.push_back(c);
    }
    asio::co_spawn(strand, serve(s, c), [s, c](std::exception_ptr) { ended(s, c); });
}

asio::awaitable<void> accept_all(std::shared_ptr<server> s)
{
    error_code ec;
    while (!s->stopped) {
        while (s->open >= s->settings.max_connections && !s->stopped) {
            s->room.expires_at(clock::steady_time::max());
            co_await s->room.async_wait(redirect_error(use_awaitable, ec));
        }
        asio::any_io_executor strand = asio::make_strand(s->executor);
        auto socket = co_await s->acceptor.async_accept(strand, redirect_error(use_awaitable, ec));
        if (s->stopped || ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) co_return;
        if (ec) { // out of descriptors, or a peer that left at once: neither may end the server
            s->room.expires_after(std::chrono::milliseconds(20));
            co_await s->room.async_wait(redirect_error(use_awaitable, ec));
            continue;
        }
        ++s->open;
        start(s, std::move(socket), strand);
    }
}

class beast_listener final : public listener
{
public:
    explicit beast_listener(std::shared_ptr<server> s) : server_(std::move(s)) {}
    ~beast_listener() override { stop(); }
    beast_listener(const beast_listener&) = delete;
    beast_listener& operator=(const beast_listener&) = delete;

    void open()
    {
        auto& s = *server_;
        if (!s.settings.certificate_pem.empty()) prepare_tls(s);
        const tcp::endpoint at(asio::ip::make_address(s.settings.address), s.settings.port);
        s.acceptor.open(at.protocol());
        s.acceptor.set_option(asio::socket_base::reuse_address(true));
        s.acceptor.bind(at);
        s.acceptor.listen();
        port_ = s.acceptor.local_endpoint().port();
        asio::co_spawn(s.strand, accept_all(server_), asio::detached);
    }

    unsigned short port() const override { return port_; }

    void stop() override
    {
        {
            std::unique_lock lock(server_->calling);
            if (server_->stopped.exchange(true)) return;
        }
        // Nobody is let in from here on: closing happens on the strand, and until then, or while a child process holds
        // a copy of the socket, the kernel would go on taking connections that nobody serves.
        ::shutdown(server_->acceptor.native_handle(), SHUT_RDWR);
        asio::post(server_->strand, [s = server_] {
            error_code ignored;
            s->acceptor.close(ignored);
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
    std::shared_ptr<server> server_;
    unsigned short port_{0};
};

} // namespace

std::unique_ptr<listener> listen(asio::any_io_executor executor, listener_settings settings, handler answer)
{
    auto made = std::make_unique<beast_listener>(
        std::make_shared<server>(std::move(executor), std::move(settings), std::move(answer)));
    made->open();
    return made;
}

} // namespace idferry::connectors::http
