// Progress of long reads and pushes on stderr: a bar with rate and time left on a terminal, a line every 10 s
// otherwise.
#pragma once

#include "connectors/clock.hpp"
#include "daemon/run/progress.hpp"

#include <cstdio>
#include <memory>
#include <string>

namespace idferry::daemon::cli {

// `terminal`: draw in place, with a carriage return. `out` and `time` outlive it.
std::unique_ptr<run::progress> make_progress(std::FILE* out, bool terminal, const connectors::clock& time,
                                             std::string sync);

// One line of the bar: "reading the source  [#####-----]  1,234 of 2,000  310/s  3 s left". Pure.
std::string progress_line(const std::string& phase, std::uint64_t done, std::uint64_t total, double seconds, bool bar);

} // namespace idferry::daemon::cli
