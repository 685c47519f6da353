// When a sync runs next. Pure: the time, what ran when, and the chance are arguments.
#pragma once

#include "daemon/schedule/blackout.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace idferry::daemon::schedule {

using instant = std::chrono::sys_time<std::chrono::milliseconds>;

// `schedule:` of a sync, read. One of `every` and `at`; neither: it runs when it is asked to.
struct timetable
{
    std::optional<std::chrono::milliseconds> every; // from the begin of one cycle to the begin of the next
    std::optional<cron> at;
    std::optional<cron> full;   // cycles that also read the target
    std::optional<cron> leaves; // cycles that also take away; without it every cycle does
    std::chrono::milliseconds jitter{0};
    std::vector<blackout_window> blackout;
    time_zone zone = time_zone::machine();
};

// What ran when: the begins of the last cycle, of the last full one and of the last with leaves, failed ones included.
struct past_cycles
{
    std::optional<instant> last;
    std::optional<instant> last_full;
    std::optional<instant> last_leaves{};
};

struct next_cycle
{
    instant when{};
    bool full{false};
    bool leaves{true};
};

// The next cycle; nothing when the sync only runs when it is asked to. Never before `now`. A run that was missed (the
// daemon was down, or the last cycle took longer) is caught up once, at once. What is due at the
// same time is one cycle: a full run, or one with leaves, takes the place of an ordinary one that would come no
// earlier. `chance` in [0, 1) decides how much of the jitter is waited; a run that falls into a blackout begins when
// that ends.
std::optional<next_cycle> plan_next(const timetable& t, const past_cycles& past, instant now, double chance);

} // namespace idferry::daemon::schedule
