// A cycle by hints: instead of the whole source, only the people are read whom its events name. It brings changes and
// joiners sooner, and never takes anything from anybody: who seems to have left, and what a lost group gave, waits for
// the next full read. What it recorded is what a full read would have recorded, or left to be looked at again.
#pragma once

#include "daemon/run/deciding.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace idferry::daemon::run {

// `learn_target` learns what the target can do, once. Fails when the source ends the read; that its events cannot
// be read is in report.hints, and the plan is empty.
boost::asio::awaitable<outcome<decided>>
decide_hinted(cycle_context c, cycle_options options, cycle_report& report,
              std::function<boost::asio::awaitable<outcome<void>>()> learn_target);

// Beside the push: digests and rejects of the people looked at; where the next look goes on comes last, and only when
// nothing is left to be tried again.
outcome<void> record_hinted(const cycle_context& c, const decided& made, const cycle_report& report);

// The next look goes on here ("" = nothing was read).
outcome<void> remember_look(const cycle_context& c, const std::string& mark);

// After a full read: what happened before it began is known. Nothing when the source tells of no events.
std::optional<state::update> mark_of_read(const cycle_context& c, const cycle_report& report);

} // namespace idferry::daemon::run
