#include "connectors/http/listener_session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <exception>

namespace idferry::connectors::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

std::string_view incoming::header(std::string_view name) const
{
    for (const auto& [key, value] : headers)
        if (beast::iequals(key, name)) return value;
    return {};
}

namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr std::size_t drained_at_most = 8 * 1024 * 1024;
constexpr std::chrono::seconds drained_for{2};

outgoing failed_handler()
{
    outgoing answer;
    answer.status = 500;
    answer.headers.emplace_back("Content-Type", "text/plain");
    answer.body = "the handler of this request failed";
    return answer;
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
        answer = failed_handler();
    }
    return answer;
}

asio::awaitable<outgoing> answer_to(std::shared_ptr<server> s, incoming r)
{
    if (!s->answer_later) co_return call_handler(*s, r);
    outgoing answer;
    try {
        answer = co_await s->answer_later(std::move(r));
    } catch (const std::exception&) {
        answer = failed_handler();
    }
    if (s->stopped) answer.fault = answer_fault::close_before;
    co_return answer;
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
        c->late = true;
        c->stream->cancel();
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
            if (s->settings.whole_body.count() > 0) limit_read(c, s->settings.whole_body);
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
        // A header has `idle` from its first byte; an upload gets the same again for each part of its body, unless all
        // of it has a deadline.
        const bool in_parts = in_body && s->settings.whole_body.count() == 0;
        if (!started || in_parts) limit_read(c, s->settings.idle);
    }
    take_request(parser, r);
    co_return r;
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

} // namespace

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
            const auto why = r.status == 408 ? listener_event::slow : listener_event::malformed;
            if (s->settings.told) s->settings.told(why, c->stream->peer(), r.status);
            outgoing refusal;
            refusal.status = r.status;
            const sending_options last;
            bool sent = co_await send_answer(s, c, std::move(refusal), last);
            if (sent) co_await drain(c);
            break;
        }
        const sending_options how{.head = r.request.method == "HEAD", .keep = r.keep};
        r.request.peer_user = c->stream->peer_user();
        r.request.peer = c->stream->peer();
        auto answer = co_await answer_to(s, std::move(r.request));
        const bool broken = answer.fault != answer_fault::none;
        const bool good = co_await send_answer(s, c, std::move(answer), how);
        if (broken) co_return;
        if (!good || !r.keep) break;
        if (c->buffer.size() == 0 && c->buffer.capacity() > 2 * read_size) c->buffer = {};
    }
    c->stream->expires_at(steady_now() + drained_for);
    co_await c->stream->finish(ec);
}

} // namespace idferry::connectors::http
