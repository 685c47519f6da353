#include "connectors/clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>

namespace idferry::connectors {

namespace asio = boost::asio;

clock::steady_time steady_now()
{
    return std::chrono::steady_clock::now();
}

namespace {

class system_clock_and_chance final : public clock
{
public:
    wall_time now() const override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }

    steady_time steady() const override { return steady_now(); }

    asio::awaitable<void> sleep_until(steady_time when) override
    {
        if (when <= steady_now()) co_return;
        auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, when);
        co_await timer.async_wait(asio::use_awaitable);
    }

    double random() override { return std::uniform_real_distribution<double>(0.0, 1.0)(generator_); }

private:
    std::mt19937_64 generator_{std::random_device{}()};
};

} // namespace

std::unique_ptr<clock> make_system_clock()
{
    return std::make_unique<system_clock_and_chance>();
}

} // namespace idferry::connectors
