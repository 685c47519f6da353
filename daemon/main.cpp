#include "daemon/cli/options.hpp"
#include "daemon/cli/run.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    int exit_code = 1;
    const auto options = idferry::daemon::cli::parse(argc, argv, exit_code);
    if (options.what == idferry::daemon::cli::command::none) return exit_code;
    try {
        return idferry::daemon::cli::run(options);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "idferry: internal error: %s\n", e.what());
        return 1;
    }
}
