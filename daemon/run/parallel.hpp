// Runs many small coroutines, a few at a time, on the current executor.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>

namespace idferry::daemon::run {

// Calls `work(i)` for every i below `count`, at most `width` at once, in order of their start; returns when all have
// ended. The first exception is rethrown once the others have ended. `work` outlives the call; it must not capture by
// a lambda that is itself a coroutine.
boost::asio::awaitable<void> for_each_parallel(std::size_t count, std::size_t width,
                                               std::function<boost::asio::awaitable<void>(std::size_t)> work);

} // namespace idferry::daemon::run
