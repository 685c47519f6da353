// HTTPS through a CONNECT proxy: a small one here leads every name to one server.
#include "connectors/http/transport.hpp"

#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <list>

namespace idferry::connectors::http {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using test::afterwards;
using test::plain_reply;
using test::raw_server;
using test::test_certificates;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using answer_t = result<response>;

namespace {

struct tunnel_state
{
    explicit tunnel_state(unsigned short port)
        : acceptor(test::test_io(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          to(asio::ip::address_v4::loopback(), port)
    {
    }
    tcp::acceptor acceptor;
    tcp::endpoint to;
    std::vector<std::string> asked;
    std::list<std::shared_ptr<tcp::socket>> sockets;
};
using tunnel_ptr = std::shared_ptr<tunnel_state>;
using socket_ptr = std::shared_ptr<tcp::socket>;

asio::awaitable<void> copy_bytes(socket_ptr from, socket_ptr to)
{
    std::string part(16 * 1024, '\0');
    error_code ec;
    while (!ec) {
        const auto n = co_await from->async_read_some(asio::buffer(part), redirect_error(use_awaitable, ec));
        std::size_t sent = 0;
        while (!ec && sent < n) {
            const auto rest = asio::buffer(asio::buffer(part.data(), n) + sent);
            const auto m = co_await to->async_write_some(rest, redirect_error(use_awaitable, ec));
            sent += m;
        }
    }
    error_code ignored;
    to->shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> tunnel(tunnel_ptr s, socket_ptr client)
{
    std::string text;
    std::string part(4096, '\0');
    while (text.find("\r\n\r\n") == std::string::npos) {
        const auto n = co_await client->async_read_some(asio::buffer(part), use_awaitable);
        text.append(part, 0, n);
    }
    s->asked.push_back(text);
    auto server = std::make_shared<tcp::socket>(test::test_io());
    s->sockets.push_back(server);
    co_await server->async_connect(s->to, use_awaitable);
    const std::string ok = "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n";
    co_await client->async_write_some(asio::buffer(ok), use_awaitable);
    asio::co_spawn(test::test_io(), copy_bytes(server, client), asio::detached);
    co_await copy_bytes(client, server);
}

asio::awaitable<void> accept_tunnels(tunnel_ptr s)
{
    error_code ec;
    while (!ec) {
        auto socket = co_await s->acceptor.async_accept(redirect_error(use_awaitable, ec));
        if (ec) co_return;
        auto client = std::make_shared<tcp::socket>(std::move(socket));
        s->sockets.push_back(client);
        asio::co_spawn(test::test_io(), tunnel(s, client), asio::detached);
    }
}

class tunnel_proxy
{
public:
    explicit tunnel_proxy(unsigned short to) : state_(std::make_shared<tunnel_state>(to))
    {
        asio::co_spawn(test::test_io(), accept_tunnels(state_), asio::detached);
    }
    ~tunnel_proxy()
    {
        error_code ignored;
        state_->acceptor.close(ignored);
        for (auto& s : state_->sockets) s->close(ignored);
        test::settle();
    }
    tunnel_proxy(const tunnel_proxy&) = delete;
    tunnel_proxy& operator=(const tunnel_proxy&) = delete;
    std::string address() const { return "127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port()); }
    const std::vector<std::string>& asked() const { return state_->asked; }

private:
    tunnel_ptr state_;
};

class variable
{
public:
    variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
    ~variable() { ::unsetenv(name_); }
    variable(const variable&) = delete;
    variable& operator=(const variable&) = delete;

private:
    const char* name_;
};

transport_settings by_proxy(const std::string& url)
{
    transport_settings s;
    s.tls.ca_file = test_certificates().authority.certificate_file;
    s.proxy.url = url;
    return s;
}

// A server that can prove to be somewhere-else.test, which no resolver knows.
struct proxied : testing::Test
{
    raw_server server{[] {
        test::raw_server_settings s;
        s.tls = true;
        s.identity = test_certificates().wrong_host;
        s.connections = {test::conversation(5, plain_reply("through"))};
        return s;
    }()};
    const std::string url{"https://somewhere-else.test/a?token=hush"};

    answer_t get(const transport_settings& s, const std::string& to)
    {
        auto t = make_beast_transport(s);
        return test::run(t->exchange(request("GET", to)));
    }
};

} // namespace

TEST_F(proxied, a_configured_proxy_is_asked_to_connect)
{
    tunnel_proxy proxy(server.port());
    auto s = by_proxy("http://" + proxy.address());
    auto t = make_beast_transport(s);
    EXPECT_EQ(test::run(t->exchange(request("GET", url))).value().body, "through");
    EXPECT_EQ(test::run(t->exchange(request("GET", url))).value().body, "through");
    ASSERT_EQ(proxy.asked().size(), 1u); // and the tunnel is kept
    EXPECT_THAT(proxy.asked()[0],
                StartsWith("CONNECT somewhere-else.test:443 HTTP/1.1\r\nHost: somewhere-else.test:443\r\n"));
    EXPECT_THAT(proxy.asked()[0], Not(HasSubstr("hush")));
    EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nHost: somewhere-else.test\r\n"));
}

TEST_F(proxied, the_environments_proxy_counts_unless_no_proxy_says_otherwise)
{
    tunnel_proxy proxy(server.port());
    variable https("HTTPS_PROXY", "http://us%20er:pass@" + proxy.address());
    EXPECT_EQ(get(by_proxy(""), url).value().body, "through");
    EXPECT_THAT(proxy.asked().at(0),
                HasSubstr("\r\nProxy-Authorization: Basic dXMgZXI6cGFzcw==\r\n")); // base64 of us er:pass
    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Proxy-Authorization")));

    variable no("NO_PROXY", "example.org,.somewhere-else.test");
    const auto f = get(by_proxy(""), url).error();
    EXPECT_THAT(f.detail, HasSubstr("looking up somewhere-else.test"));
    EXPECT_EQ(get(by_proxy("none"), url).error().next, disposition::retry);
    EXPECT_EQ(proxy.asked().size(), 1u);
}

TEST_F(proxied, loopback_is_reached_directly)
{
    tunnel_proxy proxy(server.port());
    test::raw_server_settings local;
    local.tls = true;
    local.identity = test_certificates().server;
    local.connections = {{plain_reply("near")}};
    raw_server near(local);
    EXPECT_EQ(get(by_proxy("http://" + proxy.address()), near.url()).value().body, "near");
    EXPECT_TRUE(proxy.asked().empty());
}

TEST_F(proxied, the_host_behind_the_proxy_must_prove_its_name)
{
    tunnel_proxy proxy(server.port());
    const auto f = get(by_proxy("http://" + proxy.address()), "https://another.test/").error();
    EXPECT_EQ(f.next, disposition::stop);
    EXPECT_THAT(f.detail, HasSubstr("certificate is not valid for host another.test"));
}

TEST_F(proxied, a_proxy_that_refuses_is_named_with_its_status)
{
    struct refusal
    {
        const char* status;
        disposition next;
    };
    for (const auto& [status, next] :
         {refusal{"407 Proxy Authentication Required", disposition::stop}, refusal{"403 Forbidden", disposition::stop},
          refusal{"502 Bad Gateway", disposition::retry}, refusal{"302 Found", disposition::stop}}) {
        test::raw_server_settings s;
        s.connections = {{{std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 3\r\n\r\nno!", afterwards::close}}};
        raw_server proxy(s);
        const auto f = get(by_proxy(proxy.url("")), url).error();
        EXPECT_EQ(f.next, next) << status;
        EXPECT_FALSE(f.outcome_unknown);
        EXPECT_THAT(f.detail, AllOf(HasSubstr("proxy 127.0.0.1:" + std::to_string(proxy.port())),
                                    HasSubstr(std::string(status).substr(0, 3))));
        EXPECT_THAT(f.detail, Not(HasSubstr("hush")));
    }
}

TEST_F(proxied, a_proxy_that_speaks_something_else_or_nothing)
{
    for (const auto& r :
         {test::reply{"SSH-2.0-x\r\n\r\n", afterwards::close}, test::reply{"", afterwards::close},
          test::reply{"", afterwards::hang}, test::reply{"HTTP/1.1 200 OK\r\n\r\ntoo much", afterwards::hang}}) {
        test::raw_server_settings s;
        s.connections = {{r}};
        raw_server proxy(s);
        auto settings = by_proxy(proxy.url(""));
        settings.times.connect = milliseconds(80);
        const auto f = get(settings, url).error();
        EXPECT_NE(f.next, disposition::stop) << r.bytes;
        EXPECT_FALSE(f.outcome_unknown) << r.bytes;
        EXPECT_THAT(f.detail, HasSubstr("proxy 127.0.0.1")) << r.bytes;
    }
}

TEST_F(proxied, a_proxy_that_is_not_there)
{
    const auto f = get(by_proxy("http://127.0.0.1:" + std::to_string(test::closed_port())), url).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_THAT(f.detail, HasSubstr("connecting to proxy 127.0.0.1"));
}

} // namespace idferry::connectors::http
