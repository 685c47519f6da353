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

// A step beside a resource that was taken.
struct taken_step
{
    const mapping::resource_type* type{nullptr};
    mapping::source_key key;
    std::string label;
    std::string text; // "a credential binding job by e-mail (1 of 3)"
};

struct push_report
{
    std::uint64_t done{0};
    std::uint64_t rejected{0};
    std::uint64_t deferred{0};   // transient failures: the next cycle tries again
    std::uint64_t left_alone{0}; // protected at send time
    std::vector<reconcile::note> notes;
    std::vector<state::account_step> wanted; // steps that the changes called for, still to be taken
    std::uint64_t steps_taken{0};
    std::uint64_t steps_failed{0};      // they stay due; a step that was given up counts once
    std::vector<taken_step> taken;      // the first of them, for the log
    std::optional<std::string> stopped; // why the push ended before its end
    bool target_failed{false};          // it was the target's fault
    bool credentials_refused{false};    // target_failed: it refuses our credentials
};

// Pushes every change in plan order: users, groups, memberships; removals in reverse. Fails only when state cannot be
// written; what the target did wrong is in the report.
boost::asio::awaitable<outcome<push_report>> push(cycle_context c, const reconcile::plan& plan);

} // namespace idferry::daemon::run
