// What is sent to Bare.ID for a desired person, and what a record is shown as: pure.
#include "config/node.hpp"
#include "connectors/bare_id/target_record.hpp"
#include "mapping/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::connectors::bare_id {
namespace {

using mapping::json;

bare_id_settings settings(const std::string& keys = "", const std::string& profile = "gateway")
{
    config::diagnostics out;
    const auto tree = config::parse_yaml(
        "type: bare_id\nprofile: " + profile +
            "\ninstance: db0c1370-dcc7-47c8-aac6-580043c46a98\nauth: {token_url: "
            "'https://acme.login.bare.id/auth/realms/R1/protocol/openid-connect/token', client_id: c, client_secret: "
            "{env: S}}\n" +
            keys,
        "t.yaml", out);
    auto s = parse_settings(*tree, "there", out);
    for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    return s.value_or(bare_id_settings());
}

mapping::desired_resource desired(const std::vector<std::pair<std::string, json>>& all)
{
    mapping::desired_resource out;
    for (const auto& [path, value] : all) {
        mapping::desired_attribute a;
        a.path = path;
        a.value = value;
        out.attributes.push_back(std::move(a));
    }
    std::ranges::sort(out.attributes, {}, &mapping::desired_attribute::path);
    return out;
}

json parsed(const char* text)
{
    return json::parse(text);
}

const std::string department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

TEST(bare_id_record, a_new_person_in_each_profile)
{
    const auto wanted = desired({{"userName", "grete"},
                                 {"name.givenName", "Grete"},
                                 {"emails", json::array({{{"value", "g@acme.example"}, {"primary", true}}})},
                                 {"title", "Leitung"},
                                 {department, "Sales"},
                                 {"externalId", "hr-1"},
                                 {"nickName", nullptr},
                                 {"urn:idferry:source:bare_id:there:badge", json::array({"7", "8"})}});
    wanted_user w;
    w.desired = &wanted;
    w.enabled = true;
    EXPECT_EQ(new_user(settings(), w), parsed(R"({"username":"grete","email":"g@acme.example","enabled":true,
        "attributes":{"firstName":{"values":["Grete"]},"title":{"values":["Leitung"]},"department":{"values":["Sales"]},
                      "externalId":{"values":["hr-1"]},"badge":{"values":["7","8"]}}})"));
    EXPECT_EQ(new_user(settings("target: {attributes: {externalId: hrKey}}\n", "keycloak_admin"), w),
              parsed(R"({"username":"grete","email":"g@acme.example","enabled":true,"firstName":"Grete",
        "attributes":{"title":["Leitung"],"department":["Sales"],"hrKey":["hr-1"],"badge":["7","8"]}})"));
}

const char* held = R"({"id":"u1","username":"grete","email":"g@acme.example","enabled":true,"firstName":"Grete",
    "lastName":"Alt","attributes":{"title":["Leitung"],"other":["x"],"email":["g@acme.example"]},
    "requiredActions":["UPDATE_PASSWORD"],"access":{"manage":true},"notBefore":0})";

TEST(bare_id_record, a_change_is_merged_into_the_whole_record)
{
    const auto config = settings("", "keycloak_admin");
    const auto shown = show_user(config, held);
    ASSERT_TRUE(shown) << shown.error().detail;
    const auto wanted = desired(
        {{"name.familyName", "Neu"}, {"title", nullptr}, {"emails", json::array({{{"value", "new@acme.example"}}})}});
    wanted_user w;
    w.desired = &wanted;
    w.held = &shown->body;
    // Neither what only the server may say nor actions that would be taken for a new list, nor whether somebody may log
    // in, which would end a lock.
    EXPECT_EQ(changed_user(config, parsed(held), w),
              parsed(R"({"id":"u1","username":"grete","email":"new@acme.example","firstName":"Grete",
        "lastName":"Neu","attributes":{"other":["x"],"email":["new@acme.example"]},"notBefore":0})"));
    w.enabled = false;
    EXPECT_EQ(changed_user(config, parsed(held), w)["enabled"], false);
    w.enabled.reset();
    const auto emptied = settings("target: {clear: empty}\n", "keycloak_admin");
    EXPECT_EQ(changed_user(emptied, parsed(held), w)["attributes"]["title"], json::array());
}

TEST(bare_id_record, only_what_changes_is_sent_where_the_call_wants_that)
{
    const auto config = settings("ops: {user_update: {mode: changed_only, body: /user}}\n", "keycloak_admin");
    const auto shown = show_user(config, held);
    ASSERT_TRUE(shown);
    const auto wanted = desired({{"title", "Chefin"}, {"userName", "GRETE"}});
    wanted_user w;
    w.desired = &wanted;
    w.held = &shown->body;
    auto body = changed_user(config, parsed(held), w);
    EXPECT_EQ(body, parsed(R"({"attributes":{"title":["Chefin"],"other":["x"],"email":["g@acme.example"]}})"))
        << "a map of attributes is replaced as a whole; a name in other letters is the same name";
    EXPECT_EQ(body_text(config.ops.user_update, json{{"a", 1}}), R"({"user":{"a":1}})");
    const auto nothing = desired({{"title", "Leitung"}});
    w.desired = &nothing;
    EXPECT_TRUE(changed_user(config, parsed(held), w).empty());
}

TEST(bare_id_record, a_name_is_written_where_the_record_has_it)
{
    const auto config = settings();
    const char* top = R"({"uuid":"u1","username":"g","enabled":true,"emailVerified":true,"firstName":"Grete"})";
    const auto shown = show_user(config, top);
    ASSERT_TRUE(shown) << shown.error().detail;
    const auto wanted = desired({{"name.givenName", "Greta"}, {"name.familyName", "Maier"}});
    wanted_user w;
    w.desired = &wanted;
    w.held = &shown->body;
    const auto body = changed_user(config, parsed(top), w);
    EXPECT_EQ(body["firstName"], "Greta");
    EXPECT_EQ(body["attributes"]["lastName"], parsed(R"({"values":["Maier"]})"));
}

TEST(bare_id_record, attributes_that_were_given_a_place_are_shown_there)
{
    const auto config = settings("target: {attributes: {externalId: hrKey, phoneNumbers: tel}}\n", "keycloak_admin");
    const auto shown = show_user(
        config,
        R"({"id":"u1","username":"g","enabled":false,"emailVerified":false,"attributes":{"hrKey":["7"],"tel":["1","2"]}})");
    ASSERT_TRUE(shown) << shown.error().detail;
    EXPECT_EQ(shown->body["externalId"], "7");
    EXPECT_EQ(shown->body["phoneNumbers"], parsed(R"([{"value":"1"},{"value":"2"}])"));
    EXPECT_EQ(shown->body["active"], false);
    EXPECT_EQ(shown->body[config.urn()], parsed(R"({"emailVerified":false})"));
}

TEST(bare_id_record, the_new_id_by_pointer_then_by_location)
{
    operation op;
    op.id = {fixed_pointer("/user/uuid"), fixed_pointer("/uuid")};
    http::response answer;
    answer.body = R"({"uuid":"bare"})";
    EXPECT_EQ(created_id(op, answer), "bare");
    answer.body = R"({"user":{"uuid":"wrapped"},"uuid":"x"})";
    EXPECT_EQ(created_id(op, answer), "wrapped");
    answer.body = "{}";
    EXPECT_EQ(created_id(op, answer), "");
    answer.headers.emplace_back("location", "https://h/auth/admin/realms/R/users/f%3Ax%3Agrete/?a=b");
    EXPECT_EQ(created_id(op, answer), "f:x:grete");
}

TEST(bare_id_record, a_renamed_group_keeps_its_attributes)
{
    const auto body = renamed_group(settings("", "keycloak_admin"),
                                    parsed(R"({"id":"g1","name":"Sales","path":"/Sales","attributes":{"a":["b"]},
        "subGroups":[],"subGroupCount":2,"access":{},"parentId":"p"})"),
                                    "Vertrieb");
    EXPECT_EQ(body, parsed(R"({"id":"g1","name":"Vertrieb","attributes":{"a":["b"]}})"));
}

} // namespace
} // namespace idferry::connectors::bare_id
