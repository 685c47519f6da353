// Cron expressions, time zones, blackouts and the timetable made of them. Offsets and their changes are those of the
// IANA database: Berlin went to +02:00 on 2026-03-29 01:00 UTC and goes back on 2026-10-25 01:00 UTC.
#include "daemon/schedule/timetable.hpp"

#include <gmock/gmock.h>

namespace idferry::daemon::schedule {
namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using testing::HasSubstr;

cron expression(std::string_view text)
{
    auto parsed = cron::parse(text);
    if (auto* wrong = std::get_if<schedule_problem>(&parsed))
        throw std::runtime_error(std::string(text) + ": " + wrong->message);
    return std::get<cron>(std::move(parsed));
}

schedule_problem mistake(std::string_view text)
{
    auto parsed = cron::parse(text);
    if (auto* wrong = std::get_if<schedule_problem>(&parsed)) return *wrong;
    ADD_FAILURE() << text << " was accepted";
    return {};
}

blackout_window window(std::string_view text)
{
    auto parsed = blackout_window::parse(text);
    if (auto* wrong = std::get_if<schedule_problem>(&parsed))
        throw std::runtime_error(std::string(text) + ": " + wrong->message);
    return std::get<blackout_window>(std::move(parsed));
}

local_seconds local(int y, unsigned m, unsigned d, int h = 0, int min = 0, int s = 0)
{
    return local_days{year{y} / m / d} + std::chrono::hours(h) + std::chrono::minutes(min) + std::chrono::seconds(s);
}

sys_seconds utc(int y, unsigned m, unsigned d, int h = 0, int min = 0, int s = 0)
{
    return sys_seconds{local(y, m, d, h, min, s).time_since_epoch()};
}

const time_zone& berlin()
{
    static const auto zone = time_zone::find("Europe/Berlin").value();
    return zone;
}

timetable in_utc()
{
    timetable t;
    t.zone = time_zone::utc();
    return t;
}

struct next_case
{
    const char* text;
    local_seconds after, wanted;
};

class cron_next : public testing::TestWithParam<next_case>
{
};

TEST_P(cron_next, is_the_first_time_after)
{
    const auto& c = GetParam();
    EXPECT_EQ(expression(c.text).next(c.after).time_since_epoch().count(), c.wanted.time_since_epoch().count())
        << c.text;
}

// 2026-11-22 is a Sunday.
INSTANTIATE_TEST_SUITE_P(
    all, cron_next,
    testing::Values(next_case{"* * * * *", local(2026, 11, 22, 10, 0), local(2026, 11, 22, 10, 1)},
                    next_case{"* * * * *", local(2026, 11, 22, 10, 0, 59), local(2026, 11, 22, 10, 1)},
                    next_case{"* * * * * *", local(2026, 11, 22, 10, 0, 59), local(2026, 11, 22, 10, 1)},
                    next_case{"0 3 * * *", local(2026, 11, 22, 3, 0), local(2026, 11, 23, 3, 0)},
                    next_case{"0 3 * * *", local(2026, 11, 22, 2, 59, 59), local(2026, 11, 22, 3, 0)},
                    next_case{"30 15 3 * * *", local(2026, 11, 22, 3, 15, 29), local(2026, 11, 22, 3, 15, 30)},
                    next_case{"*/15 * * * *", local(2026, 11, 22, 23, 45), local(2026, 11, 23, 0, 0)},
                    next_case{"5/20 * * * *", local(2026, 11, 22, 10, 26), local(2026, 11, 22, 10, 45)},
                    next_case{"10-30/10 8,20 * * *", local(2026, 11, 22, 8, 30), local(2026, 11, 22, 20, 10)},
                    next_case{"0 0 1 * *", local(2026, 12, 1, 0, 0), local(2027, 1, 1, 0, 0)},
                    next_case{"0 0 31 * *", local(2026, 11, 22), local(2026, 12, 31)},
                    next_case{"0 0 29 2 *", local(2026, 11, 22), local(2028, 2, 29)},
                    next_case{"0 0 29 2 *", local(2096, 2, 29), local(2104, 2, 29)},
                    next_case{"0 9 * * MON-FRI", local(2026, 11, 20, 9, 0), local(2026, 11, 23, 9, 0)},
                    next_case{"0 9 * * fri-sun", local(2026, 11, 23), local(2026, 11, 27, 9, 0)},
                    next_case{"0 9 * * 7", local(2026, 11, 22, 9, 0), local(2026, 11, 29, 9, 0)},
                    next_case{"0 9 * * 0", local(2026, 11, 22, 9, 0), local(2026, 11, 29, 9, 0)},
                    next_case{"0 9 ? JAN,jul ?", local(2026, 11, 22), local(2027, 1, 1, 9, 0)},
                    // Both day fields: either is enough.
                    next_case{"0 0 13 * FRI", local(2026, 11, 22), local(2026, 11, 27)},
                    next_case{"0 0 13 * FRI", local(2026, 12, 11), local(2026, 12, 13)},
                    // A step over every day restricts no field: then both must fit (crontab(5)).
                    next_case{"0 0 */2 * MON", local(2026, 11, 23), local(2026, 12, 7)},
                    next_case{"@daily", local(2026, 11, 22), local(2026, 11, 23)},
                    next_case{"@hourly", local(2026, 11, 22, 9, 30), local(2026, 11, 22, 10, 0)},
                    next_case{"@yearly", local(2026, 11, 22), local(2027, 1, 1)}));

TEST(cron, tells_a_mistake_with_its_place)
{
    EXPECT_THAT(mistake("").message, HasSubstr("five fields"));
    EXPECT_THAT(mistake("* * * *").message, HasSubstr("this has 4"));
    EXPECT_THAT(mistake("* * * * * * *").message, HasSubstr("this has 7"));
    EXPECT_EQ(mistake("60 * * * *").position, 0U);
    EXPECT_THAT(mistake("60 * * * *").message, HasSubstr("minute: expected a number from 0 to 59"));
    EXPECT_EQ(mistake("0 24 * * *").position, 2U);
    EXPECT_EQ(mistake("0 0 0 * *").position, 4U);
    EXPECT_THAT(mistake("0 0 1 13 *").message, HasSubstr("or a name such as JAN"));
    EXPECT_EQ(mistake("0 0 * * MON-FUN").position, 12U);
    EXPECT_EQ(mistake("1,2,x * * * *").position, 4U);
    EXPECT_EQ(mistake("1,, * * * *").position, 2U);
    EXPECT_THAT(mistake("5-1 * * * *").message, HasSubstr("ends before it begins"));
    EXPECT_THAT(mistake("*/0 * * * *").message, HasSubstr("step of the minute"));
    EXPECT_EQ(mistake("*/x * * * *").position, 2U);
    EXPECT_THAT(mistake("-5 * * * *").message, HasSubstr("minute: expected"));
    EXPECT_THAT(mistake("0 0 30 2 *").message, HasSubstr("never comes"));
    EXPECT_THAT(mistake("0 0 31 4,6 *").message, HasSubstr("never comes"));
    EXPECT_THAT(mistake("@sometimes").message, HasSubstr("@hourly"));
}

TEST(time_zone, knows_offsets_and_their_changes)
{
    EXPECT_FALSE(time_zone::find("Europe/Bärlin").has_value());
    EXPECT_FALSE(time_zone::find("GMT+1").has_value()) << "an offset is no zone";
    EXPECT_TRUE(time_zone::find("").has_value());
    EXPECT_EQ(berlin().offset_at(utc(2026, 3, 29, 0, 59, 59)), 1h);
    EXPECT_EQ(berlin().offset_at(utc(2026, 3, 29, 1)), 2h);
    EXPECT_EQ(berlin().next_change(utc(2026, 1, 1)), utc(2026, 3, 29, 1));
    EXPECT_EQ(berlin().next_change(utc(2026, 3, 29, 1)), utc(2026, 10, 25, 1));
    EXPECT_EQ(berlin().last_change(utc(2026, 3, 29, 1)), utc(2026, 3, 29, 1));
    EXPECT_FALSE(time_zone::utc().next_change(utc(2026, 1, 1)).has_value());
}

TEST(next_run, follows_local_time)
{
    EXPECT_EQ(next_run(expression("0 3 * * *"), berlin(), utc(2026, 7, 1)), utc(2026, 7, 1, 1));
    EXPECT_EQ(next_run(expression("0 3 * * *"), berlin(), utc(2026, 12, 1)), utc(2026, 12, 1, 2));
    EXPECT_EQ(next_run(expression("0 3 * * *"), time_zone::utc(), utc(2026, 12, 1)), utc(2026, 12, 1, 3));
}

TEST(next_run, a_time_that_does_not_exist_is_the_moment_of_the_change)
{
    const auto at = expression("30 2 * * *");
    EXPECT_EQ(next_run(at, berlin(), utc(2026, 3, 28, 12)), utc(2026, 3, 29, 1));
    EXPECT_EQ(next_run(at, berlin(), utc(2026, 3, 29, 1)), utc(2026, 3, 30, 0, 30)) << "and not again that day";
}

TEST(next_run, a_time_that_comes_twice_runs_once)
{
    const auto at = expression("30 2 * * *");
    EXPECT_EQ(next_run(at, berlin(), utc(2026, 10, 24, 12)), utc(2026, 10, 25, 0, 30));
    EXPECT_EQ(next_run(at, berlin(), utc(2026, 10, 25, 0, 30)), utc(2026, 10, 26, 1, 30));
    EXPECT_EQ(next_run(at, berlin(), utc(2026, 10, 25, 1, 10)), utc(2026, 10, 26, 1, 30)) << "begun in the second hour";
}

TEST(next_run, an_expression_of_every_hour_goes_on_by_elapsed_time)
{
    auto at = utc(2026, 10, 24, 23, 30);
    for (int i = 1; i <= 8; ++i) {
        at = next_run(expression("*/30 * * * *"), berlin(), at);
        EXPECT_EQ(at, utc(2026, 10, 24, 23, 30) + i * 30min);
    }
    at = utc(2026, 3, 29, 0, 30);
    at = next_run(expression("*/30 * * * *"), berlin(), at);
    EXPECT_EQ(at, utc(2026, 3, 29, 1)) << "03:00 local comes after 01:30";
}

TEST(blackout, ends_with_its_window)
{
    const auto office = window("Mon-Fri 08:00-09:30");
    EXPECT_EQ(office.end_of(local(2026, 11, 23, 8)), local(2026, 11, 23, 9, 30));
    EXPECT_EQ(office.end_of(local(2026, 11, 23, 9, 30)), local(2026, 11, 23, 9, 30)) << "its end is outside";
    EXPECT_EQ(office.end_of(local(2026, 11, 22, 8)), local(2026, 11, 22, 8)) << "a Sunday";
    const auto night = window("Fri 22:00-06:00");
    EXPECT_EQ(night.end_of(local(2026, 11, 28, 5)), local(2026, 11, 28, 6)) << "Saturday morning belongs to Friday";
    EXPECT_EQ(night.end_of(local(2026, 11, 27, 5)), local(2026, 11, 27, 5));
    EXPECT_EQ(window("Sat,Sun 00:00-24:00").end_of(local(2026, 11, 22, 12)), local(2026, 11, 23));
}

TEST(blackout, windows_that_touch_are_one)
{
    const std::vector all{window("22:00-06:00"), window("06:00-07:00")};
    EXPECT_EQ(after_blackout(all, time_zone::utc(), utc(2026, 11, 22, 23)), utc(2026, 11, 23, 7));
    EXPECT_EQ(after_blackout(all, time_zone::utc(), utc(2026, 11, 22, 12)), utc(2026, 11, 22, 12));
    const std::vector always{window("00:00-24:00")};
    EXPECT_GE(after_blackout(always, time_zone::utc(), utc(2026, 11, 22)), utc(2026, 11, 30)) << "it ends at all";
}

TEST(blackout, ends_at_its_local_time_when_clocks_change_within_it)
{
    const std::vector night{window("22:00-06:00")};
    EXPECT_EQ(after_blackout(night, berlin(), utc(2026, 3, 28, 22)), utc(2026, 3, 29, 4)) << "06:00 at +02:00";
    EXPECT_EQ(after_blackout(night, berlin(), utc(2026, 10, 24, 21)), utc(2026, 10, 25, 5)) << "06:00 at +01:00";
}

TEST(blackout, tells_a_mistake_with_its_place)
{
    const auto wrong = [](std::string_view text) {
        auto parsed = blackout_window::parse(text);
        const auto* problem = std::get_if<schedule_problem>(&parsed);
        EXPECT_NE(problem, nullptr) << text;
        return problem ? *problem : schedule_problem{99, ""};
    };
    EXPECT_EQ(wrong("Mon-Fry 08:00-09:00").position, 0U);
    EXPECT_EQ(wrong("Mon,X 08:00-09:00").position, 4U);
    EXPECT_EQ(wrong("Mon 8:00-09:00").position, 4U);
    EXPECT_EQ(wrong("25:00-26:00").position, 0U);
    EXPECT_EQ(wrong("08:00").position, 0U);
    EXPECT_EQ(wrong("").position, 0U);
    EXPECT_EQ(wrong("24:00-06:00").position, 0U);
    EXPECT_THAT(wrong("08:00-08:00").message, HasSubstr("empty"));
}

TEST(timetable, every_counts_from_begin_to_begin_and_catches_up_once)
{
    auto t = in_utc();
    t.every = 10min;
    const instant now = utc(2026, 11, 22, 10);
    EXPECT_EQ(plan_next(t, {}, now, 0)->when, now) << "the first one at once";
    EXPECT_EQ(plan_next(t, {now - 4min, {}}, now, 0)->when, now + 6min);
    EXPECT_EQ(plan_next(t, {now - 3h, {}}, now, 0)->when, now);
    EXPECT_FALSE(plan_next(in_utc(), {}, now, 0).has_value()) << "no schedule: only when asked to";
}

TEST(timetable, jitter_is_never_longer_than_asked_for)
{
    auto t = in_utc();
    t.every = 10min;
    t.jitter = 30s;
    const instant now = utc(2026, 11, 22, 10);
    EXPECT_EQ(plan_next(t, {now, {}}, now, 0)->when, now + 10min);
    EXPECT_EQ(plan_next(t, {now, {}}, now, 0.5)->when, now + 10min + 15s);
    EXPECT_LT(plan_next(t, {now, {}}, now, 0.999999)->when, now + 10min + 30s);
}

TEST(timetable, a_full_cycle_takes_the_place_of_an_ordinary_one)
{
    auto t = in_utc();
    t.every = 10min;
    t.full = expression("0 3 * * *");
    const instant three = utc(2026, 11, 22, 3);
    auto next = *plan_next(t, {three - 5min, three - 24h}, three - 5min, 0);
    EXPECT_EQ(next.when, three) << "it does not wait for the ordinary one";
    EXPECT_TRUE(next.full);
    next = *plan_next(t, {three - 15min, three - 24h}, three - 15min, 0);
    EXPECT_EQ(next.when, three - 5min);
    EXPECT_FALSE(next.full);
    next = *plan_next(t, {three, three}, three + 1s, 0);
    EXPECT_EQ(next.when, three + 10min);
    EXPECT_FALSE(next.full);
    next = *plan_next(t, {three - 1h, three - 48h}, three - 30min, 0);
    EXPECT_TRUE(next.full) << "yesterday's was missed";
    EXPECT_EQ(next.when, three - 30min);
}

TEST(timetable, leaves_have_a_cadence_of_their_own)
{
    auto t = in_utc();
    t.every = 10min;
    t.leaves = std::get<cron>(cron::parse("0 6 * * *"));
    const instant six = sys_days{year{2026} / 3 / 2} + 6h;
    auto next = *plan_next(t, {six - 10min, {}, six - 24h}, six - 10min, 0);
    EXPECT_EQ(next.when, six);
    EXPECT_TRUE(next.leaves) << "one cycle, with what is due at the same time";
    next = *plan_next(t, {six - 15min, {}, six - 24h}, six - 15min, 0);
    EXPECT_EQ(next.when, six - 5min);
    EXPECT_FALSE(next.leaves);
    next = *plan_next(t, {six - 3min, {}, six - 24h}, six - 3min, 0);
    EXPECT_EQ(next.when, six) << "it comes between two ordinary ones";
    EXPECT_TRUE(next.leaves);
    next = *plan_next(t, {six, {}, six}, six + 1s, 0);
    EXPECT_EQ(next.when, six + 10min);
    EXPECT_FALSE(next.leaves);
    t.leaves.reset();
    EXPECT_TRUE(plan_next(t, {six, {}, {}}, six + 1s, 0)->leaves) << "without it every cycle does";
}

TEST(timetable, a_run_in_a_blackout_begins_when_that_ends)
{
    auto t = in_utc();
    t.at = expression("0 * * * *");
    t.jitter = 20s;
    t.blackout = {window("08:00-09:30")};
    const instant eight = utc(2026, 11, 22, 8);
    EXPECT_EQ(plan_next(t, {eight - 1h, {}}, eight - 1h + 1s, 0.5)->when, utc(2026, 11, 22, 9, 30) + 10s);
    EXPECT_EQ(plan_next(t, {eight + 90min, {}}, eight + 91min, 0)->when, instant(utc(2026, 11, 22, 10)));
}

} // namespace
} // namespace idferry::daemon::schedule
