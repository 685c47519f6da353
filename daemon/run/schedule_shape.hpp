// `schedule:` of a sync.
#pragma once

#include "config/shape.hpp"
#include "daemon/schedule/timetable.hpp"

#include <chrono>
#include <optional>

namespace idferry::daemon::run {

// `schedule:` as written: the timetable of whole reads, and how often events are looked at between them.
struct schedule_section : schedule::timetable
{
    std::optional<std::chrono::milliseconds> hints;
};

// {every | at, full, hints, jitter, blackout, time_zone}. Refused: both `every` and `at`, an interval below a second, a jitter
// that is no shorter than the interval, a cron expression or window that is none (with the character), a zone that the
// IANA database does not know, windows that leave no time at all, and hints without whole reads, or no more often.
config::shape<schedule_section> schedule_shape();

} // namespace idferry::daemon::run
