// What waits for somebody: rejected resources, and syncs in quarantine.
#pragma once

#include "daemon/report/source.hpp"

namespace idferry::daemon::report {

// {"sync","type","key","label","operation","error","attempts","first","next_try","dropped"}
mapping::json reject_json(const state::reject& r);
// {"sync","since","reason","failures","next_probe"}
mapping::json quarantine_json(const state::quarantine& q);

// {"rejects":[…],"dropped": how many are not listed for that,"left_out": how many are not for the limit}; of one sync,
// or of all that state or configuration knows. With `dropped` those dropped by hand are listed too. `limit` 0 = all.
json_result rejects_json(const source& from, const std::optional<mapping::sync_name>& sync,
                         const state::reject_filter& only, bool dropped, std::size_t limit = 0);

// {"quarantine":[…]}
json_result quarantines_json(const source& from);

// Names of the syncs that configuration (in its order) and state know; calls by hand are none.
state::result<std::vector<mapping::sync_name>> known_syncs(const source& from);

} // namespace idferry::daemon::report
