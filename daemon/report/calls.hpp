// Calls that an operator made by hand (`idferry api`): how the audit trail names them. They belong to a connection, not
// to a sync, so their lines stand under a name that no list of syncs shows. Pure.
#pragma once

#include "state/link.hpp"

#include <string>
#include <string_view>

namespace idferry::daemon::report {

// What is written where a line of a sync has the sync: "api:" and the connection.
mapping::sync_name calls_of(std::string_view connection);
bool are_calls(const mapping::sync_name& name);

struct call_made
{
    std::string connection, resource, verb; // "beyond", "groups", "add-members"
    std::string method;                     // "POST"
    std::string key;                        // which one: the ids that were given, or the new one's; "" = none
    std::string target;                     // the id that was answered
    std::string who;                        // the operator
    std::string outcome;                    // "done", "rejected: …", "failed: …"
    state::time_point when{};
};
// One line of the audit trail; no body.
state::audit_entry audit_line_of(const call_made& call);

} // namespace idferry::daemon::report
