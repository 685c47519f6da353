// How the transport keeps, shares and gives up connections, and how an exchange is cancelled.
#include "connectors/http/slot_queue.hpp"
#include "connectors/http/transport.hpp"

#include "tests/connectors/http/exchanging.hpp"
#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

namespace idferry::connectors::http {

using std::chrono::milliseconds;
using test::afterwards;
using test::conversation;
using test::get;
using test::ok_5;
using test::plain_reply;
using test::raw_server;
using test::serving;
using answer_t = result<response>;

namespace {

} // namespace

TEST(transport_pool, a_connection_is_used_again)
{
    raw_server server(serving({{plain_reply("1"), plain_reply("2"), plain_reply("3")}}));
    auto t = make_beast_transport({});
    for (const char* body : {"1", "2", "3"}) EXPECT_EQ(get(*t, server.url()).value().body, body);
    EXPECT_EQ(server.connections(), 1u);
}

TEST(transport_pool, connection_close_and_http_1_0_are_respected)
{
    const std::string closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx";
    const std::string old = "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx";
    for (const auto& bytes : {closing, old}) {
        raw_server server(serving({{{bytes, afterwards::hang}}}));
        auto t = make_beast_transport({});
        EXPECT_EQ(get(*t, server.url()).value().body, "x");
        EXPECT_EQ(get(*t, server.url()).value().body, "x");
        EXPECT_EQ(server.connections(), 2u);
    }
}

TEST(transport_pool, more_bytes_than_the_answer_make_a_connection_useless)
{
    raw_server server(serving({{{ok_5 + "helloHTTP/1.1 200 OK\r\n", afterwards::hang}}, {plain_reply("fresh")}}));
    auto t = make_beast_transport({});
    EXPECT_EQ(get(*t, server.url()).value().body, "hello");
    EXPECT_EQ(get(*t, server.url()).value().body, "fresh");
}

TEST(transport_pool, waits_for_a_connection_when_all_are_in_use)
{
    raw_server server(serving({conversation(10, plain_reply("x"))}));
    transport_settings s;
    s.max_connections = 2;
    auto t = make_beast_transport(s);
    std::vector<test::task<answer_t>> all;
    for (int i = 0; i < 8; ++i) all.emplace_back(t->exchange(request("GET", server.url())));
    for (auto& one : all) EXPECT_EQ(one.get().value().body, "x");
    EXPECT_EQ(server.connections(), 2u);
}

TEST(slot_queue, the_wait_has_a_deadline)
{
    slot_queue q(1);
    auto first = test::run(q.acquire());
    const auto second = test::run(q.acquire(steady_now() + milliseconds(50)));
    EXPECT_FALSE(static_cast<bool>(second));
    EXPECT_EQ(q.waiting(), 0u);
    first = {};
    EXPECT_TRUE(static_cast<bool>(test::run(q.acquire(steady_now() + milliseconds(50)))));
}

TEST(transport_pool, a_connection_closed_while_unused_is_noticed_before_a_post)
{
    raw_server server(serving({{plain_reply("1", afterwards::close)}, {plain_reply("2")}}));
    auto t = make_beast_transport({});
    EXPECT_EQ(get(*t, server.url()).value().body, "1");
    test::run_until([&] { return server.ended() == 1; });
    EXPECT_EQ(test::run(t->exchange(request("POST", server.url()))).value().body, "2");
    EXPECT_EQ(server.connections(), 2u);
}

TEST(transport_pool, a_stale_connection_is_replaced_once_and_silently)
{
    for (const auto then : {afterwards::close, afterwards::reset}) {
        raw_server server(serving({{plain_reply("1"), {"", then}}, {plain_reply("2")}}));
        auto t = make_beast_transport({});
        EXPECT_EQ(get(*t, server.url()).value().body, "1");
        EXPECT_EQ(get(*t, server.url()).value().body, "2");
        EXPECT_EQ(server.connections(), 2u);
    }
}

TEST(transport_pool, a_fresh_connection_that_dies_is_not_replaced)
{
    raw_server server(
        serving({{plain_reply("1"), {"", afterwards::close}}, {{"", afterwards::close}}, {plain_reply("3")}}));
    auto t = make_beast_transport({});
    EXPECT_EQ(get(*t, server.url()).value().body, "1");
    EXPECT_TRUE(get(*t, server.url()).has_error());
    EXPECT_EQ(server.connections(), 2u);
}

TEST(transport_pool, a_post_on_a_stale_connection_is_not_repeated)
{
    raw_server server(serving({{plain_reply("1"), {"", afterwards::close}}, {plain_reply("2")}}));
    auto t = make_beast_transport({});
    EXPECT_EQ(get(*t, server.url()).value().body, "1");
    const auto f = test::run(t->exchange(request("POST", server.url()))).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_TRUE(f.outcome_unknown);
    EXPECT_EQ(server.connections(), 1u);
}

TEST(transport_pool, a_stale_connection_that_has_begun_to_answer_is_not_replaced)
{
    raw_server server(serving({{plain_reply("1"), {"HTTP/1.1 2", afterwards::close}}, {plain_reply("2")}}));
    auto t = make_beast_transport({});
    EXPECT_EQ(get(*t, server.url()).value().body, "1");
    EXPECT_TRUE(get(*t, server.url()).has_error());
}

TEST(transport_pool, an_unused_connection_is_not_kept_for_longer_than_told)
{
    raw_server server(serving({conversation(3, plain_reply("x"))}));
    transport_settings s;
    s.times.keep_alive = milliseconds(0);
    auto t = make_beast_transport(s);
    get(*t, server.url());
    get(*t, server.url());
    EXPECT_EQ(server.connections(), 2u);
}

TEST(transport_cancellation, while_waiting_for_the_answer)
{
    raw_server server(serving({{{"", afterwards::hang}}, {plain_reply("2")}}));
    auto t = make_beast_transport({});
    test::task<answer_t> one(t->exchange(request("GET", server.url())));
    test::run_until([&] { return server.requests().size() == 1; });
    one.cancel();
    EXPECT_THROW(one.get(), boost::system::system_error);
    EXPECT_EQ(get(*t, server.url()).value().body, "2"); // on another connection
    EXPECT_EQ(server.connections(), 2u);
}

TEST(transport_cancellation, while_waiting_for_a_connection)
{
    raw_server server(serving({{{"", afterwards::hang}}}));
    transport_settings s;
    s.max_connections = 1;
    auto t = make_beast_transport(s);
    test::task<answer_t> first(t->exchange(request("GET", server.url())));
    test::task<answer_t> second(t->exchange(request("GET", server.url())));
    test::run_until([&] { return server.requests().size() == 1; });
    second.cancel();
    EXPECT_THROW(second.get(), boost::system::system_error);
    EXPECT_FALSE(first.done());
    first.cancel();
    EXPECT_THROW(first.get(), boost::system::system_error);
}

TEST(transport_cancellation, a_transport_may_die_with_an_exchange_under_way)
{
    raw_server server(serving({{{"", afterwards::hang}}}));
    auto t = make_beast_transport({});
    test::task<answer_t> one(t->exchange(request("GET", server.url())));
    test::run_until([&] { return server.requests().size() == 1; });
    t.reset();
    one.cancel();
    EXPECT_THROW(one.get(), boost::system::system_error);
}

} // namespace idferry::connectors::http
