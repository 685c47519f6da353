// A SCIM service provider → Showpad: first sync with nested groups, empty second plan, a change, a rename, members who
// come and go, a leaver; lists that are cut off take nobody anything away; and a provider that shows no members.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>
#include <functional>

namespace idferry::e2e {
namespace {

class from_scim : public beyond_identity
{
protected:
    from_scim() : beyond_identity({60, 12, 7, "user_list", {"beyond.scim_rate_per_minute=0"}}) {}

    void SetUp() override { configure(people_connection(), "people"); }

    std::string common() const
    {
        return "    tls: {ca_file: '" + s.folder() +
               "/ca.pem'}\n    rate: {requests_per_second: 0, burst: 100, concurrency: 4}\n" +
               "    retry: {tries: 2, base: 5ms, cap: 10ms}\n";
    }
    std::string people_connection(const std::string& keys = "")
    {
        return "  people:\n    type: scim\n    base_url: " + s.box().info()["people"]["base_url"].get<std::string>() +
               "\n    auth: {bearer: {file: '" + s.folder() + "/people-token'}}\n" + common() + keys;
    }
    void configure(const std::string& source, const std::string& name)
    {
        s.write_config("connections:\n" + source + showpad() + R"yaml(
syncs:
  people-to-showpad:
    source: )yaml" + name +
                       R"yaml(
    target: showpad
    users:
      scope: 'active eq true and emails pr'
      match: [externalId, userName]
      attributes:
        externalId: id
        userName: {from: email, transform: [lower, trim]}
        name.givenName: {from: name.givenName, default: None}
        name.familyName: {from: name.familyName, default: None}
        emails: {from: emails, collapse: primary}
        active: active
      leave: {action: deactivate, then_delete_after: 30d}
    groups:
      scope: 'displayName sw "Sales"'
      attributes: {displayName: displayName}
      members: true
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20}
)yaml");
    }

    json source() { return s.control("GET", "state?server=people"); }
    static std::string address_of(const json& user)
    {
        std::string first;
        for (const auto& one : user.value("emails", json::array())) {
            if (one.value("primary", false)) return lower(one["value"].get<std::string>());
            if (first.empty()) first = lower(one["value"].get<std::string>());
        }
        return first;
    }
    static bool in_scope(const json& user) { return user.value("active", false) && !address_of(user).empty(); }

    using memberships = std::map<std::string, std::set<std::string>>; // group name → user names

    // Whoever is in a group, or in a group in it.
    memberships wanted_groups()
    {
        const auto all = source();
        std::map<std::string, json> groups, users;
        for (const auto& g : all["groups"]) groups[g["id"].get<std::string>()] = g;
        for (const auto& u : all["users"]) users[u["id"].get<std::string>()] = u;
        memberships out;
        for (const auto& [id, g] : groups) {
            if (!g["displayName"].get<std::string>().starts_with("Sales")) continue;
            auto& names = out[g["displayName"].get<std::string>()];
            const std::function<void(const json&)> add = [&](const json& group) {
                for (const auto& m : group.value("members", json::array())) {
                    const auto key = m["value"].get<std::string>();
                    if (const auto nested = groups.find(key); nested != groups.end())
                        add(nested->second);
                    else if (in_scope(users[key]))
                        names.insert(address_of(users[key]));
                }
            };
            add(g);
        }
        return out;
    }
    memberships groups_there()
    {
        const auto target = s.target_in_full();
        std::map<std::string, json> users;
        for (const auto& u : target["users"]) users[u["id"].get<std::string>()] = u;
        memberships out;
        for (const auto& g : target["groups"]) {
            if (g["displayName"] == "All Users") continue;
            auto& names = out[g["displayName"].get<std::string>()];
            for (const auto& m : g.value("members", json::array())) {
                const auto& user = users[m["value"].get<std::string>()];
                if (user.value("active", false)) names.insert(user["userName"].get<std::string>());
            }
        }
        return out;
    }
    json at_target(const std::string& user_name)
    {
        const auto target = s.target_in_full();
        for (const auto& u : target["users"])
            if (u["userName"] == user_name) return u;
        return {};
    }
    // Somebody in scope, and a group of Sales that they are directly in.
    std::pair<json, std::string> somebody()
    {
        const auto all = source();
        std::set<std::string> sales;
        for (const auto& g : all["groups"])
            if (g["displayName"].get<std::string>().starts_with("Sales")) sales.insert(g["id"].get<std::string>());
        for (const auto& u : all["users"])
            for (const auto& g : u.value("groups", json::array()))
                if (in_scope(u) && sales.contains(g["value"].get<std::string>()))
                    return {u, g["value"].get<std::string>()};
        throw std::runtime_error("nobody is in a group of Sales");
    }
};

TEST_F(from_scim, people_and_nested_groups_arrive_and_what_changes_follows)
{
    sync_well();
    std::size_t wanted = 0;
    const auto before = source();
    for (const auto& u : before["users"]) {
        if (!in_scope(u)) continue;
        ++wanted;
        const auto there = at_target(address_of(u));
        ASSERT_TRUE(there.is_object()) << u;
        EXPECT_EQ(there["externalId"], u["id"]);
        EXPECT_EQ(there["active"], true);
    }
    EXPECT_GT(wanted, 30u);
    EXPECT_EQ(s.target_in_full()["users"].size(), wanted + 1); // and the owner
    EXPECT_FALSE(wanted_groups().empty());
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();

    const auto [person, group] = somebody();
    const auto id = person["id"].get<std::string>();
    const auto mail = address_of(person);
    s.control("PATCH", "people/users/" + id, {{"name", {{"familyName", "Wed"}}}});
    EXPECT_EQ(planned(), (std::set<std::string>{"update user " + mail + ": name.familyName"}));
    sync_well();
    EXPECT_EQ(at_target(mail)["name"]["familyName"], "Wed");
    expect_an_empty_plan();

    const auto account = at_target(mail)["id"];
    s.control("PATCH", "people/users/" + id,
              {{"emails", {{{"value", "newly.wed@acme.example"}, {"type", "work"}, {"primary", true}}}}});
    sync_well();
    EXPECT_EQ(at_target("newly.wed@acme.example")["id"], account);
    expect_an_empty_plan();

    s.control("DELETE", "people/groups/" + group + "/members/" + id);
    sync_well();
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();
    s.control("PUT", "people/groups/" + group + "/members/" + id);
    sync_well();
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();

    s.control("PATCH", "people/users/" + id, {{"active", false}});
    sync_well();
    EXPECT_EQ(at_target("newly.wed@acme.example")["active"], false);
    expect_an_empty_plan();
    s.control("PATCH", "people/users/" + id, {{"active", true}});
    sync_well();
    EXPECT_EQ(at_target("newly.wed@acme.example")["active"], true);
    s.control("DELETE", "people/users/" + id);
    sync_well();
    EXPECT_EQ(at_target("newly.wed@acme.example")["active"], false);
    EXPECT_EQ(groups_there(), wanted_groups());
    expect_an_empty_plan();
    EXPECT_EQ(s.requests("people"), s.requests("people", "GET")) << "a source is only read";
}

TEST_F(from_scim, a_list_that_is_cut_off_takes_nobody_anything_away)
{
    configure(people_connection("    paging: {count: 55}\n"), "people");
    sync_well();
    const auto [person, group] = somebody();
    const auto mail = address_of(person);
    s.control("DELETE", "people/users/" + person["id"].get<std::string>());
    // The last page is cut off, and nobody can be asked for either.
    s.control("POST", "faults",
              {{"server", "people"}, {"path", "/Users"}, {"kind", "truncated_json"}, {"count", -1}, {"skip", 1}});
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 6) << run.text();
    EXPECT_NE(run.out.find("GET /Users"), std::string::npos) << run.text();
    EXPECT_EQ(at_target(mail)["active"], true);
    s.control("DELETE", "faults");
    sync_well();
    EXPECT_EQ(at_target(mail)["active"], false);
    expect_an_empty_plan();
}

TEST_F(from_scim, who_is_missing_from_a_list_that_moved_is_asked_for)
{
    configure(people_connection("    paging: {count: 20}\n    source: {absent_active: true}\n"), "people");
    sync_well();
    const auto [person, group] = somebody();
    s.control("DELETE", "people/users/" + person["id"].get<std::string>());
    s.knob("people", "user_added_between_pages", 1);
    const auto run = s.run({"sync"});
    EXPECT_NE(run.out.find("totalResults changed"), std::string::npos) << run.text();
    EXPECT_EQ(at_target(address_of(person))["active"], false) << run.text();
    sync_well();
    expect_an_empty_plan();
}

TEST_F(from_scim, where_members_are_not_shown_no_membership_is_ever_taken_away)
{
    sync_well();
    const auto before = groups_there();
    EXPECT_FALSE(before.empty());
    configure(people_connection("    source: {memberships: hidden}\n"), "people");
    const auto [person, group] = somebody();
    s.control("DELETE", "people/groups/" + group + "/members/" + person["id"].get<std::string>());
    for (int i = 0; i < 2; ++i) {
        const auto run = s.run({"sync"});
        EXPECT_TRUE(run.code == 0 || run.code == 6) << run.text();
        EXPECT_EQ(groups_there(), before) << run.text();
    }
    // People are synchronised all the same.
    s.control("PATCH", "people/users/" + person["id"].get<std::string>(), {{"name", {{"familyName", "Wed"}}}});
    s.run({"sync"});
    EXPECT_EQ(at_target(address_of(person))["name"]["familyName"], "Wed");
}

TEST_F(from_scim, check_live_reads_a_sample)
{
    const auto run = s.run({"check", "--live"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_NE(run.out.find("20 people and"), std::string::npos) << run.text();
}

// Beyond Identity's own SCIM server as the source.
TEST_F(from_scim, beyond_identity_by_scim_gives_people_and_takes_no_membership)
{
    const auto info = s.box().info()["beyond"];
    const auto value = [&](const char* key) { return info[key].get<std::string>(); };
    const auto tenant = "/v1/tenants/" + value("tenant") + "/realms/";
    configure("  beyond:\n    type: scim\n    profile: beyond_identity\n    base_url: " + value("api_url") + tenant +
                  value("realm") + "/scim/v2\n    auth: {token_url: " + value("auth_url") + tenant +
                  value("admin_realm") + "/applications/" + value("application") + "/token, client_id: '" +
                  value("client_id") + "', client_secret: {file: '" + s.folder() + "/beyond-secret'}}\n" + common(),
              "beyond");
    const auto first = s.run({"sync"});
    EXPECT_TRUE(first.code == 0 || first.code == 6) << first.text();
    const auto all = realm("realm");
    std::size_t wanted = 0;
    for (const auto& one : all["identities"])
        wanted += one["status"] == "active" && one["traits"].contains("primary_email_address");
    EXPECT_GT(wanted, 30u);
    EXPECT_EQ(s.target_in_full()["users"].size(), wanted + 1);
    const auto again = s.plan();
    EXPECT_EQ(difference({}, change_lines(again.plan())), "");
}

} // namespace
} // namespace idferry::e2e
