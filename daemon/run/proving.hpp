// Asks the source for single people where a list does not prove enough: nobody loses anything on a guess.
#pragma once

#include "daemon/run/planning.hpp"
#include "daemon/run/reading.hpp"

#include <boost/asio/awaitable.hpp>

namespace idferry::daemon::run {

// True when something in the reading still has to be proved before it may be pushed.
bool needs_proof(const cycle_context& c, const reading& r);

// Proves every unsure person and every leaver whose list does not prove the leaving. People who turn out to be there
// become candidates, those who are proved gone become leavers, and what cannot be proved is withheld with a note.
// Guards have judged before: this sends up to three requests a person.
boost::asio::awaitable<outcome<void>> prove(cycle_context c, reading& r);

// Adds the links whose grace period is over to the reading's `due`.
outcome<void> find_due(const cycle_context& c, reading& r);

} // namespace idferry::daemon::run
