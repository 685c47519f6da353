// The listener, spoken to by the real transport and byte by byte.
#include "connectors/http/listener.hpp"
#include "connectors/http/transport.hpp"

#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

#include <stdexcept>

namespace idferry::connectors::http {

using std::chrono::milliseconds;
using test::test_certificates;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using answer_t = result<response>;

namespace {

outgoing echo(const incoming& r)
{
    outgoing o;
    o.headers.emplace_back("X-Seen", std::string(r.header("x-mark")));
    o.body = r.method + " " + r.target + " " + r.body;
    return o;
}

struct listening
{
    explicit listening(handler h = echo, listener_settings s = {})
        : secure(!s.certificate_pem.empty()), server(listen(test::test_io().get_executor(), std::move(s), std::move(h)))
    {
    }
    ~listening()
    {
        server.reset();
        test::settle();
    }
    std::string url(const std::string& path = "/") const
    {
        return std::string(secure ? "https" : "http") + "://127.0.0.1:" + std::to_string(server->port()) + path;
    }
    answer_t get(const std::string& path = "/")
    {
        transport_settings t;
        t.tls.ca_file = test_certificates().authority.certificate_file;
        auto through = make_beast_transport(t);
        return test::run(through->exchange(request("GET", url(path))));
    }
    std::string raw(const std::string& bytes) { return test::run(test::send_raw(server->port(), bytes)); }

    bool secure;
    std::unique_ptr<listener> server;
};

listener_settings with_tls()
{
    listener_settings s;
    s.certificate_pem = test_certificates().server.certificate_pem;
    s.key_pem = test_certificates().server.key_pem;
    return s;
}

} // namespace

TEST(listener, answers_over_plain_http_and_tls)
{
    for (const auto& s : {listener_settings{}, with_tls()}) {
        listening l(echo, s);
        auto t = make_beast_transport([] {
            transport_settings all;
            all.tls.ca_file = test_certificates().authority.certificate_file;
            return all;
        }());
        request r("POST", l.url("/a/b?c=d"));
        r.headers.emplace_back("X-Mark", "m");
        r.body = "text";
        const auto a = test::run(t->exchange(r)).value();
        EXPECT_EQ(a.status, 200);
        EXPECT_EQ(a.body, "POST /a/b?c=d text");
        EXPECT_EQ(a.header("X-Seen"), "m");
        EXPECT_EQ(a.header("Connection"), "keep-alive");
    }
}

TEST(listener, large_bodies_both_ways)
{
    for (const auto& s : {listener_settings{}, with_tls()}) {
        listening l(echo, s);
        transport_settings all;
        all.tls.ca_file = test_certificates().authority.certificate_file;
        auto t = make_beast_transport(all);
        request r("PUT", l.url());
        r.body.assign(5 * 1024 * 1024, 'x');
        EXPECT_EQ(test::run(t->exchange(r)).value().body.size(), r.body.size() + 6);
    }
}

TEST(listener, keeps_the_connection_and_bears_pipelining)
{
    listening l;
    const auto all = l.raw("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"
                           "GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(all, AllOf(HasSubstr("GET /1 "), HasSubstr("POST /2 ab"), HasSubstr("GET /3 ")));
    EXPECT_THAT(all, HasSubstr("Connection: close"));
}

TEST(listener, head_and_204_have_no_body)
{
    listening l;
    const auto head = l.raw("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(head, AllOf(HasSubstr("Content-Length: 7\r\n"), EndsWith("\r\n\r\n")));
    listening none([](const incoming&) {
        outgoing o;
        o.status = 204;
        o.body = "left out";
        return o;
    });
    EXPECT_THAT(
        none.raw("DELETE / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        AllOf(StartsWith("HTTP/1.1 204 No Content\r\n"), Not(HasSubstr("Content-Length")), EndsWith("\r\n\r\n")));
}

TEST(listener, expect_100_continue)
{
    listening l;
    EXPECT_THAT(l.raw("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 200 OK"));
    auto s = listener_settings{};
    s.idle = milliseconds(60);
    listening waiting(echo, s);
    EXPECT_THAT(waiting.raw("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
                StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 408"));
}

TEST(listener, input_that_is_not_http_is_answered_400)
{
    listening l([](const incoming&) -> outgoing { throw std::logic_error("must not be called"); });
    for (const char* bytes :
         {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "\x16\x03\x01\x02\x01\x01\r\n\r\n"})
        EXPECT_THAT(l.raw(bytes), AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("Connection: close")))
            << bytes;
}

TEST(listener, input_that_is_too_large_is_answered_413_and_431)
{
    listener_settings s;
    s.max_header_bytes = 1000;
    s.max_body_bytes = 1000;
    listening l(echo, s);
    EXPECT_THAT(l.raw("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(l.raw("GET /" + std::string(500000, 'x')), StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(l.raw("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x')),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(l.raw("POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + std::string(3000000, 'x')),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(l.raw("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x')),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(l.raw("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')),
                StartsWith("HTTP/1.1 200 "));
}

TEST(listener, half_a_request_is_answered_408_and_none_at_all_is_closed)
{
    listener_settings s;
    s.idle = milliseconds(60);
    listening l(echo, s);
    EXPECT_THAT(l.raw("GET / HTTP/1.1\r\nHo"), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
    EXPECT_THAT(l.raw("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"), StartsWith("HTTP/1.1 408 "));
    EXPECT_EQ(l.raw(""), "");
}

TEST(listener, a_handler_that_throws_gives_500_and_nothing_of_its_text)
{
    listening l([](const incoming&) -> outgoing { throw std::runtime_error("private"); });
    const auto a = l.get().value();
    EXPECT_EQ(a.status, 500);
    EXPECT_THAT(a.body, Not(HasSubstr("private")));
}

TEST(listener, a_header_of_the_handler_cannot_break_the_answer)
{
    listening l([](const incoming&) {
        outgoing o;
        o.headers.emplace_back("X", "a\r\nEvil: 1");
        return o;
    });
    const auto a = l.get().value();
    EXPECT_EQ(a.header("Evil"), std::nullopt);
    EXPECT_EQ(a.header("X"), "a  Evil: 1");
}

TEST(listener, faults)
{
    for (const auto& s : {listener_settings{}, with_tls()}) {
        auto fault = answer_fault::none;
        listening l(
            [&](const incoming&) {
                outgoing o;
                o.body.assign(100000, 'x');
                o.fault = fault;
                return o;
            },
            s);
        EXPECT_EQ(l.get().value().body.size(), 100000u);
        fault = answer_fault::close_before;
        EXPECT_THAT(l.get().error().detail, HasSubstr("waiting for the answer"));
        fault = answer_fault::truncate_body;
        EXPECT_THAT(l.get().error().detail, HasSubstr("before it was complete"));
        fault = answer_fault::reset;
        EXPECT_THAT(l.get().error().detail, HasSubstr("waiting for the answer: Connection reset by peer"));
    }
}

TEST(listener, an_answer_can_be_late)
{
    listening l([](const incoming&) {
        outgoing o;
        o.delay = milliseconds(80);
        return o;
    });
    transport_settings hasty;
    hasty.times.idle = milliseconds(20);
    auto t = make_beast_transport(hasty);
    EXPECT_THAT(test::run(t->exchange(request("GET", l.url()))).error().detail, HasSubstr("20 ms"));
    EXPECT_EQ(l.get().value().status, 200);
}

TEST(listener, connections_are_bounded_and_the_next_one_waits)
{
    listener_settings s;
    s.max_connections = 1;
    listening l(echo, s);
    auto first = make_beast_transport({}), second = make_beast_transport({});
    EXPECT_EQ(test::run(first->exchange(request("GET", l.url()))).value().status, 200); // and is kept
    test::task<answer_t> waits(second->exchange(request("GET", l.url())));
    test::settle();
    EXPECT_FALSE(waits.done());
    first.reset();
    EXPECT_EQ(waits.get().value().status, 200);
}

TEST(listener, can_demand_a_certificate)
{
    auto s = with_tls();
    s.client_ca_pem = test_certificates().authority.certificate_pem;
    listening l(echo, s);
    EXPECT_TRUE(l.get().has_error());
    transport_settings known;
    known.tls.ca_file = test_certificates().authority.certificate_file;
    known.tls.client_certificate = test_certificates().client.certificate_file;
    known.tls.client_key = test_certificates().client.key_file;
    auto t = make_beast_transport(known);
    EXPECT_EQ(test::run(t->exchange(request("GET", l.url()))).value().status, 200);
}

TEST(listener, stopping_drops_connections_and_refuses_new_ones)
{
    listening l;
    auto t = make_beast_transport({});
    EXPECT_EQ(test::run(t->exchange(request("GET", l.url()))).value().status, 200);
    const auto url = l.url();
    l.server->stop();
    test::settle();
    EXPECT_THAT(test::run(t->exchange(request("GET", url))).error().detail, HasSubstr("refused"));
}

TEST(listener, an_address_that_cannot_be_bound_is_an_exception)
{
    listening l;
    listener_settings s;
    s.address = "192.0.2.1"; // nobody's
    EXPECT_THROW(listening(echo, s), boost::system::system_error);
    s.address = "not an address";
    EXPECT_THROW(listening(echo, s), boost::system::system_error);
}

} // namespace idferry::connectors::http
