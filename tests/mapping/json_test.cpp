#include "mapping/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using idferry::mapping::json;
using idferry::mapping::json_error;
using idferry::mapping::json_limits;
using idferry::mapping::parse_json;
using idferry::mapping::to_text;

json parsed(std::string_view text)
{
    json out;
    json_error error;
    EXPECT_TRUE(parse_json(text, out, error)) << error.message << " at " << error.offset;
    return out;
}

json_error refusal(std::string_view text, const json_limits& limits = {})
{
    json out = "untouched";
    json_error error;
    EXPECT_FALSE(parse_json(text, out, error, limits)) << text;
    EXPECT_EQ(out, json("untouched"));
    EXPECT_FALSE(error.message.empty());
    return error;
}

TEST(json, reads_every_kind_of_value)
{
    const json value = parsed(R"({"a":[1,-2,2.5e1,true,false,null,"x\u00e9\ud83d\ude00\n",{}],"b":{"c":[[]]}})");
    ASSERT_EQ(value.at("a").size(), 8U);
    EXPECT_EQ(value.at("a").at(0), 1);
    EXPECT_EQ(value.at("a").at(1), -2);
    EXPECT_EQ(value.at("a").at(2), 25.0);
    EXPECT_EQ(value.at("a").at(3), true);
    EXPECT_TRUE(value.at("a").at(5).is_null());
    EXPECT_EQ(value.at("a").at(6), "xé😀\n");
    EXPECT_TRUE(value.at("a").at(7).is_object());
    EXPECT_TRUE(value.at("b").at("c").at(0).is_array());
    EXPECT_EQ(parsed(" \"alone\" "), "alone");
}

TEST(json, keeps_integers_exact)
{
    EXPECT_EQ(parsed("9007199254740993").get<std::int64_t>(), 9007199254740993);
    EXPECT_EQ(parsed("18446744073709551615").get<std::uint64_t>(), 18446744073709551615U);
    EXPECT_EQ(parsed("-9223372036854775808").get<std::int64_t>(), INT64_MIN);
}

TEST(json, refuses_a_name_that_occurs_twice_where_it_occurs)
{
    const json_error error = refusal(R"({"id":1,"x":{"a":1,"b":2,"a":3}})");
    EXPECT_NE(error.message.find("twice"), std::string::npos);
    EXPECT_GE(error.offset, 25U); // the second "a" begins here
    EXPECT_LE(error.offset, 28U);
}

TEST(json, bounds_depth)
{
    const json_limits limits{.max_depth = 3, .max_bytes = 1024};
    json out;
    json_error error;
    EXPECT_TRUE(parse_json("[[[1]]]", out, error, limits));
    EXPECT_EQ(refusal("[[[[1]]]]", limits).offset, 3U);
    EXPECT_EQ(refusal(R"([{"a":[{}]}])", limits).offset, 7U);
    // A million brackets are refused without recursion.
    EXPECT_EQ(refusal(std::string(1000000, '[')).offset, 64U);
}

TEST(json, bounds_size)
{
    const json_limits limits{.max_depth = 8, .max_bytes = 10};
    json out;
    json_error error;
    EXPECT_TRUE(parse_json("\"12345678\"", out, error, limits));
    EXPECT_EQ(refusal("\"123456789\"", limits).offset, 10U);
}

TEST(json, refuses_bytes_that_are_not_utf8)
{
    EXPECT_NE(refusal("\"a\xff\"").message.find("UTF-8"), std::string::npos);
    EXPECT_NE(refusal("\"a\xc0\xaf\"").message.find("UTF-8"), std::string::npos);
    EXPECT_NE(refusal("\"\xed\xa0\x80\"").message.find("UTF-8"), std::string::npos);
    EXPECT_EQ(refusal("\"a\xff\"").offset, 2U);
}

TEST(json, refuses_half_surrogates_and_bare_control_characters)
{
    EXPECT_NE(refusal(R"("\ud83d")").message.find("surrogate"), std::string::npos);
    EXPECT_NE(refusal(R"("\ude00")").message.find("surrogate"), std::string::npos);
    EXPECT_NE(refusal("\"a\nb\"").message.find("control"), std::string::npos);
}

TEST(json, refuses_what_is_not_json_with_the_offset)
{
    EXPECT_EQ(refusal("<html><body>Bad gateway</body></html>").offset, 0U);
    EXPECT_EQ(refusal("{\"a\":tru}").offset, 8U);
    EXPECT_EQ(refusal("[1,]").offset, 3U);
    EXPECT_EQ(refusal("[1] x").offset, 4U);
    for (const char* text : {"", " ", "{", "[1", "\"abc", "{\"a\"", "{\"a\":", "01", "1.", ".5", "+1", "NaN", "'a'",
                             "{a:1}", "[1 2]", "1e400", "// c\n1", "[1]]"}) {
        refusal(text);
    }
}

TEST(json, a_refusal_does_not_repeat_the_text)
{
    for (const char* text : {"{\"password\":geheim}", "{\"password\":\"geheim", "[\"geheim\" \"geheim\"]", "geheim"}) {
        EXPECT_EQ(refusal(text).message.find("geheim"), std::string::npos);
    }
}

TEST(json, text_is_sorted_compact_and_never_throws)
{
    EXPECT_EQ(to_text(parsed(R"({ "b": 1, "a": [ true, null ] })")), R"({"a":[true,null],"b":1})");
    EXPECT_EQ(to_text(json("a\xff")), "\"a\xef\xbf\xbd\"");
    EXPECT_EQ(to_text(json("ü")), "\"ü\"");
}

} // namespace
