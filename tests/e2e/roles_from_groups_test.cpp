// Bare.ID's groups say who holds a role in a realm of Beyond Identity and who may use an application there.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>

namespace idferry::e2e {
namespace {

constexpr const char* server_id = "11111111-2222-4333-8444-555555555555";

class roles_from_groups : public beyond_identity
{
protected:
    void SetUp() override
    {
        edit("POST", "resource_servers",
             {{"id", server_id},
              {"display_name", "Expenses API"},
              {"is_managed", false},
              {"identifier", "https://expenses.example"},
              {"scopes", {"expenses:read", "expenses:write"}}});
        edit("POST", "sso_configs",
             {{"display_name", "Sales"}, {"payload", {{"type", "bookmark"}, {"login_link", "https://crm.example"}}}});
        s.write_config("connections:\n" + bare() + connection("beyond", "other_realm") + R"yaml(
syncs:
  access:
    source: bare
    target: beyond
    users:
      scope: 'active eq true and emails pr'
      match: [externalId, userName]
      attributes:
        externalId: id
        userName: {from: email, transform: [lower, trim]}
        displayName: {from: name.familyName, default: Nobody}
        emails: {from: emails, collapse: primary}
        active: active
    roles:
      from: groups
      scope: 'displayName eq "Sales Leads"'
      attributes:
        display_name: displayName
        resource_server_id: {constant: )yaml" +
                       std::string(server_id) + R"yaml(}
        scopes: {constant: ['expenses:read']}
      members: true
    assignments:
      from: groups
      scope: 'displayName eq "Sales"'
      attributes: {display_name: displayName}
      members: true
    guards: {max_removals: 50%, max_removals_count: 50, max_changes: 90%, min_population: 20}
)yaml");
    }

    // An edit of the target behind the API's back.
    json edit(const std::string& method, const std::string& path, const json& body = {})
    {
        return s.control(
            method, "beyond/" + path + "?realm=" + s.box().info()["beyond"]["other_realm"].get<std::string>(), body);
    }
    json named(const char* kind, const std::string& name)
    {
        const auto all = realm("other_realm");
        for (const auto& one : all[kind])
            if (one.value("display_name", "") == name) return one;
        return {};
    }
    // The user names of those in a group of the source who are active and have an address.
    std::set<std::string> wanted(const std::string& group)
    {
        const auto source = s.people();
        std::string key;
        for (const auto& g : source["groups"])
            if (g["name"] == group) key = g["uuid"].get<std::string>();
        std::set<std::string> out;
        for (const auto& u : source["users"]) {
            const auto in = u.value("groups", std::vector<std::string>());
            if (!u.value("enabled", false) || u.value("email", "").empty()) continue;
            if (std::find(in.begin(), in.end(), key) != in.end()) out.insert(lower(u["email"].get<std::string>()));
        }
        return out;
    }
    // The user names of these ids in the realm.
    std::set<std::string> names_of(const json& ids)
    {
        std::set<std::string> out;
        const auto all = realm("other_realm");
        for (const auto& one : all["identities"])
            if (std::find(ids.begin(), ids.end(), one["id"]) != ids.end())
                out.insert(lower(one["traits"]["username"].get<std::string>()));
        return out;
    }
    void expect_as_in_the_source()
    {
        EXPECT_EQ(names_of(named("roles", "Sales Leads")["identities"]), wanted("Sales Leads"));
        EXPECT_EQ(names_of(named("sso_configs", "Sales")["identities"]), wanted("Sales"));
    }
    json person(const std::string& mail)
    {
        const auto source = s.people();
        for (const auto& u : source["users"])
            if (lower(u.value("email", "")) == mail) return u;
        return {};
    }
};

TEST_F(roles_from_groups, a_role_is_made_and_given_and_an_application_may_be_used)
{
    ASSERT_FALSE(wanted("Sales Leads").empty());
    ASSERT_FALSE(wanted("Sales").empty());
    sync_well();
    const auto role = named("roles", "Sales Leads");
    ASSERT_TRUE(role.is_object());
    EXPECT_EQ(role["resource_server_id"], server_id);
    EXPECT_EQ(role["scopes"], json::array({"expenses:read"}));
    expect_as_in_the_source();
    expect_an_empty_plan();
}

TEST_F(roles_from_groups, who_comes_and_who_goes_follows)
{
    sync_well();
    const auto leaving = *wanted("Sales Leads").begin();
    std::string coming;
    const auto source = s.people();
    for (const auto& u : source["users"]) {
        const auto mail = lower(u.value("email", ""));
        if (u.value("enabled", false) && !mail.empty() && !wanted("Sales Leads").contains(mail)) coming = mail;
    }
    s.control("DELETE", "bareid/users/" + person(leaving)["uuid"].get<std::string>() + "/groups/Sales%20Leads");
    s.control("PUT", "bareid/users/" + person(coming)["uuid"].get<std::string>() + "/groups/Sales%20Leads");
    const auto planned = this->planned();
    EXPECT_EQ(planned.size(), 2U) << difference({}, planned);
    for (const auto& line : planned) EXPECT_TRUE(line.starts_with("members Sales Leads: ")) << line;
    sync_well();
    expect_as_in_the_source();
    EXPECT_TRUE(wanted("Sales Leads").contains(coming));
    EXPECT_FALSE(wanted("Sales Leads").contains(leaving));
    expect_an_empty_plan();
}

TEST_F(roles_from_groups, somebody_given_a_role_by_hand_keeps_it_and_groups_too)
{
    const auto by_hand = edit("POST", "identities", {{"display_name", "By Hand"}, {"username", "by.hand"}});
    sync_well();
    edit("PUT", "roles/Sales%20Leads/identities/by.hand");
    edit("POST", "groups", {{"display_name", "Team"}, {"description", ""}});
    edit("PUT", "roles/Sales%20Leads/groups/Team");
    const auto leaving = *wanted("Sales Leads").begin();
    s.control("DELETE", "bareid/users/" + person(leaving)["uuid"].get<std::string>() + "/groups/Sales%20Leads");
    sync_well();
    const auto role = named("roles", "Sales Leads");
    EXPECT_TRUE(names_of(role["identities"]).contains("by.hand"));
    EXPECT_FALSE(names_of(role["identities"]).contains(leaving));
    EXPECT_EQ(role["groups"].size(), 1U);
}

TEST_F(roles_from_groups, a_leaver_loses_both)
{
    sync_well();
    std::string leaver;
    for (const auto& mail : wanted("Sales Leads"))
        if (leaver.empty() && person(mail).value("username", "") != "helene.brandt") leaver = mail;
    s.control("PUT", "bareid/users/" + person(leaver)["uuid"].get<std::string>() + "/groups/Sales");
    sync_well();
    ASSERT_TRUE(names_of(named("sso_configs", "Sales")["identities"]).contains(leaver));
    s.control("PATCH", "bareid/users/" + person(leaver)["uuid"].get<std::string>(), {{"enabled", false}});
    sync_well();
    EXPECT_EQ(identity_in("other_realm", leaver)["status"], "suspended");
    EXPECT_FALSE(names_of(named("roles", "Sales Leads")["identities"]).contains(leaver));
    EXPECT_FALSE(names_of(named("sso_configs", "Sales")["identities"]).contains(leaver));
    expect_as_in_the_source();
    expect_an_empty_plan();
}

TEST_F(roles_from_groups, an_application_that_is_not_there_is_told)
{
    edit("DELETE", "sso_configs/Sales");
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find("none named 'Sales'"), std::string::npos) << run.text();
    EXPECT_EQ(names_of(named("roles", "Sales Leads")["identities"]), wanted("Sales Leads")) << "the rest is done";
}

} // namespace
} // namespace idferry::e2e
