// Forgets what `retention:` says is old: names and values of the audit trail, and finished cycles.
#pragma once

#include "daemon/run/context.hpp"

namespace idferry::daemon::run {

// For the daemon, once a day: one transaction. Audit lines stay, and the chain still verifies; the last success of each
// sync stays. Fails when state cannot be written.
outcome<void> apply_retention(state::store& state, const retention_settings& r, state::time_point now);

} // namespace idferry::daemon::run
