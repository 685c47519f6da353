// A clock that a test moves. By default a sleep moves it at once (waits cost nothing and are recorded); `manual` leaves
// sleepers where they are until `advance`.
#pragma once

#include "connectors/clock.hpp"

#include <boost/asio/steady_timer.hpp>

#include <list>
#include <vector>

namespace idferry::test {

class fake_clock final : public connectors::clock
{
public:
    enum class mode
    {
        automatic,
        manual
    };
    explicit fake_clock(mode m = mode::automatic) : mode_(m) {}

    wall_time now() const override { return wall_; }
    steady_time steady() const override { return steady_; }
    boost::asio::awaitable<void> sleep_until(steady_time when) override;
    double random() override { return next_random; }

    // Both clocks go on together; sleepers that are due wake.
    void advance(std::chrono::milliseconds by);
    void set_wall(wall_time t) { wall_ = t; }
    std::size_t sleeping() const { return waiting_.size(); }
    // What each sleep asked for, in order; a sleep until now or earlier is left out.
    const std::vector<std::chrono::milliseconds>& sleeps() const { return sleeps_; }
    std::chrono::milliseconds slept() const;

    double next_random{0.5};

private:
    struct sleeper
    {
        steady_time when;
        boost::asio::steady_timer timer;
        bool due{false};
    };
    mode mode_;
    wall_time wall_{std::chrono::sys_days{std::chrono::year{2025} / 3 / 1}};
    steady_time steady_{std::chrono::hours(1)};
    std::list<sleeper*> waiting_;
    std::vector<std::chrono::milliseconds> sleeps_;
};

} // namespace idferry::test
