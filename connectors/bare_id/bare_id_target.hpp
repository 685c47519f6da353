// A Bare.ID instance as a target (connectors/target.hpp).
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/registry.hpp"
#include "connectors/target.hpp"

#include <memory>

namespace idferry::connectors::bare_id {

std::unique_ptr<target> make_bare_id_target(std::shared_ptr<const bare_id_settings> config, const environment& env);

} // namespace idferry::connectors::bare_id
