// What the admin endpoint refuses, over real sockets; and that a sync goes on meanwhile.
#include "tests/daemon/admin/admin_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::test {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

const std::string status_path = "/api/v1/jobs/1";

std::string get_with(const std::string& more, const std::string& path = status_path)
{
    return "GET " + path + " HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n" + more + "\r\n";
}

// An answer that tells nothing but a sentence, and that no page of another origin may read.
void expect_clean(const raw_answer& a)
{
    EXPECT_EQ(a.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(a.header("Cache-Control"), "no-store");
    EXPECT_EQ(a.header("Referrer-Policy"), "no-referrer");
    EXPECT_THAT(a.header("Content-Security-Policy"),
                AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'")));
    EXPECT_THAT(a.all, Not(HasSubstr("Access-Control-")));
    const auto j = admin_stage::json_of(a.body());
    EXPECT_THAT(j["error"].get<std::string>(), Not(IsEmpty()));
    EXPECT_TRUE(j["id"].is_string());
}

} // namespace

TEST(admin_refuses, no_token)
{
    admin_stage s;
    for (const char* path : {"/api/v1/jobs/1", "/api", "/api/v1/nothing", "/metrics"}) {
        const auto a = s.raw(get_with("", path));
        EXPECT_EQ(a.status(), 401) << path; // what is there is not told either
        EXPECT_EQ(a.header("WWW-Authenticate"), "Bearer realm=\"idferry\"");
        expect_clean(a);
    }
    EXPECT_EQ(
        s.raw("POST /api/v1/reload HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 0\r\n"
              "Connection: close\r\n\r\n")
            .status(),
        401);
    EXPECT_EQ(s.raw(get_with("", "/healthz")).status(), 200); // a load balancer has none
    EXPECT_EQ(s.raw(get_with("", "/readyz")).status(), 200);
}

TEST(admin_refuses, a_wrong_token)
{
    admin_stage s;
    const auto& good = admin_stage::token;
    for (const std::string& header : {std::string("Bearer wrong"), std::string("Bearer "), std::string("Basic YTpi"),
                                      "Bearer " + good.substr(1), "Bearer " + good + "x"}) {
        const auto a = s.raw(get_with("Authorization: " + header + "\r\n"));
        EXPECT_EQ(a.status(), 401) << header;
        expect_clean(a);
    }
    EXPECT_EQ(s.raw(get_with("Authorization: Bearer " + good + "\r\nAuthorization: Bearer x\r\n")).status(), 401);
    EXPECT_EQ(s.raw(get_with("Authorization: Bearer " + good + "\r\n")).status(), 404); // no such job, but let in
    EXPECT_EQ(s.raw(get_with("", status_path + "?token=" + good)).status(), 401);       // never in an address
    for (const auto& a : s.told) EXPECT_THAT(a.path + a.reason, Not(HasSubstr(good)));
}

TEST(admin_refuses, what_is_too_large)
{
    admin_stage s;
    const auto post = [&](std::size_t size) {
        return s.tcp("POST", "/api/v1/syncs/staff/plan", "{\"refresh\":false}" + std::string(size, ' '));
    };
    EXPECT_EQ(post(1024 * 1024).status(), 413);
    EXPECT_EQ(post(4 * 1024 * 1024).status(), 413);
    EXPECT_EQ(s.raw("POST /api/v1/reload HTTP/1.1\r\nHost: HOST\r\nContent-Length: 99999999999\r\n\r\n").status(), 413);
    EXPECT_EQ(post(1024 * 1024 - 100).status(), 202);
    EXPECT_EQ(s.raw(get_with("X-Large: " + std::string(20 * 1024, 'x') + "\r\n")).status(), 431);
    EXPECT_EQ(s.raw(get_with("Authorization: Bearer " + admin_stage::token + "\r\n", "/api/" + std::string(6000, 'x')))
                  .status(),
              414);
    std::string deep(200, '[');
    EXPECT_EQ(s.tcp("POST", "/api/v1/reload", "{\"a\":" + deep + std::string(200, ']') + "}").status(), 400);
}

TEST(admin_refuses, slow_loris)
{
    admin::endpoint_settings small;
    small.idle = milliseconds(80);
    small.whole_body = milliseconds(80);
    admin_stage s(small);
    // A header, and a body, that never end; and one who says nothing at all.
    raw_connection header(s.stage.io, s.endpoint->tcp_port());
    header.send("GET /api/v1/status HTTP/1.1\r\nHost: a\r\nX: ");
    raw_connection body(s.stage.io, s.endpoint->tcp_port());
    body.send("POST /api/v1/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
    raw_connection silent(s.stage.io, s.endpoint->tcp_port());
    EXPECT_THAT(header.rest(), testing::StartsWith("HTTP/1.1 408 "));
    EXPECT_THAT(body.rest(), testing::StartsWith("HTTP/1.1 408 "));
    EXPECT_EQ(silent.rest(), "");
    EXPECT_THAT(s.dropped, testing::ElementsAre("slow 408", "slow 408"));
    EXPECT_EQ(s.tcp("GET", "/healthz").status(), 200);
}

TEST(admin_refuses, path_traversal)
{
    admin_stage s;
    for (const char* path :
         {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/api/v1/../../../etc/passwd",
          "/assets/..%5c..%5cetc", "//etc/passwd", "/.", "/index.html%00.txt", "/api/v1/syncs/%2e%2e/plan"}) {
        const auto a = s.raw(get_with("Authorization: Bearer " + admin_stage::token + "\r\n", path));
        EXPECT_EQ(a.status(), 400) << path;
        expect_clean(a);
        EXPECT_THAT(a.body(), Not(HasSubstr("root:")));
    }
}

TEST(admin_refuses, a_cross_origin_post)
{
    admin_stage s;
    const auto post = [&](const std::string& more, const std::string& type = "application/json") {
        return s.raw("POST /api/v1/syncs/staff/run HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: 2\r\n"
                     "Authorization: Bearer " +
                     admin_stage::token + "\r\nContent-Type: " + type + "\r\n" + more + "\r\n{}");
    };
    for (const char* more : {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
                             "Origin: http://localhost:1\r\n"}) {
        const auto a = post(more);
        EXPECT_EQ(a.status(), 403) << more;
        expect_clean(a);
    }
    EXPECT_EQ(post("", "text/plain").status(), 415); // what a form of another page could send
    EXPECT_EQ(post("", "application/x-www-form-urlencoded").status(), 415);
    const auto preflight = s.raw("OPTIONS /api/v1/syncs/staff/run HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n"
                                 "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
    EXPECT_EQ(preflight.status(), 403);
    EXPECT_THAT(preflight.all, Not(HasSubstr("Access-Control-")));
    s.stage.settle();
    EXPECT_THAT(s.stage.runner.begun, IsEmpty()); // nothing ran
    EXPECT_EQ(post("Origin: http://HOST\r\nSec-Fetch-Site: same-origin\r\n").status(), 202);
}

TEST(admin_refuses, a_foreign_host_that_leads_here)
{
    admin_stage s;
    for (const char* host : {"evil.example", "evil.example:9470", "127.0.0.1.evil.example"}) {
        const auto a = s.raw("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(a.status(), 421) << host;
        expect_clean(a);
    }
    EXPECT_EQ(s.raw("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").status(), 400);
    admin::endpoint_settings named;
    named.where.tcp.emplace().names = {"idferry.acme.example"};
    admin_stage t(named);
    EXPECT_EQ(t.raw("GET /healthz HTTP/1.1\r\nHost: idferry.acme.example\r\nConnection: close\r\n\r\n").status(), 200);
}

TEST(admin_refuses, methods_and_addresses_that_it_does_not_have)
{
    admin_stage s;
    EXPECT_EQ(s.tcp("GET", "/api/v1/nothing").status(), 404);
    EXPECT_EQ(s.tcp("GET", "/API/v1/jobs/1").status(), 404); // exact paths
    const auto wrong = s.tcp("GET", "/api/v1/reload");
    EXPECT_EQ(wrong.status(), 405);
    EXPECT_EQ(wrong.header("Allow"), "POST");
    const auto both =
        s.raw("DELETE /api/v1/syncs/staff/plan HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Type: "
              "application/json\r\nAuthorization: Bearer " +
              admin_stage::token + "\r\n\r\n");
    EXPECT_EQ(both.status(), 405);
    EXPECT_EQ(both.header("Allow"), "GET, HEAD, POST");
    EXPECT_EQ(s.raw("HEAD /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n").body(), "");
}

TEST(admin_refuses, connections_beyond_its_cap_while_a_sync_goes_on)
{
    // A cycle every ten minutes, each of which takes two; all of it on the thread that serves the connections.
    admin::endpoint_settings patient;
    patient.idle = std::chrono::minutes(5); // nobody is closed while the test runs
    admin_stage s(patient, "{every: 10m}");
    s.stage.runner.takes["staff"] = std::chrono::minutes(2);
    s.stage.pass(std::chrono::minutes(11));
    ASSERT_EQ(s.stage.runner.begun.size(), 2u);
    ASSERT_EQ(s.stage.runner.running.size(), 1u); // the second one is under way

    std::vector<std::unique_ptr<raw_connection>> held;
    for (int i = 0; i < 64; ++i) { // each served once, then idle
        held.push_back(std::make_unique<raw_connection>(s.stage.io, s.endpoint->tcp_port()));
        held.back()->send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        ASSERT_THAT(held.back()->some(), testing::StartsWith("HTTP/1.1 200 ")) << i;
    }
    for (int i = 0; i < 3; ++i) {
        raw_connection more(s.stage.io, s.endpoint->tcp_port());
        EXPECT_THAT(more.rest(), testing::StartsWith("HTTP/1.1 503 ")); // at once, before it has asked for anything
    }
    EXPECT_EQ(s.local("GET", "/healthz").status, 200); // the socket has a cap of its own
    EXPECT_THAT(s.dropped, testing::ElementsAre("full", "full", "full"));

    s.stage.pass(std::chrono::minutes(20));
    EXPECT_EQ(s.stage.begins("staff").size(), 4u);
    EXPECT_FALSE(s.stage.runner.overlapping);
    for (auto& c : held) { // and those who were in stay in
        c->send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        EXPECT_THAT(c->some(), testing::StartsWith("HTTP/1.1 200 "));
    }
    held.clear();
    s.stage.settle();
    EXPECT_EQ(s.tcp("GET", "/healthz").status(), 200);
}

TEST(admin_refuses, idle_connections_after_a_while)
{
    admin::endpoint_settings small;
    small.idle = milliseconds(60);
    small.max_connections = 2;
    admin_stage s(small);
    raw_connection a(s.stage.io, s.endpoint->tcp_port()), b(s.stage.io, s.endpoint->tcp_port());
    a.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(a.some(), testing::StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(a.rest(), ""); // closed
    EXPECT_EQ(b.rest(), "");
    EXPECT_EQ(s.tcp("GET", "/healthz").status(), 200); // and their places are free
}

} // namespace idferry::test
