// What a service provider says about itself, for `check --live`: capabilities, schemas, one page of each list. Reads
// only.
#pragma once

#include "connectors/scim/scim_session.hpp"
#include "connectors/target.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::scim {

// The attributes of each type that GET /Schemas describes (RFC 7643 section 7), by resource type name; those of
// extensions under their URN. A type whose core schema is not in the answer is not in the result.
std::map<std::string, std::vector<attribute_support>>
read_schemas(std::string_view body, const std::vector<const mapping::resource_type*>& types);

// To be called once the capabilities are known.
boost::asio::awaitable<target_survey> survey_provider(session& s, std::vector<const mapping::resource_type*> types);

} // namespace idferry::connectors::scim
