// In which order changes are pushed: phases, and chains of unique values that are passed on. Pure.
#pragma once

#include "daemon/reconcile/plan.hpp"
#include "mapping/target_profile.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::reconcile {

// One step of a push: a change, or the first half of a swap (temporary values for what somebody else still holds).
struct push_step
{
    std::size_t change{0}; // index in plan::changes
    std::vector<std::string>
        detour; // attribute paths that get a temporary value in a first half; empty: the whole change
};

// Steps of one phase may run at once when `ordered` is false; else one after another.
struct push_phase
{
    std::string name; // "users", "groups", …: for progress
    bool ordered{false};
    std::vector<push_step> steps;
};

// A value that nobody else can have, for the first half of a swap: "anna.swap-0123abcd@acme.example".
mapping::json temporary_value(const mapping::json& value, std::string_view key);

// Users, groups and the other types by rank, users that refer to groups of this plan, memberships; removals in reverse
// (users last).
// Updates that hand on a unique value (A gets what B gives up) run one after another, B first; a circle is opened by
// a temporary value.
std::vector<push_phase>
push_phases(const plan& p, const std::function<const mapping::type_profile&(const mapping::resource_type&)>& profile,
            const std::function<bool(const change&)>& refers_to_missing);

} // namespace idferry::daemon::reconcile
