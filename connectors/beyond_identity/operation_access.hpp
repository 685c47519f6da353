// The table of operations on a configured connection: {tenant} and {realm} are filled in, everything goes through a
// session of its own.
#pragma once

#include "connectors/beyond_identity/beyond_identity_settings.hpp"
#include "connectors/operation_table.hpp"
#include "connectors/registry.hpp"

#include <memory>

namespace idferry::connectors::beyond_identity {

std::unique_ptr<operation_service> make_operation_access(std::shared_ptr<const beyond_identity_settings> settings,
                                                         const environment& env);

} // namespace idferry::connectors::beyond_identity
