// kill -9 of a first sync at 50 moments, started again at once each time: nobody is lost, nobody is there twice.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

namespace idferry::e2e {
namespace {

constexpr int kills = slow_build ? 25 : 50;
constexpr unsigned seed = 20240607;
constexpr auto glance = std::chrono::microseconds(300);

std::uint64_t writes(stage& s)
{
    return s.requests("showpad", "POST") + s.requests("showpad", "PUT");
}

TEST(killed, at_fifty_moments_of_a_first_sync_of_two_thousand_people)
{
    stage s({slow_build ? 1000U : 2000U, 60, 13, "user_list"});
    // A moment that is seen a little late must still lie within the run.
    s.knob("showpad", "latency_ms", 1);
    const auto wanted = expected_lines(s.people());
    // One request for each person and group, and one for the members of each group: the least that a first sync writes.
    std::uint64_t least = 0;
    std::set<std::string> with_members;
    for (const auto& line : wanted) {
        if (!line.starts_with("member "))
            ++least;
        else
            with_members.insert(line.substr(0, line.find(" | ")));
    }
    least += with_members.size();
    ASSERT_GT(least, slow_build ? 800U : 1500U);

    // Four of five kills come at a number of writes, spread over the whole sync; the others while a run still reads.
    std::mt19937 random(seed);
    std::vector<std::uint64_t> moments;
    for (int i = 0; i < kills; ++i) moments.push_back(i % 5 == 4 ? 0 : 1 + random() % (least - 150));
    std::vector<std::uint64_t> by_writes;
    for (const auto m : moments)
        if (m > 0) by_writes.push_back(m);
    std::sort(by_writes.begin(), by_writes.end());

    int killed = 0, while_reading = 0, while_writing = 0;
    std::size_t next = 0;
    for (const auto moment : moments) {
        const auto requests_before = s.requests();
        const auto writes_before = writes(s);
        const auto reads = 1 + random() % 60;
        const auto at = moment == 0 ? 0 : by_writes[next++];
        auto run = s.start({"sync"});
        const auto due = [&] {
            return at == 0 ? s.requests() >= requests_before + reads
                           : writes(s) >= at && s.requests() > requests_before;
        };
        while (run->running() && !due()) std::this_thread::sleep_for(glance);
        run->kill_hard();
        const auto ended = run->wait();
        ASSERT_EQ(ended.signal, SIGKILL) << "it ended before the moment came: " << ended.text();
        ++killed;
        ++(writes(s) == writes_before ? while_reading : while_writing);
    }
    ASSERT_EQ(killed, kills);
    EXPECT_GE(while_reading, 5);
    EXPECT_GE(while_writing, 10);
    EXPECT_LT(lines_of_target(s.target(), s.owner()).size(), wanted.size()) << "the last run had nothing left to do";

    const auto last = s.run({"sync"});
    EXPECT_EQ(last.code, 0) << last.text();
    const auto target = s.target();
    EXPECT_EQ(difference(wanted, lines_of_target(target, s.owner(), false)), "");
    std::set<std::string> keys;
    for (const auto& u : target["users"])
        EXPECT_TRUE(keys.insert(u[1].get<std::string>()).second) << "twice: " << u.dump();
    const auto again = s.plan();
    EXPECT_EQ(again.code, 0) << again.text();
    ASSERT_TRUE(again.plan().is_object());
    EXPECT_EQ(difference({}, change_lines(again.plan())), "");
}

} // namespace
} // namespace idferry::e2e
