// What stops an expression that works too long or makes too large a value, and what does not.
#include "mapping/expression_machine.hpp"
#include "mapping/expression_tree.hpp"
#include "tests/mapping/expression_fixture.hpp"

namespace idferry::mapping::test {
namespace {

using namespace expressions;

// Each of these would run for minutes, or fill the memory, in jq itself.
TEST(expression, stops_what_would_explode)
{
    auto source = person();
    source["groups"] = json::array();
    for (int i = 0; i < 2000; ++i)
        source["groups"].push_back({{"value", "g" + std::to_string(i)}, {"display", "Group " + std::to_string(i)}});
    source["title"] = std::string(1000, 'x');
    source["n"] = 1000000000;
    constexpr auto work = jq::machine_outcome::kind::too_long;
    constexpr auto size = jq::machine_outcome::kind::too_large;
    const std::vector<std::pair<std::string, jq::machine_outcome::kind>> all{
        {"[.groups[] as $a | .groups[] as $b | .groups[] as $c | 1] | length", work},
        {"[.groups[].value + .groups[].value + .groups[].value] | length", work},
        {"[{a: .groups[], b: .groups[], c: .groups[]}] | length", work},
        {"[range(1000000000)] | length", work},
        {"[range(1000000000) | select(. < 0)] | length", work},
        {"first(range(1000000000) | select(. < 0))", work},
        {"any(range(1000000000); . < 0)", work},
        {"reduce range(1000000000) as $i (0; . + 1)", work},
        {"isempty(range(1000000000) | select(. < 0))", work},
        {"[limit(1000000000; range(1000000000))] | length", work},
        {"reduce range(64) as $i (.title; . + .)", size},
        {"reduce range(64) as $i ([1]; . + .) | length", size},
        {"reduce range(64) as $i (1; [., .]) | tojson | length", size},
        {"reduce range(64) as $i (1; {a: ., b: .}) | tojson | length", size},
        {"reduce range(100000) as $i (1; [.]) | tojson | length", size},
        {"\"x\" * 1000000000", size},
        {".title * 1000000000", size},
        {"1000000000 * .title", size},
        {"[\"x\", \"y\"] | join(\"z\" * 70000) | length", jq::machine_outcome::kind::done},
        {"(\"z\" * 70000) as $z | [range(1000) | \"a\"] | join($z) | length", size},
        {"[range(50000) | tostring] | join(\",\") | length", work},
        {"[range(50000) | tostring] | . - [range(50000) | tostring] | length", work},
        {"[range(50000) | tostring] as $a | $a | contains($a)", work},
        {"[range(50000)] as $a | [range(50000)] | indices($a)", work},
        {"[range(3000)] as $a | [range(3000) | IN($a[])] | length", work},
        {"[range(3000)] as $a | [range(3000) | . as $x | $a | index($x)] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | $t + \"y\"] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | $t | length] | add", work},
        {"(\"x\" * 90000) as $t | [range(100000) | $t[1:]] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | $t == ($t + \"\")] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | $t / \"x\"] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | \"\\($t)\"] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | $t | @base64] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | {($t): 1}] | length", work},
        {"(\"x\" * 90000) as $t | [range(100000) | {a: 1}[$t]] | length", work},
        {"[range(20000)] as $a | [range(100000) | $a | sort] | length", work},
        {"[range(20000)] as $a | [range(100000) | $a | map(.)] | length", work},
        {"[range(20000)] as $a | [range(100000) | $a | del(.[0])] | length", work},
        {"[.groups, .groups] | [.,.] | [.,.] | [.,.] | [.,.] | [.,.] | [.,.] | tojson", size},
        {"try (\"x\" * 1000000000) catch \"caught\"", size},
        {"(range(1000000000) | select(. < 0))?, \"after\"", work},
        {"range(1001)", size},
        {"[..] | length", jq::machine_outcome::kind::done},
    };
    // With a tenth of the work that a rule may do, to keep this quick.
    jq::machine_limits limits;
    limits.work /= 10;
    for (const auto& [text, says] : all) {
        parse_error wrong;
        const auto parsed = jq::parse(text, wrong);
        ASSERT_TRUE(parsed) << text << ": " << wrong.message;
        const auto loaded = jq::load_machine(jq::program_text(*parsed), limits);
        ASSERT_EQ(loaded.index(), 0U) << text << ": " << std::get<1>(loaded);
        EXPECT_EQ(std::get<0>(loaded)->run(source, nullptr).how, says) << text;
    }
    // A stopped expression goes on with the next resource.
    const auto p =
        parse_one("title", rule_of(".title | if length > 10 then [range(10000000)] | length | tostring else . end"));
    ASSERT_TRUE(p.rules) << p.all_errors();
    EXPECT_TRUE(p.rules->map(source).rejected);
    const auto after = p.rules->map(person());
    ASSERT_FALSE(after.rejected) << *after.rejected;
    EXPECT_EQ(after.desired.attributes[0].value, "Chief");
}

TEST(expression, a_person_in_many_groups_is_no_explosion)
{
    auto source = person();
    source["groups"] = json::array();
    for (int i = 0; i < 2000; ++i)
        source["groups"].push_back({{"value", "g" + std::to_string(i)},
                                    {"display", "Group " + std::to_string(i)},
                                    {"path", "/Staff/Group " + std::to_string(i)}});
    for (const char* text :
         {"[.groups[].display] | join(\", \") | length | tostring",
          "[.groups[] | select(.path | startswith(\"/Staff/\")) | .display] | sort | unique | length | tostring",
          "reduce .groups[] as $g ({}; . + {($g.display): true}) | length | tostring",
          ".groups | map({key: .value, value: .display}) | from_entries | length | tostring"}) {
        const auto value = value_of("title", rule_of(text), source);
        ASSERT_TRUE(value) << text;
        EXPECT_TRUE(*value == "2000" || *value == "22888") << text << ": " << *value;
    }
}

} // namespace
} // namespace idferry::mapping::test
