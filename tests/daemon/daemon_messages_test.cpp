// What the running daemon says to the operator: the real service and the real log observer, on a fake clock.
#include "daemon/service/loop_watch.hpp"
#include "tests/daemon/service_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace std::chrono_literals;
using namespace std::chrono;
namespace service = daemon::service;
using daemon::log::id;
using test::instant;
using test::service_stage;
using testing::HasSubstr;
using testing::Not;

const instant new_year{sys_days{2026y / January / 1}};

// Sentences of one id, in order.
std::vector<std::string> said(const service_stage& s, id what)
{
    std::vector<std::string> all;
    for (const auto& m : s.log.said())
        if (m.what() == what) all.push_back(m.text());
    return all;
}
using lines = std::vector<std::string>;

TEST(daemon_messages, ready_is_said_with_and_without_a_schedule)
{
    service_stage with(new_year, {{"a", "{every: 1h}"}});
    with.settle();
    EXPECT_EQ(said(with, id::daemon_ready), lines{"ready; next is a at 2026-01-01T00:00:00.000Z"});
    service_stage without(new_year, {{"a", ""}});
    without.settle();
    EXPECT_EQ(said(without, id::daemon_ready), lines{"ready; nothing begins by itself"});
}

TEST(daemon_messages, a_target_that_is_down_is_told_once_and_once_more_when_it_is_back)
{
    service_stage s(new_year, {{"a", "{every: 10m}"}});
    bool down = true;
    s.runner.makes = [&](daemon::run::cycle_report& r) {
        if (down) {
            r.error = r.target_failed = "target 'showpad': 503";
        } else {
            r.plan.emplace();
            r.pushed.emplace();
            r.costs.target_requests = 1;
        }
    };
    s.pass(15min);
    EXPECT_EQ(said(s, id::target_down), lines{"a: target showpad does not work: target 'showpad': 503"});
    EXPECT_EQ(s.log.count(id::cycle_failed), 2u) << "each cycle is told of";
    EXPECT_EQ(s.log.count(id::connection_back), 0u);
    down = false;
    s.pass(20min);
    EXPECT_EQ(said(s, id::connection_back), lines{"a: showpad works again after 2 failed cycles"});
    EXPECT_EQ(s.log.count(id::target_down), 1u);
    EXPECT_EQ(s.log.count(id::source_down), 0u);
}

// Nothing is to be done, so nobody asked the target: that says nothing about it.
TEST(daemon_messages, a_target_that_nobody_asked_is_not_called_back)
{
    service_stage s(new_year, {{"a", "{every: 10m}"}});
    bool down = true;
    s.runner.makes = [&](daemon::run::cycle_report& r) {
        if (down)
            r.error = r.target_failed = "target 'showpad': 503";
        else
            r.plan.emplace();
        r.pushed.emplace();
    };
    s.pass(1min);
    down = false;
    s.pass(20min);
    EXPECT_EQ(s.log.count(id::target_down), 1u);
    EXPECT_EQ(s.log.count(id::connection_back), 0u) << s.log.text();
}

TEST(daemon_messages, a_source_that_is_down_and_one_that_refuses_us_are_two_things)
{
    service_stage s(new_year, {{"a", "{every: 10m}"}});
    int cycle = 0;
    s.runner.makes = [&](daemon::run::cycle_report& r) {
        ++cycle;
        if (cycle <= 2) r.error = r.source_failed = "reading source 'bare' failed: no answer";
        if (cycle == 3 || cycle == 4) {
            r.error = r.source_failed = "reading source 'bare' failed: 401";
            r.credentials_refused = true;
        }
        if (cycle == 5) {
            r.plan.emplace();
            r.pushed.emplace();
        }
    };
    s.pass(45min);
    EXPECT_EQ(said(s, id::source_down),
              lines{"a: source bare cannot be read: reading source 'bare' failed: no answer"});
    EXPECT_EQ(said(s, id::token_refused), lines{"a: bare refuses our credentials: reading source 'bare' failed: 401"});
    EXPECT_EQ(said(s, id::connection_back), lines{"a: bare works again after 4 failed cycles"});
    EXPECT_EQ(s.log.count(id::target_down), 0u);
}

TEST(daemon_messages, a_loop_that_was_held_up_is_told)
{
    service_stage s(new_year, {{"a", ""}});
    s.pass(30s);
    EXPECT_EQ(s.log.count(id::loop_late), 0u);
    s.pass(90s, 90s); // in one go: whoever was to wake within a minute wakes later
    EXPECT_EQ(said(s, id::loop_late), lines{"the daemon was busy for 1 min without a pause"});
    EXPECT_EQ(s.log.count(id::clock_moved), 0u);
    s.pass(10min);
    EXPECT_EQ(s.log.count(id::loop_late), 1u);
}

TEST(daemon_messages, a_clock_that_is_put_back_is_told_and_holds_no_sync_back)
{
    service_stage s(new_year, {{"a", "{every: 10m}"}});
    s.pass(5min);
    ASSERT_EQ(s.runner.begun.size(), 1u);
    s.time.set_wall(s.time.now() - 5h);
    s.pass(12min);
    EXPECT_EQ(said(s, id::clock_moved), lines{"the system's clock moved by 5 h back; schedules were set anew"});
    EXPECT_EQ(s.runner.begun.size(), 2u) << "ten minutes after the change at the latest, not after five hours";
    s.time.set_wall(s.time.now() + 3s);
    s.pass(1min);
    EXPECT_EQ(said(s, id::clock_moved).back(), "the system's clock moved by 3.0 s forward; schedules were set anew");
    // What a time service corrects by itself is no news.
    s.time.set_wall(s.time.now() + 500ms);
    s.pass(1min);
    EXPECT_EQ(s.log.count(id::clock_moved), 2u);
}

TEST(daemon_messages, the_next_cycle_and_what_a_blackout_delays)
{
    service_stage s(new_year + 7h + 55min, {{"a", "{every: 10m, blackout: [\"08:00-09:30\"], time_zone: UTC}"}});
    s.pass(10s);
    EXPECT_EQ(said(s, id::cycle_scheduled).back(), "a: next cycle at 2026-01-01T09:30:00.000Z");
    EXPECT_EQ(said(s, id::blackout_skipped),
              lines{"a: due in a blackout window; waits until 2026-01-01T09:30:00.000Z"});
    s.pass(2h);
    EXPECT_EQ(s.log.count(id::blackout_skipped), 1u);
}

TEST(daemon_messages, what_a_person_asked_for_from_its_begin_to_its_end)
{
    service_stage s(new_year, {{"a", ""}});
    s.pass(1s);
    service::job_request what;
    what.sync = "a";
    what.kind = service::job_kind::plan;
    what.by = "uid 1000";
    s.runner.takes["a"] = 10s;
    ASSERT_TRUE(std::holds_alternative<std::uint64_t>(s.daemon->submit(what)));
    EXPECT_EQ(said(s, id::run_requested), lines{"a: plan requested by uid 1000"});
    EXPECT_EQ(s.log.count(id::job_begun), 0u);
    s.pass(1s);
    EXPECT_EQ(said(s, id::job_begun), lines{"a: job 1 (plan) begins for uid 1000"});
    EXPECT_EQ(s.log.count(id::job_done), 0u);
    s.pass(20s);
    EXPECT_EQ(said(s, id::job_done), lines{"a: job 1 (plan) ended with exit code 0"});
    what.kind = service::job_kind::explain;
    what.key = "anna";
    ASSERT_TRUE(std::holds_alternative<std::uint64_t>(s.daemon->submit(what)));
    s.pass(1s);
    EXPECT_EQ(said(s, id::job_done).back(), "a: job 2 (explain) ended with exit code 0");
    EXPECT_THAT(s.log.text(), Not(HasSubstr("anna"))) << "whom somebody asks about is nobody's business";
    s.daemon->stop();
    EXPECT_TRUE(std::holds_alternative<std::string>(s.daemon->submit(what)));
    EXPECT_EQ(said(s, id::job_refused), lines{"a: explain of uid 1000 was not taken: the daemon is stopping"});
    s.stopped(10s);
}

TEST(daemon_messages, who_allowed_what_a_guard_refused)
{
    service_stage s(new_year, {{"a", ""}});
    s.pass(1s);
    s.runner.makes = [](daemon::run::cycle_report& r) {
        r.plan.emplace();
        r.pushed.emplace();
        r.overridden.push_back({daemon::reconcile::guard::max_removals, "user", "too many", {}});
    };
    service::job_request what;
    what.sync = "a";
    what.by = "uid 1000";
    ASSERT_TRUE(std::holds_alternative<std::uint64_t>(s.daemon->submit(what)));
    s.pass(1s);
    ASSERT_EQ(said(s, id::guard_allowed).size(), 1u) << s.log.text();
    EXPECT_THAT(said(s, id::guard_allowed).front(), HasSubstr("overridden by uid 1000 (0"));
}

TEST(daemon_messages, a_reload_says_what_it_changed_and_a_schedule_is_a_change)
{
    service_stage s(new_year, {{"a", "{every: 1h}"}, {"b", "{every: 1h}"}});
    s.pass(1s);
    EXPECT_TRUE(s.daemon->reload("uid 0").empty());
    EXPECT_EQ(said(s, id::reload_begun), lines{"reading idferry.yaml again: asked for by uid 0"});
    EXPECT_EQ(said(s, id::reload_unchanged), lines{"idferry.yaml did not change"});
    EXPECT_EQ(s.log.count(id::reload_done), 0u);

    s.text = test::configuration_with({{"a", "{every: 2h}"}, {"b", "{every: 1h}"}});
    EXPECT_TRUE(s.daemon->reload("uid 0").empty());
    EXPECT_EQ(said(s, id::reload_sync), lines{"a: changed by the reload"});
    EXPECT_EQ(said(s, id::reload_done).back(), "reloaded idferry.yaml: 0 syncs added, 0 removed, 1 changed");

    const auto replaced = [&](const std::string& from, const std::string& to) {
        const auto at = s.text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        s.text.replace(at, from.size(), to);
        s.log.clear();
        EXPECT_TRUE(s.daemon->reload("uid 0").empty());
    };
    replaced("    schedule: {every: 1h}\n", "    schedule: {every: 1h}\n    guards: {max_removals: 5%}\n");
    EXPECT_EQ(said(s, id::reload_sync), lines{"b: changed by the reload"});
}

TEST(daemon_messages, retention_and_probes_are_told)
{
    service_stage s(new_year, {{"a", "{every: 1m}"}});
    s.runner.target_fails["a"] = "target 'showpad': 503";
    s.pass(26h, 10s);
    EXPECT_EQ(said(s, id::retention_done),
              (lines{"retention: values over 180 days and cycles over 90 days old are erased",
                     "retention: values over 180 days and cycles over 90 days old are erased"}));
    EXPECT_GE(s.log.count(id::quarantine_probe), 3u);
    EXPECT_EQ(s.log.count(id::quarantine_probe), s.runner.probes.size());
}

TEST(daemon_messages, rejects_and_a_broken_audit_trail_are_told_with_who_it_was)
{
    service_stage s(new_year, {{"a", "{every: 1h}"}});
    s.pass(1s);
    ASSERT_EQ(s.runner.begun.size(), 1u);
    s.daemon->rejects_changed("a", false, 2, "uid 1000");
    s.pass(1s);
    EXPECT_EQ(said(s, id::reject_dropped), lines{"a: 2 rejects were dropped by uid 1000"});
    EXPECT_EQ(s.runner.begun.size(), 1u);
    s.daemon->rejects_changed("a", true, 3, "uid 1000");
    s.pass(1s);
    EXPECT_EQ(said(s, id::reject_retried), lines{"a: 3 rejects are tried again, asked for by uid 1000"});
    EXPECT_EQ(s.runner.begun.size(), 2u) << "a cycle begins for them";
    s.daemon->audit_broken("line 7 was changed");
    EXPECT_EQ(said(s, id::audit_broken), lines{"the audit trail does not verify: line 7 was changed"});
}

} // namespace
