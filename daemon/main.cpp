#include "daemon/cli/command_line.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    try {
        return idferry::daemon::cli::run_command_line(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "idferry: internal error: %s\n", e.what());
        return 1;
    }
}
