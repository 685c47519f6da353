// Bare.ID → a realm of Beyond Identity: first sync, empty second plan, a change, a rename, a leaver, and one unknown
// member among many.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>

namespace idferry::e2e {
namespace {

class to_beyond_identity : public beyond_identity
{
protected:
    void SetUp() override
    {
        s.write_config("connections:\n" + bare() + connection("beyond", "other_realm") + R"yaml(
syncs:
  staff-to-beyond:
    source: bare
    target: beyond
    users:
      scope: 'active eq true and emails pr'
      match: [externalId, userName]
      attributes:
        externalId: id
        userName: {from: email, transform: [lower, trim]}
        displayName: {template: "{name.givenName?} {name.familyName?}", transform: [{replace: {pattern: '[{}\[\]<>;:?\\/|*^%$#=~!`]', with: ' '}}, squeeze, {truncate: 64}], default: Nobody}
        name.givenName: name.givenName
        name.familyName: name.familyName
        emails: {from: emails, collapse: primary}
        active: active
        department: department
        title: title
      leave: {action: deactivate, then_delete_after: 30d}
    groups:
      scope: 'displayName sw "Sales"'
      attributes: {displayName: displayName, 'urn:idferry:source:beyond_identity:group:description': {constant: from Bare.ID}}
      members: true
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20}
)yaml");
    }

    // An active person of the source who has an address, and is in a group of Sales.
    json somebody()
    {
        const auto source = s.people();
        std::set<std::string> sales;
        for (const auto& g : source["groups"])
            if (g["name"].get<std::string>().starts_with("Sales")) sales.insert(g["uuid"].get<std::string>());
        for (const auto& u : source["users"]) {
            if (!u.value("enabled", false) || u.value("email", "").empty()) continue;
            const auto groups = u.value("groups", std::vector<std::string>());
            if (std::any_of(groups.begin(), groups.end(), [&](const auto& g) { return sales.contains(g); })) return u;
        }
        throw std::runtime_error("nobody is in a group of Sales");
    }
};

TEST_F(to_beyond_identity, everybody_in_scope_and_their_groups_arrive_and_the_second_plan_is_empty)
{
    sync_well();
    const auto source = s.people();
    std::map<std::string, std::string> id_of; // source key → identity
    std::size_t wanted = 0;
    for (const auto& u : source["users"]) {
        if (!u.value("enabled", false) || u.value("email", "").empty()) continue;
        ++wanted;
        const auto there = identity_in("other_realm", u["email"].get<std::string>());
        ASSERT_TRUE(there.is_object()) << u["email"];
        EXPECT_EQ(there["traits"]["external_id"], u["uuid"]);
        EXPECT_EQ(there["status"], "active");
        EXPECT_EQ(lower(there["traits"]["primary_email_address"].get<std::string>()),
                  lower(u["email"].get<std::string>()));
        id_of[u["uuid"].get<std::string>()] = there["id"].get<std::string>();
    }
    const auto target = realm("other_realm");
    EXPECT_EQ(target["identities"].size(), wanted);
    std::size_t groups = 0;
    for (const auto& g : source["groups"]) {
        if (!g["name"].get<std::string>().starts_with("Sales")) continue;
        ++groups;
        std::set<std::string> members;
        for (const auto& u : source["users"]) {
            const auto in = u.value("groups", std::vector<std::string>());
            const auto known = id_of.find(u["uuid"].get<std::string>());
            if (known != id_of.end() && std::find(in.begin(), in.end(), g["uuid"].get<std::string>()) != in.end())
                members.insert(known->second);
        }
        bool found = false;
        for (const auto& t : target["groups"]) {
            if (t["display_name"] != g["name"]) continue;
            found = true;
            EXPECT_EQ(t["members"].get<std::set<std::string>>(), members) << g["name"];
            EXPECT_EQ(t["description"], "from Bare.ID");
        }
        EXPECT_TRUE(found) << g["name"];
    }
    EXPECT_GT(groups, 0u);
    EXPECT_EQ(target["groups"].size(), groups);
    expect_an_empty_plan();
}

TEST_F(to_beyond_identity, a_change_a_rename_and_a_leaver_are_three_updates)
{
    sync_well();
    const auto p = somebody();
    const auto key = p["uuid"].get<std::string>();
    const auto before = identity_in("other_realm", p["email"].get<std::string>());
    ASSERT_TRUE(before.is_object());

    s.control("PATCH", "bareid/users/" + key, {{"lastName", "Wed"}});
    EXPECT_EQ(planned().size(), 1u);
    sync_well();
    expect_an_empty_plan();
    EXPECT_EQ(identity_in("other_realm", p["email"].get<std::string>())["traits"]["family_name"], "Wed");

    s.control("PATCH", "bareid/users/" + key, {{"email", "Newly.Wed@acme.example"}});
    sync_well();
    const auto renamed = identity_in("other_realm", "newly.wed@acme.example");
    ASSERT_TRUE(renamed.is_object());
    EXPECT_EQ(renamed["id"], before["id"]);
    EXPECT_TRUE(identity_in("other_realm", p["email"].get<std::string>()).is_null());
    expect_an_empty_plan();

    s.control("PATCH", "bareid/users/" + key, {{"enabled", false}});
    EXPECT_TRUE(planned().contains("deactivate user newly.wed@acme.example")) << difference({}, planned());
    sync_well();
    const auto left = identity_in("other_realm", "newly.wed@acme.example");
    EXPECT_EQ(left["status"], "suspended");
    const auto target = realm("other_realm");
    for (const auto& g : target["groups"])
        EXPECT_FALSE(g["members"].get<std::set<std::string>>().contains(left["id"].get<std::string>())) << g;
    expect_an_empty_plan();

    s.control("PATCH", "bareid/users/" + key, {{"enabled", true}});
    sync_well();
    EXPECT_EQ(identity_in("other_realm", "newly.wed@acme.example")["status"], "active");
    expect_an_empty_plan();
}

TEST_F(to_beyond_identity, who_has_the_name_already_is_adopted)
{
    const auto p = somebody();
    const auto realm_id = s.box().info()["beyond"]["other_realm"].get<std::string>();
    const auto made = s.control("POST", "beyond/identities?realm=" + realm_id,
                                {{"display_name", "By Hand"},
                                 {"username", p["email"].get<std::string>()},
                                 {"primary_email_address", p["email"].get<std::string>()}});
    sync_well();
    const auto there = identity_in("other_realm", p["email"].get<std::string>());
    EXPECT_EQ(there["id"], made["id"]);
    EXPECT_EQ(there["traits"]["external_id"], p["uuid"]);
    expect_an_empty_plan();
}

TEST_F(to_beyond_identity, one_unknown_member_among_many_is_the_only_one_who_is_rejected)
{
    sync_well();
    // Somebody disappears behind our back, and then somebody joins their group together with them.
    const auto p = somebody();
    const auto gone = identity_in("other_realm", p["email"].get<std::string>());
    const auto realm_id = s.box().info()["beyond"]["other_realm"].get<std::string>();
    const auto target = realm("other_realm");
    json group;
    for (const auto& g : target["groups"])
        if (g["members"].get<std::set<std::string>>().contains(gone["id"].get<std::string>())) group = g;
    ASSERT_TRUE(group.is_object());
    const auto source = s.people();
    std::string source_group;
    for (const auto& g : source["groups"])
        if (g["name"] == group["display_name"]) source_group = g["uuid"].get<std::string>();
    const auto key = p["uuid"].get<std::string>();
    s.control("DELETE", "bareid/users/" + key + "/groups/" + source_group);
    sync_well();
    s.control("DELETE", "beyond/identities/" + gone["id"].get<std::string>() + "?realm=" + realm_id);
    s.control("PUT", "bareid/users/" + key + "/groups/" + source_group);
    std::string other;
    for (const auto& u : source["users"]) {
        const auto in = u.value("groups", std::vector<std::string>());
        if (u.value("enabled", false) && !u.value("email", "").empty() && u["uuid"] != p["uuid"] &&
            std::find(in.begin(), in.end(), source_group) == in.end())
            other = u["uuid"].get<std::string>();
    }
    ASSERT_FALSE(other.empty());
    s.control("PUT", "bareid/users/" + other + "/groups/" + source_group);
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find("1 of 2 memberships were refused"), std::string::npos) << run.text();
    const auto after = realm("other_realm");
    for (const auto& g : after["groups"])
        if (g["id"] == group["id"]) EXPECT_EQ(g["members"].size(), group["members"].size()) << "one went, and one came";
}

TEST_F(to_beyond_identity, a_missing_scope_is_named)
{
    s.knob("beyond", "missing_scopes", "groups:create");
    const auto run = s.run({"sync"});
    EXPECT_NE(run.code, 0);
    EXPECT_NE(run.text().find("groups:create"), std::string::npos) << run.text();
}

} // namespace
} // namespace idferry::e2e
