// The real daemon: it tells its service manager what it does, and that is what these tests wait for.
#include "tests/e2e/running_daemon.hpp"
#include "tests/e2e/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

namespace idferry::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

// Not due again while a test runs.
constexpr const char* once = "schedule: {every: 100d}";

void use_schedule(stage& s, const char* schedule)
{
    s.replace_in_config("    target: showpad\n", "    target: showpad\n    " + std::string(schedule) + "\n");
}

TEST(daemon, says_when_it_is_ready_and_runs_what_is_due)
{
    stage s({60, 6, 7, "user_list"});
    use_schedule(s, once);
    running_daemon d(s);
    ASSERT_TRUE(d.told().wait_for("READY=1"));
    ASSERT_TRUE(d.at_rest());
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)), "");
    // Commands that read work beside it, and a second daemon does not.
    EXPECT_EQ(s.plan().code, 0);
    EXPECT_EQ(s.run({"run", "--log", "json"}).code, 5);
    const auto ended = d.stop();
    EXPECT_EQ(ended.code, 0) << ended.text();
    EXPECT_EQ(messages(ended.err, "IDF-1001").size(), 1u) << ended.text();
    EXPECT_EQ(messages(ended.err, "IDF-3003").size(), 1u) << ended.text();
    EXPECT_EQ(messages(ended.err, "IDF-1004").size(), 1u) << ended.text();
    EXPECT_TRUE(d.told().wait_for("STOPPING=1"));
    EXPECT_EQ(ended.out, "") << "messages go to stderr";
}

TEST(daemon, a_reload_takes_a_good_file_and_refuses_a_bad_one)
{
    stage s({60, 6, 7, "user_list"});
    use_schedule(s, once);
    const auto good = s.config_text();
    running_daemon d(s);
    ASSERT_TRUE(d.told().wait_for("READY=1"));
    ASSERT_TRUE(d.at_rest());

    d.told().drain();
    s.replace_in_config("userName", "userNam");
    d.running().signal(SIGHUP);
    ASSERT_TRUE(d.told().wait_for("RELOADING=1"));
    ASSERT_TRUE(d.told().wait_for("READY=1"));
    ASSERT_TRUE(d.told().wait_for("STATUS=", "the changed configuration has mistakes"));
    // The old one is in force: a newcomer is mapped by it.
    s.control("POST", "bareid/users", newcomer());
    ASSERT_TRUE(d.cycle());
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");

    // A good one is taken: its rule changes everybody.
    s.write_config(good);
    s.replace_in_config("familyName: name.familyName", "familyName: {template: \"{name.familyName} (new)\"}");
    d.told().drain();
    d.running().signal(SIGHUP);
    ASSERT_TRUE(d.told().wait_for("RELOADING=1"));
    ASSERT_TRUE(d.told().wait_for("READY=1"));
    s.replace_in_config("max_changes: 50%", "max_changes: 100%");
    d.running().signal(SIGHUP);
    ASSERT_TRUE(d.told().wait_for("READY=1"));
    ASSERT_TRUE(d.cycle());
    std::size_t renamed = 0, people = 0;
    for (const auto& line : lines_of_target(s.target(), s.owner()))
        if (line.starts_with("person ")) {
            ++people;
            renamed += line.find(" (new) | ") != std::string::npos ? 1 : 0;
        }
    EXPECT_EQ(renamed, people);
    EXPECT_GT(people, 0u);

    const auto ended = d.stop();
    const auto mistakes = messages(ended.err, "IDF-2001");
    ASSERT_FALSE(mistakes.empty()) << ended.text();
    EXPECT_THAT(mistakes.front().dump(), HasSubstr("idferry.yaml:"));
    EXPECT_THAT(mistakes.front().dump(), HasSubstr("userNam"));
    EXPECT_EQ(messages(ended.err, "IDF-2006").size(), 1u);
    EXPECT_EQ(messages(ended.err, "IDF-2005").size(), 2u);
}

TEST(daemon, picks_up_a_rotated_token_without_a_restart)
{
    stage s({60, 6, 7, "user_list"});
    use_schedule(s, once);
    const auto token_file = s.folder() + "/rotated.token";
    const auto write_token = [&](bool expired) {
        const auto made = s.control("POST", "showpad/tokens", {{"user", s.owner()}, {"expired", expired}});
        s.give_secret("rotated.token", made["token"].get<std::string>());
        return made["token"].get<std::string>();
    };
    write_token(false);
    const auto text = s.config_text();
    const auto at = text.find("bearer: {");
    ASSERT_NE(at, std::string::npos);
    s.replace_in_config(text.substr(at, text.find('}', at) + 1 - at), "bearer: {file: " + token_file + "}");

    running_daemon d(s);
    ASSERT_TRUE(d.told().wait_for("READY=1"));
    ASSERT_TRUE(d.at_rest());
    s.control("POST", "bareid/users", newcomer("first.one"));
    const auto dead = write_token(true);
    ASSERT_TRUE(d.cycle());
    EXPECT_THAT(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), HasSubstr("first.one"));
    const auto alive = write_token(false);
    ASSERT_TRUE(d.cycle());
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
    const auto ended = d.stop();
    EXPECT_THAT(ended.err, Not(HasSubstr(dead)));
    EXPECT_THAT(ended.err, Not(HasSubstr(alive)));
    EXPECT_FALSE(messages(ended.err, "IDF-3005").empty()) << ended.text();
    EXPECT_EQ(messages(ended.err, "IDF-8002").size(), 2u) << "each change of the file is told: " << ended.text();
    EXPECT_EQ(messages(ended.err, "IDF-6004").size(), 1u) << "refused: " << ended.text();
    EXPECT_EQ(messages(ended.err, "IDF-6003").size(), 1u) << "and back: " << ended.text();
}

TEST(daemon, a_stop_in_the_middle_of_a_push_ends_in_two_seconds_and_loses_nothing)
{
    stage s({400, 20, 7, "user_list"});
    use_schedule(s, once);
    s.knob("showpad", "latency_ms", 20);
    {
        running_daemon d(s);
        ASSERT_TRUE(d.told().wait_for("STATUS=", "pushing"));
        const auto asked = std::chrono::steady_clock::now();
        const auto ended = d.stop();
        EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(slow_build ? 4 : 2));
        EXPECT_EQ(ended.code, 0) << ended.text();
    }
    EXPECT_NE(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)), "")
        << "it was to be stopped before its end";
    s.knob("showpad", "latency_ms", 0);
    {
        running_daemon d(s);
        ASSERT_TRUE(d.told().wait_for("READY=1"));
        ASSERT_TRUE(d.at_rest());
        if (difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)) != "") {
            ASSERT_TRUE(d.cycle());
        }
        EXPECT_EQ(d.stop().code, 0);
    }
    const auto target = s.target();
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(target, s.owner(), false)), "");
    std::set<std::string> keys;
    for (const auto& u : target["users"])
        EXPECT_TRUE(keys.insert(u[1].get<std::string>()).second) << "twice: " << u.dump();
    EXPECT_EQ(s.plan().code, 0);
}

TEST(daemon, a_stop_while_the_target_does_not_answer_ends_in_two_seconds)
{
    stage s({60, 6, 7, "user_list"});
    use_schedule(s, once);
    s.knob("showpad", "latency_ms", 20000); // no answer while the test runs
    running_daemon d(s);
    ASSERT_TRUE(d.told().wait_for("STATUS=", "running"));
    const auto asked = std::chrono::steady_clock::now();
    const auto ended = d.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(slow_build ? 4 : 2));
    EXPECT_EQ(ended.code, 0) << ended.text();
    s.knob("showpad", "latency_ms", 0);
    EXPECT_EQ(s.run({"sync"}).code, 0);
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner(), false)), "");
}

} // namespace
} // namespace idferry::e2e
