// Links of binding jobs that a program hands over: whatever fails, and whichever sync comes next, each person has one
// that may be used in the end.
#include "tests/scenarios/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace idferry::tests {
namespace {

using mapping::json;

class handed_links : public testing::Test
{
protected:
    handed_links() : s(load_scenario(IDFERRY_SOURCE_DIR "/tests/scenarios/handed/two_sources.yaml")) {}

    static cycle_result sync(world& w, const char* of) { return w.take(json{{"sync", {{"of", of}}}}); }

    static void expect_one_open_job_each(world& w, const std::string& where)
    {
        ASSERT_EQ(w.target.users.size(), 2U) << where;
        for (const auto& [id, user] : w.target.users) {
            const auto& jobs = w.target.jobs[id];
            const auto open = std::count_if(jobs.begin(), jobs.end(),
                                            [](const auto& job) { return job.state == connectors::job_state::open; });
            EXPECT_EQ(open, 1) << where << user["userName"];
        }
    }

    // The Nth thing that can fail does, while `breaks` is synchronised; then `first` comes, and the other one. False
    // when there is no Nth.
    bool run(const char* breaks, const char* first, const std::function<void(world&)>& arm,
             const std::function<bool(world&)>& hit, const std::string& where)
    {
        world w(s);
        if (breaks == std::string("staff")) sync(w, "hr");
        arm(w);
        sync(w, breaks);
        const bool was_hit = hit(w);
        w.faults.set(fault::none, 0);
        w.state.set(state_fault::none, 0);
        if (!was_hit) return false;
        for (int round = 0; round < 3; ++round) {
            sync(w, first);
            sync(w, first == std::string("hr") ? "staff" : "hr");
            w.take(json{{"advance", "1h"}});
        }
        expect_one_open_job_each(w, where);
        for (const char* of : {"hr", "staff"}) EXPECT_EQ(w.take(json{{"plan", {{"of", of}}}}).exit, 0) << where << of;
        return true;
    }

    scenario s;
};

TEST_F(handed_links, are_one_for_each_person_after_every_failure)
{
    std::size_t runs = 0;
    for (const char* breaks : {"hr", "staff"})
        for (const char* first : {"hr", "staff"}) {
            const auto where = [&](const char* what, int kind, std::size_t n) {
                return std::string(what) + " " + std::to_string(kind) + " at " + std::to_string(n) + " of " + breaks +
                       ", then " + first + ": ";
            };
            for (const auto kind : {fault::refused, fault::lost_request, fault::lost_answer, fault::killed})
                for (std::size_t n = 1; !HasFailure(); ++n, ++runs)
                    if (!run(
                            breaks, first, [&](world& w) { w.faults.set(kind, n); },
                            [](world& w) { return w.faults.hit(); }, where("fault", static_cast<int>(kind), n)))
                        break;
            for (const auto kind : {state_fault::killed_before, state_fault::killed_after, state_fault::refused})
                for (std::size_t n = 1; !HasFailure(); ++n, ++runs)
                    if (!run(
                            breaks, first, [&](world& w) { w.state.set(kind, n); },
                            [](world& w) { return w.state.hit(); }, where("state", static_cast<int>(kind), n)))
                        break;
        }
    EXPECT_GT(runs, 60U);
}

} // namespace
} // namespace idferry::tests
