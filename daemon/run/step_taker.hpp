// Takes the steps beside resources: those that a push has just called for, and those of earlier cycles that are due.
#pragma once

#include "daemon/run/account_steps.hpp"
#include "daemon/run/pusher.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace idferry::daemon::run {

// Takes the steps of the plan and those that `report` says are wanted, in batches: what is begun is recorded before it
// is sent, outcomes after. Counts and notes go into `report`. What fails stays due; credentials or scopes that are
// refused end this for the cycle, and nothing else. Fails only when state cannot be written.
boost::asio::awaitable<outcome<void>> take_steps(cycle_context c, const reconcile::plan& plan, push_report& report);

// Counts one step in a report, with its line for the log: `told` was done (its text may be empty: nothing was), and
// `failed` says why something was not, or is empty.
void tell_step(push_report& report, taken_step told, const std::string& failed);

} // namespace idferry::daemon::run
