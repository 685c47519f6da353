// The audit trail: what was done to whom, when, with which outcome.
#pragma once

#include "daemon/report/source.hpp"

namespace idferry::daemon::report {

// {"id","time","sync","type","key","label","target_id","operation","outcome": "done" | "rejected" | "failed",
//  "reason": sentence or null,"before": {path: value} or null,"after": … ,"erased": bool,"hidden": bool}.
// Sensitive values are masked. `erased`: the retention is over; `hidden`: without the sync's configuration nobody knows
// what is sensitive. A change of members has {"add":[key],"remove":[key]} in `after`.
mapping::json audit_line_json(const source& from, const state::audit_row& row);

// {"audit":[newest first],"next": id to give as `before` for older lines, or null}
json_result audit_json(const source& from, state::audit_query query);

// {"rows","erased","ok","first_bad": id or null,"problem": sentence or null}
json_result verify_json(const source& from);

} // namespace idferry::daemon::report
