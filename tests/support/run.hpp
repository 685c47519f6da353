// Runs coroutines in tests, on one io_context that lives as long as the process: transports and listeners that a test
// leaves behind in it stay valid.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace idferry::test {

boost::asio::io_context& test_io();

// Runs handlers until `done`; throws std::runtime_error after 30 s, or at once when nothing is left that could change
// it.
void run_until(const std::function<bool()>& done);

// Runs everything that is ready, and what becomes ready by that; does not wait for timers or sockets.
void settle();

// A coroutine that was started and not awaited: for tests of concurrency and cancellation.
template <class T> class task
{
public:
    explicit task(boost::asio::awaitable<T> work) : state_(std::make_shared<state>())
    {
        auto finish = [s = state_](std::exception_ptr e) {
            s->error = e;
            s->done = true;
        };
        boost::asio::co_spawn(test_io(), keep(state_, std::move(work)),
                              boost::asio::bind_cancellation_slot(state_->signal.slot(), std::move(finish)));
    }

    bool done() const { return state_->done; }
    void cancel() { state_->signal.emit(boost::asio::cancellation_type::terminal); }
    // Runs until done; rethrows what the coroutine threw.
    T get()
    {
        run_until([s = state_] { return s->done; });
        if (state_->error) std::rethrow_exception(state_->error);
        return std::move(*state_->value);
    }

private:
    struct state
    {
        std::optional<T> value;
        std::exception_ptr error;
        bool done{false};
        boost::asio::cancellation_signal signal;
    };
    static boost::asio::awaitable<void> keep(std::shared_ptr<state> s, boost::asio::awaitable<T> work)
    {
        auto v = co_await std::move(work);
        s->value.emplace(std::move(v));
    }
    std::shared_ptr<state> state_;
};

template <> class task<void>
{
public:
    explicit task(boost::asio::awaitable<void> work) : inner_(wrap(std::move(work))) {}
    bool done() const { return inner_.done(); }
    void cancel() { inner_.cancel(); }
    void get() { inner_.get(); }

private:
    static boost::asio::awaitable<bool> wrap(boost::asio::awaitable<void> work)
    {
        co_await std::move(work);
        co_return true;
    }
    task<bool> inner_;
};

// Runs one coroutine to its end.
template <class T> T run(boost::asio::awaitable<T> work)
{
    task<T> t(std::move(work));
    return t.get();
}

} // namespace idferry::test
