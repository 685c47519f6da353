// A whole realm of Beyond Identity into another one: people, groups, who may use what, and what the realm is configured
// by. Compared by the sandbox's own view of both realms, in which ids are replaced by names.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>
#include <map>

namespace idferry::e2e {
namespace {

constexpr const char* configuration[] = {"resource_servers",   "roles",       "applications", "authenticator_configs",
                                         "identity_providers", "sso_configs", "themes"};

class realm_promotion : public beyond_identity
{
protected:
    realm_promotion() : beyond_identity(slow_build ? scene{300, 30, 7, "user_list"} : scene{2000, 100, 7, "user_list"})
    {
    }

    void SetUp() override
    {
        const auto example = read_all(IDFERRY_SOURCE_DIR "/packaging/examples/beyond_identity-promotion.yaml");
        s.write_config("connections:\n" + connection("staging", "realm") + connection("production", "other_realm") +
                       example.substr(example.find("\nsyncs:\n")));
        // Here the addresses are carried too.
        s.replace_in_config("{from: protocol_config/redirect_uris, apply: create}", "protocol_config/redirect_uris");
    }

    std::string named(const char* realm) { return s.box().info()["beyond"][realm].get<std::string>(); }
    // An edit behind the API's back, in realm A ("realm") or B ("other_realm").
    json edit(const char* realm, const std::string& method, const std::string& path, const json& body = {})
    {
        return s.control(method, "beyond/" + path + "?realm=" + named(realm), body);
    }

    // Without what the service chose: an empty list is none, and scopes are a set.
    static json settled(const json& value)
    {
        if (value.is_array()) {
            auto out = json::array();
            for (const auto& one : value) out.push_back(settled(one));
            return out;
        }
        if (!value.is_object()) return value;
        auto out = json::object();
        for (const auto& [name, one] : value.items()) {
            if ((one.is_array() && one.empty()) || name == "is_migrated" || name == "redirect_uri") continue;
            out[name] = settled(one);
            if (name == "scopes") std::sort(out[name].begin(), out[name].end());
        }
        return out;
    }

    // What a realm is configured by and who may use what, a line for each object, ids replaced by names.
    std::set<std::string> configured(const char* realm)
    {
        const auto all = s.control("GET", "state?server=beyond&form=compact&realm=" + named(realm));
        std::set<std::string> out;
        for (const char* kind : configuration)
            for (const auto& one : all[kind]) {
                if (one.value("identifier", "").starts_with("sso/")) continue; // made by the service for an SSO one
                out.insert(std::string(kind) + " " + settled(one).dump());
            }
        return out;
    }
    void expect_the_same_configuration() { EXPECT_EQ(difference(configured("realm"), configured("other_realm")), ""); }

    json object(const char* realm_name, const char* kind, const std::string& name)
    {
        const auto all = realm(realm_name);
        for (const auto& one : all[kind])
            if (one.value("display_name", "") == name) return one;
        return {};
    }
    std::string id_of(const char* realm_name, const char* kind, const std::string& name)
    {
        return object(realm_name, kind, name).value("id", "");
    }

    // The provider's secret is nobody's to carry: somebody makes it at the target, once.
    void make_the_provider()
    {
        edit("other_realm", "POST", "identity_providers",
             {{"display_name", "Corporate Directory"},
              {"protocol_config",
               {{"type", "oidc_idp"}, {"client_id", "production-client"}, {"client_secret", "production-only"}}}});
    }
    void promote()
    {
        make_the_provider();
        sync_well();
    }

    // Names of the groups that hold a role ("roles") or may use an application ("sso_configs").
    std::set<std::string> groups_of(const char* realm_name, const char* kind, const std::string& name)
    {
        const auto all = realm(realm_name);
        std::map<std::string, std::string> names;
        for (const auto& g : all["groups"]) names[g["id"].get<std::string>()] = g["display_name"].get<std::string>();
        std::set<std::string> out;
        for (const auto& one : all[kind])
            if (one.value("display_name", "") == name)
                for (const auto& id : one["groups"]) out.insert(names.at(id.get<std::string>()));
        return out;
    }
    // Gives that many groups of the source both a role and an application, beside those that have them already: one
    // less is then no list that was cut off. Their names.
    std::set<std::string> give_to_groups(std::size_t count)
    {
        const auto groups = realm("realm")["groups"];
        for (std::size_t i = 0; i < count; ++i)
            for (const char* to : {"roles/Approvers", "sso_configs/Intranet"})
                edit("realm", "PUT", std::string(to) + "/groups/" + groups[i]["id"].get<std::string>());
        return groups_of("realm", "roles", "Approvers");
    }
};

const std::pair<const char*, const char*> of_groups[] = {{"roles", "Approvers"}, {"sso_configs", "Intranet"}};

TEST_F(realm_promotion, what_needs_a_secret_is_told_and_the_rest_is_done)
{
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find("Corporate Directory"), std::string::npos) << run.text();
    EXPECT_NE(run.out.find("secret"), std::string::npos) << run.text();
    EXPECT_NE(run.out.find("Console"), std::string::npos) << "it refers to the provider: " << run.text();
    EXPECT_TRUE(object("other_realm", "applications", "Expenses").is_object());

    make_the_provider();
    sync_well();
    expect_an_empty_plan();
    EXPECT_EQ(object("other_realm", "identity_providers", "Corporate Directory")["protocol_config"]["client_secret"],
              "production-only");
    EXPECT_EQ(object("other_realm", "identity_providers", "Corporate Directory")["protocol_config"]["client_id"],
              "production-client")
        << "it goes with the secret";
}

TEST_F(realm_promotion, the_first_sync_carries_everything_and_the_second_plan_is_empty)
{
    promote();
    expect_an_empty_plan();
    expect_the_same_configuration();
    const auto a = realm("realm"), b = realm("other_realm");
    EXPECT_EQ(a["identities"].size(), b["identities"].size());
    EXPECT_EQ(a["groups"].size(), b["groups"].size());
    // References are the target's own.
    const auto app = object("other_realm", "applications", "Expenses");
    EXPECT_EQ(app["resource_server_id"], id_of("other_realm", "resource_servers", "Expenses API"));
    EXPECT_EQ(app["authenticator_config_id"], id_of("other_realm", "authenticator_configs", "Hosted Web"));
    EXPECT_NE(app["protocol_config"]["client_id"],
              object("realm", "applications", "Expenses")["protocol_config"]["client_id"]);
    const auto platform = object("other_realm", "authenticator_configs", "Platform Authenticator");
    const auto allowed = platform["config"]["roaming_auth_config"]["allowed_user_group_ids"];
    ASSERT_EQ(allowed.size(), 1u);
    EXPECT_TRUE(std::ranges::any_of(b["groups"], [&](const auto& g) { return g["id"] == allowed[0]; }));
}

TEST_F(realm_promotion, changes_are_carried_one_for_one)
{
    promote();
    const auto before = realm("other_realm");
    const auto app_before = object("other_realm", "applications", "Expenses");
    std::set<std::string> expected;

    // 1 % of the people, one of them renamed, and one who goes.
    const auto people = realm("realm")["identities"];
    std::size_t changed = 0;
    for (const auto& one : people) {
        const auto name = one["traits"]["username"].get<std::string>();
        if (name == "helene.brandt" || !one["traits"].contains("title")) continue;
        if (changed == people.size() / 100) break;
        ++changed;
        edit("realm", "PATCH", "identities/" + one["id"].get<std::string>(), {{"title", "Leitung Süd"}});
        expected.insert("update user " + name + ": title");
    }
    const auto& leaver = people[people.size() - 1];
    edit("realm", "DELETE", "identities/" + leaver["id"].get<std::string>());

    // What the realm is configured by: one setting each, a new application, a renamed SSO configuration.
    edit(
        "realm", "PATCH", "applications/Expenses",
        {{"protocol_config", {{"redirect_uris", {"https://expenses.acme.example/callback", "https://new.example/"}}}}});
    edit("realm", "PATCH", "sso_configs/Wiki", {{"display_name", "Handbook"}});
    edit("realm", "PATCH", "themes/" + realm("realm")["themes"][0]["id"].get<std::string>(),
         {{"button_color", "#123456"}});
    edit("realm", "PATCH", "roles/Readers", {{"description", "May look"}});
    edit("realm", "POST", "applications",
         {{"display_name", "Timesheets"},
          {"resource_server_id", id_of("realm", "resource_servers", "Expenses API")},
          {"is_managed", false},
          {"protocol_config",
           {{"type", "oauth2"},
            {"allowed_scopes", {"expenses:read"}},
            {"confidentiality", "confidential"},
            {"grant_type", {"client_credentials"}},
            {"pkce", "disabled"},
            {"token_endpoint_auth_method", "client_secret_basic"},
            {"token_configuration",
             {{"subject_field", "id"}, {"expires_after", 3600}, {"token_signing_algorithm", "RS256"}}},
            {"token_format", "self_contained"}}}});
    // Who may use what: 30 more by name, one less; a role for two.
    for (std::size_t i = 10; i < 40; ++i)
        edit("realm", "PUT", "sso_configs/Intranet/identities/" + people[i]["id"].get<std::string>());
    edit("realm", "DELETE", "sso_configs/Intranet/identities/helene.brandt");
    for (std::size_t i = 20; i < 22; ++i)
        edit("realm", "PUT", "roles/Approvers/identities/" + people[i]["id"].get<std::string>());

    const auto run = s.plan();
    EXPECT_EQ(run.code, 2) << run.text();
    ASSERT_TRUE(run.plan().is_object()) << run.text();
    const auto planned = change_lines(run.plan());
    for (const auto& line : expected) EXPECT_TRUE(planned.contains(line)) << line << " is not in " << run.text();
    for (const char* line :
         {"update application Expenses: protocol_config/redirect_uris", "update sso_config Handbook: display_name",
          "create application Timesheets", "update role Readers: description"})
        EXPECT_TRUE(planned.contains(line)) << line << " is not in the plan";
    sync_well();
    expect_an_empty_plan();
    expect_the_same_configuration();

    EXPECT_EQ(id_of("other_realm", "sso_configs", "Handbook"), [&] {
        for (const auto& one : before["sso_configs"])
            if (one["display_name"] == "Wiki") return one["id"].get<std::string>();
        return std::string("gone");
    }()) << "a rename is an update";
    const auto app = object("other_realm", "applications", "Expenses");
    EXPECT_EQ(app["protocol_config"]["client_secret"], app_before["protocol_config"]["client_secret"]);
    EXPECT_EQ(app["protocol_config"]["client_id"], app_before["protocol_config"]["client_id"]);
    EXPECT_EQ(identity_in("other_realm", leaver["traits"]["username"].get<std::string>())["status"], "suspended");
}

TEST_F(realm_promotion, what_went_in_the_source_is_kept_unless_the_rules_say_otherwise)
{
    promote();
    edit("realm", "DELETE", "applications/Directory Reader");
    expect_an_empty_plan();
    EXPECT_TRUE(object("other_realm", "applications", "Directory Reader").is_object());

    s.replace_in_config("    applications:\n", "    applications:\n      leave: {action: delete}\n");
    const auto planned = this->planned();
    EXPECT_TRUE(planned.contains("remove application Directory Reader")) << difference({}, planned);
    sync_well();
    EXPECT_TRUE(object("other_realm", "applications", "Directory Reader").is_null());
    expect_an_empty_plan();
}

TEST_F(realm_promotion, which_groups_hold_a_role_follows_as_which_may_use_an_application_does)
{
    const auto given = give_to_groups(11);
    ASSERT_GE(given.size(), 11U);
    promote();
    expect_an_empty_plan();
    for (const auto& [kind, name] : of_groups) EXPECT_EQ(groups_of("other_realm", kind, name), given) << kind;
    EXPECT_EQ(groups_of("other_realm", "roles", "Readers"), groups_of("realm", "roles", "Readers"));

    // What somebody gave at the target alone is not ours: a group that is only there, and one that both have.
    edit("other_realm", "POST", "groups", {{"display_name", "Only Here"}, {"description", ""}});
    std::string both;
    const auto there = realm("other_realm");
    for (const auto& g : there["groups"])
        if (const auto name = g["display_name"].get<std::string>(); name != "Only Here" && !given.contains(name))
            both = name;
    for (const auto& [kind, name] : of_groups)
        for (const auto& group : {std::string("Only Here"), both})
            edit("other_realm", "PUT",
                 std::string(kind) + "/" + name + "/groups/" + id_of("other_realm", "groups", group));
    expect_an_empty_plan();

    const auto taken = *given.begin();
    for (const auto& [kind, name] : of_groups)
        edit("realm", "DELETE", std::string(kind) + "/" + name + "/groups/" + id_of("realm", "groups", taken));
    EXPECT_EQ(planned(), (std::set<std::string>{"members Approvers: -" + taken, "members Intranet: -" + taken}));
    sync_well();
    auto wanted = given;
    wanted.erase(taken);
    wanted.insert({"Only Here", both});
    for (const auto& [kind, name] : of_groups) EXPECT_EQ(groups_of("other_realm", kind, name), wanted) << kind;
    expect_an_empty_plan();

    // The role's name is the role's affair; a role of the same name elsewhere is another one.
    edit("realm", "PATCH", "roles/Readers", {{"display_name", "Viewers"}});
    const auto server =
        edit("realm", "POST", "resource_servers",
             {{"display_name", "Travel API"}, {"is_managed", false}, {"identifier", "https://travel.example"}});
    const auto second =
        edit("realm", "POST", "roles",
             {{"display_name", "Approvers"}, {"description", ""}, {"resource_server_id", server["id"]}});
    edit("realm", "PUT", "roles/" + second["id"].get<std::string>() + "/groups/" + id_of("realm", "groups", taken));
    sync_well();
    expect_an_empty_plan();
    EXPECT_EQ(groups_of("other_realm", "roles", "Viewers"), groups_of("realm", "roles", "Viewers"));
    wanted.insert(taken); // of both roles
    EXPECT_EQ(groups_of("other_realm", "roles", "Approvers"), wanted);
    const auto made = realm("other_realm");
    for (const auto& role : made["roles"])
        if (role["display_name"] == "Approvers" &&
            role["resource_server_id"] == id_of("other_realm", "resource_servers", "Travel API"))
            EXPECT_EQ(role["groups"], json::array({id_of("other_realm", "groups", taken)}));
}

TEST_F(realm_promotion, groups_lose_a_role_under_the_guards)
{
    s.replace_in_config("guards: {", "guards: {max_shrink: 90%, ");
    const auto given = give_to_groups(12);
    promote();
    std::size_t taken = 0;
    for (const auto& name : given)
        if (taken++ < 8) edit("realm", "DELETE", "roles/Approvers/groups/" + id_of("realm", "groups", name));
    const auto refused = s.run({"sync"});
    EXPECT_EQ(refused.code, 3) << refused.text();
    EXPECT_NE(refused.out.find("max_members_removed"), std::string::npos) << refused.text();
    EXPECT_EQ(groups_of("other_realm", "roles", "Approvers"), given);
    // And a list that may be cut off takes nothing away at all.
    s.replace_in_config("max_shrink: 90%, ", "");
    const auto withheld = s.run({"sync"});
    EXPECT_EQ(withheld.code, 6) << withheld.text();
    EXPECT_EQ(groups_of("other_realm", "roles", "Approvers"), given);
}

TEST_F(realm_promotion, without_the_section_the_plan_says_once_that_groups_hold_roles)
{
    s.replace_in_config("    group_roles: {members: true}\n", "");
    std::size_t holders = 0, roles = 0;
    const auto at_first = realm("realm");
    for (const auto& role : at_first["roles"]) {
        holders += role["groups"].size();
        roles += role["groups"].empty() ? 0 : 1;
    }
    ASSERT_EQ(roles, 2U);
    const auto words =
        "held by " + std::to_string(holders) + " groups, which are not carried: name the section group_roles";
    const auto told = [&] {
        const auto all = notes(s.plan().plan(), "warning");
        return std::ranges::count_if(all, [&](const auto& n) { return n.find(words) != std::string::npos; });
    };
    EXPECT_EQ(told(), 1);
    promote();
    EXPECT_EQ(told(), 1);
    expect_an_empty_plan();
    for (const char* role : {"Approvers", "Readers"}) EXPECT_TRUE(groups_of("other_realm", "roles", role).empty());
    // Nobody is told who did not ask for holders at all.
    s.replace_in_config("    roles: {members: true}\n", "    roles: {}\n");
    EXPECT_EQ(told(), 0);
}

} // namespace
} // namespace idferry::e2e
