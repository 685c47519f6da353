#include "tests/support/fake_clock.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <numeric>

namespace idferry::test {

namespace asio = boost::asio;

namespace {

// Takes a sleeper off the list however its coroutine ends.
template <class List, class Item> class listed
{
public:
    listed(List& list, Item* item) : list_(list), item_(item) { list_.push_back(item_); }
    ~listed() { list_.remove(item_); }
    listed(const listed&) = delete;
    listed& operator=(const listed&) = delete;

private:
    List& list_;
    Item* item_;
};

} // namespace

asio::awaitable<void> fake_clock::sleep_until(steady_time when)
{
    if (when <= steady_) co_return;
    sleeps_.push_back(std::chrono::ceil<std::chrono::milliseconds>(when - steady_));
    auto executor = co_await asio::this_coro::executor;
    if (mode_ == mode::automatic) {
        advance(sleeps_.back());
        co_await asio::post(executor, asio::use_awaitable);
        co_return;
    }
    sleeper me{when, asio::steady_timer(executor, asio::steady_timer::time_point::max()), false};
    listed<std::list<sleeper*>, sleeper> on_list(waiting_, &me);
    boost::system::error_code ec;
    co_await me.timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (!me.due) throw boost::system::system_error(asio::error::operation_aborted);
}

void fake_clock::advance(std::chrono::milliseconds by)
{
    steady_ += by;
    wall_ += by;
    for (auto* s : waiting_)
        if (s->when <= steady_ && !s->due) {
            s->due = true;
            s->timer.cancel();
        }
}

std::chrono::milliseconds fake_clock::slept() const
{
    return std::accumulate(sleeps_.begin(), sleeps_.end(), std::chrono::milliseconds(0));
}

} // namespace idferry::test
