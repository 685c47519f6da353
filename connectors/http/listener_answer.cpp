#include "connectors/http/listener_session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

namespace idferry::connectors::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t small_body = 16 * 1024; // goes out in one piece with the header

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

} // namespace

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

asio::awaitable<bool> send_answer(std::shared_ptr<server> s, std::shared_ptr<session> c, outgoing a,
                                  sending_options how)
{
    error_code ec;
    if (a.delay.count() > 0) {
        c->timer.expires_after(a.delay);
        co_await c->timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        if (ec || s->stopped) co_return false;
    }
    if (a.fault == answer_fault::close_before) co_return false;
    if (a.fault == answer_fault::reset) {
        c->stream->reset();
        co_return false;
    }
    auto header = header_of(*s, a, how.keep);
    std::string_view body = a.body;
    if (how.head || status_has_no_body(a.status)) body = {};
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

} // namespace idferry::connectors::http
