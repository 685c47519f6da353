// The resource types beside people and groups: which row of the table of operations each of them is, and what of its
// objects is carried. One flat name for each setting: its place in the API's object without the leading slash.
#pragma once

#include "connectors/beyond_identity/operations.hpp"
#include "mapping/resource_type.hpp"
#include "mapping/target_profile.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::beyond_identity {

struct object_kind
{
    const mapping::resource_type* type;
    const rest_resource* resource;    // what its objects are in the table
    std::vector<std::string> leaves;  // "display_name", "protocol_config/type", …
    std::vector<std::string> require; // without these none is created
    std::string holder{};             // what varies is below it: "protocol_config"; "" = there are no variants

    // A row of the resource, or nullptr.
    const rest_operation* operation(std::string_view verb) const;
    // Lives under a resource server.
    bool is_role() const { return resource->name == "roles"; }
    bool is_theme() const { return resource->name == "themes"; }
    // Only who belongs to its objects is carried.
    bool is_assignment() const { return type->only_members(); }
    bool has_scopes() const { return is_role() && !is_assignment(); }
    // Its members are groups.
    bool of_groups() const { return type->members == mapping::group_type.name; }
};

// In push order.
std::span<const object_kind> object_kinds();
// Nothing for people, groups and what Beyond Identity does not have.
const object_kind* kind_of(const mapping::resource_type& type);
const object_kind* kind_named(std::string_view type);

// The writable places of a resource without their slashes.
std::vector<std::string> leaf_names(const rest_resource& resource);
// The name of the resource type whose objects are rows of that resource: "group" for "groups".
std::string_view type_of_resource(std::string_view resource);

// The profile of a type, for the mapper, the comparison and the guards.
mapping::type_profile object_profile(const object_kind& kind);

} // namespace idferry::connectors::beyond_identity
