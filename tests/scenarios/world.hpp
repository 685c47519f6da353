// Everything that one run of a scenario happens in: both ends, the state and the time.
#pragma once

#include "daemon/run/cycle.hpp"
#include "daemon/run/explaining.hpp"
#include "tests/scenarios/memory_source.hpp"
#include "tests/scenarios/memory_target.hpp"
#include "tests/scenarios/mortal_store.hpp"
#include "tests/scenarios/scenario.hpp"
#include "tests/support/fake_clock.hpp"

#include <memory>
#include <string>
#include <vector>

namespace idferry::tests {

// What one cycle led to, in the words of a scenario file.
struct cycle_result
{
    int exit{0};
    std::vector<std::string> changes, notes, refused, overridden;
    std::string error;

    std::string text() const;
};

class world
{
public:
    explicit world(const scenario& s);

    // Carries out one step; a `change` or `advance` gives an empty result.
    cycle_result take(const mapping::json& step);
    // One cycle, as a process of its own; `of` counts the scenario's syncs.
    cycle_result cycle(const daemon::run::cycle_options& options, std::size_t of = 0);

    // What `explain` says now.
    daemon::run::explained explain(const daemon::run::explain_request& what);

    // To take changes of the source back.
    source_content source(std::size_t of) const { return sources_[of]; }
    void set_source(std::size_t of, source_content s) { sources_[of] = std::move(s); }

    // What the target holds, with names in place of ids; and what state knows about it.
    mapping::json target_dump() const;
    std::string state_dump();
    // The recorded cycles, newest first.
    std::vector<state::cycle_row> cycles(std::size_t of = 0)
    {
        return *store_->recent_cycles(scenario_.syncs[of].name, 1000);
    }

private:
    std::unique_ptr<state::store> store_;

public:
    fault_plan faults;
    provider_content target;
    mortal_store state;

private:
    void tell_events(source_content& source, const mapping::json& c);
    void change_source(source_content& source, const mapping::json& c);
    std::string state_dump(const mapping::sync_name& sync);
    void change_target(const mapping::json& c);
    std::string user_id(const std::string& user_name) const;

    const scenario& scenario_;
    std::vector<source_content> sources_; // as scenario::syncs
    test::fake_clock clock_;
    std::vector<daemon::reconcile::allowance> last_refusal_;
};

} // namespace idferry::tests
