// Objects of the API ↔ flat ones: pure. What is flat holds every name of its kind, null where the object has nothing
// there, "id", and mapping::managed_mark for what nobody but the vendor changes. Secrets and what the service makes
// itself are in no flat object: only what the table lists is taken.
#pragma once

#include "connectors/beyond_identity/beyond_identity_settings.hpp"
#include "connectors/beyond_identity/object_kinds.hpp"
#include "connectors/failure.hpp"
#include "mapping/json_fwd.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::beyond_identity {

// What a flat object has under a name; null when there is nothing. As a text: "" when it is none.
mapping::json value_of(const mapping::json& flat, const std::string& leaf);
std::string text_of(const mapping::json& object, const std::string& name);

// An object as the service gives it. A realm has one theme, which is called "theme" so that one realm's is the other's.
// `null` when it has no id. An SSO configuration's payload may be
// {"Bookmark": {…}} or {"type": "bookmark", …}.
mapping::json flat_object(const object_kind& kind, const mapping::json& object);
// True when the object itself says that it is the vendor's.
bool says_managed(const object_kind& kind, const mapping::json& object);
// The vendor manages one role, and tells it by its name. Under another resource server than the vendor's own a role of
// that name is anybody's (apis: Beyond Identity, section 5.5).
bool named_like_the_vendors_role(const mapping::json& role);
// The ids of what an SSO configuration made: its application, authenticator config, resource server, provider.
std::vector<std::string> made_by(const mapping::json& sso_config);

// A raw record of a source: what flat_object made, as text.
result<mapping::json> decode_object_record(std::string_view bytes);

// Replaces ids of other objects by link references, as sources do.
void link_references(const object_kind& kind, mapping::json& flat);

// What a creation carries, without its envelope: everything that has a value, and what the variant has to have.
mapping::json creation_object(const object_kind& kind, const mapping::json& flat);

// What a change carries, without its envelope; null when nothing differs. `after` has the names that are to be kept in
// step; a cleared one is null there. A list is cleared by [], anything else by null.
mapping::json changed_object(const object_kind& kind, const mapping::json& before, const mapping::json& after,
                             const mapping::type_profile& holds, nested_change how);

} // namespace idferry::connectors::beyond_identity
