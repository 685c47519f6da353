// Rules and a scope applied to one resource with a record of every step. Internal: mapper::explain uses it.
#pragma once

#include "mapping/explanation.hpp"
#include "mapping/rule.hpp"

namespace idferry::mapping {

// Everything of an explanation but the verdict on the scope. `scope` may be nothing.
explanation trace_rules(const std::optional<source_condition>& scope, const std::vector<rule>& rules,
                        const type_profile& profile, const json& source);

} // namespace idferry::mapping
