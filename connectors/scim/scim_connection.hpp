// `type: scim`: a connection to a SCIM service provider, as a source and as a target.
#pragma once

#include "connectors/registry.hpp"

#include <memory>
#include <string>

namespace idferry::connectors {

// Reports every mistake of the section into `out`; null when there was one.
std::shared_ptr<const connection> parse_scim_connection(const config::node& section, const std::string& name,
                                                        config::diagnostics& out);

std::shared_ptr<const config::description> describe_scim_connection();

} // namespace idferry::connectors
