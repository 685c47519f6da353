// Who is never touched: filters of the configuration, the account that our own token belongs to. Asked at plan time
// with what we know, and again right before a write with what the target says.
#pragma once

#include "daemon/run/settings.hpp"
#include "mapping/json_fwd.hpp"

#include <optional>
#include <string>

namespace idferry::daemon::run {

// Why this target resource is protected, or nothing.
std::optional<std::string> protected_by(const sync_settings& sync, const mapping::json& target_resource);
// Why the target never has such a resource made, changed or taken away ({"path": value} text), or nothing.
std::optional<std::string> untouchable_at_target(const sync_settings& sync, const mapping::resource_type& type,
                                                 const std::string& desired);
// The same from what state knows ({"path": value} text).
std::optional<std::string> protected_by_known(const sync_settings& sync, const std::string& known,
                                              const std::string& target_id);

// The externalId of `target_resource` as JSON when it has one and `desired` maps another one: then the resource is
// somebody else's, however well it matches. Both are objects; `desired` is {"path": value}.
std::optional<std::string> foreign_external_id(const mapping::json& desired, const mapping::json& target_resource);

} // namespace idferry::daemon::run
