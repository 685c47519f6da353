// `yields_to:` of a sync, and what a sync knows about the others that write to the same target.
//
//   yields_to: [hr-to-app]                          # whatever both map, that one writes
//   yields_to: {hr-to-app: [title, department]}     # these alone; the rest that both map stays ours
//
// Two connections with one address are one target. Syncs that share it without a word about each other may do so: then
// a resource that one of them is linked to is never taken over by the other.
#pragma once

#include "config/node.hpp"
#include "daemon/reconcile/precedence.hpp"
#include "daemon/run/settings.hpp"

#include <map>
#include <string>
#include <vector>

namespace idferry::daemon::run {

struct sharing_settings
{
    std::string target; // what the syncs share: its address
    // By resource type name: the other syncs that write that type there, in file order.
    std::map<std::string, std::vector<reconcile::co_writer>, std::less<>> others;

    // Empty when nobody else writes that type.
    const std::vector<reconcile::co_writer>& of(const mapping::resource_type& type) const;
};

std::shared_ptr<const config::description> describe_yields();

// Finds out who shares a target with whom: sets `shared` of each sync, and adds what it yields to its epoch. `sections`
// is the `syncs:` map that `all.syncs` were made of.
void share_targets(const config::node& sections, settings& all, config::diagnostics& out);

} // namespace idferry::daemon::run
