// Times as people write them in filters.
#pragma once

#include "state/link.hpp"

#include <optional>
#include <string_view>

namespace idferry::daemon::report {

// "30m", "12h", "7d" (so long ago), "2026-03-01" (its begin, UTC), "2026-03-01T04:05:06Z" with or without milliseconds.
// Nothing when it is none of these.
std::optional<state::time_point> parse_when(std::string_view text, state::time_point now);

} // namespace idferry::daemon::report
