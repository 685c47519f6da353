// The real daemon, asked over its admin socket by the real commands.
#include "tests/e2e/notify_socket.hpp"
#include "tests/e2e/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

namespace idferry::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

json status_of(stage& s, int code)
{
    const auto run = s.run({"status", "--format", "json"});
    EXPECT_EQ(run.code, code) << run.text();
    const auto status = json::parse(run.out, nullptr, false);
    EXPECT_TRUE(status.is_object()) << run.text();
    return status;
}

TEST(daemon_admin, commands_ask_it_and_are_told_when_it_is_gone)
{
    stage s({60, 6, 7, "user_list"});
    const auto socket = s.folder() + "/admin.sock";
    s.replace_in_config("    target: showpad\n", "    target: showpad\n    schedule: {every: 100d}\n");
    s.write_config(s.config_text() + "admin: {socket: " + socket + "}\n");
    const auto good = s.config_text();

    const auto early = s.run({"run-now"});
    EXPECT_EQ(early.code, 1);
    EXPECT_THAT(early.err, HasSubstr("nobody answers on " + socket));
    auto status = status_of(s, 0);
    EXPECT_EQ(status["daemon"]["answers"], false);
    EXPECT_THAT(status["daemon"]["why_not"].get<std::string>(), HasSubstr("nobody answers on " + socket));
    EXPECT_EQ(status["syncs"][0]["next"], nullptr);
    EXPECT_THAT(s.run({"status"}).out, HasSubstr("no daemon answers"));

    notify_socket told(s.folder() + "/notify");
    auto daemon = s.start({"run", "--log", "json"});
    ASSERT_TRUE(told.wait_for("READY=1"));
    ASSERT_TRUE(told.wait_for("STATUS=", "; next: "));
    status = status_of(s, 0);
    EXPECT_EQ(status["daemon"], json({{"answers", true}, {"why_not", nullptr}}));
    EXPECT_TRUE(status["started"].is_string());
    EXPECT_TRUE(status["syncs"][0]["next"].is_string()) << "only the daemon knows when";
    EXPECT_EQ(status["config"]["error"], nullptr);
    auto text = s.run({"status"}).out;
    EXPECT_THAT(text, HasSubstr("running since"));
    EXPECT_THAT(text, Not(HasSubstr("no daemon answers")));

    s.control("POST", "bareid/users", newcomer());
    const auto ran = s.run({"run-now"});
    EXPECT_EQ(ran.code, 0) << ran.text();
    EXPECT_THAT(ran.out, HasSubstr("pushed"));
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)), "");

    EXPECT_EQ(s.run({"reload"}).code, 0);
    s.replace_in_config("userName", "userNam");
    const auto refused = s.run({"reload"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("idferry.yaml:")) << "the place of the mistake";
    // What is in the file now is one thing, what the daemon made of it another: it was mended and not read again.
    s.write_config(good);
    status = status_of(s, 1);
    EXPECT_THAT(status["config"]["error"].get<std::string>(), HasSubstr("userNam"));
    text = s.run({"status"}).out;
    EXPECT_THAT(text, HasSubstr("the changed configuration has mistakes, the one before stays in force"));
    // Another state is none of this daemon's business.
    std::filesystem::create_directory(s.folder() + "/other");
    process asked({"status", "-c", s.config(), "--state", s.folder() + "/other", "--format", "json"},
                  s.folder() + "/other-state");
    const auto other = json::parse(asked.wait().out, nullptr, false);
    ASSERT_TRUE(other.is_object());
    EXPECT_THAT(other["daemon"]["why_not"].dump(), HasSubstr("another state"));
    EXPECT_EQ(s.run({"reload"}).code, 0);

    daemon->signal(SIGTERM);
    const auto ended = daemon->wait();
    EXPECT_EQ(ended.code, 0) << ended.text();
    EXPECT_THAT(ended.err, HasSubstr("IDF-9001"));
    EXPECT_FALSE(std::filesystem::exists(socket));
    EXPECT_EQ(s.run({"reload"}).code, 1);
}

// The daemon is the only writer of its state, so the one-shot commands have it do the work.
TEST(daemon_admin, sync_and_apply_are_carried_out_by_the_daemon)
{
    stage s({60, 6, 7, "user_list"});
    s.write_config(s.config_text() + "admin: {socket: " + s.folder() + "/admin.sock}\n");
    notify_socket told(s.folder() + "/notify");
    auto daemon = s.start({"run", "--log", "json"});
    ASSERT_TRUE(told.wait_for("READY=1"));

    const auto first = s.run({"sync"});
    EXPECT_EQ(first.code, 0) << first.text();
    EXPECT_THAT(first.out, HasSubstr("to create"));
    EXPECT_THAT(first.out, HasSubstr("Done: "));
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)), "");
    const auto again = s.run({"sync", "--format", "json"});
    EXPECT_EQ(again.code, 0) << again.text();
    const auto plan = json::parse(again.out, nullptr, false);
    EXPECT_TRUE(plan.is_object()) << again.out;

    s.control("POST", "bareid/users", newcomer());
    const auto file = s.folder() + "/one.plan";
    EXPECT_EQ(s.run({"plan", "staff-to-showpad", "--out", file}).code, 2);
    const auto before = s.target();
    const auto in_force = s.config_text();
    s.write_config(in_force + "# a line more\n");
    const auto other = s.run({"sync"});
    EXPECT_EQ(other.code, 1) << other.text();
    EXPECT_THAT(other.err, HasSubstr("idferry reload"));
    EXPECT_EQ(s.target(), before) << "nothing is pushed with a configuration that is not in force";

    s.write_config(in_force);
    const auto applied = s.run({"apply", file});
    EXPECT_EQ(applied.code, 0) << applied.text();
    EXPECT_THAT(applied.out, HasSubstr("1 to create"));
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)), "");
    const auto old = s.run({"apply", file});
    EXPECT_EQ(old.code, 1) << old.text();
    EXPECT_THAT(old.err, HasSubstr("moved since the plan was saved"));

    daemon->signal(SIGTERM);
    EXPECT_EQ(daemon->wait().code, 0);
}

TEST(daemon_admin, status_shows_what_runs_and_how_far_it_is)
{
    stage s({60, 6, 7, "user_list"});
    s.replace_in_config("    target: showpad\n", "    target: showpad\n    schedule: {every: 100d}\n");
    s.write_config(s.config_text() + "admin: {socket: " + s.folder() + "/admin.sock}\n");
    s.knob("showpad", "latency_ms", 20000); // no answer while the test runs
    notify_socket told(s.folder() + "/notify");
    auto daemon = s.start({"run", "--log", "json"});
    ASSERT_TRUE(told.wait_for("READY=1"));
    ASSERT_TRUE(told.wait_for("STATUS=", "; running: "));
    const auto status = status_of(s, 0);
    const auto& sync = status["syncs"][0];
    EXPECT_EQ(sync["state"], "running") << sync.dump();
    EXPECT_EQ(sync["trigger"], "schedule");
    EXPECT_TRUE(sync["running_since"].is_string());
    EXPECT_THAT(s.run({"status"}).out, HasSubstr("staff-to-showpad began "));
    daemon->signal(SIGTERM);
    EXPECT_EQ(daemon->wait().code, 0);
}

} // namespace
} // namespace idferry::e2e
