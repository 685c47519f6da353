#include "mapping/filter.hpp"
#include "mapping/filter_compare.hpp"
#include "mapping/json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace idferry::mapping;
using filter_ptr = std::shared_ptr<const filter>;

filter_ptr filter_of(std::string_view text)
{
    auto parsed = parse_filter(text);
    if (const auto* wrong = std::get_if<parse_error>(&parsed)) {
        ADD_FAILURE() << text << ": " << wrong->message << " at " << wrong->position;
        return std::make_shared<const filter>();
    }
    return std::get<filter_ptr>(parsed);
}

parse_error refused_filter(std::string_view text, const filter_limits& limits = {})
{
    auto parsed = parse_filter(text, limits);
    if (std::holds_alternative<filter_ptr>(parsed)) {
        ADD_FAILURE() << text << " was accepted";
        return {};
    }
    return std::get<parse_error>(parsed);
}

bool holds(std::string_view text, const std::string& resource)
{
    return filter_of(text)->matches(json::parse(resource));
}

TEST(filter_text, is_canonical)
{
    EXPECT_EQ(filter_of("userName EQ \"x\"")->text(), "userName eq \"x\"");
    EXPECT_EQ(filter_of("  title   PR\n and\tnot(a eq 1)\n")->text(), "title pr and not (a eq 1)");
    EXPECT_EQ(filter_of("(a pr)")->text(), "a pr");
    EXPECT_EQ(filter_of("(a pr and b pr) and c pr")->text(), "a pr and b pr and c pr");
    EXPECT_EQ(filter_of("(a pr or b pr) and c pr")->text(), "(a pr or b pr) and c pr");
    EXPECT_EQ(filter_of("a pr or (b pr and c pr)")->text(), "a pr or b pr and c pr");
    EXPECT_EQ(filter_of("members[value eq\"2819\"]")->text(), "members[value eq \"2819\"]");
    EXPECT_EQ(filter_of("a eq \"\\u0041\\ud83d\\ude00\\\"\\\\\\/\\n\"")->text(), "a eq \"A😀\\\"\\\\/\\n\"");
}

TEST(filter_grammar, and_binds_tighter_than_or_and_not_tighter_than_and)
{
    const filter_ptr mixed = filter_of("a pr or b pr and not (c pr) or d pr");
    ASSERT_EQ(mixed->kind, filter_kind::logical_or);
    ASSERT_EQ(mixed->children.size(), 3U);
    EXPECT_EQ(mixed->children[1]->kind, filter_kind::logical_and);
    EXPECT_EQ(mixed->children[1]->children[1]->kind, filter_kind::logical_not);
}

TEST(filter_grammar, words_of_the_grammar_may_name_attributes)
{
    EXPECT_EQ(filter_of("pr pr")->path.attribute, "pr");
    EXPECT_EQ(filter_of("not pr")->path.attribute, "not");
    EXPECT_EQ(filter_of("and eq 1")->path.attribute, "and");
    EXPECT_EQ(filter_of("$ref eq \"/Users/1\"")->path.attribute, "$ref");
}

TEST(filter_grammar, ast_has_the_documented_form)
{
    EXPECT_EQ(filter_of("a.b eq 1 and not (emails[type pr])")->ast(), json::parse(R"({"op":"and","filters":[
        {"op":"eq","attrPath":"a.b","compValue":1},
        {"op":"not","filter":{"op":"[]","attrPath":"emails","valFilter":{"op":"pr","attrPath":"type"}}}]})"));
}

TEST(filter_grammar, refusals_point_at_the_character_and_say_what_was_expected)
{
    struct refusal
    {
        const char* text;
        std::size_t position;
        const char* says;
    };
    const refusal refusals[] = {
        {"", 0, "empty"},
        {"userName", 8, "operator"},
        {"userName ", 9, "operator"},
        {"userName eq", 11, "value"},
        {"userName eq ", 12, "value"},
        {"userName eqq \"x\"", 9, "did you mean eq?"},
        {"userName qe \"x\"", 9, "did you mean eq?"},
        {"userName == \"x\"", 9, "did you mean eq?"},
        {"userName contains \"x\"", 9, "did you mean co?"},
        {"userName startsWith \"x\"", 9, "did you mean sw?"},
        {"userName xx \"x\"", 9, "the operators are eq"},
        {"userName eq bjensen", 12, "double quotes"},
        {"userName eq 'bjensen'", 12, "double quotes"},
        {"active eq True", 10, "lower case"},
        {"userName eq \"x", 14, "closing"},
        {"userName eq \"a\\x\"", 14, "escape"},
        {"userName eq \"\\u12g4\"", 13, "hexadecimal"},
        {"userName eq \"\\ud800\"", 13, "surrogate"},
        {"userName eq \"\\ud800\\u0041\"", 13, "surrogate"},
        {"userName eq \"\\udc00\"", 13, "surrogate"},
        {"userName eq \"a\nb\"", 14, "control"},
        {"userName eq \"a\xff\"", 14, "UTF-8"},
        {"userName eq \"\xed\xa0\x80\"", 13, "UTF-8"},
        {"a eq 01", 6, "number"},
        {"a eq 1.", 7, "number"},
        {"a eq -", 6, "number"},
        {"a eq 1e", 7, "number"},
        {"a eq 12abc", 7, "number"},
        {"a eq +1", 5, "value"},
        {"a eq 1e999", 5, "range"},
        {"a eq \"x\"and b pr", 8, "blank"},
        {"(a pr)and (b pr)", 6, "blank"},
        {"(a pr) and(b pr)", 10, "blank"},
        {"(a pr", 5, "expected )"},
        {"a pr)", 4, "closes nothing"},
        {"a pr]", 4, "closes nothing"},
        {"()", 1, "attribute"},
        {"not ()", 5, "attribute"},
        {"not a pr", 4, "parentheses"},
        {"a pr and", 8, "missing after"},
        {"a pr or ", 8, "missing after"},
        {" and a pr", 1, "missing before"},
        {"a pr nad b pr", 5, "did you mean and?"},
        {"a pr && b pr", 5, "did you mean and?"},
        {"a pr b pr", 5, "expected \"and\", \"or\" or the end"},
        {"(a pr b pr)", 6, "expected \"and\", \"or\" or )"},
        {"a[]", 2, "attribute"},
        {"a[b eq 1", 8, "expected ]"},
        {"a[b eq 1)", 8, "expected ]"},
        {"a[b[c eq 1]]", 3, "another"},
        {"a[b eq 1].c eq 2", 9, "inside"},
        {"a[b eq 1] eq 2", 10, "expected \"and\", \"or\" or the end"},
        {"a [b eq 1]", 2, "operator"},
        {"a.b.c eq 1", 3, "sub-attribute"},
        {"1a eq 1", 0, "letter"},
        {"a$b eq 1", 1, "letters"},
        {"\"a\" eq 1", 0, "attribute"},
    };
    for (const refusal& expected : refusals) {
        const parse_error error = refused_filter(expected.text);
        EXPECT_EQ(error.position, expected.position) << expected.text << ": " << error.message;
        EXPECT_NE(error.message.find(expected.says), std::string::npos) << expected.text << ": " << error.message;
    }
}

TEST(filter_grammar, types_that_cannot_be_compared_are_refused_unless_only_the_grammar_counts)
{
    struct refusal
    {
        const char* text;
        std::size_t position;
    };
    const refusal refusals[] = {{"active gt true", 7},
                                {"a le false", 2},
                                {"a lt null", 2},
                                {"a co true", 5},
                                {"a sw 3", 5},
                                {"active eq \"true\"", 10},
                                {"active eq 1", 10},
                                {"emails.primary eq \"true\"", 18},
                                {"emails[primary ne 1]", 18},
                                {"x509Certificates.value gt \"MII\"", 23},
                                {"x509Certificates[value le \"MII\"]", 23}};
    filter_limits grammar_only;
    grammar_only.check_types = false;
    for (const refusal& expected : refusals) {
        EXPECT_EQ(refused_filter(expected.text).position, expected.position) << expected.text;
        EXPECT_TRUE(std::holds_alternative<filter_ptr>(parse_filter(expected.text, grammar_only))) << expected.text;
    }
    filter_of("active eq null");
    filter_of("a gt \"x\" and a lt 5");
    filter_of("urn:idferry:source:bare_id:bare:active eq \"yes\"");
}

TEST(filter_grammar, depth_and_length_are_bounded)
{
    const auto nested = [](int levels) {
        return std::string(static_cast<std::size_t>(levels), '(') + "a pr" +
               std::string(static_cast<std::size_t>(levels), ')');
    };
    EXPECT_EQ(filter_of(nested(32))->text(), "a pr");
    EXPECT_EQ(refused_filter(nested(33)).position, 32U);
    EXPECT_EQ(refused_filter(std::string(60000, '(')).position, 32U);
    // Brackets and not count as well.
    filter_limits two;
    two.max_depth = 2;
    EXPECT_TRUE(std::holds_alternative<filter_ptr>(parse_filter("not (a[b pr]) and not (a[b pr])", two)));
    EXPECT_EQ(refused_filter("not (a[(b pr)])", two).position, 7U);
    // A long chain is not deep.
    std::string chain = "a0 eq 0";
    for (int i = 1; i < 2000; ++i) {
        chain += " or a" + std::to_string(i) + " eq " + std::to_string(i);
    }
    EXPECT_EQ(filter_of(chain)->children.size(), 2000U);
    EXPECT_EQ(refused_filter(std::string(64 * 1024 + 1, 'a')).position, 64U * 1024);
}

TEST(filter_matches, strings_fold_case_fully_unless_the_attribute_is_case_exact)
{
    EXPECT_TRUE(holds("userName eq \"BJENSEN\"", R"({"userName":"bjensen"})"));
    EXPECT_TRUE(holds("displayName eq \"STRASSE\"", R"({"displayName":"Straße"})"));
    EXPECT_TRUE(holds("displayName co \"ÄÖÜ\"", R"({"displayName":"xäöüx"})"));
    EXPECT_TRUE(holds("displayName eq \"ΣΊΣΥΦΟΣ\"", R"({"displayName":"Σίσυφος"})"));
    // The same letter, composed and as letter plus accent.
    EXPECT_TRUE(holds("displayName eq \"JÜRGEN\"", "{\"displayName\":\"ju\xcc\x88rgen\"}"));
    const std::string exact =
        R"({"id":"Ab","externalId":"Ab","profileUrl":"http://x/Ab","meta":{"version":"W/\"Ab\"","resourceType":"User"},
        "members":[{"value":"Ab","$ref":"/Users/Ab","display":"Ab"}],"groups":[{"value":"Ab","display":"Ab"}],"manager":{"value":"Ab"}})";
    for (const char* attribute :
         {"id", "externalId", "members.value", "members.$ref", "groups.value", "groups", "manager.value", "manager"}) {
        EXPECT_FALSE(holds(std::string(attribute) + " sw \"ab\"", exact) ||
                     holds(std::string(attribute) + " eq \"ab\"", exact))
            << attribute;
    }
    EXPECT_TRUE(holds("members.value eq \"Ab\"", exact));
    EXPECT_FALSE(holds("members[value eq \"ab\"]", exact));
    EXPECT_TRUE(holds("members[value eq \"Ab\" and display eq \"aB\"]", exact));
    EXPECT_TRUE(holds("groups.display eq \"ab\"", exact));
    EXPECT_FALSE(holds("meta.version eq \"w/\\\"ab\\\"\"", exact));
    EXPECT_FALSE(holds("meta.resourceType eq \"user\"", exact));
}

TEST(filter_matches, long_and_empty_strings)
{
    const std::string value(300, 'A');
    EXPECT_TRUE(holds("a ew \"aaa\"", "{\"a\":\"" + value + "\"}"));
    EXPECT_TRUE(holds("a eq \"" + std::string(300, 'a') + "\"", "{\"a\":\"" + value + "\"}"));
    EXPECT_TRUE(holds("a eq \"\"", R"({"a":""})"));
    EXPECT_TRUE(holds("a sw \"\"", R"({"a":"x"})"));
    EXPECT_FALSE(holds("a eq \"\"", R"({})"));
}

TEST(filter_matches, numbers_are_exact)
{
    EXPECT_TRUE(holds("n eq 2e2", R"({"n":200})"));
    EXPECT_FALSE(holds("n eq 9007199254740993", R"({"n":9007199254740992})"));
    EXPECT_TRUE(holds("n gt 9007199254740992", R"({"n":9007199254740993})"));
    EXPECT_TRUE(holds("n gt -1", R"({"n":18446744073709551615})"));
    EXPECT_TRUE(holds("n le 1.5 and n ge 1.5", R"({"n":1.5})"));
}

TEST(filter_matches, different_types_are_never_equal)
{
    EXPECT_FALSE(holds("n eq \"6\"", R"({"n":6})"));
    EXPECT_TRUE(holds("n ne \"6\"", R"({"n":6})"));
    EXPECT_FALSE(holds("n gt \"5\"", R"({"n":6})"));
    EXPECT_FALSE(holds("b eq \"true\"", R"({"b":true})"));
    EXPECT_TRUE(holds("b eq true and b ne false", R"({"b":true})"));
}

TEST(filter_matches, date_times_compare_as_instants)
{
    const std::string resource = R"({"meta":{"lastModified":"2011-05-13T04:42:34Z"},"text":"2011-05-13"})";
    EXPECT_TRUE(holds("meta.lastModified eq \"2011-05-13T06:42:34+02:00\"", resource));
    EXPECT_TRUE(holds("meta.lastModified ge \"2011-05-13T04:42:34.000Z\"", resource));
    EXPECT_TRUE(holds("meta.lastModified lt \"2011-05-13T04:42:34.0001Z\"", resource));
    EXPECT_TRUE(holds("meta.lastModified gt \"2011-05-13T05:00:00+02:00\"", resource));
    EXPECT_TRUE(holds("meta.lastModified sw \"2011-05\"", resource));
    EXPECT_TRUE(holds("text lt \"2011-05-13T04:42:34Z\"", resource));
}

TEST(filter_matches, present_needs_content)
{
    for (const char* value : {"null", "\"\"", "[]", "{}", "[null]", "[{}]", "{\"b\":null}", "{\"b\":[]}"}) {
        EXPECT_FALSE(holds("a pr", std::string("{\"a\":") + value + "}")) << value;
        EXPECT_TRUE(holds("a eq null", std::string("{\"a\":") + value + "}")) << value;
    }
    for (const char* value : {"false", "0", "\" \"", "[\"x\"]", "{\"b\":0}"}) {
        EXPECT_TRUE(holds("a pr", std::string("{\"a\":") + value + "}")) << value;
        EXPECT_TRUE(holds("a ne null", std::string("{\"a\":") + value + "}")) << value;
    }
    EXPECT_FALSE(holds("a pr", "{}"));
}

TEST(filter_matches, any_value_of_a_multi_valued_attribute_is_enough)
{
    const std::string resource =
        R"({"emails":[{"type":"work","value":"a@x.example"},{"type":"home","value":"a@y.example"}],"tags":["red","blue"]})";
    EXPECT_TRUE(holds("emails.type eq \"home\"", resource));
    EXPECT_TRUE(holds("emails co \"@y\"", resource));
    EXPECT_TRUE(holds("tags eq \"BLUE\"", resource));
    EXPECT_TRUE(holds("emails.type ne \"home\"", resource));
    EXPECT_FALSE(holds("not (emails.type eq \"home\")", resource));
    // Brackets bind both tests to one element, separate clauses do not.
    EXPECT_TRUE(holds("emails.type eq \"work\" and emails.value co \"@y\"", resource));
    EXPECT_FALSE(holds("emails[type eq \"work\" and value co \"@y\"]", resource));
    EXPECT_TRUE(holds("emails[type eq \"home\" and not (value co \"@x\")]", resource));
}

TEST(filter_matches, absent_is_not_equal_to_anything)
{
    EXPECT_TRUE(holds("userType ne \"Contractor\"", "{}"));
    EXPECT_TRUE(holds("userType ne \"Contractor\"", R"({"userType":null})"));
    EXPECT_FALSE(holds("userType eq \"Contractor\"", R"({"userType":null})"));
    EXPECT_FALSE(holds("userType gt \"A\"", "{}"));
    EXPECT_TRUE(holds("not (userType eq \"Contractor\")", "{}"));
}

TEST(filter_matches, extension_attributes_by_urn)
{
    const std::string resource =
        R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"Ab"}}})";
    EXPECT_TRUE(holds("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"sales\"", resource));
    EXPECT_FALSE(holds("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"ab\"", resource));
    EXPECT_TRUE(holds("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager[value eq \"Ab\"]", resource));
    EXPECT_TRUE(holds("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr", resource));
    EXPECT_FALSE(holds("department eq \"Sales\"", resource));
}

TEST(filter_deciding_clause, is_the_smallest_part_that_made_the_result)
{
    const json user = json::parse(R"({"active":true,"userType":"Intern","emails":[{"type":"work"}]})");
    EXPECT_EQ(filter_of("active eq true and userType eq \"Employee\" and title pr")->deciding_clause(user),
              "userType eq \"Employee\"");
    EXPECT_EQ(filter_of("title pr or (active eq true and emails[type eq \"work\"])")->deciding_clause(user),
              "active eq true and emails[type eq \"work\"]");
    EXPECT_EQ(filter_of("active eq true and userType eq \"Intern\"")->deciding_clause(user),
              "active eq true and userType eq \"Intern\"");
    EXPECT_EQ(filter_of("active eq true and not (title pr or userType eq \"Intern\")")->deciding_clause(user),
              "not (userType eq \"Intern\")");
    EXPECT_EQ(filter_of("title pr or nickName pr")->deciding_clause(user), "title pr or nickName pr");
}

TEST(filter_collect_paths, lists_what_is_read_in_order)
{
    std::vector<attribute_path> paths;
    filter_of("b pr and not (a.x eq 1 or groups[display eq \"S\" and value pr])")->collect_paths(paths);
    std::vector<std::string> texts;
    for (const attribute_path& path : paths) {
        texts.push_back(path.text());
    }
    EXPECT_EQ(texts, (std::vector<std::string>{"b", "a.x", "groups.display", "groups.value"}));
}

TEST(filter_with_paths, replaces_paths_and_keeps_case_rules_right)
{
    const filter_ptr aliased = filter_of("key eq \"Ab\" and not (x[y pr])");
    const filter_ptr real = with_paths(*aliased, [](const attribute_path& path) {
        attribute_path replaced = path;
        replaced.attribute = path.attribute == "key" ? "id" : "emails";
        return replaced;
    });
    EXPECT_EQ(real->text(), "id eq \"Ab\" and not (emails[y pr])");
    EXPECT_EQ(aliased->text(), "key eq \"Ab\" and not (x[y pr])");
    EXPECT_TRUE(real->matches(json::parse(R"({"id":"Ab"})")));
    EXPECT_FALSE(real->matches(json::parse(R"({"id":"ab"})")));
    EXPECT_TRUE(aliased->matches(json::parse(R"({"key":"ab"})")));
}

TEST(filter_by_hand, works_without_a_prepared_operand)
{
    filter by_hand;
    by_hand.path.attribute = "userName";
    by_hand.operand = std::make_shared<const json>("ABC");
    EXPECT_TRUE(by_hand.matches(json::parse(R"({"userName":"abc"})")));
    by_hand.path.attribute = "id";
    EXPECT_FALSE(by_hand.matches(json::parse(R"({"id":"abc"})")));
}

TEST(date_time, reads_xsd_date_time_to_the_letter)
{
    EXPECT_EQ(parse_date_time("1970-01-01T00:00:00Z")->seconds, 0);
    EXPECT_EQ(parse_date_time("2008-01-23T04:56:22Z")->seconds, 1201064182); // the example of RFC 7643 section 2.3.5
    EXPECT_EQ(parse_date_time("2000-02-29T12:00:00+01:00")->seconds, 951822000);
    EXPECT_EQ(parse_date_time("1969-12-31T23:59:59")->seconds, -1);
    EXPECT_EQ(parse_date_time("1999-12-31T24:00:00Z"), parse_date_time("2000-01-01T00:00:00Z"));
    EXPECT_EQ(parse_date_time("2011-05-13T04:42:34.500Z"), parse_date_time("2011-05-13T04:42:34.5Z"));
    EXPECT_LT(parse_date_time("2011-05-13T04:42:34.09Z"), parse_date_time("2011-05-13T04:42:34.1Z"));
    EXPECT_LT(parse_date_time("-0001-12-31T00:00:00Z")->seconds, parse_date_time("0001-01-01T00:00:00Z")->seconds);
    EXPECT_EQ(parse_date_time("0001-01-01T00:00:00Z")->seconds - parse_date_time("-0001-12-31T00:00:00Z")->seconds,
              86400);
    for (const char* text :
         {"2011-05-13", "2011-05-13 04:42:34Z", "2011-05-13t04:42:34z", "2011-02-29T00:00:00Z", "2011-13-01T00:00:00Z",
          "2011-00-01T00:00:00Z", "2011-01-00T00:00:00Z", "2011-01-01T24:00:01Z", "2011-01-01T25:00:00Z",
          "2011-01-01T00:60:00Z", "2011-01-01T00:00:60Z", "2011-01-01T00:00:00.Z", "2011-01-01T00:00:00+15:00",
          "2011-01-01T00:00:00+1:00", "2011-01-01T00:00:00Zx", "0000-01-01T00:00:00Z", "02011-01-01T00:00:00Z",
          "9999999999-01-01T00:00:00Z"}) {
        EXPECT_FALSE(parse_date_time(text).has_value()) << text;
    }
}

} // namespace
