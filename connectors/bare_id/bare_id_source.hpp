// A Bare.ID instance as a source (connectors/source.hpp).
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/registry.hpp"
#include "connectors/source.hpp"

#include <memory>

namespace idferry::connectors::bare_id {

std::unique_ptr<source> make_bare_id_source(std::shared_ptr<const bare_id_settings> config, const environment& env);

} // namespace idferry::connectors::bare_id
