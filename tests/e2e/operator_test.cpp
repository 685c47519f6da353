// What an administrator asks: is it well, what did it do, why has somebody no account. Every command on the real
// binary, as text and as JSON, without a state, with a configuration that cannot be read, and while another process
// writes.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

namespace idferry::e2e {
namespace {

constexpr const char* sync = "staff-to-showpad";

class operators : public testing::Test
{
protected:
    // A synchronised organisation with one person whom the target refuses.
    void SetUp() override
    {
        const auto people = expected_people(s.people());
        const auto& one = std::next(people.begin(), 7)->second;
        victim = one.user_name;
        key = one.key;
        s.control("POST", "showpad/users", account_by_hand("somebody.else@acme.example", one.email));
        const auto run = s.run({"sync"});
        ASSERT_EQ(run.code, 4) << run.text();
    }
    // A list command as JSON.
    json ask(std::vector<std::string> arguments, int code = 0)
    {
        arguments.insert(arguments.end(), {"--format", "json"});
        const auto run = s.run(arguments);
        EXPECT_EQ(run.code, code) << run.text();
        const auto j = json::parse(run.out, nullptr, false);
        EXPECT_FALSE(j.is_discarded()) << run.text();
        return j;
    }
    std::string say(const std::vector<std::string>& arguments, int code = 0)
    {
        const auto run = s.run(arguments);
        EXPECT_EQ(run.code, code) << run.text();
        return run.out;
    }

    stage s{{60, 12, 7, "user_list"}};
    std::string victim, key;
};

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

TEST_F(operators, status_says_whether_it_is_well)
{
    const auto j = ask({"status"});
    ASSERT_EQ(j["syncs"].size(), 1U);
    const auto& one = j["syncs"][0];
    EXPECT_EQ(one["name"], sync);
    EXPECT_EQ(one["state"], "idle");
    EXPECT_EQ(one["last"]["result"], "rejects");
    EXPECT_EQ(one["last"]["trigger"], "by hand");
    EXPECT_EQ(one["rejects"], 1);
    EXPECT_TRUE(one["last_success"].is_string()) << "with rejects everything that can be done was done";
    EXPECT_EQ(one["links"]["users"], expected_people(s.people()).size() - 1);
    EXPECT_EQ(j["config"]["error"], nullptr);
    EXPECT_EQ(j["connections"].size(), 2U);
    for (const auto& c : j["connections"]) {
        EXPECT_FALSE(c["secrets"].empty()) << c.dump();
        EXPECT_TRUE(c["type"] == "bare_id" || c["type"] == "scim") << c.dump();
    }
    const auto text = say({"status"});
    EXPECT_TRUE(has(text, sync)) << text;
    EXPECT_TRUE(has(text, "rejects, ")) << text;
    EXPECT_FALSE(has(text, "\x1b")) << "no colours into a pipe";
}

TEST(operators_alone, status_works_without_a_state_and_with_a_broken_configuration)
{
    stage s({60, 12, 7, "user_list"});
    auto run = s.run({"status"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_TRUE(has(run.out, "never")) << run.text();
    EXPECT_FALSE(std::filesystem::exists(s.state())) << "reading made the state folder";
    for (const auto& arguments : {std::vector<std::string>{"history"},
                                  {"rejects", "list"},
                                  {"quarantine", "list"},
                                  {"audit"},
                                  {"audit", "--verify"}}) {
        run = s.run(arguments);
        EXPECT_EQ(run.code, 0) << arguments[0] << run.text();
    }
    EXPECT_EQ(s.run({"show", "1"}).code, 1);
    EXPECT_EQ(s.run({"rejects", "retry", sync, "--all"}).code, 1) << "there is none";
    EXPECT_EQ(s.run({"quarantine", "release", sync}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(s.state()));

    ASSERT_EQ(s.run({"sync"}).code, 0);
    s.replace_in_config("syncs:", "sinks:");
    run = s.run({"status"});
    EXPECT_EQ(run.code, 1) << run.text();
    EXPECT_TRUE(has(run.out, "unknown key 'sinks'")) << run.text();
    EXPECT_TRUE(has(run.out, sync)) << "what is recorded is still shown: " << run.text();
    const auto hidden = s.run({"audit", "--format", "json"});
    EXPECT_EQ(hidden.code, 0);
    EXPECT_TRUE(has(hidden.out, "\"hidden\":true")) << "nobody knows what is sensitive";
    EXPECT_FALSE(has(hidden.out, "familyName")) << hidden.text();
}

TEST_F(operators, history_lists_what_was_tried_and_show_tells_all_of_it)
{
    EXPECT_EQ(s.run({"plan"}).code, 2) << "the rejected one again";
    const auto j = ask({"history", sync});
    ASSERT_EQ(j["syncs"].size(), 1U);
    ASSERT_EQ(j["syncs"][0]["cycles"].size(), 1U) << "a plan is no cycle";
    const auto& c = j["syncs"][0]["cycles"][0];
    EXPECT_EQ(c["exit_code"], 4);
    EXPECT_EQ(c["pushed"]["rejected"], 1);
    EXPECT_GT(c["requests"]["target"], 0);
    EXPECT_LE(c["started"].get<std::string>(), c["ended"].get<std::string>());
    const auto id = std::to_string(c["id"].get<int>());
    const auto whole = ask({"show", id});
    EXPECT_EQ(whole["id"], c["id"]);
    const auto people = expected_people(s.people()).size();
    EXPECT_EQ(whole["counts"]["user"]["create"], people);
    ASSERT_FALSE(whole["notes"].empty());
    bool noted = false;
    for (const auto& n : whole["notes"]) noted = noted || (n["kind"] == "rejected" && n["key"] == key);
    EXPECT_TRUE(noted) << whole["notes"].dump();
    EXPECT_TRUE(has(say({"show", id}), victim));
    EXPECT_TRUE(has(say({"history"}), "rejects"));

    const auto wrong = s.run({"history", "staff-to-shopad"});
    EXPECT_EQ(wrong.code, 1);
    EXPECT_TRUE(has(wrong.err, "did you mean 'staff-to-showpad'?")) << wrong.err;
    EXPECT_EQ(s.run({"show", "4711"}).code, 1);
}

TEST_F(operators, a_cycle_that_a_guard_refused_and_one_that_failed_are_recorded)
{
    int taken = 0;
    for (const auto& [k, p] : expected_people(s.people()))
        if (p.role == "tablet" && taken < 20) {
            s.control("DELETE", "bareid/users/" + segment(k));
            ++taken;
        }
    ASSERT_EQ(s.run({"sync"}).code, 3);
    auto last = ask({"history", sync})["syncs"][0]["cycles"][0];
    EXPECT_EQ(last["result"], "refused");
    const auto text = say({"show", std::to_string(last["id"].get<int>())});
    EXPECT_TRUE(has(text, "idferry sync staff-to-showpad --allow max_removals")) << text;

    s.replace_in_config("/bareid-secret\"}", "/no-such-secret\"}");
    const auto failed = s.run({"sync"});
    ASSERT_EQ(failed.code, 1) << failed.text();
    last = ask({"history", sync})["syncs"][0]["cycles"][0];
    EXPECT_EQ(last["result"], "failed");
    EXPECT_TRUE(has(last["error"].get<std::string>(), "no-such-secret")) << last.dump();
    EXPECT_EQ(ask({"status"})["syncs"][0]["last"]["result"], "failed");
}

TEST_F(operators, rejects_are_listed_shown_tried_again_and_dropped)
{
    auto j = ask({"rejects", "list"});
    ASSERT_EQ(j["rejects"].size(), 1U);
    EXPECT_EQ(j["rejects"][0]["key"], key);
    EXPECT_EQ(j["rejects"][0]["label"], victim);
    EXPECT_EQ(j["rejects"][0]["attempts"], 1);
    EXPECT_TRUE(has(say({"rejects", "list", sync, "--type", "user"}), victim));
    EXPECT_FALSE(has(say({"rejects", "list", "--type", "group"}), victim));
    EXPECT_TRUE(has(say({"rejects", "show", sync, key}), victim));
    EXPECT_EQ(s.run({"rejects", "show", sync, "nobody"}).code, 1);
    EXPECT_EQ(s.run({"rejects", "retry", sync}).code, 1) << "a key, or --all";
    EXPECT_EQ(s.run({"rejects", "retry", sync, key}).code, 0);

    EXPECT_EQ(s.run({"rejects", "drop", sync, key}).code, 0);
    EXPECT_EQ(ask({"rejects", "list"})["rejects"].size(), 0U);
    EXPECT_EQ(ask({"rejects", "list", "--dropped"})["rejects"].size(), 1U);
    const auto without = s.run({"sync"});
    EXPECT_EQ(without.code, 0) << "not tried: " << without.text();
    EXPECT_TRUE(has(without.out, "dropped")) << "and not forgotten: " << without.text();

    s.control("DELETE", "showpad/users/somebody.else@acme.example");
    EXPECT_EQ(s.run({"rejects", "retry", sync, "--all"}).code, 0);
    EXPECT_EQ(s.run({"sync"}).code, 0);
    EXPECT_EQ(ask({"rejects", "list", "--dropped"})["rejects"].size(), 0U);
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
}

TEST_F(operators, the_audit_trail_is_asked_and_verified)
{
    const auto all = ask({"audit", "--limit", "5"});
    ASSERT_EQ(all["audit"].size(), 5U);
    const auto before = all["next"].get<int>();
    const auto older = ask({"audit", "--limit", "5", "--before", std::to_string(before)});
    EXPECT_LT(older["audit"][0]["id"], before);
    auto j = ask({"audit", "--key", key});
    ASSERT_EQ(j["audit"].size(), 1U);
    EXPECT_EQ(j["audit"][0]["outcome"], "rejected");
    EXPECT_EQ(j["audit"][0]["label"], victim);
    EXPECT_EQ(ask({"audit", "--who", victim})["audit"].size(), 1U);
    EXPECT_EQ(ask({"audit", "--outcome", "rejected"})["audit"].size(), 1U);
    EXPECT_EQ(ask({"audit", "--operation", "remove"})["audit"].size(), 0U);
    EXPECT_EQ(ask({"audit", "--until", "1d"})["audit"].size(), 0U);
    EXPECT_FALSE(ask({"audit", "--since", "1d", sync})["audit"].empty());
    EXPECT_EQ(s.run({"audit", "--since", "yesterday"}).code, 1);
    EXPECT_TRUE(has(say({"audit", "--operation", "create"}), "userName"));
    j = ask({"audit", "--verify"});
    EXPECT_EQ(j["ok"], true);
    EXPECT_GT(j["rows"], 5);
    EXPECT_TRUE(has(say({"audit", "--verify"}), "holds"));
}

TEST_F(operators, one_persons_story_is_told)
{
    const auto rejected = ask({"history", "--who", key});
    EXPECT_EQ(rejected["link"], nullptr);
    EXPECT_FALSE(rejected["reject"]["error"].get<std::string>().empty());
    s.control("DELETE", "showpad/users/somebody.else@acme.example");
    ASSERT_EQ(s.run({"sync"}).code, 0);
    s.control("PATCH", "bareid/users/" + segment(key), {{"lastName", "Newname"}});
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto told = ask({"history", "--who", victim});
    EXPECT_EQ(told["key"], key);
    EXPECT_EQ(told["reject"], nullptr);
    EXPECT_TRUE(told["link"]["target_id"].is_string());
    ASSERT_EQ(told["history"].size(), 3U) << told.dump(1);
    EXPECT_EQ(told["history"][0]["operation"], "update");
    EXPECT_EQ(told["history"][0]["after"]["name.familyName"], "Newname");
    EXPECT_EQ(told["history"][1]["operation"], "create");
    EXPECT_EQ(told["history"][2]["outcome"], "rejected");
    EXPECT_TRUE(has(say({"history", "--who", victim}), "name.familyName"));
    EXPECT_EQ(s.run({"history", "--who", "nobody.at.all"}).code, 1);
}

TEST_F(operators, reading_works_and_writing_waits_while_another_process_is_at_work)
{
    const int lock = ::open((s.state() + "/staff-to-showpad.lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(lock, 0);
    ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
    EXPECT_EQ(ask({"status"})["syncs"][0]["rejects"], 1);
    EXPECT_EQ(ask({"rejects", "list"})["rejects"].size(), 1U);
    EXPECT_EQ(ask({"history"})["syncs"][0]["cycles"].size(), 1U);
    EXPECT_EQ(ask({"audit", "--verify"})["ok"], true);
    for (const auto* what : {"retry", "drop"}) {
        const auto run = s.run({"rejects", what, sync, key});
        EXPECT_EQ(run.code, 5) << run.text();
        EXPECT_TRUE(has(run.err, "is being worked on by")) << run.text();
    }
    EXPECT_EQ(ask({"rejects", "list"})["rejects"][0]["dropped"], false);
    ::close(lock);
    EXPECT_EQ(s.run({"rejects", "drop", sync, key}).code, 0);
}

} // namespace
} // namespace idferry::e2e
