// Work that runs ahead of its consumer: a coroutine that puts results into a bounded queue. Destroying the consumer's
// end cancels the work, which then ends as soon as the executor runs on; the queue lives until then, so whatever the
// work needs must be held by its arguments (the clock and the executor outlive every run of the daemon). One strand, no
// locks.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace idferry::connectors {

template <class T> class work_queue
{
public:
    work_queue(const boost::asio::any_io_executor& executor, std::size_t limit)
        : limit_(limit), filled_(executor), emptied_(executor)
    {
        filled_.expires_at(boost::asio::steady_timer::time_point::max());
        emptied_.expires_at(boost::asio::steady_timer::time_point::max());
    }

    // Waits while the queue is full.
    boost::asio::awaitable<void> push(T value)
    {
        while (items_.size() >= limit_) co_await emptied_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        items_.push_back(std::move(value));
        filled_.cancel();
    }

    // The next result, or nothing when the work has ended. Rethrows what ended it.
    boost::asio::awaitable<std::optional<T>> pop()
    {
        while (items_.empty() && !ended_)
            co_await filled_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (items_.empty()) {
            if (error_) std::rethrow_exception(error_);
            co_return std::nullopt;
        }
        std::optional<T> value(std::move(items_.front()));
        items_.pop_front();
        emptied_.cancel();
        co_return value;
    }

    void end(std::exception_ptr error)
    {
        ended_ = true;
        error_ = error;
        filled_.cancel();
    }

    bool ended() const { return ended_; }
    boost::asio::cancellation_signal& cancel() { return cancel_; }

private:
    std::size_t limit_;
    std::deque<T> items_;
    bool ended_{false};
    std::exception_ptr error_;
    boost::asio::steady_timer filled_, emptied_;
    boost::asio::cancellation_signal cancel_;
};

// The consumer's end.
template <class T> class background
{
public:
    explicit background(const boost::asio::any_io_executor& executor, std::size_t limit = 1)
        : executor_(executor), queue_(std::make_shared<work_queue<T>>(executor, limit))
    {
    }
    background(background&&) noexcept = default;
    background& operator=(background&&) = delete;
    ~background()
    {
        if (!queue_ || queue_->ended()) return;
        queue_->cancel().emit(boost::asio::cancellation_type::terminal);
        // Where we are not on the executor now, what was emitted comes to the work by a message to it, which names the
        // signal: that must be there until then, even when the work ends by itself before.
        boost::asio::post(executor_, [queue = std::move(queue_)] {});
    }

    const std::shared_ptr<work_queue<T>>& queue() const { return queue_; }

    // `work` is a coroutine that was given `queue()`.
    void start(boost::asio::awaitable<void> work)
    {
        auto queue = queue_;
        auto slot = queue->cancel().slot();
        boost::asio::co_spawn(
            executor_, std::move(work),
            boost::asio::bind_cancellation_slot(slot, [queue](std::exception_ptr error) { queue->end(error); }));
    }

    boost::asio::awaitable<std::optional<T>> next() { return queue_->pop(); }

private:
    boost::asio::any_io_executor executor_;
    std::shared_ptr<work_queue<T>> queue_;
};

} // namespace idferry::connectors
