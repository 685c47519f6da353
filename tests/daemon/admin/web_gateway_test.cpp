// `idferry web`: one address for one browser, in front of the daemon's socket.
#include "daemon/admin/web_gateway.hpp"
#include "tests/daemon/admin/admin_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::test {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

struct web_stage
{
    web_stage() : gateway(admin::open_gateway(s.stage.io.get_executor(), {.socket = s.folder.path + "/admin.sock"}))
    {
        const auto url = gateway->url();
        host = "127.0.0.1:" + std::to_string(gateway->port());
        once = url.substr(url.find("#token=") + 7);
    }
    ~web_stage()
    {
        gateway.reset();
        s.stage.settle();
    }
    raw_answer ask(const std::string& first, const std::string& more = "", const std::string& body = "",
                   const std::string& as = "")
    {
        raw_connection c(s.stage.io, gateway->port());
        c.send(first + " HTTP/1.1\r\nHost: " + (as.empty() ? host : as) + "\r\nConnection: close\r\n" + more +
               (body.empty()
                    ? ""
                    : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
               "\r\n" + body);
        return {c.rest()};
    }
    raw_answer exchange(const std::string& token) { return ask("POST /session", "", "{\"token\":\"" + token + "\"}"); }
    static std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

    admin_stage s;
    std::unique_ptr<admin::web_gateway> gateway;
    std::string host, once;
};

} // namespace

TEST(web_gateway, its_address_is_good_for_one_session)
{
    web_stage w;
    EXPECT_EQ(w.gateway->url(), "http://" + w.host + "/#token=" + w.once);
    EXPECT_EQ(w.once.size(), 64u);
    const auto opened = w.exchange(w.once);
    ASSERT_EQ(opened.status(), 200);
    const auto session = admin_stage::json_of(opened.body())["session"].get<std::string>();
    EXPECT_NE(session, w.once);
    EXPECT_EQ(w.exchange(w.once).status(), 403);                                      // used up
    EXPECT_EQ(w.ask("GET /api/v1/jobs/1", web_stage::bearer(session)).status(), 404); // the daemon's own answer
    EXPECT_EQ(w.ask("GET /api/v1/jobs/1", web_stage::bearer(w.once)).status(), 401);
    EXPECT_EQ(w.ask("GET /api/v1/jobs/1").status(), 401);
    EXPECT_EQ(w.ask("GET /metrics").status(), 401);
    EXPECT_EQ(w.ask("GET /healthz").status(), 200);
    const auto ran =
        w.ask("POST /api/v1/syncs/staff/run", web_stage::bearer(session) + "Origin: http://" + w.host + "\r\n", "{}");
    EXPECT_EQ(ran.status(), 202);
    EXPECT_THAT(ran.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
}

TEST(web_gateway, guessing_ends_the_address)
{
    web_stage w;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(w.exchange("wrong").status(), 403);
    EXPECT_EQ(w.exchange(w.once).status(), 403);
}

TEST(web_gateway, other_pages_and_names_are_refused)
{
    web_stage w;
    EXPECT_EQ(w.ask("GET /", "", "", "evil.example").status(), 421);
    EXPECT_EQ(w.ask("GET /", "", "", "127.0.0.1:1").status(), 421);
    EXPECT_NE(w.ask("GET /healthz", "", "", "localhost" + w.host.substr(9)).status(), 421);
    EXPECT_EQ(w.ask("POST /session", "Origin: http://evil.example\r\n", "{\"token\":\"" + w.once + "\"}").status(),
              403);
    EXPECT_EQ(w.ask("POST /session", "Sec-Fetch-Site: cross-site\r\n", "{\"token\":\"" + w.once + "\"}").status(), 403);
    EXPECT_EQ(w.exchange(w.once).status(), 200); // none of these used it up
    EXPECT_EQ(w.ask("GET /session").status(), 405);
    EXPECT_EQ(w.ask("GET /../etc/passwd").status(), 400);
    EXPECT_EQ(w.ask("POST /session", "", "nonsense").status(), 400);
}

TEST(web_gateway, says_when_the_daemon_is_gone)
{
    web_stage w;
    const auto opened = w.exchange(w.once);
    const auto session = admin_stage::json_of(opened.body())["session"].get<std::string>();
    w.s.endpoint->stop();
    w.s.stage.settle();
    const auto a = w.ask("GET /api/v1/jobs/1", web_stage::bearer(session));
    EXPECT_EQ(a.status(), 502);
    EXPECT_THAT(a.body(), AllOf(HasSubstr("does not answer"), Not(HasSubstr(session))));
}

} // namespace idferry::test
