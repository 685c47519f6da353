// Expressions as a rule has them: what they give, what is refused and where, and what stops them.
#include "mapping/expression.hpp"

#include "tests/mapping/expression_fixture.hpp"

namespace idferry::mapping::test {
namespace {

using namespace expressions;

std::optional<json> gives(const std::string& target, const std::string& expression, const json& source = person())
{
    return value_of(target, rule_of(expression), source);
}

TEST(expression, nothing_is_absent_null_clears_one_value_is_it_and_several_are_a_list)
{
    EXPECT_EQ(gives("title", "empty"), std::nullopt);
    EXPECT_EQ(gives("title", ".nickName // empty"), std::nullopt);
    EXPECT_EQ(gives("title", "null"), json(nullptr));
    EXPECT_EQ(gives("title", ".nickName"), json(nullptr));
    EXPECT_EQ(gives("title", ".title"), json("Chief"));
    EXPECT_EQ(gives("active", ".active | not"), json(false));
    EXPECT_EQ(gives("emails", ".emails[].value"),
              json::parse(R"([{"value":"anna@acme.example"},{"value":"home@x.example"}])"));
    EXPECT_EQ(gives("emails", "[.emails[].value]"), gives("emails", ".emails[].value"));
    EXPECT_EQ(gives("emails", "[]"), json(nullptr));
    EXPECT_EQ(gives("emails", "null, null"), json(nullptr));
    EXPECT_EQ(gives("title", "null, \"x\""), json("x"));
    EXPECT_EQ(gives("emails", ".emails[] | select(.type == \"work\")"),
              json::parse(R"([{"value":"anna@acme.example","type":"work","primary":true}])"));
}

TEST(expression, goes_on_to_the_other_steps_of_a_rule)
{
    EXPECT_EQ(value_of("title", rule_of(".title", ", transform: lower"), person()), json("chief"));
    EXPECT_EQ(value_of("title", rule_of(".emails[].type", ", collapse: join"), person()), json("home, work"));
    EXPECT_EQ(value_of("title", rule_of("empty", ", default: none"), person()), json("none"));
    EXPECT_EQ(value_of("title", rule_of(".title", ", lookup: {Chief: Boss}"), person()), json("Boss"));
    EXPECT_EQ(value_of("title", rule_of(".title", ", when: 'active eq false'"), person()), std::nullopt);
    EXPECT_EQ(value_of("title", rule_of("empty", ", on_absent: clear"), person()), json(nullptr));
    EXPECT_EQ(value_of("emails", rule_of(".userName", ", type: work"), person()),
              json::parse(R"([{"value":"Anna","type":"work"}])"));
    EXPECT_NE(rejection_of("title", rule_of(".emails[].value"), person()).find("title: 2 values"), std::string::npos);
}

TEST(expression, keeps_utf_8_and_large_whole_numbers)
{
    auto source = person();
    source["title"] = "Ärztin 😀 \u0001\"\\";
    EXPECT_EQ(gives("title", ".title", source), source["title"]);
    EXPECT_EQ(gives("title", "\"ä😀\\u00e4\""), json("ä😀ä"));
    EXPECT_EQ(gives("title", "\"\\(.title | length) ä\"", source), json("12 ä"));
    // 2^53 + 1: jq's numbers would make 2^53 of it.
    EXPECT_EQ(gives("title", ".\"urn:idferry:source:bare_id:bare\".number"), json("9007199254740993"));
}

TEST(expression, sees_groups_in_an_order_of_their_own)
{
    auto turned = person();
    std::swap(turned["groups"][0], turned["groups"][1]);
    EXPECT_EQ(gives("title", ".groups[0].display"), json("Sales Leads"));
    EXPECT_EQ(gives("title", ".groups[0].display", turned), json("Sales Leads"));
    EXPECT_EQ(gives("title", "[..|strings][0]"), gives("title", "[..|strings][0]", turned));
}

struct groups_read_case
{
    const char* name;
    const char* expression;
    bool reads;
};

class expression_groups : public testing::TestWithParam<groups_read_case>
{
};

TEST_P(expression_groups, are_noted_whenever_they_may_be_read)
{
    const auto p = parse_one("title", rule_of(GetParam().expression));
    ASSERT_TRUE(p.rules) << p.all_errors();
    EXPECT_EQ(p.rules->reads_groups().all, GetParam().reads);
    EXPECT_EQ(p.rules->rules().front().from_groups, GetParam().reads);
}

INSTANTIATE_TEST_SUITE_P(
    all, expression_groups,
    testing::Values(
        groups_read_case{"named", ".groups[0].display", true},
        groups_read_case{"quoted", ".[\"groups\"] | length", true},
        groups_read_case{"computed", ".[\"gro\" + \"ups\"] | length", true}, groups_read_case{"whole", "tojson", true},
        groups_read_case{"identity", ". | length", true}, groups_read_case{"descent", "[..|strings] | length", true},
        groups_read_case{"each", "[.[]] | length", true},
        groups_read_case{"variable", ". as $p | $p | keys | .[0]", true},
        groups_read_case{"variable_member", ". as $p | .title | $p.groups[0].display", true},
        groups_read_case{"shorthand", "{groups} | tojson", true},
        groups_read_case{"select", "select(.active) | .groups[0].value", true},
        groups_read_case{"getpath", "getpath([\"groups\"]) | length", true},
        groups_read_case{"in_a_condition", "if any(.groups[]; .display == \"x\") then \"a\" else \"b\" end", true},
        groups_read_case{"in_a_text", "\"\\(.)\"", true}, groups_read_case{"entries", "with_entries(.) | length", true},
        groups_read_case{"result", ".", true}, groups_read_case{"caught", "try error catch .", true},
        groups_read_case{"reduced", "reduce 1 as $x (.; .) | keys[0]", true},
        groups_read_case{"alternative", "(.title // .) | tojson", true},
        groups_read_case{"other_attribute", ".title", false},
        groups_read_case{"members_of_it", "[.emails[] | .value] | sort | .[0]", false},
        groups_read_case{"name_of_a_sub_attribute", ".name | {groups: 1} | tojson", false},
        groups_read_case{"selected", "select(.active) | .title", false},
        groups_read_case{"variable_of_a_part", ".emails as $e | $e | length | tostring", false},
        groups_read_case{"condition", "if .active then .title else .userName end", false},
        groups_read_case{"generator", "first(.emails[] | .value)", false},
        groups_read_case{"reduce", "reduce .emails[] as $e (\"\"; . + $e.value)", false},
        groups_read_case{"variable_member_only", ". as $p | .title | $p.userName", false}),
    [](const auto& info) { return info.param.name; });

TEST(expression, without_its_groups_nothing_is_known)
{
    const auto p = parse_one("title", rule_of("if any(.groups[]; .display == \"Boss\") then \"x\" else empty end"));
    ASSERT_TRUE(p.rules) << p.all_errors();
    // Nothing found in known memberships is knowledge, and clears.
    const auto mapped = p.rules->map(person());
    ASSERT_EQ(mapped.desired.attributes.size(), 1U);
    EXPECT_TRUE(mapped.desired.attributes[0].value.is_null());
}

TEST(expression, is_part_of_the_epoch_and_of_the_rules_line)
{
    const auto a = parse_one("title", rule_of(".title"));
    const auto b = parse_one("title", rule_of(".title | ascii_downcase"));
    ASSERT_TRUE(a.rules && b.rules);
    EXPECT_NE(a.rules->epoch_text(), b.rules->epoch_text());
    EXPECT_EQ(a.rules->rules()[0].rule, "expression '.title'");
    const auto hidden = parse_one("title", rule_of("\"s3cret\"", ", sensitive: true"));
    ASSERT_TRUE(hidden.rules);
    EXPECT_EQ(hidden.rules->rules()[0].rule, "expression");
    const auto lines =
        parse_section("attributes:\n  title:\n    expression: |\n      .title\n        # why\n      | .[0:1]\n");
    ASSERT_TRUE(lines.rules) << lines.all_errors();
    EXPECT_EQ(lines.rules->rules()[0].rule, "expression '.title # why | .[0:1]'");
}

TEST(expression, a_failure_rejects_and_shows_no_value)
{
    auto source = person();
    source["title"] = "S3cret";
    const std::vector<std::pair<const char*, const char*>> all{
        {".title | tonumber | tostring", "title: the expression fails: 'tonumber' needs"},
        {".title[]", "title: the expression fails: it goes through"},
        {".title | .x", "title: the expression fails: it looks for a member"},
        {".title + 1 | tostring", "title: the expression fails: it adds values"},
        {"error(\"no cost centre\")", "title: the expression fails: no cost centre"},
        {"error(.title)", "title: the expression fails: its steps do not fit"},
        {"error(\"for \\(.title)\")", "title: the expression fails: its steps do not fit"},
        {"error(null)", "title: the expression fails: its steps do not fit"},
        {".emails | error", "title: the expression fails: its steps do not fit"},
        {"1e1000", "title: the expression fails: it gives a number that JSON cannot hold"},
        {"{(.title): 1}[.emails]", "title: the expression fails: a list is no index"},
    };
    for (const auto& [text, says] : all) {
        const auto why = rejection_of("title", rule_of(text), source);
        EXPECT_TRUE(why.starts_with(says)) << text << ": " << why;
        EXPECT_EQ(why.find("S3cret"), std::string::npos) << why;
    }
}

} // namespace
} // namespace idferry::mapping::test
