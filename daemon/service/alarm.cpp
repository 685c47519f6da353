#include "daemon/service/alarm.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace idferry::daemon::service {

namespace asio = boost::asio;

namespace {

class asio_alarm final : public alarm
{
public:
    asio_alarm(asio::any_io_executor executor, connectors::clock& time)
        : executor_(executor), time_(time), bell_(executor, asio::steady_timer::time_point::max())
    {
    }

    void poke() override
    {
        poked_ = true;
        bell_.cancel();
    }

    asio::awaitable<void> wait_until(connectors::clock::steady_time when) override
    {
        asio::cancellation_signal enough;
        bool slept = false;
        asio::co_spawn(executor_, time_.sleep_until(when),
                       asio::bind_cancellation_slot(enough.slot(), [this, &slept](const std::exception_ptr&) {
                           slept = true;
                           bell_.cancel();
                       }));
        boost::system::error_code rung;
        while (!poked_ && !slept) co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
        poked_ = false;
        // The sleeper holds references to this frame.
        if (!slept) enough.emit(asio::cancellation_type::terminal);
        while (!slept) co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    }

private:
    asio::any_io_executor executor_;
    connectors::clock& time_;
    asio::steady_timer bell_;
    bool poked_{false};
};

} // namespace

std::unique_ptr<alarm> make_alarm(asio::any_io_executor executor, connectors::clock& time)
{
    return std::make_unique<asio_alarm>(std::move(executor), time);
}

} // namespace idferry::daemon::service
