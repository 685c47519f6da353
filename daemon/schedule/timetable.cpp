#include "daemon/schedule/timetable.hpp"

#include <algorithm>

namespace idferry::daemon::schedule {

namespace {

namespace chrono = std::chrono;

// Without a past it is the next time that counts: an expression promises times of day.
instant by_cron(const cron& expression, const time_zone& zone, std::optional<instant> last, instant now)
{
    return next_run(expression, zone, chrono::floor<chrono::seconds>(last.value_or(now)));
}

} // namespace

std::optional<next_cycle> plan_next(const timetable& t, const past_cycles& past, instant now, double chance)
{
    std::optional<next_cycle> next;
    if (t.every) next = next_cycle{past.last ? *past.last + *t.every : now, false};
    if (t.at) next = next_cycle{by_cron(*t.at, t.zone, past.last, now), false};
    if (t.full) {
        const auto when = by_cron(*t.full, t.zone, past.last_full, now);
        if (!next || when <= std::max(next->when, now)) next = next_cycle{when, true};
    }
    if (!next) return std::nullopt;
    const auto waited = chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(t.jitter.count()) * chance));
    next->when = std::max(next->when, now) + waited;
    const auto begin = chrono::floor<chrono::seconds>(next->when);
    const auto open = after_blackout(t.blackout, t.zone, begin);
    if (open != begin) next->when = open + waited;
    return next;
}

} // namespace idferry::daemon::schedule
