// A realm of Beyond Identity as a target (connectors/target.hpp), by its native API.
#pragma once

#include "connectors/beyond_identity/session.hpp"
#include "connectors/target.hpp"

#include <memory>

namespace idferry::connectors::beyond_identity {

std::unique_ptr<target> make_beyond_identity_target(std::shared_ptr<session> through, mapping::target_profile profile);

} // namespace idferry::connectors::beyond_identity
