// `type: beyond_identity` of a connection: the row for connectors/registry.cpp.
#pragma once

#include "connectors/registry.hpp"

#include <memory>
#include <string>

namespace idferry::connectors {

std::shared_ptr<const connection> parse_beyond_identity_connection(const config::node& section, const std::string& name,
                                                                   config::diagnostics& out);
std::shared_ptr<const config::description> describe_beyond_identity_connection();

} // namespace idferry::connectors
