// What commands that work with a configuration share: loading it, finding a sync in it, and the world its connections
// live in. Everything that is wrong is told on stderr.
#pragma once

#include "connectors/registry.hpp"
#include "daemon/run/settings.hpp"

#include <optional>
#include <string>

namespace idferry::daemon::cli {

// Every mistake of the file is told; then there is nothing.
std::optional<run::settings> load_or_complain(const std::string& path);
// The sync of that name, or nullptr after saying which name is near.
const run::sync_settings* find_or_complain(const run::settings& all, const std::string& name, const std::string& path);

// Real time, real connections, real secrets; a secret that others on this machine can read is told once. `clock`
// outlives it.
connectors::environment real_environment(connectors::clock& clock);

} // namespace idferry::daemon::cli
