// What a step that is taken has come to, noted in its work: shared by binding_steps and revoking_steps.
#pragma once

#include "daemon/run/step_actions.hpp"
#include "mapping/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::run {

// Asked for in vain, or not to be done now: the step waits, as long again as it has waited (5 minutes at least; a day
// at most, an hour for a revocation). `why` is told in every plan.
void put_off(const cycle_context& c, step_work& w, std::string why);
// The same for what the target refused. A look stays due, and is tried in the next cycle.
void step_failed(const cycle_context& c, step_work& w, const connectors::failure& f);
// The status, and when the step is looked at next.
void set_step(const cycle_context& c, step_work& w, std::string_view status, state::time_point next);
// Nothing is left to do.
void finish_step(const cycle_context& c, step_work& w, std::string note);
// A line of the audit trail, recorded with the row.
void audit_step(const cycle_context& c, step_work& w, std::string result, const mapping::json& after);

// Recorded now, not with the batch: what has left this process must not wait for the others. False when state cannot be
// written; then nothing more of this cycle will be.
bool keep_at_once(const cycle_context& c, step_work& w);
// Ids as a row names them.
std::string named_in_row(const std::vector<std::string>& ids);

// As the target shows the account: one without `active` is active.
bool is_active(const mapping::json& account);
// The account right before it is touched: whether it is there, not protected, and as active as is wanted. False when
// nothing is to be done for it now; that is put off, or has failed.
boost::asio::awaitable<bool> check_account(cycle_context c, step_work& w, bool wants_active);

// The two halves of each step: step_actions.hpp.
boost::asio::awaitable<void> prepare_binding(cycle_context c, step_work& w);
boost::asio::awaitable<void> make_binding_job(cycle_context c, step_work& w);
// `account_was_read`: the caller has just done so.
boost::asio::awaitable<void> prepare_revocation(cycle_context c, step_work& w, bool account_was_read);
boost::asio::awaitable<void> revoke_credentials(cycle_context c, step_work& w);

} // namespace idferry::daemon::run
