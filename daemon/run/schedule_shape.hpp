// `schedule:` of a sync.
#pragma once

#include "config/shape.hpp"
#include "daemon/schedule/timetable.hpp"

namespace idferry::daemon::run {

// {every | at, full, jitter, blackout, time_zone}. Refused: both `every` and `at`, an interval below a second, a jitter
// that is no shorter than the interval, a cron expression or window that is none (with the character), a zone that the
// IANA database does not know, and windows that leave no time at all.
config::shape<schedule::timetable> timetable_shape();

} // namespace idferry::daemon::run
