#include "connectors/http/slot_queue.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <deque>

namespace idferry::connectors::http {

namespace asio = boost::asio;

struct slot_queue::waiter
{
    waiter(const asio::any_io_executor& e, clock::steady_time deadline) : timer(e, deadline) {}
    asio::steady_timer timer;
    bool granted{false};
};

struct slot_queue::state
{
    std::size_t limit{1};
    std::size_t used{0};
    std::deque<waiter*> queue;
};

// A waiter's place in the queue: however its coroutine ends, it leaves no gap, and a slot granted but not taken goes
// on.
class slot_queue::place
{
public:
    place(std::shared_ptr<state> s, waiter& w) : state_(std::move(s)), waiter_(w) { state_->queue.push_back(&waiter_); }
    ~place()
    {
        if (taken_) return;
        if (waiter_.granted)
            give_back(*state_);
        else
            std::erase(state_->queue, &waiter_);
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    hold take()
    {
        taken_ = true;
        return hold(state_);
    }

private:
    std::shared_ptr<state> state_;
    waiter& waiter_;
    bool taken_{false};
};

slot_queue::slot_queue(std::size_t limit) : state_(std::make_shared<state>())
{
    state_->limit = std::max<std::size_t>(limit, 1);
}

void slot_queue::give_back(state& s)
{
    if (s.queue.empty()) {
        --s.used;
        return;
    }
    auto* next = s.queue.front();
    s.queue.pop_front();
    next->granted = true;
    next->timer.cancel();
}

slot_queue::hold& slot_queue::hold::operator=(hold&& other) noexcept
{
    hold old(std::move(*this));
    of_ = std::move(other.of_);
    return *this;
}

slot_queue::hold::~hold()
{
    if (of_) give_back(*of_);
}

std::size_t slot_queue::waiting() const
{
    return state_->queue.size();
}

asio::awaitable<slot_queue::hold> slot_queue::acquire(clock::steady_time deadline)
{
    return wait(state_, deadline);
}

asio::awaitable<slot_queue::hold> slot_queue::wait(std::shared_ptr<state> s, clock::steady_time deadline)
{
    if (s->used < s->limit && s->queue.empty()) {
        ++s->used;
        co_return hold(s);
    }
    auto executor = co_await asio::this_coro::executor;
    waiter me(executor, deadline);
    place mine(s, me);
    boost::system::error_code ec;
    co_await me.timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    if (!me.granted) co_return hold();
    co_return mine.take();
}

} // namespace idferry::connectors::http
