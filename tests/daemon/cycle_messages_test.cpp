// A cycle's report as messages: what is said at which level, once, and without values that do not belong there.
#include "daemon/log/cycle_messages.hpp"
#include "tests/daemon/plans.hpp"
#include "tests/support/collected_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace idferry::daemon::log;
using namespace idferry::tests;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

rc::note note_of(rc::note::kind what, const std::string& key, const std::string& text)
{
    rc::note n;
    n.what = what;
    n.type = &mapping::user_type;
    n.key = mapping::source_key(key);
    n.label = key + "@acme.example";
    n.text = text;
    return n;
}

daemon::run::cycle_report report_of(rc::plan p, std::uint64_t done)
{
    daemon::run::cycle_report r;
    r.sync = "staff";
    r.plan = std::move(p);
    r.costs.people_read = 192;
    r.pushed.emplace();
    r.pushed->done = done;
    return r;
}

// Through a logger, so that a missing field fails.
void tell(test::collected_log& log, const daemon::run::cycle_report& r, const cycle_telling& how = {})
{
    for (const auto& m : messages_of(r, how)) log.say(m);
}

message only(const test::collected_log& log, id what)
{
    EXPECT_EQ(log.count(what), 1u) << log.text();
    for (const auto& m : log.said())
        if (m.what() == what) return m;
    return message(what);
}

TEST(cycle_messages, a_quiet_cycle_is_one_line)
{
    test::collected_log log(level::info);
    cycle_telling how;
    how.duration = 1234ms;
    tell(log, report_of(plan_of({}), 0), how);
    EXPECT_EQ(log.text(), "IDF-3002 staff: nothing to do; 192 people read in 1.2 s\n");
}

TEST(cycle_messages, a_push_tells_each_change_and_the_sum)
{
    test::collected_log log(level::info);
    cycle_telling how;
    how.duration = 200s;
    tell(log, report_of(plan_of({change_of(op::create, "a"), change_of(op::deactivate, "b")}), 2), how);
    EXPECT_EQ(log.text(), "IDF-3011 staff: created user a@acme.example\n"
                          "IDF-3011 staff: deactivated user b@acme.example\n"
                          "IDF-3003 staff: 1 to create, 1 to deactivate; 2 of 2 changes pushed in 3 min 20 s\n");
    const auto sum = only(log, id::cycle_done);
    EXPECT_EQ(sum.field("creates"), "1");
    EXPECT_EQ(sum.field("deactivates"), "1");
    EXPECT_EQ(sum.field("duration_ms"), "200000");
}

TEST(cycle_messages, who_is_rejected_or_deferred_is_not_told_as_pushed)
{
    auto r =
        report_of(plan_of({change_of(op::create, "a"), change_of(op::create, "b"), change_of(op::create, "c")}), 1);
    r.pushed->rejected = r.pushed->deferred = 1;
    r.pushed->notes = {note_of(rc::note::kind::reject, "a", "userName is taken (409)"),
                       note_of(rc::note::kind::warning, "b", "503, later")};
    test::collected_log log(level::info);
    tell(log, r);
    EXPECT_EQ(only(log, id::resource_rejected).text(),
              "staff: user a@acme.example is rejected: userName is taken (409)");
    EXPECT_EQ(only(log, id::resource_rejected).field("key"), "a");
    EXPECT_EQ(only(log, id::resource_deferred).field("label"), "b@acme.example");
    EXPECT_EQ(only(log, id::change_pushed).field("label"), "c@acme.example");
    EXPECT_EQ(only(log, id::cycle_done_partly).at(), level::warning);
}

TEST(cycle_messages, a_refusal_prints_the_command_that_allows_exactly_that)
{
    auto r = report_of(plan_of(many(op::deactivate, 60)), 0);
    r.pushed.reset();
    rc::violation first, second;
    first.what = rc::guard::max_removals;
    first.text = "60 of 100";
    first.refused = second.refused = rc::removals_digest(*r.plan);
    second.what = rc::guard::max_removals_count;
    second.text = "60, the limit is 50";
    r.refused = {first, second};
    test::collected_log log(level::info);
    tell(log, r);
    EXPECT_EQ(log.count(id::guard_refused), 2u);
    EXPECT_EQ(log.count(id::cycle_done), 0u);
    EXPECT_EQ(log.count(id::cycle_unchanged), 0u);
    const auto hex = first.refused.hex();
    EXPECT_THAT(log.said().front().action(),
                HasSubstr("idferry sync staff --allow max_removals=" + hex + " --allow max_removals_count=" + hex));
}

TEST(cycle_messages, an_early_end_says_why_and_claims_no_change)
{
    auto r = report_of(plan_of({change_of(op::create, "a")}), 0);
    r.pushed->stopped = "5 operations failed one after another: 503";
    test::collected_log log(level::info);
    tell(log, r);
    EXPECT_THAT(only(log, id::push_stopped).text(), HasSubstr("5 operations failed"));
    EXPECT_EQ(log.count(id::change_pushed), 0u);

    daemon::run::cycle_report failed;
    failed.sync = "staff";
    failed.error = "reading source 'bare' failed: 503";
    log.clear();
    tell(log, failed);
    EXPECT_EQ(log.text(), "IDF-3005 staff: the cycle ended early: reading source 'bare' failed: 503\n");
}

TEST(cycle_messages, unproved_lists_and_withheld_removals_are_warnings)
{
    auto p = plan_of({});
    p.unproved = {{"people", "page 3 was repeated"}};
    p.notes = {note_of(rc::note::kind::withheld, "a", "people is not proved")};
    test::collected_log log(level::info);
    tell(log, report_of(std::move(p), 0));
    EXPECT_EQ(only(log, id::read_unproved).text(),
              "staff: the list of people was not proved complete: page 3 was repeated");
    EXPECT_EQ(log.count(id::removal_withheld), 1u);
    EXPECT_EQ(only(log, id::leaves_withheld).at(), level::warning);
}

TEST(cycle_messages, values_are_at_debug_level_only_and_sensitive_ones_never)
{
    const auto r = report_of(plan_of({update_of("a", {delta("title", "Clerk", "Chief of Secrets"),
                                                      delta("phoneNumbers", "+49 1", "+49 555")})}),
                             1);
    cycle_telling how;
    how.values = true;
    test::collected_log log;
    tell(log, r, how);
    EXPECT_THAT(log.text(), HasSubstr("title: Clerk → Chief of Secrets"));
    EXPECT_THAT(log.text(), Not(HasSubstr("555")));
    EXPECT_THAT(log.text(), HasSubstr("phoneNumbers: •••••• → ••••••"));
    for (const auto& m : log.said())
        if (m.text().find("Chief") != std::string::npos) EXPECT_EQ(m.at(), level::debug);
    log.clear();
    how.values = false;
    tell(log, r, how);
    EXPECT_THAT(log.text(), Not(HasSubstr("Chief")));
}

TEST(cycle_messages, a_bad_day_is_bounded)
{
    auto r = report_of(plan_of(many(op::create, 500)), 500);
    test::collected_log log(level::info);
    tell(log, r);
    EXPECT_EQ(log.count(id::change_pushed), most_lines_of_a_kind);
    EXPECT_EQ(only(log, id::more_left_out).field("count"), "450");
}

TEST(cycle_messages, a_daemon_does_not_repeat_itself_until_something_changes)
{
    auto p = plan_of({});
    p.notes = {note_of(rc::note::kind::reject, "a", "no e-mail"), note_of(rc::note::kind::reject, "b", "no e-mail")};
    said_before before;
    cycle_telling how;
    how.before = &before;
    test::collected_log log(level::info);
    tell(log, report_of(p, 0), how);
    EXPECT_EQ(log.count(id::resource_rejected), 2u);
    EXPECT_EQ(log.count(id::as_before), 0u);
    log.clear();
    p.notes[1].text = "two people have this e-mail";
    tell(log, report_of(p, 0), how);
    EXPECT_EQ(only(log, id::resource_rejected).field("key"), "b");
    EXPECT_EQ(only(log, id::as_before).field("count"), "1");
    // Gone for one cycle and back: that is news.
    log.clear();
    tell(log, report_of(plan_of({}), 0), how);
    tell(log, report_of(p, 0), how);
    EXPECT_EQ(log.count(id::resource_rejected), 2u);
}

TEST(cycle_messages, a_reject_that_is_gone_is_told_once)
{
    const auto reject_of = [](const std::string& key) {
        state::reject r;
        r.scope = {mapping::sync_name("staff"), "user"};
        r.key = mapping::source_key(key);
        r.label = key + "@acme.example";
        return r;
    };
    test::collected_log log;
    for (const auto& m : recovered({reject_of("a"), reject_of("b")}, {reject_of("b"), reject_of("c")})) log.say(m);
    EXPECT_EQ(log.text(), "IDF-4002 staff: user a@acme.example is no longer rejected\n");
}

TEST(cycle_messages, durations_read_well)
{
    EXPECT_EQ(duration_text(350ms), "350 ms");
    EXPECT_EQ(duration_text(1234ms), "1.2 s");
    EXPECT_EQ(duration_text(200s), "3 min 20 s");
}

TEST(cycle_messages, a_push_that_a_stop_interrupts_is_no_failure_of_the_target)
{
    auto r = report_of(plan_of({change_of(op::create, "a"), change_of(op::create, "b")}), 1);
    r.pushed->stopped = "stopped before it was done, as asked";
    cycle_telling how;
    how.stopping = true;
    test::collected_log log(level::notice);
    tell(log, r, how);
    EXPECT_EQ(log.text(), "IDF-1005 staff: the push was interrupted after 1 of 2 changes\n");
    // The target's own fault stays what it is, whoever stops the daemon meanwhile.
    r.pushed->target_failed = true;
    test::collected_log failed(level::notice);
    tell(failed, r, how);
    EXPECT_EQ(failed.count(id::push_stopped), 1u) << failed.text();
    EXPECT_EQ(failed.count(id::push_interrupted), 0u) << failed.text();
}

TEST(cycle_messages, a_held_lock_and_a_defect_have_messages_of_their_own)
{
    daemon::run::cycle_report r;
    r.sync = "staff";
    r.error = "another process is writing this sync";
    r.busy = true;
    test::collected_log busy(level::warning);
    tell(busy, r);
    EXPECT_EQ(busy.text(), "IDF-1016 staff: another process is writing this sync; the next cycle tries again\n");
    r.busy = false;
    r.error = "internal error: vector";
    test::collected_log defect(level::warning);
    tell(defect, r);
    EXPECT_EQ(defect.text(), "IDF-1008 internal error in the cycle of staff: vector\n");
}

TEST(cycle_messages, who_overrode_a_guard_is_named)
{
    auto r = report_of(plan_of({change_of(op::deactivate, "b")}), 1);
    r.overridden.push_back({rc::guard::max_removals, "user", "too many", mapping::strong_digest("removals")});
    cycle_telling how;
    how.who = "uid 1000";
    test::collected_log log(level::warning);
    tell(log, r, how);
    EXPECT_EQ(log.text(), "IDF-5002 staff: guard max_removals was overridden by uid 1000 (" +
                              mapping::strong_digest("removals").hex() + ")\n");
    r.pushed.reset(); // a plan was made, and nothing written
    test::collected_log planned(level::warning);
    tell(planned, r, how);
    EXPECT_EQ(planned.count(id::guard_allowed), 0u);
}

} // namespace
