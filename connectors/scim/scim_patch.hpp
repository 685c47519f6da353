// PATCH bodies (RFC 7644 section 3.5.2). Pure.
#pragma once

#include "connectors/scim/scim_merge.hpp"

#include <vector>

namespace idferry::connectors::scim {

// One request for some members of a group, who either come or go: additions are one operation with an array; a removal
// is an operation of its own with a value filter, because a removal that carries a value empties the group at a strict
// server. `patch_value`: that value all the same, an array of one.
mapping::json member_patch(const std::vector<mapping::target_id>& ids, bool adding, membership_mode mode);

// What differs, attribute by attribute: replace with a path, or remove, or a replace by what stands for nothing where
// the provider cannot remove. Nothing when there is nothing to send.
std::optional<mapping::json> attribute_patch(const body_rules& rules,
                                             const std::vector<mapping::attribute_delta>& changed);

} // namespace idferry::connectors::scim
