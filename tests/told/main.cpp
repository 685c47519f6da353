// The last entry of a test run: looks for secrets in what the run left, and removes it when there are none.
//
//   idferry-told FOLDER [FILE|FOLDER-OF-LOGS...]
#include "tests/told/examine.hpp"

#include <cstdio>
#include <exception>

namespace {

namespace fs = std::filesystem;

// A little less than what the end-to-end tests leave: fewer means that something was not kept, and nothing would be
// found.
const idferry::told::expected usual{.secrets = {{"access token", 100},
                                                {"admin token", 2},
                                                {"bearer token", 10},
                                                {"client secret", 3},
                                                {"private key", 50}},
                                    .files = {{"run1.out", 100},
                                              {"run1.err", 100},
                                              {"state.db", 50},
                                              {"idferry.yaml", 100},
                                              {"saved.plan", 1},
                                              {"notify.told", 8},
                                              {"answers/", 60}}};

} // namespace

int main(int argc, char** argv)
try {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s FOLDER [FILE|FOLDER-OF-LOGS...]\n", argv[0]);
        return 2;
    }
    const fs::path told = argv[1];
    std::vector<fs::path> logs;
    for (int i = 2; i < argc; ++i) {
        if (!fs::is_directory(argv[i])) {
            logs.emplace_back(argv[i]);
            continue;
        }
        for (const auto& entry : fs::directory_iterator(argv[i]))
            if (entry.is_regular_file()) logs.push_back(entry.path());
    }
    const auto seen = idferry::told::examine(told, logs, usual);
    std::printf("%s\n", seen.summary().c_str());
    for (const auto& one : seen.findings) std::printf("A secret is told: %s\n", one.c_str());
    for (const auto& one : seen.missing) std::printf("Too little to look at: %s\n", one.c_str());
    if (!seen.good()) {
        std::printf("All of it is kept in %s\n", told.c_str());
        return 1;
    }
    fs::remove_all(told);
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
}
