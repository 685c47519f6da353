// What an answer that is no success says, and what it means for the caller (apis: Beyond Identity, section 4.3). Pure.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/transport.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::beyond_identity {

struct field_violation
{
    std::string field; // "identity.traits.username", "page_token"
    std::string description;
};

struct resource_info
{
    std::string type; // "Identity", "Group", …
    std::string id;
};

// An error body; whatever it lacks is empty. Shortened to one line each, so that it can stand in a message.
struct error_facts
{
    std::string code;    // "conflict"; or the `error` of an OAuth answer; lower case
    std::string message; // "username already exists"
    std::vector<field_violation> violations;
    std::vector<resource_info> resources; // of ResourceInfo and, an entry for each id, of BatchOperationErrors

    // The ids named for that type, without case.
    std::vector<std::string> ids_of(std::string_view type) const;
};
error_facts read_error(std::string_view body);

// What is known about a request besides itself, for messages.
struct asked
{
    std::string_view scopes;  // that it needs, separated by blanks
    std::string_view granted; // that our token has; "" = unknown
    std::string_view correlation_id;
};

// 401 and 403 stop, 404 not_found, 409 conflict, 408/425/429/5xx retry, other 4xx reject. The detail has method, path,
// status, code, message and violations; for 403 the scope that is missing; and the correlation id. Codes, beside those
// of the service:
//   uniqueness   a creation or change meets somebody who has the value already (409)
//   children     what is to be deleted still has members, or is one (409)
failure read_failure(const http::request& r, const http::response& answer, const asked& about);

// The scopes of `needed` that are not in `granted`, separated by blanks; "" when none is missing or nothing is known.
std::string missing_scopes(std::string_view needed, std::string_view granted);

} // namespace idferry::connectors::beyond_identity
