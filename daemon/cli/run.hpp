// Runs one command from beginning to end. The composition root: the only place that builds concrete things.
#pragma once

#include "daemon/cli/options.hpp"

namespace idferry::daemon::cli {

// Returns the process's exit code (section 2 of the documents).
int run(const options& o);

// `eval`: reads stdin, writes stdout.
int run_eval(const options& o);

} // namespace idferry::daemon::cli
