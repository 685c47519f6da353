#include "daemon/reconcile/guards.hpp"
#include "tests/daemon/plans.hpp"

#include <gtest/gtest.h>

namespace idferry::tests {
namespace {

using rc::guard;
using rc::guard_context;
using rc::guard_settings;

guard_context people(std::uint64_t active)
{
    guard_context c;
    c.active_links["user"] = active;
    c.people_read = c.people_last_time = active;
    return c;
}

std::vector<std::string> refused(const rc::plan& p, const guard_context& c, const guard_settings& s = {},
                                 const std::vector<rc::allowance>& allowed = {})
{
    std::vector<std::string> out;
    for (const auto& v : rc::judge(p, s, c, allowed)) out.emplace_back(rc::to_string(v.what));
    return out;
}

using names = std::vector<std::string>;

TEST(guards, the_share_of_removals_at_its_edge)
{
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 20)), people(200)), names{});
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 21)), people(200)), names{"max_removals"});
    auto mixed = many(op::deactivate, 11);
    for (auto& c : many(op::remove, 10)) mixed.push_back(c);
    EXPECT_EQ(refused(plan_of(mixed), people(200)), names{"max_removals"})
        << "deactivations and deletions count together";
}

TEST(guards, a_share_of_n_percent_lets_exactly_n_of_a_hundred_pass)
{
    for (int n = 1; n < 100; ++n) {
        guard_settings s;
        s.max_removals = s.max_changes = n / 100.0;
        s.max_removals_count = 1000;
        const auto count = static_cast<std::size_t>(n);
        EXPECT_EQ(refused(plan_of(many(op::deactivate, count)), people(100), s), names{}) << n;
        EXPECT_EQ(refused(plan_of(many(op::deactivate, count + 1)), people(100), s),
                  (names{"max_removals", "max_changes"}))
            << n;
        guard_settings shrink;
        shrink.max_shrink = n / 100.0;
        auto c = people(100);
        c.people_read = 100 - static_cast<std::uint64_t>(n);
        EXPECT_EQ(refused(plan_of({}), c, shrink), names{}) << n;
        if (--c.people_read > 0 && n < 99) EXPECT_EQ(refused(plan_of({}), c, shrink), names{"shrunken_source"}) << n;
    }
}

TEST(guards, the_count_of_removals_at_its_edge)
{
    EXPECT_EQ(refused(plan_of(many(op::remove, 50)), people(1000)), names{});
    EXPECT_EQ(refused(plan_of(many(op::remove, 51)), people(1000)), names{"max_removals_count"});
}

TEST(guards, below_the_least_population_two_removals_pass)
{
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 2)), people(19)), names{});
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 3)), people(19)), names{"max_removals"});
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 2)), people(20)), names{})
        << "from min_population on the share counts: 10 % of 20";
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 3)), people(20)), names{"max_removals"});
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 2)), people(2)), names{}) << "a share means nothing down there";
}

TEST(guards, removals_of_the_last_24_hours_count_again)
{
    auto c = people(185);
    c.removed_last_day["user"] = 15; // of 200 then
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 5)), c), names{});
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 6)), c), names{"max_removals"});
    c = people(960);
    c.removed_last_day["user"] = 40;
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 10)), c), names{});
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 11)), c), names{"max_removals_count"});
    c = people(10);
    c.removed_last_day["user"] = 2;
    EXPECT_EQ(refused(plan_of(many(op::deactivate, 1)), c), names{"max_removals"});
    EXPECT_EQ(refused(plan_of({}), c), names{}) << "what was done is not judged again without a new removal";
}

TEST(guards, changes_of_the_last_24_hours_count_again)
{
    auto c = people(80);
    c.removed_last_day["user"] = 20; // 100 then
    c.changed_last_day["user"] = 40; // with the 20 that were removed
    EXPECT_EQ(refused(plan_of(many(op::update, 10)), c), names{});
    EXPECT_EQ(refused(plan_of(many(op::update, 11)), c), names{"max_changes"});
    c.changed_last_day["user"] = 60;
    EXPECT_EQ(refused(plan_of({}), c), names{}) << "what was done is not judged again without a new change";
}

TEST(guards, members_of_the_last_24_hours_count_again)
{
    auto c = people(100);
    c.members_before = {{"g", 7}};
    c.members_removed_last_day = {{"g", 3}}; // of 10 then
    EXPECT_EQ(refused(plan_of({members_of("g", {}, {"1", "2"})}), c), names{});
    EXPECT_EQ(refused(plan_of({members_of("g", {}, {"1", "2", "3"})}), c), names{"max_members_removed"});
    c.members_removed_last_day = {{"g", 30}};
    EXPECT_EQ(refused(plan_of({members_of("g", {"1"}, {})}), c), names{}) << "who comes is not held back";
}

TEST(guards, each_type_has_its_own_population)
{
    auto c = people(1000);
    c.active_links["group"] = 30;
    EXPECT_EQ(refused(plan_of(many(op::remove, 3, mapping::group_type)), c), names{});
    EXPECT_EQ(refused(plan_of(many(op::remove, 4, mapping::group_type)), c), names{"max_removals"});
}

TEST(guards, creates_never_count_and_updates_do)
{
    auto changes = many(op::create, 5000);
    for (auto& c : many(op::update, 50)) changes.push_back(c);
    EXPECT_EQ(refused(plan_of(changes), people(100)), names{});
    changes.push_back(change_of(op::update, "one more"));
    EXPECT_EQ(refused(plan_of(changes), people(100)), names{"max_changes"});
    EXPECT_EQ(refused(plan_of(many(op::update, 19)), people(19)), names{})
        << "below min_population shares are not judged";
}

TEST(guards, an_empty_source_is_refused_when_people_are_known)
{
    auto c = people(1);
    c.people_read = 0;
    EXPECT_EQ(refused(plan_of({}), c), names{"empty_source"});
    c.active_links.clear();
    EXPECT_EQ(refused(plan_of({}), c), names{"empty_source"}) << "the last good read had people";
    c.people_last_time = 0;
    EXPECT_EQ(refused(plan_of({}), c), names{}) << "nobody known, nobody there";
}

TEST(guards, a_shrunken_source_is_refused_whatever_follows_from_it)
{
    auto c = people(100);
    c.people_read = 80;
    EXPECT_EQ(refused(plan_of({}), c), names{});
    c.people_read = 79;
    EXPECT_EQ(refused(plan_of({}), c), names{"shrunken_source"});
    c.people_last_time = 19;
    c.people_read = 1;
    EXPECT_EQ(refused(plan_of({}), c), names{}) << "a list below min_population is not judged";
}

TEST(guards, missing_sentinels_and_the_last_owner)
{
    auto c = people(100);
    c.missing_sentinels = {"userName eq \"a\"", "17"};
    EXPECT_EQ(refused(plan_of({}), c), (names{"sentinels", "sentinels"}));
    c.missing_sentinels.clear();
    c.privileged_role = "owner";
    c.privileged_left = 0;
    EXPECT_EQ(refused(plan_of({}), c), names{"last_owner"});
    c.privileged_left = 1;
    EXPECT_EQ(refused(plan_of({}), c), names{});
}

TEST(guards, members_are_counted_per_group_from_ten_on)
{
    auto c = people(100);
    c.members_before = {{"g", 10}, {"small", 9}};
    const std::vector<std::string> six{"1", "2", "3", "4", "5", "6"};
    EXPECT_EQ(refused(plan_of({members_of("g", {}, {"1", "2", "3", "4", "5"})}), c), names{});
    EXPECT_EQ(refused(plan_of({members_of("g", {}, six)}), c), names{"max_members_removed"});
    EXPECT_EQ(refused(plan_of({members_of("g", six, six)}), c), names{"max_members_removed"})
        << "newcomers do not make up for it";
    EXPECT_EQ(refused(plan_of({members_of("small", {}, six)}), c), names{});
}

TEST(guards, an_allowance_is_bound_to_the_guard_and_to_exactly_the_removals)
{
    const auto before = plan_of(many(op::deactivate, 21));
    const auto found = rc::judge(before, {}, people(200), {});
    ASSERT_EQ(found.size(), 1U);
    const std::vector<rc::allowance> allowed{{"max_removals", found[0].refused.hex()}};
    EXPECT_EQ(refused(before, people(200), {}, allowed), names{});
    EXPECT_EQ(refused(before, people(200), {}, {{"max_removals_count", found[0].refused.hex()}}),
              names{"max_removals"});

    auto with_others = many(op::deactivate, 21);
    with_others.push_back(change_of(op::create, "new"));
    with_others.push_back(change_of(op::update, "other"));
    with_others.push_back(members_of("g", {"x"}, {}));
    EXPECT_EQ(refused(plan_of(with_others), people(200), {}, allowed), names{}) << "unrelated changes do not void it";

    EXPECT_EQ(refused(plan_of(many(op::deactivate, 22)), people(200), {}, allowed), names{"max_removals"})
        << "one more is not covered";
    auto another = many(op::deactivate, 20);
    another.push_back(change_of(op::deactivate, "somebody else"));
    EXPECT_EQ(refused(plan_of(another), people(200), {}, allowed), names{"max_removals"})
        << "as many, but another person";
    auto harder = many(op::deactivate, 20);
    harder.push_back(change_of(op::remove, "deactivate20"));
    EXPECT_EQ(refused(plan_of(harder), people(200), {}, allowed), names{"max_removals"})
        << "the same person, but deleted";
    auto with_member = many(op::deactivate, 21);
    with_member.push_back(members_of("g", {}, {"x"}));
    EXPECT_EQ(refused(plan_of(with_member), people(200), {}, allowed), names{"max_removals"})
        << "a member who goes is a removal too";
    auto elsewhere = before;
    elsewhere.sync = mapping::sync_name("another sync");
    EXPECT_EQ(refused(elsewhere, people(200), {}, allowed), names{"max_removals"});
}

TEST(guards, an_allowance_of_changes_is_bound_to_the_updates_too)
{
    const auto before = plan_of(many(op::update, 51));
    const auto found = rc::judge(before, {}, people(100), {});
    ASSERT_EQ(found.size(), 1U);
    const std::vector<rc::allowance> allowed{{"max_changes", found[0].refused.hex()}};
    EXPECT_EQ(refused(before, people(100), {}, allowed), names{});
    EXPECT_EQ(refused(plan_of(many(op::update, 52)), people(100), {}, allowed), names{"max_changes"});
    auto more = many(op::update, 51);
    more.push_back(change_of(op::create, "new"));
    EXPECT_EQ(refused(plan_of(more), people(100), {}, allowed), names{});
}

TEST(guards, sentinels_with_a_blank_are_filters)
{
    guard_settings s;
    s.sentinels = {{"4711", {}}, {"userName eq \"a.admin@acme.example\"", {}}};
    config::diagnostics mistakes;
    const auto parsed = rc::parse_sentinels(s, mistakes);
    ASSERT_EQ(parsed.size(), 2U);
    EXPECT_EQ(parsed[0].by_filter, nullptr);
    ASSERT_NE(parsed[1].by_filter, nullptr);
    EXPECT_TRUE(parsed[1].by_filter->matches(json{{"userName", "A.Admin@acme.example"}}));
    EXPECT_TRUE(mistakes.empty());
    s.sentinels = {{"userName equals x", {}}};
    EXPECT_TRUE(rc::parse_sentinels(s, mistakes).empty());
    EXPECT_EQ(mistakes.size(), 1U);
}

} // namespace
} // namespace idferry::tests
