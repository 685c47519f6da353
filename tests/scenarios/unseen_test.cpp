// A target that answers a creation as done and does not show what it made: it is looked for by the id that was told,
// then by matching, and nothing is sent twice in the same push.
#include "tests/scenarios/world.hpp"

#include <gtest/gtest.h>

namespace idferry::tests {
namespace {

using mapping::json;
using testing::Test;

class unseen : public Test
{
protected:
    unseen() : s(load_scenario(IDFERRY_SOURCE_DIR "/tests/scenarios/unseen/account.yaml")), w(s) {}

    cycle_result sync() { return w.take(json{{"sync", json::object()}}); }
    std::vector<state::intent> open() { return *w.state.open_intents(s.sync().name); }

    scenario s;
    world w;
};

TEST_F(unseen, is_sent_once_and_found_by_its_id)
{
    w.target.unseen = true;
    const auto first = sync();
    EXPECT_EQ(w.target.creations, 1u) << first.text();
    ASSERT_EQ(open().size(), 1u);
    EXPECT_EQ(open()[0].target.text(), w.target.users.begin()->first) << "the id is remembered";
    EXPECT_TRUE(w.state.rejects(s.sync().name, {})->empty());

    // Nothing but the id tells any more that it is ours.
    w.target.unseen = false;
    w.target.users.begin()->second["externalId"] = nullptr;
    w.target.users.begin()->second["userName"] = "renamed@acme.example";
    sync();
    EXPECT_EQ(w.target.creations, 1u);
    EXPECT_EQ(w.target.users.size(), 1u);
    EXPECT_TRUE(open().empty());
    const auto link = *w.state.find_link({s.sync().name, "user"}, mapping::source_key("p1"));
    ASSERT_TRUE(link);
    EXPECT_EQ(link->target.text(), w.target.users.begin()->first);
    EXPECT_EQ(link->owner, state::link_owner::created);
}

TEST_F(unseen, is_found_by_matching_where_no_id_was_told)
{
    w.target.unseen = true;
    w.target.tells_ids = false;
    sync();
    EXPECT_EQ(w.target.creations, 1u);
    w.target.unseen = false;
    const auto second = sync();
    EXPECT_EQ(second.exit, 0) << second.text();
    EXPECT_EQ(w.target.creations, 1u);
    const auto link = *w.state.find_link({s.sync().name, "user"}, mapping::source_key("p1"));
    ASSERT_TRUE(link);
    EXPECT_EQ(link->owner, state::link_owner::created);
}

TEST_F(unseen, is_that_persons_trouble_alone_where_the_record_cannot_be_understood)
{
    w.target.unreadable = true;
    const auto first = sync();
    EXPECT_EQ(w.target.creations, 1u) << first.text();
    EXPECT_TRUE(open().empty());
    EXPECT_EQ(w.state.rejects(s.sync().name, {})->size(), 1u);
    const auto link = *w.state.find_link({s.sync().name, "user"}, mapping::source_key("p1"));
    ASSERT_TRUE(link);
    EXPECT_EQ(link->target.text(), w.target.users.begin()->first);
    sync();
    EXPECT_EQ(w.target.creations, 1u) << "nobody is made twice";
    w.target.unreadable = false;
    sync();
    EXPECT_EQ(w.target.creations, 1u);
    EXPECT_TRUE(w.state.rejects(s.sync().name, {})->empty());
    EXPECT_EQ(w.take(json{{"plan", json::object()}}).exit, 0);
}

TEST_F(unseen, holds_nobody_up_where_it_was_made_unseen_and_cannot_be_understood_later)
{
    w.target.unseen = true;
    sync();
    ASSERT_EQ(open().size(), 1u);
    w.target.unseen = false;
    w.target.unreadable = true;
    const auto second = sync();
    EXPECT_EQ(second.error, "") << second.text();
    EXPECT_TRUE(open().empty());
    w.target.unreadable = false;
    sync();
    EXPECT_EQ(w.target.creations, 1u);
    EXPECT_EQ(w.take(json{{"plan", json::object()}}).exit, 0);
}

TEST_F(unseen, is_made_again_by_a_later_cycle_when_nobody_is_there_after_all)
{
    w.target.unseen = true;
    sync();
    w.target.unseen = false;
    w.target.users.clear();
    const auto second = sync();
    EXPECT_EQ(second.exit, 0) << second.text();
    EXPECT_EQ(w.target.users.size(), 1u);
    EXPECT_TRUE(open().empty());
}

} // namespace
} // namespace idferry::tests
