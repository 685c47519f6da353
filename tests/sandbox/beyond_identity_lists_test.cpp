// The wire of the pretended Beyond Identity: pages, filters, verbs, limits, correlation.
#include "tests/sandbox/beyond_identity_fixture.hpp"

namespace idferry::sandbox {
namespace {

using beyond_lists = beyond_fixture;

std::set<std::string> ids_of(const std::vector<json>& items)
{
    std::set<std::string> out;
    for (const auto& one : items) out.insert(one["id"].get<std::string>());
    return out;
}

TEST_F(beyond_lists, pages_are_clamped_and_hold_everybody_once)
{
    std::size_t pages = 0;
    const auto people = walk("~/identities", "identities", &pages);
    EXPECT_EQ(pages, 3U); // 20 when nobody says
    EXPECT_EQ(people.size(), 60U);
    EXPECT_EQ(ids_of(people).size(), 60U);
    EXPECT_EQ(walk("~/identities?page_size=500", "identities", &pages).size(), 60U);
    EXPECT_EQ(pages, 1U);
    knobs(R"({"beyond":{"max_page":7}})");
    EXPECT_EQ(ids_of(walk("~/identities?page_size=500", "identities", &pages)).size(), 60U);
    EXPECT_EQ(pages, 9U);
    knobs(R"({"beyond":{"order":"shifting"}})");
    const auto first = walk("~/identities", "identities"), second = walk("~/identities", "identities");
    EXPECT_EQ(ids_of(first), ids_of(second));
    EXPECT_NE(first.front(), second.front());
    EXPECT_EQ(api("GET", "~/identities?page_size=-1").status, 400);
    EXPECT_EQ(api("GET", "~/identities?skip=58").body["identities"].size(), 2U);
}

TEST_F(beyond_lists, a_page_token_belongs_to_its_list_and_filter)
{
    const auto filter = "filter=" + percent_encode(R"(display_name co "e")");
    const auto first = api("GET", "~/identities?page_size=3&" + filter);
    const auto next = "page_token=" + first.body["next_page_token"].get<std::string>();
    EXPECT_EQ(api("GET", "~/identities?" + next).body["identities"].size(), 3U); // remembers size and filter
    EXPECT_EQ(api("GET", "~/identities?page_size=5&" + next + "&" + filter).body["identities"].size(), 5U);
    EXPECT_EQ(api("GET", "~/identities?" + next).body["total_size"], first.body["total_size"]);
    EXPECT_EQ(api("GET", "~/identities?" + next + "&filter=id%20eq%20%22x%22").status, 400);
    expect_violation(api("GET", "~/groups?" + next), "page_token", "invalid page token");
    expect_violation(api("GET", "~/identities?page_token=nonsense"), "page_token", "invalid page token");
    box.clock().skip_ms(8LL * 86400 * 1000);
    token.clear();
    EXPECT_EQ(api("GET", "~/identities?" + next).body["identities"][0]["id"], first.body["identities"][0]["id"]);
    knobs(R"({"beyond":{"expired_page_token":"invalid"}})");
    EXPECT_EQ(api("GET", "~/identities?" + next).status, 400);
}

TEST_F(beyond_lists, lists_that_go_wrong)
{
    knobs(R"({"beyond":{"next_page_token":"null"}})");
    EXPECT_TRUE(api("GET", "~/groups").body["next_page_token"].is_null());
    EXPECT_TRUE(api("GET", "~/groups").body.contains("next_page_token"));
    knobs(R"({"beyond":{"next_page_token":"absent","total_size_wrong":3}})");
    EXPECT_EQ(api("GET", "~/groups").body["total_size"], 15);
    knobs(R"({"beyond":{"total_size_wrong":0,"duplicate_on_border":true}})");
    const auto doubled = walk("~/identities", "identities");
    EXPECT_GT(doubled.size(), 60U);
    EXPECT_EQ(ids_of(doubled).size(), 60U);
    knobs(R"({"beyond":{"duplicate_on_border":false,"empty_pages":2}})");
    std::size_t pages = 0;
    EXPECT_EQ(ids_of(walk("~/identities", "identities", &pages)).size(), 60U);
    EXPECT_EQ(pages, 5U);
    knobs(R"({"beyond":{"short_pages":4}})");
    EXPECT_EQ(api("GET", "~/identities").body["identities"].size(), 4U);
    knobs(R"({"beyond":{"short_pages":0,"identity_added_between_pages":1}})");
    const auto moved = walk("~/identities", "identities");
    EXPECT_GE(ids_of(moved).size(), 60U);
    EXPECT_EQ(api("GET", "~/identities").body["total_size"], 61);
}

TEST_F(beyond_lists, filters_of_the_documents_and_of_the_vendor)
{
    const auto find = [&](const std::string& filter) {
        return api("GET", "~/identities?filter=" + percent_encode(filter));
    };
    const auto helene = find(R"(traits.username eq "helene.brandt")").body["identities"][0];
    const auto external = helene["traits"]["external_id"].get<std::string>();
    EXPECT_EQ(find("traits.external_id eq \"" + external + "\"").body["total_size"], 1);
    EXPECT_EQ(find("id eq \"" + helene["id"].get<std::string>() + "\"").body["total_size"], 1);
    EXPECT_EQ(find(R"(display_name co "brandt" and traits.username eq "helene.brandt")").body["total_size"], 1);
    EXPECT_EQ(find(R"(traits.department eq "x")").status, 400);
    EXPECT_EQ(find("nonsense").status, 400);
    knobs(R"({"beyond":{"filters":"documented"}})");
    expect_violation(find("traits.external_id eq \"" + external + "\""), "filter", "invalid filter");
    EXPECT_EQ(find(R"(traits.username eq "HELENE.brandt")").body["total_size"], 1);
    knobs(R"({"beyond":{"filter_case_exact":true}})");
    EXPECT_EQ(find(R"(traits.username eq "HELENE.brandt")").body["total_size"], 0);
}

TEST_F(beyond_lists, verbs_are_written_with_a_plain_colon)
{
    const auto group = make_group("Team");
    EXPECT_EQ(api("GET", "~/groups/" + group + ":listMembers").status, 200);
    EXPECT_EQ(api("GET", "~/groups/" + group + "%3AlistMembers").status, 404);
    knobs(R"({"beyond":{"encoded_verb":"accept"}})");
    EXPECT_EQ(api("GET", "~/groups/" + group + "%3AlistMembers").status, 200);
    EXPECT_EQ(api("PUT", "~/groups/" + group).status, 405);
    EXPECT_EQ(api("GET", "~/nonsense").status, 404);
}

TEST_F(beyond_lists, the_correlation_id_comes_back)
{
    const auto path = target("~/groups");
    EXPECT_EQ(ask("beyond", "GET", path, "", with_header("x-correlation-id", "abc")).header("x-correlation-id"), "abc");
    EXPECT_EQ(ask("beyond", "GET", path, "", with_header("x-correlation_id", "def")).header("x-correlation-id"), "def");
    EXPECT_EQ(ask("beyond", "GET", path).header("x-correlation-id").size(), 36U);
}

TEST_F(beyond_lists, a_minute_has_so_many_calls)
{
    api("GET", "~/groups");
    knobs(R"({"beyond":{"rate_per_minute":2}})");
    EXPECT_EQ(api("GET", "~/groups").status, 200);
    EXPECT_EQ(api("GET", "~/groups").status, 200);
    const auto full = api("GET", "~/groups");
    EXPECT_EQ(full.status, 429);
    EXPECT_EQ(full.header("RateLimit-Limit"), "2");
    EXPECT_FALSE(full.header("Retry-After").empty());
    EXPECT_TRUE(full.out.body.empty());
    box.clock().skip_ms(60000);
    EXPECT_EQ(api("GET", "~/groups").status, 200);
}

TEST_F(beyond_lists, calls_are_counted_by_operation)
{
    api("GET", "~/groups");
    const auto counters = box.control("GET", "/__sandbox/counters");
    EXPECT_EQ(counters["beyond POST token"]["count"], 1);
    EXPECT_EQ(counters["beyond GET group_list"]["count"], 1);
}

} // namespace
} // namespace idferry::sandbox
