// Credentials and the jobs that bind them, as the service writes them (apis: Beyond Identity, sections 5.7 and 5.8):
// pure.
#pragma once

#include "connectors/account_steps.hpp"
#include "mapping/json_fwd.hpp"

#include <string>
#include <string_view>

namespace idferry::connectors::beyond_identity {

// RFC 3339 in UTC with 0 to 9 digits after the point; nothing when it is none.
std::optional<binding_job::time_point> read_time(std::string_view text);

// A CredentialBindingJob; nothing when it has no id. A state that nobody knows yet counts as open.
std::optional<binding_job> decode_job(const mapping::json& job);
// A Credential; nothing when it has no id. Everything but REVOKED counts as active.
std::optional<held_credential> decode_credential(const mapping::json& credential);
// {"job": {…}}; `authenticator` is an id.
mapping::json job_creation(const binding_request& r, const std::string& authenticator);

} // namespace idferry::connectors::beyond_identity
