// The SCIM server of a realm of the pretended Beyond Identity, by section 7 of its document.
#include "tests/sandbox/beyond_identity_fixture.hpp"

namespace idferry::sandbox {
namespace {

class beyond_scim : public beyond_fixture
{
protected:
    beyond_scim() { knobs(R"({"beyond":{"scim_rate_per_minute":0}})"); }

    reply scim(std::string method, const std::string& path, std::string body = "")
    {
        return api(std::move(method), "~/scim/v2" + path, std::move(body));
    }
    json new_user(const std::string& name)
    {
        const auto made = scim("POST", "/Users",
                               json{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:User"}},
                                    {"userName", name},
                                    {"displayName", "Test " + name},
                                    {"externalId", "ext-" + name},
                                    {"name", {{"givenName", "Given"}, {"familyName", "Family"}}},
                                    {"title", "ignored"},
                                    {"emails", json::array({{{"value", "second@x.example"}},
                                                            {{"value", name + "@x.example"}, {"primary", true}}})}}
                                   .dump());
        EXPECT_EQ(made.status, 201) << made.out.body;
        return made.body;
    }
    reply patch(const std::string& path, const json& operations)
    {
        return scim(
            "PATCH", path,
            json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:PatchOp"}}, {"Operations", operations}}.dump());
    }
    void refused(const reply& given, int status, const std::string& type)
    {
        EXPECT_EQ(given.status, status) << given.out.body;
        EXPECT_EQ(given.body.value("status", ""), std::to_string(status));
        EXPECT_EQ(given.body.value("scimType", ""), type);
    }
};

TEST_F(beyond_scim, a_user_is_an_identity)
{
    const auto user = new_user("ann");
    const auto id = user["id"].get<std::string>();
    EXPECT_EQ(user["meta"]["location"], "Users/" + id);
    EXPECT_EQ(user["meta"]["version"], "W/0");
    EXPECT_EQ(user["emails"], json::parse(R"([{"value":"ann@x.example","primary":true}])"));
    EXPECT_FALSE(user.contains("title"));
    const auto native = api("GET", "~/identities/" + id).body;
    EXPECT_EQ(
        native["traits"],
        json::parse(
            R"({"type":"traits_v0","username":"ann","primary_email_address":"ann@x.example","external_id":"ext-ann","family_name":"Family","given_name":"Given"})"));
    EXPECT_EQ(native["status"], "active");
    EXPECT_EQ(scim("GET", "/Users/" + id).body, user);
    refused(scim("GET", "/Users/x"), 404, "");
    EXPECT_EQ(scim("GET", "/Users/x").body["detail"], "Resource x not found.");
}

TEST_F(beyond_scim, count_is_zero_when_nobody_says)
{
    const auto none = scim("GET", "/Users");
    EXPECT_EQ(none.body["totalResults"], 60);
    EXPECT_EQ(none.body["Resources"].size(), 0U);
    const auto some = scim("GET", "/Users?count=7&startIndex=58");
    EXPECT_EQ(some.body["Resources"].size(), 3U);
    EXPECT_EQ(scim("GET", "/Users?count=-1").body["Resources"].size(), 0U);
    knobs(R"({"beyond":{"scim_count_default_zero":false}})");
    EXPECT_EQ(scim("GET", "/Users").body["Resources"].size(), 60U);
}

TEST_F(beyond_scim, only_eq_and_ne_filter)
{
    new_user("ann");
    const auto find = [&](const std::string& filter) {
        return scim("GET", "/Users?count=100&filter=" + percent_encode(filter));
    };
    EXPECT_EQ(find(R"(userName eq "ANN")").body["totalResults"], 1);
    EXPECT_EQ(find(R"(externalId eq "ext-ann")").body["totalResults"], 1);
    EXPECT_EQ(find(R"(userName ne "ann")").body["totalResults"], 60);
    refused(find(R"(userName co "ann")"), 400, "invalidFilter");
    refused(find(R"(displayName eq "ann")"), 400, "invalidFilter");
    EXPECT_EQ(
        scim("GET", "/Groups?count=5&filter=" + percent_encode(R"(displayName eq "All users")")).body["totalResults"],
        1);
}

TEST_F(beyond_scim, users_are_patched_by_add_and_replace_and_not_all_at_once)
{
    const auto path = "/Users/" + new_user("ann")["id"].get<std::string>();
    const auto given = patch(
        path,
        json::parse(
            R"([{"op":"Replace","path":"active","value":"False"},{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Sales"},{"op":"replace","value":{"displayName":"New"}}])"));
    EXPECT_EQ(given.status, 200) << given.out.body;
    EXPECT_EQ(given.body["active"], false);
    EXPECT_EQ(given.body["displayName"], "New");
    EXPECT_EQ(given.body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"], "Sales");
    refused(patch(path,
                  json::parse(
                      R"([{"op":"replace","path":"displayName","value":"Half"},{"op":"remove","path":"externalId"}])")),
            400, "invalidValue");
    EXPECT_EQ(scim("GET", path).body["displayName"], "Half");
    refused(scim("PATCH", path, "{}"), 400, "invalidSyntax");
}

TEST_F(beyond_scim, put_replaces_a_user_and_no_group)
{
    const auto id = new_user("ann")["id"].get<std::string>();
    const auto put = scim("PUT", "/Users/" + id, R"({"userName":"ann","displayName":"Ann","active":false})");
    EXPECT_EQ(put.status, 200) << put.out.body;
    EXPECT_EQ(put.body["active"], false);
    EXPECT_FALSE(put.body.contains("externalId"));
    EXPECT_FALSE(put.body.contains("emails"));
    const auto group = scim("POST", "/Groups", R"({"displayName":"Team"})").body["id"].get<std::string>();
    EXPECT_EQ(scim("PUT", "/Groups/" + group, R"({"displayName":"Other"})").status, 405);
    knobs(R"({"beyond":{"scim_group_put":true}})");
    EXPECT_EQ(scim("PUT", "/Groups/" + group, R"({"displayName":"Other"})").body["displayName"], "Other");
}

TEST_F(beyond_scim, a_user_name_that_is_there_is_active_again)
{
    const auto id = new_user("ann")["id"].get<std::string>();
    patch("/Users/" + id, json::parse(R"([{"op":"replace","path":"active","value":false}])"));
    EXPECT_EQ(new_user("ANN")["id"], id);
    EXPECT_EQ(scim("GET", "/Users/" + id).body["active"], true);
    knobs(R"({"beyond":{"scim_duplicate":"409"}})");
    refused(scim("POST", "/Users", R"({"userName":"ann","displayName":"x"})"), 409, "uniqueness");
}

TEST_F(beyond_scim, members_are_taken_and_never_shown)
{
    const auto ann = new_user("ann")["id"].get<std::string>(), bob = new_user("bob")["id"].get<std::string>();
    const auto made =
        scim("POST", "/Groups",
             json{{"displayName", "Team"}, {"members", json::array({{{"value", ann}}})}, {"externalId", "no"}}.dump());
    EXPECT_EQ(made.status, 201);
    EXPECT_FALSE(made.body.contains("members"));
    EXPECT_FALSE(made.body.contains("externalId"));
    const auto id = made.body["id"].get<std::string>();
    const auto size = [&] { return api("GET", "~/groups/" + id + ":listMembers").body["total_size"]; };
    EXPECT_EQ(size(), 1);
    const auto both = json::array({{{"value", ann}}, {{"value", bob}}});
    EXPECT_EQ(patch("/Groups/" + id, json::array({{{"op", "add"}, {"path", "members"}, {"value", both}}})).status, 200);
    EXPECT_EQ(size(), 2);
    refused(patch("/Groups/" + id, json::array({{{"op", "remove"}, {"path", "members"}, {"value", both}}})), 400,
            "invalidValue");
    const auto one = json::array({{{"value", ann}}});
    EXPECT_EQ(patch("/Groups/" + id, json::array({{{"op", "remove"}, {"path", "members"}, {"value", one}}})).status,
              200);
    const auto by_filter = json::array({{{"op", "remove"}, {"path", "members[value eq \"" + bob + "\"]"}}});
    knobs(R"({"beyond":{"scim_member_filter":"reject"}})");
    EXPECT_EQ(patch("/Groups/" + id, by_filter).status, 400);
    knobs(R"({"beyond":{"scim_member_filter":"accept"}})");
    EXPECT_EQ(patch("/Groups/" + id, by_filter).status, 200);
    EXPECT_EQ(size(), 0);
    EXPECT_EQ(patch("/Groups/" + id, json::parse(R"([{"op":"replace","path":"displayName","value":"Crew"}])"))
                  .body["displayName"],
              "Crew");
    EXPECT_EQ(scim("DELETE", "/Groups/" + id).status, 204);
    EXPECT_EQ(scim("DELETE", "/Users/" + ann).status, 204);
    knobs(R"({"beyond":{"scim_delete_status":"200"}})");
    EXPECT_EQ(scim("DELETE", "/Users/" + bob).status, 200);
}

TEST_F(beyond_scim, a_slash_too_much_is_404)
{
    EXPECT_EQ(scim("GET", "/Groups/?count=1").status, 404);
    knobs(R"({"beyond":{"scim_trailing_slash":"accept"}})");
    EXPECT_EQ(scim("GET", "/Groups/?count=1").status, 200);
}

TEST_F(beyond_scim, scopes_and_tokens)
{
    token = ask_token("grant_type=client_credentials&scope=scim:users:read").body["access_token"].get<std::string>();
    EXPECT_EQ(scim("GET", "/Users").status, 200);
    const auto forbidden = scim("GET", "/Groups");
    refused(forbidden, 403, "forbidden");
    EXPECT_EQ(forbidden.body["detail"], "token is unauthorized.");
    token = "unknown";
    const auto unknown = scim("GET", "/Users");
    refused(unknown, 401, "unauthorized");
    EXPECT_EQ(unknown.body["detail"], "The authorization header is invalid or missing.");
    EXPECT_EQ(without_token("GET", "~/scim/v2/ServiceProviderConfig").body["bulk"]["maxPayloadSize"], 1048576);
    EXPECT_EQ(without_token("GET", "~/scim/v2/ResourceTypes").body["totalResults"], 2);
    EXPECT_EQ(without_token("GET", "~/scim/v2/Schemas").body["totalResults"], 2);
}

TEST_F(beyond_scim, thirty_calls_a_minute)
{
    knobs(R"({"beyond":{"scim_rate_per_minute":30}})");
    for (int call = 0; call < 30; ++call) EXPECT_EQ(scim("GET", "/Users").status, 200);
    const auto full = scim("GET", "/Users");
    EXPECT_EQ(full.status, 429);
    EXPECT_TRUE(full.out.body.empty());
    EXPECT_EQ(full.header("RateLimit-Limit"), "30");
    EXPECT_EQ(full.header("RateLimit-Remaining"), "0");
    EXPECT_FALSE(full.header("RateLimit-Reset").empty());
    EXPECT_TRUE(full.header("Retry-After").empty());
    box.clock().skip_ms(60000);
    EXPECT_EQ(scim("GET", "/Users").status, 200);
}

} // namespace
} // namespace idferry::sandbox
