// A mapping tried on one resource, as `idferry eval map` and a line of `idferry eval --batch` do it.
#include "mapping/eval_map.hpp"

#include "mapping/eval.hpp"
#include "tests/mapping/mapping_fixture.hpp"

namespace idferry::mapping::test {
namespace {

json answer(const json& line)
{
    const auto text = evaluate_line(line.dump());
    EXPECT_EQ(text.find('\n'), std::string::npos);
    return json::parse(text);
}

const char* const rules = "scope: 'active eq true'\n"
                          "attributes:\n"
                          "  userName: {from: email, transform: lower}\n"
                          "  title: {expression: '.title // empty'}\n"
                          "  nickName: {constant: null}\n"
                          "  locale: {from: locale, apply: create, default: de}\n"
                          "  department: {from: kostenstelle, sensitive: true}\n";

json eval_person()
{
    return json::parse(
        R"({"active": true, "emails": [{"value": "A@X.example"}], "urn:idferry:source:bare_id:bare": {"kostenstelle": "4711"}})");
}

TEST(eval_map, a_line_is_answered_with_every_rule)
{
    const auto got = answer({{"kind", "map"}, {"input", rules}, {"resource", eval_person()}});
    EXPECT_EQ(got.at("valid"), true) << got;
    EXPECT_EQ(got.at("match"), true);
    EXPECT_TRUE(got.at("error").is_null());
    EXPECT_TRUE(got.at("errors").empty());
    const auto& result = got.at("result");
    EXPECT_EQ(result.at("in_scope"), true);
    EXPECT_TRUE(result.at("rejected").is_null());
    std::map<std::string, json> by_path;
    for (const auto& a : result.at("attributes")) by_path[a.at("path").get<std::string>()] = a;
    ASSERT_EQ(by_path.size(), 5U);
    EXPECT_EQ(by_path["userName"].at("value"), "a@x.example");
    EXPECT_EQ(by_path["userName"].at("input"), "A@X.example");
    EXPECT_EQ(by_path["title"].at("state"), "absent");
    EXPECT_EQ(by_path["nickName"].at("state"), "clear");
    EXPECT_EQ(by_path["locale"].at("value"), "de");
    EXPECT_EQ(by_path["locale"].at("apply"), "create");
    EXPECT_EQ(got.dump().find("4711"), std::string::npos) << got;
}

TEST(eval_map, out_of_scope_names_the_clause)
{
    auto leaver = eval_person();
    leaver["active"] = false;
    const auto got = answer({{"kind", "map"}, {"input", rules}, {"resource", leaver}});
    EXPECT_EQ(got.at("match"), false);
    EXPECT_NE(got.at("result").at("clause").get<std::string>().find("active eq true"), std::string::npos);
    EXPECT_NE(mapping_text(got.at("result")).find("out of scope: "), std::string::npos);
}

TEST(eval_map, the_input_may_be_json_and_the_resource_may_be_missing)
{
    const json section{{"attributes", {{"displayName", {{"constant", "007"}}}}}};
    const auto got = answer({{"kind", "map"}, {"type", "groups"}, {"input", section}, {"resource", json::object()}});
    ASSERT_EQ(got.at("valid"), true) << got;
    EXPECT_EQ(got.at("result").at("attributes")[0].at("value"), "007");
    const auto alone = answer({{"kind", "map"}, {"type", "groups"}, {"input", section}});
    EXPECT_EQ(alone.at("valid"), true) << alone;
    EXPECT_TRUE(alone.at("match").is_null());
    EXPECT_TRUE(alone.at("result").is_null());
}

TEST(eval_map, every_mistake_is_listed_with_its_place)
{
    const auto got = answer({{"kind", "map"},
                             {"input", "attributes:\n  titel: title\n  title: {expression: 'env'}\n"},
                             {"resource", eval_person()}});
    EXPECT_EQ(got.at("valid"), false);
    ASSERT_EQ(got.at("errors").size(), 2U) << got;
    EXPECT_EQ(got.at("error"), got.at("errors")[0]);
    EXPECT_EQ(got.at("errors")[0].get<std::string>().find("input:2:3: "), 0U) << got;
    EXPECT_EQ(got.at("errors")[1].get<std::string>().find("input:3:24: "), 0U) << got;
    EXPECT_TRUE(got.at("result").is_null());
    for (const json& line :
         {json{{"kind", "map"}}, json{{"kind", "map"}, {"input", 1}}, json{{"kind", "map"}, {"input", "a: ["}},
          json{{"kind", "map"}, {"input", rules}, {"type", "roles"}},
          json{{"kind", "map"}, {"input", rules}, {"resource", 1}}}) {
        const auto wrong = answer(line);
        EXPECT_EQ(wrong.at("valid"), false) << line;
        EXPECT_TRUE(wrong.at("error").is_string()) << line;
    }
}

TEST(eval_map, a_rejected_resource_says_why_and_the_other_rules_are_shown)
{
    const auto got = answer({{"kind", "map"},
                             {"input", "attributes:\n  userName: userName\n  title: {from: title, on_absent: reject}\n "
                                       " nickName: {expression: '.title + 1'}\n"},
                             {"resource", {{"userName", "a"}}}});
    const auto& result = got.at("result");
    ASSERT_TRUE(result.at("rejected").is_string()) << got;
    EXPECT_NE(result.at("rejected").get<std::string>().find("title: "), std::string::npos);
    EXPECT_EQ(result.at("attributes")[1].at("state"), "rejected");
    EXPECT_EQ(result.at("attributes")[2].at("value"), "a");
    const auto text = mapping_text(result);
    EXPECT_NE(text.find("rejected: title: "), std::string::npos) << text;
    EXPECT_NE(text.find("userName  \"a\"  <- from userName"), std::string::npos) << text;
}

TEST(eval_map, a_sensitive_expression_hides_what_it_read)
{
    const auto got = answer({{"kind", "map"},
                             {"input", "attributes:\n  title: {expression: '.nickName', sensitive: true}\n  "
                                       "userName: {expression: '.userName'}\n"},
                             {"resource", {{"userName", "a"}, {"nickName", "S3cret"}}}});
    EXPECT_EQ(got.dump().find("S3cret"), std::string::npos) << got;
    // A number is no text that could be found again: the attribute itself is hidden.
    const auto number = answer(
        {{"kind", "map"},
         {"input", "attributes:\n  title: {expression: '.\"urn:idferry:source:x:x\".pin | tostring', sensitive: true}\n"
                   "  displayName: {from: pin, transform: text}\n  nickName: {constant: x, when: 'pin gt 1'}\n"},
         {"resource", {{"urn:idferry:source:x:x", {{"pin", 4711}}}}}});
    ASSERT_EQ(number.at("valid"), true) << number;
    EXPECT_EQ(number.at("result").at("attributes")[2].dump().find("4711"), std::string::npos) << number;
    const auto all =
        answer({{"kind", "map"},
                {"input", "attributes:\n  title: {expression: 'tojson', sensitive: true}\n  userName: userName\n"},
                {"resource", {{"userName", "S3cret"}}}});
    EXPECT_EQ(all.at("result").at("attributes")[0].dump().find("S3cret"), std::string::npos) << all;
}

} // namespace
} // namespace idferry::mapping::test
