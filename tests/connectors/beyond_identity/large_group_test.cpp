// A group of 25,000 over TLS: how many requests a change of its members takes.
#include "tests/connectors/beyond_identity/beyond_box.hpp"
#include "tests/support/run.hpp"

#include <gtest/gtest.h>

namespace idferry::tests {
namespace {

using connectors::members_request;
using mapping::target_id;

class large_group : public testing::Test
{
protected:
    explicit large_group(std::uint32_t users = 27'000, std::vector<std::string> knobs = {})
        : box("realm", "", std::move(knobs), users), target(box.connection().make_target(box.environment()))
    {
        const auto now = box.state();
        for (const auto& one : now["identities"]) people.push_back(text(one, "id"));
        group = text(box.edit("POST", "groups", {{"display_name", "Everybody"}, {"description", ""}}), "id");
    }

    // People from..to (without `to`) in, and others out.
    connectors::result<connectors::remote_resource> change(std::size_t from, std::size_t to, std::size_t out_from = 0,
                                                           std::size_t out_to = 0, const std::string& also = "")
    {
        members_request r;
        r.group = target_id(group);
        for (auto i = from; i < to; ++i) r.add.emplace_back(people[i]);
        for (auto i = out_from; i < out_to; ++i) r.remove.emplace_back(people[i]);
        if (!also.empty()) r.add.insert(r.add.begin() + 700, target_id(also));
        const auto before = box.writes().size();
        auto kept = test::run(target->set_members(std::move(r)));
        writes = box.writes().size() - before;
        return kept;
    }

    beyond_box box;
    std::unique_ptr<connectors::target> target;
    std::vector<std::string> people;
    std::string group;
    std::size_t writes{0};
};

TEST_F(large_group, changes_by_1500_in_and_700_out_in_three_requests)
{
    ASSERT_GE(people.size(), 26'500u);
    ASSERT_TRUE(change(0, 25'000));
    EXPECT_EQ(writes, 25u);
    const auto kept = change(25'000, 26'500, 0, 700);
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(writes, 3u);
    EXPECT_EQ(kept->body["members"].size(), 25'800u);
    EXPECT_TRUE(kept->refused.empty());

    // Back again, with somebody whom the service does not know among those who come.
    const auto again = change(0, 700, 25'000, 26'500, "ffffffffffffffff");
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(writes, 4u) << "the answer names who is unknown: one more request";
    ASSERT_EQ(again->refused.size(), 1u);
    EXPECT_EQ(again->refused.front().id.text(), "ffffffffffffffff");
    EXPECT_EQ(again->body["members"].size(), 25'000u);
}

class large_group_of_a_silent_service : public large_group
{
protected:
    large_group_of_a_silent_service() : large_group(1'800, {"beyond.unknown_member=bad_request"}) {}
};

TEST_F(large_group_of_a_silent_service, finds_the_unknown_one_by_halving)
{
    const auto kept = change(0, 1500, 0, 0, "ffffffffffffffff");
    ASSERT_TRUE(kept) << kept.error().detail;
    ASSERT_EQ(kept->refused.size(), 1u);
    EXPECT_EQ(kept->body["members"].size(), 1500u);
    // Two requests, and for the first thousand two for each of at most ten halvings.
    EXPECT_GT(writes, 10u);
    EXPECT_LE(writes, 22u);
}

} // namespace
} // namespace idferry::tests
