// The listener on a Unix domain socket, its cap that refuses, its deadline for a body, and answers that are waited for.
#include "connectors/http/listener.hpp"
#include "connectors/http/transport.hpp"
#include "connectors/http/transport_options.hpp"

#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace idferry::connectors::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using answer_t = result<response>;

namespace {

// A folder that is gone with the test.
struct folder
{
    folder()
    {
        std::string name = "/tmp/idferry-socket-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    ~folder() { std::filesystem::remove_all(path); }
    std::string socket() const { return path + "/admin.sock"; }
    std::string path;
};

outgoing who_asks(const incoming& r)
{
    outgoing o;
    o.body = r.method + " " + r.target + " by " + (r.peer_user ? std::to_string(*r.peer_user) : "unknown");
    return o;
}

std::unique_ptr<listener> listen_at(const std::string& path, listener_settings s = {})
{
    s.local.path = path;
    return listen(test::test_io().get_executor(), std::move(s), who_asks);
}

answer_t ask(const std::string& path, const std::string& target = "/x?y")
{
    transport_options o;
    o.local_socket = path;
    auto through = make_beast_transport_with({}, o);
    return test::run(through->exchange(request("GET", "http://localhost" + target)));
}

void end(std::unique_ptr<listener>& l)
{
    l.reset();
    test::settle();
}

std::string why_not(const std::string& path, listener_settings s = {})
{
    try {
        auto l = listen_at(path, std::move(s));
        end(l);
        return "";
    } catch (const boost::system::system_error& e) {
        return e.what();
    }
}

} // namespace

TEST(local_listener, answers_and_knows_who_asks)
{
    folder f;
    auto l = listen_at(f.socket());
    EXPECT_EQ(ask(f.socket()).value().body, "GET /x?y by " + std::to_string(::getuid()));
    EXPECT_EQ(l->port(), 0);
    end(l);
}

TEST(local_listener, its_file_has_the_mode_and_is_gone_afterwards)
{
    folder f;
    listener_settings s;
    s.local.mode = 0600;
    auto l = listen_at(f.socket(), s);
    struct stat found{};
    ASSERT_EQ(::stat(f.socket().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600u);
    end(l);
    EXPECT_FALSE(std::filesystem::exists(f.socket()));
    l = listen_at(f.socket());
    ASSERT_EQ(::stat(f.socket().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0660u);
    end(l);
}

TEST(local_listener, a_stale_file_is_replaced_and_a_living_one_is_not)
{
    folder f;
    {
        asio::local::stream_protocol::acceptor dead(test::test_io(),
                                                    asio::local::stream_protocol::endpoint(f.socket()));
    } // closed, and its file left behind, as a kill does
    ASSERT_TRUE(std::filesystem::exists(f.socket()));
    auto l = listen_at(f.socket());
    EXPECT_EQ(ask(f.socket()).value().status, 200);
    EXPECT_THAT(why_not(f.socket()), AllOf(HasSubstr(f.socket()), HasSubstr("is idferry running already?")));
    EXPECT_EQ(ask(f.socket()).value().status, 200); // unharmed
    end(l);
}

TEST(local_listener, what_is_no_socket_stays)
{
    folder f;
    std::ofstream(f.socket()) << "precious";
    EXPECT_THAT(why_not(f.socket()), HasSubstr("is no socket"));
    EXPECT_EQ(std::filesystem::file_size(f.socket()), 8u);
}

TEST(local_listener, a_file_that_another_process_put_there_is_not_removed)
{
    folder f;
    auto l = listen_at(f.socket());
    std::filesystem::remove(f.socket());
    std::ofstream(f.socket()) << "another's";
    end(l);
    EXPECT_TRUE(std::filesystem::exists(f.socket()));
}

TEST(local_listener, refusals_name_the_path_and_what_is_wrong)
{
    folder f;
    EXPECT_THAT(why_not(f.path + "/missing/a.sock"), HasSubstr("cannot be opened; create it"));
    EXPECT_THAT(why_not(f.path + "/" + std::string(120, 'x')), HasSubstr("at most 107 characters"));
    listener_settings s;
    s.local.group = "no-such-group-here";
    EXPECT_THAT(why_not(f.socket(), s), HasSubstr("there is no group 'no-such-group-here'"));
    EXPECT_FALSE(std::filesystem::exists(f.socket()));
}

TEST(local_listener, a_client_is_told_apart_who_is_not_running)
{
    folder f;
    auto none = ask(f.socket());
    ASSERT_TRUE(none.has_error());
    EXPECT_EQ(none.error().code, "not_running");
    EXPECT_THAT(none.error().detail, HasSubstr(f.socket()));
}

TEST(listener_cap, refuses_the_next_one_at_once_and_serves_again_later)
{
    folder f;
    listener_settings s;
    s.max_connections = 1;
    s.beyond = when_full::refuse;
    for (const bool over_tcp : {false, true}) {
        auto l = listen_at(over_tcp ? "" : f.socket(), s);
        transport_options o;
        if (!over_tcp) o.local_socket = f.socket();
        const auto url = "http://127.0.0.1:" + std::to_string(over_tcp ? l->port() : 80) + "/";
        auto first = make_beast_transport_with({}, o), second = make_beast_transport_with({}, o);
        EXPECT_EQ(test::run(first->exchange(request("GET", url))).value().status, 200); // and is kept
        const auto refused = test::run(second->exchange(request("GET", url))).value();
        EXPECT_EQ(refused.status, 503);
        EXPECT_EQ(refused.header("Retry-After"), "1");
        EXPECT_EQ(test::run(first->exchange(request("GET", url))).value().status, 200); // the first one is unharmed
        first.reset();
        test::settle();
        EXPECT_EQ(test::run(second->exchange(request("GET", url))).value().status, 200);
        second.reset();
        end(l);
    }
}

// Sends a byte each time the test's timer ends, for as long as the peer bears it.
asio::awaitable<std::string> drip(unsigned short port, std::string first, std::string drop, milliseconds every)
{
    asio::ip::tcp::socket socket(test::test_io());
    const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(to, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(first), asio::use_awaitable);
    asio::steady_timer timer(test::test_io());
    std::string answer(4096, '\0');
    for (int i = 0; i < 2000 && socket.available() == 0; ++i) {
        co_await asio::async_write(socket, asio::buffer(drop), asio::use_awaitable);
        timer.expires_after(every);
        co_await timer.async_wait(asio::use_awaitable);
    }
    const auto n = co_await socket.async_read_some(asio::buffer(answer), asio::use_awaitable);
    answer.resize(n);
    co_return answer;
}

TEST(listener_deadlines, a_header_that_drips_ends_in_408)
{
    listener_settings s;
    s.idle = milliseconds(80);
    auto l = listen_at("", s);
    EXPECT_THAT(test::run(drip(l->port(), "GET / HTTP/1.1\r\nX: ", "x", milliseconds(5))), StartsWith("HTTP/1.1 408 "));
    end(l);
}

TEST(listener_deadlines, a_body_that_drips_ends_in_408_when_all_of_it_has_a_deadline)
{
    listener_settings s;
    s.idle = milliseconds(10000);
    s.whole_body = milliseconds(80);
    auto l = listen_at("", s);
    EXPECT_THAT(test::run(drip(l->port(), "POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n", "x", milliseconds(5))),
                StartsWith("HTTP/1.1 408 "));
    end(l);
}

TEST(async_listener, an_answer_may_be_waited_for_while_others_are_given)
{
    asio::steady_timer released(test::test_io());
    released.expires_at(asio::steady_timer::time_point::max());
    const auto later = [&released](incoming r) -> asio::awaitable<outgoing> {
        outgoing o;
        o.body = r.target;
        if (r.target != "/slow") co_return o;
        boost::system::error_code ec;
        co_await released.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        co_return o;
    };
    auto l = listen_async(test::test_io().get_executor(), {}, later);
    const auto at = [&](const char* path) {
        return request("GET", "http://127.0.0.1:" + std::to_string(l->port()) + path);
    };
    auto one = make_beast_transport({}), other = make_beast_transport({});
    test::task<answer_t> slow(one->exchange(at("/slow")));
    test::settle();
    EXPECT_EQ(test::run(other->exchange(at("/quick"))).value().body, "/quick");
    EXPECT_FALSE(slow.done());
    released.cancel();
    EXPECT_EQ(slow.get().value().body, "/slow");
    one.reset();
    other.reset();
    end(l);
}

TEST(async_listener, one_that_throws_gives_500_and_one_that_outlives_the_listener_no_answer)
{
    asio::steady_timer released(test::test_io());
    released.expires_at(asio::steady_timer::time_point::max());
    const auto later = [&released](incoming r) -> asio::awaitable<outgoing> {
        if (r.target == "/bad") throw std::runtime_error("private");
        boost::system::error_code ec;
        co_await released.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        co_return outgoing{};
    };
    auto l = listen_async(test::test_io().get_executor(), {}, later);
    const auto url = "http://127.0.0.1:" + std::to_string(l->port());
    auto t = make_beast_transport({});
    const auto bad = test::run(t->exchange(request("GET", url + "/bad"))).value();
    EXPECT_EQ(bad.status, 500);
    EXPECT_THAT(bad.body, testing::Not(HasSubstr("private")));
    test::task<answer_t> slow(t->exchange(request("GET", url + "/slow")));
    test::settle();
    l->stop();
    EXPECT_TRUE(slow.get().has_error());
    released.cancel();
    test::settle();
    end(l);
}

} // namespace idferry::connectors::http
