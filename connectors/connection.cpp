#include "connectors/registry.hpp"

namespace idferry::connectors {

bool connection::reads(const mapping::resource_type& t) const
{
    return can_be_source() && (t.name == mapping::user_type.name || t.name == mapping::group_type.name);
}

bool connection::holds(const mapping::resource_type& t) const
{
    return can_be_target() && (t.name == mapping::user_type.name || t.name == mapping::group_type.name);
}

} // namespace idferry::connectors
