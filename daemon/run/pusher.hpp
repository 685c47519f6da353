// Executes a plan: the only place that writes to a target. Intents of a batch are recorded before it is sent, outcomes
// after; one bad resource never stops the others.
#pragma once

#include "daemon/run/planning.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

struct push_report
{
    std::uint64_t done{0};
    std::uint64_t rejected{0};
    std::uint64_t deferred{0};   // transient failures: the next cycle tries again
    std::uint64_t left_alone{0}; // protected at send time
    std::vector<reconcile::note> notes;
    std::optional<std::string> stopped; // why the push ended before its end
    bool target_failed{false};          // it was the target's fault
    bool credentials_refused{false};    // target_failed: it refuses our credentials
};

// Pushes every change in plan order: users, groups, memberships; removals in reverse. Fails only when state cannot be
// written; what the target did wrong is in the report.
boost::asio::awaitable<outcome<push_report>> push(cycle_context c, const reconcile::plan& plan);

} // namespace idferry::daemon::run
