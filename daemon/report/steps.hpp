// Steps beside accounts (state::account_step): who has a credential yet, and whose are still to be revoked. Never a
// link: none is kept anywhere.
#pragma once

#include "daemon/report/source.hpp"

#include <cstddef>
#include <string>

namespace idferry::daemon::report {

// {"step": "bind_credential" | "revoke_credentials","status","since","next": time or null when nothing follows,
// "attempts","remote": ids at the target,"note"}
mapping::json step_json(const state::account_step& s);

struct step_query
{
    mapping::sync_name sync;
    std::string key;    // "" = everybody
    std::string status; // "" = any
    std::size_t limit{1000};
};

// {"sync","steps":[step_json and "type","key","label","target_id" or null],"more": whether the limit left some out}
json_result steps_json(const source& from, const step_query& query);
// {status: how many} of one sync.
json_result step_counts_json(const source& from, const mapping::sync_name& sync);

} // namespace idferry::daemon::report
