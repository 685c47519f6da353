// A resource of a SCIM source in the form that rules read: the resource as it is, in the schema's spelling, without
// what careless providers make of it. Pure.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/scim/scim_reading.hpp"
#include "connectors/source.hpp"
#include "mapping/json.hpp"

#include <string_view>
#include <vector>

namespace idferry::connectors::scim {

// To be raised whenever the same bytes decode to something else.
inline constexpr int codec_version = 1;

// Brings into shape what is known to come askew: flattened keys ("name.formatted", "urn:…:User:department"), names in
// another case than the schema's, `schemas` as one text, `name` as a list of its parts, `manager` as a list.
void straighten(mapping::json& resource, const mapping::resource_type& type);

// Fail with `reject` and the field's name when the record has the wrong shape: no id or userName, an `active` that is
// missing (unless `rules` say what that means) or says neither yes nor no. `active` may be a text or 0 and 1.
result<mapping::json> decode_user(const source_rules& rules, std::string_view bytes,
                                  const std::vector<group_ref>& groups);
result<mapping::json> decode_group(std::string_view bytes);

} // namespace idferry::connectors::scim
