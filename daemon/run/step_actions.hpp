// One step beside a resource, taken: first it is found out what is to be done (reads), then it is done. Between the two
// the caller records that it was begun, so that a kill or a lost answer is looked up before anything is sent again.
#pragma once

#include "connectors/account_steps.hpp"
#include "daemon/run/account_steps.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

// A step and what has become of it.
struct step_work
{
    const type_settings* type{nullptr};
    state::account_step row;
    std::string label;
    bool fresh{false}; // the account was made in this cycle: it has no credential and no job yet

    // Filled in by the two halves.
    std::string was;           // the status that it had
    state::time_point since{}; // and since when
    std::optional<state::link> link;
    std::vector<std::string> credentials; // revoke: that are active
    std::vector<std::string> jobs;        // revoke: open jobs, which end first
    bool goes_on{false};                  // the second half is to follow
    bool changed{false};                  // `row` is to be recorded
    bool forget{false};                   // the row is not needed any more
    std::vector<state::update> updates;   // beside the row
    std::string told;                     // what was done, for the log and the report; "" = nothing
    std::string failed;                   // why it was not
    bool stop{false};                     // nothing of this kind will succeed until an operator acts

    bool binds() const { return row.step == step_name::bind; }
};

// Reads what has to be known: the account (whether it is protected, active, there), its credentials, its jobs.
boost::asio::awaitable<void> prepare_step(cycle_context c, step_work& w);
// Makes the job, or revokes the credentials.
boost::asio::awaitable<void> carry_out_step(cycle_context c, step_work& w);
// The row and everything else to record; after the first half, as begun when the second follows.
void record_step(const step_work& w, std::vector<state::update>& updates);

// The revocation that goes before a deactivation, both halves; `link` is as it stands, its account was just read.
// `updates` are to be recorded with the deactivation's outcome, and left out when that does not come about: the row
// then says that the revocation was begun, and what came of it is looked up.
struct first_revocation
{
    std::vector<state::update> updates;
    std::string told, failed;
};
boost::asio::awaitable<outcome<first_revocation>> revoke_first(cycle_context c, const type_settings& type,
                                                               state::link link);

} // namespace idferry::daemon::run
