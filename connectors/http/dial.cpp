#include "connectors/http/dial.hpp"

#include "connectors/http/byte_stream.hpp"
#include "connectors/http/url_parts.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/system/system_error.hpp>

#include <vector>

namespace idferry::connectors::http {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;

void throw_if_cancelled(const error_code& ec)
{
    if (ec == asio::error::operation_aborted) throw boost::system::system_error(ec);
}

namespace {

struct lookup
{
    explicit lookup(const asio::any_io_executor& e) : resolver(e), done(e) {}
    tcp::resolver resolver;
    asio::steady_timer done;
    std::vector<tcp::endpoint> found;
    error_code ec;
    bool finished{false};
};

// The system's resolver cannot be interrupted; a wait beside it can.
asio::awaitable<std::vector<tcp::endpoint>> look_up(std::string host, unsigned short port, clock::steady_time until,
                                                    error_code& ec)
{
    ec = {};
    error_code no_address;
    const auto literal = asio::ip::make_address(host, no_address);
    if (!no_address) co_return std::vector<tcp::endpoint>{tcp::endpoint(literal, port)};
    // Never asked for (RFC 6761 section 6.3): plain HTTP is allowed to it, so it must be this machine.
    if (is_loopback_host(host)) {
        std::vector<tcp::endpoint> here;
        here.emplace_back(asio::ip::address_v4::loopback(), port);
        here.emplace_back(asio::ip::address_v6::loopback(), port);
        co_return here;
    }
    auto executor = co_await asio::this_coro::executor;
    auto l = std::make_shared<lookup>(executor);
    l->done.expires_at(until);
    l->resolver.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                              [l](const error_code& e, const tcp::resolver::results_type& results) {
                                  l->ec = e;
                                  for (const auto& r : results) l->found.push_back(r.endpoint());
                                  l->finished = true;
                                  l->done.cancel();
                              });
    error_code waited;
    co_await l->done.async_wait(redirect_error(use_awaitable, waited));
    if (l->finished) {
        ec = l->ec;
        co_return std::move(l->found);
    }
    l->resolver.cancel();
    throw_if_cancelled(waited);
    ec = boost::beast::error::timeout;
    co_return std::vector<tcp::endpoint>();
}

// Tries the addresses in turn; each but the last gets half of the time that is left.
asio::awaitable<std::unique_ptr<byte_stream>> connect_to(std::vector<tcp::endpoint> addresses, clock::steady_time until,
                                                         error_code& ec)
{
    auto executor = co_await asio::this_coro::executor;
    ec = asio::error::host_not_found;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        auto stream = make_plain_stream(tcp::socket(executor));
        const auto now = steady_now();
        stream->expires_at(i + 1 == addresses.size() ? until : now + (until - now) / 2);
        co_await stream->connect(addresses[i], ec);
        throw_if_cancelled(ec);
        if (!ec) co_return stream;
    }
    co_return nullptr;
}

} // namespace

asio::awaitable<dialled> dial(std::string host, unsigned short port, clock::steady_time until)
{
    dialled d;
    auto addresses = co_await look_up(std::move(host), port, until, d.error);
    d.name_unknown = static_cast<bool>(d.error);
    if (!d.error) d.stream = co_await connect_to(std::move(addresses), until, d.error);
    co_return d;
}

asio::awaitable<dialled> dial_local(std::string path, clock::steady_time until)
{
    dialled d;
    auto executor = co_await asio::this_coro::executor;
    auto stream = make_local_stream(asio::local::stream_protocol::socket(executor));
    stream->expires_at(until);
    co_await stream->connect_local(std::move(path), d.error);
    throw_if_cancelled(d.error);
    if (!d.error) d.stream = std::move(stream);
    co_return d;
}

} // namespace idferry::connectors::http
