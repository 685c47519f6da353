// Work ahead of its consumer, and a consumer that goes away at any time.
#include "connectors/background.hpp"
#include "tests/support/run.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace idferry::connectors {
namespace {

using queue_of_numbers = std::shared_ptr<work_queue<int>>;

boost::asio::awaitable<void> nothing(queue_of_numbers)
{
    co_return;
}

boost::asio::awaitable<void> numbers(queue_of_numbers queue, std::shared_ptr<int> alive)
{
    for (int i = 0; i < 5; ++i) co_await queue->push(*alive + i);
}

TEST(background, gives_everything_in_order_and_then_nothing)
{
    background<int> work(test::test_io().get_executor());
    work.start(numbers(work.queue(), std::make_shared<int>(7)));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(test::run(work.next()), 7 + i);
    EXPECT_EQ(test::run(work.next()), std::nullopt);
}

TEST(background, ends_with_its_consumer)
{
    auto alive = std::make_shared<int>(0);
    const std::weak_ptr<int> seen = alive;
    {
        background<int> work(test::test_io().get_executor());
        work.start(numbers(work.queue(), std::move(alive)));
        EXPECT_EQ(test::run(work.next()), 0);
    }
    test::settle();
    EXPECT_TRUE(seen.expired()) << "it was waiting for room, and is gone";
}

// The cancellation comes as a message behind the work's own end; under a sanitizer this shows what it would touch.
TEST(background, may_go_away_right_before_its_work_ends_by_itself)
{
    std::weak_ptr<work_queue<int>> queue;
    {
        background<int> work(test::test_io().get_executor());
        queue = work.queue();
        work.start(nothing(work.queue()));
    }
    EXPECT_FALSE(queue.expired()) << "the message is under way";
    test::settle();
    EXPECT_TRUE(queue.expired());
}

} // namespace
} // namespace idferry::connectors
