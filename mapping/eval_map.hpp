// Tries a mapping on one resource: what `idferry eval map` shows, and the answer to a line of `idferry eval --batch`.
#pragma once

#include "mapping/json.hpp"
#include "mapping/mapper.hpp"

#include <string>

namespace idferry::mapping {

// What the mapping makes of a SCIM-shaped resource:
//   {"in_scope": bool, "clause": the clause that decided, "rejected": sentence or null,
//    "attributes": [{"path", "rule", "input": what it read, "when": whether its condition holds, or null,
//                    "state": "value" | "clear" | "absent" | "rejected", "value", "apply": "always" | "create" |
//                    "if_empty", "from_groups": bool, "notices": [sentence]}]}
// There is an entry for every rule, sorted by path, also for a resource that is out of scope: what the rules would
// give. What sensitive rules read and write is hidden.
json try_mapping(const mapper& rules, const json& resource);

// The same for people, one line for a rule.
std::string mapping_text(const json& tried);

// Parses `input`, the section `users:` or `groups:` ("type") of a sync as YAML text or as JSON, for a target that takes
// everything, and tries it on "resource" where there is one. Names of the source's own are those in the resource's
// member `urn:idferry:source:…`. Answers {"valid", "errors": [line, …], "result": as above or null}.
json try_mapping_section(const json& input, std::string_view type, const json* resource);

} // namespace idferry::mapping
