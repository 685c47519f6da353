// Cycles: what was tried, when, and what came of it.
#pragma once

#include "daemon/report/source.hpp"

#include <cstddef>
#include <cstdint>

namespace idferry::daemon::report {

// {"id","sync","started","ended","seconds","exit_code","result", …the fields of run::cycle_summary}. `result` in a
// word: "done", "failed", "stopped", "moved", "refused", "rejects", "withheld". Without `whole` its notes and lists are
// left out: "notes", "unproved" and "refused" are numbers then.
mapping::json cycle_json(const state::cycle_row& row, bool whole);

// {"sync","cycles":[newest first],"next": id to give as `before` for older ones, or null}; `before` 0 = from the
// newest.
json_result history_json(const source& from, const mapping::sync_name& sync, std::size_t limit, std::int64_t before);

// The cycle whole; null when there is none of that id.
json_result show_cycle_json(const source& from, std::int64_t id);

} // namespace idferry::daemon::report
