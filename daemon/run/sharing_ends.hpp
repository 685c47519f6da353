// The end of our link to a resource that another sync keeps: what of ours ends with it, and what goes on there.
#pragma once

#include "daemon/run/planning.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::run {

// What this sync owes the person goes on with a sync that keeps the account and binds credentials, unless one is at it
// already: a job that is open is followed, and one that is still wanted, or owed for credentials that were revoked, is
// made. `link`: ours, which ends or has ended.
outcome<void> hand_binding_over(const cycle_context& c, const mapping::resource_type& type, const state::link& link,
                                std::vector<state::update>& updates);
// Adds to the plan's note on such a link what becomes of a credential binding that is under way: "; sync 'hr' goes on
// with the credential binding", or that nobody does and what to do about it. Nothing when none is.
outcome<void> tell_binding_of_ended_link(const cycle_context& c, const mapping::resource_type& type,
                                         const state::link& link, std::string& note);

// After the push: ends the links of those who stay with others.
outcome<void> end_links(const cycle_context& c, const draft& d, std::vector<state::update>& updates);

} // namespace idferry::daemon::run
