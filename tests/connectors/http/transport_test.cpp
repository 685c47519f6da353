// The transport over plain loopback connections: what it makes of answers, good and bad, and of slow ones.
#include "connectors/http/transport.hpp"

#include "tests/connectors/http/exchanging.hpp"
#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::http {

using std::chrono::milliseconds;
using test::afterwards;
using test::conversation;
using test::get;
using test::ok_5;
using test::plain_reply;
using test::raw_server;
using test::serving;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using answer_t = result<response>;

namespace {

// A fresh transport, one exchange with a server that answers `bytes`.
answer_t answer_to(const std::string& bytes, afterwards then = afterwards::close, transport_settings settings = {},
                   const std::string& method = "GET")
{
    raw_server server(serving({{{bytes, then}}}));
    auto t = make_beast_transport(settings);
    return test::run(t->exchange(request(method, server.url())));
}

} // namespace

TEST(transport, sends_what_was_asked)
{
    raw_server server(serving({{plain_reply("")}}));
    transport_settings settings;
    settings.user_agent = "test/1";
    auto t = make_beast_transport(settings);
    request r("POST", server.url("/a%20b?x=%C3%A4"));
    r.headers.emplace_back("Accept", "application/json");
    r.body = "{\"a\":1}";
    ASSERT_TRUE(test::run(t->exchange(r)).has_value());
    const auto& sent = server.requests().at(0);
    EXPECT_THAT(
        sent, StartsWith("POST /a%20b?x=%C3%A4 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
    EXPECT_THAT(sent, HasSubstr("\r\nAccept: application/json\r\n"));
    EXPECT_THAT(sent, HasSubstr("\r\nUser-Agent: test/1\r\n"));
    EXPECT_THAT(sent, HasSubstr("\r\nContent-Length: 7\r\n"));
    EXPECT_THAT(sent, Not(HasSubstr("Accept-Encoding")));
    EXPECT_THAT(sent, EndsWith("\r\n\r\n{\"a\":1}"));
}

TEST(transport, names_itself_and_sends_no_length_without_a_body)
{
    raw_server server(serving({{plain_reply("")}, {plain_reply("")}}));
    auto t = make_beast_transport({});
    get(*t, server.url());
    EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nUser-Agent: idferry/"));
    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Content-Length")));
    test::run(t->exchange(request("POST", server.url())));
    EXPECT_THAT(server.requests().at(1), HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST(transport, a_large_body_arrives_whole)
{
    raw_server server(serving({{plain_reply("ok")}}));
    auto t = make_beast_transport({});
    request r("PUT", server.url());
    for (int i = 0; i < 60000; ++i) r.body += std::to_string(i) + ",";
    ASSERT_EQ(test::run(t->exchange(r)).value().body, "ok");
    EXPECT_THAT(server.requests().at(0), EndsWith("\r\n\r\n" + r.body));
}

TEST(transport, gives_status_headers_and_body_with_room_behind)
{
    const auto a = answer_to("HTTP/1.1 404 Not Found\r\nX-One: 1\r\ncontent-type: text/plain\r\nX-One: "
                             "2\r\nContent-Length: 5\r\n\r\nhello")
                       .value();
    EXPECT_EQ(a.status, 404);
    EXPECT_EQ(a.header("x-one"), "1");
    EXPECT_EQ(a.header("Content-Type"), "text/plain");
    EXPECT_EQ(a.header("X-Two"), std::nullopt);
    EXPECT_EQ(a.body, "hello");
    EXPECT_GE(a.body.capacity(), a.body.size() + 64);
}

TEST(transport, chunked_answers)
{
    const auto a = answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n "
                             "world\r\n0\r\nTrailer: t\r\n\r\n")
                       .value();
    EXPECT_EQ(a.body, "hello world");
    EXPECT_GE(a.body.capacity(), a.body.size() + 64);
}

TEST(transport, a_large_answer_is_read_whole)
{
    std::string body;
    for (int i = 0; i < 300000; ++i) body += std::to_string(i) + ",";
    raw_server server(serving({{plain_reply(body), plain_reply("next")}}));
    auto t = make_beast_transport({});
    const auto a = get(*t, server.url()).value();
    EXPECT_TRUE(a.body == body);
    EXPECT_GE(a.body.capacity(), a.body.size() + 64);
    EXPECT_EQ(get(*t, server.url()).value().body, "next");
    EXPECT_EQ(server.connections(), 1u);
}

TEST(transport, a_body_without_a_length_ends_with_the_connection)
{
    EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\n\r\nto the end").value().body, "to the end");
}

TEST(transport, answers_without_a_body)
{
    for (const char* header :
         {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}) {
        raw_server server(serving({{{header}, plain_reply("next")}}));
        auto t = make_beast_transport({});
        EXPECT_EQ(get(*t, server.url()).value().body, "") << header;
        EXPECT_EQ(get(*t, server.url()).value().body, "next") << header;
        EXPECT_EQ(server.connections(), 1u);
    }
    EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", afterwards::hang, {}, "HEAD").value().body,
              "");
}

TEST(transport, informational_answers_are_skipped)
{
    EXPECT_EQ(answer_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok_5 + "hello")
                  .value()
                  .body,
              "hello");
    std::string many;
    for (int i = 0; i < 100; ++i) many += "HTTP/1.1 103 Early Hints\r\n\r\n";
    EXPECT_EQ(answer_to(many + ok_5 + "hello").error().next, disposition::reject);
}

TEST(transport, what_is_not_http_is_rejected)
{
    for (const char* bytes : {"hello\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 abc OK\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"}) {
        const auto f = answer_to(bytes).error();
        EXPECT_EQ(f.next, disposition::reject) << bytes;
        EXPECT_THAT(f.detail, HasSubstr("not HTTP")) << bytes;
        EXPECT_TRUE(f.outcome_unknown);
    }
}

TEST(transport, a_compressed_answer_is_rejected)
{
    EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx").error().next,
              disposition::reject);
    EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 1\r\n\r\nx").value().body,
              "x");
}

TEST(transport, header_and_body_are_bounded)
{
    transport_settings small;
    small.bounds.max_header_bytes = 1000;
    small.bounds.max_body_bytes = 1000;
    const auto long_header =
        answer_to("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", afterwards::hang, small).error();
    EXPECT_EQ(long_header.next, disposition::reject);
    EXPECT_THAT(long_header.detail, HasSubstr("header is larger than 1000 bytes"));
    const auto endless = answer_to("HTTP/1.1 200 OK\r\n" + std::string(5000, 'x'), afterwards::hang, small).error();
    EXPECT_THAT(endless.detail, HasSubstr("header is larger"));
    const auto told = answer_to("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", afterwards::hang, small).error();
    EXPECT_EQ(told.next, disposition::reject);
    EXPECT_THAT(told.detail, HasSubstr("body is larger than 1000 bytes"));
    const auto chunked = answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" +
                                       std::string(1024, 'x') + "\r\n0\r\n\r\n",
                                   afterwards::hang, small);
    EXPECT_THAT(chunked.error().detail, HasSubstr("body is larger"));
    const auto until_close = answer_to("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), afterwards::close, small);
    EXPECT_THAT(until_close.error().detail, HasSubstr("body is larger"));
    EXPECT_EQ(
        answer_to("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'), afterwards::close, small)
            .value()
            .body.size(),
        1000u);
}

TEST(transport, an_answer_cut_short_is_a_failure)
{
    for (const char* bytes :
         {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "HTTP/1.1 200 OK\r\nContent-",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
        for (const auto then : {afterwards::close, afterwards::reset}) {
            const auto f = answer_to(bytes, then).error();
            EXPECT_EQ(f.next, disposition::retry) << bytes;
            EXPECT_TRUE(f.outcome_unknown) << bytes;
            // A reset may overtake the bytes.
            if (then == afterwards::close) EXPECT_THAT(f.detail, HasSubstr("reading the answer")) << bytes;
        }
    }
}

TEST(transport, a_connection_closed_without_an_answer_is_a_failure)
{
    for (const auto then : {afterwards::close, afterwards::reset}) {
        const auto f = answer_to("", then, {}, "POST").error();
        EXPECT_EQ(f.next, disposition::retry);
        EXPECT_TRUE(f.outcome_unknown);
        EXPECT_THAT(f.detail, AllOf(StartsWith("POST http://127.0.0.1:"), HasSubstr("waiting for the answer")));
    }
}

TEST(transport, nobody_listening_is_a_failure_before_anything_left)
{
    auto t = make_beast_transport({});
    const auto f = get(*t, "http://127.0.0.1:" + std::to_string(test::closed_port()) + "/?token=hush").error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_FALSE(f.outcome_unknown);
    EXPECT_THAT(f.detail,
                AllOf(HasSubstr("127.0.0.1"), HasSubstr("connecting"), HasSubstr("refused"), Not(HasSubstr("hush"))));
}

TEST(transport, localhost_is_looked_up)
{
    raw_server server(serving({{plain_reply("here")}}));
    auto t = make_beast_transport({});
    EXPECT_EQ(get(*t, "http://localhost:" + std::to_string(server.port()) + "/").value().body, "here");
}

TEST(transport, a_malformed_url_stops)
{
    auto t = make_beast_transport({});
    for (const char* url :
         {"", "127.0.0.1/x", "ftp://127.0.0.1/", "https://user:hush@127.0.0.1/", "http://127.0.0.1/a b"}) {
        const auto f = get(*t, url).error();
        EXPECT_EQ(f.next, disposition::stop) << url;
        EXPECT_THAT(f.detail, Not(HasSubstr("hush")));
    }
}

TEST(transport, nothing_is_smuggled_into_the_header)
{
    auto t = make_beast_transport({});
    const std::string url = "http://127.0.0.1:" + std::to_string(test::closed_port()) + "/";
    request value("GET", url), name("GET", url), method("GET / HTTP/1.1\r\nX: 1", url);
    value.headers.emplace_back("X", "a\r\nEvil: 1");
    name.headers.emplace_back("X: 1\r\nEvil", "a");
    for (const auto& r : {value, name, method}) EXPECT_EQ(test::run(t->exchange(r)).error().next, disposition::reject);
}

TEST(transport_deadlines, a_slow_first_byte)
{
    transport_settings s;
    s.times.idle = milliseconds(80);
    const auto f = answer_to("", afterwards::hang, s).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_TRUE(f.outcome_unknown);
    EXPECT_THAT(f.detail, AllOf(HasSubstr("waiting for the answer"), HasSubstr("80 ms")));
}

TEST(transport_deadlines, a_body_that_stops)
{
    transport_settings s;
    s.times.idle = milliseconds(80);
    const auto f = answer_to(ok_5 + "he", afterwards::hang, s).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_THAT(f.detail, AllOf(HasSubstr("reading the answer"), HasSubstr("80 ms")));
}

TEST(transport_deadlines, the_whole_exchange)
{
    transport_settings s;
    s.times.total = milliseconds(80);
    const auto f = answer_to(ok_5 + "he", afterwards::hang, s).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_THAT(f.detail, HasSubstr("not finished within 80 ms"));
}

} // namespace idferry::connectors::http
