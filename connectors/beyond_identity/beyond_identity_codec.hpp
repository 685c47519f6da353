// Identities and groups ↔ SCIM-shaped resources, by the table of traits: pure.
#pragma once

#include "connectors/beyond_identity/beyond_identity_settings.hpp"
#include "connectors/source.hpp"
#include "mapping/json_fwd.hpp"
#include "mapping/target_profile.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::beyond_identity {

// Grows when the same bytes decode to something else: part of the epoch.
inline constexpr int codec_version = 1;

// An identity as the service gives it. Fails with `reject` and the field that is wrong: no id, no username, a known
// trait that is no text, a status that is neither active nor suspended. An absent status is active; unknown fields are
// kept under `identity_urn`.
result<mapping::json> decode_identity(const mapping::json& identity);
result<mapping::json> decode_group(const mapping::json& group);
// The same from bytes, for a source.
result<mapping::json> decode_user_record(std::string_view bytes, const std::vector<group_ref>& groups);
result<mapping::json> decode_group_record(std::string_view bytes);

// What a SCIM-shaped user is at the service: {"display_name", "status", "traits": {…}} without `traits.type`, holding
// only what has a value. Fails with `reject` when a value is no single one.
result<mapping::json> encode_identity(const mapping::json& user, const write_settings& write);
// {"display_name", "description"}.
result<mapping::json> encode_group(const mapping::json& group);

// The body of a creation: {"identity": {…}}, {"group": {…}}; a group always has a description.
mapping::json identity_creation(mapping::json encoded, bool with_status);
mapping::json group_creation(mapping::json encoded);
// The body of a PATCH with what differs and `traits.type`; null when nothing does.
mapping::json identity_patch(const mapping::json& before, const mapping::json& after, clear_mode clear);
mapping::json group_patch(const mapping::json& before, const mapping::json& after);

// What a realm can hold, for the mapper, the comparison and the guards.
mapping::target_profile profile_of(const beyond_identity_settings& s);

} // namespace idferry::connectors::beyond_identity
