// A cycle up to its first write: what `plan` shows, `sync` pushes and `explain` explains, from one function.
#pragma once

#include "daemon/run/cycle.hpp"
#include "daemon/run/planning.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace idferry::daemon::run {

struct decided
{
    std::unique_ptr<reading> read;
    draft drafted;
    std::string mark{}; // of a cycle by hints: where the next look goes on
};

// Reads, correlates, plans, judges, proves and plans again. Guards that refuse, and the target's notices, are in
// `report`; `target_known` says whether the target's capabilities were learned, before or on the way, also after a
// failure. With `options.push`, what an earlier run left open is settled and recorded first; else nothing is written.
boost::asio::awaitable<outcome<decided>> decide(cycle_context c, cycle_options options, cycle_report& report,
                                                bool& target_known);

} // namespace idferry::daemon::run
