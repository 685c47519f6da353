// What is kept of a cycle once it is over: the JSON text of state::cycle_row. Names of resources are in it, attribute
// values are not: why somebody was rejected is in the rejects and in the audit trail, where it can be erased.
#pragma once

#include "daemon/run/cycle.hpp"

#include <string>

namespace idferry::daemon::run {

// At most so many notes, unproved lists and refusals are kept; the rest are counted.
inline constexpr std::size_t kept_notes = 200;

// {"trigger": "schedule" | "full" | "by hand" | "probe", "refresh": bool, "leaves": bool,
//  "plan": digest or null, "changes": n, "counts": {"user": {"create", …, "read", "unchanged", …}},
//  "pushed": {"done", "rejected", "deferred", "left_alone"} or null, "stopped": sentence or null,
//  "requests": {"planned", "source", "target", "token"}, "milliseconds": {"reading", "planning", "pushing"},
//  "decoded": n, "rows_written": n,
//  "unproved": [{"list", "why"}], "refused": [{"guard", "type", "text", "allow"}], "error": sentence or null,
//  "moved": bool, "target_failed": bool,
//  "notes": [{"kind", "type", "key", "label", "text"}], "left_out": n}
// Notes of kind rejected and not_kept have no text: it may hold values.
std::string cycle_summary(const cycle_report& report, const cycle_options& options);

} // namespace idferry::daemon::run
