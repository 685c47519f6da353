// Events and figures of the pretended Bare.ID (sections 6.2 and 8 of its document): what is written down, how it is
// asked for, and the knobs of what is not known.
#include "tests/sandbox/sandbox_fixture.hpp"

#include <set>

namespace idferry::sandbox {
namespace {

class bare_id_events : public sandbox_fixture
{
protected:
    bare_id_events() : sandbox_fixture({.organisation = {.users = 40, .groups = 12, .seed = 3}}) { token = issue(); }

    std::string issue()
    {
        return ask("bareid", "POST", "/auth/realms/Mitarbeitende/protocol/openid-connect/token",
                   "grant_type=client_credentials&client_id=idferry&client_secret=" +
                       percent_encode(box.bare_id().client_secret()),
                   with_header("Content-Type", "application/x-www-form-urlencoded"))
            .body.value("access_token", "");
    }
    reply get(const std::string& target)
    {
        return ask("bareid", "GET", target, "", with_header("Authorization", "Bearer " + token));
    }
    reply send(std::string method, const std::string& path, std::string body = "")
    {
        return ask("bareid", std::move(method), "/user/v1/" + box.bare_id().instance() + path, std::move(body),
                   with_header("Authorization", "Bearer " + token));
    }
    std::string v1(const std::string& rest) { return "/event/v1/" + box.bare_id().instance() + rest; }
    static std::string old(const std::string& rest) { return "/auth/admin/realms/Mitarbeitende" + rest; }
    json admin_events(const std::string& query = "") { return get(v1("/admin-events" + query)).body["events"]; }
    json user_events(const std::string& query = "") { return get(v1("/events" + query)).body["events"]; }
    std::string helene() { return get_id("helene.brandt"); }
    std::string get_id(const std::string& name)
    {
        return box.control("GET", "/__sandbox/bareid/users/" + name)["uuid"];
    }
    // "UPDATE USER users/…", newest first.
    std::vector<std::string> told(const std::string& query = "")
    {
        std::vector<std::string> out;
        for (const auto& e : admin_events(query))
            out.push_back(e["operationType"].get<std::string>() + " " + e["resourceType"].get<std::string>() + " " +
                          e["resourcePath"].get<std::string>());
        return out;
    }

    std::string token;
};

TEST_F(bare_id_events, the_generated_organisation_and_a_loaded_one_happened_to_nobody)
{
    EXPECT_TRUE(told().empty());
    const auto dump = box.bare_id().dump(false);
    box.control("PUT", "/__sandbox/state", "{\"bareid\":" + dump + "}");
    knobs(R"({"bareid":{"id_format":"federated"}})");
    EXPECT_TRUE(told().empty());
}

TEST_F(bare_id_events, every_write_of_the_api_is_an_admin_event_of_its_client)
{
    const auto made =
        send("POST", "/users", R"({"username":"n.neu","enabled":true})").body["user"]["uuid"].get<std::string>();
    const auto group = send("POST", "/groups", R"({"name":"Fresh"})").body["uuid"].get<std::string>();
    send("PUT", "/users/" + made, R"({"username":"n.neuer","enabled":true})");
    send("PUT", "/users/" + made + "/groups/" + group);
    send("DELETE", "/users/" + made + "/groups/" + group);
    send("PUT", "/groups/" + group, R"({"name":"Fresher"})");
    send("DELETE", "/groups/" + group);
    send("DELETE", "/users/" + made);
    const std::vector<std::string> expected{"DELETE USER users/" + made,
                                            "DELETE GROUP groups/" + group,
                                            "UPDATE GROUP groups/" + group,
                                            "DELETE GROUP_MEMBERSHIP users/" + made + "/groups/" + group,
                                            "CREATE GROUP_MEMBERSHIP users/" + made + "/groups/" + group,
                                            "UPDATE USER users/" + made,
                                            "CREATE GROUP groups/" + group,
                                            "CREATE USER users/" + made};
    EXPECT_EQ(told(), expected);
    EXPECT_EQ(admin_events()[0]["authDetails"]["clientId"], "idferry");
    const auto legacy = get(old("/admin-events"));
    EXPECT_EQ(legacy.body.size(), expected.size()) << legacy.out.body;
    EXPECT_TRUE(legacy.body[0]["time"].is_number_integer());
}

TEST_F(bare_id_events, an_edit_is_an_administrators_or_the_persons_own)
{
    const auto id = helene();
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"title":"Head"})");
    EXPECT_EQ(admin_events()[0]["authDetails"]["clientId"], "security-admin-console");
    EXPECT_EQ(told(), std::vector<std::string>{"UPDATE USER users/" + id});
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt?by=self", R"({"title":"Clerk"})");
    EXPECT_EQ(told().size(), 1U);
    const auto own = user_events("?type=UPDATE_PROFILE");
    ASSERT_EQ(own.size(), 1U);
    EXPECT_EQ(own[0]["userId"], id);
    EXPECT_EQ(own[0]["clientId"], "account-console");
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"locked":true})");
    EXPECT_EQ(user_events("?type=USER_DISABLED_BY_PERMANENT_LOCKOUT").size(), 1U);
    box.control("DELETE", "/__sandbox/bareid/users/helene.brandt?by=self");
    EXPECT_EQ(user_events("?type=DELETE_ACCOUNT&user=" + id).size(), 1U);
}

TEST_F(bare_id_events, tokens_are_logins_of_their_client)
{
    issue();
    const auto all = user_events();
    ASSERT_EQ(all.size(), 2U); // the fixture's own, too
    EXPECT_EQ(all[0]["type"], "CLIENT_LOGIN");
    EXPECT_EQ(all[0]["clientId"], "idferry");
    EXPECT_TRUE(user_events("?type=UPDATE_PROFILE").empty());
    EXPECT_EQ(user_events("?client=idferry").size(), 2U);
    EXPECT_TRUE(user_events("?client=another").empty());
    ask("bareid", "POST", "/auth/realms/Mitarbeitende/protocol/openid-connect/token",
        "grant_type=client_credentials&client_id=idferry&client_secret=wrong",
        with_header("Content-Type", "application/x-www-form-urlencoded"));
    EXPECT_EQ(user_events("?type=CLIENT_LOGIN_ERROR")[0]["error"], "invalid_client_credentials");
}

TEST_F(bare_id_events, filters_of_admin_events)
{
    const auto id = helene();
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"title":"Head"})");
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"roles":["staff"]})");
    box.control("POST", "/__sandbox/bareid/groups", R"({"name":"Fresh"})");
    EXPECT_EQ(told().size(), 4U); // the second edit is written as a change of the person, too
    EXPECT_EQ(told("?resourceTypes=REALM_ROLE_MAPPING"),
              std::vector<std::string>{"CREATE REALM_ROLE_MAPPING users/" + id + "/role-mappings/realm"});
    EXPECT_EQ(told("?resourceTypes=USER&resourceTypes=GROUP").size(), 3U);
    EXPECT_EQ(told("?operationTypes=UPDATE").size(), 2U);
    EXPECT_EQ(told("?resourcePath=users/" + id + "*").size(), 3U);
    EXPECT_EQ(told("?max=1&first=1").size(), 1U);
    EXPECT_EQ(told("?authClient=idferry").size(), 0U);
    knobs(R"({"bareid":{"events_filters":false}})");
    EXPECT_EQ(told("?operationTypes=DELETE&dateFrom=nonsense").size(), 4U);
}

TEST_F(bare_id_events, dates_are_days_or_milliseconds_and_both_ends_count)
{
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"title":"Head"})");
    const auto time = admin_events()[0]["time"].get<std::int64_t>();
    const auto at = std::to_string(time);
    EXPECT_EQ(told("?dateFrom=" + at).size(), 1U);
    EXPECT_EQ(told("?dateTo=" + at).size(), 1U);
    EXPECT_EQ(told("?dateFrom=" + std::to_string(time + 1)).size(), 0U);
    EXPECT_EQ(told("?dateTo=" + std::to_string(time - 1)).size(), 0U);
    EXPECT_EQ(told("?dateFrom=2020-01-31").size(), 1U);
    EXPECT_EQ(told("?dateTo=2020-01-31").size(), 0U);
    knobs(R"({"bareid":{"events_dates_by_day":true}})");
    EXPECT_EQ(get(v1("/admin-events?dateFrom=" + at)).status, 400);
    EXPECT_EQ(get(old("/admin-events?dateFrom=" + at)).status, 400);
}

TEST_F(bare_id_events, what_is_not_known_is_a_knob)
{
    const auto id = helene();
    knobs(R"({"bareid":{"events_lost":1}})");
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"title":"Lost"})");
    EXPECT_TRUE(told().empty());
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"title":"Told"})");
    box.control("POST", "/__sandbox/clock", R"({"advance_s":10})");
    box.control("POST", "/__sandbox/bareid/groups", R"({"name":"Fresh"})");
    EXPECT_EQ(told()[0].substr(0, 12), "CREATE GROUP");
    knobs(R"({"bareid":{"events_order":"oldest"}})");
    EXPECT_EQ(told()[0], "UPDATE USER users/" + id);
    knobs(R"({"bareid":{"events_doubled":true}})");
    EXPECT_EQ(told().size(), 4U);
    knobs(R"({"bareid":{"events_doubled":false,"events_delay_s":5}})");
    EXPECT_EQ(told().size(), 1U);
    knobs(R"({"bareid":{"events_delay_s":0,"events_retention_s":5}})");
    EXPECT_EQ(told(), std::vector<std::string>{told()[0]});
    knobs(R"({"bareid":{"events_retention_s":0,"events_cap":1}})");
    EXPECT_EQ(told("?max=100").size(), 1U);
    knobs(R"({"bareid":{"events_cap":0,"events_paging":false}})");
    EXPECT_EQ(told("?max=1&first=1"), told("?max=1"));
    knobs(R"({"bareid":{"events_time":"rfc3339","events_resource_types":false}})");
    EXPECT_EQ(admin_events()[0]["time"].get<std::string>().back(), 'Z');
    EXPECT_FALSE(admin_events()[0].contains("resourceType"));
    knobs(R"({"bareid":{"events_time":"ms_text","events_uuid_names":true}})");
    EXPECT_TRUE(user_events()[0].contains("userUuid"));
    EXPECT_TRUE(get(old("/events")).body[0].contains("userId"));
    knobs(R"({"bareid":{"admin_events":false}})");
    EXPECT_EQ(get(v1("/admin-events")).status, 404);
    EXPECT_EQ(get(old("/admin-events")).status, 200);
    knobs(R"({"bareid":{"events":"forbidden"}})");
    EXPECT_EQ(get(v1("/events")).status, 403);
    EXPECT_EQ(get(old("/events")).status, 403);
    knobs(R"({"bareid":{"events":"not_found"}})");
    EXPECT_EQ(get(v1("/events")).status, 404);
    EXPECT_EQ(get(old("/events")).status, 404);
}

TEST_F(bare_id_events, need_their_own_permission_and_a_token)
{
    knobs(R"({"bareid":{"permissions":"user_read,user_write"}})");
    EXPECT_EQ(get(v1("/events")).status, 403);
    EXPECT_EQ(get("/metric/v1/" + box.bare_id().instance() + "/metrics").status, 403);
    EXPECT_EQ(get(old("/events")).status, 403);
    token = "none";
    EXPECT_EQ(get(v1("/events")).status, 401);
}

TEST_F(bare_id_events, figures)
{
    const auto given = get("/metric/v1/" + box.bare_id().instance() + "/metrics");
    ASSERT_EQ(given.status, 200) << given.out.body;
    std::set<std::string> names;
    for (const auto& one : given.body["metrics"]) names.insert(one["name"]);
    EXPECT_EQ(names, (std::set<std::string>{"users", "groups", "client_logins", "admin_events"}));
}

} // namespace
} // namespace idferry::sandbox
