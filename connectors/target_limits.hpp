// What a target cannot do as its connection is configured, and whom it never touches: known before anything is sent,
// so that the configuration, `check` and every plan can say it. A connection that has limits implements this beside
// `connection`.
#pragma once

#include "connectors/registry.hpp"
#include "mapping/json_fwd.hpp"
#include "mapping/resource_type.hpp"

#include <string>

namespace idferry::connectors {

// What a target may be asked to do with a resource.
enum class write_kind
{
    create,
    update,
    deactivate,
    remove
};

class target_limits
{
public:
    virtual ~target_limits() = default;

    // Why this cannot be done, and what would have to change; "" = it can.
    virtual std::string cannot(const mapping::resource_type&, write_kind) const { return {}; }
    // Why this resource is never made, changed or taken away, such as a service account; "" = it may be. The resource
    // has what is known of it.
    virtual std::string untouchable(const mapping::resource_type&, const mapping::json&) const { return {}; }
    // Whether connection::own_account is one of the people that the target shows.
    virtual bool shows_own_account() const { return true; }
};

// Those of a connection; where it has none, limits that allow everything.
const target_limits& limits_of(const connection& c);

} // namespace idferry::connectors
