// The daemon on a fake clock: what begins when, over days.
#include "daemon/service/quarantine.hpp"
#include "mapping/json.hpp"
#include "tests/daemon/service_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace idferry;
using namespace std::chrono_literals;
using namespace std::chrono;
namespace service = daemon::service;
using test::instant;
using test::service_stage;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

instant at(year_month_day day, milliseconds time_of_day = 0ms)
{
    return sys_days{day} + time_of_day;
}

std::vector<instant> begins(const service_stage& s, const std::string& sync)
{
    std::vector<instant> all;
    for (const auto& b : s.runner.begun)
        if (b.sync == sync) all.push_back(b.when);
    return all;
}

// Two days in Berlin with the end of summer time in the night between them (25 October 2026, 03:00 becomes 02:00).
TEST(daemon, keeps_its_timetable_through_two_days_and_the_end_of_summer_time)
{
    service_stage s(at(2026y / October / 24), // 02:00 in Berlin
                    {{"every", "{every: 10m, jitter: 30s, full: \"0 3 * * *\", time_zone: Europe/Berlin}"},
                     {"nightly", "{at: \"30 2 * * *\", time_zone: Europe/Berlin}"},
                     {"office", "{every: 1h, blackout: [\"08:00-17:30\"], time_zone: Europe/Berlin}"},
                     {"asked", ""}});
    s.time.next_random = 0.5;
    s.runner.takes["every"] = 20s;
    s.pass(48h);

    // `every`: a cycle each ten minutes from the begin of the last one, plus the jitter that was drawn (15 s).
    const auto all = begins(s, "every");
    ASSERT_GT(all.size(), 270u);
    for (std::size_t i = 1; i < all.size(); ++i) {
        EXPECT_GE(all[i] - all[i - 1], 0s) << i;
        EXPECT_LE(all[i] - all[i - 1], 10min + 30s + 1s) << i;
    }
    // `full`: at 03:00 local time, once a day: 01:00 UTC on the 24th, 02:00 UTC on the 25th, when the clocks have
    // changed; each within the jitter.
    std::vector<instant> fulls;
    for (const auto& b : s.runner.begun)
        if (b.full) fulls.push_back(b.when);
    ASSERT_EQ(fulls.size(), 2u);
    EXPECT_EQ(fulls[0], at(2026y / October / 24, 1h + 15s));
    EXPECT_EQ(fulls[1], at(2026y / October / 25, 2h + 15s));

    // 02:30 local time: 00:30 UTC in summer; on the 25th it comes twice and counts once (cron(8)).
    EXPECT_THAT(s.begins("nightly"), ElementsAre("2026-10-24 00:30:00", "2026-10-25 00:30:00"));

    // Nothing begins from 08:00 to 17:30: 06:00–15:30 UTC on the 24th, 07:00–16:30 UTC on the 25th.
    for (const auto when : begins(s, "office")) {
        EXPECT_FALSE(when >= at(2026y / October / 24, 6h) && when < at(2026y / October / 24, 15h + 30min))
            << when.time_since_epoch().count();
        EXPECT_FALSE(when >= at(2026y / October / 25, 7h) && when < at(2026y / October / 25, 16h + 30min))
            << when.time_since_epoch().count();
    }
    EXPECT_THAT(s.begins("office"), Contains("2026-10-24 15:30:00"));
    EXPECT_THAT(s.begins("office"), Contains("2026-10-25 16:30:00"));

    EXPECT_TRUE(s.begins("asked").empty());
    EXPECT_FALSE(s.runner.overlapping);
    EXPECT_EQ(s.system.told, std::vector<std::string>{"ready"});
    EXPECT_THAT(s.system.last_status, HasSubstr("4 syncs"));
}

TEST(daemon, jitter_stays_within_its_bounds)
{
    for (const double chance : {0.0, 0.25, 0.999}) {
        service_stage s(at(2026y / March / 1), {{"a", "{at: \"0 * * * *\", jitter: 4m}"}});
        s.time.next_random = chance;
        s.pass(20h);
        const auto all = begins(s, "a");
        ASSERT_GE(all.size(), 19u);
        for (const auto when : all) {
            const auto after_the_hour = when - floor<hours>(when);
            EXPECT_LE(after_the_hour, 4min + 1s);
            EXPECT_GE(after_the_hour, duration_cast<milliseconds>(4min * chance) - 1s);
        }
    }
}

TEST(daemon, a_cycle_that_takes_longer_than_its_interval_never_overlaps_itself)
{
    service_stage s(at(2026y / March / 1), {{"slow", "{every: 10m}"}, {"quick", "{every: 10m}"}});
    s.runner.takes["slow"] = 25min;
    s.pass(3h);
    EXPECT_FALSE(s.runner.overlapping);
    EXPECT_EQ(s.runner.most_at_once, 2u) << "several syncs run side by side";
    EXPECT_THAT(s.observed.lines, Contains("overran slow"));
    // Back to back: caught up once, at once.
    const auto slow = begins(s, "slow");
    ASSERT_GE(slow.size(), 7u);
    for (std::size_t i = 1; i < slow.size(); ++i) EXPECT_LE(slow[i] - slow[i - 1], 25min + 2s);
    // The other one is not held up by it.
    EXPECT_EQ(begins(s, "quick").size(), 19u);
}

TEST(daemon, runs_at_once_when_asked_and_waits_for_its_turn)
{
    service_stage s(at(2026y / March / 1), {{"a", "{every: 1h}"}, {"asked", ""}});
    s.runner.takes["a"] = 60s;
    s.pass(10s);
    ASSERT_EQ(s.runner.begun.size(), 1u); // the first cycle is under way
    service::job_request what;
    what.sync = "a";
    what.refresh = true;
    const auto id = std::get<std::uint64_t>(s.daemon->submit(what));
    s.pass(20s);
    EXPECT_EQ(s.daemon->find_job(id)->state, service::job_state::waiting) << "no overlap of one sync";
    s.pass(60s);
    EXPECT_EQ(s.daemon->find_job(id)->state, service::job_state::running);
    s.pass(60s);
    EXPECT_EQ(s.daemon->find_job(id)->state, service::job_state::done);
    ASSERT_EQ(s.runner.begun.size(), 2u);
    EXPECT_TRUE(s.runner.begun.back().full);
    EXPECT_EQ(s.runner.begun.back().trigger, "by hand");

    what.sync = "asked";
    what.kind = service::job_kind::plan;
    const auto plan = std::get<std::uint64_t>(s.daemon->submit(what));
    s.settle();
    EXPECT_EQ(s.daemon->find_job(plan)->state, service::job_state::done);
    EXPECT_FALSE(s.runner.begun.back().pushing);

    what.sync = "nobody";
    EXPECT_THAT(std::get<std::string>(s.daemon->submit(what)), HasSubstr("there is no sync 'nobody'"));
    s.daemon->run_all("SIGUSR1");
    s.settle();
    EXPECT_EQ(s.runner.begun.size(), 5u);
}

TEST(daemon, an_explanation_is_no_cycle)
{
    service_stage s(at(2026y / March / 1), {{"asked", ""}});
    s.settle();
    const auto before = s.runner.begun.size();
    service::job_request what;
    what.sync = "asked";
    what.kind = service::job_kind::explain;
    what.key = "anna@acme.example";
    const auto id = std::get<std::uint64_t>(s.daemon->submit(what));
    s.settle();
    const auto done = s.daemon->find_job(id);
    ASSERT_EQ(done->state, service::job_state::done);
    EXPECT_EQ(s.runner.explained, std::vector<std::string>{"asked anna@acme.example"});
    EXPECT_EQ(done->exit_code, 0);
    ASSERT_TRUE(done->result);
    EXPECT_EQ((*done->result)["key"], "anna@acme.example");
    EXPECT_EQ(s.runner.begun.size(), before);
}

TEST(daemon, a_failing_target_is_left_in_peace_and_probed_slower_and_slower)
{
    const auto start = at(2026y / March / 1);
    service_stage s(start, {{"a", "{every: 1m}"}, {"b", "{every: 1m}"}});
    s.runner.target_fails["a"] = "target 'showpad': 503";
    s.pass(3min);
    EXPECT_EQ(begins(s, "a").size(), 3u);
    EXPECT_THAT(s.observed.lines, Contains("isolated a"));
    ASSERT_TRUE(s.store->find_quarantine(mapping::sync_name("a")).value());
    EXPECT_EQ(s.daemon->syncs().front().state, service::sync_state::isolated);

    s.pass(24h, 10s);
    EXPECT_EQ(begins(s, "a").size(), 3u) << "no cycle while it is in quarantine";
    EXPECT_GT(begins(s, "b").size(), 1400u) << "the other sync goes on";
    // 5, 10, 20, 40, 80, 160, 320 minutes, then six hours at most.
    ASSERT_GE(s.runner.probes.size(), 8u);
    auto before = begins(s, "a").back();
    for (const auto wait : {5min, 10min, 20min, 40min, 80min, 160min, 320min, 360min}) {
        const auto index = static_cast<std::size_t>(
            std::distance(s.runner.probes.begin(), std::find_if(s.runner.probes.begin(), s.runner.probes.end(),
                                                                [&](auto p) { return p > before; })));
        ASSERT_LT(index, s.runner.probes.size());
        EXPECT_NEAR(static_cast<double>((s.runner.probes[index] - before).count()),
                    static_cast<double>(milliseconds(wait).count()), 11000.0);
        before = s.runner.probes[index];
    }
    // A clean probe releases it, and its cycle begins at once.
    s.runner.target_fails.clear();
    s.pass(7h, 10s);
    EXPECT_THAT(s.observed.lines, Contains("released a"));
    EXPECT_GT(begins(s, "a").size(), 4u);
    EXPECT_FALSE(s.store->find_quarantine(mapping::sync_name("a")).value());
}

TEST(daemon, a_quarantine_is_kept_over_a_restart_and_ended_by_hand)
{
    service_stage s(at(2026y / March / 1), {{"a", "{every: 1m}"}});
    s.runner.target_fails["a"] = "target 'showpad': 503";
    s.pass(3min);
    ASSERT_EQ(s.daemon->syncs().front().state, service::sync_state::isolated);
    EXPECT_FALSE(s.daemon->release("nobody", "uid 0"));
    s.runner.target_fails.clear();
    EXPECT_TRUE(s.daemon->release("a", "uid 0"));
    s.pass(1s);
    EXPECT_EQ(begins(s, "a").size(), 4u);
    EXPECT_THAT(s.observed.lines, Contains("released a by uid 0"));
    EXPECT_FALSE(s.daemon->release("a", "uid 0"));
}

TEST(daemon, a_reload_with_mistakes_keeps_the_old_configuration)
{
    service_stage s(at(2026y / March / 1), {{"a", "{every: 10m}"}, {"b", "{every: 10m}"}});
    s.pass(1s);
    const auto digest = s.daemon->config().digest;
    s.text = test::configuration_with({{"a", "{every: nonsense}"}});
    const auto mistakes = s.daemon->reload("a test");
    ASSERT_EQ(mistakes.size(), 1u);
    EXPECT_THAT(mistakes.front(), HasSubstr("idferry.yaml:17:"));
    EXPECT_EQ(s.daemon->config().digest, digest);
    EXPECT_EQ(s.system.told, (std::vector<std::string>{"ready", "reloading", "ready"}));
    s.pass(20min);
    EXPECT_EQ(begins(s, "b").size(), 3u);
    EXPECT_THAT(s.system.last_status, HasSubstr("the changed configuration has mistakes"));

    s.text = test::configuration_with({{"a", "{every: 1m}"}, {"c", "{every: 10m}"}});
    EXPECT_TRUE(s.daemon->reload("a test").empty());
    s.pass(10min);
    EXPECT_GE(begins(s, "a").size(), 12u);
    EXPECT_EQ(begins(s, "b").size(), 3u) << "it is no longer there";
    EXPECT_EQ(begins(s, "c").size(), 2u) << "new ones begin at once";
}

TEST(daemon, a_cycle_under_way_ends_with_the_configuration_that_it_began_with)
{
    service_stage s(at(2026y / March / 1), {{"a", "{every: 10m}"}});
    s.runner.takes["a"] = 5min;
    s.pass(1s);
    s.text = test::configuration_with({{"b", "{every: 10m}"}});
    EXPECT_TRUE(s.daemon->reload("a test").empty());
    s.pass(6min);
    EXPECT_EQ(begins(s, "a").size(), 1u);
    EXPECT_EQ(begins(s, "b").size(), 1u);
    EXPECT_TRUE(s.runner.running.empty());
}

TEST(daemon, stops_after_the_operation_in_flight_and_not_later_than_it_must)
{
    service_stage s(at(2026y / March / 1), {{"a", "{every: 10m}"}, {"b", "{every: 10m}"}});
    s.runner.takes["a"] = 30min;
    s.pass(1min);
    s.daemon->stop();
    EXPECT_EQ(s.stopped(1600ms), 0u) << "it listens to the stop";
    EXPECT_EQ(s.system.told.back(), "stopping");
    const auto begun = s.runner.begun.size();
    s.pass(1h);
    EXPECT_EQ(s.runner.begun.size(), begun);

    service_stage deaf(at(2026y / March / 1), {{"a", "{every: 10m}"}});
    deaf.runner.takes["a"] = 30min;
    deaf.runner.ignores_stop = true;
    deaf.pass(1min);
    deaf.daemon->stop();
    EXPECT_EQ(deaf.stopped(1600ms), 1u);
    deaf.pass(1h); // lets the coroutine end
}

TEST(daemon, tells_the_watchdog_in_time)
{
    service_stage s(at(2026y / March / 1), {{"a", "{every: 10m}"}});
    s.runner.takes["a"] = 5min;
    s.system.dog = 30s;
    s.settle();
    const auto before = s.system.alives;
    s.pass(10min);
    EXPECT_GE(s.system.alives - before, 40u); // every 15 s
}

TEST(quarantine, waits_double_up_to_the_longest)
{
    const daemon::service::quarantine_rules rules;
    const auto now = at(2026y / March / 1);
    const mapping::sync_name sync("a");
    EXPECT_FALSE(daemon::service::isolate(rules, sync, 2, "503", now));
    auto q = daemon::service::isolate(rules, sync, 3, "503", now).value();
    EXPECT_EQ(q.next_probe, now + 5min);
    for (int i = 0; i < 20; ++i) q = daemon::service::prolong(rules, q, "504", now);
    EXPECT_EQ(q.next_probe, now + 6h);
    EXPECT_EQ(q.failures, 23);
    EXPECT_EQ(q.reason, "504");
    EXPECT_EQ(q.since, now);
}

TEST(daemon, lets_the_syncs_of_one_target_take_turns)
{
    service_stage s(at(2026y / October / 24), {{"a", "{every: 10m}"}, {"b", "{every: 10m}"}, {"c", "{every: 10m}"}},
                    true);
    for (const char* name : {"a", "b", "c"}) s.runner.takes[name] = 4min;
    s.pass(2h);
    EXPECT_EQ(s.runner.most_at_once, 1u);
    // Twelve minutes of work in ten: everybody gets the same share, whoever has waited longest comes first.
    for (const char* name : {"a", "b", "c"})
        EXPECT_THAT(begins(s, name).size(), testing::AllOf(testing::Ge(9u), testing::Le(11u))) << name;
}

TEST(daemon, lets_the_syncs_of_two_targets_run_side_by_side)
{
    service_stage s(at(2026y / October / 24), {{"a", "{every: 10m}"}, {"b", "{every: 10m}"}});
    for (const char* name : {"a", "b"}) s.runner.takes[name] = 4min;
    s.pass(1h);
    EXPECT_EQ(s.runner.most_at_once, 2u);
}

} // namespace
