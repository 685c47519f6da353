// `idferry explain`: what it answers about one person in each situation, as JSON; that it writes nothing anywhere, and
// tells no sensitive value.
#include "tests/e2e/nothing_written.hpp"
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::e2e {
namespace {

using unordered_json = nlohmann::json; // members are compared without their order

class explain : public testing::Test
{
protected:
    explain() : s({60, 12, 7, "user_list"}) {}

    void sync(int code = 0)
    {
        const auto run = s.run({"sync"});
        ASSERT_EQ(run.code, code) << run.text();
    }

    // The n-th person in scope who is neither sentinel nor manager.
    expected_person somebody(std::size_t n = 0)
    {
        for (const auto& [key, p] : expected_people(s.people()))
            if (p.user_name != "helene.brandt@acme.example" && p.role == "tablet" && !p.groups.empty() && n-- == 0)
                return p;
        throw std::runtime_error("too few people");
    }

    // Asks, and holds the run to what every run promises: reads only, and the state is not touched.
    unordered_json ask(const std::string& key, const std::vector<std::string>& more = {})
    {
        std::vector<std::string> arguments{"explain", "staff-to-showpad", key, "--format", "json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto before = contents(s.folder());
        const auto target = s.target_in_full().dump();
        s.control("DELETE", "requests");
        const auto run = s.run(arguments);
        expect_only_reads(s);
        EXPECT_EQ(s.target_in_full().dump(), target);
        auto after = contents(s.folder());
        std::erase_if(after, [&](const auto& file) { return !before.contains(file.first) && is_capture(file.first); });
        EXPECT_TRUE(after == before) << "explain changed a file";
        const auto answer = unordered_json::parse(run.out, nullptr, false);
        EXPECT_TRUE(answer.is_object()) << run.text();
        if (!answer.is_object()) throw std::runtime_error(run.text());
        EXPECT_EQ(run.code, answer["found"] == "one" && answer["error"] == "" ? 0 : 1) << run.text();
        EXPECT_EQ(run.err, "");
        return answer;
    }

    static bool is_capture(const std::string& path) { return path.ends_with(".out") || path.ends_with(".err"); }

    static unordered_json rule(const json& answer, const std::string& attribute)
    {
        for (const auto& r : answer["rules"])
            if (r["attribute"] == attribute) return r;
        return nullptr;
    }

    static unordered_json by_hand(const std::string& user_name, const std::string& external_id)
    {
        auto u = account_by_hand(user_name, user_name);
        if (!external_id.empty()) u["externalId"] = external_id;
        return u;
    }

    stage s;
};

TEST_F(explain, a_person_in_scope_and_equal_by_id_user_name_and_address)
{
    sync();
    const auto p = somebody();
    for (const auto& key : {p.key, p.user_name, p.email}) {
        const auto a = ask(key);
        EXPECT_EQ(a["sync"], "staff-to-showpad");
        EXPECT_EQ(a["resource"], (unordered_json{{"key", p.key}, {"label", p.user_name}}));
        EXPECT_EQ(a["source"]["listed"], true);
        EXPECT_EQ(a["source"]["complete"], true);
        EXPECT_EQ(a["scope"]["in_scope"], true);
        EXPECT_EQ(a["scope"]["clause"], "active eq true and emails pr");
        EXPECT_EQ(a["scope"]["operator"], "and");
        ASSERT_EQ(a["scope"]["clauses"].size(), 2U);
        EXPECT_EQ(a["scope"]["clauses"][0],
                  (unordered_json{{"clause", "active eq true"}, {"holds", true}, {"found", true}}));
        EXPECT_EQ(a["match"]["linked"], true);
        EXPECT_EQ(rule(a, "userName")["input"], p.email);
        EXPECT_EQ(rule(a, "userName")["output"], p.user_name);
        EXPECT_EQ(rule(a, "userName")["rule"], "from email, lower, trim");
        EXPECT_EQ(rule(a, "name.familyName")["output"], p.family);
        EXPECT_EQ(rule(a, "roles")["output"][0]["value"], "tablet");
        EXPECT_EQ(a["state"]["input"], "linked");
        EXPECT_EQ(a["state"]["unchanged"], true);
        EXPECT_EQ(a["state"]["link"]["desired"]["userName"], p.user_name);
        EXPECT_EQ(a["state"]["groups"].size(), p.groups.size());
        EXPECT_EQ(a["state"]["audit"][0]["operation"], "create");
        EXPECT_EQ(a["state"]["audit"][0]["outcome"], "done");
        EXPECT_EQ(a["target"]["found"], true);
        EXPECT_EQ(a["target"]["id"], a["state"]["link"]["target_id"]);
        EXPECT_EQ(a["target"]["resource"]["userName"], p.user_name);
        EXPECT_TRUE(a["target"]["differs"].empty()) << a["target"].dump();
        EXPECT_EQ(a["decision"]["action"], "none");
        EXPECT_TRUE(a["decision"]["changes"].empty());
        EXPECT_EQ(a["guard"], (unordered_json{{"verdict", "allows"}, {"guards", unordered_json::array()}}));
    }
    const auto text = s.run({"explain", "staff-to-showpad", p.key});
    EXPECT_EQ(text.code, 0) << text.text();
    EXPECT_TRUE(text.out.starts_with("staff-to-showpad: " + p.user_name + " (user " + p.key + ")\n")) << text.out;
    EXPECT_TRUE(text.out.ends_with("\n\nNothing to do.\n")) << text.out;
}

TEST_F(explain, before_the_first_sync_there_is_no_state_and_none_is_made)
{
    const auto p = somebody();
    const auto a = ask(p.user_name);
    EXPECT_EQ(a["decision"]["action"], "create");
    EXPECT_EQ(a["decision"]["situation"], "absent");
    EXPECT_EQ(a["decision"]["memberships"].size(), p.groups.size());
    EXPECT_EQ(a["state"]["known"], false);
    EXPECT_EQ(a["match"]["asked"], true);
    EXPECT_EQ(a["target"]["found"], false);
}

TEST_F(explain, a_person_in_scope_and_different)
{
    sync();
    const auto p = somebody();
    s.control("PATCH", "bareid/users/" + p.key, {{"lastName", "Changed"}});
    const auto a = ask(p.key);
    EXPECT_EQ(a["decision"]["action"], "update");
    const unordered_json change{
        {"attribute", "name.familyName"}, {"old", p.family}, {"new", "Changed"}, {"rule", "from name.familyName"}};
    EXPECT_EQ(a["decision"]["changes"], unordered_json::array({change}));
    EXPECT_EQ(rule(a, "name.familyName")["output"], "Changed");
    EXPECT_EQ(a["state"]["unchanged"], false);
    EXPECT_EQ(a["state"]["link"]["desired"]["name.familyName"], p.family);
    EXPECT_EQ(a["target"]["resource"]["name"]["familyName"], p.family);
    EXPECT_EQ(a["guard"]["verdict"], "allows");
    // The plan says the same.
    EXPECT_EQ(change_lines(s.plan().plan()), std::set<std::string>{"update user " + p.user_name + ": name.familyName"});
}

TEST_F(explain, a_person_out_of_scope)
{
    const auto p = somebody();
    s.control("PATCH", "bareid/users/" + p.key, {{"enabled", false}});
    sync();
    const auto a = ask(p.email);
    EXPECT_EQ(a["resource"]["key"], p.key);
    EXPECT_EQ(a["scope"]["in_scope"], false);
    EXPECT_EQ(a["scope"]["clause"], "active eq true");
    EXPECT_EQ(a["scope"]["clauses"][0],
              (unordered_json{{"clause", "active eq true"}, {"holds", false}, {"found", false}}));
    EXPECT_EQ(a["scope"]["clauses"][1]["holds"], true);
    EXPECT_EQ(rule(a, "userName")["output"], p.user_name) << "as it would be";
    EXPECT_EQ(a["state"]["input"], "out_of_scope");
    EXPECT_TRUE(a["state"]["link"].is_null());
    EXPECT_EQ(a["target"]["found"], false);
    EXPECT_EQ(a["decision"]["action"], "none");
    EXPECT_EQ(a["decision"]["why"], "out of scope: active eq true");
    EXPECT_EQ(a["guard"]["verdict"], "allows");
}

TEST_F(explain, a_person_whom_two_accounts_match)
{
    const auto p = somebody();
    s.control("POST", "showpad/users", by_hand("one@acme.example", p.key));
    s.control("POST", "showpad/users", by_hand("two@acme.example", p.key));
    const auto a = ask(p.key);
    EXPECT_EQ(a["match"]["linked"], false);
    EXPECT_EQ(a["match"]["by"], "externalId");
    ASSERT_EQ(a["match"]["candidates"].size(), 2U) << a["match"].dump();
    std::set<std::string> names;
    for (const auto& c : a["match"]["candidates"]) {
        names.insert(c["label"].get<std::string>());
        EXPECT_EQ(c["by"], unordered_json{"externalId"});
        EXPECT_TRUE(c["linked_to"].is_null());
    }
    EXPECT_EQ(names, (std::set<std::string>{"one@acme.example", "two@acme.example"}));
    EXPECT_EQ(a["scope"]["in_scope"], true);
    EXPECT_EQ(a["decision"]["action"], "rejected");
    EXPECT_NE(a["decision"]["why"].get<std::string>().find("nobody can tell which is meant"), std::string::npos);
}

TEST_F(explain, a_person_who_is_rejected)
{
    const auto p = somebody();
    s.control("POST", "showpad/users", by_hand(p.user_name, "somebody-elses-key"));
    sync(4);
    const auto a = ask(p.user_name);
    EXPECT_EQ(a["decision"]["action"], "rejected");
    EXPECT_NE(a["decision"]["why"].get<std::string>().find("belongs to somebody else"), std::string::npos);
    EXPECT_EQ(a["state"]["input"], "waiting");
    EXPECT_EQ(a["state"]["reject"]["error"], a["decision"]["why"]);
    EXPECT_GE(a["state"]["reject"]["attempts"], 1);
    EXPECT_EQ(a["match"]["by"], "userName");
    EXPECT_EQ(a["match"]["candidates"][0]["label"], p.user_name);
    EXPECT_EQ(a["guard"]["verdict"], "allows") << "the others are pushed";
}

TEST_F(explain, a_person_who_is_protected)
{
    s.control("POST", "bareid/users",
              {{"uuid", "11111111-2222-4333-8444-555555555555"},
               {"username", "the.owner"},
               {"email", s.owner()},
               {"groups", {"/staff"}},
               {"attributes", {{"firstName", {{"values", {"Not"}}}}, {"lastName", {{"values", {"TheOwner"}}}}}}});
    for (int cycles = 0; cycles < 2; ++cycles) {
        const auto a = ask("11111111-2222-4333-8444-555555555555");
        EXPECT_EQ(a["decision"]["action"], "protected") << a["decision"].dump();
        EXPECT_FALSE(a["target"]["protected"].get<std::string>().empty());
        EXPECT_EQ(a["scope"]["in_scope"], true);
        EXPECT_TRUE(a["decision"]["changes"].empty());
        sync();
    }
}

TEST_F(explain, a_person_who_left_and_waits_for_the_deletion)
{
    sync();
    const auto p = somebody();
    s.control("DELETE", "bareid/users/" + p.key);
    auto a = ask(p.key);
    EXPECT_EQ(a["decision"]["action"], "deactivate");
    EXPECT_EQ(a["decision"]["situation"], "source_missing");
    EXPECT_EQ(a["decision"]["memberships"].size(), p.groups.size());
    EXPECT_EQ(a["source"]["found"], false);
    sync();
    for (const auto& key : {p.key, p.user_name, a["target"]["id"].get<std::string>()}) {
        a = ask(key);
        EXPECT_EQ(a["resource"], (unordered_json{{"key", p.key}, {"label", p.user_name}}));
        EXPECT_EQ(a["source"]["found"], false);
        EXPECT_EQ(a["source"]["complete"], true);
        EXPECT_TRUE(a["scope"]["in_scope"].is_null());
        EXPECT_TRUE(a["rules"].empty());
        EXPECT_EQ(a["state"]["link"]["leave"]["step"], "deactivated");
        EXPECT_EQ(a["state"]["audit"][0]["operation"], "deactivate");
        EXPECT_EQ(a["target"]["resource"]["active"], false);
        EXPECT_EQ(a["decision"]["action"], "keep");
        EXPECT_NE(a["decision"]["why"].get<std::string>().find(a["state"]["link"]["leave"]["due"]), std::string::npos);
    }
}

TEST_F(explain, an_unknown_key_and_one_that_fits_several)
{
    sync();
    const auto a = ask("nobody.at.all@acme.example");
    EXPECT_EQ(a["found"], "none");
    EXPECT_EQ(a["looked"]["source"]["complete"], true);
    EXPECT_GT(a["looked"]["source"]["people_read"], 50);
    EXPECT_GT(a["looked"]["state"]["links"], 20);
    EXPECT_FALSE(a["looked"]["target"].get<std::string>().empty());
    EXPECT_EQ(a["decision"]["action"], "unknown");

    // A leaver whose name somebody else has now.
    const auto p = somebody();
    auto record = s.control("GET", "bareid/users/" + p.key);
    s.control("DELETE", "bareid/users/" + p.key);
    sync();
    record["uuid"] = "11111111-2222-4333-8444-555555555555";
    s.control("POST", "bareid/users", record);
    const auto several = ask(p.user_name);
    EXPECT_EQ(several["found"], "several");
    ASSERT_EQ(several["candidates"].size(), 2U) << several.dump();
    std::map<std::string, std::string> where;
    for (const auto& c : several["candidates"]) where[c["key"]] = c["where"];
    EXPECT_EQ(where, (std::map<std::string, std::string>{{"11111111-2222-4333-8444-555555555555", "source"},
                                                         {p.key, "state"}}));
    const auto text = s.run({"explain", "staff-to-showpad", p.user_name});
    EXPECT_EQ(text.code, 1);
    EXPECT_NE(text.out.find(p.key), std::string::npos) << text.text();
}

TEST_F(explain, a_guard_that_refuses_and_a_proof_that_is_missing)
{
    sync();
    std::vector<expected_person> people;
    for (std::size_t i = 0; i < 12; ++i) people.push_back(somebody(i));
    for (const auto& p : people) s.control("DELETE", "bareid/users/" + p.key);
    const auto a = ask(people[0].key);
    EXPECT_EQ(a["decision"]["action"], "deactivate");
    EXPECT_EQ(a["guard"]["verdict"], "refuses");
    ASSERT_FALSE(a["guard"]["guards"].empty());
    const auto refused = s.plan().plan()["refused"];
    EXPECT_EQ(a["guard"]["guards"][0]["allow"], refused[0]["allow"]) << "as the plan prints it";
    EXPECT_NE(a["advice"].get<std::string>().find("guard"), std::string::npos);
}

TEST_F(explain, a_group)
{
    sync();
    const auto p = somebody();
    const auto name = *p.groups.begin();
    s.control("DELETE", "bareid/users/" + p.key);
    const auto a = ask(name, {"--type", "groups"});
    EXPECT_EQ(a["type"], "group");
    EXPECT_EQ(a["resource"]["label"], name);
    EXPECT_EQ(a["scope"]["in_scope"], true);
    EXPECT_EQ(rule(a, "displayName")["output"], name);
    EXPECT_EQ(a["decision"]["action"], "update");
    EXPECT_EQ(a["decision"]["members"], (unordered_json{{"add", 0}, {"remove", 1}}));
}

TEST_F(explain, nothing_of_a_sensitive_attribute)
{
    s.replace_in_config("name.familyName: name.familyName",
                        "name.familyName: {from: name.familyName, sensitive: true}");
    const auto p = somebody();
    s.control("PATCH", "bareid/users/" + p.key, {{"firstName", "Ottilie"}, {"lastName", "Geheimrat"}});
    sync();
    s.control("PATCH", "bareid/users/" + p.key, {{"lastName", "Geheimratin"}});
    for (const auto& format : {"json", "text"}) {
        const auto run = s.run({"explain", "staff-to-showpad", p.key, "--format", format});
        EXPECT_EQ(run.code, 0) << run.text();
        EXPECT_EQ((run.out + run.err).find("Geheimrat"), std::string::npos) << run.text();
        EXPECT_NE(run.out.find("Ottilie"), std::string::npos);
        EXPECT_NE(run.out.find("(sensitive)"), std::string::npos);
        EXPECT_EQ(run.out.find(read_all(s.folder() + "/showpad-token").substr(0, 12)), std::string::npos);
    }
}

TEST_F(explain, a_source_that_is_down_and_a_sync_that_is_not_there)
{
    sync();
    const auto p = somebody();
    s.control("POST", "faults", {{"server", "bareid"}, {"kind", "500"}, {"count", 1000}});
    const auto run = s.run({"explain", "staff-to-showpad", p.user_name, "--format", "json"});
    EXPECT_EQ(run.code, 1) << run.text();
    const auto a = run.plan();
    ASSERT_TRUE(a.is_object()) << run.text();
    EXPECT_EQ(a["decision"]["action"], "unknown") << a["decision"].dump();
    EXPECT_EQ(a["state"]["link"]["label"], p.user_name);
    EXPECT_EQ(a["target"]["resource"]["userName"], p.user_name);
    const auto wrong = s.run({"explain", "staff-to-showpat", p.user_name});
    EXPECT_EQ(wrong.code, 1);
    EXPECT_NE(wrong.err.find("did you mean 'staff-to-showpad'?"), std::string::npos) << wrong.text();
}

} // namespace
} // namespace idferry::e2e
