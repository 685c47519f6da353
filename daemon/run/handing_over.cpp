#include "daemon/run/handing_over.hpp"

#include "config/program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace idferry::daemon::run {

namespace {

boost::asio::awaitable<std::string> run_it(hand_over what)
{
    config::program_call call;
    call.command = std::move(what.command);
    call.input = what.link.reveal() + "\n";
    call.environment = std::move(what.environment);
    co_return config::run_program(call).trouble;
}

} // namespace

boost::asio::awaitable<std::string> hand_link_over(hand_over what)
{
    // A thread of its own: a slow program holds nobody up.
    boost::asio::thread_pool beside(1);
    auto running = boost::asio::co_spawn(beside, run_it(std::move(what)), boost::asio::use_awaitable);
    auto trouble = co_await std::move(running);
    co_return trouble;
}

} // namespace idferry::daemon::run
