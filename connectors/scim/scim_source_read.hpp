// One read of a SCIM source: groups, then the members of each, then people (connectors/source.hpp).
#pragma once

#include "connectors/scim/scim_source_parts.hpp"
#include "connectors/source.hpp"

#include <memory>

namespace idferry::connectors::scim {

std::unique_ptr<source_read> make_source_read(std::shared_ptr<source_parts> through, const read_request& request);

} // namespace idferry::connectors::scim
