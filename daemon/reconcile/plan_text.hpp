// A plan for people: grouped by sync and resource type, attribute by attribute, then counts, requests and time. Pure.
#pragma once

#include "daemon/reconcile/guards.hpp"
#include "daemon/reconcile/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::reconcile {

struct text_options
{
    bool colour{false};
    std::size_t most_changes{0}; // 0 = all; else the rest of a kind is summed up
};

//   staff-to-showpad   bare (https://…) → showpad (https://…)
//
//   users
//     + anna.beispiel@acme.example            new
//         userName        "anna.beispiel@acme.example"          from email, lower, trim
//     ~ bert.muster@acme.example
//         roles           tablet → manager                      from groups.display, lookup
//     - carla.lang@acme.example               deactivate: left the source
//     ! dora@acme.example                     rejected: …
//
//   2 to create, 1 to update, 1 to deactivate; 198 unchanged
//   7 requests, about 2 s at 5 requests/s · plan 0123…
std::string plan_text(const plan& p, const text_options& options);

// The violations with the exact command that allows each.
std::string violations_text(const std::string& sync, const std::vector<violation>& refused,
                            const text_options& options);

// Text from the wire may hold anything: control characters (C0, DEL, C1) are escaped, for they must not reach a
// terminal, and so is what turns the direction of writing round.
std::string printable(std::string_view s);

// One attribute value on one line: strings quoted only where needed, a single-valued list as its value, long text cut
// by code points; a sensitive one masked.
std::string shown_value(const std::optional<mapping::json>& value, bool sensitive);

// "2 s", "3 min 20 s", "1 h 5 min".
std::string shown_duration(std::chrono::milliseconds d);

} // namespace idferry::daemon::reconcile
