// The parts of the catalogue: private to daemon/log.
#pragma once

#include "daemon/log/catalogue.hpp"

namespace idferry::daemon::log {

std::span<const row> daemon_rows();     // 1xxx, 2xxx
std::span<const row> cycle_rows();      // 3xxx, 4xxx, 5xxx
std::span<const row> connection_rows(); // 6xxx, 7xxx, 8xxx
std::span<const row> admin_rows();      // 9xxx

} // namespace idferry::daemon::log
