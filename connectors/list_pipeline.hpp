// Several lists of a source read at once, and delivered in the order in which they were added.
#pragma once

#include "connectors/background.hpp"
#include "connectors/source.hpp"

#include <boost/asio/this_coro.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace idferry::connectors {

// A list read ahead: its pages, then its end.
struct list_item
{
    read_event event;
    std::optional<failure> fatal;  // ends the whole read
    std::optional<failure> failed; // with list_end: the call that failed
};

// Reads one list to its end. `reader` gives pages by next(), and after the last one end() and failed(); `shape` is what
// becomes of each page.
template <class Reader, class Shape>
boost::asio::awaitable<void> read_list_into(std::shared_ptr<work_queue<list_item>> queue, Reader reader, Shape shape)
{
    for (;;) {
        auto got = co_await reader.next();
        list_item item;
        if (got.has_error()) {
            item.fatal = got.error();
            item.event = list_end{};
            co_await queue->push(std::move(item));
            co_return;
        }
        if (!*got) break;
        item.event = shape(std::move(**got));
        co_await queue->push(std::move(item));
    }
    list_item last;
    last.event = reader.end();
    last.failed = reader.failed();
    co_await queue->push(std::move(last));
}

// `Through` is what lists are read through, as many at once as its width() says; `Spec` says which list.
// start_list(queue, through, spec, alone) gives the coroutine that reads it; `alone`: no other list is read meanwhile.
template <class Through, class Spec> class list_pipeline
{
public:
    explicit list_pipeline(std::shared_ptr<Through> through) : through_(std::move(through)) {}

    void add(Spec spec) { waiting_.push_back(std::move(spec)); }
    bool done() const { return waiting_.empty() && running_.empty(); }
    // Forgets what has not been delivered.
    void clear()
    {
        waiting_.clear();
        running_.clear();
    }

    // Starts what fits and waits for the next event of the oldest list. Only when not done.
    boost::asio::awaitable<list_item> next()
    {
        const auto executor = co_await boost::asio::this_coro::executor;
        while (!waiting_.empty() && running_.size() < through_->width()) {
            const bool alone = waiting_.size() + running_.size() == 1;
            background<list_item> one(executor, 4);
            one.start(start_list(one.queue(), through_, std::move(waiting_.front()), alone));
            waiting_.pop_front();
            running_.push_back(std::move(one));
        }
        auto got = co_await running_.front().next();
        list_item item;
        if (got)
            item = std::move(*got);
        else
            item.fatal = failure{disposition::retry, "the read of a list ended early"};
        if (item.fatal || std::holds_alternative<list_end>(item.event)) running_.pop_front();
        co_return item;
    }

private:
    std::shared_ptr<Through> through_;
    std::deque<Spec> waiting_;
    std::deque<background<list_item>> running_;
};

} // namespace idferry::connectors
