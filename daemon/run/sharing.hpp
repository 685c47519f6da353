// One resource of the target, several syncs: what a cycle does so that they do not fight over it.
//
// Each sync keeps its own links. What it holds as desired is only what it writes: attributes of a sync that comes first
// are left out of it, so that neither a plan nor a refresh sees them as differences. When a link begins, ends, or has
// other attributes than before, the inputs of the syncs that come after it are opened again in the same transaction,
// so that their next cycle takes over or lets go. Cycles that push to one target take turns (daemon/service, and a lock
// of the target for commands), so that nothing of this changes under a cycle.
#pragma once

#include "daemon/reconcile/precedence.hpp"
#include "daemon/run/planning.hpp"
#include "daemon/run/sharing_settings.hpp"
#include "state/writer_lock.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace idferry::daemon::run {

// Where state keeps another sync's resources of a type.
state::scope_key scope_of(const reconcile::co_writer& other, const mapping::resource_type& type);
// The other syncs' links to a resource of the target.
outcome<std::vector<reconcile::co_link>> links_of_others(const cycle_context& c, const mapping::resource_type& type,
                                                         const mapping::target_id& id);

// Takes out of what candidates should hold, and of what is known to be there, what other syncs write; rejects those
// whose resource is another sync's and nothing is said about the two. May be called again in the same cycle.
outcome<void> leave_to_others(const cycle_context& c, const type_settings& type, std::vector<candidate>& candidates);

// The same for a link that is compared with the target. False when it is not ours to compare: another sync has the
// account of somebody who left here, or came first.
outcome<bool> leave_to_others(const cycle_context& c, const type_settings& type, state::link& link);

// What the target did not keep of attributes that are now left to others is no longer told.
outcome<std::vector<state::update>> drop_not_kept_of_others(const cycle_context& c, const mapping::resource_type& type,
                                                            const candidate& p);

// Who left is still with another sync: the resource stays, memberships that are only ours go, and the link ends once
// they are gone (end_links). False when nobody else has it.
outcome<bool> stays_with_others(const cycle_context& c, const type_settings& type, const state::link& link,
                                bool would_delete, draft& d);
// Their keys, of one type.
std::set<std::string> staying_with_others(const draft& d, const mapping::resource_type& type);
// Takes the memberships that other syncs give as well off a list of those that would be removed: only our own record of
// them ends.
outcome<void> keep_members_of_others(const cycle_context& c, reconcile::change& change, draft& d);

// The updates with what other syncs must look at again because of them.
outcome<std::vector<state::update>> with_reopened(const cycle_context& c, std::vector<state::update> updates);

// The resource is deleted: links of others who have left it too lead nowhere.
void forget_leavers_of_others(const cycle_context& c, const mapping::resource_type& type, const mapping::target_id& id,
                              std::vector<state::update>& updates);

// Why a resource that matches must not be taken over although we are not linked to it: another sync is. With `related`,
// also if it is said how the two share it.
std::optional<std::string> linked_by_another(const cycle_context& c, const mapping::resource_type& type,
                                             const mapping::target_id& id, bool related);
// Whether a value at the target was written by a sync that shares the resource with us.
bool is_written_by_others(const cycle_context& c, const mapping::resource_type& type,
                          const connectors::remote_resource& remote, const std::string& path);

// What a cycle that pushes holds: its sync, and its target when other syncs write there too. `busy` when another
// process works on either.
using cycle_locks = std::vector<std::unique_ptr<state::writer_lock>>;
state::result<cycle_locks> take_cycle_locks(const std::string& folder, const sync_settings& sync);

// Whether two syncs write to one target, so that their cycles take turns.
bool take_turns(const sync_settings& a, const sync_settings& b);

} // namespace idferry::daemon::run
