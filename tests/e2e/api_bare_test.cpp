// The areas of Bare.ID's description by hand: user/v1 behind the gateway, and the User Legacy API. The sandbox pretends
// them.
#include "tests/e2e/api_fixture.hpp"

namespace idferry::e2e {
namespace {

std::string uuid(const json& record)
{
    return record["uuid"].get<std::string>();
}

TEST_F(api_bare, users_list)
{
    EXPECT_GE(call({"users", "list", "--all"})["users"].size(), 30U);
}

TEST_F(api_bare, users_get)
{
    const auto one = person();
    EXPECT_EQ(call({"users", "get", uuid(one)})["user"]["username"], one["username"]);
}

TEST_F(api_bare, users_list_groups)
{
    EXPECT_TRUE(call({"users", "list-groups", uuid(person())})["groups"].is_array());
}

TEST_F(api_bare, users_count)
{
    EXPECT_FALSE(call({"users", "count"})["count"].is_null());
}

TEST_F(api_bare, users_create)
{
    EXPECT_TRUE(new_person()["enabled"].get<bool>());
}

TEST_F(api_bare, users_update)
{
    auto one = new_person();
    one["enabled"] = false;
    EXPECT_EQ(write({"users", "update", uuid(one)}, one)["user"]["enabled"], false);
}

TEST_F(api_bare, users_delete)
{
    const auto id = uuid(new_person());
    write({"users", "delete", id});
    EXPECT_EQ(run({"users", "get", id}).code, 1);
}

TEST_F(api_bare, users_add_to_group)
{
    const auto id = uuid(new_person()), of = uuid(group());
    write({"users", "add-to-group", id, of});
    EXPECT_EQ(call({"users", "list-groups", id})["groups"][0]["uuid"], of);
}

TEST_F(api_bare, users_remove_from_group)
{
    const auto id = uuid(new_person()), of = uuid(group());
    write({"users", "add-to-group", id, of});
    write({"users", "remove-from-group", id, of});
    EXPECT_TRUE(call({"users", "list-groups", id})["groups"].empty());
}

TEST_F(api_bare, groups_list)
{
    EXPECT_FALSE(call({"groups", "list"})["groups"].empty());
}

TEST_F(api_bare, groups_get)
{
    const auto id = uuid(group());
    EXPECT_EQ(call({"groups", "get", id})["uuid"], id);
}

TEST_F(api_bare, groups_list_users)
{
    EXPECT_TRUE(call({"groups", "list-users", uuid(group())})["users"].is_array());
}

TEST_F(api_bare, groups_create)
{
    EXPECT_FALSE(uuid(write({"groups", "create"}, {{"name", fresh("group")}})).empty());
}

TEST_F(api_bare, groups_create_child)
{
    const auto above = uuid(write({"groups", "create"}, {{"name", fresh("group")}}));
    const auto made = write({"groups", "create-child", above}, {{"name", fresh("child")}});
    EXPECT_NE(made["path"].get<std::string>().rfind('/'), 0U);
}

TEST_F(api_bare, groups_update)
{
    const auto id = uuid(write({"groups", "create"}, {{"name", fresh("group")}}));
    const auto name = fresh("renamed");
    EXPECT_EQ(write({"groups", "update", id}, {{"name", name}})["name"], name);
}

TEST_F(api_bare, groups_delete)
{
    const auto id = uuid(write({"groups", "create"}, {{"name", fresh("group")}}));
    write({"groups", "delete", id});
    EXPECT_EQ(run({"groups", "get", id}).code, 1);
}

TEST_F(api_bare, roles_list)
{
    EXPECT_FALSE(call({"roles", "list"})["roles"].empty());
}

TEST_F(api_bare, roles_get)
{
    const auto name = call({"roles", "list"})["roles"][0]["name"].get<std::string>();
    EXPECT_EQ(call({"roles", "get", name})["role"]["name"], name);
}

TEST_F(api_bare, roles_create)
{
    const auto name = fresh("role");
    write({"roles", "create"}, {{"name", name}});
    EXPECT_EQ(call({"roles", "get", name})["role"]["name"], name);
}

TEST_F(api_bare, roles_update)
{
    const auto name = fresh("role"), other = fresh("renamed");
    write({"roles", "create"}, {{"name", name}});
    write({"roles", "update", name}, {{"name", other}});
    EXPECT_EQ(call({"roles", "get", other})["role"]["name"], other);
}

TEST_F(api_bare, roles_delete)
{
    const auto name = fresh("role");
    write({"roles", "create"}, {{"name", name}});
    write({"roles", "delete", name});
    EXPECT_EQ(run({"roles", "get", name}).code, 1);
}

TEST_F(api_bare, client_roles_list)
{
    EXPECT_EQ(call({"client-roles", "list", "my-client"})["roles"].size(), 2U);
}

TEST_F(api_bare, events_list)
{
    const auto id = uuid(person());
    here().control("PATCH", "bareid/users/" + id + "?by=self", {{"title", "Own"}});
    const auto own = call({"events", "list", "--query", "type=UPDATE_PROFILE"})["events"];
    ASSERT_EQ(own.size(), 1U) << own.dump();
    EXPECT_EQ(own[0]["userId"], id);
    EXPECT_EQ(call({"events", "list", "--query", "type=CLIENT_LOGIN", "--query", "max=1"})["events"].size(), 1U);
}

TEST_F(api_bare, admin_events_list)
{
    const auto id = uuid(person());
    here().control("PATCH", "bareid/users/" + id, {{"title", "Given"}});
    const auto told = call({"admin-events", "list", "--query", "resourcePath=users/" + id})["events"];
    ASSERT_GE(told.size(), 1U) << told.dump();
    EXPECT_EQ(told[0]["operationType"], "UPDATE");
}

TEST_F(api_bare, metrics_list)
{
    EXPECT_GE(call({"metrics", "list"})["metrics"].size(), 1U);
}

TEST_F(api_bare, impersonation_token_create)
{
    const std::vector<std::string> line{
        "impersonation-token", "create", "--query", "userUuid=" + uuid(person()), "--query",
        "clientId=my-app",     "--write"};
    const auto masked = run(line);
    EXPECT_EQ(masked.code, 0) << masked.text();
    EXPECT_EQ(masked.out.find("sandbox-impersonation"), std::string::npos) << masked.text();
    EXPECT_EQ(masked.out.find("localhost/impersonate"), std::string::npos) << "nothing of the answer is shown";
    auto shown = line;
    shown.emplace_back("--show-secrets");
    EXPECT_EQ(call(shown)["token"], "sandbox-impersonation");
}

struct api_bare_command : api_bare
{
    void SetUp() override
    {
        api_test::SetUp();
        of_the_command();
    }
};

TEST_F(api_bare_command, guesses_and_impersonation_are_off_until_the_connection_allows_them)
{
    const auto whole = here().config_text();
    const auto from = whole.find("    api:\n"), to = whole.find("    instance:", from);
    here().write_config(whole.substr(0, from) + whole.substr(to));
    const auto before = here().requests("bareid");
    const auto impersonation =
        run({"impersonation-token", "create", "--query", "userUuid=x", "--query", "clientId=y", "--write"});
    const auto events = run({"events", "list"});
    const auto listed = run({});
    here().write_config(whole);
    EXPECT_EQ(impersonation.code, 1);
    EXPECT_NE(impersonation.err.find("impersonation-token create: {enabled: true}"), std::string::npos)
        << impersonation.text();
    EXPECT_EQ(events.code, 1);
    EXPECT_NE(events.err.find("nobody could confirm this call"), std::string::npos) << events.text();
    EXPECT_NE(listed.out.find("off]"), std::string::npos) << listed.text();
    EXPECT_EQ(here().requests("bareid"), before);
}

// Section 8: where the instance keeps what administrators sent, a first password is in it.
TEST_F(api_bare_command, what_administrators_sent_is_a_secret)
{
    for (const std::string connection : {"bare", "legacy"}) {
        here().knob("bareid", "events_representation", true);
        const auto everybody = here().people();
        const auto id = everybody["users"][0]["uuid"].get<std::string>();
        here().control("PATCH", "bareid/users/" + id, {{"title", "Given"}});
        const std::vector<std::string> line{
            "api",     connection, "admin-events", "list", "--query", "resourcePath=users/" + id,
            "--query", "max=1",    "--format",     "json"};
        const auto masked = here().run(line);
        EXPECT_EQ(masked.code, 0) << masked.text();
        EXPECT_NE(masked.out.find("representation"), std::string::npos) << masked.text();
        EXPECT_EQ(masked.out.find("sandbox-first-password"), std::string::npos) << masked.text();
        auto shown = line;
        shown.emplace_back("--show-secrets");
        EXPECT_NE(here().run(shown).out.find("sandbox-first-password"), std::string::npos);
        here().knob("bareid", "events_representation", false);
    }
}

TEST_F(api_bare_command, paths_are_the_connections)
{
    const auto whole = here().config_text();
    here().replace_in_config("events list: {enabled: true}",
                             "events list: {enabled: true, path: \"/event/v2/{instance}/log\"}");
    const auto dry = call({"events", "list", "--dry-run"});
    here().write_config(whole);
    EXPECT_NE(dry["url"].get<std::string>().find("/event/v2/"), std::string::npos) << dry.dump();
}

TEST_F(api_legacy, users_list)
{
    const auto all = call({"users", "list", "--all", "--query", "max=7"});
    const auto listed = here().run({"api", "bare", "users", "list"});
    const auto by_gateway = json::parse(listed.out, nullptr, false);
    std::size_t people = 0; // the legacy list leaves service accounts out
    for (const auto& u : by_gateway["users"])
        if (!u["username"].get<std::string>().starts_with("service-account-")) ++people;
    EXPECT_GT(people, 20U);
    EXPECT_EQ(all.size(), people);
}

TEST_F(api_legacy, users_get)
{
    const auto id = call({"users", "list", "--query", "max=1"})[0]["id"].get<std::string>();
    EXPECT_EQ(call({"users", "get", id})["id"], id);
}

TEST_F(api_legacy, users_count)
{
    EXPECT_TRUE(call({"users", "count"}).is_number());
}

TEST_F(api_legacy, users_create)
{
    const auto made = write({"users", "create"}, {{"username", "made.by.hand"}, {"enabled", true}});
    EXPECT_NE(made["location"].get<std::string>().find("/users/"), std::string::npos) << "201 with Location alone";
}

TEST_F(api_legacy, events_list)
{
    const auto own = call({"events", "list", "--query", "type=CLIENT_LOGIN", "--query", "max=2"});
    ASSERT_GE(own.size(), 1U);
    EXPECT_EQ(own[0]["clientId"], "idferry");
}

TEST_F(api_legacy, admin_events_list)
{
    const auto id = call({"users", "list", "--query", "max=1"})[0]["id"].get<std::string>();
    here().control("PATCH", "bareid/users/" + segment(id), {{"title", "Given"}});
    const auto told = call({"admin-events", "list", "--query", "resourcePath=users/" + id});
    ASSERT_GE(told.size(), 1U);
    EXPECT_EQ(told[0]["resourcePath"], "users/" + id);
}

TEST_F(api_legacy, groups_list)
{
    EXPECT_FALSE(call({"groups", "list"}).empty());
}

} // namespace
} // namespace idferry::e2e
