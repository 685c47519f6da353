#include "mapping/eval.hpp"
#include "mapping/json.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using idferry::mapping::evaluate_line;
using idferry::mapping::json;

json answer(std::string_view line)
{
    const std::string text = evaluate_line(line);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const json value = json::parse(text, nullptr, false);
    EXPECT_TRUE(value.is_object()) << text;
    for (const char* name : {"valid", "match", "error", "position", "ast"}) {
        EXPECT_TRUE(value.contains(name)) << text;
    }
    return value;
}

TEST(eval, a_filter_with_a_resource)
{
    EXPECT_EQ(
        answer(R"({"kind":"filter","input":"userName eq \"X\"","resource":{"userName":"x"}})"),
        json::parse(
            R"({"valid":true,"match":true,"error":null,"position":null,"ast":{"op":"eq","attrPath":"userName","compValue":"X"}})"));
    EXPECT_EQ(answer(R"({"kind":"filter","input":"title pr","resource":{}})").at("match"), false);
    EXPECT_TRUE(answer(R"({"kind":"filter","input":"title pr"})").at("match").is_null());
    EXPECT_TRUE(answer(R"({"kind":"filter","input":"title pr","resource":null})").at("match").is_null());
}

TEST(eval, a_wrong_filter_has_its_place)
{
    const json value = answer(R"({"kind":"filter","input":"title xx 1","resource":{}})");
    EXPECT_EQ(value.at("valid"), false);
    EXPECT_EQ(value.at("position"), 6);
    EXPECT_TRUE(value.at("error").is_string());
    EXPECT_TRUE(value.at("match").is_null());
    EXPECT_TRUE(value.at("ast").is_null());
}

TEST(eval, an_ordered_boolean_is_grammatical_but_has_no_match)
{
    const json value = answer(R"({"kind":"filter","input":"active gt true","resource":{"active":true}})");
    EXPECT_EQ(value.at("valid"), true);
    EXPECT_TRUE(value.at("match").is_null());
    EXPECT_EQ(value.at("position"), 7);
    EXPECT_TRUE(value.at("error").is_string());
}

TEST(eval, a_path)
{
    EXPECT_EQ(answer(R"({"kind":"path","input":"urn:example:x:emails[type eq \"work\"].value"})"), json::parse(R"({
        "valid":true,"match":null,"error":null,"position":null,"ast":{"uri":"urn:example:x","elements":[
        {"attr":"emails","filter":{"op":"eq","attrPath":"type","compValue":"work"}},{"attr":"value","filter":null}]}})"));
    EXPECT_EQ(answer(R"({"kind":"path","input":"a.b","resource":{"a":[{"c":1},{"b":2}]}})").at("match"), true);
    EXPECT_EQ(answer(R"({"kind":"path","input":"a.b","resource":{"a":1}})").at("match"), false);
    EXPECT_EQ(answer(R"({"kind":"path","input":"a.b.c"})").at("position"), 3);
}

TEST(eval, a_bad_line_is_answered)
{
    for (const char* line :
         {"", "x", "[]", "1", "{}", R"({"kind":"map","input":"a"})", R"({"kind":"filter"})",
          R"({"kind":"filter","input":1})", R"({"kind":1,"input":"a pr"})",
          R"({"kind":"filter","input":"a pr","resource":[]})", R"({"kind":"filter","kind":"path","input":"a"})",
          "{\"kind\":\"filter\",\"input\":\"\xff\"}"}) {
        const json value = answer(line);
        EXPECT_EQ(value.at("valid"), false) << line;
        EXPECT_TRUE(value.at("error").is_string()) << line;
        EXPECT_TRUE(value.at("match").is_null()) << line;
    }
}

TEST(eval, mutated_lines_never_break_it)
{
    const std::string valid =
        R"({"kind":"filter","input":"not (a.b eq \"\\u00e9\") and emails[type co \"x\" or n ge -1.5e3] or urn:x:2.0:User:y pr","resource":{"a":{"b":"é"},"emails":[{"n":1}]}})";
    std::mt19937 random(20240607);
    for (int round = 0; round < 4000; ++round) {
        std::string line = valid;
        for (unsigned edits = random() % 4 + 1; edits > 0 && !line.empty(); --edits) {
            const std::size_t at = random() % line.size();
            switch (random() % 3) {
            case 0: line[at] = static_cast<char>(random() & 0xffU); break;
            case 1: line.erase(at, random() % 8 + 1); break;
            default: line.insert(at, line.substr(random() % line.size(), random() % 12));
            }
        }
        answer(line);
    }
}

} // namespace
