// What a person changes in state: rejects tried again or dropped, a quarantine ended. The one place that decides how it
// is written.
#pragma once

#include "daemon/cli/command.hpp"
#include "mapping/ids.hpp"
#include "state/queries.hpp"

namespace idferry::daemon::cli {

enum class hand_change
{
    retry_rejects,
    drop_rejects,
    release_quarantine
};

// Carries it out for one sync, through the daemon's socket when a daemon answers, else in the state folder under the
// sync's writer lock. `only`: which rejects; nothing in it means all. Says on stdout what was done, and returns the
// exit code: 0, 1 (nothing fits, or an error), 5 (another process is at work on the sync).
int change_by_hand(const invocation& given, hand_change what, const mapping::sync_name& sync,
                   const state::reject_filter& only);

} // namespace idferry::daemon::cli
