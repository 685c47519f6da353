// What the commands promise: `plan` writes nothing, `apply` does exactly what was shown, a refusal can be overridden
// for exactly what it refused, one writer at a time, and one bad resource does not stop the others.
#include "tests/e2e/nothing_written.hpp"
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace idferry::e2e {
namespace {

// Keys of the first `n` people in scope who are not protected by a sentinel.
std::vector<std::string> some_keys(stage& s, std::size_t n)
{
    std::vector<std::string> out;
    for (const auto& [key, p] : expected_people(s.people()))
        if (out.size() < n && p.user_name != "helene.brandt@acme.example" && p.role == "tablet") out.push_back(key);
    return out;
}

// The arguments of the command that a refusal prints.
std::vector<std::string> printed_command(const outcome& run)
{
    const std::string begin = "idferry sync ";
    const auto at = run.out.find(begin);
    if (at == std::string::npos) return {};
    std::istringstream words(run.out.substr(at, run.out.find('\n', at) - at));
    std::vector<std::string> out;
    for (std::string w; words >> w;) out.push_back(w);
    out.erase(out.begin()); // "idferry"
    return out;
}

TEST(plan, writes_nothing_anywhere)
{
    stage s({200, 12, 7, "user_list"});
    for (const auto& arguments : {std::vector<std::string>{"plan"},
                                  {"plan", "--format", "json"},
                                  {"plan", "--format", "markdown"},
                                  {"plan", "--refresh"}}) {
        s.control("DELETE", "requests");
        EXPECT_EQ(s.run(arguments).code, 2);
        EXPECT_FALSE(std::filesystem::exists(s.state())) << "plan made the state folder";
        expect_only_reads(s);
    }
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto keys = some_keys(s, 3);
    s.control("DELETE", "bareid/users/" + keys[0]);
    s.control("PATCH", "bareid/users/" + keys[1], {{"lastName", "Changed"}});
    s.control("DELETE", "bareid/users/" + keys[2] + "/groups");
    const auto before = contents(s.state());
    ASSERT_FALSE(before.empty());
    const auto target = s.target_in_full().dump();
    for (const auto& arguments : {std::vector<std::string>{"plan"},
                                  {"plan", "--format", "json"},
                                  {"plan", "--refresh"},
                                  {"plan", "--out", s.folder() + "/saved.plan"}}) {
        s.control("DELETE", "requests");
        EXPECT_EQ(s.run(arguments).code, 2);
        EXPECT_TRUE(contents(s.state()) == before) << "plan changed the state folder";
        expect_only_reads(s);
    }
    EXPECT_EQ(s.target_in_full().dump(), target);
}

TEST(plan, of_a_walk_that_has_to_ask_for_single_people_writes_nothing_either)
{
    stage s({200, 12, 7, "group_walk"});
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto people = expected_people(s.people(), {"/staff"});
    s.control("DELETE", "bareid/users/" + std::next(people.begin(), 5)->first);
    const auto before = contents(s.state());
    s.control("DELETE", "requests");
    EXPECT_EQ(s.run({"plan"}).code, 2);
    EXPECT_TRUE(contents(s.state()) == before);
    expect_only_reads(s);
}

TEST(secrets, that_others_can_read_are_told)
{
    stage s({20, 2, 7, "user_list"});
    EXPECT_EQ(s.run({"plan"}).err.find("bareid-secret"), std::string::npos);
    ::chmod((s.folder() + "/bareid-secret").c_str(), 0644);
    const auto told = s.run({"plan"});
    EXPECT_EQ(told.code, 2) << "a warning, no more";
    EXPECT_NE(told.err.find("everybody on this machine can reach this file; run chmod 600"), std::string::npos)
        << told.err;
}

TEST(apply, pushes_exactly_the_saved_plan)
{
    stage s({60, 12, 7, "user_list"});
    const auto file = s.folder() + "/monday.plan";
    EXPECT_EQ(s.run({"plan", "--out", file}).code, 2);
    EXPECT_EQ(lines_of_target(s.target(), s.owner()).size(), 0U);
    const auto applied = s.run({"apply", file});
    EXPECT_EQ(applied.code, 0) << applied.text();
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
    EXPECT_EQ(s.run({"plan"}).code, 0);
    EXPECT_EQ(s.run({"apply", file}).code, 1) << "what is done already is not what was planned";
}

TEST(apply, takes_a_plan_that_tells_no_sensitive_value)
{
    for (const bool first : {true, false}) {
        SCOPED_TRACE(first ? "a first plan, without any state" : "a later plan");
        stage s({60, 12, 7, "user_list"});
        s.replace_in_config("name.familyName: name.familyName",
                            "name.familyName: {from: name.familyName, sensitive: true}");
        const auto p = some_keys(s, 1)[0];
        if (!first) {
            ASSERT_EQ(s.run({"sync"}).code, 0);
        }
        s.control("PATCH", "bareid/users/" + p, {{"firstName", "Ottilie"}, {"lastName", "Geheimrat"}});
        const auto file = s.folder() + "/monday.plan";
        const auto shown = s.run({"plan", "--out", file});
        EXPECT_EQ(shown.code, 2);
        struct stat about{};
        ASSERT_EQ(::stat(file.c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 07777U, 0600U);
        for (const auto& text : {read_all(file), shown.out + shown.err, s.run({"plan", "--format", "json"}).out,
                                 s.run({"plan", "--format", "markdown"}).out}) {
            EXPECT_NE(text.find("Ottilie"), std::string::npos);
            EXPECT_EQ(text.find("Geheimrat"), std::string::npos) << "a sensitive value is told";
        }
        const auto applied = s.run({"apply", file});
        EXPECT_EQ(applied.code, 0) << applied.text();
        EXPECT_EQ(applied.out.find("Geheimrat"), std::string::npos);
        EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
    }
}

TEST(apply, refuses_when_anything_moved)
{
    stage s({60, 12, 7, "user_list"});
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto keys = some_keys(s, 3);
    s.control("PATCH", "bareid/users/" + keys[0], {{"lastName", "Changed"}});
    const auto file = s.folder() + "/monday.plan";
    ASSERT_EQ(s.run({"plan", "--out", file}).code, 2);

    s.control("PATCH", "bareid/users/" + keys[1], {{"lastName", "Changed"}});
    auto before = s.target_in_full().dump();
    auto refused = s.run({"apply", file});
    EXPECT_EQ(refused.code, 1) << refused.text();
    EXPECT_NE(refused.err.find("moved since the plan was saved"), std::string::npos) << refused.text();
    EXPECT_EQ(s.target_in_full().dump(), before);

    // The same people, another value.
    s.control("PATCH", "bareid/users/" + keys[0], {{"lastName", "Changed again"}});
    EXPECT_EQ(s.run({"apply", file}).code, 1);
    EXPECT_EQ(s.target_in_full().dump(), before);

    ASSERT_EQ(s.run({"plan", "--out", file}).code, 2);
    s.replace_in_config("max_removals_count: 50", "max_removals_count: 49");
    refused = s.run({"apply", file});
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("the configuration changed since this plan was made"), std::string::npos)
        << refused.text();
    EXPECT_EQ(s.target_in_full().dump(), before);
    for (const auto* other : {"no.such.plan", "idferry.yaml"})
        EXPECT_EQ(s.run({"apply", s.folder() + "/" + other}).code, 1) << other;
    EXPECT_EQ(s.target_in_full().dump(), before);
}

TEST(guards, are_overridden_for_exactly_what_they_refused)
{
    stage s({200, 12, 7, "user_list"});
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto keys = some_keys(s, 27);
    for (std::size_t i = 0; i < 25; ++i) s.control("DELETE", "bareid/users/" + keys[i]);
    auto before = s.target_in_full().dump();
    auto refused = s.run({"sync"});
    ASSERT_EQ(refused.code, 3) << refused.text();
    EXPECT_NE(refused.out.find("guard max_removals: 25 removals of"), std::string::npos) << refused.text();
    auto command = printed_command(refused);
    ASSERT_GE(command.size(), 4U) << refused.text();

    // One more leaves: the permission does not cover that person.
    s.control("DELETE", "bareid/users/" + keys[25]);
    const auto changed = s.run(command);
    EXPECT_EQ(changed.code, 3) << changed.text();
    EXPECT_EQ(s.target_in_full().dump(), before);

    // Somebody else's new name has nothing to do with it.
    command = printed_command(changed);
    s.control("PATCH", "bareid/users/" + keys[26], {{"lastName", "Changed"}});
    const auto allowed = s.run(command);
    EXPECT_EQ(allowed.code, 0) << allowed.text();
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
    EXPECT_EQ(s.run({"plan"}).code, 0);

    // It was for once: within a day the next ones count on top.
    s.control("DELETE", "bareid/users/" + keys[26]);
    before = s.target_in_full().dump();
    const auto next = s.run({"sync"});
    EXPECT_EQ(next.code, 3) << next.text();
    EXPECT_NE(next.out.find("last 24 hours"), std::string::npos) << next.text();
    EXPECT_EQ(s.run(command).code, 3);
    EXPECT_EQ(s.target_in_full().dump(), before);
}

TEST(writer_lock, makes_a_second_writer_end_with_5)
{
    stage s({60, 12, 7, "user_list"});
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto file = s.folder() + "/monday.plan";
    s.control("PATCH", "bareid/users/" + some_keys(s, 1)[0], {{"lastName", "Changed"}});
    ASSERT_EQ(s.run({"plan", "--out", file}).code, 2);
    const int lock = ::open((s.state() + "/staff-to-showpad.lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(lock, 0);
    ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
    s.control("DELETE", "requests");
    const auto second = s.run({"sync"});
    EXPECT_EQ(second.code, 5) << second.text();
    EXPECT_NE(second.err.find("is being worked on by"), std::string::npos) << second.text();
    EXPECT_EQ(s.run({"apply", file}).code, 5);
    EXPECT_EQ(s.requests(), 0U) << "nothing is read for nothing";
    EXPECT_EQ(s.run({"plan"}).code, 2) << "reading needs no lock";
    ::close(lock);
    EXPECT_EQ(s.run({"sync"}).code, 0);
}

TEST(rejects, do_not_stop_the_others)
{
    stage s({60, 12, 7, "user_list"});
    const auto people = expected_people(s.people());
    const auto& victim = std::next(people.begin(), 7)->second;
    // Somebody else at the target has this address, under another name.
    s.control("POST", "showpad/users", account_by_hand("somebody.else@acme.example", victim.email));
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find(victim.user_name), std::string::npos);
    EXPECT_NE(run.out.find("1 rejected"), std::string::npos) << run.text();
    auto wanted = expected_lines(s.people());
    std::erase_if(wanted, [&](const auto& line) { return line.find(victim.user_name) != std::string::npos; });
    auto found = lines_of_target(s.target(), s.owner());
    std::erase_if(found, [](const auto& line) { return line.find("somebody.else") != std::string::npos; });
    EXPECT_EQ(difference(wanted, found), "") << run.text();

    s.control("DELETE", "showpad/users/somebody.else@acme.example");
    const auto again = s.run({"sync"});
    EXPECT_EQ(again.code, 0) << again.text();
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
    EXPECT_EQ(s.run({"plan"}).code, 0);
}

} // namespace
} // namespace idferry::e2e
