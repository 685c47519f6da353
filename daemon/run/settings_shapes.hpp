// The keys of the configuration above the layers' own sections, described once: the loader refuses what is not here,
// and the JSON Schema and the reference are made from it. Internal to daemon/run.
#pragma once

#include "config/shape.hpp"
#include "daemon/run/settings.hpp"

#include <vector>

namespace idferry::daemon::run {

config::shape<leave_settings> leave_shape();
config::shape<retention_settings> retention_shape();

// The same as a description; groups have no `active` to set (RFC 7643 section 4.2), so they have one action less.
std::shared_ptr<const config::description> describe_leave(const mapping::resource_type& type);

// connections, syncs, retention.
const std::vector<config::description::key>& root_keys();
// source, target, schedule, users, groups, guards, protect.
const std::vector<config::description::key>& sync_keys();
// The keys of `users:` and `groups:` that mapping does not know: leave, accept_not_kept.
std::vector<config::description::key> own_type_keys(const mapping::resource_type& type);

} // namespace idferry::daemon::run
