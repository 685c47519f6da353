// A Bare.ID instance as a target (connectors/target.hpp).
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/bare_id/first_writes.hpp"
#include "connectors/registry.hpp"
#include "connectors/target.hpp"

#include <memory>

namespace idferry::connectors::bare_id {

// `late`: what all targets of the connection know together.
std::unique_ptr<target> make_bare_id_target(std::shared_ptr<const bare_id_settings> config, const environment& env,
                                            std::shared_ptr<late_kinds> late);

} // namespace idferry::connectors::bare_id
