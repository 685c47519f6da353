// `hints` of a sync's schedule.
#pragma once

#include <chrono>

namespace idferry::daemon::run {

struct hint_settings
{
    std::chrono::milliseconds every{}; // from the begin of one look at the events to the begin of the next
};

} // namespace idferry::daemon::run
