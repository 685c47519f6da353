// A cycle's report as JSON: for `plan --format json`, the admin endpoint's jobs, and plans that are shown again.
#pragma once

#include "daemon/run/cycle.hpp"
#include "mapping/json_fwd.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace idferry::daemon::run {

// What the push did: {"done","rejected","deferred","left_alone","notes":[{"label","key","text"}],"stopped"}.
mapping::json pushed_json(const push_report& p);

// reconcile::plan_json with "pushed", "error" and, of a cycle by hints, "hints", where there is one; null when the cycle came to no plan. `digest_key`
// keys the digests of sensitive values; `most` bounds the changes and notes, as there.
mapping::json shown_plan(const cycle_report& report, std::string_view digest_key,
                         std::size_t most = static_cast<std::size_t>(-1));

// {"sync","plan": shown_plan or null,"notices":[…],"error": sentence or null,"moved": bool}
mapping::json cycle_json(const cycle_report& report, std::string_view digest_key,
                         std::size_t most = static_cast<std::size_t>(-1));

} // namespace idferry::daemon::run
