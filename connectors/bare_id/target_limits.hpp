// What a target cannot do as it is configured, and whom it never touches: known before anything is sent.
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/registry.hpp"
#include "mapping/json_fwd.hpp"
#include "mapping/resource_type.hpp"

#include <string>

namespace idferry::connectors::bare_id {

// Why an operation that is off is not used, and how it is switched on.
std::string why_off(const operation& op);

// As connection::cannot and connection::untouchable.
std::string cannot(const bare_id_settings& config, const mapping::resource_type& type, write_kind what);
std::string untouchable(const bare_id_settings& config, const mapping::resource_type& type,
                        const mapping::json& resource);

} // namespace idferry::connectors::bare_id
