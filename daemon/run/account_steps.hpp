// Steps beside a resource that joiners and leavers take: a credential to be bound, credentials to be revoked. Here is
// when one is wanted, and what of it a plan shows; step_actions.hpp takes them.
//
// A step is wanted in the same transaction as the outcome that calls for it, so that no kill loses one. From then on
// its row in state says how far it has come; rows are looked up when they are due, and nothing is asked before.
#pragma once

#include "daemon/run/account_step_settings.hpp"
#include "daemon/run/planning.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::run {

// state::account_step::step and ::status.
namespace step_name {
inline constexpr std::string_view bind = "bind_credential";
inline constexpr std::string_view revoke = "revoke_credentials";
} // namespace step_name
namespace step_status {
inline constexpr std::string_view wanted = "wanted";       // to be done
inline constexpr std::string_view begun = "begun";         // sent, or about to be: looked up before anything else
inline constexpr std::string_view open = "open";           // bind: the person has a job, and has not used it
inline constexpr std::string_view done = "done";           // nothing is left to do
inline constexpr std::string_view given_up = "given_up";   // bind: as many jobs as are allowed expired unused
inline constexpr std::string_view cancelled = "cancelled"; // bind: the person left first
} // namespace step_status

enum class step_cause
{
    joined,   // is active at the target now, and was not before
    returned, // the same, of somebody who had left: gets a credential, whoever made the account
    left      // is deactivated
};

// Adds what an outcome calls for to its updates. `link` is as it is going to be recorded. `revokes`: whether leaving
// asks for the revocation too, or that is seen to otherwise.
outcome<void> want_steps(const cycle_context& c, const type_settings& type, const state::link& link, step_cause why,
                         bool revokes, std::vector<state::update>& updates);
// The same for one change and the link that it leads to; nothing when it calls for no step.
outcome<void> want_steps_of(const cycle_context& c, const type_settings& type, const reconcile::change& change,
                            const state::link& link, std::vector<state::update>& updates);

// Takes back that credentials are to be revoked, or were, of somebody who is here again. What was begun stays: it is
// looked up first.
outcome<void> forget_revocation(const cycle_context& c, const state::scope_key& scope, const mapping::source_key& key,
                                std::vector<state::update>& updates);
// Somebody who has left another sync, `scope`, was taken over by this one: nothing of that leaving may come later, no
// deletion after a grace period and no revocation. `target`: the account.
outcome<void> end_leaving(const cycle_context& c, const state::scope_key& scope, const mapping::target_id& target,
                          std::vector<state::update>& updates);

// Adds to a draft what its changes entail, and the steps that are due; steps of those who are gone, left or returned
// are put right in its bookkeeping. Nobody who is protected or left alone has a due step.
outcome<void> plan_steps(const cycle_context& c, draft& d);

// Whether the person has a job by this row of a binding, or may have.
bool names_job(const state::account_step& row);

// "a credential binding job by e-mail"
std::string binding_text(const join_credential_settings& s);

// By hand: steps that were given up, or wait for their next try, begin again. Nothing in `key` = all of them.
state::result<std::vector<state::update>> retry_steps_by_hand(state::store& state, const mapping::sync_name& sync,
                                                              const state::reject_filter& only, state::time_point now);

} // namespace idferry::daemon::run
