// The part of the store's contract that is about what was done: intents, rejects, removals, cycles, audit trail.
#include "state/audit_chain.hpp"
#include "tests/conformance/store_conformance.hpp"

#include <gmock/gmock.h>

namespace idferry::tests {

using namespace state;
using testing::IsEmpty;

namespace {

} // namespace

TEST_P(store_conformance, intents_stay_until_they_end)
{
    intent a{0, users, key_of("a"), operation::create, {}, "{\"a\":1}", "{\"m\":1}", at(5)};
    intent b{0, groups, key_of("g"), operation::members, mapping::target_id("t"), "{}", "{}", at(6)};
    const auto ids = store->begin({a, b}).value();
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_LT(ids[0], ids[1]);
    reopen();
    auto open = store->open_intents(users.sync).value();
    ASSERT_EQ(open.size(), 2U);
    EXPECT_EQ(open[0].id, ids[0]);
    EXPECT_EQ(open[0].scope, users);
    EXPECT_EQ(open[0].key.text(), "a");
    EXPECT_EQ(open[0].what, operation::create);
    EXPECT_TRUE(open[0].target.empty());
    EXPECT_EQ(open[0].desired, "{\"a\":1}");
    EXPECT_EQ(open[0].match_values, "{\"m\":1}");
    EXPECT_EQ(open[0].begun, at(5));
    EXPECT_EQ(open[1].what, operation::members);
    EXPECT_EQ(open[1].scope, groups);
    EXPECT_EQ(open[1].target.text(), "t");
    EXPECT_THAT(store->open_intents(other.sync).value(), IsEmpty());
    commit({end_intent{ids[0]}, end_intent{ids[1]}});
    EXPECT_THAT(store->open_intents(users.sync).value(), IsEmpty());
    const auto later = store->begin({a}).value();
    EXPECT_GT(later.at(0), ids[1]) << "numbers are not used twice";
    EXPECT_TRUE(store->begin({}).value().empty());
}

TEST_P(store_conformance, an_intent_and_its_outcome_are_one_transaction)
{
    const auto ids = store->begin({intent{0, users, key_of("a"), operation::create, {}, "{}", "{}", at(1)}}).value();
    commit({put_link{users, make_link("held", "1")}});
    ASSERT_TRUE(store->commit({end_intent{ids[0]}, put_link{users, make_link("a", "1")}}).has_error());
    EXPECT_EQ(store->open_intents(users.sync).value().size(), 1U) << "the intent must not end without its link";
}

TEST_P(store_conformance, a_reject_counts_its_attempts_and_keeps_its_beginning)
{
    reject r{users, key_of("a"), "a@acme.example", operation::create, "no e-mail", 7, at(10), at(20)};
    commit({put_reject{r}});
    auto all = store->rejects(users.sync).value();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].attempts, 1);
    r.first = at(30);
    r.next_try = at(40);
    r.error = "still no e-mail";
    r.what = operation::update;
    commit({put_reject{r}});
    reopen();
    all = store->rejects(users.sync).value();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].scope, users);
    EXPECT_EQ(all[0].attempts, 2);
    EXPECT_EQ(all[0].first, at(10));
    EXPECT_EQ(all[0].next_try, at(40));
    EXPECT_EQ(all[0].error, "still no e-mail");
    EXPECT_EQ(all[0].what, operation::update);
    EXPECT_EQ(all[0].label, "a@acme.example");
    EXPECT_THAT(store->rejects(other.sync).value(), IsEmpty());
    commit({clear_reject{users, key_of("a")}, clear_reject{other, key_of("a")}});
    EXPECT_THAT(store->rejects(users.sync).value(), IsEmpty());
    commit({put_reject{r}});
    EXPECT_EQ(store->rejects(users.sync).value().at(0).attempts, 1) << "a new reject begins anew";
}

TEST_P(store_conformance, not_kept_rows_of_a_key_are_replaced)
{
    const auto a = key_of("a"), b = key_of("b");
    commit({put_not_kept{users, a, {{a, "title", "\"x\"", "null"}, {a, "nickName", "\"y\"", "\"Y\""}}},
            put_not_kept{users, b, {{b, "title", "1", "2"}}}});
    commit({put_not_kept{users, a, {{a, "locale", "\"de\"", "\"en\""}}}});
    const auto rows = store->all_not_kept(users).value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].key, a);
    EXPECT_EQ(rows[0].path, "locale");
    EXPECT_EQ(rows[0].sent, "\"de\"");
    EXPECT_EQ(rows[0].kept, "\"en\"");
    EXPECT_EQ(rows[1].key, b);
    commit({put_not_kept{users, a, {}}});
    EXPECT_EQ(store->all_not_kept(users).value().size(), 1U);
}

TEST_P(store_conformance, list_sizes_are_kept_per_sync)
{
    commit({put_list_size{users.sync, "people", 10}, put_list_size{users.sync, "members of g", 3},
            put_list_size{other.sync, "people", 99}});
    commit({put_list_size{users.sync, "people", 12}});
    reopen();
    EXPECT_EQ(store->list_sizes(users.sync).value(),
              (std::map<std::string, std::uint64_t>{{"members of g", 3}, {"people", 12}}));
}

TEST_P(store_conformance, removals_that_were_done_are_counted_over_time)
{
    auto in_groups = make_audit("g", operation::remove, "done", 500);
    in_groups.scope = groups;
    commit({append_audit{make_audit("1", operation::deactivate, "done", 100)},
            append_audit{make_audit("2", operation::remove, "done", 200)},
            append_audit{make_audit("3", operation::update, "done", 300)},
            append_audit{make_audit("4", operation::remove, "failed: 500", 400)},
            append_audit{make_audit("5", operation::deactivate, "rejected: no", 450)}, append_audit{in_groups}});
    EXPECT_EQ(store->removals_since(users, at(0)).value(), 2U);
    EXPECT_EQ(store->removals_since(users, at(101)).value(), 1U);
    EXPECT_EQ(store->removals_since(users, at(200)).value(), 1U);
    EXPECT_EQ(store->removals_since(users, at(201)).value(), 0U);
    EXPECT_EQ(store->removals_since(groups, at(0)).value(), 1U);
    EXPECT_EQ(store->removals_since(other, at(0)).value(), 0U);
}

TEST_P(store_conformance, resources_that_changed_are_named_once_over_time)
{
    commit({append_audit{make_audit("3", operation::update, "done", 100)},
            append_audit{make_audit("1", operation::update, "done", 200)},
            append_audit{make_audit("1", operation::deactivate, "done", 300)},
            append_audit{make_audit("2", operation::create, "done", 400)},
            append_audit{make_audit("4", operation::update, "rejected: no", 500)}});
    reopen();
    EXPECT_EQ(store->changed_since(users, at(0)).value(), (std::vector<std::string>{"1", "3"}));
    EXPECT_EQ(store->changed_since(users, at(101)).value(), (std::vector<std::string>{"1"}));
    EXPECT_THAT(store->changed_since(users, at(301)).value(), IsEmpty());
    EXPECT_THAT(store->changed_since(groups, at(0)).value(), IsEmpty());
}

TEST_P(store_conformance, memberships_taken_away_are_counted_over_time)
{
    const std::map<std::string, std::uint64_t> none;
    commit({change_members{groups, key_of("g"), {key_of("1"), key_of("2"), key_of("3")}, {}, at(1)},
            change_members{groups, key_of("h"), {key_of("1")}, {}, at(1)}});
    EXPECT_EQ(store->members_removed_since(groups, at(0)).value(), none);
    commit({change_members{groups, key_of("g"), {}, {key_of("1"), key_of("2")}, at(100)},
            change_members{groups, key_of("h"), {}, {key_of("1")}, at(200)},
            change_members{groups, key_of("g"), {}, {key_of("3"), key_of("never there")}, at(300)}});
    reopen();
    EXPECT_EQ(store->members_removed_since(groups, at(0)).value(),
              (std::map<std::string, std::uint64_t>{{"g", 3}, {"h", 1}}));
    EXPECT_EQ(store->members_removed_since(groups, at(201)).value(), (std::map<std::string, std::uint64_t>{{"g", 1}}));
    EXPECT_EQ(store->members_removed_since(users, at(0)).value(), none);
    const auto days = [](int n) { return time_point(std::chrono::hours(24 * n)); };
    commit({change_members{groups, key_of("h"), {key_of("1")}, {}, days(3)},
            change_members{groups, key_of("h"), {}, {key_of("1")}, days(3)}});
    EXPECT_EQ(store->members_removed_since(groups, at(0)).value(), (std::map<std::string, std::uint64_t>{{"h", 1}}))
        << "what no window reaches is not kept";
}

TEST_P(store_conformance, cycles_come_newest_first_and_can_be_forgotten)
{
    for (int i = 1; i <= 3; ++i) commit({put_cycle{{users.sync, at(i * 100), at(i * 100 + 5), i, std::to_string(i)}}});
    commit({put_cycle{{other.sync, at(50), at(51), 3, "other"}}});
    reopen();
    auto rows = store->recent_cycles(users.sync, 2).value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].summary, "3");
    EXPECT_EQ(rows[0].exit_code, 3);
    EXPECT_EQ(rows[0].started, at(300));
    EXPECT_EQ(rows[0].ended, at(305));
    EXPECT_EQ(rows[1].summary, "2");
    commit({forget_cycles{at(200)}});
    EXPECT_EQ(store->recent_cycles(users.sync, 10).value().size(), 2U);
    EXPECT_THAT(store->recent_cycles(other.sync, 10).value(), IsEmpty());
}

TEST_P(store_conformance, the_audit_trail_keeps_everything_in_order)
{
    commit({append_audit{make_audit("1", operation::create, "done", 100)},
            append_audit{make_audit("2", operation::update, "rejected: title is too long", 90)}});
    reopen();
    commit({append_audit{make_audit("3", operation::remove, "done", 300)}});
    std::vector<audit_row> rows;
    ASSERT_TRUE(store->for_each_audit([&](const audit_row& r) { rows.push_back(r); }).has_value());
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].previous, "");
    EXPECT_EQ(rows[1].previous, rows[0].hash);
    EXPECT_EQ(rows[2].previous, rows[1].hash);
    EXPECT_EQ(store->audit_head().value(), rows[2].hash);
    const auto& e = rows[1].entry;
    EXPECT_EQ(e.when, at(90));
    EXPECT_EQ(e.scope, users);
    EXPECT_EQ(e.key.text(), "2");
    EXPECT_EQ(e.target.text(), "t-2");
    EXPECT_EQ(e.label, "label of 2");
    EXPECT_EQ(e.what, operation::update);
    EXPECT_EQ(e.outcome, "rejected: title is too long");
    EXPECT_EQ(e.before, R"({"title":"old"})");
    EXPECT_EQ(e.after, R"({"title":"new"})");
    const auto report = verify_audit(*store).value();
    EXPECT_EQ(report.rows, 3U);
    EXPECT_EQ(report.problem, "");
}

TEST_P(store_conformance, erased_audit_values_are_gone_and_the_chain_still_verifies)
{
    commit({append_audit{make_audit("1", operation::deactivate, "done", 100)},
            append_audit{make_audit("2", operation::update, "rejected: title is too long", 200)},
            append_audit{make_audit("3", operation::update, "done", 300)}});
    commit({forget_audit_values{at(300)}});
    std::vector<audit_row> rows;
    ASSERT_TRUE(store->for_each_audit([&](const audit_row& r) { rows.push_back(r); }).has_value());
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_FALSE(rows[1].has_values);
    EXPECT_EQ(rows[1].entry.label, "");
    EXPECT_EQ(rows[1].entry.before, "");
    EXPECT_EQ(rows[1].entry.after, "");
    EXPECT_EQ(rows[1].salt, "");
    EXPECT_EQ(rows[1].entry.outcome, "rejected");
    EXPECT_TRUE(rows[2].has_values);
    const auto report = verify_audit(*store).value();
    EXPECT_EQ(report.problem, "");
    EXPECT_EQ(report.erased, 2U);
    EXPECT_EQ(store->removals_since(users, at(0)).value(), 1U) << "the rolling guard needs no values";
}

} // namespace idferry::tests
