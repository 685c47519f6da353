// What is sent: whole resources for POST and PUT, made from what is desired and what the target holds. Pure.
#pragma once

#include "connectors/scim/scim_profile.hpp"
#include "mapping/desired_resource.hpp"
#include "mapping/ids.hpp"
#include "mapping/resource_type.hpp"

#include <string>
#include <vector>

namespace idferry::connectors::scim {

// What a body is made for.
struct body_rules
{
    const mapping::resource_type& type;
    const dialect& wire;
    const mapping::type_profile& holds;
};

// POST: every desired attribute that has a value; `schemas` with each used extension; never id, meta or groups, and no
// members: they are written once everybody exists.
mapping::json create_body(const body_rules& rules, const mapping::desired_resource& desired);

// PUT: `current` as it was read, with the desired attributes over it. What is not ours stays as it is. `apply: create`
// is left alone, `apply: if_empty` is written only where the target holds nothing. A group keeps its members, and
// `members` is always sent.
mapping::json replace_body(const body_rules& rules, const mapping::json& current,
                           const mapping::desired_resource& desired);

// The ids in a group's `members`, in order, each once; what has no usable value is left out.
std::vector<std::string> member_ids(const mapping::json& group);

// (current − remove) ∪ add.
struct member_change
{
    std::vector<mapping::target_id> add;
    std::vector<mapping::target_id> remove;
};

// PUT of a group with other members: nobody but those in `remove` is left out. Only `value` is sent, and `type` for a
// member that is a group.
mapping::json members_body(const body_rules& rules, const mapping::json& current, const member_change& change);

// The value to send when an attribute is cleared: what the profile says that it becomes, [] for lists, else by
// `clear_mode` (nothing = leave it out).
std::optional<mapping::json> cleared_value(const body_rules& rules, const std::string& path);

// True when the body gives the role "owner".
bool gives_owner(const mapping::json& body);

// True when `name` is one of the type's reserved names, without case.
bool is_reserved(const mapping::type_profile& holds, const std::string& name);

} // namespace idferry::connectors::scim
