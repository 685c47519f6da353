// Which attempt is the same one again, and how long a reject waits.
#include "daemon/run/retrying.hpp"
#include "daemon/run/time_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::test {
namespace {

using namespace daemon;
using namespace std::chrono_literals;
using state::operation;

reconcile::change change_of(operation what, const std::string& desired = "{}")
{
    reconcile::change c;
    c.type = &mapping::user_type;
    c.what = what;
    c.key = mapping::source_key("p1");
    c.label = "anna@acme.example";
    c.desired = desired;
    return c;
}

run::known_rejects known(const reconcile::change& c, state::time_point next_try, bool respect, bool dropped = false)
{
    state::reject r;
    r.scope = {mapping::sync_name("staff"), "user"};
    r.key = c.key;
    r.error = "title is too long";
    r.attempts = 3;
    r.next_try = next_try;
    r.attempt = run::attempt_of(c);
    r.dropped = dropped;
    run::known_rejects k;
    k.by_resource.emplace(std::pair<std::string, std::string>("user", "p1"), r);
    k.respect_backoff = respect;
    k.now = state::time_point(1000s);
    return k;
}

TEST(retrying, waits_longer_and_longer_up_to_a_day)
{
    EXPECT_EQ(run::waiting_time(1, false), 5min);
    EXPECT_EQ(run::waiting_time(2, false), 10min);
    EXPECT_EQ(run::waiting_time(3, false), 20min);
    EXPECT_EQ(run::waiting_time(9, false), 1280min);
    EXPECT_EQ(run::waiting_time(10, false), 24h);
    EXPECT_EQ(run::waiting_time(1'000'000'000, false), 24h);
    EXPECT_EQ(run::waiting_time(1, true), 5min);
    EXPECT_EQ(run::waiting_time(5, true), 1h) << "access is not left for a day";
    EXPECT_EQ(run::waiting_time(0, false), 5min);
}

TEST(retrying, an_attempt_is_what_would_be_written)
{
    const auto create = change_of(operation::create, R"({"title":"Head"})");
    EXPECT_EQ(run::attempt_of(create), run::attempt_of(change_of(operation::update, R"({"title":"Head"})")));
    EXPECT_NE(run::attempt_of(create), run::attempt_of(change_of(operation::create, R"({"title":"Chief"})")));
    EXPECT_NE(run::attempt_of(change_of(operation::deactivate)), run::attempt_of(change_of(operation::remove)));
    auto renamed = create;
    renamed.label = "another name for the same";
    renamed.leave_due = state::time_point(1s);
    EXPECT_EQ(run::attempt_of(create), run::attempt_of(renamed));

    auto first = change_of(operation::members), second = first, other = first;
    first.add = {{mapping::source_key("a"), "a"}, {mapping::source_key("b"), "b"}};
    second.add = {{mapping::source_key("b"), "b"}, {mapping::source_key("a"), "a"}};
    other.remove = first.add;
    EXPECT_EQ(run::attempt_of(first), run::attempt_of(second)) << "order says nothing";
    EXPECT_NE(run::attempt_of(first), run::attempt_of(other));
    other.remove.clear();
    other.add = {{mapping::source_key("a+1:b"), ""}};
    EXPECT_NE(run::attempt_of(first), run::attempt_of(other)) << "keys are kept apart";
}

TEST(retrying, the_same_attempt_waits_when_asked_to)
{
    const auto c = change_of(operation::create, R"({"title":"Head"})");
    const auto later = state::time_point(1001s);
    const auto waits = run::held_back(known(c, later, true), c);
    ASSERT_TRUE(waits.has_value());
    EXPECT_EQ(waits->what, reconcile::note::kind::waiting);
    EXPECT_THAT(waits->text, testing::HasSubstr("1970-01-01T00:16:41.000Z (rejected 3 times): title is too long"));
    EXPECT_FALSE(run::held_back(known(c, later, false), c)) << "a person does not wait";
    EXPECT_FALSE(run::held_back(known(c, state::time_point(1000s), true), c)) << "it is due";
    EXPECT_FALSE(run::held_back(known(c, later, true), change_of(operation::create, "{}"))) << "another attempt";
    const auto dropped = run::held_back(known(c, state::time_point(0s), false, true), c);
    ASSERT_TRUE(dropped.has_value());
    EXPECT_EQ(dropped->what, reconcile::note::kind::dropped);
    EXPECT_FALSE(run::held_back(known(c, later, true, true), change_of(operation::create, "{}")));
}

TEST(time_text, is_rfc_3339_with_milliseconds)
{
    EXPECT_EQ(run::time_text(state::time_point(0ms)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(run::time_text(state::time_point(951782399999ms)), "2000-02-28T23:59:59.999Z");
    EXPECT_EQ(run::time_text(state::time_point(951782400000ms)), "2000-02-29T00:00:00.000Z");
}

} // namespace
} // namespace idferry::test
