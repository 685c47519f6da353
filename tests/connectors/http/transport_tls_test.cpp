// The transport over TLS: whom it trusts, and what it says when it does not.
#include "connectors/http/transport.hpp"

#include "tests/connectors/http/exchanging.hpp"
#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

namespace idferry::connectors::http {

using std::chrono::milliseconds;
using test::afterwards;
using test::conversation;
using test::get;
using test::plain_reply;
using test::raw_server;
using test::test_certificates;
using testing::HasSubstr;
using testing::Not;
using answer_t = result<response>;

namespace {

test::raw_server_settings tls_serving(std::vector<conversation> all,
                                      const test::certificate& identity = test_certificates().server)
{
    test::raw_server_settings s;
    s.connections = std::move(all);
    s.tls = true;
    s.identity = identity;
    return s;
}

transport_settings trusting(const std::string& ca_file = test_certificates().authority.certificate_file)
{
    transport_settings s;
    s.tls.ca_file = ca_file;
    return s;
}

answer_t get_once(raw_server& server, const transport_settings& s = trusting())
{
    auto t = make_beast_transport(s);
    return get(*t, server.url("/x?token=hush"));
}

void expect_stop(const answer_t& a, const std::string& words)
{
    ASSERT_TRUE(a.has_error());
    EXPECT_EQ(a.error().next, disposition::stop);
    EXPECT_FALSE(a.error().outcome_unknown);
    EXPECT_THAT(a.error().detail, HasSubstr("TLS"));
    EXPECT_THAT(a.error().detail, HasSubstr(words));
    EXPECT_THAT(a.error().detail, Not(HasSubstr("hush")));
}

} // namespace

TEST(transport_tls, a_certificate_of_the_configured_authority_is_trusted)
{
    raw_server server(tls_serving({{plain_reply("secret page")}}));
    EXPECT_EQ(get_once(server).value().body, "secret page");
}

TEST(transport_tls, by_name_too)
{
    raw_server server(tls_serving({{plain_reply("x")}}));
    auto t = make_beast_transport(trusting());
    EXPECT_EQ(get(*t, "https://localhost:" + std::to_string(server.port()) + "/").value().body, "x");
}

TEST(transport_tls, another_authority_is_not_trusted)
{
    raw_server server(tls_serving({{plain_reply("x")}}));
    expect_stop(get_once(server, trusting(test_certificates().other_authority.certificate_file)), "not trusted");
    EXPECT_TRUE(server.requests().empty());
}

TEST(transport_tls, the_systems_authorities_count_by_default)
{
    raw_server server(tls_serving({{plain_reply("x")}}));
    expect_stop(get_once(server, {}), "not trusted");
}

TEST(transport_tls, a_certificate_for_another_host_is_refused)
{
    raw_server server(tls_serving({{plain_reply("x")}}, test_certificates().wrong_host));
    expect_stop(get_once(server), "certificate is not valid for host 127.0.0.1");
    auto t = make_beast_transport(trusting());
    expect_stop(get(*t, "https://localhost:" + std::to_string(server.port()) + "/"),
                "certificate is not valid for host localhost");
    EXPECT_TRUE(server.requests().empty());
}

TEST(transport_tls, an_expired_certificate_is_refused)
{
    raw_server server(tls_serving({{plain_reply("x")}}, test_certificates().expired));
    expect_stop(get_once(server), "expired");
}

TEST(transport_tls, tls_1_1_is_refused)
{
    auto settings = tls_serving({{plain_reply("x")}});
    settings.only_tls_1_1 = true;
    raw_server server(settings);
    expect_stop(get_once(server), "handshake");
    EXPECT_EQ(server.connections(), 0u);
}

TEST(transport_tls, a_server_without_tls_is_refused)
{
    test::raw_server_settings settings;
    settings.greeting = "HTTP/1.1 400 Bad Request\r\n\r\n";
    settings.connections = {{{"", afterwards::hang}}};
    raw_server server(settings);
    auto t = make_beast_transport(trusting());
    expect_stop(get(*t, "https://127.0.0.1:" + std::to_string(server.port()) + "/"), "handshake");
}

TEST(transport_tls, a_server_that_wants_a_certificate_gets_ours)
{
    auto settings = tls_serving({{plain_reply("for you")}});
    settings.client_ca_pem = test_certificates().authority.certificate_pem;
    raw_server server(settings);
    auto s = trusting();
    s.tls.client_certificate = test_certificates().client.certificate_file;
    s.tls.client_key = test_certificates().client.key_file;
    EXPECT_EQ(get_once(server, s).value().body, "for you");
}

TEST(transport_tls, a_server_that_wants_a_certificate_refuses_us_without)
{
    auto settings = tls_serving({{plain_reply("x")}});
    settings.client_ca_pem = test_certificates().authority.certificate_pem;
    raw_server server(settings);
    const auto a = get_once(server);
    ASSERT_TRUE(a.has_error());
    EXPECT_EQ(a.error().next, disposition::stop);
    EXPECT_THAT(a.error().detail, HasSubstr("certificate required"));
    EXPECT_TRUE(server.requests().empty());
}

TEST(transport_tls, files_that_cannot_be_used_are_named)
{
    raw_server server(tls_serving({{plain_reply("x")}}));
    expect_stop(get_once(server, trusting("/nowhere/ca.pem")), "/nowhere/ca.pem");
    auto s = trusting();
    s.tls.client_certificate = test_certificates().client.certificate_file;
    s.tls.client_key = test_certificates().server.key_file; // not its key
    expect_stop(get_once(server, s), "client_key");
}

TEST(transport_tls, one_handshake_for_many_requests)
{
    raw_server server(tls_serving({conversation(20, plain_reply("x"))}));
    auto t = make_beast_transport(trusting());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(get(*t, server.url()).value().body, "x");
    EXPECT_EQ(server.connections(), 1u);
}

TEST(transport_tls, a_new_connection_takes_the_session_up_again)
{
    raw_server server(tls_serving(
        {{{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", afterwards::close_clean}}}));
    auto t = make_beast_transport(trusting());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(get(*t, server.url()).value().body, "x");
    EXPECT_EQ(server.connections(), 3u);
    EXPECT_EQ(server.resumed(), 2u);
}

TEST(transport_tls, a_truncated_body_is_a_failure_a_closed_connection_after_it_is_not)
{
    raw_server cut(tls_serving({{{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", afterwards::close}}}));
    const auto f = get_once(cut).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_THAT(f.detail, HasSubstr("closed before it was complete"));
    raw_server clean(tls_serving({{{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", afterwards::close}}}));
    EXPECT_EQ(get_once(clean).value().body, "hello");
}

TEST(transport_tls, a_body_without_a_length_needs_the_proper_end)
{
    raw_server clean(tls_serving({{{"HTTP/1.1 200 OK\r\n\r\nwhole", afterwards::close_clean}}}));
    EXPECT_EQ(get_once(clean).value().body, "whole");
    raw_server cut(tls_serving({{{"HTTP/1.1 200 OK\r\n\r\nwhol", afterwards::close}}}));
    EXPECT_EQ(get_once(cut).error().next, disposition::retry); // an attacker could have cut it
}

TEST(transport_tls, a_stale_connection_is_replaced)
{
    raw_server server(tls_serving({{plain_reply("1"), {"", afterwards::close}}, {plain_reply("2")}}));
    auto t = make_beast_transport(trusting());
    EXPECT_EQ(get(*t, server.url()).value().body, "1");
    EXPECT_EQ(get(*t, server.url()).value().body, "2");
}

TEST(transport_tls, large_bodies_both_ways)
{
    std::string body;
    for (int i = 0; i < 200000; ++i) body += std::to_string(i) + ",";
    raw_server server(tls_serving({{plain_reply(body)}}));
    auto t = make_beast_transport(trusting());
    request r("PUT", server.url());
    r.body = body;
    EXPECT_TRUE(test::run(t->exchange(r)).value().body == body);
    EXPECT_TRUE(server.requests().at(0).ends_with("\r\n\r\n" + body));
}

TEST(transport_tls, a_handshake_that_does_not_come_ends_with_the_deadline)
{
    auto settings = tls_serving({});
    settings.handshake = false;
    raw_server server(settings);
    auto s = trusting();
    s.times.connect = milliseconds(80);
    const auto f = get_once(server, s).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_FALSE(f.outcome_unknown);
    EXPECT_THAT(f.detail, HasSubstr("TLS handshake: nothing happened for 80 ms"));
}

TEST(transport_tls, a_handshake_can_be_cancelled)
{
    auto settings = tls_serving({});
    settings.handshake = false;
    raw_server server(settings);
    auto t = make_beast_transport(trusting());
    test::task<answer_t> one(t->exchange(request("GET", server.url())));
    test::run_until([&] { return server.accepted() == 1; });
    one.cancel();
    EXPECT_THROW(one.get(), boost::system::system_error);
}

TEST(transport_tls, a_server_that_hangs_up_during_the_handshake_is_a_failure_to_retry)
{
    test::raw_server_settings settings;
    settings.connections = {{}}; // plain, and closes at once
    raw_server server(settings);
    auto t = make_beast_transport(trusting());
    const auto f = get(*t, "https://127.0.0.1:" + std::to_string(server.port()) + "/").error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_THAT(f.detail, HasSubstr("handshake"));
}

} // namespace idferry::connectors::http
