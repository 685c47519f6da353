// A cycle of `sync` or `apply` that the running daemon carries out.
#pragma once

#include "daemon/run/cycle_text.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::cli {

struct daemon_cycle
{
    std::string sync;
    std::string config; // digest of the configuration that the person has in mind
    bool refresh{false};
    bool hinted{false};
    std::vector<std::string> allow; // GUARD=DIGEST
    std::string only_plan;          // push only when the plan has this digest; "" = any
    std::string digest_key;         // of a saved plan that was made without a state, else ""
    run::print_options print;
};

struct daemon_done
{
    run::printed shown;
    int exit_code{1}; // 1 when the daemon could not be asked, or refused; `shown` says why
};

// Waits for the end, and for what the sync is at work on before. The daemon refuses when `config` is not the
// configuration that it has in force.
daemon_done run_by_daemon(const std::string& socket, const daemon_cycle& what);

} // namespace idferry::daemon::cli
