// The command line, read by the table of commands.
#pragma once

namespace idferry::daemon::cli {

// Parses the arguments, carries the command out and returns the process's exit code (docs: section 2 of the design).
// Help and version go to stdout; a wrong line is told on stderr with the nearest right one and gives 1.
int run_command_line(int argc, char** argv);

} // namespace idferry::daemon::cli
