// Types without a schema of ours: what both ends have is copied, unless a rule says otherwise.
#include "mapping/json.hpp"
#include "mapping/resource_type.hpp"
#include "tests/mapping/mapping_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::mapping::test {
namespace {

const std::vector<std::string> places{"display_name", "protocol_config/pkce", "protocol_config/redirect_uris",
                                      "resource_server_id"};

target_profile realm()
{
    target_profile p;
    p.name = "realm";
    p.types["application"].send = places;
    p.types["application"].unique = {"display_name"};
    p.types["application"].require = {"display_name"};
    p.types["role"].send = {"display_name", "resource_server_id"};
    return p;
}

struct made
{
    std::shared_ptr<const mapper> rules;
    std::string errors;
};

made parse(const std::string& yaml, std::string_view type, source_attributes source, std::string_view from = {})
{
    config::diagnostics out;
    const auto section = config::parse_yaml(yaml, "idferry.yaml", out);
    made m;
    if (section) m.rules = parse_mapping(*section, type, source, realm(), {}, out, from);
    for (const auto& e : out.sorted()) m.errors += e.text() + "\n";
    return m;
}

source_attributes of_realm()
{
    return {"", places, false};
}

json application()
{
    return json{{"id", "a-1"},
                {"display_name", "Shop"},
                {"protocol_config/pkce", nullptr},
                {"protocol_config/redirect_uris", {"https://shop.example/b", "https://shop.example/a"}},
                {"resource_server_id", link_reference("resource_server", "rs-1")}};
}

TEST(copied_places, are_all_that_both_ends_have)
{
    const auto m = parse("{}", "application", of_realm());
    ASSERT_TRUE(m.rules) << m.errors;
    EXPECT_EQ(m.rules->match_attributes(), std::vector<std::string>{"display_name"});
    const auto mapped = m.rules->map(application());
    ASSERT_FALSE(mapped.rejected) << *mapped.rejected;
    EXPECT_TRUE(mapped.in_scope);
    EXPECT_EQ(mapped.desired.find("display_name")->value, "Shop");
    EXPECT_TRUE(mapped.desired.find("protocol_config/pkce")->value.is_null()) << "missing at the source: cleared";
    EXPECT_EQ(mapped.desired.find("protocol_config/redirect_uris")->value.size(), 2U);
    std::string type, key;
    EXPECT_TRUE(is_link_reference(mapped.desired.find("resource_server_id")->value, type, key));
    EXPECT_EQ(type, "resource_server");
    EXPECT_EQ(key, "rs-1");
}

TEST(copied_places, what_is_missing_at_the_source_is_cleared)
{
    const auto m = parse("{}", "application", of_realm());
    ASSERT_TRUE(m.rules) << m.errors;
    auto record = application();
    record.erase("protocol_config/redirect_uris");
    const auto mapped = m.rules->map(record);
    ASSERT_TRUE(mapped.desired.find("protocol_config/redirect_uris"));
    EXPECT_TRUE(mapped.desired.find("protocol_config/redirect_uris")->value.is_null());
}

TEST(copied_places, a_rule_takes_the_place_of_the_copy)
{
    const auto m = parse("scope: 'display_name sw \"S\"'\n"
                         "attributes:\n"
                         "  protocol_config/redirect_uris: {constant: ['https://live.example/'], apply: create}\n",
                         "application", of_realm());
    ASSERT_TRUE(m.rules) << m.errors;
    const auto mapped = m.rules->map(application());
    const auto* uris = mapped.desired.find("protocol_config/redirect_uris");
    ASSERT_TRUE(uris);
    EXPECT_EQ(uris->value, json::array({"https://live.example/"}));
    EXPECT_EQ(uris->apply, apply_mode::create);
    EXPECT_EQ(mapped.desired.attributes.size(), places.size());
    auto other = application();
    other["display_name"] = "Desk";
    EXPECT_FALSE(m.rules->map(other).in_scope);
}

TEST(copied_places, an_attribute_that_the_target_has_not_is_told_with_the_nearest_one)
{
    const auto m = parse("attributes: {protocol_config/redirect_uri: {constant: a}}", "application", of_realm());
    EXPECT_FALSE(m.rules);
    EXPECT_NE(m.errors.find("idferry.yaml:1:14"), std::string::npos) << m.errors;
    EXPECT_NE(m.errors.find("did you mean 'protocol_config/redirect_uris'?"), std::string::npos) << m.errors;
}

TEST(copied_places, a_role_may_be_made_of_a_group)
{
    const auto m = parse("attributes: {display_name: displayName, resource_server_id: {constant: rs-9}}\nmembers: true",
                         "role", {"urn:idferry:source:bare_id:bare", {}, true}, "group");
    ASSERT_TRUE(m.rules) << m.errors;
    EXPECT_TRUE(m.rules->maps_members());
    EXPECT_EQ(m.rules->match_attributes(), std::vector<std::string>{"display_name"});
    const auto mapped = m.rules->map(json{{"id", "g-1"}, {"displayName", "Admins"}});
    EXPECT_EQ(mapped.desired.find("display_name")->value, "Admins");
    EXPECT_EQ(mapped.desired.attributes.size(), 2U) << "nothing is copied from another type";
}

TEST(copied_places, nothing_is_made_without_a_rule_of_another_type)
{
    EXPECT_FALSE(parse("members: true", "role", {"urn:x", {}, true}, "group").rules);
}

TEST(copied_places, configuration_has_no_members)
{
    const auto m = parse("members: true", "application", of_realm());
    EXPECT_NE(m.errors.find("unknown key 'members'"), std::string::npos) << m.errors;
}

} // namespace
} // namespace idferry::mapping::test
