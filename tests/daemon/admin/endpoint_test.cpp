// What the admin endpoint answers: jobs, plans, reload, quarantine, health; on the socket and over TCP.
#include "daemon/admin/assets.hpp"
#include "tests/daemon/admin/admin_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

#include <fstream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace idferry::test {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

mapping::json body_of(const connectors::http::response& r)
{
    return admin_stage::json_of(r.body);
}

} // namespace

TEST(admin_endpoint, the_socket_needs_no_token_and_belongs_to_its_group)
{
    admin_stage s;
    struct stat found{};
    ASSERT_EQ(::stat((s.folder.path + "/admin.sock").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0660u);
    EXPECT_EQ(s.local("GET", "/api/v1/jobs/1").status, 404);
    EXPECT_EQ(s.local("POST", "/api/v1/syncs/staff/run", "{}").status, 202);
    ASSERT_FALSE(s.told.empty());
    EXPECT_EQ(s.told.back().peer, "uid " + std::to_string(::getuid()));
}

TEST(admin_endpoint, a_run_is_a_job_of_the_service)
{
    admin_stage s;
    const auto taken = s.tcp("POST", "/api/v1/syncs/staff/run", R"({"refresh":true,"allow":["max_removals=0a1b"]})");
    ASSERT_EQ(taken.status(), 202);
    const auto id = admin_stage::json_of(taken.body())["job"].get<int>();
    EXPECT_EQ(taken.header("Location"), "/api/v1/jobs/" + std::to_string(id));
    s.stage.settle();
    ASSERT_EQ(s.stage.runner.begun.size(), 1u);
    EXPECT_EQ(s.stage.runner.begun[0].sync, "staff");
    EXPECT_TRUE(s.stage.runner.begun[0].full);
    EXPECT_TRUE(s.stage.runner.begun[0].pushing);
    const auto job = body_of(s.local("GET", "/api/v1/jobs/" + std::to_string(id)));
    EXPECT_EQ(job["job"], id);
    EXPECT_EQ(job["sync"], "staff");
    EXPECT_EQ(job["kind"], "run");
    EXPECT_EQ(job["state"], "done");
    EXPECT_EQ(job["exit_code"], 0);
    EXPECT_EQ(job["by"], "127.0.0.1");
}

TEST(admin_endpoint, a_plan_writes_nothing_and_waits_for_what_is_under_way)
{
    admin_stage s;
    s.stage.runner.takes["staff"] = std::chrono::minutes(1);
    ASSERT_EQ(s.local("POST", "/api/v1/syncs/staff/run", "{}").status, 202);
    ASSERT_EQ(s.local("POST", "/api/v1/syncs/staff/plan", "{}").status, 202);
    EXPECT_EQ(body_of(s.local("GET", "/api/v1/jobs/2"))["state"], "waiting");
    EXPECT_EQ(body_of(s.local("GET", "/api/v1/jobs/1"))["state"], "running");
    EXPECT_TRUE(body_of(s.local("GET", "/api/v1/jobs/1"))["exit_code"].is_null());
    s.stage.pass(std::chrono::minutes(3));
    EXPECT_EQ(body_of(s.local("GET", "/api/v1/jobs/2"))["state"], "done");
    ASSERT_EQ(s.stage.runner.begun.size(), 2u);
    EXPECT_FALSE(s.stage.runner.begun[1].pushing);
    EXPECT_FALSE(s.stage.runner.overlapping);
}

TEST(admin_endpoint, mistakes_of_the_caller_are_named)
{
    admin_stage s;
    const auto error = [&](const std::string& path, const std::string& body) {
        const auto a = s.local("POST", path, body);
        return std::to_string(a.status) + " " + body_of(a)["error"].get<std::string>();
    };
    EXPECT_THAT(error("/api/v1/syncs/nobody/run", "{}"), AllOf(HasSubstr("404"), HasSubstr("no sync 'nobody'")));
    EXPECT_THAT(error("/api/v1/syncs/staff/run", "{\"refersh\":true}"), AllOf(HasSubstr("400"), HasSubstr("refersh")));
    EXPECT_THAT(error("/api/v1/syncs/staff/run", "{\"refresh\":\"yes\"}"), HasSubstr("true or false"));
    EXPECT_THAT(error("/api/v1/syncs/staff/run", "{\"allow\":[\"max_removals\"]}"), HasSubstr("GUARD=DIGEST"));
    EXPECT_THAT(error("/api/v1/syncs/staff/run", "[]"), HasSubstr("must be a JSON object"));
    EXPECT_THAT(error("/api/v1/syncs/staff/run", "{"), HasSubstr("not JSON"));
    EXPECT_THAT(error("/api/v1/syncs/staff/explain", "{}"), HasSubstr("'key'"));
    EXPECT_THAT(error("/api/v1/syncs/staff/quarantine/release", "{}"),
                AllOf(HasSubstr("409"), HasSubstr("not in quarantine")));
    EXPECT_EQ(s.local("GET", "/api/v1/syncs/staff/plan").status, 404);
    EXPECT_EQ(s.local("GET", "/api/v1/jobs/x").status, 404);
    EXPECT_EQ(s.local("GET", "/api/v1/jobs/18446744073709551616").status, 404);
}

TEST(admin_endpoint, reload_takes_a_good_file_and_says_what_is_wrong_with_a_bad_one)
{
    admin_stage s;
    EXPECT_EQ(s.local("POST", "/api/v1/reload", "{}").status, 200);
    const auto good = s.stage.text;
    s.stage.text = "syncs: {}\n";
    const auto refused = s.local("POST", "/api/v1/reload", "{}");
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(body_of(refused)["mistakes"].dump(), HasSubstr("idferry.yaml:1"));
    EXPECT_EQ(s.local("POST", "/api/v1/syncs/staff/run", "{}").status, 202); // the old one stays in force
    s.stage.text = good;
    EXPECT_EQ(s.local("POST", "/api/v1/reload").status, 200); // an empty body is {}
}

TEST(admin_endpoint, a_quarantine_is_released_by_hand)
{
    admin_stage s;
    s.stage.runner.target_fails["staff"] = "it is down";
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(s.local("POST", "/api/v1/syncs/staff/run", "{}").status, 202);
        s.stage.settle();
    }
    ASSERT_EQ(body_of(s.local("GET", "/readyz"))["status"], "ready"); // the other sync is well
    s.stage.runner.target_fails["staff"].clear();
    EXPECT_EQ(s.local("POST", "/api/v1/syncs/staff/quarantine/release", "{}").status, 200);
    EXPECT_THAT(s.stage.observed.lines, testing::Contains("released staff by uid " + std::to_string(::getuid())));
    EXPECT_EQ(s.local("POST", "/api/v1/syncs/staff/quarantine/release", "{}").status, 409);
}

TEST(admin_endpoint, is_not_ready_when_every_sync_is_in_quarantine)
{
    admin_stage s;
    for (const char* sync : {"staff", "sales"}) {
        s.stage.runner.target_fails[sync] = "it is down";
        for (int i = 0; i < 3; ++i) {
            ASSERT_EQ(s.local("POST", "/api/v1/syncs/" + std::string(sync) + "/run", "{}").status, 202);
            s.stage.settle();
        }
    }
    const auto a = s.tcp("GET", "/readyz");
    EXPECT_EQ(a.status(), 503);
    EXPECT_THAT(a.body(), AllOf(HasSubstr("quarantine"), Not(HasSubstr("staff")))); // told without a token
    EXPECT_EQ(s.tcp("GET", "/healthz").status(), 200);
}

TEST(admin_endpoint, a_rotated_token_is_taken_up_and_the_old_one_is_worth_nothing)
{
    admin_stage s;
    s.file_token = "another-token-0123456789abcdef";
    const auto with = [&](const std::string& token) {
        return s
            .raw("GET /api/v1/jobs/1 HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nAuthorization: Bearer " + token +
                 "\r\n\r\n")
            .status();
    };
    EXPECT_EQ(with(admin_stage::token), 404); // let in
    EXPECT_EQ(s.endpoint->reloaded(daemon::run::admin_settings()).token_trouble, "");
    EXPECT_EQ(with(admin_stage::token), 401);
    EXPECT_EQ(with(s.file_token), 404);
    s.file_token = "short";
    EXPECT_THAT(s.endpoint->reloaded(daemon::run::admin_settings()).token_trouble, HasSubstr("16 characters"));
    EXPECT_EQ(with("short"), 401);
}

TEST(admin_endpoint, a_token_that_is_too_short_is_refused_at_the_start)
{
    scratch_folder folder;
    service_stage stage(std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}, {{"staff", ""}});
    stage.settle();
    const auto figures = admin::make_metrics(stage.time, *stage.store);
    admin::endpoint_settings settings;
    settings.where.socket = folder.path + "/a.sock";
    settings.where.tcp.emplace();
    settings.any_port = true;
    const auto secrets = [](const config::secret_ref&) -> std::variant<config::secret, std::string> {
        return config::secret("secret");
    };
    try {
        admin::open_endpoint(stage.io.get_executor(), settings, {{*stage.daemon, *figures}, secrets, {}});
        ADD_FAILURE() << "it was opened";
    } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), AllOf(HasSubstr("16 characters"), Not(HasSubstr("secret\""))));
    }
    stage.settle();
    EXPECT_NE(::access(settings.where.socket.c_str(), F_OK), 0); // and nothing is left of it
}

TEST(admin_endpoint, has_what_its_document_lists)
{
    admin_stage s;
    std::set<std::string> documented;
    std::ifstream page(IDFERRY_SOURCE_DIR "/docs/admin-endpoint.md");
    for (std::string line; std::getline(page, line);)
        if (line.starts_with("| `GET ") || line.starts_with("| `POST "))
            documented.insert(line.substr(3, line.find('`', 3) - 3));
    const auto routes = s.endpoint->routes();
    EXPECT_EQ(std::set<std::string>(routes.begin(), routes.end()), documented);
}

TEST(admin_endpoint, pages_need_no_token_and_load_nothing_from_elsewhere)
{
    admin_stage s;
    for (const auto& a : admin::assets()) {
        const auto get = [&](const std::string& more) {
            return s.raw("GET " + std::string(a.path) + " HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n" + more +
                         "\r\n");
        };
        const auto page = get("");
        EXPECT_EQ(page.status(), 200) << a.path;
        EXPECT_EQ(page.body(), a.content);
        EXPECT_EQ(page.header("Content-Type"), a.content_type);
        EXPECT_EQ(page.header("Cache-Control"), "no-cache");
        EXPECT_THAT(page.header("Content-Security-Policy"),
                    AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self'"),
                          HasSubstr("frame-ancestors 'none'"), Not(HasSubstr("unsafe"))));
        const auto again = get("If-None-Match: " + page.header("ETag") + "\r\n");
        EXPECT_EQ(again.status(), 304);
        EXPECT_EQ(again.body(), "");
    }
}

TEST(admin_endpoint, requests_are_told_without_queries)
{
    admin_stage s;
    s.local("GET", "/api/v1/jobs/7?q=anna");
    ASSERT_FALSE(s.told.empty());
    const auto& a = s.told.back();
    EXPECT_EQ(a.method, "GET");
    EXPECT_EQ(a.path, "/api/v1/jobs/7");
    EXPECT_EQ(a.status, 404);
}

} // namespace idferry::test
