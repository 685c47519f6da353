// A number of slots handed out first come, first served. Internal to connectors/http: the pacer and the pool wait on
// it.
#pragma once

#include "connectors/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>

namespace idferry::connectors::http {

class slot_queue
{
    struct state;

public:
    explicit slot_queue(std::size_t limit);

    // One slot, given back on destruction; empty when none could be had. May outlive the queue.
    class hold
    {
    public:
        hold() = default;
        explicit hold(std::shared_ptr<state> of) : of_(std::move(of)) {}
        hold(hold&&) = default;
        hold& operator=(hold&& other) noexcept;
        ~hold();
        explicit operator bool() const { return of_ != nullptr; }

    private:
        std::shared_ptr<state> of_;
    };

    // Waits for a slot until `deadline` of the real steady clock (then the hold is empty). Cancellation leaves the
    // queue with boost::system::system_error.
    boost::asio::awaitable<hold> acquire(clock::steady_time deadline = clock::steady_time::max());

    std::size_t waiting() const;

private:
    struct waiter;
    class place;
    static void give_back(state& s);
    static boost::asio::awaitable<hold> wait(std::shared_ptr<state> s, clock::steady_time deadline);

    std::shared_ptr<state> state_;
};

} // namespace idferry::connectors::http
