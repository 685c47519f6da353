// Who is in a group: chunks of a thousand, each whole or not at all, and who is to blame (apis: Beyond Identity,
// sections 4.9 and 6.2). The service here is a set of ids that knows some identities.
#include "tests/connectors/beyond_identity/realm_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace idferry::connectors::beyond_identity {

using mapping::json;
using test::error_about;
using test::group;
using test::identity;
using test::realm_bench;
using test::run;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

std::string id_of(int n)
{
    return "i" + std::to_string(n);
}

// All-or-nothing membership of one group, by the document's default: 404 with the unknown identity.
struct one_group
{
    explicit one_group(const std::string& keys = "") : b(keys)
    {
        b.otherwise = [this](const http::request& r) { return answer(r); };
    }

    http::response answer(const http::request& r)
    {
        if (r.method == "GET" && r.url.ends_with("/groups/g1")) return test::make_json_answer(200, group("g1", "A"));
        if (r.method == "GET") {
            std::vector<std::string> all;
            for (const auto& id : members) all.push_back(identity(id, "u" + id));
            return test::make_json_answer(200, test::list_of("identities", all, static_cast<int>(all.size())));
        }
        ++writes;
        const auto ids = json::parse(r.body)["identity_ids"].get<std::vector<std::string>>();
        largest = std::max(largest, ids.size());
        for (const auto& id : ids)
            if (unknown.contains(id))
                return names_it
                           ? test::make_json_answer(404,
                                                    error_about("not_found", "identity not found", "Identity", {id}))
                           : test::make_json_answer(status, R"({"code":"bad_request","message":"invalid request"})");
        const bool adds = r.url.ends_with(":addMembers");
        for (const auto& id : ids) adds ? (void)members.insert(id) : (void)members.erase(id);
        return test::make_json_answer(200, group("g1", "A"));
    }

    result<remote_resource> change(int first_in, int last_in, int first_out = 1, int last_out = 0)
    {
        members_request r;
        r.group = mapping::target_id("g1");
        for (int i = first_in; i <= last_in; ++i) r.add.emplace_back(id_of(i));
        for (int i = first_out; i <= last_out; ++i) r.remove.emplace_back(id_of(i));
        return run(b.target().set_members(std::move(r)));
    }

    realm_bench b;
    std::set<std::string> members, unknown;
    bool names_it{true};
    int status{400};
    int writes{0};
    std::size_t largest{0};
};

} // namespace

TEST(beyond_identity_members, go_in_chunks_of_a_thousand)
{
    one_group g;
    for (int i = 5001; i <= 5700; ++i) g.members.insert(id_of(i));
    const auto kept = g.change(1, 1500, 5001, 5700);
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(g.writes, 3) << "1,500 in and 700 out";
    EXPECT_EQ(g.largest, 1000u);
    EXPECT_EQ(g.members.size(), 1500u);
    EXPECT_THAT(kept->body["members"], SizeIs(1500));
    EXPECT_THAT(kept->refused, IsEmpty());
}

TEST(beyond_identity_members, who_is_there_is_not_added_again_and_who_is_not_is_not_removed)
{
    one_group g;
    g.members = {"i1", "i2"};
    ASSERT_TRUE(g.change(1, 2, 7, 9));
    EXPECT_EQ(g.writes, 0);
}

TEST(beyond_identity_members, one_unknown_id_that_the_answer_names_costs_one_more_request)
{
    one_group g;
    g.unknown = {"i700"};
    const auto kept = g.change(1, 1000);
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(g.writes, 2);
    EXPECT_EQ(g.members.size(), 999u);
    ASSERT_THAT(kept->refused, SizeIs(1));
    EXPECT_EQ(kept->refused.front().id.text(), "i700");
    EXPECT_THAT(kept->refused.front().why, testing::HasSubstr("identity not found"));
}

TEST(beyond_identity_members, one_unknown_id_that_nobody_names_is_found_by_halving)
{
    one_group g;
    g.names_it = false;
    g.unknown = {"i700"};
    const auto kept = g.change(1, 1000);
    ASSERT_TRUE(kept) << kept.error().detail;
    ASSERT_THAT(kept->refused, SizeIs(1));
    EXPECT_EQ(kept->refused.front().id.text(), "i700");
    EXPECT_EQ(g.members.size(), 999u);
    // Ten halvings of a thousand: two requests each, and the first one.
    EXPECT_LE(g.writes, 21);
}

TEST(beyond_identity_members, where_nearly_everybody_is_unknown_it_gives_up)
{
    one_group g("write: {unknown_members: 3}");
    g.names_it = false;
    g.members = {"i2001", "i2002"};
    // The first thousand is known, of the next nobody; two are to go.
    for (int i = 1001; i <= 2000; ++i) g.unknown.insert(id_of(i));
    const auto kept = g.change(1, 2000, 2001, 2002);
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_THAT(kept->refused, SizeIs(1000));
    EXPECT_THAT(kept->refused.back().why, testing::HasSubstr("write.unknown_members"));
    EXPECT_THAT(kept->body["members"], SizeIs(1000)) << "who came stays told, and who was to go is out";
    EXPECT_FALSE(g.members.contains("i2001"));
    EXPECT_LE(g.writes, 27);
}

TEST(beyond_identity_members, a_group_that_is_gone_is_not_found_and_nobody_is_blamed)
{
    realm_bench b;
    b.then(200, group("g1", "A")).then(200, test::list_of("identities", {}, 0));
    b.otherwise = [](const http::request&) {
        return test::make_json_answer(404, error_about("not_found", "group not found", "Group", {"g1"}));
    };
    members_request r;
    r.group = mapping::target_id("g1");
    r.add = {mapping::target_id("i1"), mapping::target_id("i2")};
    const auto kept = run(b.target().set_members(std::move(r)));
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::not_found);
    EXPECT_THAT(b.sent(), SizeIs(1));
}

TEST(beyond_identity_members, a_member_list_that_is_not_whole_is_no_ground_for_a_change)
{
    realm_bench b;
    b.then(200, group("g1", "A")).then(200, test::list_of("identities", {identity("i1", "a")}, 5));
    members_request r;
    r.group = mapping::target_id("g1");
    r.add = {mapping::target_id("i2")};
    const auto kept = run(b.target().set_members(std::move(r)));
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::retry);
    EXPECT_THAT(b.sent(), IsEmpty());
}

} // namespace idferry::connectors::beyond_identity
