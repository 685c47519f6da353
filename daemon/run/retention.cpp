#include "daemon/run/retention.hpp"

namespace idferry::daemon::run {

outcome<void> apply_retention(state::store& state, const retention_settings& r, state::time_point now)
{
    auto done = state.commit({state::forget_audit_values{now - r.values}, state::forget_cycles{now - r.cycles}});
    if (!done) return state_error(done.error());
    return {};
}

} // namespace idferry::daemon::run
