// The table of operations on a configured connection: {instance} or {realm} is filled in, paths and switches are those
// of `ops` and `api`.
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/operation_table.hpp"
#include "connectors/registry.hpp"

#include <memory>

namespace idferry::connectors::bare_id {

std::unique_ptr<operation_service> make_operation_access(std::shared_ptr<const bare_id_settings> settings,
                                                         const environment& env);

} // namespace idferry::connectors::bare_id
