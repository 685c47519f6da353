// PATCH bodies (RFC 7644 section 3.5.2). Pure.
#pragma once

#include "connectors/scim/scim_merge.hpp"

#include <vector>

namespace idferry::connectors::scim {

// Members of a group, `per_request` at most in each body: additions first, with an array; a removal is an operation of
// its own with a value filter, because a removal that carries a value empties the group at a strict server.
std::vector<mapping::json> member_patches(const member_change& change, int per_request);

// What differs, attribute by attribute: replace with a path, or remove. Nothing when there is nothing to send.
std::optional<mapping::json> attribute_patch(const body_rules& rules,
                                             const std::vector<mapping::attribute_delta>& changed);

} // namespace idferry::connectors::scim
