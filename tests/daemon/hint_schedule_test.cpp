// Looks at events between whole reads, on a fake clock: when they begin, what they leave alone, and what is told.
#include "mapping/json.hpp"
#include "tests/daemon/service_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace std::chrono_literals;
using namespace std::chrono;
using test::instant;
using test::service_stage;

const instant midnight = sys_days{2026y / October / 24};

// Seconds after the begin, of one trigger.
std::vector<std::int64_t> seconds_of(const service_stage& s, const std::string& trigger)
{
    std::vector<std::int64_t> out;
    for (const auto& b : s.runner.begun)
        if (b.trigger == trigger) out.push_back(duration_cast<seconds>(b.when - midnight).count());
    return out;
}

std::size_t said(const service_stage& s, daemon::log::id what)
{
    return s.log.count(what);
}

TEST(hint_schedule, looks_stand_between_whole_reads_and_move_none)
{
    service_stage s(midnight, {{"staff", "{every: 10m, hints: 2m, full: \"5 0 * * *\", time_zone: UTC}"}});
    s.pass(21min);
    EXPECT_EQ(seconds_of(s, "schedule"), (std::vector<std::int64_t>{0, 900}));
    EXPECT_EQ(seconds_of(s, "full"), (std::vector<std::int64_t>{300}));
    EXPECT_EQ(seconds_of(s, "hints"), (std::vector<std::int64_t>{120, 240, 420, 540, 660, 780, 1020, 1140, 1260}));
    for (const auto& b : s.runner.begun) EXPECT_EQ(b.full, b.trigger == "full");
}

TEST(hint_schedule, what_is_wrong_is_told_once_and_tried_later_and_later)
{
    service_stage s(midnight, {{"staff", "{every: 1d, hints: 1m}"}});
    s.runner.makes = [](daemon::run::cycle_report& r) {
        auto& h = r.hints.emplace();
        h.trouble = "403 Forbidden";
        h.refused = true;
    };
    s.pass(40min);
    EXPECT_EQ(seconds_of(s, "hints"), (std::vector<std::int64_t>{60, 180, 420, 900, 1860}));
    EXPECT_EQ(said(s, daemon::log::id::hints_unsure), 1u);
    s.runner.makes = [](daemon::run::cycle_report& r) { r.hints.emplace(); };
    s.pass(2h);
    EXPECT_EQ(said(s, daemon::log::id::hints_unsure), 1u);
    EXPECT_EQ(said(s, daemon::log::id::hints_work), 1u);
    const auto all = seconds_of(s, "hints");
    ASSERT_GE(all.size(), 2u);
    EXPECT_EQ(all.back() - all[all.size() - 2], 60) << "as often as wanted again";
}

TEST(hint_schedule, there_are_none_without_the_key_in_quarantine_or_in_a_blackout)
{
    service_stage s(midnight, {{"plain", "{every: 10m}"},
                               {"night", "{every: 10m, hints: 1m, blackout: [\"00:05-00:20\"], time_zone: UTC}"},
                               {"down", "{every: 10m, hints: 1m}"}});
    s.runner.target_fails["down"] = "503";
    s.pass(25min);
    std::size_t looks_down = 0;
    for (const auto& b : s.runner.begun) {
        if (b.trigger != "hints") continue;
        EXPECT_NE(b.sync, "plain");
        if (b.sync == "night") EXPECT_TRUE(b.when < midnight + 5min || b.when >= midnight + 20min);
        if (b.sync == "down") ++looks_down;
    }
    EXPECT_LE(looks_down, 3u) << "its target's failures count, and then it is in quarantine";
}

TEST(hint_schedule, a_restart_knows_which_cycles_were_whole)
{
    service_stage s(midnight, {{"staff", "{every: 10m, hints: 1m}"}});
    const auto row = [](instant when, const char* summary) {
        return state::put_cycle{{mapping::sync_name("staff"), when, when, 0, summary}};
    };
    std::vector<state::update> rows{row(midnight - 5min, R"({"trigger":"schedule","refresh":false,"leaves":true})")};
    for (int i = 0; i < 300; ++i)
        rows.emplace_back(row(midnight - 4min + i * 100ms, R"({"trigger":"hints","hinted":true,"leaves":false})"));
    ASSERT_TRUE(s.store->commit(rows).has_value());
    s.pass(6min);
    EXPECT_EQ(seconds_of(s, "schedule"), (std::vector<std::int64_t>{300}));
}

} // namespace
