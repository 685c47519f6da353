// The operations of a SCIM service provider (RFC 7644 section 3.2) as a table, and the table on a configured
// connection.
#pragma once

#include "connectors/operation_table.hpp"
#include "connectors/registry.hpp"
#include "connectors/scim/scim_settings.hpp"

#include <memory>

namespace idferry::connectors::scim {

const operation_table& operations();

std::unique_ptr<operation_service> make_operation_access(const scim_settings& settings, const environment& env);

} // namespace idferry::connectors::scim
