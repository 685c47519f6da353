// The part of the store's contract that is about questions: rejects by hand, quarantine, cycles by id, the audit trail
// by filters, links by what people type.
#include "tests/conformance/store_conformance.hpp"

#include <gmock/gmock.h>

namespace idferry::tests {

using namespace state;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

reject make_reject(const scope_key& scope, const std::string& key, const std::string& attempt)
{
    return {scope, key_of(key), key + "@acme.example", operation::update, "no", 1, at(10), at(20), attempt, false};
}

std::vector<std::int64_t> ids(store& s, const audit_query& q)
{
    std::vector<std::int64_t> out;
    EXPECT_TRUE(s.audit(q, [&](const audit_row& r) { out.push_back(r.id); }).has_value());
    return out;
}

std::vector<std::string> found(store& s, const link_query& q)
{
    std::vector<std::string> out;
    auto links = s.search_links(q);
    if (!links) return {"failed: " + links.error().message};
    for (const auto& l : *links) out.push_back(l.scope.sync.text() + "/" + l.scope.type + "/" + l.value.key.text());
    return out;
}

} // namespace

TEST_P(store_conformance, rejects_are_found_by_type_and_key)
{
    commit({put_reject{make_reject(users, "a", "x")}, put_reject{make_reject(users, "b", "x")},
            put_reject{make_reject(groups, "a", "x")}, put_reject{make_reject(other, "a", "x")}});
    reopen();
    const auto keys = [&](const reject_filter& f) {
        std::vector<std::string> out;
        const auto all = store->rejects(users.sync, f);
        for (const auto& r : all.value()) out.push_back(r.scope.type + "/" + r.key.text());
        return out;
    };
    EXPECT_THAT(keys({}), ElementsAre("groups/a", "user/a", "user/b"));
    EXPECT_THAT(keys({"user", ""}), ElementsAre("user/a", "user/b"));
    EXPECT_THAT(keys({"user", "b"}), ElementsAre("user/b"));
    EXPECT_THAT(keys({"", "a"}), ElementsAre("groups/a", "user/a"));
    EXPECT_THAT(keys({"roles", "a"}), IsEmpty());
    EXPECT_EQ(store->count_rejects(users.sync).value().open, 3U);
    EXPECT_EQ(store->count_rejects(users.sync).value().dropped, 0U);
}

TEST_P(store_conformance, another_attempt_counts_from_one)
{
    commit({put_reject{make_reject(users, "a", "first")}});
    commit({put_reject{make_reject(users, "a", "first")}});
    EXPECT_EQ(store->rejects(users.sync).value().at(0).attempts, 2);
    auto second = make_reject(users, "a", "second");
    second.first = at(1000);
    commit({put_reject{second}});
    const auto r = store->rejects(users.sync).value().at(0);
    EXPECT_EQ(r.attempts, 1);
    EXPECT_EQ(r.attempt, "second");
    EXPECT_EQ(r.first, at(10)) << "it has been rejected since then";
}

TEST_P(store_conformance, a_reject_is_dropped_and_tried_by_hand)
{
    commit({put_reject{make_reject(users, "a", "x")}, put_reject{make_reject(users, "b", "x")}});
    commit({drop_reject{users, key_of("a")}, drop_reject{users, key_of("nobody")}, drop_reject{other, key_of("b")}});
    reopen();
    auto all = store->rejects(users.sync).value();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(all[0].dropped);
    EXPECT_FALSE(all[1].dropped);
    EXPECT_EQ(store->count_rejects(users.sync).value().open, 1U);
    EXPECT_EQ(store->count_rejects(users.sync).value().dropped, 1U);
    commit({retry_reject{users, key_of("a"), at(5)}, retry_reject{users, key_of("nobody"), at(5)}});
    all = store->rejects(users.sync).value();
    ASSERT_EQ(all.size(), 2U) << "nothing is made up";
    EXPECT_FALSE(all[0].dropped);
    EXPECT_EQ(all[0].next_try, at(5));
    EXPECT_EQ(all[0].attempts, 1);
    EXPECT_EQ(all[1].next_try, at(20));
    commit({drop_reject{users, key_of("b")}});
    commit({put_reject{make_reject(users, "b", "y")}});
    EXPECT_FALSE(store->rejects(users.sync).value().at(1).dropped) << "it was tried again after all";
}

TEST_P(store_conformance, a_quarantine_is_kept_replaced_and_cleared)
{
    EXPECT_THAT(store->quarantines().value(), IsEmpty());
    commit({put_quarantine{{users.sync, at(100), "503 from the target", 8, at(700)}},
            put_quarantine{{other.sync, at(50), "no route to host", 9, at(60)}}});
    commit({put_quarantine{{users.sync, at(100), "502 from the target", 9, at(1300)}}});
    reopen();
    const auto all = store->quarantines().value();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].sync, other.sync);
    EXPECT_EQ(all[1].sync, users.sync);
    const auto q = store->find_quarantine(users.sync).value();
    ASSERT_TRUE(q.has_value());
    EXPECT_EQ(q->since, at(100));
    EXPECT_EQ(q->reason, "502 from the target");
    EXPECT_EQ(q->failures, 9);
    EXPECT_EQ(q->next_probe, at(1300));
    commit({clear_quarantine{users.sync}, clear_quarantine{users.sync}});
    EXPECT_FALSE(store->find_quarantine(users.sync).value().has_value());
    EXPECT_EQ(store->quarantines().value().size(), 1U);
}

TEST_P(store_conformance, cycles_have_ids_and_pages)
{
    for (int i = 1; i <= 5; ++i) commit({put_cycle{{users.sync, at(i * 100), at(i * 100 + 5), 0, std::to_string(i)}}});
    commit({put_cycle{{other.sync, at(250), at(251), 0, "other"}}});
    reopen();
    const auto first = store->recent_cycles(users.sync, 2).value();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_GT(first[0].id, first[1].id);
    const auto second = store->recent_cycles(users.sync, 2, first[1].id).value();
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(second[0].summary, "3");
    EXPECT_EQ(second[1].summary, "2");
    EXPECT_EQ(store->recent_cycles(users.sync, 9, second[1].id).value().size(), 1U);
    EXPECT_THAT(store->recent_cycles(users.sync, 9, 4711).value(), IsEmpty());
    const auto one = store->cycle(second[0].id).value();
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one->sync, users.sync);
    EXPECT_EQ(one->summary, "3");
    EXPECT_EQ(one->id, second[0].id);
    EXPECT_FALSE(store->cycle(4711).value().has_value());
}

TEST_P(store_conformance, the_last_success_is_found_and_never_forgotten)
{
    EXPECT_FALSE(store->last_success(users.sync).value().has_value());
    const int codes[] = {0, 4, 1, 3, 6};
    for (int i = 0; i < 5; ++i) commit({put_cycle{{users.sync, at(i * 100), at(i * 100 + 5), codes[i], "{}"}}});
    commit({put_cycle{{other.sync, at(10), at(11), 1, "{}"}}});
    EXPECT_EQ(store->last_success(users.sync).value()->started, at(100))
        << "4 did what could be done; 6 withheld removals, 3 and 1 did nothing";
    EXPECT_FALSE(store->last_success(other.sync).value().has_value());
    commit({forget_cycles{at(1000)}});
    EXPECT_EQ(store->last_success(users.sync).value()->started, at(100));
    EXPECT_EQ(store->recent_cycles(users.sync, 10).value().size(), 1U);
    EXPECT_THAT(store->recent_cycles(other.sync, 10).value(), IsEmpty());
}

TEST_P(store_conformance, a_success_is_what_queries_says_it_is)
{
    for (int code = 0; code <= 6; ++code) {
        const mapping::sync_name name("sync " + std::to_string(code));
        commit({put_cycle{{name, at(1), at(2), code, "{}"}}});
        EXPECT_EQ(store->last_success(name).value().has_value(), succeeded(code)) << code;
        EXPECT_TRUE(!succeeded(code) || finished(code)) << code;
    }
}

TEST_P(store_conformance, every_sync_that_left_something_is_named)
{
    EXPECT_THAT(store->syncs().value(), IsEmpty());
    commit({put_link{users, make_link("a", "1")}, put_link{groups, make_link("a", "1")},
            put_cycle{{mapping::sync_name("failed"), at(1), at(2), 1, "{}"}},
            put_quarantine{{mapping::sync_name("down"), at(1), "", 1, at(2)}}});
    std::vector<std::string> names;
    const auto all = store->syncs();
    for (const auto& s : all.value()) names.push_back(s.text());
    EXPECT_THAT(names, ElementsAre("down", "failed", "staff"));
}

TEST_P(store_conformance, the_audit_trail_is_asked_by_filters)
{
    auto elsewhere = make_audit("1", operation::create, "done", 500);
    elsewhere.scope = other;
    auto group = make_audit("g", operation::members, "done", 600);
    group.scope = groups;
    auto anna = make_audit("4", operation::update, "rejected: no such title", 400);
    anna.label = "Anna.Berg@acme.example";
    commit({append_audit{make_audit("1", operation::create, "done", 100)},                // 1
            append_audit{make_audit("2", operation::deactivate, "done", 200)},            // 2
            append_audit{make_audit("1", operation::update, "failed: lost answer", 300)}, // 3
            append_audit{anna},                                                           // 4
            append_audit{elsewhere},                                                      // 5
            append_audit{group}});                                                        // 6
    reopen();
    const auto with = [](auto set) {
        audit_query q;
        set(q);
        return q;
    };
    EXPECT_THAT(ids(*store, {}), ElementsAre(6, 5, 4, 3, 2, 1));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.limit = 2; })), ElementsAre(6, 5));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.limit = 2, q.before = 5; })), ElementsAre(4, 3));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.sync = "staff"; })), ElementsAre(6, 4, 3, 2, 1));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.type = "groups"; })), ElementsAre(6));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.key = "1"; })), ElementsAre(5, 3, 1));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.key = "1", q.sync = "staff", q.before = 3; })), ElementsAre(1));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.label = "anna.BERG@"; })), ElementsAre(4));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.label = "label of"; })), ElementsAre(6, 5, 3, 2, 1));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.what = operation::create; })), ElementsAre(5, 1));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.outcome = "rejected"; })), ElementsAre(4));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.outcome = "done"; })), ElementsAre(6, 5, 2, 1));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.since = at(200), q.until = at(400); })), ElementsAre(3, 2));
    EXPECT_THAT(ids(*store, with([](auto& q) { q.label = "%"; })), IsEmpty()) << "no wildcards";
    EXPECT_THAT(ids(*store, with([](auto& q) { q.sync = "x' OR 1=1 --"; })), IsEmpty());
    commit({forget_audit_values{at(500)}});
    EXPECT_THAT(ids(*store, with([](auto& q) { q.label = "anna"; })), IsEmpty()) << "the name is erased";
    EXPECT_THAT(ids(*store, with([](auto& q) { q.outcome = "rejected"; })), ElementsAre(4)) << "the line is not";
}

TEST_P(store_conformance, links_are_found_by_what_people_type)
{
    const auto person = [](const std::string& key, const std::string& label, const std::string& target) {
        auto l = make_link(key, target);
        l.label = label;
        return l;
    };
    commit({put_link{users, person("k1", "Anna.Berg@acme.example", "t1")},
            put_link{users, person("k2", "anna.zorn@acme.example", "t2")},
            put_link{users, person("k3", "hanna@acme.example", "t3")},
            put_link{users, person("anna-key", "zoe@acme.example", "t4")},
            put_link{users, person("k5", "bert@acme.example", "anna-target")},
            put_link{groups, person("g1", "Annals", "t1")},
            put_link{other, person("k1", "annabel@partner.example", "t1")},
            put_link{users, person("k6", "100%_sure", "t6")}});
    reopen();
    // The beginnings of names first (scope by scope, in their order), then of keys, then of target ids.
    EXPECT_THAT(found(*store, {"anna", "", "", 20}),
                ElementsAre("partners/user/k1", "staff/groups/g1", "staff/user/k1", "staff/user/k2",
                            "staff/user/anna-key", "staff/user/k5"));
    // Any part, where nothing begins with it.
    EXPECT_THAT(found(*store, {"NNA.b", "", "", 20}), ElementsAre("staff/user/k1"));
    EXPECT_THAT(found(*store, {"nna@", "", "", 20}), ElementsAre("staff/user/k3"));
    EXPECT_THAT(found(*store, {"nna@", "", "", 20, false}), IsEmpty());
    EXPECT_THAT(found(*store, {"ANNA.", "", "", 20}), ElementsAre("staff/user/k1", "staff/user/k2"));
    EXPECT_THAT(found(*store, {"anna", "staff", "user", 3}),
                ElementsAre("staff/user/k1", "staff/user/k2", "staff/user/anna-key"));
    EXPECT_THAT(found(*store, {"anna", "staff", "user", 20, false}),
                ElementsAre("staff/user/k1", "staff/user/k2", "staff/user/anna-key", "staff/user/k5"));
    EXPECT_THAT(found(*store, {"%", "", "", 20}), ElementsAre("staff/user/k6")) << "no wildcards";
    EXPECT_THAT(found(*store, {"t6", "", "", 20}), ElementsAre("staff/user/k6"));
    EXPECT_THAT(found(*store, {"", "", "", 20}), IsEmpty());
    EXPECT_THAT(found(*store, {"nobody", "", "", 20}), IsEmpty());
    EXPECT_THAT(found(*store, {"anna", "", "", 0}), IsEmpty());
}

TEST_P(store_conformance, attributes_that_were_not_kept_are_found_by_key)
{
    const auto a = key_of("a"), b = key_of("b");
    commit({put_not_kept{users, a, {{a, "title", "\"x\"", "null"}, {a, "locale", "1", "2"}}},
            put_not_kept{users, b, {{b, "title", "1", "2"}}}});
    const auto rows = store->not_kept_of(users, a).value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].path, "locale");
    EXPECT_EQ(rows[1].path, "title");
    EXPECT_EQ(rows[1].sent, "\"x\"");
    EXPECT_THAT(store->not_kept_of(groups, a).value(), IsEmpty());
}

TEST_P(store_conformance, a_watermark_is_replaced_by_sync_and_list)
{
    EXPECT_FALSE(store->find_watermark(users.sync, "events").value().has_value());
    commit({put_watermark{{users.sync, "events", "{\"time\":5}", at(5)}},
            put_watermark{{users.sync, "others", "x", at(6)}}, put_watermark{{other.sync, "events", "theirs", at(7)}}});
    commit({put_watermark{{users.sync, "events", "{\"time\":9}", at(9)}}});
    reopen();
    const auto found = store->find_watermark(users.sync, "events").value();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->sync, users.sync);
    EXPECT_EQ(found->list, "events");
    EXPECT_EQ(found->value, "{\"time\":9}");
    EXPECT_EQ(found->at, at(9));
    EXPECT_EQ(store->find_watermark(users.sync, "others").value()->value, "x");
    EXPECT_EQ(store->find_watermark(other.sync, "events").value()->value, "theirs");
    EXPECT_FALSE(store->find_watermark(other.sync, "others").value().has_value());
}

TEST_P(store_conformance, a_watermark_of_a_failed_commit_is_not_there)
{
    commit({put_watermark{{users.sync, "events", "before", at(1)}}});
    // Two links to one target id are refused, and everything with them.
    EXPECT_FALSE(store
                     ->commit({put_watermark{{users.sync, "events", "after", at(2)}},
                               put_link{users, make_link("a", "t1")}, put_link{users, make_link("b", "t1")}})
                     .has_value());
    EXPECT_EQ(store->find_watermark(users.sync, "events").value()->value, "before");
}

} // namespace idferry::tests
