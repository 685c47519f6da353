// Time and chance, injected: the only place that asks the system for either.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace idferry::connectors {

class clock
{
public:
    using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;
    using steady_time = std::chrono::steady_clock::time_point;

    virtual ~clock() = default;
    virtual wall_time now() const = 0;
    virtual steady_time steady() const = 0;
    // Waits until `when`; returns at once when it has passed. Terminal cancellation ends the wait with an exception
    // (boost::system::system_error, operation_aborted), as every asio wait does.
    virtual boost::asio::awaitable<void> sleep_until(steady_time when) = 0;
    // A number in [0, 1) for jitter.
    virtual double random() = 0;
};

// The system's clocks, a steady timer on the awaiting coroutine's executor, and a seeded generator.
std::unique_ptr<clock> make_system_clock();

// The steady clock alone, for deadlines of real sockets: those run on real time whatever clock the caller has.
clock::steady_time steady_now();

} // namespace idferry::connectors
