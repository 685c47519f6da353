// `type: bare_id` of a connection: the row for connectors/registry.cpp.
#pragma once

#include "connectors/registry.hpp"

#include <memory>
#include <string>

namespace idferry::connectors {

std::shared_ptr<const connection> parse_bare_id_connection(const config::node& section, const std::string& name,
                                                           config::diagnostics& out);
std::shared_ptr<const config::description> describe_bare_id_connection();

} // namespace idferry::connectors
