// `explain` on one person for each answer it can give, in memory: what it says of source, scope, match, rules, state,
// target, decision and guards, and that it writes nothing.
#include "daemon/cli/explain_text.hpp"
#include "tests/scenarios/world.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace idferry::tests {
namespace {

using mapping::json;

class explain : public testing::Test
{
protected:
    explain() : s(load_scenario(IDFERRY_SOURCE_DIR "/tests/scenarios/explained/people.yaml")), w(s)
    {
        for (const auto& step : s.text["steps"]) w.take(step);
    }

    json ask(const std::string& key, const mapping::resource_type& type = mapping::user_type, bool refresh = false)
    {
        const auto writes = w.target.writes;
        const auto rows = w.state.counters().rows_written;
        const auto transactions = w.state.counters().transactions;
        const auto before = w.state_dump();
        auto told = w.explain({key, &type, refresh});
        EXPECT_EQ(w.target.writes, writes) << "explain wrote to the target";
        EXPECT_EQ(w.state.counters().rows_written, rows) << "explain wrote to state";
        EXPECT_EQ(w.state.counters().transactions, transactions);
        EXPECT_EQ(w.state_dump(), before);
        EXPECT_EQ(told.exit_code, told.answer["found"] == "one" && told.answer["error"] == "" ? 0 : 1);
        EXPECT_FALSE(told.answer["advice"].get<std::string>().empty());
        EXPECT_EQ(told.answer.dump().find("Rumpelstilz"), std::string::npos) << "a sensitive value is told";
        return std::move(told.answer);
    }

    void change(const char* what) { w.take(json{{"change", json::parse(what)}}); }

    static json rule(const json& answer, const std::string& attribute)
    {
        for (const auto& r : answer["rules"])
            if (r["attribute"] == attribute) return r;
        return nullptr;
    }

    scenario s;
    world w;
};

TEST_F(explain, in_scope_and_equal)
{
    const auto a = ask("equal");
    EXPECT_EQ(a["found"], "one");
    EXPECT_EQ(a["resource"], (json{{"key", "equal"}, {"label", "anna@acme.example"}}));
    EXPECT_EQ(a["source"]["found"], true);
    EXPECT_EQ(a["source"]["complete"], true);
    EXPECT_EQ(a["source"]["groups"][0]["name"], "Sales");
    EXPECT_EQ(a["source"]["resource"]["title"], "Clerk");
    EXPECT_EQ(a["source"]["resource"]["nickName"], "(sensitive)");
    EXPECT_EQ(a["scope"]["in_scope"], true);
    EXPECT_EQ(a["scope"]["clause"], R"(active eq true and groups.display eq "Sales")");
    ASSERT_EQ(a["scope"]["clauses"].size(), 2U);
    EXPECT_EQ(a["scope"]["clauses"][0], (json{{"clause", "active eq true"}, {"holds", true}, {"found", true}}));
    EXPECT_EQ(a["scope"]["clauses"][1]["found"], "Sales");
    EXPECT_EQ(a["match"]["linked"], true);
    EXPECT_EQ(a["match"]["attributes"][1], (json{{"attribute", "userName"}, {"value", "anna@acme.example"}}));
    EXPECT_EQ(rule(a, "userName")["input"], "Anna@acme.example");
    EXPECT_EQ(rule(a, "userName")["output"], "anna@acme.example");
    EXPECT_EQ(rule(a, "userName")["rule"], "from email, lower");
    EXPECT_EQ(rule(a, "nickName")["output"], "(sensitive)");
    EXPECT_EQ(a["state"]["input"], "linked");
    EXPECT_EQ(a["state"]["unchanged"], true);
    EXPECT_EQ(a["state"]["link"]["owner"], "created");
    EXPECT_EQ(a["state"]["link"]["desired"]["title"], "Clerk");
    EXPECT_EQ(a["state"]["link"]["desired"]["nickName"], "(sensitive)");
    EXPECT_EQ(a["state"]["groups"], json{"g1"});
    EXPECT_EQ(a["state"]["audit"][0]["operation"], "create");
    EXPECT_EQ(a["target"]["found"], true);
    EXPECT_EQ(a["target"]["resource"]["userName"], "anna@acme.example");
    EXPECT_TRUE(a["target"]["differs"].empty());
    EXPECT_EQ(a["decision"]["action"], "none");
    EXPECT_EQ(a["decision"]["why"], "nothing changed since the last cycle");
    EXPECT_EQ(a["guard"], (json{{"verdict", "allows"}, {"guards", json::array()}}));
    EXPECT_EQ(a["advice"], "Nothing to do.");
}

TEST_F(explain, in_scope_and_different)
{
    const auto a = ask("different");
    EXPECT_EQ(a["decision"]["action"], "update");
    EXPECT_EQ(a["decision"]["situation"], "confirmed");
    EXPECT_EQ(
        a["decision"]["changes"],
        json::parse(
            R"([{"attribute": "title", "old": "Clerk", "new": "Head", "rule": "from title, on_absent reject"}])"));
    EXPECT_EQ(rule(a, "title")["output"], "Head");
    EXPECT_EQ(a["state"]["unchanged"], false);
    EXPECT_EQ(a["state"]["link"]["desired"]["title"], "Clerk");
    EXPECT_EQ(a["target"]["resource"]["title"], "Clerk");
    EXPECT_EQ(a["advice"], "The next sync does this; `idferry sync staff` does it now.");
}

// The example of docs/explain.md is this person.
TEST_F(explain, is_printed_as_the_documents_show_it)
{
    std::ifstream file(IDFERRY_SOURCE_DIR "/docs/explain.md");
    ASSERT_TRUE(file);
    const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::string open = "```text\n";
    const auto from = page.find(open) + open.size();
    EXPECT_EQ(daemon::cli::explain_text(ask("different"), {}), page.substr(from, page.find("```", from) - from));
}

TEST_F(explain, out_of_scope)
{
    const auto a = ask("fred@acme.example");
    EXPECT_EQ(a["resource"]["key"], "outside");
    EXPECT_EQ(a["scope"]["in_scope"], false);
    EXPECT_EQ(a["scope"]["clause"], R"(groups.display eq "Sales")");
    EXPECT_EQ(a["scope"]["clauses"][0]["holds"], true);
    EXPECT_EQ(a["scope"]["clauses"][1]["holds"], false);
    EXPECT_EQ(a["scope"]["clauses"][1]["found"], "Choir");
    EXPECT_EQ(rule(a, "userName")["output"], "fred@acme.example") << "as it would be";
    EXPECT_EQ(a["state"]["input"], "out_of_scope");
    EXPECT_TRUE(a["state"]["link"].is_null());
    EXPECT_EQ(a["target"]["found"], false);
    EXPECT_EQ(a["decision"]["action"], "none");
    EXPECT_EQ(a["decision"]["why"], R"(out of scope: groups.display eq "Sales")");
}

TEST_F(explain, several_accounts_match)
{
    const auto a = ask("ambiguous");
    EXPECT_EQ(a["match"]["by"], "externalId");
    ASSERT_EQ(a["match"]["candidates"].size(), 2U);
    std::set<std::string> labels;
    for (const auto& c : a["match"]["candidates"]) labels.insert(c["label"].get<std::string>());
    EXPECT_EQ(labels, (std::set<std::string>{"dora@acme.example", "dora.old@acme.example"}));
    EXPECT_EQ(a["decision"]["action"], "rejected");
    EXPECT_NE(a["decision"]["why"].get<std::string>().find("2 target resources match"), std::string::npos);
    EXPECT_EQ(a["state"]["input"], "waiting");
    EXPECT_GE(a["state"]["reject"]["attempts"], 1);
}

TEST_F(explain, rejected_by_a_rule)
{
    const auto a = ask("rejected");
    EXPECT_EQ(rule(a, "title")["result"], "rejected");
    EXPECT_EQ(a["decision"]["action"], "rejected");
    EXPECT_NE(a["decision"]["why"].get<std::string>().find("title"), std::string::npos);
    EXPECT_EQ(a["state"]["reject"]["error"], a["decision"]["why"]);
    EXPECT_EQ(a["target"]["found"], false) << "asked by what the other rules give";
}

TEST_F(explain, protected_account)
{
    const auto a = ask("protected");
    ASSERT_EQ(a["match"]["candidates"].size(), 1U);
    EXPECT_EQ(a["match"]["by"], "userName");
    EXPECT_EQ(a["target"]["protected"], R"(it matches protect: userName eq "boss@acme.example")");
    EXPECT_EQ(a["decision"]["action"], "protected") << a["decision"].dump();
    change(R"({"source": {"people": {"protected": {"title": "Chief"}}}})");
    EXPECT_EQ(ask("protected")["decision"]["action"], "protected");
}

TEST_F(explain, left_and_in_grace_then_over)
{
    // By id, by the name that state knows, and by the account's own id.
    const auto id = ask("left")["target"]["id"].get<std::string>();
    for (const auto& key : {std::string("left"), std::string("Carla@ACME.example"), id}) {
        const auto a = ask(key);
        EXPECT_EQ(a["resource"]["key"], "left") << key;
        EXPECT_EQ(a["source"]["found"], false);
        EXPECT_TRUE(a["scope"]["in_scope"].is_null());
        EXPECT_TRUE(a["rules"].empty());
        EXPECT_EQ(a["state"]["link"]["leave"]["step"], "deactivated");
        EXPECT_EQ(a["target"]["resource"]["active"], false);
        EXPECT_EQ(a["decision"]["action"], "keep");
        EXPECT_NE(a["decision"]["why"].get<std::string>().find(a["state"]["link"]["leave"]["due"]), std::string::npos);
    }
    w.take(json{{"advance", "31d"}});
    const auto over = ask("left");
    EXPECT_EQ(over["decision"]["action"], "remove");
    EXPECT_EQ(over["decision"]["situation"], "grace_over");
    w.take(json::parse(R"({"sync": {}})"));
    const auto gone = ask("carla@acme.example");
    EXPECT_EQ(gone["found"], "one") << "only the audit trail knows the name now";
    EXPECT_EQ(gone["state"]["audit"][0]["operation"], "remove");
    EXPECT_EQ(gone["decision"]["action"], "none");
}

TEST_F(explain, new_and_found_at_the_target)
{
    const auto fresh = ask("nina@acme.example");
    EXPECT_EQ(fresh["decision"]["action"], "create");
    EXPECT_EQ(fresh["decision"]["memberships"], json::parse(R"([{"group": "Sales", "key": "g1", "change": "add"}])"));
    EXPECT_EQ(fresh["match"]["asked"], true);
    EXPECT_TRUE(fresh["match"]["candidates"].empty());
    const auto there = ask("there");
    EXPECT_EQ(there["decision"]["action"], "adopt");
    EXPECT_EQ(there["match"]["by"], "userName");
    EXPECT_EQ(there["match"]["candidates"][0]["by"], json{"userName"});
}

TEST_F(explain, unknown_and_several_and_only_at_the_target)
{
    const auto unknown = ask("who.ever@acme.example");
    ASSERT_EQ(unknown["found"], "none") << unknown.dump();
    EXPECT_EQ(unknown["looked"]["source"], (json{{"people_read", 10}, {"complete", true}, {"why", ""}}));
    EXPECT_EQ(unknown["looked"]["state"]["links"], 3);
    EXPECT_NE(unknown["looked"]["target"].get<std::string>().find("userName"), std::string::npos);
    EXPECT_EQ(unknown["decision"]["action"], "unknown");
    EXPECT_EQ(unknown["guard"]["verdict"], "allows");

    const auto several = ask("TWIN");
    EXPECT_EQ(several["found"], "several");
    EXPECT_EQ(several["candidates"], json::parse(R"([{"key": "twin1", "label": "twin", "where": "source"},
                                                     {"key": "twin2", "label": "Twin", "where": "source"}])"));
    EXPECT_EQ(ask("twin1")["found"], "one");

    const auto theirs = ask("nobodys@acme.example");
    ASSERT_EQ(theirs["found"], "target_only") << theirs.dump();
    EXPECT_EQ(theirs["target"]["resource"]["nickName"], "(sensitive)");
    EXPECT_EQ(theirs["decision"]["action"], "none");
}

TEST_F(explain, a_guard_that_refuses)
{
    // Two leave, after one who left today: below min_population at most two removals pass.
    change(R"({"source": {"people": {"equal": null, "different": null},
                          "groups": {"g1": {"members": ["ambiguous", "rejected", "protected", "new", "there"]}}}})");
    const auto a = ask("equal");
    ASSERT_EQ(a["decision"]["action"], "deactivate") << a.dump(1);
    EXPECT_EQ(a["decision"]["situation"], "source_missing");
    EXPECT_EQ(a["guard"]["verdict"], "refuses");
    ASSERT_FALSE(a["guard"]["guards"].empty());
    EXPECT_NE(a["guard"]["guards"][0]["allow"].get<std::string>().find("="), std::string::npos);
    EXPECT_NE(a["advice"].get<std::string>().find("guard refuses"), std::string::npos);
}

TEST_F(explain, a_proof_that_is_missing)
{
    change(R"({"source": {"people": {"equal": null}, "cut": {"people": 3}, "cannot_prove": ["equal"]}})");
    const auto a = ask("equal");
    EXPECT_EQ(a["source"]["found"], false);
    EXPECT_EQ(a["source"]["complete"], false);
    EXPECT_NE(a["source"]["why"].get<std::string>().find("the page chain did not close"), std::string::npos);
    EXPECT_EQ(a["decision"]["action"], "withheld") << a["decision"].dump();
    const auto unknown = ask("who.ever@acme.example");
    EXPECT_EQ(unknown["looked"]["source"]["complete"], false);
}

TEST_F(explain, a_source_that_is_down_leaves_state_and_target_to_be_shown)
{
    w.faults.set(fault::refused, 1);
    const auto a = ask("equal");
    EXPECT_EQ(a["found"], "one");
    EXPECT_NE(a["error"].get<std::string>().find("connection refused"), std::string::npos);
    EXPECT_EQ(a["state"]["link"]["label"], "anna@acme.example");
    EXPECT_EQ(a["target"]["resource"]["userName"], "anna@acme.example");
    EXPECT_EQ(a["decision"]["action"], "unknown");
    EXPECT_EQ(a["guard"]["verdict"], "unknown");
}

TEST_F(explain, what_others_changed_at_the_target)
{
    change(R"({"target": {"users": {"anna@acme.example": {"title": "Queen", "nickName": "Hex"}}}})");
    auto a = ask("equal");
    EXPECT_EQ(a["decision"]["action"], "none");
    EXPECT_EQ(a["target"]["differs"],
              json::parse(R"j([{"attribute": "nickName", "written": "(sensitive)", "there": "(sensitive)"},
                               {"attribute": "title", "written": "Clerk", "there": "Queen"}])j"));
    EXPECT_NE(a["advice"].get<std::string>().find("--refresh"), std::string::npos);
    a = ask("equal", mapping::user_type, true);
    EXPECT_EQ(a["decision"]["action"], "update");
    EXPECT_EQ(a["decision"]["situation"], "drifted");

    change(R"({"target": {"users": {"anna@acme.example": null}}})");
    a = ask("equal");
    EXPECT_EQ(a["target"]["found"], false);
    EXPECT_NE(a["advice"].get<std::string>().find("gone at the target"), std::string::npos);
}

TEST_F(explain, a_group_by_name)
{
    const auto a = ask("sales", mapping::group_type);
    EXPECT_EQ(a["resource"]["key"], "g1");
    EXPECT_EQ(a["scope"]["in_scope"], true);
    EXPECT_EQ(a["state"]["members"], 2);
    EXPECT_EQ(a["decision"]["action"], "update");
    EXPECT_EQ(a["decision"]["members"], (json{{"add", 2}, {"remove", 0}}));
    const auto choir = ask("Choir", mapping::group_type);
    EXPECT_EQ(choir["scope"]["in_scope"], false);
    EXPECT_EQ(choir["decision"]["why"], R"(out of scope: displayName sw "S")");
    EXPECT_EQ(ask("Nowhere", mapping::group_type)["found"], "none");
}

TEST_F(explain, a_person_whom_no_group_of_a_walk_has)
{
    change(R"({"source": {"walk": true, "groups": {"g2": {"members": []}}}})");
    const auto a = ask("outside");
    EXPECT_EQ(a["found"], "one");
    EXPECT_EQ(a["source"]["found"], true);
    EXPECT_EQ(a["source"]["listed"], false);
    EXPECT_EQ(a["scope"]["in_scope"], false);
    EXPECT_EQ(a["decision"]["action"], "none");
}

} // namespace
} // namespace idferry::tests
