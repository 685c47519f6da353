// What a request must be before anything looks at it: paths, hosts, origins, tokens.
#include "daemon/admin/request_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::daemon::admin {

using connectors::http::incoming;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

int status_of(const std::optional<refusal>& r)
{
    return r ? r->status : 0;
}

int status_of_target(const std::string& target)
{
    target_parts parts;
    return status_of(take_apart(target, parts));
}

incoming asked(std::string method, std::vector<std::pair<std::string, std::string>> headers)
{
    incoming r;
    r.method = std::move(method);
    r.target = "/";
    r.headers = std::move(headers);
    return r;
}

} // namespace

TEST(request_target, is_taken_apart)
{
    target_parts p;
    ASSERT_FALSE(take_apart("/api/v1/people/a%40b%20c%2Fd?q=M%C3%BCller+x&limit=5&flag", p));
    EXPECT_EQ(p.path, "/api/v1/people/a%40b%20c%2Fd");
    EXPECT_THAT(p.segments, ElementsAre("api", "v1", "people", "a@b c/d"));
    EXPECT_EQ(p.query.at("q"), "Müller x");
    EXPECT_EQ(p.query.at("limit"), "5");
    EXPECT_EQ(p.query.at("flag"), "");
    target_parts root;
    ASSERT_FALSE(take_apart("/", root));
    EXPECT_THAT(root.segments, IsEmpty());
}

TEST(request_target, traversal_is_refused_however_it_is_written)
{
    for (const char* target : {"/../etc/passwd",
                               "/api/../../etc/passwd",
                               "/api/v1/..",
                               "/.",
                               "/./api",
                               "/%2e%2e/etc/passwd",
                               "/%2E%2E/x",
                               "/a/.%2e/b",
                               "/..%2fetc",
                               "/a%2f..%2fb",
                               "/a%2f%2e%2e",
                               "/..%5cwindows",
                               "/a\\..\\b",
                               "//etc/passwd",
                               "/a//b",
                               "/api/",
                               "/%00",
                               "/a%0d%0aSet-Cookie:x",
                               "/a%",
                               "/a%2",
                               "/a%zz",
                               "/a b",
                               "/a\tb",
                               "/caf\xC3\xA9",
                               "/a#b",
                               "",
                               "*",
                               "http://127.0.0.1/api",
                               "api/v1"})
        EXPECT_EQ(status_of_target(target), 400) << target;
    EXPECT_EQ(status_of_target("/" + std::string(5000, 'a')), 414);
    EXPECT_EQ(status_of_target("/a?q=1&q=2"), 400);
    EXPECT_EQ(status_of_target("/a?q=%2e%2e"), 400); // one rule for the whole address
}

TEST(request_host, must_be_ours)
{
    const host_names none, named({"admin.acme.example", "10.0.0.7"});
    for (const char* ours : {"localhost", "localhost:80", "LOCALHOST:9470", "127.0.0.1", "127.0.0.1:9470", "127.1.2.3",
                             "[::1]", "[::1]:9470"})
        EXPECT_TRUE(none.ours(ours)) << ours;
    for (const char* foreign : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                                "127.evil.example", "10.0.0.7", "[::2]", "[::1", ":80", "admin.acme.example", "0x7f.1"})
        EXPECT_FALSE(none.ours(foreign)) << foreign;
    EXPECT_TRUE(named.ours("admin.acme.example:9470"));
    EXPECT_TRUE(named.ours("Admin.Acme.Example."));
    EXPECT_TRUE(named.ours("10.0.0.7:9470"));
    EXPECT_EQ(status_of(check_host(asked("GET", {{"Host", "evil.example"}}), none)), 421);
    EXPECT_EQ(status_of(check_host(asked("GET", {}), none)), 400);
    EXPECT_EQ(status_of(check_host(asked("GET", {{"Host", "localhost"}, {"host", "localhost"}}), none)), 400);
    EXPECT_EQ(status_of(check_host(asked("GET", {{"host", "localhost:1"}}), none)), 0);
}

TEST(request_origin, of_another_page_is_refused)
{
    const std::pair<std::string, std::string> host{"Host", "127.0.0.1:9470"}, json{"Content-Type", "application/json"};
    const auto post = [&](std::vector<std::pair<std::string, std::string>> more, bool secure = false) {
        more.push_back(host);
        more.push_back(json);
        return status_of(check_origin(asked("POST", std::move(more)), secure));
    };
    EXPECT_EQ(post({}), 0); // no browser
    EXPECT_EQ(post({{"Origin", "http://127.0.0.1:9470"}, {"Sec-Fetch-Site", "same-origin"}}), 0);
    EXPECT_EQ(post({{"Origin", "https://127.0.0.1:9470"}}, true), 0);
    EXPECT_EQ(post({{"Origin", "https://127.0.0.1:9470"}}), 403); // another scheme is another origin
    EXPECT_EQ(post({{"Origin", "http://127.0.0.1:9471"}}), 403);
    EXPECT_EQ(post({{"Origin", "http://evil.example"}}), 403);
    EXPECT_EQ(post({{"Origin", "null"}}), 403);
    EXPECT_EQ(post({{"Origin", ""}}), 403);
    EXPECT_EQ(post({{"Sec-Fetch-Site", "cross-site"}}), 403);
    EXPECT_EQ(post({{"Sec-Fetch-Site", "same-site"}}), 403); // another port or name of this machine
    EXPECT_EQ(post({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}), 403); // a form
    const auto get = [&](std::vector<std::pair<std::string, std::string>> more) {
        more.push_back(host);
        return status_of(check_origin(asked("GET", std::move(more)), false));
    };
    EXPECT_EQ(get({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}), 0); // a link to our page
    EXPECT_EQ(get({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}), 403);
    EXPECT_EQ(get({{"Origin", "http://evil.example"}}), 403);
    EXPECT_EQ(get({{"Sec-Fetch-Site", "none"}}), 0); // typed by a person
}

TEST(request_origin, what_changes_something_is_json)
{
    for (const char* type :
         {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"})
        EXPECT_EQ(status_of(check_origin(asked("POST", {{"Host", "localhost"}, {"Content-Type", type}}), false)), 415)
            << type;
    for (const char* type : {"application/json", "Application/JSON; charset=utf-8"})
        EXPECT_EQ(status_of(check_origin(asked("POST", {{"Host", "localhost"}, {"Content-Type", type}}), false)), 0)
            << type;
}

TEST(request_token, is_read_off_one_header_only)
{
    EXPECT_EQ(bearer_token(asked("GET", {{"Authorization", "Bearer abc"}})), "abc");
    EXPECT_EQ(bearer_token(asked("GET", {{"authorization", "bearer   abc"}})), "abc");
    EXPECT_EQ(bearer_token(asked("GET", {{"Authorization", "Basic abc"}})), "");
    EXPECT_EQ(bearer_token(asked("GET", {{"Authorization", "Bearer"}})), "");
    EXPECT_EQ(bearer_token(asked("GET", {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}})), "");
    EXPECT_EQ(bearer_token(asked("GET", {})), "");
}

TEST(request_token, is_right_only_when_it_is_equal)
{
    const token_check check("right-token"), none;
    EXPECT_TRUE(check.right("right-token"));
    for (const char* wrong : {"", "right-toke", "right-token ", "Right-token", "right-tokenX"})
        EXPECT_FALSE(check.right(wrong)) << wrong;
    EXPECT_FALSE(none.right(""));
    EXPECT_FALSE(token_check("").right(""));
}

} // namespace idferry::daemon::admin
