// `plan`, `sync` and `apply` from beginning to end: loads the configuration, runs a cycle for each sync or
// has the daemon run it that works on the same state, prints.
#pragma once

#include "daemon/run/cycle_text.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::cli {

struct plan_options
{
    bool push{false}; // sync and apply
    std::string config;
    std::string state;
    int verbose{0};
    bool no_color{false};
    bool no_progress{false};
    run::print_format format{run::print_format::text};
    std::vector<std::string> syncs; // empty = all
    std::string out;                // plan: save to this file
    std::string saved_plan;         // apply
    std::vector<std::string> allow; // sync: GUARD=DIGEST
    bool refresh{false};
    bool hinted{false}; // only whom the source's events name
    bool costs{false}; // print what the run cost as JSON on stderr
};

// Returns the process's exit code.
int run_plans(const plan_options& o);

} // namespace idferry::daemon::cli
