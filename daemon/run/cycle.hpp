// One run of the whole data flow for one sync.
#pragma once

#include "daemon/reconcile/guards.hpp"
#include "daemon/run/pusher.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

// What a cycle cost: for reports and benchmarks.
struct cycle_costs
{
    std::uint64_t source_requests{0}, target_requests{0}, token_requests{0};
    std::uint64_t decoded{0};      // records that became a DOM
    std::uint64_t rows_written{0}; // in state
    std::uint64_t lookups{0};      // point queries in state
    std::uint64_t people_read{0}, people_unchanged{0};
    std::chrono::milliseconds reading{0}, planning{0}, pushing{0};
};

// cycle_options::trigger of a cycle by hints that the schedule wanted.
inline constexpr const char* hints_trigger = "hints";

// What a cycle by hints did beside its plan.
struct hints_report
{
    std::uint64_t events{0}, noise{0}; // read; of these, about nobody's record
    std::uint64_t people{0};           // named by events
    std::uint64_t left{0};             // of these: with something that only a full read may decide
    std::uint64_t groups{0};           // named: all of it is left to the full read
    std::string trouble;               // why events may have been missed; "" = nothing known
    bool refused{false};               // none could be read
};

struct cycle_report
{
    std::string sync;
    state::time_point started{}, ended{};
    std::optional<reconcile::plan> plan;
    std::vector<reconcile::violation> refused; // guards that stopped it before the first write
    std::optional<push_report> pushed;
    std::optional<hints_report> hints;            // of a cycle by hints
    std::vector<std::string> notices;             // from the target's discovery
    std::optional<std::string> error;             // why it ended early
    std::optional<std::string> target_failed;     // what the target did wrong when it ended the cycle or the push
    std::optional<std::string> source_failed;     // what the source did wrong when it ended the cycle
    bool credentials_refused{false};              // source_failed or target_failed: it refuses our credentials
    std::vector<reconcile::violation> overridden; // guards that refused it, and were allowed to let it pass
    bool busy{false};                             // `error` is that another process is at work on this sync
    bool moved{false};                            // apply: the plan is not the saved one
    cycle_costs costs;

    // Section 2 of the documents: 0, 1, 2, 3, 4, 6.
    int exit_code(bool pushing) const;
};

// Reads, plans, judges, and with `options.push` pushes. Never throws for what the outside does wrong; an exception
// means a defect and ends this cycle only.
boost::asio::awaitable<cycle_report> run_cycle(cycle_context c, cycle_options options);

// The worst of several exit codes, in the order 1, 5, 3, 6, 4, 2, 0.
int worst_exit_code(const std::vector<int>& codes);

} // namespace idferry::daemon::run
