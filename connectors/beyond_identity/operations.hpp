// Every operation of Beyond Identity's native API (v1): the table behind `idferry api`, and behind whatever carries
// configuration objects from one realm to another.
#pragma once

#include "connectors/operation_table.hpp"

namespace idferry::connectors::beyond_identity {

// Placeholders that a connection fills in: {tenant}, {realm}.
const operation_table& operations();

// The two halves of its rows.
std::span<const rest_operation> directory_operations();     // tenants, realms, people, groups, roles, credentials
std::span<const rest_operation> configuration_operations(); // themes, applications, authenticators, providers, SSO

// The objects that they are about.
std::span<const rest_resource> resource_rows();

// An object that comes in variants says which in a member `type` beside the variant's own: `config`, `payload`,
// `protocol_config`. Fields are words, each a path from there; a `*` behind it: a creation has to have it, and what
// follows is the JSON text that stands for nothing.
struct object_variant
{
    std::string_view resource; // "sso-configs"
    std::string_view type;     // "bookmark"
    std::string_view fields;   // "login_link* icon is_tile_visible"
};
std::span<const object_variant> object_variants();

} // namespace idferry::connectors::beyond_identity
