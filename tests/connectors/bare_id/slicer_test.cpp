// Answers cut into raw records without a DOM (stack: simdjson traps).
#include "connectors/bare_id/slicer.hpp"

#include "mapping/json.hpp"

#include <gtest/gtest.h>

namespace idferry::connectors::bare_id {
namespace {

struct slicer_test : testing::Test
{
    slicer cut;
    json_pointer users{fixed_pointer("/users")}, id{fixed_pointer("/uuid")}, name{fixed_pointer("/username")};
    std::vector<std::string> prefixes{"service-account-"};
    json_pointer token{fixed_pointer("/nextPageToken")};

    sliced_list list(std::string body) { return cut.list(std::move(body), {&users, &id, &name, &prefixes, &token}); }
};

TEST_F(slicer_test, slices_are_trimmed_so_that_position_and_layout_do_not_change_them)
{
    const auto s = list("{ \"users\" : [ {\"uuid\":\"a\", \"n\":1} ,\n\n   {\"uuid\":\"b\"}\n ] }");
    ASSERT_EQ(s.shape, list_shape::there) << s.why;
    ASSERT_EQ(s.records.size(), 2u);
    EXPECT_EQ(s.records[0].key, "a");
    EXPECT_EQ(s.records[0].bytes, "{\"uuid\":\"a\", \"n\":1}");
    EXPECT_EQ(s.records[1].bytes, "{\"uuid\":\"b\"}");
}

TEST_F(slicer_test, the_key_is_found_in_any_order_and_below_nested_values)
{
    const auto s = list(
        R"({"users":[{"x":{"uuid":"no"},"y":["uuid"],"username":"u","uuid":"yes","z":[{}]},{"username":"w","uuid":"2"}]})");
    ASSERT_EQ(s.shape, list_shape::there) << s.why;
    ASSERT_EQ(s.records.size(), 2u);
    EXPECT_EQ(s.records[0].key, "yes");
    EXPECT_EQ(s.records[0].bytes, R"({"x":{"uuid":"no"},"y":["uuid"],"username":"u","uuid":"yes","z":[{}]})");
    EXPECT_EQ(s.records[1].key, "2");
}

TEST_F(slicer_test, integer_ids_keep_their_digits_beyond_53_bits)
{
    const auto s =
        list(R"({"users":[{"uuid":9007199254740993},{"uuid":123456789012345678901234567890 },{"uuid":-7}]})");
    ASSERT_EQ(s.records.size(), 3u) << s.why;
    EXPECT_EQ(s.records[0].key, "9007199254740993");
    EXPECT_EQ(s.records[1].key, "123456789012345678901234567890");
    EXPECT_EQ(s.records[2].key, "-7");
}

TEST_F(slicer_test, escaped_ids_are_decoded)
{
    const auto s = list(R"({"users":[{"uuid":"a\/b \u00e4","username":"x"}]})");
    ASSERT_EQ(s.records.size(), 1u) << s.why;
    EXPECT_EQ(s.records[0].key, "a/b ä");
}

TEST_F(slicer_test, records_without_a_usable_id_are_bad_and_stop_nothing)
{
    const std::string long_id(513, 'x');
    const auto s = list(
        R"({"users":[{"username":"no id"},{"uuid":null},{"uuid":true},{"uuid":1.5},{"uuid":["a"]},{"uuid":""},{"uuid":".."},)"
        R"({"uuid":"a\u0000b"},"text",7,{"uuid":")" +
        long_id + R"("},{"uuid":"good"},{}]})");
    ASSERT_EQ(s.shape, list_shape::there) << s.why;
    EXPECT_EQ(s.items, 13u);
    EXPECT_EQ(s.bad.size(), 12u);
    for (const auto& b : s.bad) EXPECT_FALSE(b.why.empty());
    ASSERT_EQ(s.records.size(), 1u);
    EXPECT_EQ(s.records[0].key, "good");
}

TEST_F(slicer_test, an_id_of_512_bytes_is_good)
{
    EXPECT_EQ(list(R"({"users":[{"uuid":")" + std::string(512, 'x') + R"("}]})").records.size(), 1u);
}

TEST_F(slicer_test, a_record_nested_too_deep_is_bad_with_its_key)
{
    const std::string open(64, '['), close(64, ']');
    const auto s = list(R"({"users":[{"uuid":"deep","x":)" + open + close + R"(},{"uuid":"ok","x":)" + open.substr(1) +
                        close.substr(1) + "}]}");
    ASSERT_EQ(s.bad.size(), 1u) << s.why;
    EXPECT_EQ(s.bad[0].key, "deep");
    ASSERT_EQ(s.records.size(), 1u);
    EXPECT_EQ(s.records[0].key, "ok");
}

TEST_F(slicer_test, brackets_within_strings_do_not_count_as_depth)
{
    const auto s = list(R"({"users":[{"uuid":"a","x":"\")" + std::string(200, '[') + "\"}]}");
    ASSERT_EQ(s.records.size(), 1u) << s.why;
}

TEST_F(slicer_test, service_accounts_are_left_out_whatever_their_case)
{
    const auto s = list(
        R"({"users":[{"uuid":"a","username":"Service-Account-x"},{"uuid":"b","username":"service"},{"uuid":"c","username":7}]})");
    ASSERT_EQ(s.left_out.size(), 1u);
    EXPECT_EQ(s.left_out[0], "a");
    EXPECT_EQ(s.records.size(), 2u);
}

TEST_F(slicer_test, absent_and_null_lists_are_told_from_malformed_ones)
{
    EXPECT_EQ(list("{}").shape, list_shape::absent);
    EXPECT_EQ(list(R"({"users":null})").shape, list_shape::absent);
    EXPECT_EQ(list(R"({"other":[{"uuid":"a"}]})").shape, list_shape::absent);
    EXPECT_EQ(list(R"({"users":[]})").shape, list_shape::there);
    for (const auto* body :
         {"", " ", "<html><body>Wartung</body></html>", "nope", "7", "null", "\"users\"", "[]", "[{\"uuid\":\"a\"}]",
          R"({"users":{}})", R"({"users":"a"})", R"({"users":7})", "\xff\xfe", "{\"users\":[{\"uuid\":\"\xff\"}]}"}) {
        const auto s = list(body);
        EXPECT_EQ(s.shape, list_shape::malformed) << body;
        EXPECT_FALSE(s.why.empty()) << body;
    }
}

TEST_F(slicer_test, null_on_the_way_to_a_list_counts_as_absent)
{
    const auto children = fixed_pointer("/children/groups");
    const slice_spec spec{&children, &id, nullptr, nullptr, nullptr};
    EXPECT_EQ(cut.list(R"({"uuid":"g"})", spec).shape, list_shape::absent);
    EXPECT_EQ(cut.list(R"({"uuid":"g","children":null})", spec).shape, list_shape::absent);
    EXPECT_EQ(cut.list(R"({"uuid":"g","children":{}})", spec).shape, list_shape::absent);
    EXPECT_EQ(cut.list(R"({"uuid":"g","children":"x"})", spec).shape, list_shape::malformed);
    EXPECT_EQ(cut.list(R"({"uuid":"g","children":{"groups":[{"uuid":"h"}]}})", spec).records.size(), 1u);
}

// Wherever an answer is cut off, nothing of it is believed.
TEST_F(slicer_test, every_truncation_is_malformed)
{
    const std::string whole =
        R"({"users":[{"uuid":"a","attributes":{"x":{"values":["1"]}}},{"uuid":"b","n":12}],"nextPageToken":"t"})";
    ASSERT_EQ(list(whole).shape, list_shape::there);
    for (std::size_t n = 0; n < whole.size(); ++n)
        EXPECT_EQ(list(whole.substr(0, n)).shape, list_shape::malformed) << whole.substr(0, n);
}

TEST_F(slicer_test, text_after_the_answer_is_malformed)
{
    EXPECT_EQ(list(R"({"users":[{"uuid":"a"}]}{"users":[{"uuid":"b"}]})").shape, list_shape::malformed);
    EXPECT_EQ(list(R"({"users":[{"uuid":"a"}]} x)").shape, list_shape::malformed);
    EXPECT_EQ(list(R"({"users":[{"uuid":"a"} {"uuid":"b"}]})").shape, list_shape::malformed);
    EXPECT_EQ(list(R"({"users":[{"uuid":"a","x":[},{"uuid":"b"}]]})").shape, list_shape::malformed);
}

TEST_F(slicer_test, the_next_token_is_found_before_and_after_the_list)
{
    EXPECT_EQ(list(R"({"users":[{"uuid":"a"}],"nextPageToken":"n1"})").next_token, "n1");
    EXPECT_EQ(list(R"({"nextPageToken":"n\"2","users":[{"uuid":"a"}]})").next_token, "n\"2");
    EXPECT_EQ(list(R"({"nextPageToken":9007199254740993,"users":[]})").next_token, "9007199254740993");
    EXPECT_EQ(list(R"({"nextPageToken":"","users":[]})").next_token, "");
    EXPECT_EQ(list(R"({"nextPageToken":null,"users":[]})").next_token, "");
    EXPECT_EQ(list(R"({"nextPageToken":{},"users":[]})").shape, list_shape::malformed);
}

TEST_F(slicer_test, a_list_may_be_the_whole_answer)
{
    const auto root = fixed_pointer("");
    const auto s = cut.list(R"([{"uuid":"a"},{"uuid":"b"}])", {&root, &id, nullptr, nullptr, nullptr});
    EXPECT_EQ(s.records.size(), 2u) << s.why;
}

TEST_F(slicer_test, an_item_is_cut_out_of_its_envelope)
{
    const auto user = fixed_pointer("/user");
    const slice_spec spec{&user, &id, &name, &prefixes, nullptr};
    const auto s = cut.item("{\"x\":1,\"user\":{ \"uuid\":\"a\" } }", spec);
    EXPECT_EQ(s.why, "");
    EXPECT_EQ(s.record.key, "a");
    EXPECT_EQ(s.record.bytes, "{ \"uuid\":\"a\" }");
    EXPECT_NE(cut.item("{}", spec).why, "");
    EXPECT_NE(cut.item(R"({"user":null})", spec).why, "");
    EXPECT_NE(cut.item(R"({"user":[]})", spec).why, "");
    EXPECT_NE(cut.item(R"({"user":{"uuid":"a"})", spec).why, "");
    EXPECT_NE(cut.item("<html>", spec).why, "");
    const auto root = fixed_pointer("");
    EXPECT_EQ(cut.item(R"({"uuid":"a"})", {&root, &id, nullptr, nullptr, nullptr}).record.key, "a");
}

TEST_F(slicer_test, counts_are_numbers_or_digits_in_a_string)
{
    EXPECT_EQ(cut.count("17", fixed_pointer("")), 17u);
    EXPECT_EQ(cut.count(R"({"count":17})", fixed_pointer("/count")), 17u);
    EXPECT_EQ(cut.count(R"({"count":"17"})", fixed_pointer("/count")), 17u);
    for (const auto* body :
         {"{}", R"({"count":1.5})", R"({"count":-1})", R"({"count":null})", R"({"count":[1]})", "", "<html>"})
        EXPECT_FALSE(cut.count(body, fixed_pointer("/count"))) << body;
}

// Damaged answers are cut or refused, and what is cut stays within the answer.
TEST_F(slicer_test, damaged_answers_never_break_anything)
{
    const std::string whole =
        R"({"users":[{"uuid":"a","username":"x","m":{"k":["1",{"z":"\u00e4}"}]}},{"uuid":12,"n":[[],{}]},{"username":"y","uuid":"c"}],"nextPageToken":"t"})";
    const std::string bytes = "{}[]\",:\\0a \x01\xff";
    std::uint64_t state = 7;
    const auto roll = [&](std::uint64_t n) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>((state >> 33) % n);
    };
    int refused = 0;
    for (int round = 0; round < 20000; ++round) {
        auto body = whole;
        for (auto n = 1 + roll(3); n > 0; --n) {
            const auto at = roll(body.size());
            switch (roll(3)) {
            case 0: body[at] = bytes[roll(bytes.size())]; break;
            case 1: body.erase(at, 1 + roll(4)); break;
            default: body.insert(at, 1, bytes[roll(bytes.size())]); break;
            }
            if (body.empty()) body = "{";
        }
        const auto s = list(body);
        refused += s.shape == list_shape::malformed;
        if (s.shape != list_shape::there) EXPECT_TRUE(s.records.empty()) << body;
        for (const auto& r : s.records) {
            EXPECT_FALSE(r.key.empty());
            ASSERT_GE(r.bytes.size(), 2u) << body;
            EXPECT_EQ(r.bytes.front(), '{') << body;
            EXPECT_EQ(r.bytes.back(), '}') << body;
            EXPECT_GE(r.bytes.data(), s.buffer->data());
            EXPECT_LE(r.bytes.data() + r.bytes.size(), s.buffer->data() + s.buffer->size());
        }
        cut.item(body, {&users, &id, nullptr, nullptr, nullptr});
    }
    EXPECT_GT(refused, 5000);
}

// Against a full parser: the same keys and the same records, for generated records of many shapes.
TEST_F(slicer_test, agrees_with_a_full_parser)
{
    std::uint64_t state = 42;
    const auto roll = [&](std::uint64_t n) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (state >> 33) % n;
    };
    for (int round = 0; round < 200; ++round) {
        std::string body = "{\"users\":[";
        const auto n = roll(8);
        for (std::uint64_t i = 0; i < n; ++i) {
            std::vector<std::string> members{"\"uuid\":\"id" + std::to_string(i) + "\"",
                                             "\"username\":\"u" + std::to_string(i) + "\""};
            const char* more[] = {"\"a\":{\"uuid\":[1,2,{\"b\":\"}\"}]}",
                                  "\"c\":\"\\\"{[\"",
                                  "\"d\":[]",
                                  "\"e\":{}",
                                  "\"f\":-1.5e3",
                                  "\"g\":null",
                                  "\"h\":true",
                                  "\"i\":\"ü🎉\""};
            for (std::uint64_t m = roll(5); m > 0; --m)
                members.insert(members.begin() + static_cast<long>(roll(members.size() + 1)), more[roll(8)]);
            body += i ? std::string(roll(3), ' ') + ",\n" : "";
            body += "{";
            for (std::size_t m = 0; m < members.size(); ++m) body += (m ? "," : "") + members[m];
            body += std::string(roll(2), ' ') + "}";
        }
        body += "]}";
        const auto dom = nlohmann::json::parse(body);
        const auto s = list(body);
        ASSERT_EQ(s.shape, list_shape::there) << body << s.why;
        ASSERT_EQ(s.records.size(), dom["users"].size()) << body;
        for (std::size_t i = 0; i < s.records.size(); ++i) {
            EXPECT_EQ(s.records[i].key, dom["users"][i]["uuid"].get<std::string>());
            EXPECT_EQ(nlohmann::json::parse(s.records[i].bytes), dom["users"][i]);
        }
    }
}

} // namespace
} // namespace idferry::connectors::bare_id
