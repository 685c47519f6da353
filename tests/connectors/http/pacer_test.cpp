#include "connectors/http/pacer.hpp"

#include "tests/support/fake_clock.hpp"
#include "tests/support/run.hpp"

#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

namespace idferry::connectors::http {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::fake_clock;

namespace {

const token_bucket::time start{std::chrono::hours(5)};
using slot_ptr = std::unique_ptr<pacer::slot>;

milliseconds from_start(token_bucket::time t)
{
    return std::chrono::duration_cast<milliseconds>(t - start);
}

} // namespace

TEST(token_bucket, a_burst_at_once_and_then_the_rate)
{
    token_bucket b(5, 3);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(from_start(b.take(start)), milliseconds(0)) << i;
    EXPECT_EQ(from_start(b.take(start)), milliseconds(200));
    EXPECT_EQ(from_start(b.take(start)), milliseconds(400));
    // 600 ms later three more have grown, and two were promised already.
    EXPECT_EQ(from_start(b.take(start + milliseconds(600))), milliseconds(600));
    EXPECT_EQ(from_start(b.take(start + milliseconds(600))), milliseconds(800));
}

TEST(token_bucket, a_pause_fills_it_up_to_the_burst_only)
{
    token_bucket b(10, 2);
    b.take(start);
    const auto later = start + std::chrono::hours(1);
    EXPECT_EQ(b.take(later), later);
    EXPECT_EQ(b.take(later), later);
    EXPECT_EQ(b.take(later), later + milliseconds(100));
}

TEST(token_bucket, nothing_per_second_is_unlimited_but_can_be_held)
{
    token_bucket b(0, 1);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(b.take(start), start);
    b.slow_down(start, start + seconds(3));
    EXPECT_EQ(from_start(b.take(start + seconds(1))), seconds(3));
    EXPECT_EQ(from_start(b.take(start + seconds(4))), seconds(4));
}

TEST(token_bucket, trouble_halves_the_rate_and_holds_everything)
{
    token_bucket b(10, 10);
    b.take(start);
    b.slow_down(start, start + seconds(2));
    EXPECT_DOUBLE_EQ(b.rate(), 5);
    EXPECT_EQ(from_start(b.take(start)), milliseconds(2000));
    EXPECT_EQ(from_start(b.take(start)), milliseconds(2200)); // no burst after the hold
    EXPECT_EQ(from_start(b.take(start + seconds(1))), milliseconds(2400));
}

TEST(token_bucket, answers_of_one_moment_count_once)
{
    token_bucket b(8, 1);
    for (int i = 0; i < 4; ++i) b.slow_down(start, start + seconds(1));
    EXPECT_DOUBLE_EQ(b.rate(), 4);
    b.slow_down(start + seconds(2), start + seconds(3));
    EXPECT_DOUBLE_EQ(b.rate(), 2);
}

TEST(token_bucket, the_rate_keeps_a_twentieth)
{
    token_bucket b(20, 1);
    for (int i = 0; i < 50; ++i) b.slow_down(start + seconds(10 * i), start + seconds(10 * i + 1));
    EXPECT_DOUBLE_EQ(b.rate(), 1);
}

TEST(token_bucket, peace_brings_the_rate_back_by_a_twentieth_per_second)
{
    token_bucket b(20, 1);
    b.slow_down(start, start + seconds(1));
    ASSERT_DOUBLE_EQ(b.rate(), 10);
    b.peace(start + milliseconds(500)); // still held
    EXPECT_DOUBLE_EQ(b.rate(), 10);
    b.peace(start + seconds(3));
    EXPECT_DOUBLE_EQ(b.rate(), 12);
    b.peace(start + seconds(4));
    EXPECT_DOUBLE_EQ(b.rate(), 13);
    b.peace(start + seconds(400));
    EXPECT_DOUBLE_EQ(b.rate(), 20);
}

TEST(pacer, waits_for_tokens)
{
    fake_clock time;
    auto p = make_pacer({5, 2, 1}, time);
    const auto began = time.steady();
    for (int i = 0; i < 4; ++i) test::run(p->acquire());
    EXPECT_EQ(time.steady() - began, milliseconds(400));
    EXPECT_EQ(p->waited(), milliseconds(400));
}

TEST(pacer_pool, ends_of_one_connection_share_their_pace)
{
    fake_clock time;
    const auto pool = make_pacer_pool(time);
    const pacer_settings slow{5, 2, 1};
    const auto one = pool->of("showpad", slow), two = pool->of("showpad", slow);
    const auto began = time.steady();
    for (int i = 0; i < 2; ++i) {
        test::run(one->acquire());
        test::run(two->acquire());
    }
    EXPECT_EQ(time.steady() - began, milliseconds(400)) << "four requests at five a second, two of them in the burst";
    EXPECT_NE(pool->of("bare", slow), one) << "another connection has its own";
    EXPECT_NE(pool->of("showpad", pacer_settings{10, 2, 1}), one) << "other settings count from now on";
}

TEST(pacer, first_come_first_served_within_the_concurrency)
{
    fake_clock time;
    auto p = make_pacer({0, 1, 2}, time);
    auto a = test::run(p->acquire());
    auto b = test::run(p->acquire());
    test::task<slot_ptr> c(p->acquire()), d(p->acquire());
    test::settle();
    EXPECT_FALSE(c.done());
    EXPECT_FALSE(d.done());
    a.reset();
    test::settle();
    EXPECT_TRUE(c.done());
    EXPECT_FALSE(d.done());
    b.reset();
    test::settle();
    EXPECT_TRUE(d.done());
}

TEST(pacer, a_cancelled_waiter_leaves_the_queue)
{
    fake_clock time;
    auto p = make_pacer({0, 1, 1}, time);
    auto a = test::run(p->acquire());
    test::task<slot_ptr> b(p->acquire()), c(p->acquire());
    test::settle();
    b.cancel();
    test::settle();
    ASSERT_TRUE(b.done());
    EXPECT_THROW(b.get(), boost::system::system_error);
    a.reset();
    test::settle();
    EXPECT_TRUE(c.done());
}

TEST(pacer, a_slot_granted_to_a_cancelled_waiter_goes_on)
{
    fake_clock time;
    auto p = make_pacer({0, 1, 1}, time);
    auto a = test::run(p->acquire());
    test::task<slot_ptr> b(p->acquire()), c(p->acquire());
    test::settle();
    b.cancel(); // reaches b with the next turn of the loop
    a.reset();  // grants to b before that
    test::settle();
    EXPECT_THROW(b.get(), boost::system::system_error);
    EXPECT_TRUE(c.done());
}

TEST(pacer, cancelling_the_wait_for_a_token_frees_the_slot)
{
    fake_clock time(fake_clock::mode::manual);
    auto p = make_pacer({1, 1, 1}, time);
    test::run(p->acquire());
    test::task<slot_ptr> b(p->acquire());
    test::settle();
    ASSERT_EQ(time.sleeping(), 1u);
    b.cancel();
    test::settle();
    EXPECT_EQ(time.sleeping(), 0u);
    EXPECT_THROW(b.get(), boost::system::system_error);
    test::task<slot_ptr> c(p->acquire());
    test::settle();
    EXPECT_FALSE(c.done());
    time.advance(seconds(5));
    test::settle();
    EXPECT_TRUE(c.done());
}

TEST(pacer, slowing_down_holds_those_that_wait_already)
{
    fake_clock time(fake_clock::mode::manual);
    auto p = make_pacer({1, 1, 2}, time);
    test::run(p->acquire());
    test::task<slot_ptr> b(p->acquire());
    test::settle();
    p->slow_down(seconds(10));
    time.advance(seconds(2)); // its token is there
    test::settle();
    EXPECT_FALSE(b.done());
    time.advance(seconds(8));
    test::settle();
    EXPECT_TRUE(b.done());
}

} // namespace idferry::connectors::http
