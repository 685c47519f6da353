// What of a sync's configuration is in force, as one text: two that are equal behave alike. Internal to this folder.
#pragma once

#include "daemon/run/settings.hpp"

#include <string>

namespace idferry::daemon::service {

// Everything that a reload can change about a sync; secrets by their references.
std::string signature_of(const run::sync_settings& sync);

} // namespace idferry::daemon::service
