// When a sync whose target keeps failing is left in peace, and when it is tried again. Pure.
#pragma once

#include "state/link.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace idferry::daemon::service {

struct quarantine_rules
{
    std::int64_t after{3}; // cycles in a row whose target failed
    // Until the first probe; doubles with every failed one.
    std::chrono::milliseconds first{std::chrono::minutes(5)};
    std::chrono::milliseconds longest{std::chrono::hours(6)};
};

// After a cycle whose target failed: `failures` of them in a row, this one included. Nothing while it may go on.
std::optional<state::quarantine> isolate(const quarantine_rules& rules, const mapping::sync_name& sync,
                                         std::int64_t failures, std::string reason, state::time_point now);

// After a probe that failed too.
state::quarantine prolong(const quarantine_rules& rules, state::quarantine before, std::string reason,
                          state::time_point now);

} // namespace idferry::daemon::service
