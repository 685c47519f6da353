// Every mistake in an attribute rule, with its place.
#include "mapping/rule.hpp"

#include "tests/mapping/mapping_fixture.hpp"

namespace idferry::mapping::test {
namespace {

struct rule_mistake_case
{
    const char* name;
    const char* target;
    const char* rule;
    const char* place;
    const char* wanted;
};

class rule_mistake : public testing::TestWithParam<rule_mistake_case>
{
};

TEST_P(rule_mistake, is_reported_at_its_place)
{
    const auto& c = GetParam();
    const auto p = parse_one(c.target, c.rule);
    EXPECT_FALSE(p.rules);
    ASSERT_EQ(p.errors.size(), 1U) << p.all_errors();
    EXPECT_EQ(p.errors[0].find(c.place), 0U) << p.errors[0];
    EXPECT_NE(p.errors[0].find(c.wanted), std::string::npos) << p.errors[0];
}

// "  title: " is nine characters: a rule begins at column 10.
INSTANTIATE_TEST_SUITE_P(
    all, rule_mistake,
    testing::Values(
        rule_mistake_case{"unknown_source_name", "title", "titel",
                          "map.yaml:2:10: ", "unknown attribute 'titel'; did you mean 'title'?"},
        rule_mistake_case{"unknown_source_sub", "title", "name.givenNames",
                          "map.yaml:2:15: ", "did you mean 'givenName'?"},
        rule_mistake_case{"sub_of_a_simple_attribute", "title", "userName.x",
                          "map.yaml:2:19: ", "has no sub-attributes"},
        rule_mistake_case{"unlisted_source_name", "title", "blutgruppe",
                          "map.yaml:2:10: ", "urn:idferry:source:bare_id:bare:blutgruppe"},
        rule_mistake_case{"other_source", "title", "'urn:idferry:source:bare_id:other:x'",
                          "map.yaml:2:", "the source of this sync is 'urn:idferry:source:bare_id:bare'"},
        rule_mistake_case{"bad_path", "title", "'emails[type'", "map.yaml:2:", ""},
        rule_mistake_case{"bad_sub_in_a_value_filter", "title", R"('emails[typ eq "work"].value')",
                          "map.yaml:2:18: ", "did you mean 'type'?"},
        rule_mistake_case{"alias_with_sub", "title", "email.value", "map.yaml:2:10: ", "already a value"},
        rule_mistake_case{"boolean_is_no_path", "active", "true", "map.yaml:2:11: ", "{constant: true}"},
        rule_mistake_case{"nothing", "title", "~", "map.yaml:2:", "expected a path"},
        rule_mistake_case{"list", "title", "[a, b]", "map.yaml:2:10: ", "expected a path"},
        rule_mistake_case{"no_origin", "title", "{default: x}",
                          "map.yaml:2:3: ", "no 'from', 'constant', 'template' or 'expression'"},
        rule_mistake_case{"two_origins", "title", "{from: title, constant: x}", "map.yaml:2:10: ", "exactly one of"},
        rule_mistake_case{"unknown_key", "title", "{from: title, transfrom: lower}", "map.yaml:2:24: ", "transform"},
        rule_mistake_case{"bad_when", "title", "{from: title, when: 'title equals 1'}", "map.yaml:2:37: ", ""},
        rule_mistake_case{"unknown_name_in_when", "title", "{from: title, when: 'title pr and depart pr'}",
                          "map.yaml:2:44: ", "unknown attribute 'depart'"},
        rule_mistake_case{"when_is_no_text", "title", "{from: title, when: [a]}",
                          "map.yaml:2:30: ", "expected a filter"},
        rule_mistake_case{"collapse", "title", "{from: title, collapse: last}", "map.yaml:2:34: ", ""},
        rule_mistake_case{"collapse_one_per_what", "emails", "{from: emails, collapse: one_per}",
                          "map.yaml:2:36: ", "{one_per: type}"},
        rule_mistake_case{"apply", "title", "{from: title, apply: sometimes}", "map.yaml:2:31: ", ""},
        rule_mistake_case{"on_absent", "title", "{from: title, on_absent: delete}", "map.yaml:2:35: ", ""},
        rule_mistake_case{"sensitive", "title", "{from: title, sensitive: perhaps}", "map.yaml:2:35: ", ""},
        rule_mistake_case{"link", "entitlements", "{from: groups.value, link: grup}", "map.yaml:2:44: ", "group"},
        rule_mistake_case{"type_of_one_value", "title", "{from: title, type: work}",
                          "map.yaml:2:30: ", "'title' is no list"},
        rule_mistake_case{"lookup_is_no_map", "title", "{from: title, lookup: [a]}",
                          "map.yaml:2:32: ", "expected a map"},
        rule_mistake_case{"list_for_one_value", "title", "{constant: [a, b]}", "map.yaml:2:21: ", "2 values"},
        rule_mistake_case{"list_by_default_for_one_value", "title", "{from: title, default: [a, b]}",
                          "map.yaml:2:33: ", "2 values"},
        rule_mistake_case{"empty_path_list", "title", "{from: []}", "map.yaml:2:17: ", "empty list"},
        rule_mistake_case{"unknown_target", "titel", "title",
                          "map.yaml:2:3: ", "unknown target attribute 'titel'; did you mean 'title'?"},
        rule_mistake_case{"unknown_target_sub", "name.given", "title",
                          "map.yaml:2:8: ", "has no sub-attribute 'given'"},
        rule_mistake_case{"part_of_a_list", "emails.value", "email", "map.yaml:2:10: ", "is mapped as a whole"},
        rule_mistake_case{"filtered_target", R"('emails[type eq "work"].value')", "email",
                          "map.yaml:2:", "is mapped as a whole"},
        rule_mistake_case{"read_only_target", "groups", "roles", "map.yaml:2:3: ", "read-only"},
        rule_mistake_case{"id", "id", "id", "map.yaml:2:3: ", "read-only"},
        rule_mistake_case{"whole_extension", "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'", "title",
                          "map.yaml:2:", "whole extension"},
        rule_mistake_case{"unknown_enterprise_target",
                          "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:departmet'", "title",
                          "map.yaml:2:", "did you mean 'department'?"}),
    [](const auto& info) { return info.param.name; });

TEST(rule, refuses_an_ambiguous_bare_name)
{
    auto source = bare_source();
    source.names.push_back("department");
    const auto p = parse_section("attributes: {title: department}", {}, "user", source);
    ASSERT_EQ(p.errors.size(), 1U);
    EXPECT_NE(p.errors[0].find(enterprise_urn + ":department' or 'urn:idferry:source:bare_id:bare:department"),
              std::string::npos)
        << p.errors[0];
}

TEST(rule, refuses_what_a_closed_source_does_not_have)
{
    auto source = bare_source();
    source.open = false;
    const auto p =
        parse_section("attributes: {title: 'urn:idferry:source:bare_id:bare:kostenstele'}", {}, "user", source);
    ASSERT_EQ(p.errors.size(), 1U);
    EXPECT_NE(p.errors[0].find("did you mean 'kostenstelle'?"), std::string::npos) << p.errors[0];
}

TEST(rule, accepts_unknown_names_of_an_open_source_by_its_urn)
{
    EXPECT_TRUE(parse_section("attributes: {title: 'urn:idferry:source:bare_id:bare:blutgruppe'}").rules);
}

} // namespace
} // namespace idferry::mapping::test
