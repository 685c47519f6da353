// The keys of the configuration above the layers' own sections, described once: the loader refuses what is not here,
// and the JSON Schema and the reference are made from it. Internal to daemon/run.
#pragma once

#include "config/shape.hpp"
#include "daemon/run/settings.hpp"

#include <vector>

namespace idferry::daemon::run {

config::shape<leave_settings> leave_shape();
config::shape<retention_settings> retention_shape();
// `from:` of a type that members are kept of: what it is made of at the source.
config::shape<const mapping::resource_type*> source_type_shape(const mapping::resource_type& type);
// What happens to a leaver when nothing is said.
leave_action usual_leave(const mapping::resource_type& type);

// The same as a description; groups have no `active` to set (RFC 7643 section 4.2), so they have one action less.
std::shared_ptr<const config::description> describe_leave(const mapping::resource_type& type);

// connections, syncs, retention.
const std::vector<config::description::key>& root_keys();
// source, target, schedule, users, groups, guards, protect.
const std::vector<config::description::key>& sync_keys();
// The keys of `users:`, `groups:` and the other types that mapping does not know: leave, accept_not_kept, from.
std::vector<config::description::key> own_type_keys(const mapping::resource_type& type);

} // namespace idferry::daemon::run
