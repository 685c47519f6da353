// What is sent: whole resources and patches.
#include "connectors/scim/scim_merge.hpp"
#include "connectors/scim/scim_patch.hpp"
#include "connectors/scim/scim_profile.hpp"
#include "mapping/json.hpp"
#include "tests/connectors/scim/schema_names.hpp"

#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace idferry::connectors::scim;
using mapping::apply_mode;
using mapping::json;
using test::core_user;

constexpr const char* core_group = "urn:ietf:params:scim:schemas:core:2.0:Group";
constexpr const char* enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

struct bodies : testing::Test
{
    preset showpad = *find_preset("showpad");
    preset generic = *find_preset("generic");

    static body_rules users(const preset& p) { return {mapping::user_type, p.wire, p.holds.of("user")}; }
    static body_rules groups(const preset& p) { return {mapping::group_type, p.wire, p.holds.of("group")}; }

    static mapping::desired_resource wish(std::initializer_list<std::pair<const char*, json>> all,
                                          apply_mode apply = apply_mode::always)
    {
        mapping::desired_resource d;
        for (const auto& [path, value] : all) {
            mapping::desired_attribute a;
            a.path = path;
            a.value = value;
            a.apply = apply;
            d.attributes.push_back(std::move(a));
        }
        return d;
    }
};

TEST_F(bodies, post_has_schemas_of_what_is_used_and_nothing_server_made)
{
    const auto d = wish({{"active", true},
                         {"groups", json::array({{{"value", "g"}}})},
                         {"id", "mine"},
                         {"meta", {{"version", "1"}}},
                         {"name.givenName", "A"},
                         {"title", nullptr},
                         {"userName", "a"},
                         {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization", "Acme"}});
    EXPECT_EQ(create_body(users(generic), d), json({{"schemas", {core_user, enterprise}},
                                                    {"active", true},
                                                    {"name", {{"givenName", "A"}}},
                                                    {"userName", "a"},
                                                    {enterprise, {{"organization", "Acme"}}}}));
    EXPECT_EQ(create_body(groups(generic), wish({{"displayName", "G"}, {"members", json::array({{{"value", "u"}}})}})),
              json({{"schemas", {core_group}}, {"displayName", "G"}}));
}

TEST_F(bodies, put_keeps_what_is_not_ours)
{
    const json current = {{"schemas", {core_user, "urn:acme:User"}},
                          {"ID", "7"},
                          {"meta", {{"version", "1"}}},
                          {"groups", json::array()},
                          {"UserName", "old"},
                          {"name", {{"givenName", "A"}, {"familyName", "B"}, {"middleName", "M"}}},
                          {"nickName", "kept"},
                          {"urn:acme:User", {{"badge", 12}}}};
    const auto body = replace_body(users(generic), current, wish({{"name.givenName", "Z"}, {"userName", "new"}}));
    EXPECT_EQ(body, json({{"schemas", {core_user, "urn:acme:User"}},
                          {"UserName", "new"},
                          {"name", {{"givenName", "Z"}, {"familyName", "B"}, {"middleName", "M"}}},
                          {"nickName", "kept"},
                          {"urn:acme:User", {{"badge", 12}}}}));
    auto with_id = generic;
    with_id.wire.put_include_id = true;
    EXPECT_EQ(replace_body(users(with_id), {{"id", "7"}, {"userName", "a"}}, {})["id"], "7");
}

TEST_F(bodies, put_leaves_create_alone_and_if_empty_where_something_is)
{
    const json current = {{"userName", "a"}, {"locale", "fr"}, {"title", ""}};
    auto d = wish({{"locale", "de"}}, apply_mode::create);
    EXPECT_EQ(replace_body(users(generic), current, d)["locale"], "fr");
    d = wish({{"locale", "de"}, {"title", "Head"}}, apply_mode::if_empty);
    const auto body = replace_body(users(showpad), current, d);
    EXPECT_EQ(body["locale"], "fr");
    EXPECT_EQ(body["title"], "Head");
}

TEST_F(bodies, null_clears_to_what_the_profile_says)
{
    const json current = {{"userName", "a"},
                          {"title", "Boss"},
                          {"locale", "fr"},
                          {"timezone", "UTC"},
                          {"phoneNumbers", json::array({{{"value", "1"}}})},
                          {"roles", json::array({{{"value", "manager"}}})},
                          {"entitlements", json::array({{{"value", "g"}}})}};
    const auto clear = wish({{"entitlements", nullptr},
                             {"locale", nullptr},
                             {"phoneNumbers", nullptr},
                             {"roles", nullptr},
                             {"timezone", nullptr},
                             {"title", nullptr}});
    const auto body = replace_body(users(showpad), current, clear);
    EXPECT_EQ(body["title"], "");
    EXPECT_EQ(body["locale"], "en");
    EXPECT_EQ(body["phoneNumbers"], json::array());
    EXPECT_EQ(body["entitlements"], json::array());
    EXPECT_EQ(body["roles"], json::array({{{"value", "tablet"}, {"primary", true}}}));
    EXPECT_FALSE(body.contains("timezone"));
    auto p = generic;
    p.wire.clear = clear_mode::null;
    EXPECT_EQ(replace_body(users(p), current, clear)["title"], nullptr);
    EXPECT_TRUE(replace_body(users(p), current, clear).contains("title"));
    p.wire.clear = clear_mode::empty_text;
    EXPECT_EQ(replace_body(users(p), current, clear)["title"], "");
    EXPECT_FALSE(replace_body(users(generic), current, clear).contains("title"));
}

TEST_F(bodies, active_is_sent_like_everything_else)
{
    const auto body = replace_body(users(showpad), {{"userName", "a"}, {"active", true}}, wish({{"active", false}}));
    EXPECT_EQ(body["active"], false);
}

TEST_F(bodies, a_group_keeps_its_members_and_always_sends_the_list)
{
    const json current = {{"id", "g"},
                          {"displayName", "Old"},
                          {"members", json::array({{{"value", "1"}, {"display", "x"}, {"$ref", "r"}},
                                                   {{"value", 22}},
                                                   {{"value", "n"}, {"type", "Group"}}})}};
    const auto body = replace_body(groups(showpad), current, wish({{"displayName", "New"}}));
    EXPECT_EQ(body, json({{"schemas", {core_group}},
                          {"displayName", "New"},
                          {"members",
                           json::array({{{"value", "1"}}, {{"value", "22"}}, {{"value", "n"}, {"type", "Group"}}})}}));
    EXPECT_EQ(replace_body(groups(showpad), {{"displayName", "Old"}}, {})["members"], json::array());
}

TEST_F(bodies, members_are_current_without_removed_with_added)
{
    const json current = {
        {"displayName", "G"},
        {"members", json::array({{{"value", "a"}}, {{"value", "A"}}, {{"value", "b"}}, {{"value", "a"}}})}};
    member_change change;
    change.add = {mapping::target_id("b"), mapping::target_id("c"), mapping::target_id("c")};
    change.remove = {mapping::target_id("a"), mapping::target_id("never there")};
    // Ids are compared with case: "A" is somebody else.
    EXPECT_EQ(members_body(groups(generic), current, change)["members"],
              json::array({{{"value", "A"}}, {{"value", "b"}}, {{"value", "c"}}}));
}

TEST_F(bodies, a_member_patch_adds_by_array_and_removes_by_filter)
{
    const std::vector<mapping::target_id> two{mapping::target_id("1"), mapping::target_id("2")};
    const std::vector<mapping::target_id> one{mapping::target_id("a\"b")};
    EXPECT_EQ(member_patch(two, true, membership_mode::patch_filter),
              json({{"schemas", {"urn:ietf:params:scim:api:messages:2.0:PatchOp"}},
                    {"Operations", json::array({{{"op", "add"},
                                                 {"path", "members"},
                                                 {"value", json::array({{{"value", "1"}}, {{"value", "2"}}})}}})}}));
    EXPECT_EQ(member_patch(one, false, membership_mode::patch_filter)["Operations"],
              json::array({{{"op", "remove"}, {"path", R"(members[value eq "a\"b"])"}}}));
    // One member in each operation.
    EXPECT_EQ(member_patch(two, false, membership_mode::patch_value)["Operations"],
              json::array({{{"op", "remove"}, {"path", "members"}, {"value", json::array({{{"value", "1"}}})}},
                           {{"op", "remove"}, {"path", "members"}, {"value", json::array({{{"value", "2"}}})}}}));
}

TEST_F(bodies, where_patch_cannot_remove_a_cleared_attribute_is_replaced)
{
    auto rules = users(generic);
    auto wire = rules.wire;
    wire.patch_remove = false;
    const std::vector<mapping::attribute_delta> changed{{"title", json("Boss"), json(nullptr)}};
    const auto sent = [&] {
        const body_rules with{rules.type, wire, rules.holds};
        return (*attribute_patch(with, changed))["Operations"];
    };
    EXPECT_EQ(sent(), json::array({{{"op", "replace"}, {"path", "title"}, {"value", nullptr}}}));
    wire.clear = clear_mode::empty_text;
    EXPECT_EQ(sent(), json::array({{{"op", "replace"}, {"path", "title"}, {"value", ""}}}));
}

TEST_F(bodies, attribute_patch_has_what_differs)
{
    const std::vector<mapping::attribute_delta> changed{{"groups", std::nullopt, json("x")},
                                                        {"name.givenName", json("A"), json("B")},
                                                        {"phoneNumbers", json::array(), json(nullptr)},
                                                        {"title", json("Boss"), json(nullptr)}};
    EXPECT_EQ((*attribute_patch(users(generic), changed))["Operations"],
              json::array({{{"op", "replace"}, {"path", "name.givenName"}, {"value", "B"}},
                           {{"op", "remove"}, {"path", "phoneNumbers"}},
                           {{"op", "remove"}, {"path", "title"}}}));
    EXPECT_FALSE(attribute_patch(users(generic), {}));
}

TEST_F(bodies, reserved_names_are_compared_without_case)
{
    EXPECT_TRUE(is_reserved(showpad.holds.of("group"), "all USERS"));
    EXPECT_FALSE(is_reserved(showpad.holds.of("group"), "All Users "));
    EXPECT_FALSE(is_reserved(generic.holds.of("group"), "All Users"));
}

} // namespace
