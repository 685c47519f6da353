// What an earlier run left open: intents without an outcome are looked up at the target before anything is planned.
#pragma once

#include "daemon/run/context.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace idferry::daemon::run {

// Settles open intents. A create that was carried out after all becomes a link (owner created); every other
// operation is idempotent and is planned afresh. Returns the updates to apply; the caller commits them (sync) or applies
// them to a copy in memory (plan).
boost::asio::awaitable<outcome<std::vector<state::update>>> settle_open_intents(cycle_context c);

} // namespace idferry::daemon::run
