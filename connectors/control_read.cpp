#include "connectors/control_read.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace idferry::connectors {

namespace asio = boost::asio;

struct control_read::state
{
    enum class progress
    {
        open,
        running,
        settled
    };
    explicit state(const asio::any_io_executor& executor) : ended(executor)
    {
        ended.expires_at(asio::steady_timer::time_point::max());
    }
    // Wakes the others when the question ends, however it ends.
    struct asking
    {
        state& of;
        ~asking()
        {
            if (of.at == progress::running) of.at = progress::open;
            of.ended.cancel();
        }
    };

    progress at{progress::open};
    std::string trouble;      // settled: "" = all is well
    asio::steady_timer ended; // cancelled to wake those who wait
};

asio::awaitable<std::string> control_read::trouble(question ask)
{
    const auto executor = co_await asio::this_coro::executor;
    if (!now_) now_ = std::make_shared<state>(executor);
    const auto mine = now_;
    while (mine->at == state::progress::running) co_await mine->ended.async_wait(asio::as_tuple(asio::use_awaitable));
    if (mine->at == state::progress::settled) co_return mine->trouble;
    mine->at = state::progress::running;
    const state::asking guard{*mine};
    auto answer = co_await ask();
    mine->trouble = std::move(answer);
    mine->at = state::progress::settled;
    co_return mine->trouble;
}

} // namespace idferry::connectors
