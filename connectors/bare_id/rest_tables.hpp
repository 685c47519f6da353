// Every operation of the APIs of a Bare.ID instance, as tables: user/v1, event/v1 and metric/v1 behind the gateway, and
// the Keycloak Admin API behind the "User Legacy API".
#pragma once

#include "connectors/bare_id/operations.hpp"
#include "connectors/operation_table.hpp"

namespace idferry::connectors::bare_id {

struct bare_id_settings;

// Placeholders that a connection fills in: {instance}.
const operation_table& gateway_table();
// Placeholders that a connection fills in: {realm}.
const operation_table& keycloak_table();

// The call of `ops` that a row of these tables is, or nullptr: its path, method and switch count for the row too.
const operation* configured_call(const bare_id_settings& settings, const rest_operation& row);

// True for operations that a connection has to allow by name whatever is known about them: they let somebody act as
// somebody else.
bool must_be_allowed(const rest_operation& row);

} // namespace idferry::connectors::bare_id
