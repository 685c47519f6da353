// A realm of Beyond Identity into a Bare.ID instance whose calls are switched on in part only: the configuration,
// `check` and the plan say what follows, and nothing is sent that cannot work.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>
#include <filesystem>

namespace idferry::e2e {
namespace {

const std::string all_calls[] = {"user_list",  "user_find",  "user_create",  "user_update",  "user_delete",
                                 "member_add", "member_del", "group_create", "group_update", "group_delete"};

class bare_id_limits : public beyond_identity
{
protected:
    bare_id_limits() : beyond_identity({80, 12, 7, "user_list"}) { s.knob("bareid_target", "paging", "offset"); }

    // With every call but one; `leave` is a line of the people's section.
    void configure(const std::string& but, const std::string& leave = "leave: {action: deactivate}")
    {
        std::string ops = "    paging: {style: offset, size: 50}\n    ops:\n";
        for (const auto& call : all_calls)
            if (call != but) ops += "      " + call + ": {enabled: true}\n";
        write("gateway", ops, leave);
    }
    void write(const std::string& profile, const std::string& ops, const std::string& leave,
               const std::string& scope = "active eq true and emails pr")
    {
        s.write_config("connections:\n" + connection("beyond", "realm") + bare_target("there", profile, ops) + R"yaml(
syncs:
  staff:
    source: beyond
    target: there
    users:
      scope: ')yaml" + scope +
                       R"yaml('
      attributes:
        externalId: id
        userName: userName
        name.givenName: name.givenName
        name.familyName: name.familyName
        emails: {from: emails, collapse: primary}
        active: active
      )yaml" + leave + R"yaml(
    groups:
      attributes: {displayName: displayName}
      members: true
)yaml");
    }

    json there() { return s.control("GET", "state?server=bareid_target"); }
    std::set<std::string> service_accounts_there()
    {
        std::set<std::string> out;
        const auto all = there();
        for (const auto& u : all["users"])
            if (lower(u["username"].get<std::string>()).starts_with("service-account-")) out.insert(u.dump());
        return out;
    }
    std::uint64_t asked(const std::string& call)
    {
        const auto counters = s.control("GET", "counters");
        std::uint64_t n = 0;
        for (auto it = counters.begin(); it != counters.end(); ++it)
            if (it.key().starts_with("bareid_target ") && it.key().ends_with(" " + call))
                n += it.value()["count"].get<std::uint64_t>();
        return n;
    }
    void expect_mistake(const std::string& words)
    {
        const auto run = s.run({"check"});
        EXPECT_EQ(run.code, 1) << run.text();
        EXPECT_NE(run.text().find(words), std::string::npos) << run.text();
    }
};

TEST_F(bare_id_limits, service_accounts_of_the_source_are_left_alone)
{
    s.control("POST", "beyond/identities", {{"username", "Service-Account-new"}, {"display_name", "New machine"}});
    for (const auto* profile : {"gateway", "keycloak_admin"}) {
        SCOPED_TRACE(profile);
        configure("");
        if (std::string(profile) == "keycloak_admin")
            write(profile, "", "leave: {action: deactivate}", "active eq true");
        else
            s.replace_in_config("active eq true and emails pr", "active eq true");
        const auto before = service_accounts_there();
        const auto run = s.run({"sync"});
        EXPECT_EQ(run.code, 0) << run.text();
        EXPECT_NE(run.out.find("'service-account-' are service accounts"), std::string::npos) << run.text();
        EXPECT_EQ(service_accounts_there(), before);
        EXPECT_GT(there()["users"].size(), 60u);
        expect_an_empty_plan();
        s.control("POST", "reset?what=data");
        s.control("POST", "beyond/identities", {{"username", "Service-Account-new"}, {"display_name", "New machine"}});
        std::filesystem::remove_all(s.state());
    }
}

TEST_F(bare_id_limits, who_leaves_needs_a_call_to_leave_by)
{
    configure("user_delete", "leave: {action: delete}");
    expect_mistake(
        "users that leave are deleted, which the target cannot do as it is configured: ops.user_delete is off");
    configure("user_delete", "leave: {action: deactivate, then_delete_after: 30d}");
    expect_mistake("users who left are deleted in the end, which the target cannot do as it is configured: "
                   "ops.user_delete is off");
    configure("user_update", "leave: {action: deactivate}");
    expect_mistake("users who leave are deactivated, which the target cannot do as it is configured: "
                   "ops.user_update is off");
    configure("user_update", "match: [externalId, userName]"); // deactivate is the default
    expect_mistake("say leave: {action: keep}");
    configure("user_delete", "leave: {action: deactivate}");
    EXPECT_EQ(s.run({"check"}).code, 0);
    configure("user_update", "leave: {action: keep}");
    EXPECT_EQ(s.run({"check"}).code, 0);
}

TEST_F(bare_id_limits, groups_that_cannot_be_made_are_rejected_by_the_plan)
{
    configure("group_create");
    const auto checked = s.run({"check"});
    EXPECT_EQ(checked.code, 0) << checked.text();
    EXPECT_NE(checked.text().find("groups that are not at the target yet are rejected: ops.group_create is off"),
              std::string::npos)
        << checked.text();
    const auto plan = s.plan();
    ASSERT_TRUE(plan.plan().is_object()) << plan.text();
    const auto rejected = notes(plan.plan(), "rejected");
    const auto groups = realm("realm")["groups"].size();
    EXPECT_EQ(rejected.size(), groups);
    ASSERT_FALSE(rejected.empty());
    EXPECT_NE(rejected.front().find("cannot be made there: ops.group_create is off"), std::string::npos);
    EXPECT_NE(rejected.front().find("set ops.group_create.enabled: true"), std::string::npos);
    for (const auto& line : change_lines(plan.plan())) EXPECT_TRUE(line.starts_with("create user ")) << line;

    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_EQ(run.text().find("ended early"), std::string::npos) << run.text();
    EXPECT_EQ(asked("group_create"), 0u);
    EXPECT_GT(there()["users"].size(), 60u) << "people do not wait for groups";

    // Once it may be used, everything follows.
    configure("");
    sync_well();
    EXPECT_EQ(there()["groups"].size(), groups);
    expect_an_empty_plan();
}

TEST_F(bare_id_limits, a_rename_that_cannot_be_sent_does_not_stop_the_members)
{
    configure("group_update");
    sync_well();
    s.control("PATCH", "beyond/groups/Sales", {{"display_name", "Vertrieb"}});
    const auto source = realm("realm");
    std::string who;
    for (const auto& g : source["groups"])
        if (g["display_name"] == "Vertrieb")
            for (const auto& i : source["identities"])
                if (g["members"].get<std::set<std::string>>().contains(i["id"].get<std::string>()) &&
                    i["status"] == "active" && i["traits"].contains("primary_email_address"))
                    who = i["traits"]["username"].get<std::string>();
    ASSERT_FALSE(who.empty());
    s.control("DELETE", "beyond/identities/" + who + "/groups/Vertrieb");
    const auto plan = s.plan();
    ASSERT_TRUE(plan.plan().is_object()) << plan.text();
    EXPECT_EQ(change_lines(plan.plan()), (std::set<std::string>{"members Vertrieb: -" + who}));
    const auto rejected = notes(plan.plan(), "rejected");
    ASSERT_EQ(rejected.size(), 1u) << plan.text();
    EXPECT_NE(rejected.front().find("ops.group_update is off"), std::string::npos) << rejected.front();
    EXPECT_EQ(s.run({"sync"}).code, 4);
    EXPECT_EQ(asked("group_update"), 0u);
    configure("");
    sync_well();
    expect_an_empty_plan();
}

TEST_F(bare_id_limits, a_first_sync_of_many_says_that_it_needs_the_list)
{
    configure("user_list");
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 1) << run.text();
    EXPECT_NE(run.text().find("users without a link are there already is seen in its list of all"), std::string::npos)
        << run.text();
    EXPECT_NE(run.text().find("set ops.user_list.enabled: true"), std::string::npos) << run.text();
    EXPECT_EQ(s.requests("bareid_target", "PUT"), 0u);
    EXPECT_EQ(asked("user_create"), 0u);
}

TEST_F(bare_id_limits, an_account_that_no_list_shows_is_not_missed)
{
    configure("");
    const auto bare = s.run({"check", "--live"});
    EXPECT_EQ(bare.text().find("own_account"), std::string::npos) << bare.text();
    s.replace_in_config("source: beyond", "source: there");
    s.replace_in_config("target: there", "target: beyond");
    s.replace_in_config("        active: active\n", "        active: active\n        displayName: userName\n");
    s.replace_in_config(s.box().info()["beyond"]["realm"].get<std::string>(),
                        s.box().info()["beyond"]["other_realm"].get<std::string>());
    const auto beyond = s.run({"check", "--live"});
    EXPECT_NE(beyond.text().find("logged in"), std::string::npos) << beyond.text();
    EXPECT_EQ(beyond.text().find("own_account"), std::string::npos) << beyond.text();
}

} // namespace
} // namespace idferry::e2e
