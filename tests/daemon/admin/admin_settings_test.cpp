// `admin:` of the configuration.
#include "daemon/run/admin_shape.hpp"

#include "config/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::daemon::run {

using testing::HasSubstr;

namespace {

std::optional<admin_settings> parsed(const std::string& text, std::string& mistakes)
{
    config::diagnostics out;
    const auto root = config::parse_yaml(text, "idferry.yaml", out);
    auto settings = root ? admin_shape().parse(*root, out) : std::nullopt;
    for (const auto& m : out.sorted()) mistakes += m.text() + "\n";
    return settings;
}

std::string mistake(const std::string& text)
{
    std::string mistakes;
    EXPECT_FALSE(parsed(text, mistakes)) << text;
    return mistakes;
}

} // namespace

TEST(admin_settings, a_socket_is_all_that_is_needed)
{
    std::string mistakes;
    const auto plain = parsed("{}", mistakes);
    ASSERT_TRUE(plain) << mistakes;
    EXPECT_EQ(plain->socket, "/run/idferry/admin.sock");
    EXPECT_FALSE(plain->tcp); // never without being asked for
    const auto own = parsed("{socket: /tmp/a.sock, group: wheel}", mistakes);
    ASSERT_TRUE(own) << mistakes;
    EXPECT_EQ(own->group, "wheel");
    EXPECT_FALSE(own->same_places(*plain));
    EXPECT_TRUE(own->same_places(*own));
}

TEST(admin_settings, tcp_needs_a_token_and_off_loopback_tls)
{
    std::string mistakes;
    const auto local = parsed("tcp: {token: {credential: admin}}", mistakes);
    ASSERT_TRUE(local) << mistakes;
    EXPECT_EQ(local->tcp->address, "127.0.0.1");
    EXPECT_EQ(local->tcp->port, 9470);
    const auto wide = parsed(
        "tcp: {address: 0.0.0.0, token: {env: T}, tls: {certificate: /c, key: /k}, names: [a.example]}", mistakes);
    ASSERT_TRUE(wide) << mistakes;
    EXPECT_TRUE(parsed("tcp: {address: \"::1\", token: {env: T}}", mistakes)) << mistakes;
    EXPECT_THAT(mistake("tcp: {port: 9470}"), HasSubstr("token"));
    EXPECT_THAT(mistake("tcp: {token: geheim}"), HasSubstr("idferry.yaml:1:"));
    EXPECT_THAT(mistake("tcp: {address: 0.0.0.0, token: {env: T}}"), HasSubstr("in the clear"));
    EXPECT_THAT(mistake("tcp: {address: \"::\", token: {env: T}}"), HasSubstr("in the clear"));
    EXPECT_THAT(mistake("tcp: {address: localhost, token: {env: T}}"), HasSubstr("not a name"));
    EXPECT_THAT(mistake("tcp: {port: 0, token: {env: T}}"), HasSubstr("1"));
    EXPECT_THAT(mistake("tcp: {token: {env: T}, tls: {certificate: /c}}"), HasSubstr("key"));
    EXPECT_THAT(mistake("{socket: admin.sock}"), HasSubstr("absolute path"));
    EXPECT_THAT(mistake("{socket: /" + std::string(110, 'a') + "}"), HasSubstr("107"));
    EXPECT_THAT(mistake("{sockte: /a}"), HasSubstr("socket"));
}

} // namespace idferry::daemon::run
