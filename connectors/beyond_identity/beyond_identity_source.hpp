// A realm of Beyond Identity as a source (connectors/source.hpp).
#pragma once

#include "connectors/beyond_identity/session.hpp"
#include "connectors/source.hpp"

#include <memory>

namespace idferry::connectors::beyond_identity {

std::unique_ptr<source> make_beyond_identity_source(std::shared_ptr<session> through);

} // namespace idferry::connectors::beyond_identity
