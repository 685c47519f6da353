// Whether a target shows who is in a group. Where it does not, `members` stand among what is kept but not given back.
#pragma once

#include "mapping/core_schema.hpp"
#include "mapping/target_profile.hpp"

#include <algorithm>

namespace idferry::mapping {

inline bool shows_members(const type_profile& group)
{
    return std::ranges::none_of(group.unreturned, [](const std::string& path) { return same_name(path, "members"); });
}

} // namespace idferry::mapping
