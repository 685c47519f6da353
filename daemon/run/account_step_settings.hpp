// `join:` of `users:`: what somebody new at the target gets beside the account. What leavers lose is in leave_settings.
#pragma once

#include "config/shape.hpp"
#include "connectors/account_steps.hpp"
#include "daemon/run/settings.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

// The program that hands the link of a binding job to its person.
struct hand_over_settings
{
    std::vector<std::string> command;
};

// `join.credential`: the binding job that a joiner gets.
struct join_credential_settings
{
    enum class who
    {
        created, // those whom we created, and who come back
        all      // those whom we adopted too
    };

    connectors::link_delivery delivery{connectors::link_delivery::email};
    std::string authenticator; // id or name
    std::int64_t attempts{3};
    who for_whom{who::created};
    std::chrono::milliseconds look{std::chrono::hours(24)}; // how often an open job is looked at
    std::optional<std::string> redirect;
    std::optional<hand_over_settings> deliver; // there exactly when the target gives us the link
};

struct account_step_settings
{
    std::optional<join_credential_settings> credential;
    revocation revoke{revocation::never}; // of a leaver's credentials
};

// Every setting as text, to tell whether a reload changed any.
std::string text_of(const account_step_settings& s);

// `join:`, as it is written.
struct join_settings
{
    std::optional<join_credential_settings> credential;
};
config::shape<join_settings> join_shape();

// What `section` of a type says about steps; null when it says nothing. Refuses what the target has not, with its
// place.
std::shared_ptr<const account_step_settings> parse_account_steps(const config::node& section,
                                                                 const connectors::connection& target,
                                                                 const leave_settings& leave, config::diagnostics& out);

} // namespace idferry::daemon::run
