// Every scenario once as it is written, then once for every point at which something can fail.
#include "tests/scenarios/world.hpp"

#include "mapping/normalise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace idferry::tests {
namespace {

using mapping::json;

// What a run ended with: the target, the state, and what a plan says then.
struct ending
{
    json target;
    std::string state;
    std::string plans;
};

ending end_of(world& w, const scenario& s)
{
    ending out{w.target_dump(), w.state_dump(), {}};
    for (std::size_t i = 0; i < s.syncs.size(); ++i) out.plans += w.cycle({}, i).text() + "\n";
    return out;
}

std::vector<std::string> expected_list(const json& wanted, const char* key)
{
    std::vector<std::string> out;
    if (wanted.contains(key))
        for (const auto& one : wanted[key]) out.push_back(one.get<std::string>());
    return out;
}

void expect_result(const json& wanted, const cycle_result& got, const std::string& where)
{
    EXPECT_EQ(got.exit, wanted.value("exit", 0)) << where << got.text();
    auto changes = expected_list(wanted, "changes"), found = got.changes;
    std::sort(changes.begin(), changes.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, changes) << where << got.text();
    auto notes = expected_list(wanted, "notes");
    std::sort(notes.begin(), notes.end());
    EXPECT_EQ(got.notes, notes) << where << got.text();
    EXPECT_EQ(got.refused, expected_list(wanted, "refused")) << where << got.text();
    EXPECT_EQ(got.overridden, expected_list(wanted, "allow")) << where << got.text();
    if (wanted.contains("error"))
        EXPECT_NE(got.error.find(wanted["error"].get<std::string>()), std::string::npos) << where << got.text();
}

void expect_final(const json& wanted, const json& dump)
{
    std::vector<std::string> names, found;
    for (const auto& [name, attributes] : wanted.at("users").items()) names.push_back(name);
    for (const auto& u : dump["users"]) found.push_back(u.value("userName", "?"));
    std::sort(names.begin(), names.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, names) << dump.dump(1);
    for (const auto& u : dump["users"]) {
        const auto w = wanted["users"].find(u.value("userName", "?"));
        if (w == wanted["users"].end()) continue;
        for (const auto& [path, value] : w->items()) {
            const auto there = mapping::value_at(u, path);
            EXPECT_EQ(there ? *there : json(), value) << u["userName"] << " " << path << " " << u.dump();
        }
    }
    json groups = json::object();
    for (const auto& g : dump["groups"]) groups[g.value("displayName", "?")] = g["members"];
    EXPECT_EQ(groups, wanted.value("groups", json::object()));
    EXPECT_EQ(dump["held"], wanted.value("held", json::object())) << dump["held"].dump(1);
    EXPECT_EQ(groups.size(), dump["groups"].size()) << "two groups of one name: " << dump["groups"].dump();
}

class scenarios : public testing::TestWithParam<std::string>
{
protected:
    void SetUp() override { s = load_scenario(GetParam()); }

    // Runs the steps with a fault in step `at`, and one clean cycle right after it. False when the fault found nothing
    // to hit.
    bool run_with_fault(std::size_t at, const std::function<void(world&)>& arm, const std::function<bool(world&)>& hit,
                        const std::string& what)
    {
        world w(s);
        const auto& steps = s.text["steps"];
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (i == at) arm(w);
            w.take(steps[i]);
            if (i != at) continue;
            const bool was_hit = hit(w);
            w.faults.set(fault::none, 0);
            w.state.set(state_fault::none, 0);
            if (!was_hit) return false;
            w.take(steps[i]);
        }
        const auto got = end_of(w, s);
        const auto where = what + " in step " + std::to_string(at + 1) + "\n";
        EXPECT_EQ(got.target, clean.target) << where;
        EXPECT_EQ(got.state, clean.state) << where;
        EXPECT_EQ(got.plans, clean.plans) << where;
        return true;
    }

    void run_cleanly()
    {
        world w(s);
        const auto& steps = s.text["steps"];
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto writes = w.target.writes;
            const auto rows = w.state.counters().rows_written;
            const auto of = s.of(steps[i]);
            const auto cycles = w.cycles(of).size();
            const auto got = w.take(steps[i]);
            if (steps[i].contains("sync")) expect_recorded(w, of, cycles, got);
            for (const char* kind : {"plan", "sync"})
                if (steps[i].contains(kind))
                    expect_result(steps[i][kind], got, "step " + std::to_string(i + 1) + " " + steps[i].dump() + "\n");
            if (!steps[i].contains("plan")) continue;
            EXPECT_EQ(w.target.writes, writes) << "a plan writes nothing at the target";
            EXPECT_EQ(w.state.counters().rows_written, rows) << "a plan writes nothing to state";
        }
        clean = end_of(w, s);
        expect_final(s.text["final"], clean.target);
    }

    // Every cycle that was to push is recorded, however it ended.
    static void expect_recorded(world& w, std::size_t of, std::size_t before, const cycle_result& got)
    {
        const auto rows = w.cycles(of);
        ASSERT_EQ(rows.size(), before + 1);
        const auto summary = mapping::object_of(rows[0].summary);
        EXPECT_EQ(rows[0].exit_code, got.exit) << rows[0].summary;
        EXPECT_EQ(summary.value("changes", 0U), got.changes.size()) << rows[0].summary;
        EXPECT_EQ(summary["refused"].size(), got.refused.size()) << rows[0].summary;
        EXPECT_EQ(summary["error"].is_null() && summary["stopped"].is_null(), got.error.empty()) << rows[0].summary;
        for (const auto& n : summary["notes"])
            EXPECT_EQ(n.contains("text"), n["kind"] != "rejected" && n["kind"] != "not_kept" &&
                                              n["kind"] != "waiting" && n["kind"] != "dropped")
                << "a reason may hold values: " << n.dump();
    }

    scenario s;
    ending clean;
};

TEST_P(scenarios, run_as_written)
{
    run_cleanly();
}

TEST_P(scenarios, converge_after_every_failure)
{
    run_cleanly();
    const auto& steps = s.text["steps"];
    std::size_t runs = 0;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        if (!steps[at].contains("sync") || steps[at]["sync"].contains("allow")) continue;
        const std::vector<std::pair<fault, std::string>> outside{{fault::refused, "refused"},
                                                                 {fault::lost_request, "request lost"},
                                                                 {fault::lost_answer, "answer lost"},
                                                                 {fault::killed, "killed"}};
        for (const auto& [kind, name] : outside)
            for (std::size_t n = 1; !HasFailure(); ++n, ++runs)
                if (!run_with_fault(
                        at, [&, k = kind](world& w) { w.faults.set(k, n); }, [](world& w) { return w.faults.hit(); },
                        name + " at call " + std::to_string(n)))
                    break;
        const std::vector<std::pair<state_fault, std::string>> inside{{state_fault::killed_before, "killed before"},
                                                                      {state_fault::killed_after, "killed after"},
                                                                      {state_fault::refused, "refused by the disk:"}};
        for (const auto& [kind, name] : inside)
            for (std::size_t n = 1; !HasFailure(); ++n, ++runs)
                if (!run_with_fault(
                        at, [&, k = kind](world& w) { w.state.set(k, n); }, [](world& w) { return w.state.hit(); },
                        name + " transaction " + std::to_string(n)))
                    break;
    }
    EXPECT_GT(runs, 0U) << "no sync in this scenario can fail";
}

// A sync marked `revert: true` fails somewhere, and the source takes its change back before the next one: the target is
// to be what it was before.
TEST_P(scenarios, follow_a_change_that_is_taken_back)
{
    const auto& steps = s.text["steps"];
    for (std::size_t at = 1; at < steps.size(); ++at) {
        if (!steps[at].contains("sync") || !steps[at]["sync"].value("revert", false)) continue;
        for (const auto kind : {fault::refused, fault::lost_request, fault::lost_answer, fault::killed})
            for (std::size_t n = 1; !HasFailure(); ++n) {
                world w(s);
                auto change = at;
                while (change > 0 && !steps[change].contains("change")) --change;
                for (std::size_t i = 0; i < change; ++i) w.take(steps[i]);
                const auto of = s.of(steps[at]);
                const auto source = w.source(of);
                const auto before = w.target_dump();
                for (auto i = change; i < at; ++i) w.take(steps[i]);
                w.faults.set(kind, n);
                w.take(steps[at]);
                if (!w.faults.hit()) break;
                w.faults.set(fault::none, 0);
                w.set_source(of, source);
                const auto where = "fault " + std::to_string(static_cast<int>(kind)) + " at call " + std::to_string(n) +
                                   " of step " + std::to_string(at + 1) + "\n";
                const auto got = w.take(json{{"sync", {{"of", s.syncs[of].name.text()}}}});
                EXPECT_EQ(got.exit, 0) << where << got.text();
                EXPECT_EQ(w.target_dump(), before) << where << got.text();
                const auto plan = w.cycle({}, of);
                EXPECT_EQ(plan.exit, 0) << where << plan.text();
            }
    }
}

std::string name_of(const testing::TestParamInfo<std::string>& file)
{
    return std::filesystem::path(file.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(all, scenarios, testing::ValuesIn(scenario_files(IDFERRY_SOURCE_DIR "/tests/scenarios")),
                         name_of);

} // namespace
} // namespace idferry::tests
