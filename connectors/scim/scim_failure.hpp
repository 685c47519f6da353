// What an answer that is no success means for the caller: the dialects of errors, reduced to one disposition. Pure.
#pragma once

#include "connectors/clock.hpp"
#include "connectors/failure.hpp"
#include "connectors/http/transport.hpp"
#include "connectors/scim/scim_profile.hpp"

#include <string>

namespace idferry::connectors::scim {

// What was asked.
struct asked
{
    std::string method;       // "POST"
    std::string path;         // "/Users/6f1c": for messages; never the query, which may hold a person's name
    bool claims_owner{false}; // the body gives somebody the role "owner"
};

// Codes, beside scimTypes in lower case and the numbers of {"response": {"code": …}} that have no better name:
//   uniqueness   another resource holds a unique value (conflict)
//   owner        the one owner exists already (conflict)
//   version      the resource changed in between (conflict)
//   no_licence   nobody can be added at present; retry_after says when to try again (reject)
//   mutability, owner_lockout, not_implemented, too_large, … (reject)
//   related      the relation is there already: success for whoever adds members (reject)
failure read_failure(const asked& what, const http::response& answer, const dialect& wire, clock::wall_time now);

// The same for answers that are a success by status but useless: keeps the status, says what was asked.
failure useless_answer(const asked& what, const http::response& answer, failure why);

} // namespace idferry::connectors::scim
