// What the admin endpoint refuses, over both its doors, while the daemon pushes to a target that takes its time; and
// what the target has in the end. tests/daemon/admin has every case of each refusal.
#include "tests/e2e/admin_doors.hpp"
#include "tests/e2e/running_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace idferry::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int cap = 64; // docs/admin-endpoint.md

const std::string status_path = "/api/v1/status";
const std::string run_path = "/api/v1/syncs/staff-to-showpad/run";

class admin_refuses_during_a_push : public testing::Test
{
protected:
    admin_refuses_during_a_push() : s({120, 6, 7, "user_list"}), doors(s)
    {
        s.replace_in_config("    target: showpad\n", "    target: showpad\n    schedule: {every: 100d}\n");
        // Four people in five seconds, until it is told otherwise: the push outlasts whatever is tried.
        s.control("POST", "faults",
                  {{"server", "showpad"}, {"method", "POST"}, {"kind", "slow"}, {"delay_ms", 5000}, {"count", -1}});
        daemon.emplace(s);
        EXPECT_TRUE(daemon->told().wait_for("STATUS=", "pushing"));
    }

    void expect_pushing(const admin_door& door)
    {
        const auto status = door.get(status_path);
        ASSERT_TRUE(status.is_object());
        EXPECT_EQ(status["syncs"][0]["state"], "running") << status.dump(2);
        EXPECT_EQ(door.get("/api/v1/syncs/staff-to-showpad/history")["cycles"].size(), 0U);
    }

    // A refusal tells one sentence, and never the token.
    void expect_refused(const admin_answer& a, int status, const std::string& what)
    {
        EXPECT_EQ(a.status(), status) << what << "\n" << a.all.substr(0, 400);
        const auto told = json::parse(a.body(), nullptr, false);
        ASSERT_TRUE(told.is_object()) << what << "\n" << a.all.substr(0, 400);
        EXPECT_NE(told.value("error", ""), "") << what;
        EXPECT_THAT(a.all, Not(HasSubstr(doors.token))) << what;
    }

    // The push ends, and the target has everybody once.
    void finish()
    {
        s.control("DELETE", "faults");
        ASSERT_TRUE(daemon->at_rest());
        const auto target = s.target();
        EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(target, s.owner(), false)), "");
        for (const auto* door : doors.both()) {
            const auto history = door->get("/api/v1/syncs/staff-to-showpad/history")["cycles"];
            ASSERT_EQ(history.size(), 1U) << "one cycle and no other: " << history.dump(2);
            EXPECT_EQ(history[0]["exit_code"], 0) << history.dump(2);
        }
    }

    stage s;
    admin_doors doors;
    std::optional<running_daemon> daemon;
};

TEST_F(admin_refuses_during_a_push, whoever_may_not_and_whatever_is_not_right)
{
    expect_pushing(doors.socket);
    expect_pushing(doors.tcp); // the right token signs in

    auto nobody = doors.tcp;
    nobody.authorization = "";
    auto stranger = doors.tcp;
    stranger.authorization = "Authorization: Bearer " + std::string(doors.token.size(), '0') + "\r\n";
    for (const auto* door : {&nobody, &stranger}) {
        for (const char* path : {"/api/v1/status", "/metrics", "/api/v1/nothing"})
            expect_refused(door->ask("GET", path), 401, path);
        expect_refused(door->ask("POST", run_path, "{}"), 401, run_path);
        EXPECT_EQ(door->ask("GET", "/healthz").status(), 200);
    }
    for (const auto* door : doors.both()) {
        SCOPED_TRACE(door->name);
        EXPECT_EQ(door->ask("POST", run_path, "{}" + std::string(1024 * 1024, ' ')).status(), 413);
        EXPECT_EQ(door->raw(door->request("GET", status_path, "", "X-Large: " + std::string(20 * 1024, 'x') + "\r\n"))
                      .status(),
                  431);
        for (const char* path : {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                                 "/api/v1/..%2f..%2f..%2fetc%2fpasswd", "/index.html%00.txt"})
            expect_refused(door->ask("GET", path), 400, path);
        for (const char* more :
             {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n"})
            expect_refused(door->raw(door->request("POST", run_path, "{}", more)), 403, more);
        expect_refused(door->ask("GET", "/api/v1/jobs/1"), 404, "nothing of all this began anything");
    }
    expect_pushing(doors.socket);
    expect_pushing(doors.tcp);
    finish();

    // And with the right token something may be done.
    s.control("POST", "bareid/users", newcomer());
    daemon->told().drain();
    const auto begun = doors.tcp.ask("POST", run_path, "{}");
    EXPECT_EQ(begun.status(), 202) << begun.all;
    ASSERT_TRUE(daemon->told().wait_for("STATUS=", "; running: "));
    ASSERT_TRUE(daemon->at_rest());
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)), "");
    const auto ended = daemon->stop();
    EXPECT_EQ(ended.code, 0) << ended.text();
    EXPECT_FALSE(messages(ended.err, "IDF-9004").empty()) << "refusals are told: " << ended.text();
    EXPECT_THAT(ended.err, Not(HasSubstr(doors.token)));
}

// As many connections as a door takes: a header and a body that never end, and others that are served and fall silent.
std::vector<std::unique_ptr<admin_connection>> filled(const admin_door& door)
{
    std::vector<std::unique_ptr<admin_connection>> held;
    for (int i = 0; i < cap; ++i) {
        auto c = door.connect();
        if (!c) {
            ADD_FAILURE() << "only " << i << " connections are taken";
            break;
        }
        if (i == 0) {
            c->send("GET /healthz HTTP/1.1\r\nHost: " + door.host + "\r\nX: ");
        } else if (i == 1) {
            c->send("POST " + run_path + " HTTP/1.1\r\nHost: " + door.host + "\r\n" + door.authorization +
                    "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
        } else {
            c->send("GET /healthz HTTP/1.1\r\nHost: " + door.host + "\r\n\r\n");
            EXPECT_THAT(c->some(), StartsWith("HTTP/1.1 200 ")) << i;
        }
        held.push_back(std::move(c));
    }
    return held;
}

TEST_F(admin_refuses_during_a_push, who_is_slow_says_nothing_or_is_one_too_many)
{
    const auto before = s.requests("showpad", "POST");
    const auto locals = filled(doors.socket);
    ASSERT_EQ(locals.size(), static_cast<std::size_t>(cap));
    for (int i = 0; i < 3; ++i) // at once, before it has asked for anything
        EXPECT_THAT(doors.socket.raw("").all, StartsWith("HTTP/1.1 503 "));
    expect_pushing(doors.tcp); // each door has a cap of its own
    const auto remotes = filled(doors.tcp);
    ASSERT_EQ(remotes.size(), static_cast<std::size_t>(cap));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(doors.tcp.raw("").all, "") << "over TLS it is closed";

    // After 15 s the daemon sends them away, and their places are free.
    for (const auto* held : {&locals, &remotes}) {
        EXPECT_THAT(held->at(0)->rest(), StartsWith("HTTP/1.1 408 "));
        EXPECT_THAT(held->at(1)->rest(), StartsWith("HTTP/1.1 408 "));
        for (std::size_t i = 2; i < held->size(); ++i) EXPECT_EQ(held->at(i)->rest(), "") << i;
    }
    EXPECT_GT(s.requests("showpad", "POST"), before) << "the push did not wait for them";
    expect_pushing(doors.socket);
    expect_pushing(doors.tcp);
    finish();
    const auto ended = daemon->stop();
    EXPECT_EQ(ended.code, 0) << ended.text();
    EXPECT_FALSE(messages(ended.err, "IDF-9003").empty()) << ended.text();
    EXPECT_FALSE(messages(ended.err, "IDF-9006").empty()) << ended.text();
}

} // namespace
} // namespace idferry::e2e
