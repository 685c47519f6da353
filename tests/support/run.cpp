#include "tests/support/run.hpp"

#include "connectors/clock.hpp"

#include <stdexcept>

namespace idferry::test {

boost::asio::io_context& test_io()
{
    // Never destroyed: sockets and timers of statics may outlive main.
    static auto* io = new boost::asio::io_context(1);
    return *io;
}

void run_until(const std::function<bool()>& done)
{
    auto& io = test_io();
    const auto end = connectors::steady_now() + std::chrono::seconds(30);
    while (!done()) {
        if (io.stopped()) io.restart();
        const auto ran = io.run_one_until(end);
        if (ran > 0 || done()) continue;
        throw std::runtime_error(connectors::steady_now() >= end
                                     ? "the coroutine did not end within 30 s"
                                     : "the coroutine waits for something that nobody does");
    }
}

void settle()
{
    auto& io = test_io();
    if (io.stopped()) io.restart();
    while (io.poll() > 0) {
    }
}

} // namespace idferry::test
