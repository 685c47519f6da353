// The end of a cycle: what is recorded in state beside the push, and what the cycle cost.
#pragma once

#include "daemon/run/cycle.hpp"

#include <set>
#include <string>
#include <vector>

namespace idferry::daemon::run {

outcome<void> commit(const cycle_context& c, const std::vector<state::update>& updates);

// Keys of everybody a plan removes: a later draft of the same cycle may remove nobody else.
std::set<std::string> allowed_removals(const reconcile::plan& p);
// Judges a draft after proofs. Guards that were allowed for the first draft stay allowed while nobody was added.
std::vector<reconcile::violation> judge_again(const cycle_context& c, const draft& d,
                                              const std::set<std::string>& removals,
                                              const std::vector<reconcile::allowance>& allowed);

// Rejects of the plan itself, to be looked at in every cycle. `whole`: of a plan over everybody, so that earlier ones
// that nothing stands behind any more are cleared.
outcome<void> record_rejects(const cycle_context& c, const reconcile::plan& plan, bool whole,
                             std::vector<state::update>& updates);

// Digests of resources that needed no push, rejects of the plan itself, and sizes of lists that were read well. In a
// cycle without changes this writes nothing.
outcome<void> record(const cycle_context& c, const reading& r, const draft& d, const cycle_report& report);

// The row of a cycle that was to push, however it ended.
outcome<void> record_cycle(const cycle_context& c, const cycle_report& report, const cycle_options& options);

void count_costs(const cycle_context& c, const reading& r, cycle_report& report);
void finish_costs(const cycle_context& c, cycle_report& report);

} // namespace idferry::daemon::run
