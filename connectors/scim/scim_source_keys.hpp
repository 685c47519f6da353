// The `source` section of a `type: scim` connection as it is written: what is missing keeps the preset's value.
#pragma once

#include "config/shape.hpp"
#include "connectors/scim/scim_reading.hpp"

#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors::scim {

struct source_keys
{
    std::optional<bool> groups, exclude_members, confirm_end, prove;
    std::optional<memberships_from> memberships;
    std::optional<absent_list> absent;
    std::optional<absent_active> active;
    std::optional<std::vector<std::string>> leave_out;
};

config::shape<source_keys> source_shape();

// Lays what is written over the preset's.
void override_rules(source_rules& rules, const source_keys& given);

} // namespace idferry::connectors::scim
