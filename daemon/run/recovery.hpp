// What an earlier run left open: intents without an outcome are looked up at the target before anything is planned.
#pragma once

#include "daemon/reconcile/change.hpp"
#include "daemon/run/context.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace idferry::daemon::run {

// Settles open intents by what the target holds now. A create that was carried out after all becomes a link (owner
// created); for every other operation the link and the memberships are set to what is there, so that the next plan
// starts from the truth even when the source has changed its mind meanwhile. Returns the updates to commit. How an
// intent keeps the people who come and go in a change of members: {"add":[KEY],"remove":[KEY]}.
std::string members_text(const reconcile::change& change);

boost::asio::awaitable<outcome<std::vector<state::update>>> settle_open_intents(cycle_context c);

} // namespace idferry::daemon::run
