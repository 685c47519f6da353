// A SCIM source, the pure parts: what is cut out of answers, how lists are walked, and what records decode to.
#include "connectors/scim/scim_codec.hpp"
#include "connectors/scim/scim_json.hpp"
#include "connectors/scim/scim_paging.hpp"
#include "connectors/scim/scim_slicer.hpp"
#include "mapping/json.hpp"
#include "mapping/resource_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace idferry::connectors::scim;
using mapping::json;
using testing::HasSubstr;

const slice_rules users{true, nullptr};

std::vector<std::string> all_of(const reference_list& list)
{
    std::vector<std::string> out;
    for (std::size_t i = 0; i < list.size(); ++i) out.emplace_back(list.at(i));
    return out;
}

json decoded(const std::string& user, const source_rules& rules = {})
{
    auto got = decode_user(rules, user, {});
    EXPECT_TRUE(got.has_value()) << got.error().detail;
    return got ? *got : json();
}

std::string refused(const std::string& user, const source_rules& rules = {})
{
    const auto got = decode_user(rules, user, {});
    EXPECT_TRUE(got.has_error());
    if (!got) EXPECT_EQ(got.error().next, connectors::disposition::reject);
    return got ? "" : got.error().detail;
}

TEST(scim_slicer, cuts_records_and_keeps_references_and_passwords_out_of_their_bytes)
{
    slicer cut;
    const auto page = cut.list(
        R"( {"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 3, "startIndex": 1,
            "resources": [ {"id": "a", "userName": "x", "password": "geheim",
                            "Groups": [{"value": "g1", "type": "direct"}, {"value": "g2", "type": "indirect"}, {"value": "g3"}]},
                           {"id": 3074457345620002842, "userName": "y", "groups": null},
                           {"userName": "nobody"} ]} )",
        users);
    EXPECT_EQ(page.why, "");
    EXPECT_EQ(page.received, 3u);
    EXPECT_EQ(page.total, 3u);
    ASSERT_EQ(page.records.size(), 2u);
    EXPECT_EQ(page.records[0].key, "a");
    EXPECT_EQ(page.records[0].bytes, R"({"id":"a","userName":"x"})");
    EXPECT_EQ(page.records[1].key, "3074457345620002842"); // a double would have rounded it
    EXPECT_TRUE(page.references[0].given);
    EXPECT_EQ(all_of(page.references[0]), (std::vector<std::string>{"g1", "g3"})); // g2 is not a membership of its own
    EXPECT_FALSE(page.references[1].given);
    ASSERT_EQ(page.bad.size(), 1u);
    EXPECT_THAT(page.bad[0].why, HasSubstr("id"));
}

TEST(scim_slicer, members_may_be_bare_ids_and_a_bad_one_is_told)
{
    slicer cut;
    const std::vector<std::string> meta{"meta"};
    const auto page = cut.list(
        R"({"totalResults":"2","nextCursor":"c2","Resources":[
            {"id":"g","displayName":"G","members":["a",7,{"value":"b"}],"meta":{"version":"W/\"1\""}},
            {"id":"h","displayName":"H","members":[{"display":"no value"}]}]})",
        {false, &meta});
    EXPECT_EQ(page.next_cursor, "c2");
    EXPECT_EQ(page.total, 2u);
    ASSERT_EQ(page.records.size(), 2u);
    EXPECT_EQ(page.records[0].bytes, R"({"id":"g","displayName":"G"})");
    EXPECT_EQ(all_of(page.references[0]), (std::vector<std::string>{"a", "7", "b"}));
    EXPECT_EQ(page.references[0].flaw, "");
    EXPECT_NE(page.references[1].flaw, "");
}

TEST(scim_slicer, what_is_no_list_is_none)
{
    slicer cut;
    EXPECT_EQ(cut.list(R"({"totalResults":0})", users).why, ""); // RFC 7644 section 3.4.2
    for (const char* body : {"", "{}", "[]", "7", "<html>", R"({"totalResults":1})", R"({"Resources":{}})", "{\"Reso"})
        EXPECT_NE(cut.list(body, users).why, "") << body;
    EXPECT_EQ(cut.item(R"({"id":"a"})", users).key, "a");
    for (const char* body : {"", "[]", R"({"id":""})", R"({"id":"undefined"})", R"({"id":1.5})", R"({"id":"a\nb"})"})
        EXPECT_NE(cut.item(body, users).why, "") << body;
}

page_facts page_of(std::uint64_t fresh, std::optional<std::uint64_t> total, std::string cursor = "")
{
    page_facts p;
    p.total = total;
    p.received = p.usable = p.fresh = fresh;
    p.next_cursor = std::move(cursor);
    return p;
}

std::string text_of(const std::optional<query>& q)
{
    std::string out;
    if (q)
        for (const auto& [name, value] : *q) out += name + "=" + value + " ";
    return out;
}

TEST(page_walk, asks_once_more_when_the_last_page_was_full)
{
    const dialect wire;
    page_walk walk(wire, {.count = 10, .confirm_end = true});
    walk.accept(page_of(10, 10));
    EXPECT_EQ(text_of(walk.next()), "startIndex=11 count=10 ");
    walk.accept(page_of(0, 10));
    EXPECT_FALSE(walk.next());
    EXPECT_TRUE(walk.end().complete) << walk.end().why;
    EXPECT_EQ(walk.end().size, 10u);

    page_walk counts_pages(wire, {.count = 10, .confirm_end = true});
    counts_pages.accept(page_of(10, 10));
    counts_pages.accept(page_of(10, 10));
    EXPECT_FALSE(counts_pages.end().complete);
    EXPECT_THAT(counts_pages.end().why, HasSubstr("more came"));

    // Who does not obey startIndex where everything fits into one page gives that page again.
    page_walk one_page(wire, {.count = 10, .confirm_end = true});
    one_page.accept(page_of(10, 10));
    auto again = page_of(10, 10);
    again.fresh = 0;
    one_page.accept(again);
    EXPECT_TRUE(one_page.end().complete) << one_page.end().why;
}

TEST(page_walk, follows_cursors_and_needs_no_total_then)
{
    const dialect wire;
    page_walk walk(wire, {.count = 5, .cursor = true, .confirm_end = true});
    EXPECT_EQ(text_of(walk.next()), "cursor= count=5 ");
    walk.accept(page_of(5, std::nullopt, "b"));
    EXPECT_EQ(text_of(walk.next()), "cursor=b count=5 ");
    walk.accept(page_of(5, std::nullopt));
    EXPECT_FALSE(walk.next());
    EXPECT_TRUE(walk.end().complete) << walk.end().why;

    page_walk moved(wire, {.count = 5, .cursor = true});
    moved.accept(page_of(5, std::nullopt, "b"));
    auto shifted = page_of(5, std::nullopt);
    shifted.fresh = 4;
    moved.accept(shifted);
    EXPECT_FALSE(moved.end().complete);

    page_walk round(wire, {.count = 5, .cursor = true});
    round.accept(page_of(5, std::nullopt, "b"));
    round.accept(page_of(5, std::nullopt, "b"));
    EXPECT_FALSE(round.next());
    EXPECT_FALSE(round.end().complete);
}

TEST(page_walk, a_list_that_changed_while_it_was_read_is_not_complete)
{
    const dialect wire;
    page_walk grown(wire, {.count = 5});
    grown.accept(page_of(5, 9));
    grown.accept(page_of(5, 10));
    EXPECT_THAT(grown.end().why, HasSubstr("totalResults changed from 9 to 10"));
    // One was removed from the first page while the second was asked for: somebody was passed over.
    page_walk shrunk(wire, {.count = 5});
    shrunk.accept(page_of(5, 9));
    shrunk.accept(page_of(3, 9));
    shrunk.accept(page_of(0, 9));
    EXPECT_THAT(shrunk.end().why, HasSubstr("8 different resources came"));
}

TEST(capabilities, pagination_of_rfc_9865)
{
    const auto only = read_capabilities(
        R"({"filter":{"supported":true,"maxResults":50},"pagination":{"cursor":true,"index":false,"maxPageSize":20}})");
    ASSERT_TRUE(only);
    EXPECT_TRUE(only->by_cursor);
    EXPECT_EQ(page_count(dialect{}, *only), 20);
    const auto both = read_capabilities(
        R"({"filter":{"supported":true},"pagination":{"cursor":true,"index":true,"defaultPaginationMethod":"index"}})");
    ASSERT_TRUE(both);
    EXPECT_FALSE(both->by_cursor);
}

TEST(scim_codec, a_resource_stays_what_it_is)
{
    const auto user = decoded(
        R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:acme:2.0:User"],"id":"1","userName":"ann",
            "active":true,"emails":[{"value":"a@x.example","type":"work"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"2"}},
            "urn:acme:2.0:User":{"badge":7},"meta":{"created":"2026-01-01T00:00:00Z"}})");
    EXPECT_EQ(user["urn:acme:2.0:User"]["badge"], 7);
    EXPECT_EQ(user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["manager"]["value"], "2");
    EXPECT_EQ(user["meta"]["created"], "2026-01-01T00:00:00Z");
    EXPECT_EQ(user["schemas"].size(), 2u);
}

TEST(scim_codec, what_comes_askew_is_straightened)
{
    // Beyond Identity's own samples: schemas as one text, name and manager as lists.
    const auto user = decoded(
        R"({"schemas":"urn:ietf:params:scim:schemas:core:2.0:User urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "ID":17,"username":"ann","Active":"True","name":[{"givenName":"Ann"},{"familyName":"Lee"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"Department":"Sales","manager":[{"value":"2"}]}})");
    const std::string urn(mapping::enterprise_user_schema);
    EXPECT_EQ(user["schemas"].size(), 2u);
    EXPECT_EQ(user["id"], "17");
    EXPECT_EQ(user["userName"], "ann");
    EXPECT_EQ(user["active"], true);
    EXPECT_EQ(user["name"], json::parse(R"({"givenName":"Ann","familyName":"Lee"})"));
    EXPECT_EQ(user[urn]["department"], "Sales");
    EXPECT_EQ(user[urn]["manager"]["value"], "2");
    // GitLab's keys that are paths.
    const auto flat = decoded(
        R"({"id":"1","userName":"ann","active":1,"name.formatted":"Ann Lee","name":{"familyName":"Lee"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter":"4711"})");
    EXPECT_EQ(flat["name"], json::parse(R"({"formatted":"Ann Lee","familyName":"Lee"})"));
    EXPECT_EQ(flat[urn]["costCenter"], "4711");
    EXPECT_FALSE(flat.contains("name.formatted"));
}

TEST(scim_codec, nobody_is_guessed_to_be_active)
{
    EXPECT_THAT(refused(R"({"id":"1","userName":"ann"})"), HasSubstr("source.absent_active"));
    EXPECT_THAT(refused(R"({"id":"1","userName":"ann","active":"perhaps"})"), HasSubstr("\"active\""));
    EXPECT_THAT(refused(R"({"id":"1","active":true})"), HasSubstr("\"userName\""));
    EXPECT_THAT(refused(R"({"userName":"ann","active":true})"), HasSubstr("\"id\""));
    source_rules rules;
    rules.active = absent_active::is_true;
    EXPECT_EQ(decoded(R"({"id":"1","userName":"ann"})", rules)["active"], true);
    rules.active = absent_active::is_false;
    EXPECT_EQ(decoded(R"({"id":"1","userName":"ann"})", rules)["active"], false);
    EXPECT_EQ(decoded(R"({"id":"1","userName":"ann","active":"false"})", rules)["active"], false);
}

} // namespace
