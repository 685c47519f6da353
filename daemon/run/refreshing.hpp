// Reads the target and compares it with what we last wrote: drift becomes changes, and what is gone is told.
#pragma once

#include "daemon/run/planning.hpp"

#include <boost/asio/awaitable.hpp>

namespace idferry::daemon::run {

// For --refresh and scheduled full cycles. Members are compared too; ones that are not ours are left alone.
boost::asio::awaitable<outcome<drift>> find_drift(cycle_context c);

} // namespace idferry::daemon::run
