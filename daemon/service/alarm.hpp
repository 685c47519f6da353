// Waits for a time or for a poke, whichever comes first. Internal to this folder.
#pragma once

#include "connectors/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace idferry::daemon::service {

class alarm
{
public:
    virtual ~alarm() = default;
    // Ends the wait under way, or the next one.
    virtual void poke() = 0;
    // One at a time.
    virtual boost::asio::awaitable<void> wait_until(connectors::clock::steady_time when) = 0;
};

std::unique_ptr<alarm> make_alarm(boost::asio::any_io_executor executor, connectors::clock& time);

} // namespace idferry::daemon::service
