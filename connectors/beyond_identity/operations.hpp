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

} // namespace idferry::connectors::beyond_identity
