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
    const auto due = [&](const std::optional<cron>& expression, std::optional<instant> last) {
        return expression ? std::optional(std::max(now, by_cron(*expression, t.zone, last, now))) : std::nullopt;
    };
    auto ordinary = due(t.at, past.last);
    if (t.every) ordinary = std::max(now, past.last ? *past.last + *t.every : now);
    const auto full = due(t.full, past.last_full);
    const auto leaves = due(t.leaves, past.last_leaves);
    std::optional<next_cycle> next;
    for (const auto& when : {ordinary, full, leaves})
        if (when && (!next || *when < next->when)) next = next_cycle{*when};
    if (!next) return std::nullopt;
    next->full = full && *full <= next->when;
    next->leaves = !leaves || *leaves <= next->when;
    const auto waited = chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(t.jitter.count()) * chance));
    next->when += waited;
    const auto begin = chrono::floor<chrono::seconds>(next->when);
    const auto open = after_blackout(t.blackout, t.zone, begin);
    if (open != begin) next->when = open + waited;
    return next;
}

} // namespace idferry::daemon::schedule
