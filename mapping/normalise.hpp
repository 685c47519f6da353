// Canonical values, applied to what is desired and to what was read, so that only real differences count.
#pragma once

#include "mapping/desired_resource.hpp"
#include "mapping/target_profile.hpp"

#include <string>
#include <vector>

namespace idferry::mapping {

// The form in which a value of `path` is sent and kept in state: single-valued collapse, forced and dropped
// sub-attributes, lower-cased values, at most one primary (RFC 7643 section 2.4), elements sorted and without
// repeats. `notice` gets one sentence when a value was dropped.
json canonical_value(const std::string& path, const json& value, const type_profile& profile,
                     std::string* notice = nullptr);

// The form in which two values of `path` are compared: canonical, then case-folded and reduced to the sub-attributes
// that count; null, missing, "" where the profile says so, and [] become null (RFC 7643 section 2.5).
json comparable_value(const std::string& path, const json& value, const type_profile& profile);

// The value at a target attribute path in a SCIM resource that was read; nothing = absent. Names match without case;
// flattened keys ("name.formatted", "urn:…:User:department") are accepted. "emails.value" gives all values as a list.
std::optional<json> value_at(const json& resource, const std::string& path);

// The differences between `desired` and `known` ({"path": value} as desired_resource::text gives it). Attributes with
// apply create never differ for a known resource; if_empty differs only while known is empty. Sorted by path.
std::vector<attribute_delta> diff(const desired_resource& desired, const json& known, const type_profile& profile);

// The same against a resource as the target gave it; `unreturned` attributes are left out. Link references in
// `desired` must have been resolved.
std::vector<attribute_delta> diff_with_resource(const desired_resource& desired, const json& resource,
                                                const type_profile& profile);

// Every delta of a resource that is to be created.
std::vector<attribute_delta> creation(const desired_resource& desired);

// The attributes that the target requires and `desired` does not fill: such a resource cannot be created.
std::vector<std::string> missing_required(const desired_resource& desired, const type_profile& profile);

// Sets `value` at `path` in a nested SCIM resource, creating what is missing; null removes the attribute.
void assign(json& resource, const std::string& path, const json& value);

} // namespace idferry::mapping
