// Bare.ID → Beyond Identity's own SCIM server: first sync with groups and members, empty second plan, members who come
// and go although nobody can see them, a rename, a leaver, and answers that were lost.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>

namespace idferry::e2e {
namespace {

class to_beyond_identity_scim : public beyond_identity
{
protected:
    to_beyond_identity_scim() : beyond_identity({60, 12, 7, "user_list", {"beyond.scim_rate_per_minute=0"}}) {}

    void SetUp() override
    {
        const auto info = s.box().info()["beyond"];
        const auto value = [&](const char* key) { return info[key].get<std::string>(); };
        const auto tenant = "/v1/tenants/" + value("tenant") + "/realms/";
        const auto target =
            "  beyond:\n    type: scim\n    profile: beyond_identity\n    base_url: " + value("api_url") + tenant +
            value("other_realm") + "/scim/v2\n    auth: {token_url: " + value("auth_url") + tenant +
            value("admin_realm") + "/applications/" + value("application") + "/token, client_id: '" +
            value("client_id") + "', client_secret: {file: '" + s.folder() + "/beyond-secret'}}\n    tls: {ca_file: '" +
            s.folder() + "/ca.pem'}\n    rate: {requests_per_second: 0, burst: 100, concurrency: 4}\n" +
            "    retry: {tries: 2, base: 5ms, cap: 10ms}\n";
        s.write_config("connections:\n" + bare() + target + R"yaml(
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
      leave: {action: deactivate, then_delete_after: 30d}
    groups:
      scope: 'displayName sw "Sales"'
      attributes: {displayName: displayName}
      members: true
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20}
)yaml");
    }

    // What the target must hold: for each group of Sales the user names of its members.
    std::map<std::string, std::set<std::string>> wanted_groups()
    {
        std::map<std::string, std::set<std::string>> out;
        const auto source = s.people();
        for (const auto& g : source["groups"]) {
            const auto name = g["name"].get<std::string>();
            if (!name.starts_with("Sales")) continue;
            auto& members = out[name];
            for (const auto& u : source["users"]) {
                const auto in = u.value("groups", std::vector<std::string>());
                if (u.value("enabled", false) && !u.value("email", "").empty() &&
                    std::find(in.begin(), in.end(), g["uuid"].get<std::string>()) != in.end())
                    members.insert(lower(u["email"].get<std::string>()));
            }
        }
        return out;
    }
    std::map<std::string, std::set<std::string>> groups_there()
    {
        std::map<std::string, std::set<std::string>> out;
        const auto target = realm("other_realm");
        std::map<std::string, std::string> names;
        for (const auto& one : target["identities"])
            names[one["id"].get<std::string>()] = one["traits"]["username"].get<std::string>();
        for (const auto& g : target["groups"])
            for (auto& members = out[g["display_name"].get<std::string>()];
                 const auto& id : g["members"].get<std::set<std::string>>())
                members.insert(names[id]);
        return out;
    }

    struct membership
    {
        json person;
        std::string group, name;
    };
    // An active person who has an address, and a group of Sales that they are in.
    membership somebody()
    {
        const auto source = s.people();
        for (const auto& u : source["users"]) {
            if (!u.value("enabled", false) || u.value("email", "").empty()) continue;
            const auto in = u.value("groups", std::vector<std::string>());
            for (const auto& g : source["groups"])
                if (g["name"].get<std::string>().starts_with("Sales") &&
                    std::find(in.begin(), in.end(), g["uuid"].get<std::string>()) != in.end())
                    return {u, g["uuid"].get<std::string>(), g["name"].get<std::string>()};
        }
        throw std::runtime_error("nobody is in a group of Sales");
    }
};

TEST_F(to_beyond_identity_scim, everybody_arrives_with_groups_and_members_and_nothing_is_left_to_do)
{
    sync_well();
    std::size_t wanted = 0;
    const auto source = s.people();
    for (const auto& u : source["users"]) {
        if (!u.value("enabled", false) || u.value("email", "").empty()) continue;
        ++wanted;
        const auto there = identity_in("other_realm", u["email"].get<std::string>());
        ASSERT_TRUE(there.is_object()) << u["email"];
        EXPECT_EQ(there["traits"]["external_id"], u["uuid"]);
        EXPECT_EQ(there["status"], "active");
        EXPECT_EQ(lower(there["traits"]["primary_email_address"].get<std::string>()),
                  lower(u["email"].get<std::string>()));
    }
    EXPECT_EQ(realm("other_realm")["identities"].size(), wanted);
    EXPECT_FALSE(wanted_groups().empty());
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();
    // Reading the target too finds nothing: who is in a group is not shown, so it is no drift either.
    const auto full = s.run({"plan", "--refresh", "--format", "json"});
    EXPECT_EQ(full.code, 0) << full.text();
    EXPECT_EQ(difference({}, change_lines(full.plan())), "");
    EXPECT_EQ(s.requests("beyond", "PUT"), 0u);
}

// The document: 30 calls a minute, told by RateLimit-Reset alone. A wait that is too long is left to the next cycles.
TEST_F(to_beyond_identity_scim, thirty_calls_a_minute_hold_up_and_double_nothing)
{
    s.replace_in_config("cap: 10ms}\n\nsyncs", "cap: 10ms, max_retry_after: 1s}\n\nsyncs");
    s.knob("beyond", "scim_rate_per_minute", 30);
    for (int cycle = 0; cycle < 3; ++cycle) {
        const auto run = s.run({"sync"});
        EXPECT_NE(run.code, 0);
        EXPECT_NE(run.text().find("429"), std::string::npos) << run.text();
        s.control("POST", "clock", {{"advance_s", 60}});
    }
    const auto made = realm("other_realm")["identities"].size();
    EXPECT_GT(made, 0U);
    EXPECT_LT(made, 40U);
    s.knob("beyond", "scim_rate_per_minute", 0);
    // A wait of a second is made, and nobody hears of it.
    s.control("POST", "faults",
              {{"server", "beyond"}, {"path", "/scim/"}, {"kind", "429"}, {"retry_after", "reset:1"}, {"skip", 9}});
    sync_well();
    EXPECT_EQ(groups_there(), wanted_groups());
    std::multiset<std::string> names;
    const auto there = realm("other_realm");
    for (const auto& one : there["identities"]) names.insert(one["traits"]["username"].get<std::string>());
    for (const auto& name : names) EXPECT_EQ(names.count(name), 1U) << name;
    expect_an_empty_plan();
}

TEST_F(to_beyond_identity_scim, members_come_and_go_although_nobody_can_see_them)
{
    sync_well();
    const auto one = somebody();
    const auto path = "bareid/users/" + one.person["uuid"].get<std::string>() + "/groups/" + one.group;
    s.control("DELETE", path);
    EXPECT_FALSE(wanted_groups()[one.name].contains(lower(one.person["email"].get<std::string>())));
    sync_well();
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();
    s.control("PUT", path);
    sync_well();
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();
}

TEST_F(to_beyond_identity_scim, a_rename_a_leaver_and_a_return)
{
    sync_well();
    const auto p = somebody().person;
    const auto key = p["uuid"].get<std::string>();
    const auto before = identity_in("other_realm", p["email"].get<std::string>());
    s.control("PATCH", "bareid/users/" + key, {{"email", "Newly.Wed@acme.example"}, {"lastName", "Wed"}});
    EXPECT_EQ(planned().size(), 1u);
    sync_well();
    const auto renamed = identity_in("other_realm", "newly.wed@acme.example");
    ASSERT_TRUE(renamed.is_object());
    EXPECT_EQ(renamed["id"], before["id"]);
    EXPECT_EQ(renamed["traits"]["family_name"], "Wed");
    expect_an_empty_plan();

    s.control("PATCH", "bareid/users/" + key, {{"enabled", false}});
    sync_well();
    EXPECT_EQ(identity_in("other_realm", "newly.wed@acme.example")["status"], "suspended");
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();

    s.control("PATCH", "bareid/users/" + key, {{"enabled", true}});
    sync_well();
    EXPECT_EQ(identity_in("other_realm", "newly.wed@acme.example")["status"], "active");
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();
}

TEST_F(to_beyond_identity_scim, a_group_is_renamed_and_keeps_its_members)
{
    sync_well();
    const auto one = somebody();
    s.control("PATCH", "bareid/groups/" + one.group, {{"name", one.name + " renamed"}});
    sync_well();
    EXPECT_EQ(groups_there(), wanted_groups());
    EXPECT_TRUE(groups_there().contains(one.name + " renamed"));
    expect_an_empty_plan();
}

TEST_F(to_beyond_identity_scim, answers_that_were_lost_leave_nobody_out)
{
    sync_well();
    const auto one = somebody();
    const auto path = "bareid/users/" + one.person["uuid"].get<std::string>() + "/groups/" + one.group;
    for (const char* what : {"DELETE", "PUT"}) {
        s.control(what, path);
        s.control("POST", "faults", {{"server", "beyond"}, {"method", "PATCH"}, {"kind", "lost"}});
        s.run({"sync"});
        s.control("DELETE", "faults");
        sync_well();
        EXPECT_EQ(groups_there(), wanted_groups()) << what;
        expect_an_empty_plan();
    }
}

} // namespace
} // namespace idferry::e2e
