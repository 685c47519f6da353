#include "connectors/http/proxy_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace idferry::connectors::http {

namespace {

using variables = std::map<std::string, std::string>;

environment_reader reader(variables all)
{
    return [all](const char* name) {
        const auto found = all.find(name);
        return found == all.end() ? std::string() : found->second;
    };
}

std::string chosen(const std::string& url, const std::string& configured, const variables& env)
{
    const auto p = choose_proxy(configured, parse_url(url).value(), reader(env));
    if (!p) return "failure: " + p.error().detail;
    return *p ? (*p)->text() : "direct";
}

} // namespace

TEST(choose_proxy, the_configured_one_wins_over_the_environment)
{
    EXPECT_EQ(
        chosen("https://api.example.org/", "http://p.example:3128", {{"HTTPS_PROXY", "http://q:1"}, {"NO_PROXY", "*"}}),
        "p.example:3128");
    EXPECT_EQ(chosen("https://api.example.org/", "none", {{"HTTPS_PROXY", "http://q:1"}}), "direct");
}

TEST(choose_proxy, the_environment_counts_for_https)
{
    EXPECT_EQ(chosen("https://api.example.org/", "", {}), "direct");
    EXPECT_EQ(chosen("https://api.example.org/", "", {{"HTTPS_PROXY", "http://q.example:8080/"}}), "q.example:8080");
    EXPECT_EQ(chosen("https://api.example.org/", "", {{"https_proxy", "q.example:8080"}}), "q.example:8080");
    EXPECT_EQ(chosen("http://api.example.org/", "", {{"HTTPS_PROXY", "http://q.example:8080"}}), "direct");
}

TEST(choose_proxy, loopback_is_never_proxied)
{
    for (const char* url : {"https://localhost:1/", "https://127.0.0.1/", "https://127.9.9.9/", "https://[::1]:8443/",
                            "https://a.localhost/"}) {
        EXPECT_EQ(chosen(url, "http://p.example:3128", {}), "direct") << url;
        EXPECT_EQ(chosen(url, "", {{"HTTPS_PROXY", "http://p.example:3128"}}), "direct") << url;
    }
}

struct no_proxy_case
{
    const char* list;
    const char* url;
    bool direct;
};

TEST(choose_proxy, no_proxy)
{
    const no_proxy_case table[] = {
        {"*", "https://api.example.org/", true},
        {"example.org", "https://api.example.org/", true},
        {".example.org", "https://api.example.org/", true},
        {"*.example.org", "https://api.example.org/", true},
        {"Example.ORG", "https://api.example.org/", true},
        {"api.example.org", "https://api.example.org/", true},
        {" other.net , example.org ", "https://api.example.org/", true},
        {"ample.org", "https://api.example.org/", false},
        {"xapi.example.org", "https://api.example.org/", false},
        {"", "https://api.example.org/", false},
        {",,", "https://api.example.org/", false},
        {"example.org:443", "https://api.example.org/", true},
        {"example.org:8443", "https://api.example.org/", false},
        {"10.1.2.3", "https://10.1.2.3/", true},
        {"10.1.2.3:443", "https://10.1.2.3/", true},
        {"10.0.0.0/8", "https://10.1.2.3/", true},
        {"10.0.0.0/16", "https://10.1.2.3/", false},
        {"2.3", "https://10.1.2.3/", false},
        {"fd00::/8", "https://[fd00::1]/", true},
        {"fd00::1", "https://[fd00::1]/", true},
        {"[fd00::1]:444", "https://[fd00::1]:444/", true},
        {"fd00::/8", "https://[fe80::1]/", false},
        {"10.0.0.0/8", "https://[fd00::1]/", false},
        {"nonsense/99", "https://10.1.2.3/", false},
    };
    for (const auto& c : table)
        for (const char* name : {"NO_PROXY", "no_proxy"})
            EXPECT_EQ(chosen(c.url, "", {{"HTTPS_PROXY", "http://q:1"}, {name, c.list}}), c.direct ? "direct" : "q:1")
                << c.list << " " << c.url;
}

TEST(choose_proxy, credentials_in_the_environment_become_a_header)
{
    const auto p = choose_proxy("", parse_url("https://api.example.org/").value(),
                                reader({{"HTTPS_PROXY", "http://us%20er:pa%3Ass@q:1"}}));
    EXPECT_EQ((*p)->authorization, "Basic dXMgZXI6cGE6c3M="); // base64 of us er:pa:ss
    EXPECT_EQ((*p)->text(), "q:1");
}

TEST(choose_proxy, what_is_no_http_proxy_is_refused_without_being_shown)
{
    for (const char* url :
         {"https://user:hush@p:1", "socks5://user:hush@p:1", "http://user:hush@:1", "http://user:hush@p:99999",
          "http://user:hush@p:0", "http://user:hush@p:x", "http://user:hush@127.0.0.1.p"})
        EXPECT_THAT(chosen("https://api.example.org/", "", {{"HTTPS_PROXY", url}}),
                    testing::AllOf(testing::HasSubstr("failure"), testing::HasSubstr("HTTPS_PROXY"),
                                   testing::Not(testing::HasSubstr("hush"))))
            << url;
}

TEST(parse_url, takes_a_url_apart)
{
    const auto u = parse_url("https://API.Example.org:8443/a/b%20c?q=%C3%A4&x").value();
    EXPECT_TRUE(u.secure);
    EXPECT_EQ(u.host, "api.example.org");
    EXPECT_EQ(u.port, 8443);
    EXPECT_EQ(u.target, "/a/b%20c?q=%C3%A4&x");
    EXPECT_EQ(u.origin(), "https://api.example.org:8443");
    EXPECT_EQ(parse_url("https://h")->target, "/");
    EXPECT_EQ(parse_url("https://h?x=1")->target, "/?x=1");
    EXPECT_EQ(parse_url("https://h:443/")->host_header(), "h");
    EXPECT_EQ(parse_url("http://[::1]:80/")->host_header(), "[::1]");
    EXPECT_EQ(parse_url("http://[::1]:81/")->host_header(), "[::1]:81");
}

TEST(parse_url, refuses_what_is_no_service_url)
{
    for (const char* url : {"", "h", "/x", "ftp://h/", "https://", "https:///x", "https://user@h/", "https://h:0/",
                            "https://h:99999/", "https://h/a b", "https://h/\r\nX: 1", "https://h%0d%0a/", "mailto:x@h",
                            "https://h:x/", "https://h:80x/", "http://127.0.0.1.acme.example/", "https://127.0.0.1x/"})
        EXPECT_FALSE(parse_url(url).has_value()) << url;
}

} // namespace idferry::connectors::http
