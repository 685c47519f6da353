#include "daemon/run/parallel.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <memory>

namespace idferry::daemon::run {

namespace {

struct shared_work
{
    shared_work(boost::asio::any_io_executor ex, std::size_t n,
                std::function<boost::asio::awaitable<void>(std::size_t)> w)
        : finished(std::move(ex)), count(n), work(std::move(w))
    {
        finished.expires_at(boost::asio::steady_timer::time_point::max());
    }
    boost::asio::steady_timer finished;
    std::size_t count;
    std::function<boost::asio::awaitable<void>(std::size_t)> work;
    std::size_t next{0};
    std::size_t running{0};
    std::exception_ptr failed;
};

boost::asio::awaitable<void> worker(std::shared_ptr<shared_work> all)
{
    while (all->next < all->count && !all->failed) {
        const auto i = all->next++;
        try {
            co_await all->work(i);
        } catch (...) {
            if (!all->failed) all->failed = std::current_exception();
        }
    }
    if (--all->running == 0) all->finished.cancel();
}

} // namespace

boost::asio::awaitable<void> for_each_parallel(std::size_t count, std::size_t width,
                                               std::function<boost::asio::awaitable<void>(std::size_t)> work)
{
    if (count == 0) co_return;
    auto executor = co_await boost::asio::this_coro::executor;
    auto all = std::make_shared<shared_work>(executor, count, std::move(work));
    all->running = std::max<std::size_t>(1, std::min(width, count));
    for (std::size_t i = 0, n = all->running; i < n; ++i)
        boost::asio::co_spawn(executor, worker(all), boost::asio::detached);
    boost::system::error_code ignored;
    while (all->running > 0)
        co_await all->finished.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    if (all->failed) std::rethrow_exception(all->failed);
}

} // namespace idferry::daemon::run
