// What an expression may not say, hidden anywhere, and where the mistake is reported.
#include "mapping/expression_tree.hpp"
#include "tests/mapping/expression_fixture.hpp"
#include "tests/mapping/libjq_losses.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace idferry::mapping::test {
namespace {

using namespace expressions;

struct refused_case
{
    const char* expression;
    std::size_t offset; // of the mistake, in bytes
    const char* says;
};

TEST(expression, refuses_what_is_not_allowed_at_its_place)
{
    const std::vector<refused_case> all{
        {"env", 0, "'env' is not allowed"},
        {"env.PATH", 0, "nothing of the machine"},
        {"$ENV", 0, "$ENV is not allowed"},
        {".title + $ENV.HOME", 9, "$ENV is not allowed"},
        {". as $ENV | $ENV", 5, "$ENV is not allowed"},
        {"$__prog_args", 0, "is not allowed as a variable"},
        {"$__loc__", 0, "is not allowed as a variable"},
        {"{$__loc__}", 1, "is not allowed as a variable"},
        {"{$ENV}", 1, "$ENV is not allowed"},
        {"input", 0, "'input' is not allowed"},
        {"[inputs]", 1, "'inputs' is not allowed"},
        {"debug", 0, "writes nothing"},
        {".title | debug(\"x\")", 9, "writes nothing"},
        {"stderr", 0, "writes nothing"},
        {"input_filename", 0, "not allowed"},
        {"input_line_number", 0, "not allowed"},
        {"now", 0, "no clock"},
        {".title, (now | todate)", 9, "no clock"},
        {"localtime", 0, "no clock"},
        {"strflocaltime(\"%c\")", 0, "no clock"},
        {"mktime", 0, "transform: {date"},
        {"gmtime", 0, "transform: {date"},
        {"halt", 0, "use empty"},
        {"halt_error", 0, "use empty"},
        {"halt_error(1)", 0, "use empty"},
        {"def f: f; f", 0, "functions cannot be defined"},
        {".title | def f: 1; f", 9, "functions cannot be defined"},
        {"import \"a\" as a; .", 0, "modules cannot be used"},
        {"include \"a\"; .", 0, "modules cannot be used"},
        {"module {}; .", 0, "modules cannot be used"},
        {"a::b", 0, "modules cannot be used"},
        {"get_search_list", 0, "not allowed"},
        {"modulemeta", 0, "not allowed"},
        {"builtins", 0, "not allowed"},
        {"recurse", 0, "need not end"},
        {"recurse(.)", 0, "need not end"},
        {"repeat(1)", 0, "need not end"},
        {"while(true; .)", 0, "need not end"},
        {"until(false; .)", 0, "need not end"},
        {"walk(.)", 0, "need not end"},
        {"range(infinite)", 6, "no function"},
        {"[limit(3; repeat(1))]", 10, "need not end"},
        {"foreach .emails[] as $e (0; . + 1)", 0, "use reduce"},
        {"label $out | 1", 0, "use first"},
        {"break $out", 0, "use first"},
        {"combinations", 0, "any size"},
        {".emails | combinations(2)", 10, "any size"},
        {"implode", 0, "any size"},
        {"setpath([99999999]; 1)", 0, "write {name: value}"},
        {".title | test(\"(a+)+$\")", 9, "regular expressions"},
        {"match(\"a\")", 0, "regular expressions"},
        {"capture(\"a\")", 0, "regular expressions"},
        {"scan(\"a\")", 0, "regular expressions"},
        {"gsub(\"\"; \"a\")", 0, "transform: {replace"},
        {"sub(\"a\"; \"b\")", 0, "transform: {replace"},
        {"splits(\"a\")", 0, "regular expressions"},
        {".title | split(\"a\"; \"g\")", 9, "regular expression"},
        {".title = 1", 7, "changes a value in place"},
        {".emails[0] |= 1", 11, "changes a value in place"},
        {".a.b += 1", 5, "changes a value in place"},
        {".title //= 1", 7, "changes a value in place"},
        {".title % 2", 7, "'%' is not allowed"},
        {". as [$a] | $a", 5, "a pattern is not allowed"},
        {". as {a: $a} | $a", 5, "a pattern is not allowed"},
        {"\"\\(env)\"", 3, "'env' is not allowed"},
        {"\"a\\(\"b\\($ENV)\")\"", 8, "$ENV is not allowed"},
        {"@base64 \"\\(now)\"", 11, "no clock"},
        {"{\"\\(input)\": 1}", 4, "'input' is not allowed"},
        {"{(env): 1}", 2, "'env' is not allowed"},
        {".[env]", 2, "'env' is not allowed"},
        {".emails[input:1]", 8, "'input' is not allowed"},
        {"\"\\\\(env)\\(env)\"", 10, "'env' is not allowed"},
        {"\"a # b\" | env", 10, "'env' is not allowed"},
        {"map(select(any(.[]; env)))", 20, "'env' is not allowed"},
        {"reduce .emails[] as $e (0; input)", 27, "'input' is not allowed"},
        {"if now then 1 else 2 end", 3, "no clock"},
        {"try halt catch 1", 4, "use empty"},
        {"_plus(1; 2)", 0, "no function"},
        {"_modify(.; .)", 0, "no function"},
        {"lenght", 0, "did you mean 'length'?"},
        {"length(1)", 0, "takes no arguments"},
        {"select", 0, "takes 1 argument,"},
        {"tittle", 0, "a text is written in double quotes"},
        {"@sh", 0, "unknown format"},
        {"$p", 0, "no variable '$p'"},
        {"(1 as $p | 2) | $p", 16, "no variable '$p'"},
        {".tittle", 1, "did you mean 'title'?"},
        {".username", 1, "'userName' in exactly this spelling"},
        {".email", 1, "alias"},
        {"[.title, .phone]", 10, "phoneNumbers"},
        {".department", 1, ".\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".department"},
        {"{tittle}", 1, "did you mean 'title'?"},
        {".name.givenname", 6, "'givenName' in exactly this spelling"},
        {".name.givenNames", 6, "did you mean 'givenName'?"},
        {".\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".departmet", 62, "did you mean 'department'?"},
        {". as $p | 1 | $p.tittle", 17, "did you mean 'title'?"},
        {"ä", 0, "unexpected 'ä'"},
        {".title | \"ä\" ä", 14, "unexpected 'ä'"},
        {"", 0, "ends too early"},
        {".title |", 8, "ends too early"},
        {".emails[", 8, "ends too early"},
        {"{a: 1 + 2}", 6, "parentheses"},
        {"\"abc", 0, "without its closing"},
        {"\"\\q\"", 1, "wrong escape"},
    };
    for (const auto& c : all) {
        const auto p = parse_one("title", rule_of(c.expression));
        EXPECT_FALSE(p.rules) << c.expression;
        ASSERT_EQ(p.errors.size(), 1U) << c.expression << "\n" << p.all_errors();
        // "  title: {expression: '" are 23 characters; columns count characters, not bytes.
        const std::string_view before = std::string_view(c.expression).substr(0, c.offset);
        std::size_t column = 24;
        std::size_t line = 2;
        for (const char b : before) column += (static_cast<unsigned char>(b) & 0xC0U) == 0x80U ? 0 : 1;
        const auto place = "map.yaml:" + std::to_string(line) + ":" + std::to_string(column) + ": ";
        if (before.find('\n') == std::string_view::npos)
            EXPECT_TRUE(p.errors[0].starts_with(place)) << c.expression << "\n" << p.errors[0];
        EXPECT_NE(p.errors[0].find(c.says), std::string::npos) << c.expression << "\n" << p.errors[0];
    }
}

TEST(expression, names_the_line_of_a_mistake_in_a_block)
{
    const auto p = parse_section(
        "attributes:\n  title:\n    expression: |\n      .emails\n      | map(.value)\n      | join(now)\n");
    ASSERT_EQ(p.errors.size(), 1U);
    EXPECT_TRUE(p.errors[0].starts_with("map.yaml:6:14: ")) << p.errors[0];
}

// libjq takes definitions from a file in the home folder: then the same text would mean something else elsewhere.
TEST(expression, refuses_to_run_beside_a_file_that_changes_jq)
{
    const libjq_losses not_ours; // of the program that the file breaks
    const char* before = std::getenv("HOME");
    const std::string home = before ? before : "";
    const auto folder = std::filesystem::temp_directory_path() / ("idferry-jq-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    ASSERT_EQ(::setenv("HOME", folder.c_str(), 1), 0);
    EXPECT_TRUE(parse_one("title", rule_of(".title | length | tostring")).rules);
    std::ofstream(folder / ".jq") << "def length: 7;\n";
    const auto p = parse_one("title", rule_of(".title | length | tostring"));
    // One that is no jq at all would stop every program.
    std::ofstream(folder / ".jq") << "bad(\n";
    const auto broken = parse_one("title", rule_of(".title"));
    if (before)
        ::setenv("HOME", home.c_str(), 1);
    else
        ::unsetenv("HOME");
    std::filesystem::remove_all(folder);
    ASSERT_EQ(p.errors.size(), 1U);
    EXPECT_NE(p.errors[0].find((folder / ".jq").string()), std::string::npos) << p.errors[0];
    EXPECT_EQ(broken.errors.size(), 1U);
}

TEST(expression, does_not_look_into_comments_and_texts)
{
    const auto p = parse_section("attributes:\n  title:\n    expression: |\n      # no env, no $ENV \" here\n      "
                                 "\"env # now\" | . + \"\" # input\n");
    ASSERT_TRUE(p.rules) << p.all_errors();
    EXPECT_EQ(p.rules->map(person()).desired.attributes[0].value, "env # now");
    const auto hidden =
        parse_section("attributes:\n  title:\n    expression: |\n      # a comment ends with its line\n      env\n");
    ASSERT_EQ(hidden.errors.size(), 1U);
    EXPECT_TRUE(hidden.errors[0].starts_with("map.yaml:5:7: ")) << hidden.errors[0];
}

TEST(expression, is_bounded_in_length_and_depth)
{
    const auto mistake = [](const std::string& text) {
        parse_error wrong;
        return jq::parse(text, wrong) ? std::string() : wrong.message;
    };
    EXPECT_NE(mistake("1" + std::string(jq::max_text, ' ')), "");
    EXPECT_EQ(mistake("1" + std::string(jq::max_text - 1, ' ')), "");
    const auto repeated = [](const std::string& what, int times) {
        std::string out;
        for (int i = 0; i < times; ++i) out += what;
        return out;
    };
    EXPECT_EQ(mistake(repeated("[", 20) + repeated("]", 20)), "");
    for (const char* open : {"(", "[", "{a:", "-", "try ", "if ", "\"\\(", "1 as $x|", ".[", "map(", "1|", "1//",
                             "{a:1|", ".a|", "reduce ", "if 1 then 2 elif "}) {
        EXPECT_NE(mistake(repeated(open, 2000)), "") << open;
        EXPECT_NE(mistake(repeated(open, 1000) + "1"), "") << open;
    }
    EXPECT_NE(mistake("1" + repeated("+1", 2000)), "");
    EXPECT_NE(mistake("." + repeated("[0]", 2000)), "");
    EXPECT_NE(mistake("1" + repeated(" and 1", 1000)), "");
    // A long list of values is no deep one.
    EXPECT_EQ(mistake("1" + repeated(",1", 2000)), "");
    EXPECT_TRUE(parse_one("title", rule_of("[1" + repeated(",1", 2000) + "] | length | tostring")).rules);
    EXPECT_TRUE(parse_one("title", rule_of("[0" + repeated("+0", 199) + "]|tojson")).rules);
}

} // namespace
} // namespace idferry::mapping::test
