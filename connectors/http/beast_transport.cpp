#include "connectors/http/byte_stream.hpp"
#include "connectors/http/dial.hpp"
#include "connectors/http/proxy_choice.hpp"
#include "connectors/http/slot_queue.hpp"
#include "connectors/http/tls_client.hpp"
#include "connectors/http/transport.hpp"
#include "connectors/http/transport_options.hpp"
#include "connectors/http/url_parts.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

#include <map>
#include <vector>

namespace idferry::connectors::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;

std::optional<std::string_view> response::header(std::string_view name) const
{
    for (const auto& [key, value] : headers)
        if (beast::iequals(key, name)) return value;
    return std::nullopt;
}

namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr std::size_t sent_in_one_piece = 64 * 1024;
constexpr int most_informational_answers = 8;

// A body appended to a string: unlike Beast's string_body it does not fill with zeros first, and it leaves the room
// behind the text that simdjson reads into.
struct text_body
{
    using value_type = std::string;
    class reader
    {
    public:
        template <bool is_request, class Fields>
        reader(wire::header<is_request, Fields>&, value_type& body) : body_(body)
        {
        }
        void init(const boost::optional<std::uint64_t>& length, error_code& ec)
        {
            ec = {};
            if (length) body_.reserve(static_cast<std::size_t>(*length) + 64); // the parser has checked the limit
        }
        template <class Buffers> std::size_t put(const Buffers& buffers, error_code& ec)
        {
            ec = {};
            std::size_t n = 0;
            for (auto part : beast::buffers_range_ref(buffers)) {
                body_.append(static_cast<const char*>(part.data()), part.size());
                n += part.size();
            }
            return n;
        }
        void finish(error_code& ec) { ec = {}; }

    private:
        value_type& body_;
    };
};
using answer_parser = wire::response_parser<text_body>;

struct connection
{
    explicit connection(const transport_options& o) : counted(o.connections_changed)
    {
        if (counted) counted(1);
    }
    ~connection()
    {
        if (counted) counted(-1);
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    std::function<void(int)> counted;
    std::unique_ptr<byte_stream> stream;
    beast::flat_buffer buffer;
    clock::steady_time idle_since{};
    bool reused{false};
};
using connection_ptr = std::unique_ptr<connection>;

struct origin_pool
{
    explicit origin_pool(std::size_t limit) : slots(limit) {}
    slot_queue slots;
    std::vector<connection_ptr> idle;
    tls_session session;
};

struct core
{
    core(transport_settings s, transport_options o) : settings(std::move(s)), options(std::move(o))
    {
        if (settings.user_agent.empty()) settings.user_agent = "idferry/" IDFERRY_VERSION;
    }
    transport_settings settings;
    transport_options options;
    std::shared_ptr<asio::ssl::context> tls; // made at the first need
    // Streams refer to `tls`, so the pools are destroyed first.
    std::map<std::string, std::shared_ptr<origin_pool>> pools;
};
using core_ptr = std::shared_ptr<core>;

// One exchange's circumstances.
struct errand
{
    errand(core_ptr c, request r, url_parts u) : all(std::move(c)), what(std::move(r)), to(std::move(u))
    {
        total = steady_now() + all->settings.times.total;
    }
    core_ptr all;
    request what;
    url_parts to;
    clock::steady_time total;
    std::shared_ptr<origin_pool> pool;

    const deadlines& times() const { return all->settings.times; }
    // The end of a wait that may take `most`, within the whole exchange.
    clock::steady_time within(milliseconds most) const { return std::min(steady_now() + most, total); }
    failure fail(disposition next, const std::string& why) const
    {
        failure f;
        f.next = next;
        f.detail = fmt::format("{} {}: {}", what.method, to.origin() + to.target.substr(0, to.target.find('?')), why);
        return f;
    }
    // A passed deadline in words.
    std::string too_slow(const std::string& phase, milliseconds most) const
    {
        const bool all_used = steady_now() >= total;
        return all_used ? fmt::format("{}: not finished within {} ms", phase, times().total.count())
                        : fmt::format("{}: nothing happened for {} ms", phase, most.count());
    }
};

bool idempotent(const std::string& method)
{
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text)
{
    const std::string_view marks = "!#$%&'*+-.^_`|~";
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && marks.find(c) == std::string_view::npos) return false;
    }
    return !text.empty();
}

std::string why_not_sendable(const request& r)
{
    if (!is_token(r.method)) return "the method is not a token";
    for (const auto& [name, value] : r.headers) {
        if (!is_token(name)) return "a header's name is not a token";
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return "header " + name + " holds a line break";
    }
    return {};
}

std::string header_text(const errand& e)
{
    const auto& r = e.what;
    std::string out;
    out.reserve(512 + (r.body.size() <= sent_in_one_piece ? r.body.size() : 0));
    auto add = std::back_inserter(out);
    fmt::format_to(add, "{} {} HTTP/1.1\r\nHost: {}\r\n", r.method, e.to.target, e.to.host_header());
    bool has_agent = false;
    for (const auto& [name, value] : r.headers) {
        if (beast::iequals(name, "Host") || beast::iequals(name, "Content-Length")) continue;
        has_agent = has_agent || beast::iequals(name, "User-Agent");
        fmt::format_to(add, "{}: {}\r\n", name, value);
    }
    if (!has_agent) fmt::format_to(add, "User-Agent: {}\r\n", e.all->settings.user_agent);
    const bool writes = r.method == "POST" || r.method == "PUT" || r.method == "PATCH";
    if (writes || !r.body.empty()) fmt::format_to(add, "Content-Length: {}\r\n", r.body.size());
    out += "\r\n";
    return out;
}

// ---- reading an answer

enum class body_rule
{
    as_told, // by the header
    none     // HEAD, CONNECT
};

// How an exchange on one connection ended.
struct ending
{
    explicit ending(result<response> a) : answer(std::move(a)) {}
    result<response> answer;
    bool reusable{false};
    bool silent{false}; // broke without a byte of an answer
};

std::string parse_error_text(const errand& e, const error_code& ec)
{
    if (ec == wire::error::header_limit || ec == wire::error::buffer_overflow)
        return fmt::format("the answer's header is larger than {} bytes", e.all->settings.bounds.max_header_bytes);
    if (ec == wire::error::body_limit)
        return fmt::format("the answer's body is larger than {} bytes", e.all->settings.bounds.max_body_bytes);
    return "the answer is not HTTP: " + ec.message();
}

// Feeds the parser with what is there. Returns true when more must be read.
bool feed_answer(answer_parser& parser, beast::flat_buffer& buffer, error_code& ec)
{
    while (!parser.is_done() && buffer.size() > 0) {
        const auto used = parser.put(buffer.data(), ec);
        buffer.consume(used);
        if (ec == wire::error::need_more) {
            ec = {};
            return true;
        }
        if (ec) return false;
        if (used == 0) return true;
    }
    return !parser.is_done();
}

void prepare_parser(std::optional<answer_parser>& parser, const limits& bounds, body_rule rule)
{
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(bounds.max_header_bytes));
    parser->body_limit(bounds.max_body_bytes);
    parser->eager(true);
    parser->skip(rule == body_rule::none);
}

// What the end of the stream, or an error of it, means where the answer stands.
ending broken_answer(const errand& e, const error_code& ec, bool anything)
{
    const std::string phase = anything ? "reading the answer" : "waiting for the answer";
    if (ec == beast::error::timeout) return ending(e.fail(disposition::retry, e.too_slow(phase, e.times().idle)));
    if (ec.category() == asio::error::get_ssl_category() && !anything)
        return ending(e.fail(disposition::stop, "TLS: the server refused the connection: " + ec.message()));
    const bool closed = ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
    const std::string how = closed ? "the connection was closed" : ec.message();
    ending broken(e.fail(disposition::retry, phase + ": " + how + (anything ? " before it was complete" : "")));
    broken.silent = !anything;
    return broken;
}

ending whole_answer(const errand& e, answer_parser& parser, const connection& c)
{
    auto& message = parser.get();
    response r;
    r.status = static_cast<int>(message.result_int());
    for (const auto& field : message)
        r.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    r.body = std::move(message.body());
    r.body.reserve(r.body.size() + 64);
    const bool keep = parser.keep_alive() && !parser.need_eof() && c.buffer.size() == 0;
    const auto encoding = r.header("Content-Encoding");
    if (encoding && !encoding->empty() && !beast::iequals(*encoding, "identity")) {
        return ending(e.fail(disposition::reject, "the answer is compressed, which was not asked for"));
    }
    ending good(std::move(r));
    good.reusable = keep;
    return good;
}

asio::awaitable<ending> read_answer(std::shared_ptr<const errand> e, connection& c, body_rule rule)
{
    std::optional<answer_parser> parser;
    const auto& bounds = e->all->settings.bounds;
    prepare_parser(parser, bounds, rule);
    error_code ec;
    int informational = 0;
    bool anything = false;
    while (true) {
        const bool more = feed_answer(*parser, c.buffer, ec);
        if (ec) {
            auto f = e->fail(disposition::reject, parse_error_text(*e, ec));
            co_return ending(std::move(f));
        }
        if (!more) {
            const auto status = parser->get().result_int();
            if (status >= 200) co_return whole_answer(*e, *parser, c);
            if (status == 101 || ++informational > most_informational_answers) {
                auto f = e->fail(disposition::reject, fmt::format("unexpected answer with status {}", status));
                co_return ending(std::move(f));
            }
            prepare_parser(parser, bounds, rule);
            continue;
        }
        c.stream->expires_at(e->within(e->times().idle));
        const auto n = co_await c.stream->read_some(c.buffer.prepare(read_size), ec);
        c.buffer.commit(n);
        throw_if_cancelled(ec);
        anything = anything || n > 0;
        if (!ec) continue;
        if (ec == asio::error::eof && parser->is_header_done()) {
            error_code at_end; // a body without a length ends with the connection
            parser->put_eof(at_end);
            if (!at_end && parser->is_done()) co_return whole_answer(*e, *parser, c);
        }
        co_return broken_answer(*e, ec, anything);
    }
}

// ---- opening a connection

asio::awaitable<std::optional<failure>> ask_proxy(std::shared_ptr<const errand> e, connection& c, proxy through,
                                                  clock::steady_time until)
{
    const auto via = "proxy " + through.text();
    std::string text = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: {1}\r\n", e->to.host_and_port(),
                                   e->all->settings.user_agent);
    if (!through.authorization.empty()) text += "Proxy-Authorization: " + through.authorization + "\r\n";
    text += "\r\n";
    error_code ec;
    c.stream->expires_at(until);
    co_await c.stream->write_all(asio::buffer(text), ec);
    throw_if_cancelled(ec);
    if (ec) co_return e->fail(disposition::retry, via + ": " + ec.message());
    auto hurried = std::make_shared<errand>(*e);
    hurried->total = until;
    auto end = co_await read_answer(hurried, c, body_rule::none);
    if (!end.answer) {
        auto f = end.answer.error();
        f.detail = e->fail(f.next, via + " did not answer CONNECT properly").detail;
        if (f.next == disposition::stop) f.next = disposition::retry;
        co_return f;
    }
    const auto status = end.answer->status;
    if (status >= 200 && status < 300) {
        if (c.buffer.size() == 0) co_return std::nullopt;
        co_return e->fail(disposition::retry, via + " sent more than an answer to CONNECT");
    }
    // 5xx: it could not reach the server; 4xx: it does not want to.
    const auto next = status >= 500 ? disposition::retry : disposition::stop;
    co_return e->fail(next, fmt::format("{} answered CONNECT with {}{}", via, status,
                                        status == 407 ? " (it wants credentials)" : ""));
}

asio::awaitable<std::optional<failure>> secure(std::shared_ptr<const errand> e, connection& c, clock::steady_time until)
{
    auto& all = *e->all;
    if (!all.tls) {
        auto made = make_client_context(all.settings.tls);
        if (!made) co_return e->fail(disposition::stop, made.error().detail);
        all.tls = *made;
    }
    c.stream = make_tls_stream(std::move(*c.stream->tcp()), *all.tls, tls_role::client);
    if (!expect_host(c.stream->tls(), e->to.host))
        co_return e->fail(disposition::stop, "TLS: the host's name cannot be used");
    e->pool->session.offer(c.stream->tls());
    error_code ec;
    c.stream->expires_at(until);
    co_await c.stream->handshake(ec);
    throw_if_cancelled(ec);
    if (!ec) co_return std::nullopt;
    if (ec == beast::error::timeout)
        co_return e->fail(disposition::retry, e->too_slow("TLS handshake", e->times().connect));
    auto f = handshake_failure(c.stream->tls(), e->to.host, ec);
    f.detail = e->fail(f.next, f.detail).detail;
    co_return f;
}

asio::awaitable<result<connection_ptr>> open_local_connection(std::shared_ptr<const errand> e)
{
    const auto& path = e->all->options.local_socket;
    auto reached = co_await dial_local(path, e->within(e->times().connect));
    if (!reached.stream) {
        auto f = e->fail(disposition::retry, path + ": " + reached.error.message());
        const bool nobody = reached.error == asio::error::connection_refused ||
                            reached.error == boost::system::errc::no_such_file_or_directory;
        if (nobody) f.code = "not_running";
        if (reached.error == asio::error::access_denied) f.code = "not_permitted";
        co_return f;
    }
    auto c = std::make_unique<connection>(e->all->options);
    c->stream = std::move(reached.stream);
    co_return c;
}

asio::awaitable<result<connection_ptr>> open_connection(std::shared_ptr<const errand> e)
{
    if (!e->all->options.local_socket.empty()) co_return co_await open_local_connection(e);
    const auto until = e->within(e->times().connect);
    auto via = choose_proxy(e->all->settings.proxy.url, e->to, process_environment());
    if (!via) co_return e->fail(disposition::stop, via.error().detail);
    const auto host = *via ? (*via)->host : e->to.host;
    const auto port = *via ? (*via)->port : e->to.port;
    const std::string whom = *via ? " to proxy " + (*via)->text() : "";
    auto reached = co_await dial(host, port, until);
    if (!reached.stream) {
        const auto phase = reached.name_unknown ? "looking up " + host : "connecting" + whom;
        const bool late = reached.error == beast::error::timeout;
        co_return e->fail(disposition::retry,
                          late ? e->too_slow(phase, e->times().connect) : phase + ": " + reached.error.message());
    }
    auto c = std::make_unique<connection>(e->all->options);
    c->stream = std::move(reached.stream);
    if (*via) {
        auto trouble = co_await ask_proxy(e, *c, **via, until);
        if (trouble) co_return *trouble;
    }
    if (e->to.secure) {
        auto trouble = co_await secure(e, *c, until);
        if (trouble) co_return *trouble;
    }
    co_return c;
}

// ---- one exchange

connection_ptr take_idle(origin_pool& pool, milliseconds keep_alive)
{
    const auto oldest = steady_now() - keep_alive;
    std::erase_if(pool.idle, [&](const connection_ptr& c) { return c->idle_since < oldest; });
    while (!pool.idle.empty()) {
        auto c = std::move(pool.idle.back());
        pool.idle.pop_back();
        if (!c->stream->quiet()) continue; // closed, or says something that nobody asked for
        c->reused = true;
        return c;
    }
    return nullptr;
}

void keep_for_later(origin_pool& pool, connection_ptr c)
{
    c->stream->expires_at(clock::steady_time::max());
    c->idle_since = steady_now();
    pool.idle.push_back(std::move(c));
}

asio::awaitable<ending> send_and_read(std::shared_ptr<const errand> e, connection& c)
{
    auto text = header_text(*e);
    std::string_view rest = e->what.body;
    if (rest.size() <= sent_in_one_piece) {
        text += rest;
        rest = {};
    }
    error_code ec;
    c.stream->expires_at(e->within(e->times().idle));
    auto sent = co_await c.stream->write_all(asio::buffer(text), ec);
    while (!ec && !rest.empty()) {
        const auto part = rest.substr(0, sent_in_one_piece);
        rest.remove_prefix(part.size());
        c.stream->expires_at(e->within(e->times().idle));
        const auto n = co_await c.stream->write_all(asio::buffer(part), ec);
        sent += n;
    }
    throw_if_cancelled(ec);
    if (ec) {
        const auto why =
            ec == beast::error::timeout ? e->too_slow("sending", e->times().idle) : "sending: " + ec.message();
        auto f = e->fail(disposition::retry, why);
        f.outcome_unknown = sent > 0;
        ending broken(std::move(f));
        broken.silent = ec != beast::error::timeout;
        co_return broken;
    }
    const auto rule = e->what.method == "HEAD" ? body_rule::none : body_rule::as_told;
    auto end = co_await read_answer(e, c, rule);
    if (end.answer) co_return end;
    auto f = end.answer.error();
    f.outcome_unknown = true;
    end.answer = std::move(f);
    co_return end;
}

asio::awaitable<result<response>> carry_out(std::shared_ptr<errand> e)
{
    auto slot = co_await e->pool->slots.acquire(e->total);
    if (!slot) co_return e->fail(disposition::retry, e->too_slow("waiting for a free connection", e->times().total));
    auto c = take_idle(*e->pool, e->times().keep_alive);
    while (true) {
        if (!c) {
            auto opened = co_await open_connection(e);
            if (!opened) co_return opened.error();
            c = std::move(*opened);
        }
        auto end = co_await send_and_read(e, *c);
        // Tickets come with the first answer.
        if (end.answer && !c->reused && c->stream->tls() != nullptr) e->pool->session.keep(c->stream->tls());
        if (end.answer && end.reusable) keep_for_later(*e->pool, std::move(c));
        // The server had closed an unused connection while we began to use it: that is no failure of the request.
        const bool was_stale = !end.answer && end.silent && c->reused && idempotent(e->what.method);
        if (!was_stale) co_return std::move(end.answer);
        c.reset();
    }
}

asio::awaitable<result<response>> exchange_on(core_ptr all, request r)
{
    auto parts = parse_url(r.url);
    if (!parts) {
        failure f;
        f.next = disposition::stop;
        f.detail = r.method + " " + url_for_messages(r.url) + ": the URL is malformed";
        co_return f;
    }
    auto e = std::make_shared<errand>(all, std::move(r), std::move(*parts));
    const auto unsendable = why_not_sendable(e->what);
    if (!unsendable.empty()) co_return e->fail(disposition::reject, unsendable);
    auto& pool = all->pools[e->to.origin()];
    if (!pool) pool = std::make_shared<origin_pool>(all->settings.max_connections);
    e->pool = pool;
    co_return co_await carry_out(e);
}

class beast_transport final : public transport
{
public:
    beast_transport(transport_settings s, transport_options o)
        : core_(std::make_shared<core>(std::move(s), std::move(o)))
    {
    }
    asio::awaitable<result<response>> exchange(request r) override { return exchange_on(core_, std::move(r)); }

private:
    core_ptr core_;
};

} // namespace

std::unique_ptr<transport> make_beast_transport(transport_settings settings)
{
    return make_beast_transport_with(std::move(settings), {});
}

std::unique_ptr<transport> make_beast_transport_with(transport_settings settings, transport_options options)
{
    return std::make_unique<beast_transport>(std::move(settings), std::move(options));
}

} // namespace idferry::connectors::http
