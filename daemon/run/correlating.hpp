// Finds, for people and groups without a link, the target resource that they may already be.
#pragma once

#include "daemon/run/reading.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace idferry::daemon::run {

// Fills `found` of every candidate that is in scope, unlinked and not yet correlated, by the matching rule of its type:
// the first match attribute that finds anything decides. Up to 50 candidates are asked for one by one where the target
// can filter by every match attribute's own value, else the target's inventory is read once. `also`: of the types that
// come before this one, what was found: a role of a resource server that is there, and not linked yet, is there, too.
boost::asio::awaitable<outcome<void>> correlate(cycle_context c, const mapping::resource_type& type,
                                                std::vector<candidate*> wanted, const found_before* also = nullptr);

// Asks the target again about every link that its own data protected when it was last to be written; who still is
// protected is in `reading::left_alone`. Fails when the target cannot be asked.
boost::asio::awaitable<outcome<void>> ask_who_is_left_alone(cycle_context c, std::vector<state::link> marked,
                                                            const mapping::resource_type& type, reading& r);

} // namespace idferry::daemon::run
