// What an expression gives is what jq itself gives for the same text: each one runs here, written anew and watched, as
// a mapping does it, and then as it stands through libjq.
#include "mapping/expression_machine.hpp"
#include "mapping/expression_tree.hpp"
#include "tests/mapping/libjq_losses.hpp"

extern "C" { // its headers do not say so themselves
#include <jq.h>
#include <jv.h>
}

#include <gtest/gtest.h>

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace idferry::mapping::jq {
namespace {

const char* const resource = R"({
    "id": "p1", "userName": "anna", "title": "Chief \u00c4rztin", "active": true, "nickName": "", "locale": null, "n": 12.5, "big": 3,
    "name": {"givenName": "Anna", "familyName": "Bei\"spiel", "middle": null},
    "emails": [{"value": "Home@x.example", "type": "home"}, {"value": "w@acme.example", "type": "work", "primary": true}, {"value": "z@x.example"}],
    "tags": ["b", "a", "c", "a"], "numbers": [3, 1, 2], "nested": [[1, [2]], [3]], "empty": [],
    "urn:x:y": {"department": "Sales", "flags": {"x": 1, "y": false}}})";

// Every expression of a batch as one program, with its values in a list and "!" where it failed. Compiling is what
// takes time, so it is done once for a batch.
std::string batch(std::span<const char* const> expressions)
{
    std::string all;
    for (const auto* e : expressions)
        all += (all.empty() ? "" : ", ") + ("[try ((" + std::string(e)) + "\n)|[.]) catch \"!\"]";
    return all;
}

bool compiled_by_libjq(const std::string& text, std::vector<std::string>* values)
{
    const test::libjq_losses not_ours;
    jq_state* state = jq_init();
    jq_set_error_cb(state, [](void*, jv message) { jv_free(message); }, nullptr);
    const bool compiles = jq_compile(state, text.c_str()) != 0;
    if (compiles && values) {
        jq_start(state, jv_parse(to_text(json::parse(resource)).c_str()), 0);
        jv value = jq_next(state);
        for (; jv_is_valid(value) != 0; value = jq_next(state)) {
            jv shown = jv_dump_string(value, 0);
            values->push_back(to_text(json::parse(jv_string_value(shown))));
            jv_free(shown);
        }
        jv_free(value);
    }
    jq_teardown(&state);
    return compiles;
}

// Bytes for each run, once libjq has the memory that it keeps. A daemon runs an expression for every person, for years.
std::int64_t lost_by_running(const machine& m)
{
    constexpr std::int64_t times = 100;
    const auto given = json::parse(resource);
    for (int i = 0; i < 4; ++i) m.run(given, nullptr);
    const auto before = static_cast<std::int64_t>(::mallinfo2().uordblks);
    for (std::int64_t i = 0; i < times; ++i) m.run(given, nullptr);
    return (static_cast<std::int64_t>(::mallinfo2().uordblks) - before) / times;
}

void expect_same(std::span<const char* const> expressions)
{
    constexpr std::size_t at_once = 20;
    for (std::size_t from = 0; from < expressions.size(); from += at_once) {
        const auto some = expressions.subspan(from, std::min(at_once, expressions.size() - from));
        const auto text = batch(some);
        std::vector<std::string> wanted;
        ASSERT_TRUE(compiled_by_libjq(text, &wanted)) << "jq 1.6 does not take " << text;
        ASSERT_EQ(wanted.size(), some.size());
        parse_error wrong;
        const auto parsed = parse(text, wrong);
        ASSERT_TRUE(parsed) << wrong.message << " in " << text.substr(wrong.position);
        const auto loaded = load_machine(program_text(*parsed));
        ASSERT_EQ(loaded.index(), 0U) << std::get<1>(loaded);
        const auto ran = std::get<0>(loaded)->run(json::parse(resource), nullptr);
        ASSERT_EQ(ran.how, machine_outcome::kind::done) << ran.message;
        ASSERT_EQ(ran.values.size(), some.size());
        for (std::size_t i = 0; i < some.size(); ++i) EXPECT_EQ(to_text(ran.values[i]), wanted[i]) << some[i];
        EXPECT_LT(lost_by_running(*std::get<0>(loaded)), 16) << "libjq loses memory in one of " << text;
    }
}

TEST(same_as_jq, paths)
{
    static constexpr const char* all[]{".title",
                                       ".",
                                       ".name.givenName",
                                       ".\"title\"",
                                       ".[\"title\"]",
                                       ".name[\"givenName\"]",
                                       ".\"name\".\"givenName\"",
                                       ".emails[0].value",
                                       ".emails[-1].value",
                                       ".emails[9]",
                                       ".emails[].value",
                                       ".emails[]?",
                                       ".title[]?",
                                       ".title[]",
                                       ".title.x",
                                       ".title.x?",
                                       ".nothing.at.all",
                                       ".emails[1:]",
                                       ".emails[:1]",
                                       ".tags[1:-1]",
                                       ".title[2:5]",
                                       ".title[:1]",
                                       ".emails[0,1].type",
                                       ".\"urn:x:y\".department",
                                       ".[\"urn:x:y\"].flags.x",
                                       ".tags[\"a\"]?",
                                       "..",
                                       "[..|strings]",
                                       ".emails[(.big - 3)]",
                                       ".name[\"given\" + \"Name\"]",
                                       ".emails as $e | $e[1].type"};
    expect_same(all);
}

TEST(same_as_jq, operators)
{
    static constexpr const char* all[]{"1 + 2 * 3 - 4 / 2",
                                       "-1 + 2",
                                       "-(1 + 2)",
                                       "- .big",
                                       "1 - -1",
                                       "(1,2) + (10,20)",
                                       "(1,2) * (10,20)",
                                       "(3,5) - (1,2)",
                                       "1,2,3",
                                       "[1,2] + [3]",
                                       "[1,2,3,2] - [2]",
                                       "{a:1} + {b:2}",
                                       "{a:{x:1}} * {a:{y:2}}",
                                       "\"a,b\" / \",\"",
                                       "\"ab\" * 3",
                                       "\"x\" + null",
                                       "null + null",
                                       "1 + \"x\"",
                                       "{} - 1",
                                       ".a // \"d\"",
                                       ".title // \"d\"",
                                       ".locale // .title",
                                       "(false, null, 1) // 2",
                                       "empty // 3",
                                       "1 // 2 // 3",
                                       ".active and .title",
                                       ".locale or false",
                                       "true and (true, false)",
                                       "(true, false) or (false, true)",
                                       "1 == 1.0",
                                       "\"a\" < \"b\"",
                                       "[1] < [1,2]",
                                       "{} == {}",
                                       ".tags == .tags",
                                       "1 != 2 and 3 >= 3",
                                       "null < false",
                                       "1 | . + 1 | . * 2",
                                       "1, 2 | . + 1",
                                       "1 as $x | 2 as $y | [$x, $y, $x + $y]",
                                       "1 + (3 as $x | $x)",
                                       "1 + 3 as $x | $x",
                                       ".big as $b | .numbers | map(. == $b)",
                                       "[.numbers[] as $n | .tags[] as $t | \"\\($n)\\($t)\"]",
                                       "1 as $x | (2 as $x | $x), $x",
                                       "reduce .numbers[] as $n (0; . + $n)",
                                       "reduce .tags[] as $t ({}; . + {($t): true})",
                                       "reduce empty as $x (7; 1)",
                                       "if .active then \"yes\" else \"no\" end",
                                       "if .locale then 1 elif .nickName then 2 else 3 end",
                                       "if (true, false) then 1 else 2 end",
                                       "if empty then 1 else 2 end",
                                       "try error(\"x\") catch .",
                                       "try error(\"x\")",
                                       "try (1, error(\"x\"), 3)",
                                       "[.[]?]|length",
                                       "(.title | tonumber)? // 5",
                                       "try (.title | tonumber) catch \"no\"",
                                       "try error(\"x\") // 1",
                                       "error(\"stop\")",
                                       "error({a: 1})",
                                       "1, error(\"x\")",
                                       ".title? // \"x\"",
                                       "[.tags[] | select(. != \"a\")]"};
    expect_same(all);
}

TEST(same_as_jq, values)
{
    static constexpr const char* all[]{"\"text\"",
                                       "\"\\u00e4 \\\" \\\\ \\/ \\n\\t\"",
                                       "\"\\ud83d\\ude00\"",
                                       "\"ä€😀\"",
                                       "\"a\\(1 + 2)b\\(\"c\\(4)\")d\"",
                                       "\"\\(.name)\"",
                                       "\"\\(1, 2)\"",
                                       "@base64 \"x\\(.title)y\"",
                                       "@uri \"?q=\\(.title)\"",
                                       ".tags | @csv",
                                       ".title | @base64",
                                       "@json",
                                       "@json \"v=\\(.tags)\"",
                                       ".title | @html",
                                       ".tags | @tsv",
                                       "@text",
                                       "[]",
                                       "{}",
                                       "[1, [2, {a: 3}]]",
                                       "{a: 1, \"b c\": 2, (\"d\" + \"e\"): 3}",
                                       "{title}",
                                       "{\"title\"}",
                                       "{a: (1, 2)}",
                                       ".title as $t | {($t): 1}",
                                       "{a: 1 | 2}",
                                       "{a: .name | .givenName}",
                                       "{a: -1}",
                                       "{(\"x\", \"y\"): (1, 2)}",
                                       ".title as $t | {$t}",
                                       "{if: 1, and: 2}",
                                       "{a: (1 + 1)}",
                                       "{\"a\\(1)\": 2}",
                                       "1.5e3",
                                       ".5",
                                       "100000000000000000000",
                                       "1 # a comment | error",
                                       "# first\n.title",
                                       "[1, 2 # two\n]",
                                       "true, false, null",
                                       "{a: [.tags[] | {t: .}]}"};
    expect_same(all);
}

TEST(same_as_jq, functions)
{
    static constexpr const char* all[]{"IN(.tags[]; \"a\", \"z\")",
                                       ".title | IN(\"x\", \"y\")",
                                       ".big | IN(1, 3)",
                                       ".tags | add",
                                       ".numbers | add",
                                       "[] | add",
                                       "[true, false] | all, any",
                                       ".numbers | all(. > 0), any(. > 2)",
                                       "all(.numbers[]; . > 1)",
                                       "any(.emails[]; .primary)",
                                       ".[] | arrays",
                                       ".title | ascii_downcase, ascii_upcase",
                                       "[.[] | booleans]",
                                       "1.5 | ceil, floor, round",
                                       ".title | contains(\"hief\")",
                                       ".tags | contains([\"a\", \"b\"])",
                                       ".name | contains({givenName: \"nn\"})",
                                       "del(.emails)",
                                       "del(.emails[] | select(.type == \"home\"))",
                                       "del(.emails[0], .title)",
                                       ".emails | map(del(.type))",
                                       "del(.tags[1:3])",
                                       "empty",
                                       "[empty]",
                                       ".title | endswith(\"in\"), startswith(\"Ch\")",
                                       "first, last",
                                       ".tags | first, last",
                                       "first(.emails[].value)",
                                       "last(.tags[])",
                                       "first(empty)",
                                       ".nested | flatten",
                                       ".nested | flatten(1)",
                                       "[{key: \"a\", value: 1}] | from_entries",
                                       ".name | to_entries",
                                       ".name | with_entries(select(.value != null))",
                                       "getpath([\"name\", \"givenName\"])",
                                       "getpath([\"a\", \"b\"])",
                                       ".emails | group_by(.type)",
                                       "has(\"title\")",
                                       ".tags | has(2), has(7)",
                                       "\"title\" | in({title: 1})",
                                       ".title | index(\"r\"), rindex(\"r\"), indices(\"r\")",
                                       "[1,2,1,2] | indices(1,9,[1,2],[2,1,2],[],[9],null)",
                                       "[1,2,1] | index(1,7), rindex(1,7), index([]), rindex([1])",
                                       "[[1],[1]] | indices([1],[[1]])",
                                       "([], null, {a: 1}, 5, true) | try indices(\"a\",1) catch \"!\"",
                                       "(null, 1, [1], {a: 1}, \"aba\") | ltrimstr(\"a\",1,null), rtrimstr(\"a\",1,{})",
                                       ".tags | index(\"a\"), rindex(\"a\"), indices(\"a\")",
                                       "\"hie\" | inside(\"Chief\")",
                                       "isempty(empty), isempty(.title)",
                                       "[.[] | iterables] | length",
                                       ".tags | join(\", \")",
                                       "[1, null, true, \"x\"] | join(\"-\")",
                                       "[] | join(\",\")",
                                       ".tags | join(\",\", \";\")",
                                       ".name | keys, keys_unsorted",
                                       ".title | length",
                                       ".tags | length",
                                       "null | length",
                                       ".name | length",
                                       "[limit(2; .tags[])]",
                                       "[limit(0; .tags[])]",
                                       ".title | ltrimstr(\"Ch\"), rtrimstr(\"in\"), ltrimstr(1)",
                                       ".numbers | map(. * 2)",
                                       ".numbers | max, min",
                                       "[] | max",
                                       ".emails | max_by(.value).value",
                                       ".emails | min_by(.value) | .value",
                                       ".active | not",
                                       ".tags | nth(1)",
                                       "[.[] | nulls]",
                                       "[.[] | numbers]",
                                       "[.[] | objects]",
                                       "[range(3)]",
                                       "[range(1; 4)]",
                                       ".tags | reverse",
                                       "[.[] | scalars]",
                                       ".emails | sort_by(.value) | map(.value)",
                                       ".tags | sort, unique",
                                       ".emails | sort_by(.type, .value)",
                                       "\"a, b\" | split(\", \")",
                                       "\"abc\" | split(\"\")",
                                       "[.[] | strings]",
                                       ".name | tojson",
                                       "\"12\" | tonumber",
                                       ".n | tostring, tojson",
                                       ".title | tonumber",
                                       "[.[] | type]",
                                       ".emails | unique_by(.type) | length",
                                       ".title | utf8bytelength, length",
                                       "[.[] | values] | length",
                                       "[.emails[] | select(.type == \"work\" or .primary)]",
                                       ".emails | map(select(.primary)) + . | .[0].value",
                                       "[.emails[] | {value: (.value | ascii_downcase), type}]",
                                       "\"a b\" | split(\" \") | map(.[0:1]) | add",
                                       "[.tags, .numbers] | map(length) | add",
                                       "first(.emails[] | select(.type == \"fax\") | .value) // \"none\""};
    expect_same(all);
}

// What jq refuses is refused, whatever the reason.
TEST(expression_grammar, refuses_what_jq_refuses)
{
    for (const char* text : {".a.",
                             ".[",
                             "1 +",
                             "{a:}",
                             "{a:1|.+1}",
                             "(1",
                             "1)",
                             "[1",
                             "if 1 then 2",
                             "if then 1 else 2 end",
                             "\"x",
                             "\"\\q\"",
                             "..a",
                             "1 == 2 == 3",
                             "$x",
                             ". as | 1",
                             ". as $x",
                             "reduce .[] as $x (1)",
                             "reduce .[] as $x",
                             "{1:2}",
                             "{(1)}",

                             ".a | | .b",
                             "a b",
                             ".a .b c",
                             "try",
                             "catch 1",
                             "1 2",
                             "end",
                             "and",
                             "'x'",
                             "..."}) {
        EXPECT_FALSE(compiled_by_libjq(text, nullptr)) << text;
        parse_error wrong;
        EXPECT_FALSE(parse(text, wrong)) << text;
    }
}

} // namespace
} // namespace idferry::mapping::jq
