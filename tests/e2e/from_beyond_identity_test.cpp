// A realm of Beyond Identity → Showpad, and → another realm: first sync, empty second plan, a change, a rename, a
// leaver.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>

namespace idferry::e2e {
namespace {

class from_beyond_identity : public beyond_identity
{
protected:
    void SetUp() override
    {
        auto text = s.config_text();
        const auto syncs = text.substr(text.find("\nsyncs:\n"));
        auto config = "connections:\n" + connection("beyond", "realm") + showpad() + syncs;
        for (const auto& [from, to] : {std::pair<std::string, std::string>{"source: bare\n", "source: beyond\n"}}) {
            const auto at = config.find(from);
            ASSERT_NE(at, std::string::npos);
            config.replace(at, from.size(), to);
        }
        s.write_config(config);
    }

    json user_at_target(const std::string& user_name)
    {
        const auto target = s.target_in_full();
        for (const auto& u : target["users"])
            if (u["userName"] == user_name) return u;
        return {};
    }
    std::string edit_path(const std::string& id) { return "beyond/identities/" + id; }
    // Somebody active with an address, who is neither the sentinel nor a manager.
    json somebody()
    {
        const auto source = realm("realm");
        for (const auto& one : source["identities"]) {
            const auto name = one["traits"]["username"].get<std::string>();
            if (one["status"] == "active" && one["traits"].contains("primary_email_address") &&
                name != "helene.brandt" && one["traits"].contains("given_name"))
                return one;
        }
        throw std::runtime_error("nobody is there");
    }
};

TEST_F(from_beyond_identity, a_realm_is_copied_and_a_change_a_rename_and_a_leaver_follow)
{
    sync_well();
    expect_an_empty_plan();
    const auto source = realm("realm");
    std::size_t wanted = 0;
    for (const auto& one : source["identities"])
        wanted += one["status"] == "active" && (one["traits"].contains("primary_email_address") ||
                                                one["traits"].contains("secondary_email_address"));
    const auto target = s.target_in_full();
    std::size_t there = 0;
    for (const auto& u : target["users"]) there += u["userName"] == s.owner() ? 0 : 1;
    EXPECT_EQ(there, wanted);

    const auto p = somebody();
    const auto id = p["id"].get<std::string>();
    const auto mail = lower(p["traits"]["primary_email_address"].get<std::string>());
    const auto before = user_at_target(mail);
    ASSERT_TRUE(before.is_object()) << mail;
    EXPECT_EQ(before["externalId"], id);
    s.control("PATCH", edit_path(id), {{"family_name", "Wed"}});
    EXPECT_EQ(planned(), (std::set<std::string>{"update user " + mail + ": name.familyName"}));
    sync_well();
    EXPECT_EQ(user_at_target(mail)["name"]["familyName"], "Wed");

    s.control("PATCH", edit_path(id), {{"primary_email_address", "newly.wed@acme.example"}});
    sync_well();
    EXPECT_EQ(user_at_target("newly.wed@acme.example")["id"], before["id"]);
    expect_an_empty_plan();

    s.control("PATCH", edit_path(id), {{"status", "suspended"}});
    sync_well();
    EXPECT_EQ(user_at_target("newly.wed@acme.example")["active"], false);
    expect_an_empty_plan();

    s.control("PATCH", edit_path(id), {{"status", "active"}});
    sync_well();
    EXPECT_EQ(user_at_target("newly.wed@acme.example")["active"], true);
    s.control("DELETE", edit_path(id));
    sync_well();
    EXPECT_EQ(user_at_target("newly.wed@acme.example")["active"], false);
    expect_an_empty_plan();
}

TEST_F(from_beyond_identity, who_is_not_in_a_list_that_changed_while_it_was_read_is_asked_for)
{
    sync_well();
    const auto p = somebody();
    s.control("DELETE", edit_path(p["id"].get<std::string>()));
    s.knob("beyond", "total_size_wrong", 1);
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_NE(run.out.find("it changed while it was read"), std::string::npos) << run.text();
    EXPECT_EQ(user_at_target(lower(p["traits"]["primary_email_address"].get<std::string>()))["active"], false);
}

TEST_F(from_beyond_identity, nobody_is_removed_while_nobody_can_be_listed)
{
    sync_well();
    const auto p = somebody();
    s.control("DELETE", edit_path(p["id"].get<std::string>()));
    s.control("POST", "faults",
              {{"server", "beyond"}, {"path", "/identities?"}, {"kind", "truncated_json"}, {"count", -1}});
    const auto run = s.run({"sync"});
    EXPECT_NE(run.code, 0) << run.text();
    EXPECT_EQ(user_at_target(lower(p["traits"]["primary_email_address"].get<std::string>()))["active"], true);
}

class realm_to_realm : public beyond_identity
{
protected:
    void SetUp() override
    {
        std::string rules;
        for (const char* path : {"externalId",
                                 "userName",
                                 "displayName",
                                 "active",
                                 "name.familyName",
                                 "name.givenName",
                                 "name.middleName",
                                 "name.formatted",
                                 "name.honorificPrefix",
                                 "name.honorificSuffix",
                                 "nickName",
                                 "emails",
                                 "phoneNumbers",
                                 "photos",
                                 "profileUrl",
                                 "preferredLanguage",
                                 "locale",
                                 "timezone",
                                 "addresses",
                                 "title",
                                 "userType",
                                 "employeeNumber",
                                 "costCenter",
                                 "organization",
                                 "division",
                                 "department",
                                 "manager.value",
                                 "manager.displayName"})
            rules += "        " + std::string(path) + ": " + path + "\n";
        s.write_config("connections:\n" + connection("staging", "realm") + connection("production", "other_realm") +
                       R"yaml(
syncs:
  people:
    source: staging
    target: production
    users:
      match: [userName]
      attributes:
)yaml" + rules + R"yaml(      leave: {action: delete}
    groups:
      attributes:
        displayName: displayName
        'urn:idferry:source:beyond_identity:group:description': 'urn:idferry:source:beyond_identity:group:description'
      members: true
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20}
)yaml");
    }

    // A realm's people and groups, a line each, without ids and times.
    std::set<std::string> lines(const char* name)
    {
        const auto all = s.control("GET", "state?server=beyond&form=compact&realm=" +
                                              s.box().info()["beyond"][name].get<std::string>());
        std::set<std::string> out;
        for (const char* kind : {"identities", "groups"})
            for (const auto& one : all[kind]) out.insert(std::string(kind) + " " + one.dump());
        return out;
    }
    void expect_the_same_people() { EXPECT_EQ(difference(lines("realm"), lines("other_realm")), ""); }
};

TEST_F(realm_to_realm, people_with_every_trait_and_their_groups_are_the_same_afterwards)
{
    const auto source = realm("realm");
    const auto id = source["identities"][5]["id"].get<std::string>();
    json traits = {{"type", "traits_v0"}};
    for (const char* name :
         {"middle_name", "honorific_prefix", "honorific_suffix", "nick_name", "profile_url", "photo",
          "preferred_language", "timezone", "formatted_address", "street_address", "region", "postal_code", "country",
          "user_type", "division", "manager_id", "manager_name", "secondary_phone", "secondary_email_address"})
        traits[name] = std::string("v-") + name;
    s.control("PATCH", "beyond/identities/" + id, {{"traits", traits}});
    sync_well();
    expect_the_same_people();
    expect_an_empty_plan();

    s.control("PATCH", "beyond/identities/" + id, {{"manager_name", "v-another"}, {"status", "suspended"}});
    sync_well();
    expect_the_same_people();
    s.control("DELETE", "beyond/identities/" + id);
    const auto group = source["groups"][0]["id"].get<std::string>();
    s.control("PATCH", "beyond/groups/" + group, {{"display_name", "Renamed"}, {"description", "and described"}});
    sync_well();
    expect_the_same_people();
    expect_an_empty_plan();
}

} // namespace
} // namespace idferry::e2e
