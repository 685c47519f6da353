// One Bare.ID instance into another, in both profiles: first sync, empty second plan, a change, a leaver who returns,
// renames, and a lock at the target that stays.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::e2e {
namespace {

const std::string guesses_on = R"(    ops:
      user_list: {enabled: true}
      user_count: {enabled: true}
      user_find: {enabled: true}
      user_create: {enabled: true}
      user_update: {enabled: true}
      member_add: {enabled: true}
      member_del: {enabled: true}
      group_create: {enabled: true}
      group_update: {enabled: true}
      group_delete: {enabled: true}
    paging: {style: offset, size: 50}
)";

std::string sync_of(const std::string& source)
{
    return R"(
syncs:
  staff:
    source: )" +
           source + R"(
    target: there
    users:
      scope: 'active eq true'
      match: [externalId, userName]
      attributes:
        externalId: id
        userName: userName
        name.givenName: name.givenName
        name.familyName: name.familyName
        active: active
        emails: emails
        title: {from: title, on_absent: clear}
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department': {from: department, on_absent: clear}
        'urn:idferry:source:bare_id:there:badge': 'urn:idferry:source:bare_id:bare:employeeId'
    groups:
      scope: 'not (displayName eq "projects")'
      attributes: {displayName: displayName}
      members: true
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20, sentinels: ['userName eq "helene.brandt"']}
)";
}

std::string value_of(const json& user, const char* attribute)
{
    const auto& attributes = user["attributes"];
    return attributes.contains(attribute) && !attributes[attribute]["values"].empty()
               ? attributes[attribute]["values"][0].get<std::string>()
               : std::string();
}

std::map<std::string, std::string> group_names(const json& state, const char* but)
{
    std::map<std::string, std::string> out;
    for (const auto& g : state["groups"])
        if (g["name"] != but) out[g["uuid"]] = g["name"];
    return out;
}

// A person and each membership, one line each; `key` and `badge` name the attributes that hold the source's.
void add_lines(std::set<std::string>& out, const json& user, const std::string& key, const std::string& badge,
               const std::map<std::string, std::string>& groups)
{
    const auto name = user["username"].get<std::string>();
    out.insert(name + " | " + key + " | " + lower(user["email"].get<std::string>()) + " | " +
               value_of(user, "firstName") + " | " + value_of(user, "lastName") + " | " + value_of(user, "title") +
               " | " + value_of(user, "department") + " | " + badge);
    for (const auto& id : user["groups"])
        if (const auto g = groups.find(id.get<std::string>()); g != groups.end()) out.insert(g->second + ": " + name);
}

std::set<std::string> wanted_lines(const json& source)
{
    std::set<std::string> out;
    const auto groups = group_names(source, "projects");
    for (const auto& [id, name] : groups) out.insert("group " + name);
    for (const auto& u : source["users"])
        if (u["enabled"].get<bool>() && !u["username"].get<std::string>().starts_with("service-account-"))
            add_lines(out, u, u["uuid"], value_of(u, "employeeId"), groups);
    return out;
}

std::set<std::string> lines_there(const json& target)
{
    std::set<std::string> out;
    const auto groups = group_names(target, "");
    for (const auto& [id, name] : groups) out.insert("group " + name);
    for (const auto& u : target["users"])
        if (u["enabled"].get<bool>()) add_lines(out, u, value_of(u, "externalId"), value_of(u, "badge"), groups);
    return out;
}

class into_bare_id : public testing::TestWithParam<std::string>
{
protected:
    into_bare_id() : s({60, 12, 7, "user_list"})
    {
        const auto& info = s.box().info()["bareid_target"];
        const bool gateway = GetParam() == "gateway";
        auto text = s.config_text();
        text.resize(text.find("  showpad:\n"));
        text += "  there:\n    type: bare_id\n    profile: " + GetParam() + "\n";
        if (gateway)
            text += "    instance: " + info["instance"].get<std::string>() +
                    "\n    api_base: " + info["api_base"].get<std::string>() + "\n" + guesses_on;
        text += "    auth:\n      token_url: " + info["token_url"].get<std::string>() +
                "\n      client_id: " + info["client_id"].get<std::string>() + "\n      client_secret: {file: \"" +
                s.folder() + "/bareid_target-secret\"}\n    retry: {tries: 2, base: 5ms, cap: 10ms}\n" +
                "    rate: {requests_per_second: 0, burst: 100, concurrency: 4}\n    tls: {ca_file: \"" + s.folder() +
                "/ca.pem\"}\n";
        s.write_config(text + sync_of("bare"));
        if (gateway) s.knob("bareid_target", "paging", "offset");
    }

    json target() { return s.control("GET", "state?server=bareid_target"); }
    json at_target(const std::string& user_name)
    {
        const auto now = target();
        for (const auto& u : now["users"])
            if (u["username"] == user_name) return u;
        return nullptr;
    }
    void sync_well()
    {
        const auto run = s.run({"sync"});
        EXPECT_EQ(run.code, 0) << run.text();
    }
    void expect_in_step()
    {
        EXPECT_EQ(difference(wanted_lines(s.people()), lines_there(target())), "");
        const auto writes = s.requests("bareid_target", "PUT") + s.requests("bareid_target", "POST");
        const auto again = s.plan();
        EXPECT_EQ(again.code, 0) << again.text();
        EXPECT_EQ(change_lines(again.plan()), std::set<std::string>{});
        EXPECT_LE(s.requests("bareid_target", "PUT") + s.requests("bareid_target", "POST"), writes + 1)
            << "a token at most";
    }
    // The n-th person in scope who is in a group and is no sentinel.
    json somebody(std::size_t n = 0)
    {
        const auto now = s.people();
        for (const auto& u : now["users"])
            if (u["enabled"].get<bool>() && !u["groups"].empty() && u["username"] != "helene.brandt" &&
                !u["username"].get<std::string>().starts_with("service-account-") && n-- == 0)
                return u;
        throw std::runtime_error("too few people");
    }

    stage s;
};

TEST_P(into_bare_id, everybody_arrives_and_a_second_plan_is_empty)
{
    sync_well();
    expect_in_step();
    EXPECT_GT(target()["users"].size(), 40u);
}

TEST_P(into_bare_id, a_plan_says_about_how_many_requests_it_takes)
{
    const auto asked = [&] {
        std::uint64_t n = 0;
        for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) n += s.requests("bareid_target", method);
        return static_cast<double>(n);
    };
    const auto at_first = asked();
    const auto planned = s.plan().plan()["requests"].get<double>();
    const auto looks = asked() - at_first; // what planning alone asks the target
    sync_well();
    const auto pushed = asked() - at_first - 2 * looks;
    EXPECT_GT(pushed, 100);
    EXPECT_NEAR(planned / pushed, 1, 0.2) << planned << " planned, " << pushed << " made";
}

TEST_P(into_bare_id, changes_follow)
{
    sync_well();
    const auto p = somebody();
    const auto name = p["username"].get<std::string>();
    const auto before = at_target(name);
    // What others keep at the target stays there.
    s.control("PATCH", "bareid_target/users/" + before["uuid"].get<std::string>(),
              {{"attributes", {{"shoeSize", "43"}}}, {"requiredActions", {"VERIFY_EMAIL"}}});
    s.control("PATCH", "bareid/users/" + p["uuid"].get<std::string>(),
              {{"lastName", "Neuname"}, {"attributes", {{"title", nullptr}}}});
    const auto planned = s.plan();
    EXPECT_EQ(planned.code, 2) << planned.text();
    EXPECT_EQ(change_lines(planned.plan()).size(), 1u) << planned.text();
    sync_well();
    expect_in_step();
    const auto after = at_target(name);
    EXPECT_EQ(after["uuid"], before["uuid"]);
    EXPECT_EQ(value_of(after, "lastName"), "Neuname");
    EXPECT_EQ(value_of(after, "title"), "");
    EXPECT_EQ(value_of(after, "shoeSize"), "43");
    EXPECT_EQ(after["requiredActions"], json::array({"VERIFY_EMAIL"}));
}

TEST_P(into_bare_id, a_leaver_is_disabled_and_comes_back)
{
    sync_well();
    const auto p = somebody(1);
    const auto name = p["username"].get<std::string>();
    const auto id = at_target(name)["uuid"];
    s.control("PATCH", "bareid/users/" + p["uuid"].get<std::string>(), {{"enabled", false}});
    sync_well();
    EXPECT_EQ(at_target(name)["enabled"], false);
    EXPECT_EQ(at_target(name)["groups"], json::array());
    expect_in_step();
    s.control("PATCH", "bareid/users/" + p["uuid"].get<std::string>(), {{"enabled", true}});
    sync_well();
    EXPECT_EQ(at_target(name)["enabled"], true) << "the source switched this person on";
    EXPECT_EQ(at_target(name)["uuid"], id);
    expect_in_step();
    s.control("DELETE", "bareid/users/" + p["uuid"].get<std::string>());
    sync_well();
    EXPECT_EQ(at_target(name)["enabled"], false) << "deactivated, and not deleted";
    expect_in_step();
}

TEST_P(into_bare_id, renames_are_updates)
{
    sync_well();
    const auto p = somebody(2);
    const auto id = at_target(p["username"])["uuid"];
    s.control("PATCH", "bareid/users/" + p["uuid"].get<std::string>(),
              {{"username", "another.name"}, {"email", "another.name@acme.example"}});
    s.control("PATCH", "bareid/groups/" + segment("/staff/Sales"), {{"name", "Vertrieb"}});
    const auto groups = target()["groups"].size();
    sync_well();
    EXPECT_EQ(at_target("another.name")["uuid"], id);
    EXPECT_EQ(target()["groups"].size(), groups) << "the same group, with another name";
    expect_in_step();
}

TEST_P(into_bare_id, a_lock_at_the_target_stays)
{
    sync_well();
    const auto p = somebody(3);
    const auto name = p["username"].get<std::string>();
    const auto id = at_target(name)["uuid"].get<std::string>();
    s.control("PATCH", "bareid_target/users/" + id, {{"enabled", false}, {"locked", true}});
    for (const auto* how : {"--refresh", "--refresh"}) {
        const auto run = s.run({"sync", how});
        EXPECT_EQ(run.code, 4) << run.text();
        EXPECT_NE((run.out + run.err).find("is disabled at the target"), std::string::npos) << run.text();
        EXPECT_EQ(at_target(name)["enabled"], false);
        EXPECT_EQ(at_target(name)["locked"], true);
    }
    // A change at the source does not switch the account on either.
    s.control("PATCH", "bareid/users/" + p["uuid"].get<std::string>(), {{"lastName", "Neuname"}});
    EXPECT_EQ(s.run({"sync"}).code, 4);
    EXPECT_EQ(at_target(name)["locked"], true);
    // An administrator unlocks it: everything follows.
    s.control("PATCH", "bareid_target/users/" + id, {{"enabled", true}, {"locked", false}});
    s.run({"rejects", "retry", "staff"});
    sync_well();
    EXPECT_EQ(value_of(at_target(name), "lastName"), "Neuname");
}

// Section 7.3: a lock may only show as disabled, and lapses. Who has left is switched off all the same.
TEST_P(into_bare_id, a_leaver_who_is_locked_is_disabled_all_the_same)
{
    sync_well();
    const auto p = somebody(3);
    const auto id = at_target(p["username"])["uuid"].get<std::string>();
    s.control("PATCH", "bareid_target/users/" + id, {{"enabled", false}, {"locked", true}});
    s.control("DELETE", "bareid/users/" + p["uuid"].get<std::string>());
    s.control("DELETE", "requests");
    sync_well();
    const auto log = s.control("GET", "requests?server=bareid_target&limit=100000")["requests"];
    std::size_t written = 0;
    for (const auto& one : log)
        if (one.value("method", "") != "GET" && one.value("target", one.value("path", "")).ends_with("/users/" + id))
            ++written;
    EXPECT_EQ(written, 1U) << "it was told, whatever it showed";
    EXPECT_EQ(at_target(p["username"])["enabled"], false);
    expect_in_step();
}

// What is given at creation only, or only where nothing is, does not change somebody who is found and taken over.
TEST_P(into_bare_id, who_is_found_keeps_what_is_only_for_new_or_empty_records)
{
    const auto p = somebody(), q = somebody(1);
    for (const auto& one : {p, q})
        s.control(
            "POST", "bareid_target/users",
            {{"username", one["username"]},
             {"email", one["email"]},
             {"firstName", "Von"},
             {"lastName", "Hand"},
             {"enabled", true},
             {"attributes",
              {{"title", one == p ? json(json::array({"Own"})) : json::array()}, {"badge", json::array({"B-1"})}}}});
    s.replace_in_config("title: {from: title, on_absent: clear}", "title: {constant: Given, apply: if_empty}");
    s.replace_in_config("'urn:idferry:source:bare_id:there:badge': 'urn:idferry:source:bare_id:bare:employeeId'",
                        "'urn:idferry:source:bare_id:there:badge': {constant: B-2, apply: create}");
    sync_well();
    EXPECT_EQ(value_of(at_target(p["username"]), "title"), "Own");
    EXPECT_EQ(value_of(at_target(q["username"]), "title"), "Given");
    EXPECT_EQ(value_of(at_target(p["username"]), "badge"), "B-1");
    EXPECT_EQ(value_of(at_target(p["username"]), "lastName"), value_of(p, "lastName")) << "the rest follows";
    EXPECT_EQ(value_of(at_target(somebody(2)["username"]), "badge"), "B-2");
    EXPECT_EQ(s.plan().code, 0);
}

// A change that could not be written is settled by what is there in the next cycle: a lock that came between is no
// difference of ours.
TEST_P(into_bare_id, a_lock_after_a_change_that_was_not_carried_out_stays)
{
    sync_well();
    const auto p = somebody(3);
    const auto name = p["username"].get<std::string>();
    const auto id = at_target(name)["uuid"].get<std::string>();
    s.control("PATCH", "bareid/users/" + p["uuid"].get<std::string>(), {{"lastName", "Neuname"}});
    s.control("POST", "faults", {{"server", "bareid_target"}, {"method", "PUT"}, {"kind", "503"}, {"count", -1}});
    s.control("POST", "faults", {{"server", "bareid_target"}, {"method", "PATCH"}, {"kind", "503"}, {"count", -1}});
    const auto deferred = s.run({"sync"});
    EXPECT_NE(deferred.code, 0) << deferred.text();
    EXPECT_NE(value_of(at_target(name), "lastName"), "Neuname");
    s.control("DELETE", "faults");
    s.control("PATCH", "bareid_target/users/" + id, {{"enabled", false}, {"locked", true}});
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE((run.out + run.err).find("is disabled at the target"), std::string::npos) << run.text();
    EXPECT_EQ(at_target(name)["enabled"], false);
    EXPECT_EQ(at_target(name)["locked"], true);
}

// Reads show writes a little later: nothing stops, and nobody is made twice.
TEST_P(into_bare_id, an_instance_that_shows_writes_late_gets_everybody_once)
{
    s.knob("bareid_target", "late_writes_ms", 150);
    sync_well();
    const auto people = target()["users"];
    std::set<std::string> names;
    for (const auto& u : people) names.insert(u["username"].get<std::string>());
    EXPECT_EQ(names.size(), people.size());
    const auto p = somebody();
    s.control("PATCH", "bareid/users/" + p["uuid"].get<std::string>(), {{"lastName", "Neuname"}});
    sync_well();
    EXPECT_EQ(value_of(at_target(p["username"]), "lastName"), "Neuname");
    expect_in_step();
}

INSTANTIATE_TEST_SUITE_P(profiles, into_bare_id, testing::Values("gateway", "keycloak_admin"),
                         [](const auto& info) { return info.param; });

TEST(into_bare_id_configured, a_gateway_is_no_target_until_its_calls_are_switched_on)
{
    stage s({20, 4, 7, "user_list"});
    s.replace_in_config("    target: showpad\n", "    target: bare\n");
    const auto run = s.run({"check"});
    EXPECT_EQ(run.code, 1) << run.text();
    EXPECT_NE((run.out + run.err).find("cannot be a target"), std::string::npos) << run.text();
}

TEST(legacy_source, gives_the_same_plan_as_user_v1)
{
    stage s({60, 12, 7, "user_list"});
    const auto by_gateway = change_lines(s.plan().plan());
    auto text = s.config_text();
    const auto from = text.find("    api_base: "), to = text.find("    auth:");
    s.write_config(text.replace(from, to - from, "    profile: keycloak_admin\n"));
    const auto run = s.plan();
    EXPECT_EQ(run.code, 2) << run.text();
    EXPECT_GT(by_gateway.size(), 40u);
    EXPECT_EQ(difference(by_gateway, change_lines(run.plan())), "");
}

} // namespace
} // namespace idferry::e2e
