// A plan for machines: JSON, also the form in which it is saved; and Markdown for tickets and merge requests. Pure.
#pragma once

#include "daemon/reconcile/guards.hpp"
#include "daemon/reconcile/plan.hpp"
#include "mapping/json_fwd.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::reconcile {

// {"sync","source","target","id","changes":[…],"notes":[…],"counts":{…},"requests","seconds","unproved":[…],"refused":[…]}.
// Sensitive values are keyed digests ("hmac:…"), never the value.
// With more than `most` changes or notes only the first ones are there, and "left_out": {"changes","notes"} counts the
// others; `counts` and `id` are always those of the whole plan.
mapping::json plan_json(const plan& p, const std::vector<violation>& refused, std::string_view digest_key,
                        std::size_t most = static_cast<std::size_t>(-1));

std::string plan_markdown(const plan& p, const std::vector<violation>& refused);

// Parts of it, for others that show them.
std::string_view to_string(note::kind k);
mapping::json counts_json(const plan& p);
mapping::json refused_json(const std::vector<violation>& refused);

} // namespace idferry::daemon::reconcile
