// The rules E1 to E34 of the Showpad document and its test vectors, seen from the server's side.
#include "tests/sandbox/sandbox_fixture.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::string_view root = "/api/users/scim/v2";

struct person_body
{
    std::string user_name;
    std::string email;
    json more = json::object();

    std::string text() const
    {
        json body{{"userName", user_name}, {"name", {{"givenName", "Given"}, {"familyName", "Family"}}}};
        body["emails"] = json::array({{{"value", email}, {"type", "work"}, {"primary", true}}});
        body.update(more);
        return body.dump();
    }
};

class showpad_rules : public sandbox_fixture
{
protected:
    showpad_rules() : sandbox_fixture({.organisation = {.users = 1, .groups = 1, .seed = 7}}) {}

    reply scim(std::string method, std::string path, std::string body = "", std::string token = "",
               std::string type = "application/scim+json")
    {
        auto extra = with_header("Authorization", "Bearer " + (token.empty() ? box.showpad().token() : token));
        if (!body.empty() && !type.empty()) extra.headers.emplace_back("Content-Type", std::move(type));
        return ask("showpad", std::move(method), std::string(root) + path, std::move(body), std::move(extra));
    }
    std::string make_user(const std::string& name, json more = json::object())
    {
        const auto made = scim("POST", "/Users", person_body{name, name + "@acme.example", std::move(more)}.text());
        EXPECT_EQ(made.status, 201) << made.out.body;
        return made.status == 201 ? made.body["id"].get<std::string>() : "";
    }
    std::string make_group(const std::string& name)
    {
        const auto made = scim("POST", "/Groups", json{{"displayName", name}}.dump());
        EXPECT_EQ(made.status, 201) << made.out.body;
        return made.status == 201 ? made.body["id"].get<std::string>() : "";
    }
    std::string all_users() { return scim("GET", "/Groups").body["Resources"][0]["id"].get<std::string>(); }
    std::string owner() { return scim("GET", "/Users").body["Resources"][0]["id"].get<std::string>(); }

    void refused(const reply& given, int status, const char* type)
    {
        EXPECT_EQ(given.status, status) << given.out.body;
        EXPECT_EQ(given.body.value("scimType", ""), type) << given.out.body;
        EXPECT_EQ(given.body.value("status", ""), std::to_string(status));
        EXPECT_EQ(given.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
    }
};

TEST_F(showpad_rules, E1_no_unknown_or_expired_token_is_401)
{
    EXPECT_EQ(ask("showpad", "GET", "/api/users/scim/v2/Users").status, 401);
    EXPECT_EQ(scim("GET", "/Users", "", "wrong").status, 401);
    const auto expired =
        box.control("POST", "/__sandbox/showpad/tokens", R"({"expired":true})")["token"].get<std::string>();
    EXPECT_EQ(scim("GET", "/Users", "", expired).status, 401);
    EXPECT_EQ(scim("GET", "/Users").status, 200);
}

TEST_F(showpad_rules, E2_creator_must_be_an_active_admin_or_owner)
{
    const auto id = make_user("ann", {{"roles", json::array({{{"value", "admin"}}})}});
    const auto token =
        box.control("POST", "/__sandbox/showpad/tokens", R"({"user":"ann"})")["token"].get<std::string>();
    EXPECT_EQ(scim("GET", "/Users", "", token).status, 200);
    box.control("PATCH", "/__sandbox/showpad/users/ann", R"({"roles":[{"value":"tablet"}]})");
    EXPECT_EQ(scim("GET", "/Users", "", token).status, 403);
    box.control("PATCH", "/__sandbox/showpad/users/ann", R"({"roles":[{"value":"admin"}],"active":false})");
    EXPECT_EQ(scim("GET", "/Users", "", token).status, 403);
    EXPECT_FALSE(id.empty());
}

TEST_F(showpad_rules, E3_unknown_id_is_404)
{
    for (const char* method : {"GET", "PUT", "DELETE"})
        for (const char* path : {"/Users/00000000000000000000000000000000", "/Groups/00000000000000000000000000000000"})
            EXPECT_EQ(scim(method, path, std::string(method) == "PUT" ? "{}" : "").status, 404) << method << path;
}

TEST_F(showpad_rules, E4_malformed_json)
{
    refused(scim("POST", "/Users", "{\"userName\":"), 400, "invalidSyntax");
    refused(scim("POST", "/Groups", "[]"), 400, "invalidSyntax");
}

TEST_F(showpad_rules, E5_required_attributes)
{
    const json full = json::parse(person_body{"ann", "ann@acme.example"}.text());
    for (const char* path : {"/userName", "/name/givenName", "/name/familyName", "/emails"}) {
        auto body = full;
        const json::json_pointer at{std::string(path)};
        body[at.parent_pointer()].erase(at.back());
        refused(scim("POST", "/Users", body.dump()), 400, "invalidValue");
    }
    auto body = full;
    body["emails"] = json::array();
    refused(scim("POST", "/Users", body.dump()), 400, "invalidValue");
    const auto id = make_user("bob");
    refused(scim("PUT", "/Users/" + id, R"({"userName":"bob"})"), 400, "invalidValue");
}

TEST_F(showpad_rules, E6_email_pattern)
{
    for (const char* wrong : {"plain", "a@b", "a b@c.de", "@c.de", "a@c.", "a@@c.de", "a@.d"})
        refused(scim("POST", "/Users", person_body{"ann", wrong}.text()), 400, "invalidValue");
    EXPECT_EQ(scim("POST", "/Users", person_body{"ann", "o'b+x@c.de"}.text()).status, 201);
}

TEST_F(showpad_rules, E7_vector_4_user_name_in_another_case)
{
    make_user("Ann");
    refused(scim("POST", "/Users", person_body{"aNN", "other@acme.example"}.text()), 409, "uniqueness");
    make_user("Jürgen");
    refused(scim("POST", "/Users", person_body{"JÜRGEN", "third@acme.example"}.text()), 409, "uniqueness");
}

TEST_F(showpad_rules, E8_vector_5_email_of_another)
{
    make_user("ann");
    refused(scim("POST", "/Users", person_body{"other", "ANN@acme.example"}.text()), 409, "uniqueness");
}

TEST_F(showpad_rules, E9_unknown_role_and_any_case)
{
    refused(scim("POST", "/Users",
                 person_body{"ann", "ann@acme.example", {{"roles", json::array({{{"value", "boss"}}})}}}.text()),
            400, "invalidValue");
    const auto made =
        scim("POST", "/Users",
             person_body{"ann", "ann@acme.example", {{"roles", json::array({{{"value", "Manager"}}})}}}.text());
    EXPECT_EQ(made.body["roles"], json::parse(R"([{"value":"manager"}])"));
}

TEST_F(showpad_rules, E10_vector_6_second_owner)
{
    refused(scim("POST", "/Users",
                 person_body{"ann", "ann@acme.example", {{"roles", json::array({{{"value", "owner"}}})}}}.text()),
            409, "uniqueness");
    const auto id = make_user("bob");
    refused(scim("PUT", "/Users/" + id,
                 person_body{"bob", "bob@acme.example", {{"roles", json::array({{{"value", "owner"}}})}}}.text()),
            409, "uniqueness");
}

TEST_F(showpad_rules, E11_owner_is_locked)
{
    const auto id = owner();
    auto body = scim("GET", "/Users/" + id).body;
    auto demoted = body;
    demoted["roles"] = json::parse(R"([{"value":"admin"}])");
    refused(scim("PUT", "/Users/" + id, demoted.dump()), 400, "mutability");
    auto inactive = body;
    inactive["active"] = false;
    refused(scim("PUT", "/Users/" + id, inactive.dump()), 400, "mutability");
    refused(scim("DELETE", "/Users/" + id), 400, "mutability");
    knobs(R"({"showpad":{"owner_lock":false}})");
    EXPECT_EQ(scim("PUT", "/Users/" + id, demoted.dump()).status, 200);
}

TEST_F(showpad_rules, E12_vectors_7_and_8_entitlements)
{
    const auto a = make_group("A");
    const auto b = make_group("B");
    const auto both =
        json::array({{{"value", a}, {"type", "coach_for_group"}}, {{"value", b}, {"type", "Coach_For_Group"}}});
    const json manager{{"roles", json::array({{{"value", "manager"}}})}, {"entitlements", both}};
    const auto made = scim("POST", "/Users", person_body{"m", "m@acme.example", manager}.text());
    ASSERT_EQ(made.status, 201) << made.out.body;
    EXPECT_EQ(made.body["entitlements"].size(), 2U);
    refused(scim("POST", "/Users",
                 person_body{
                     "t", "t@acme.example", {{"roles", json::array({{{"value", "tablet"}}})}, {"entitlements", both}}}
                     .text()),
            400, "invalidValue");
    auto wrong = manager;
    wrong["entitlements"] = json::array({{{"value", a}, {"type", "driver"}}});
    refused(scim("POST", "/Users", person_body{"t", "t@acme.example", wrong}.text()), 400, "invalidValue");
    wrong["entitlements"] = json::array({{{"value", "nobody"}, {"type", "coach_for_group"}}});
    refused(scim("POST", "/Users", person_body{"t", "t@acme.example", wrong}.text()), 400, "invalidValue");
    knobs(R"({"showpad":{"bad_entitlement":"ignore"}})");
    EXPECT_TRUE(scim("POST", "/Users", person_body{"t", "t@acme.example", wrong}.text()).body["entitlements"].empty());
}

TEST_F(showpad_rules, E13_vectors_2_and_3_collapse_on_post_and_put)
{
    const json three{
        {"emails", json::parse(R"([{"value":"a@x.de"},{"value":"b@x.de","primary":true},{"value":"c@x.de"}])")},
        {"phoneNumbers", json::parse(R"([{"value":"1"},{"value":"2"}])")},
        {"roles", json::parse(R"([{"value":"tablet"},{"value":"admin","primary":true}])")}};
    const auto made = scim("POST", "/Users", person_body{"ann", "", three}.text());
    ASSERT_EQ(made.status, 201) << made.out.body;
    EXPECT_EQ(made.body["emails"], json::parse(R"([{"value":"b@x.de","type":"work","primary":true}])"));
    EXPECT_EQ(made.body["phoneNumbers"], json::parse(R"([{"value":"1","type":"work"}])"));
    EXPECT_EQ(made.body["roles"], json::parse(R"([{"value":"admin"}])"));
    const json two{{"emails", json::parse(R"([{"value":"d@x.de"},{"value":"e@x.de"}])")}};
    const auto put = scim("PUT", "/Users/" + made.body["id"].get<std::string>(), person_body{"ann", "", two}.text());
    EXPECT_EQ(put.body["emails"], json::parse(R"([{"value":"d@x.de","type":"work","primary":true}])"));
}

TEST_F(showpad_rules, E14_what_is_read_only_is_ignored)
{
    const json more{{"id", "mine"},
                    {"meta", {{"resourceType", "Robot"}}},
                    {"groups", json::array({{{"value", "x"}}})},
                    {"emails", json::parse(R"([{"value":"a@x.de","type":"home","primary":false}])")},
                    {"phoneNumbers", json::parse(R"([{"value":"1","type":"fax"}])")}};
    const auto made = scim("POST", "/Users", person_body{"ann", "", more}.text());
    ASSERT_EQ(made.status, 201);
    const auto id = made.body["id"].get<std::string>();
    EXPECT_EQ(id.size(), 32U);
    EXPECT_EQ(made.body["meta"]["resourceType"], "User");
    EXPECT_EQ(made.body["groups"][0]["display"], "All Users");
    EXPECT_EQ(made.body["emails"][0], json::parse(R"({"value":"a@x.de","type":"work","primary":true})"));
    EXPECT_EQ(made.body["phoneNumbers"][0]["type"], "work");
    const auto group =
        scim("POST", "/Groups",
             json{{"displayName", "G"}, {"members", json::array({{{"value", id}, {"display", "nonsense"}}})}}.dump());
    EXPECT_EQ(group.body["members"][0]["display"], "ann");
}

TEST_F(showpad_rules, E15_vector_1_defaults_of_a_minimal_create)
{
    const auto made = scim("POST", "/Users", person_body{"ann", "ann@acme.example"}.text());
    ASSERT_EQ(made.status, 201);
    EXPECT_EQ(made.body["active"], true);
    EXPECT_EQ(made.body["locale"], "en");
    EXPECT_EQ(made.body["title"], "");
    EXPECT_EQ(made.body["externalId"], "");
    EXPECT_EQ(made.body["phoneNumbers"], json::array());
    EXPECT_EQ(made.body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["organization"], "Acme");
    EXPECT_EQ(made.body["roles"][0]["value"], "tablet");
    EXPECT_EQ(made.body["timezone"], "Europe/Berlin");
    EXPECT_EQ(made.header("Location"), made.body["meta"]["location"].get<std::string>());
}

TEST_F(showpad_rules, E16_new_users_are_in_all_users)
{
    const auto id = make_user("ann");
    EXPECT_EQ(scim("GET", "/Users/" + id).body["groups"],
              json::array({{{"value", all_users()}, {"display", "All Users"}}}));
    const auto members = scim("GET", "/Groups/" + all_users()).body["members"];
    EXPECT_EQ(members.back()["value"], id);
}

TEST_F(showpad_rules, E17_vector_9_partial_put)
{
    const json more{{"title", "T"},
                    {"locale", "de"},
                    {"externalId", "x1"},
                    {"active", false},
                    {"roles", json::parse(R"([{"value":"manager"}])")}};
    const auto id = make_user("john", more);
    const char* partial =
        R"({"emails":[{"value":"john.doe.second@showpad.com"}],"name":{"familyName":"Doe Second","givenName":"John"},"userName":"john-doe-second"})";
    const auto reset = scim("PUT", "/Users/" + id, partial);
    ASSERT_EQ(reset.status, 200) << reset.out.body;
    EXPECT_EQ(reset.body["userName"], "john-doe-second");
    EXPECT_EQ(reset.body["title"], "");
    EXPECT_EQ(reset.body["locale"], "en");
    EXPECT_EQ(reset.body["externalId"], "");
    EXPECT_EQ(reset.body["roles"][0]["value"], "tablet");
    EXPECT_EQ(reset.body["active"], false); // kept
    knobs(R"({"showpad":{"put_omitted":"retain"}})");
    const auto other = make_user("jane", more);
    const auto kept =
        scim("PUT", "/Users/" + other,
             R"({"emails":[{"value":"j2@x.de"}],"name":{"familyName":"D","givenName":"J"},"userName":"jane"})");
    EXPECT_EQ(kept.body["title"], "T");
    EXPECT_EQ(kept.body["roles"][0]["value"], "manager");
    EXPECT_EQ(kept.body["externalId"], "x1");
}

TEST_F(showpad_rules, E18_vectors_14_and_20_all_users_is_read_only)
{
    refused(scim("PUT", "/Groups/" + all_users(), R"({"displayName":"All Users","members":[]})"), 400, "mutability");
    refused(scim("DELETE", "/Groups/" + all_users()), 400, "mutability");
    refused(scim("POST", "/Groups", R"({"displayName":"all users"})"), 409, "uniqueness");
    knobs(R"({"showpad":{"reserved_status":403}})");
    EXPECT_EQ(scim("DELETE", "/Groups/" + all_users()).status, 403);
}

TEST_F(showpad_rules, E19_group_without_display_name)
{
    refused(scim("POST", "/Groups", R"({"members":[]})"), 400, "invalidValue");
    const auto id = make_group("G");
    refused(scim("PUT", "/Groups/" + id, R"({"members":[]})"), 400, "invalidValue");
}

TEST_F(showpad_rules, E20_duplicate_group_name)
{
    make_group("Vertrieb Süd");
    refused(scim("POST", "/Groups", R"({"displayName":"VERTRIEB SÜD"})"), 409, "uniqueness");
    knobs(R"({"showpad":{"group_name_unique":false}})");
    EXPECT_EQ(scim("POST", "/Groups", R"({"displayName":"VERTRIEB SÜD"})").status, 201);
}

TEST_F(showpad_rules, E21_unknown_member)
{
    refused(scim("POST", "/Groups", R"({"displayName":"G","members":[{"value":"nobody"}]})"), 400, "invalidValue");
    knobs(R"({"showpad":{"unknown_member":"ignore"}})");
    EXPECT_TRUE(
        scim("POST", "/Groups", R"({"displayName":"G","members":[{"value":"nobody"}]})").body["members"].empty());
}

TEST_F(showpad_rules, E22_duplicate_members_are_one)
{
    const auto id = make_user("ann");
    const auto member = json{{"value", id}};
    const auto made = scim("POST", "/Groups", json{{"displayName", "G"}, {"members", {member, member}}}.dump());
    EXPECT_EQ(made.body["members"].size(), 1U);
}

TEST_F(showpad_rules, vector_13_group_put_adds_one_and_removes_one)
{
    const auto a = make_user("a"), b = make_user("b"), c = make_user("c");
    const auto group =
        scim("POST", "/Groups", json{{"displayName", "G"}, {"members", {{{"value", a}}, {{"value", b}}}}}.dump())
            .body["id"]
            .get<std::string>();
    const auto put = scim("PUT", "/Groups/" + group,
                          json{{"displayName", "G"}, {"members", {{{"value", b}}, {{"value", c}}}}}.dump());
    ASSERT_EQ(put.status, 200);
    EXPECT_EQ(put.body["members"], (json{{{"value", b}, {"display", "b"}}, {{"value", c}, {"display", "c"}}}));
    EXPECT_EQ(scim("GET", "/Users/" + a).body["groups"].size(), 1U);
    EXPECT_EQ(scim("GET", "/Users/" + c).body["groups"].size(), 2U);
    EXPECT_TRUE(scim("PUT", "/Groups/" + group, R"({"displayName":"G","members":[]})").body["members"].empty());
}

TEST_F(showpad_rules, E23_group_delete_takes_memberships_and_entitlements_along)
{
    const auto group = make_group("G");
    const auto id = make_user("m", {{"roles", json::parse(R"([{"value":"manager"}])")},
                                    {"entitlements", json::array({{{"value", group}, {"type", "coach_for_group"}}})}});
    scim("PUT", "/Groups/" + group, json{{"displayName", "G"}, {"members", json::array({{{"value", id}}})}}.dump());
    EXPECT_EQ(scim("DELETE", "/Groups/" + group).status, 204);
    const auto user = scim("GET", "/Users/" + id).body;
    EXPECT_TRUE(user["entitlements"].empty());
    EXPECT_EQ(user["groups"].size(), 1U);
    EXPECT_EQ(scim("POST", "/Groups", R"({"displayName":"g"})").status, 201); // the name is free again
}

TEST_F(showpad_rules, E24_vector_15_delete_and_create_again)
{
    const auto id = make_user("ann");
    const auto group =
        scim("POST", "/Groups", json{{"displayName", "G"}, {"members", json::array({{{"value", id}}})}}.dump())
            .body["id"]
            .get<std::string>();
    EXPECT_EQ(scim("DELETE", "/Users/" + id).status, 204);
    EXPECT_EQ(scim("GET", "/Users/" + id).status, 404);
    EXPECT_TRUE(scim("GET", "/Groups/" + group).body["members"].empty());
    const auto again = make_user("ann");
    EXPECT_NE(again, id);
    knobs(R"({"showpad":{"tombstone":true}})");
    EXPECT_EQ(scim("DELETE", "/Users/" + again).status, 204);
    refused(scim("POST", "/Users", person_body{"ann", "ann@acme.example"}.text()), 409, "uniqueness");
}

TEST_F(showpad_rules, E25_vector_16_patch)
{
    const auto id = make_user("ann");
    const char* body =
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"Boss"}]})";
    refused(scim("PATCH", "/Users/" + id, body), 501, "");
    for (const char* other : {"405", "404"}) {
        knobs(R"({"showpad":{"patch":)" + json_string(other) + "}}");
        EXPECT_EQ(scim("PATCH", "/Users/" + id, body).status, std::stoi(other));
    }
    EXPECT_EQ(scim("GET", "/ServiceProviderConfig").body["patch"]["supported"], false);
    knobs(R"({"showpad":{"patch":"on"}})");
    const auto patched = scim("PATCH", "/Users/" + id, body);
    EXPECT_EQ(patched.status, 200) << patched.out.body;
    EXPECT_EQ(patched.body["title"], "Boss");
    EXPECT_EQ(scim("GET", "/ServiceProviderConfig").body["patch"]["supported"], true);
}

TEST_F(showpad_rules, E26_vector_11_only_user_name_eq)
{
    EXPECT_EQ(scim("POST", "/Users", person_body{"ann@x.de", "ann@x.de"}.text()).status, 201);
    const auto find = [&](const std::string& filter) { return scim("GET", "/Users?filter=" + percent_encode(filter)); };
    EXPECT_EQ(find("userName eq \"ANN@x.de\"").body["totalResults"], 1);
    EXPECT_EQ(find("USERNAME EQ \"ann@x.de\"").body["Resources"][0]["userName"], "ann@x.de");
    const auto miss = find("userName eq \"nobody\"");
    EXPECT_EQ(miss.body["totalResults"], 0);
    EXPECT_EQ(miss.body["Resources"], json::array());
    for (const char* wrong : {"userName co \"ann\"", "emails.value eq \"a\"", "userName eq ann",
                              "userName eq \"a\" and active eq true", "externalId eq \"1\""})
        refused(find(wrong), 400, "invalidFilter");
    knobs(R"({"showpad":{"bad_filter":"ignored"}})");
    EXPECT_EQ(find("userName co \"nobody\"").body["totalResults"], 2);
}

TEST_F(showpad_rules, vector_12_quote_backslash_and_plus_in_a_filter)
{
    const std::string name = R"(o'brien+x"y\z@example.com)";
    EXPECT_EQ(scim("POST", "/Users", person_body{name, "o@acme.example"}.text()).body["userName"], name);
    const auto found = scim("GET", "/Users?filter=" + percent_encode("userName eq " + json(name).dump()));
    ASSERT_EQ(found.body["totalResults"], 1);
    EXPECT_EQ(found.body["Resources"][0]["userName"], name);
}

TEST_F(showpad_rules, E27_filter_on_groups)
{
    make_group("G");
    refused(scim("GET", "/Groups?filter=displayName%20eq%20%22G%22"), 400, "invalidFilter");
    knobs(R"({"showpad":{"group_filter":"ignored"}})");
    EXPECT_EQ(scim("GET", "/Groups?filter=displayName%20eq%20%22G%22").body["totalResults"], 2);
}

TEST_F(showpad_rules, E28_vector_10_paging)
{
    for (int at = 0; at < 24; ++at) make_user("u" + std::to_string(at));
    std::vector<std::size_t> sizes;
    for (const char* start : {"1", "11", "21"})
        sizes.push_back(scim("GET", std::string("/Users?count=10&startIndex=") + start).body["Resources"].size());
    EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 5}));
    EXPECT_EQ(scim("GET", "/Users?startIndex=21&count=10").body["Resources"][4]["userName"], "u23"); // by creation
    EXPECT_EQ(scim("GET", "/Users?startIndex=-3&count=1").body["startIndex"], 1);
    const auto none = scim("GET", "/Users?count=-5").body;
    EXPECT_EQ(none["totalResults"], 25);
    EXPECT_TRUE(none["Resources"].empty());
    knobs(R"({"showpad":{"default_page":3,"max_page":7}})");
    EXPECT_EQ(scim("GET", "/Users").body["itemsPerPage"], 3);
    EXPECT_EQ(scim("GET", "/Users?count=1000").body["itemsPerPage"], 7);
}

TEST_F(showpad_rules, E29_media_types)
{
    const auto body = person_body{"ann", "ann@acme.example"}.text();
    EXPECT_EQ(scim("POST", "/Users", body, "", "text/plain").status, 415);
    EXPECT_EQ(scim("POST", "/Users", body, "", "application/json; charset=utf-8").status, 201);
    knobs(R"({"showpad":{"media_types":"json_only"}})");
    EXPECT_EQ(scim("POST", "/Users", body).status, 415);
}

TEST_F(showpad_rules, E30_vector_18_rate_limit)
{
    knobs(R"({"showpad":{"rate_per_second":1,"rate_burst":2}})");
    EXPECT_EQ(scim("GET", "/Users").status, 200);
    EXPECT_EQ(scim("GET", "/Users").status, 200);
    const auto refusal = scim("GET", "/Users");
    EXPECT_EQ(refusal.status, 429);
    EXPECT_EQ(refusal.header("Retry-After"), "1");
    knobs(R"({"showpad":{"retry_after":"none"}})");
    EXPECT_EQ(scim("GET", "/Users").header("Retry-After"), "");
    knobs(R"({"showpad":{"retry_after":"http_date"}})");
    EXPECT_TRUE(scim("GET", "/Users").header("Retry-After").ends_with(" GMT"));
    box.control("POST", "/__sandbox/clock", R"({"advance_s":5})");
    EXPECT_EQ(scim("GET", "/Users").status, 200);
}

TEST_F(showpad_rules, E31_error_formats)
{
    knobs(R"({"showpad":{"error_format":"showpad_v3"}})");
    make_user("ann");
    const auto clash = person_body{"ann", "b@acme.example"}.text();
    const auto v3 = scim("POST", "/Users", clash);
    EXPECT_EQ(v3.body["response"]["code"], 4009);
    EXPECT_EQ(v3.body["response"]["name"], "NotUniqueValidationError");
    knobs(R"({"showpad":{"error_format":"problem_json"}})");
    EXPECT_EQ(scim("POST", "/Users", clash).header("Content-Type"), "application/problem+json");
    knobs(R"({"showpad":{"error_format":"html_502"}})");
    EXPECT_EQ(scim("POST", "/Users", clash).status, 502);
    knobs(R"({"showpad":{"error_format":"empty","uniqueness_status":400}})");
    const auto empty = scim("POST", "/Users", clash);
    EXPECT_EQ(empty.status, 400);
    EXPECT_EQ(empty.out.body, "");
}

TEST_F(showpad_rules, E32_vector_19_faults)
{
    box.control(
        "POST", "/__sandbox/faults",
        R"([{"server":"showpad","method":"POST","kind":"lost"},{"server":"showpad","method":"PUT","kind":"500_after_commit"},
        {"server":"showpad","method":"DELETE","kind":"truncated"},{"server":"showpad","method":"GET","path":"/Groups","kind":"slow","delay_ms":70}])");
    EXPECT_EQ(scim("POST", "/Users", person_body{"ann", "ann@acme.example"}.text()).out.fault,
              answer_fault::close_before);
    const auto found = scim("GET", "/Users?filter=userName%20eq%20%22ann%22").body; // it was committed
    ASSERT_EQ(found["totalResults"], 1);
    const auto id = found["Resources"][0]["id"].get<std::string>();
    EXPECT_EQ(scim("PUT", "/Users/" + id, person_body{"ann2", "ann@acme.example"}.text()).status, 500);
    EXPECT_EQ(scim("GET", "/Users/" + id).body["userName"], "ann2");
    EXPECT_EQ(scim("DELETE", "/Users/" + id).out.fault, answer_fault::truncate_body);
    EXPECT_EQ(scim("GET", "/Groups").out.delay, std::chrono::milliseconds(70));
    EXPECT_EQ(scim("GET", "/Groups").out.delay, std::chrono::milliseconds(0)); // once
}

TEST_F(showpad_rules, E32_duplicate_and_shifting_pages)
{
    for (int at = 0; at < 4; ++at) make_user("u" + std::to_string(at));
    const auto page = [&](int start) {
        return scim("GET", "/Users?count=2&startIndex=" + std::to_string(start)).body["Resources"];
    };
    const auto first = page(1);
    knobs(R"({"showpad":{"duplicate_pages":1}})");
    EXPECT_EQ(page(3), first);
    EXPECT_NE(page(3), first);
    knobs(R"({"showpad":{"user_added_between_pages":1}})");
    const auto before = page(1);
    EXPECT_EQ(page(3)[0]["id"], before[1]["id"]); // everything moved by one
}

TEST_F(showpad_rules, E33_E34_paths_and_unknown_parameters)
{
    const auto get = [&](std::string target) {
        return ask("showpad", "GET", std::move(target), "",
                   with_header("Authorization", "Bearer " + box.showpad().token()))
            .status;
    };
    EXPECT_EQ(get("/api/users/scim/v2/Users?aadOptscim062020"), 200);
    EXPECT_EQ(get("/api/Users/scim/v2/Users?what=ever"), 200);
    EXPECT_EQ(get("/api/users/scim/v2/users"), 404);
    EXPECT_EQ(get("/api/USERS/scim/v2/Users"), 404);
    knobs(R"({"showpad":{"segment_case":"any"}})");
    EXPECT_EQ(get("/api/users/scim/v2/users"), 200);
}

TEST_F(showpad_rules, vector_17_swap_of_user_names_needs_a_third)
{
    const auto a = make_user("a"), b = make_user("b");
    refused(scim("PUT", "/Users/" + a, person_body{"b", "a@acme.example"}.text()), 409, "uniqueness");
    EXPECT_EQ(scim("PUT", "/Users/" + a, person_body{"tmp", "a@acme.example"}.text()).status, 200);
    EXPECT_EQ(scim("PUT", "/Users/" + b, person_body{"a", "b@acme.example"}.text()).status, 200);
    EXPECT_EQ(scim("PUT", "/Users/" + a, person_body{"b", "a@acme.example"}.text()).status, 200);
}

TEST_F(showpad_rules, dump_and_load_keep_everything)
{
    const auto a = make_user("a");
    scim("POST", "/Groups", json{{"displayName", "G"}, {"members", json::array({{{"value", a}}})}}.dump());
    const auto before = box.showpad().dump(false);
    const auto compact = box.showpad().dump(true);
    make_user("b");
    EXPECT_EQ(box.showpad().load(json::parse(before)), "");
    EXPECT_EQ(box.showpad().dump(false), before);
    EXPECT_EQ(box.showpad().dump(true), compact);
    EXPECT_EQ(scim("GET", "/Users").status, 200); // the token still works
}

} // namespace
} // namespace idferry::sandbox
