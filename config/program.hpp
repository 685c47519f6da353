// A program that the administrator names in the configuration, run without a shell: it prints a secret, or is given
// one.
//
// Its errors go nowhere, for they may hold the secret; what it is given goes to its standard input alone, where no list
// of processes shows it. It runs in a process group of its own, and whatever it started ends with it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace idferry::config {

struct program_call
{
    std::vector<std::string> command;                               // program, found along PATH, and its arguments
    std::string input{};                                            // to its standard input; at most 16 KiB
    std::vector<std::pair<std::string, std::string>> environment{}; // added to our own
    std::size_t most_output{64UL * 1024};
    int timeout_ms{10'000};
};

struct program_end
{
    std::string trouble; // why it did not do its part ("ended with exit code 3"); "" when it did. Never its output
    std::string output;
};

// Waits for the end. Blocks this thread for at most the timeout.
program_end run_program(const program_call& call);

} // namespace idferry::config
