// A program run to its end, as a shell would run it: arguments as they are, input from a text, output collected.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace idferry::test {

struct program_result
{
    int exit_code{-1}; // 128 + n when signal n ended it
    std::string out, err;
};

struct program_options
{
    std::string input{};                                            // its standard input
    std::vector<std::pair<std::string, std::string>> environment{}; // set beside what the test has
    // On a pseudo-terminal: once the first text of a pair is shown, the second is typed. `out` has all that was shown.
    std::vector<std::pair<std::string, std::string>> dialogue{};
};

// argv[0] is looked for in PATH. Fails the test when it cannot be started, or shows and takes nothing for 30 s (it is
// killed then).
program_result run_program(const std::vector<std::string>& argv, const program_options& options = {});

// True when PATH has an executable of this name.
bool has_program(const std::string& name);

// True when pseudo-terminals can be had: a bare chroot has no /dev/pts.
bool has_terminals();

} // namespace idferry::test
