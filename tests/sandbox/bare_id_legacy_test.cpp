// The legacy API as section 7 of the Bare.ID document has it: pages, filters, the PUT that is neither full nor partial,
// locks, role mappings.
#include "tests/sandbox/sandbox_fixture.hpp"

namespace idferry::sandbox {
namespace {

class bare_id_legacy : public sandbox_fixture
{
protected:
    bare_id_legacy() : sandbox_fixture({.organisation = {.users = 130, .groups = 24, .seed = 3}})
    {
        auto form = with_header("Content-Type", "application/x-www-form-urlencoded");
        token = ask("bareid", "POST", "/auth/realms/Mitarbeitende/protocol/openid-connect/token",
                    "grant_type=client_credentials&client_id=idferry&client_secret=" +
                        percent_encode(box.bare_id().client_secret()),
                    form)
                    .body.value("access_token", "");
    }
    reply api(std::string method, std::string path, std::string body = "")
    {
        return ask("bareid", std::move(method), "/auth/admin/realms/Mitarbeitende" + path, std::move(body),
                   with_header("Authorization", "Bearer " + token));
    }
    json first_user() { return api("GET", "/users?max=1").body[0]; }
    std::string made(const std::string& path, const json& body)
    {
        const auto given = api("POST", path, body.dump());
        EXPECT_EQ(given.status, 201) << given.out.body;
        const auto at = given.header("Location");
        return at.substr(at.rfind('/') + 1);
    }

    std::string token;
};

TEST_F(bare_id_legacy, lists_are_bare_and_short_by_themselves)
{
    EXPECT_EQ(api("GET", "/users").body.size(), 100U);
    EXPECT_EQ(api("GET", "/users?first=100&max=500").body.size(),
              api("GET", "/users/count").body.get<std::size_t>() - 100);
    json staff;
    for (const auto& g : api("GET", "/groups").body)
        if (g["name"] == "staff") staff = g;
    EXPECT_GT(staff["subGroupCount"], 10);
    EXPECT_EQ(staff["subGroups"], json::array());
    const auto id = staff["id"].get<std::string>();
    EXPECT_EQ(api("GET", "/groups/" + id + "/children").body.size(), 10U);
    EXPECT_EQ(api("GET", "/groups/" + id + "/children?max=500").body.size(), staff["subGroupCount"]);
    for (const auto& u : api("GET", "/users?max=500").body)
        EXPECT_FALSE(u["username"].get<std::string>().starts_with("service-account-"));
    EXPECT_GT(api("GET", "/users?username=service-account-").body.size(), 0U) << "a filter shows them";
}

TEST_F(bare_id_legacy, filters_are_substrings_unless_exact)
{
    made("/users", {{"username", "ann"}});
    made("/users", {{"username", "ann.marie"}, {"attributes", {{"employeeId", {"x1"}}}}});
    EXPECT_GE(api("GET", "/users?username=ann").body.size(), 2U);
    EXPECT_EQ(api("GET", "/users?username=ANN&exact=true").body.size(), 1U);
    EXPECT_EQ(api("GET", "/users?q=employeeId:x1").body.size(), 1U);
    EXPECT_FALSE(api("GET", "/users?q=employeeId:x1&briefRepresentation=true").body[0].contains("attributes"));
}

TEST_F(bare_id_legacy, creations_tell_their_address_and_duplicates_are_409)
{
    const auto id = made("/users", {{"username", "Grete"}, {"email", "g@x.example"}, {"enabled", true}});
    const auto user = api("GET", "/users/" + id).body;
    EXPECT_EQ(user["username"], "grete");
    EXPECT_EQ(user["enabled"], true);
    const auto again = api("POST", "/users", R"({"username":"GRETE"})");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.body["errorMessage"], "User exists with same username");
    EXPECT_EQ(api("POST", "/users", R"({"username":"other","email":"G@x.example"})").body["errorMessage"],
              "User exists with same email");
    EXPECT_EQ(api("POST", "/users", R"({"username":"third","email":"nonsense"})").body["field"], "email");
    made("/groups", {{"name", "Sales X"}});
    EXPECT_EQ(api("POST", "/groups", R"({"name":"Sales X"})").status, 409);
}

TEST_F(bare_id_legacy, a_put_replaces_attributes_when_there_are_any_and_clears_names)
{
    const auto id =
        made("/users", {{"username", "grete"}, {"firstName", "Grete"}, {"attributes", {{"a", {"1"}}, {"b", {"2"}}}}});
    const auto at = "/users/" + id;
    EXPECT_EQ(api("PUT", at, R"({"attributes":{}})").body["errorMessage"], "User name is missing");
    EXPECT_EQ(api("PUT", at, R"({"username":"grete"})").status, 204);
    auto user = api("GET", at).body;
    EXPECT_EQ(user["attributes"], json::parse(R"({"a":["1"],"b":["2"]})")) << "absent: kept";
    EXPECT_FALSE(user.contains("firstName"));
    api("PUT", at, R"({"username":"grete","attributes":{"b":["3"]},"requiredActions":["VERIFY_EMAIL"]})");
    user = api("GET", at).body;
    EXPECT_EQ(user["attributes"], json::parse(R"({"b":["3"]})")) << "present: all of it is replaced";
    EXPECT_EQ(user["requiredActions"], json::array({"VERIFY_EMAIL"}));
    api("PUT", at, R"({"username":"grete","requiredActions":[]})");
    EXPECT_EQ(api("GET", at).body["requiredActions"], json::array());
}

TEST_F(bare_id_legacy, switching_on_resets_a_lock)
{
    const auto id = made("/users", {{"username", "grete"}, {"enabled", true}});
    box.control("PATCH", "/__sandbox/bareid/users/" + id, R"({"locked":true,"enabled":false})");
    const auto locked = [&] {
        const auto state = json::parse(box.bare_id().dump(false));
        for (const auto& u : state["users"])
            if (u["uuid"] == id) return u["locked"].get<bool>();
        return false;
    };
    api("PUT", "/users/" + id, R"({"username":"grete","enabled":false})");
    EXPECT_TRUE(locked());
    api("PUT", "/users/" + id, R"({"username":"grete","enabled":true})");
    EXPECT_FALSE(locked());
}

TEST_F(bare_id_legacy, role_mappings_take_and_need_a_body)
{
    const auto at = "/users/" + first_user()["id"].get<std::string>() + "/role-mappings/realm";
    const auto role = api("GET", "/roles/manager").body;
    EXPECT_EQ(api("POST", at, json::array({role}).dump()).status, 204);
    EXPECT_EQ(api("GET", at).body.size(), 2U) << "and the default roles";
    EXPECT_EQ(api("DELETE", at, "").status, 400);
    EXPECT_EQ(api("DELETE", at, json::array({role}).dump()).status, 204);
    EXPECT_EQ(api("GET", at).body.size(), 1U);
    EXPECT_EQ(api("POST", at, R"([{"id":"x","name":"nobody"}])").status, 404);
}

TEST_F(bare_id_legacy, knobs_of_a_realm)
{
    knobs(R"({"bareid":{"managed_attributes":"a","edit_username":false,"read_only_users":"locked.out"}})");
    const auto id = made("/users", {{"username", "grete"}, {"attributes", {{"a", {"1"}}, {"b", {"2"}}}}});
    EXPECT_EQ(api("GET", "/users/" + id).body["attributes"], json::parse(R"({"a":["1"]})"));
    EXPECT_EQ(api("PUT", "/users/" + id, R"({"username":"other"})").status, 204);
    EXPECT_EQ(api("GET", "/users/" + id).body["username"], "grete");
    const auto other = made("/users", {{"username", "locked.out"}});
    EXPECT_EQ(api("PUT", "/users/" + other, R"({"username":"locked.out"})").body["errorMessage"], "User is read only!");
    knobs(R"({"bareid":{"legacy":false}})");
    EXPECT_EQ(api("GET", "/users").status, 404);
}

TEST_F(bare_id_legacy, who_may_not)
{
    EXPECT_EQ(ask("bareid", "GET", "/auth/admin/realms/Mitarbeitende/users").status, 401);
    EXPECT_EQ(api("GET", "/users/nobody").body["error"], "User not found");
    knobs(R"({"bareid":{"permissions":"user_read"}})");
    EXPECT_EQ(api("POST", "/users", R"({"username":"x"})").status, 403);
}

TEST_F(bare_id_legacy, the_second_instance_is_empty_and_has_credentials_of_its_own)
{
    const auto& there = box.bare_id_target();
    EXPECT_NE(there.client_secret(), box.bare_id().client_secret());
    EXPECT_NE(there.instance(), box.bare_id().instance());
    EXPECT_EQ(json::parse(box.bare_id_target().dump(false))["users"], json::array());
}

} // namespace
} // namespace idferry::sandbox
