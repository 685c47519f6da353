// `idferry api` itself: what it lists, what it refuses, what it shows of secrets, what it records.
#include "tests/e2e/api_fixture.hpp"

#include <filesystem>
#include <fstream>

namespace idferry::e2e {
namespace {

struct api_command : api_beyond
{
    void SetUp() override
    {
        api_test::SetUp();
        of_the_command();
        std::filesystem::remove_all(here().state());
        before_ = here().requests("beyond");
    }
    // Requests to the service since the test began.
    std::uint64_t sent() { return here().requests("beyond") - before_; }

private:
    std::uint64_t before_{0};
};

TEST_F(api_command, lists_the_operations_without_contacting_anybody)
{
    const auto all = run({});
    EXPECT_EQ(all.code, 0) << all.text();
    EXPECT_NE(all.out.find("groups add-members GROUP"), std::string::npos) << all.text();
    EXPECT_NE(all.out.find("realms get REALM-ID"), std::string::npos) << all.text();
    const auto one = run({"groups"});
    EXPECT_NE(one.out.find("token: groups:update identities:read"), std::string::npos) << one.text();
    EXPECT_EQ(one.out.find("sso-configs"), std::string::npos) << one.text();
    EXPECT_EQ(sent(), 0U);
    EXPECT_FALSE(std::filesystem::exists(here().state()));
}

TEST_F(api_command, says_what_is_near_a_wrong_word)
{
    EXPECT_NE(run({"group"}).err.find("did you mean 'groups'?"), std::string::npos);
    EXPECT_NE(run({"groups", "create-member"}).err.find("groups has no 'create-member'"), std::string::npos);
    EXPECT_NE(run({"groups", "get"}).err.find("needs GROUP: nothing was given"), std::string::npos);
    EXPECT_NE(run({"groups", "list", "--query", "page_sise=3"}).err.find("did you mean 'page_size'?"),
              std::string::npos);
    EXPECT_NE(run({"groups", "create", "--write"}).err.find("needs a body"), std::string::npos);
    EXPECT_NE(run({"groups", "create", "--write", "--data", "{"}).err.find("not JSON"), std::string::npos);
    const auto other = here().run({"api", "beyont", "groups", "list"});
    EXPECT_EQ(other.code, 1);
    EXPECT_NE(other.err.find("did you mean 'beyond'?"), std::string::npos) << other.text();
    EXPECT_EQ(sent(), 0U);
}

TEST_F(api_command, writes_only_with_write)
{
    const std::vector<std::string> line{"groups", "create", "--data", R"({"display_name":"never made"})"};
    const auto refused = run(line);
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("add --write"), std::string::npos) << refused.text();
    auto dry = line;
    dry.emplace_back("--dry-run");
    const auto shown = call(dry);
    EXPECT_EQ(shown["method"], "POST");
    EXPECT_EQ(shown["body"]["group"]["display_name"], "never made");
    EXPECT_EQ(sent(), 0U);
}

TEST_F(api_command, records_a_write_in_the_audit_trail_and_no_body)
{
    EXPECT_EQ(write({"groups", "create"}, {{"display_name", fresh("unrecorded")}})["tenant_id"],
              here().box().info()["beyond"]["tenant"]);
    EXPECT_FALSE(std::filesystem::exists(here().state())) << "no state folder, nothing is recorded";

    EXPECT_EQ(here().run({"sync"}).code, 0); // which makes the folder
    const auto name = fresh("recorded");
    const auto id = id_of(write({"groups", "create"}, {{"display_name", name}}));
    run({"groups", "delete", "0000000000000000", "--write"});
    const auto trail = here().run({"audit", "api:beyond", "--format", "json"});
    const auto lines = json::parse(trail.out, nullptr, false);
    ASSERT_TRUE(lines.is_object()) << trail.text();
    ASSERT_EQ(lines["audit"].size(), 2U) << trail.text();
    const auto& made = lines["audit"][1];
    EXPECT_EQ(made["sync"], "api:beyond");
    EXPECT_EQ(made["type"], "groups");
    EXPECT_EQ(made["operation"], "create");
    EXPECT_EQ(made["outcome"], "done");
    EXPECT_EQ(made["target_id"], id);
    EXPECT_NE(made["label"].get<std::string>().find(": groups create"), std::string::npos);
    EXPECT_EQ(lines["audit"][0]["operation"], "remove");
    EXPECT_EQ(lines["audit"][0]["outcome"], "rejected");
    EXPECT_EQ(trail.out.find(name), std::string::npos) << "bodies are not kept";
    EXPECT_EQ(here().run({"audit", "--verify"}).code, 0);
    const auto status = here().run({"status", "--format", "json"});
    const auto all = json::parse(status.out, nullptr, false);
    for (const auto& s : all["syncs"]) EXPECT_NE(s["name"], "api:beyond");
}

TEST_F(api_command, sends_nothing_that_it_cannot_record)
{
    std::filesystem::create_directory(here().state());
    std::ofstream(here().state() + "/state.db") << "this is no database, and longer than a header of one would be";
    const auto refused = run({"groups", "create", "--write", "--data", R"({"display_name":"x"})"});
    EXPECT_EQ(refused.code, 1) << refused.text();
    EXPECT_NE(refused.err.find("nothing was sent"), std::string::npos) << refused.text();
    EXPECT_EQ(sent(), 0U);
}

TEST_F(api_command, names_the_scope_that_a_token_lacks)
{
    here().knob("beyond", "missing_scopes", "themes:read");
    const auto refused = run({"themes", "get-active"});
    here().knob("beyond", "missing_scopes", "");
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("themes:read"), std::string::npos) << refused.text();
    EXPECT_EQ(refused.out, "") << "errors go to stderr alone";
}

TEST_F(api_command, takes_its_body_from_a_file)
{
    here().write_file("group.json", json{{"group", {{"display_name", fresh("wrapped")}}}}.dump());
    EXPECT_TRUE(call({"groups", "create", "--write", "--data", "@" + here().folder() + "/group.json"}).contains("id"))
        << "a body that is in its envelope already is sent as it is";
    EXPECT_NE(run({"groups", "create", "--write", "--data", "@/nowhere"}).err.find("cannot be read"),
              std::string::npos);
}

} // namespace
} // namespace idferry::e2e
