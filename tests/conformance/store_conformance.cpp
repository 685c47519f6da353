#include "tests/conformance/store_conformance.hpp"

#include "tests/state/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace idferry::tests {

using namespace state;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

time_point at(std::int64_t milliseconds)
{
    return time_point(std::chrono::milliseconds(milliseconds));
}

scope_key scope_of(const std::string& sync, const std::string& type)
{
    return {mapping::sync_name(sync), type};
}

mapping::source_key key_of(const std::string& text)
{
    return mapping::source_key(text);
}

link make_link(const std::string& key, const std::string& target)
{
    link l;
    l.key = key_of(key);
    l.target = mapping::target_id(target);
    l.desired = R"({"userName":"a@acme.example"})";
    l.match_values = R"({"userName":"a@acme.example"})";
    l.label = "a@acme.example";
    l.target_version = "W/\"1\"";
    l.first_seen = at(1000);
    l.last_changed = at(2000);
    return l;
}

audit_entry make_audit(const std::string& key, operation what, const std::string& outcome, std::int64_t when)
{
    return {at(when),
            scope_of("staff", "user"),
            key_of(key),
            mapping::target_id("t-" + key),
            "label of " + key,
            what,
            outcome,
            R"({"title":"old"})",
            R"({"title":"new"})"};
}

void store_conformance::SetUp()
{
    folder = make_temporary_folder();
    store = GetParam().make(folder);
    ASSERT_NE(store, nullptr);
}

void store_conformance::TearDown()
{
    store.reset();
    remove_temporary_folder(folder);
}

void store_conformance::reopen()
{
    if (!GetParam().durable) return;
    store.reset();
    store = GetParam().make(folder);
    ASSERT_NE(store, nullptr);
}

void store_conformance::commit(const std::vector<update>& updates)
{
    auto done = store->commit(updates);
    ASSERT_TRUE(done.has_value()) << done.error().message;
}

namespace {

mapping::digest digest_of(const std::string& text)
{
    return mapping::fast_digest(text);
}

std::vector<std::string> texts(const std::vector<mapping::source_key>& keys)
{
    std::vector<std::string> out;
    for (const auto& k : keys) out.push_back(k.text());
    return out;
}

std::vector<std::string> input_keys(store& s, const scope_key& scope)
{
    std::vector<std::string> out;
    EXPECT_TRUE(s.for_each_input(scope, [&](const input_row& row) { out.push_back(row.key.text()); }).has_value());
    return out;
}

void expect_same(const link& a, const link& b)
{
    EXPECT_EQ(a.key, b.key);
    EXPECT_EQ(a.target, b.target);
    EXPECT_EQ(a.desired, b.desired);
    EXPECT_EQ(a.match_values, b.match_values);
    EXPECT_EQ(a.label, b.label);
    EXPECT_EQ(a.target_version, b.target_version);
    EXPECT_EQ(a.owner, b.owner);
    EXPECT_EQ(a.first_seen, b.first_seen);
    EXPECT_EQ(a.last_changed, b.last_changed);
    EXPECT_EQ(a.step, b.step);
    EXPECT_EQ(a.leave_due, b.leave_due);
    EXPECT_EQ(a.left_alone, b.left_alone);
    EXPECT_EQ(a.source_groups, b.source_groups);
}

} // namespace

TEST_P(store_conformance, a_new_store_is_empty)
{
    EXPECT_THAT(input_keys(*store, users), IsEmpty());
    EXPECT_EQ(store->count_active_links(users).value(), 0U);
    EXPECT_FALSE(store->find_link(users, key_of("1")).value().has_value());
    EXPECT_FALSE(store->find_link_by_target(users, mapping::target_id("1")).value().has_value());
    EXPECT_THAT(store->due_leavers(users, at(1)).value(), IsEmpty());
    EXPECT_THAT(store->members_of(groups, key_of("g")).value(), IsEmpty());
    EXPECT_THAT(store->groups_of(users, key_of("u")).value(), IsEmpty());
    EXPECT_THAT(store->open_intents(users.sync).value(), IsEmpty());
    EXPECT_THAT(store->rejects(users.sync).value(), IsEmpty());
    EXPECT_THAT(store->all_not_kept(users).value(), IsEmpty());
    EXPECT_THAT(store->list_sizes(users.sync).value(), IsEmpty());
    EXPECT_THAT(store->recent_cycles(users.sync, 10).value(), IsEmpty());
    EXPECT_EQ(store->removals_since(users, at(0)).value(), 0U);
    EXPECT_EQ(store->audit_head().value(), "");
}

TEST_P(store_conformance, inputs_come_back_in_key_order_per_scope)
{
    commit({put_input{users, {key_of("b"), digest_of("1"), input_status::linked}},
            put_input{users, {key_of("a"), digest_of("2"), input_status::out_of_scope}},
            put_input{users, {key_of("c"), digest_of("3"), input_status::waiting}},
            put_input{groups, {key_of("a"), digest_of("4"), input_status::linked}},
            put_input{other, {key_of("z"), digest_of("5"), input_status::linked}}});
    reopen();
    std::vector<input_row> rows;
    ASSERT_TRUE(store->for_each_input(users, [&](const input_row& r) { rows.push_back(r); }).has_value());
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].key.text(), "a");
    EXPECT_EQ(rows[0].input, digest_of("2"));
    EXPECT_EQ(rows[0].status, input_status::out_of_scope);
    EXPECT_EQ(rows[1].key.text(), "b");
    EXPECT_EQ(rows[1].status, input_status::linked);
    EXPECT_EQ(rows[2].key.text(), "c");
    EXPECT_EQ(rows[2].status, input_status::waiting);
    EXPECT_THAT(input_keys(*store, other), ElementsAre("z"));
}

TEST_P(store_conformance, an_input_is_replaced_and_forgotten)
{
    commit({put_input{users, {key_of("a"), digest_of("1"), input_status::waiting}}});
    commit({put_input{users, {key_of("a"), digest_of("2"), input_status::linked}}});
    std::vector<input_row> rows;
    ASSERT_TRUE(store->for_each_input(users, [&](const input_row& r) { rows.push_back(r); }).has_value());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].input, digest_of("2"));
    EXPECT_EQ(rows[0].status, input_status::linked);
    commit({forget_input{users, key_of("a")}, forget_input{users, key_of("never there")}});
    EXPECT_THAT(input_keys(*store, users), IsEmpty());
}

TEST_P(store_conformance, a_link_keeps_every_field)
{
    auto l = make_link("id/with @ and \xC3\xBC", "target 1");
    l.owner = link_owner::adopted;
    l.step = leave_step::deactivated;
    l.leave_due = at(123456789012345);
    l.left_alone = "it matches protect: title eq \"Chief\"";
    l.source_groups = {"", "a\\b", "line\nbreak", "plain"};
    l.desired = std::string("nul \0 byte", 10);
    commit({put_link{users, l}});
    reopen();
    const auto by_key = store->find_link(users, l.key).value();
    ASSERT_TRUE(by_key.has_value());
    expect_same(*by_key, l);
    const auto by_target = store->find_link_by_target(users, l.target).value();
    ASSERT_TRUE(by_target.has_value());
    expect_same(*by_target, l);
    const auto left_alone = store->links_left_alone(users).value();
    ASSERT_EQ(left_alone.size(), 1U);
    expect_same(left_alone[0], l);
    EXPECT_THAT(store->links_left_alone(groups).value(), IsEmpty());
    l.left_alone.clear();
    commit({put_link{users, l}});
    EXPECT_THAT(store->links_left_alone(users).value(), IsEmpty());
    EXPECT_FALSE(store->find_link(groups, l.key).value().has_value());
    EXPECT_FALSE(store->find_link(other, l.key).value().has_value());
}

TEST_P(store_conformance, links_come_in_key_order)
{
    commit({put_link{users, make_link("c", "3")}, put_link{users, make_link("a", "1")},
            put_link{users, make_link("b", "2")}, put_link{groups, make_link("x", "1")}});
    std::vector<std::string> keys;
    ASSERT_TRUE(store->for_each_link(users, [&](const link& l) { keys.push_back(l.key.text()); }).has_value());
    EXPECT_THAT(keys, ElementsAre("a", "b", "c"));
}

TEST_P(store_conformance, a_target_id_belongs_to_one_link)
{
    commit({put_link{users, make_link("a", "1")}});
    const auto refused = store->commit(
        {put_input{users, {key_of("b"), digest_of("b"), input_status::linked}}, put_link{users, make_link("b", "1")}});
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().what, error::kind::io);
    EXPECT_THAT(refused.error().message, HasSubstr("target id 1 is linked to user a already"));
    EXPECT_FALSE(store->find_link(users, key_of("b")).value().has_value());
    EXPECT_THAT(input_keys(*store, users), IsEmpty()) << "the whole transaction is undone";
    // The same id in another scope is another resource.
    commit({put_link{groups, make_link("b", "1")}, put_link{other, make_link("b", "1")}});
    // The id is free again once its holder has another.
    commit({put_link{users, make_link("a", "2")}, put_link{users, make_link("b", "1")}});
    EXPECT_EQ(store->find_link_by_target(users, mapping::target_id("1")).value()->key.text(), "b");
}

TEST_P(store_conformance, a_link_without_target_is_refused)
{
    EXPECT_TRUE(store->commit({put_link{users, make_link("a", "")}}).has_error());
    EXPECT_FALSE(store->find_link(users, key_of("a")).value().has_value());
}

TEST_P(store_conformance, active_links_are_counted_through_every_change)
{
    auto a = make_link("a", "1");
    auto b = make_link("b", "2");
    auto c = make_link("c", "3");
    commit({put_link{users, a}, put_link{users, b}, put_link{users, c}, put_link{groups, make_link("g", "1")}});
    EXPECT_EQ(store->count_active_links(users).value(), 3U);
    commit({put_link{users, a}}); // replaced, not added
    EXPECT_EQ(store->count_active_links(users).value(), 3U);
    a.step = leave_step::deactivated;
    commit({put_link{users, a}});
    EXPECT_EQ(store->count_active_links(users).value(), 2U);
    commit({put_link{users, a}});
    EXPECT_EQ(store->count_active_links(users).value(), 2U);
    commit({remove_link{users, key_of("a")}}); // was not active
    EXPECT_EQ(store->count_active_links(users).value(), 2U);
    commit({remove_link{users, key_of("b")}, remove_link{users, key_of("b")}});
    EXPECT_EQ(store->count_active_links(users).value(), 1U);
    a.step = leave_step::none;
    commit({put_link{users, a}});
    reopen();
    EXPECT_EQ(store->count_active_links(users).value(), 2U);
    EXPECT_EQ(store->count_active_links(groups).value(), 1U);
}

TEST_P(store_conformance, leavers_are_due_at_their_time)
{
    auto early = make_link("early", "1"), late = make_link("late", "2"), kept = make_link("kept", "3"),
         active = make_link("active", "4");
    for (auto* l : {&early, &late, &kept}) l->step = leave_step::deactivated;
    early.leave_due = at(100);
    late.leave_due = at(200);
    active.leave_due = at(50); // not leaving: the time means nothing
    commit({put_link{users, late}, put_link{users, early}, put_link{users, kept}, put_link{users, active}});
    EXPECT_THAT(store->due_leavers(users, at(99)).value(), IsEmpty());
    auto due = store->due_leavers(users, at(100)).value();
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].key.text(), "early");
    EXPECT_EQ(store->due_leavers(users, at(200)).value().size(), 2U);
    EXPECT_THAT(store->due_leavers(groups, at(200)).value(), IsEmpty());
}

TEST_P(store_conformance, memberships_are_added_and_removed)
{
    commit({change_members{groups, key_of("g1"), {key_of("b"), key_of("a"), key_of("a")}, {}},
            change_members{groups, key_of("g2"), {key_of("a")}, {}},
            change_members{scope_of("partners", "groups"), key_of("g3"), {key_of("a")}, {}}});
    EXPECT_THAT(texts(store->members_of(groups, key_of("g1")).value()), ElementsAre("a", "b"));
    EXPECT_THAT(texts(store->groups_of(groups, key_of("a")).value()), ElementsAre("g1", "g2"));
    EXPECT_THAT(texts(store->groups_of(users, key_of("a")).value()), ElementsAre("g1", "g2"))
        << "the user's scope does as well";
    commit({change_members{groups, key_of("g1"), {key_of("c")}, {key_of("a"), key_of("never")}}});
    reopen();
    EXPECT_THAT(texts(store->members_of(groups, key_of("g1")).value()), ElementsAre("b", "c"));
    EXPECT_THAT(texts(store->groups_of(groups, key_of("a")).value()), ElementsAre("g2"));
}

TEST_P(store_conformance, removing_a_link_takes_what_hangs_on_it)
{
    commit(
        {put_link{users, make_link("5", "t5")}, put_input{users, {key_of("5"), digest_of("5"), input_status::linked}},
         put_not_kept{users, key_of("5"), {{key_of("5"), "title", "\"a\"", "null"}}},
         put_link{groups, make_link("5", "g5")}, put_input{groups, {key_of("5"), digest_of("g"), input_status::linked}},
         change_members{groups, key_of("5"), {key_of("5"), key_of("6")}, {}},
         change_members{groups, key_of("7"), {key_of("5"), key_of("6")}, {}}});
    commit({remove_link{users, key_of("5")}}); // the person; a group has the same key
    EXPECT_FALSE(store->find_link(users, key_of("5")).value().has_value());
    EXPECT_THAT(input_keys(*store, users), IsEmpty());
    EXPECT_THAT(store->all_not_kept(users).value(), IsEmpty());
    EXPECT_THAT(texts(store->members_of(groups, key_of("5")).value()), ElementsAre("6"));
    EXPECT_THAT(texts(store->members_of(groups, key_of("7")).value()), ElementsAre("6"));
    EXPECT_TRUE(store->find_link(groups, key_of("5")).value().has_value());

    commit({change_members{groups, key_of("7"), {key_of("5")}, {}}});
    commit({remove_link{groups, key_of("5")}}); // the group; person 5 stays in group 7
    EXPECT_THAT(store->members_of(groups, key_of("5")).value(), IsEmpty());
    EXPECT_THAT(texts(store->members_of(groups, key_of("7")).value()), ElementsAre("5", "6"));
    EXPECT_THAT(input_keys(*store, groups), IsEmpty());
}

TEST_P(store_conformance, the_digest_key_is_random_and_stays)
{
    const auto key = store->digest_key().value();
    EXPECT_EQ(key.size(), 64U);
    EXPECT_EQ(key.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_GT(std::set<char>(key.begin(), key.end()).size(), 4U);
    reopen();
    EXPECT_EQ(store->digest_key().value(), key);
}

TEST_P(store_conformance, counters_tell_what_was_done)
{
    const auto before = store->counters();
    commit(
        {put_input{users, {key_of("a"), digest_of("a"), input_status::linked}}, forget_input{users, key_of("nobody")}});
    auto after = store->counters();
    EXPECT_EQ(after.transactions - before.transactions, 1U);
    EXPECT_EQ(after.rows_written - before.rows_written, 2U) << "the scope, which is new, and the input";
    commit({put_input{users, {key_of("a"), digest_of("b"), input_status::linked}}});
    EXPECT_EQ(store->counters().rows_written - after.rows_written, 1U);
    after = store->counters();
    EXPECT_THAT(input_keys(*store, users), ElementsAre("a"));
    EXPECT_EQ(store->counters().lookups, after.lookups) << "a scan is no look-up";
    EXPECT_EQ(store->counters().rows_written, after.rows_written);
    ASSERT_TRUE(store->find_link(users, key_of("a")).has_value());
    EXPECT_EQ(store->counters().lookups, after.lookups + 1);
    commit({});
    EXPECT_EQ(store->counters().transactions, after.transactions) << "nothing to write is no transaction";
}

TEST_P(store_conformance, names_from_the_wire_are_data)
{
    const std::string odd = "x'; DROP TABLE links; --\n\\ \xF0\x9F\x98\x80 \x01";
    const auto scope = scope_of(odd, odd);
    commit({put_link{scope, make_link(odd, odd)}, put_input{scope, {key_of(odd), digest_of(odd), input_status::linked}},
            change_members{scope, key_of(odd), {key_of(odd)}, {}}});
    EXPECT_EQ(store->find_link(scope, key_of(odd)).value()->target.text(), odd);
    EXPECT_THAT(texts(store->members_of(scope, key_of(odd)).value()), ElementsAre(odd));
    EXPECT_THAT(input_keys(*store, scope), ElementsAre(odd));
}

TEST_P(store_conformance, a_failed_commit_leaves_the_store_usable)
{
    const auto fresh = scope_of("new sync", "user");
    ASSERT_TRUE(
        store->commit({put_link{fresh, make_link("a", "1")}, put_link{fresh, make_link("b", "1")}}).has_error());
    EXPECT_EQ(store->count_active_links(fresh).value(), 0U);
    commit({put_link{fresh, make_link("a", "1")}});
    EXPECT_EQ(store->count_active_links(fresh).value(), 1U);
    EXPECT_TRUE(store->find_link(fresh, key_of("a")).value().has_value());
}

} // namespace idferry::tests
