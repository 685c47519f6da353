// One read of a realm: groups, then the members of each, then people (connectors/source.hpp).
#pragma once

#include "connectors/beyond_identity/session.hpp"
#include "connectors/source.hpp"

#include <memory>

namespace idferry::connectors::beyond_identity {

std::unique_ptr<source_read> make_realm_read(std::shared_ptr<session> through, const read_request& request);

} // namespace idferry::connectors::beyond_identity
