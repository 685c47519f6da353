// How an operation ends: what is recorded about it, and what the cycle is told. Only operations.cpp and memberships.cpp
// build on it.
#pragma once

#include "daemon/run/operations.hpp"
#include "mapping/mapper.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::run {

// Everything an operation works with; lives for that operation.
struct job
{
    cycle_context c;
    const reconcile::plan& plan;
    const reconcile::change& change;
    const type_settings& type;
    const mapping::type_profile& profile;
    push_claims& claims;

    state::scope_key scope() const { return c.scope(*change.type); }
};

operation_outcome finished(operation_outcome::kind what, std::string text);
state::audit_entry audit(const job& j, const mapping::target_id& target, std::string result);

// Whatever the source says next, this resource is looked at again: what its target holds is not what its digest stands
// for.
state::put_input wait(const job& j);
// What the next cycle needs to do for this operation's resource once it is done; `whole` = nothing of it is left to do.
state::put_input read_as(const job& j, bool whole, state::input_status as);

// The target's own data protect the linked resource: nothing is written, and the link remembers it, so that the next
// plan asks before it plans. `before` is the link as it is.
operation_outcome left_alone(const job& j, state::link before, const std::string& why);

// Records a reject with its reason; `also` is committed with it.
operation_outcome reject(const job& j, std::string why, std::vector<state::update> also = {});
// The same for what the target was not asked about: it is tried again in every cycle.
operation_outcome reject_for_now(const job& j, std::string why);
// A failure of the target: the end of this operation, of this attempt, or of the cycle.
operation_outcome failed(const job& j, const connectors::failure& f);

// The link of a resource that this operation brings into being or adopts.
state::link new_link(const job& j, state::link_owner owner, const mapping::desired_resource& desired);
// Records the link, and what the target did not keep. Access is never lost silently: there it is a reject.
operation_outcome kept(const job& j, const connectors::remote_resource& now, const mapping::desired_resource& sent,
                       state::link link);
// An operation that did not come about as it was meant leaves the link in the step where it was.
operation_outcome in_step_with(const state::link& before, operation_outcome o);

boost::asio::awaitable<operation_outcome> change_memberships(job j);

} // namespace idferry::daemon::run
