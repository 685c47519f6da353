#include "connectors/http/http_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::http {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

namespace {

struct sample_section : http_section
{
    std::string url;
};

struct parsed_sample
{
    std::optional<sample_section> value;
    std::string messages; // "line: message\n"…
};

parsed_sample parse(const std::string& yaml, bool auth_required = true)
{
    config::diagnostics out;
    parsed_sample p;
    config::section<sample_section> s;
    s.required("url", &sample_section::url, config::service_url(), "where");
    add_http_keys(s, auth_required);
    const auto shape = s.shape();
    if (const auto root = config::parse_yaml(yaml, "f.yaml", out)) p.value = shape.parse(*root, out);
    for (const auto& d : out.sorted()) p.messages += std::to_string(d.where.line) + ": " + d.message + "\n";
    return p;
}

} // namespace

TEST(http_settings, defaults_are_those_of_the_structs)
{
    const auto p = parse("url: https://api.bare.id\nauth: {bearer: {env: TOKEN}}\n");
    ASSERT_TRUE(p.value.has_value()) << p.messages;
    const auto s = p.value->settings();
    EXPECT_EQ(s.client.pace.requests_per_second, 5);
    EXPECT_EQ(s.client.pace.burst, 10);
    EXPECT_EQ(s.client.pace.concurrency, 2);
    EXPECT_EQ(s.transport.max_connections, 2u);
    EXPECT_EQ(s.client.retry.cap, seconds(60));
    ASSERT_TRUE(p.value->auth.bearer.has_value());
    EXPECT_EQ(p.value->auth.bearer->name, "TOKEN");
}

TEST(http_settings, every_key_is_read)
{
    const auto p = parse(R"(
url: https://api.bare.id
auth:
  token_url: https://auth.bare.id/token
  client_id: me
  client_secret: {file: /run/secret}
  client_auth: post
  basic_form_urlencode: false
  scope: a b
  expiry_margin: 10s
rate: {requests_per_second: 2.5, burst: 3, concurrency: 4}
timeouts: {connect: 1s, idle: 2s, total: 3m, keep_alive: 4s}
tls: {ca_file: /ca.pem, client_certificate: /c.pem, client_key: /k.pem}
proxy: http://proxy.internal:3128
retry: {tries: 3, base: 100ms, cap: 5s, max_retry_after: 1m}
limits: {max_body: 1048576, max_header: 8192}
)");
    ASSERT_TRUE(p.value.has_value()) << p.messages;
    const auto s = p.value->settings();
    EXPECT_EQ(s.client.pace.requests_per_second, 2.5);
    EXPECT_EQ(s.client.pace.burst, 3);
    EXPECT_EQ(s.transport.max_connections, 4u);
    EXPECT_EQ(s.transport.times.connect, seconds(1));
    EXPECT_EQ(s.transport.times.idle, seconds(2));
    EXPECT_EQ(s.transport.times.total, minutes(3));
    EXPECT_EQ(s.transport.times.keep_alive, seconds(4));
    EXPECT_EQ(s.transport.tls.ca_file, "/ca.pem");
    EXPECT_EQ(s.transport.tls.client_certificate, "/c.pem");
    EXPECT_EQ(s.transport.tls.client_key, "/k.pem");
    EXPECT_EQ(s.transport.proxy.url, "http://proxy.internal:3128");
    EXPECT_EQ(s.client.retry.max_tries, 3);
    EXPECT_EQ(s.client.retry.base, milliseconds(100));
    EXPECT_EQ(s.client.retry.max_retry_after, minutes(1));
    EXPECT_EQ(s.transport.bounds.max_body_bytes, 1048576u);
    EXPECT_EQ(s.transport.bounds.max_header_bytes, 8192u);
    const auto& c = p.value->auth.client_credentials.value();
    EXPECT_EQ(c.token_url, "https://auth.bare.id/token");
    EXPECT_EQ(c.client_id, "me");
    EXPECT_EQ(c.auth, client_credentials_settings::client_auth::post);
    EXPECT_FALSE(c.basic_form_urlencode);
    EXPECT_EQ(c.scope, "a b");
    EXPECT_EQ(c.expiry_margin, seconds(10));
}

TEST(http_settings, auth_can_be_optional)
{
    EXPECT_TRUE(parse("url: https://api.bare.id\n", false).value.has_value());
    EXPECT_FALSE(parse("url: https://api.bare.id\n").value.has_value());
}

TEST(http_settings, mistakes_are_reported_with_their_line)
{
    const auto p = parse(R"(url: https://api.bare.id
auth: {bearer: {env: T}, client_id: me}
rate: {concurrency: 0}
timeouts: {total: 0s}
tls: {client_certificate: /c.pem}
proxy: https://user:pw@p:1
retry: {tries: 0}
limits: {max_body: 10}
)");
    EXPECT_FALSE(p.value.has_value());
    for (const char* line : {"2: ", "3: ", "4: ", "5: ", "6: ", "7: ", "8: "}) EXPECT_THAT(p.messages, HasSubstr(line));
    EXPECT_THAT(p.messages, testing::Not(HasSubstr("pw")));
}

TEST(http_settings, incomplete_credentials_name_what_is_missing)
{
    const auto p = parse("url: https://api.bare.id\nauth: {client_id: me}\n");
    EXPECT_THAT(p.messages, HasSubstr("token_url is missing"));
    EXPECT_THAT(p.messages, HasSubstr("client_secret is missing"));
    EXPECT_FALSE(parse("url: https://api.bare.id\nauth: {bearer: plain-token}\n").value.has_value());
    EXPECT_THAT(parse("url: https://api.bare.id\nauth: {}\n").messages, HasSubstr("bearer"));
}

TEST(http_settings, a_proxy_is_a_plain_http_address_or_none)
{
    for (const char* good : {"none", "http://p:3128", "http://p:3128/", "http://[fd00::1]:1"})
        EXPECT_TRUE(parse(std::string("url: https://api.bare.id\nproxy: \"") + good + "\"\n", false).value.has_value())
            << good;
    for (const char* bad : {"p:3128", "socks5://p:1", "http://", "http://u:x@p:1", "http://p:1/path", "http://p:1?q"})
        EXPECT_FALSE(parse(std::string("url: https://api.bare.id\nproxy: \"") + bad + "\"\n", false).value.has_value())
            << bad;
}

} // namespace idferry::connectors::http
