// The SCIM source behind connectors/source.hpp.
#pragma once

#include "connectors/scim/scim_source_parts.hpp"
#include "connectors/source.hpp"

#include <memory>

namespace idferry::connectors::scim {

std::unique_ptr<source> make_scim_source(std::shared_ptr<source_parts> through);

} // namespace idferry::connectors::scim
