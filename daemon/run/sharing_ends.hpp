// The end of our link to a resource that another sync keeps: what of ours ends with it, and what goes on there.
#pragma once

#include "daemon/run/planning.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::run {

// Adds to the plan's note on such a link what becomes of a credential binding that is under way: "; sync 'hr' goes on
// with the credential binding", or that nobody does and what to do about it. Nothing when none is.
outcome<void> tell_binding_of_ended_link(const cycle_context& c, const mapping::resource_type& type,
                                         const state::link& link, std::string& note);

// After the push: ends the links of those who stay with others.
outcome<void> end_links(const cycle_context& c, const draft& d, std::vector<state::update>& updates);

} // namespace idferry::daemon::run
