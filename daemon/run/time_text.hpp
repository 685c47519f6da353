// Times as the API, the reports and the messages write them.
#pragma once

#include "state/link.hpp"

#include <string>

namespace idferry::daemon::run {

// RFC 3339, UTC, milliseconds: 2026-03-01T04:05:06.007Z.
std::string time_text(state::time_point t);

} // namespace idferry::daemon::run
