// A record of the API as the SCIM resource that a target shows, and what is sent to make it hold what is desired. Pure.
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/failure.hpp"
#include "connectors/http/transport.hpp"
#include "connectors/target.hpp"
#include "mapping/desired_resource.hpp"
#include "mapping/json_fwd.hpp"
#include "mapping/target_profile.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::bare_id {

// What the connection can hold: for mapping and diff.
mapping::target_profile profile_of(const bare_id_settings& config);

// Bytes → resource; fails with `reject` and a sentence that names the field when the record has the wrong shape.
result<remote_resource> show_user(const bare_id_settings& config, std::string_view bytes);
result<remote_resource> show_group(const bare_id_settings& config, std::string_view bytes);

// What is to be written over a record.
struct wanted_user
{
    const mapping::desired_resource* desired{nullptr};
    std::optional<bool> enabled;        // nothing = as it is
    const mapping::json* held{nullptr}; // the SCIM resource as it was read: `apply: if_empty` looks there
};

// A new person's record, without an id.
mapping::json new_user(const bare_id_settings& config, const wanted_user& wanted);
// `record` with the changes in it, every other attribute kept, because a map of attributes is replaced as a whole
// (apis: Bare.ID, section 7.3); or only the members that change, for operations of that mode. An empty object = there
// is nothing to send.
mapping::json changed_user(const bare_id_settings& config, const mapping::json& record, const wanted_user& wanted);

// A new group, and one with another name.
mapping::json new_group(const bare_id_settings& config, const std::string& name);
mapping::json renamed_group(const bare_id_settings& config, const mapping::json& record, const std::string& name);

// The body of a request, where the operation wants it.
std::string body_text(const operation& op, mapping::json record);

// The id in an answer to a creation, by pointer, else by the last segment of Location; "" = it tells none.
std::string created_id(const operation& op, const http::response& answer);

// The one address of a desired `emails`: the primary one, else the first; "" = none.
std::string email_of(const mapping::json& emails);

// The names in a desired or shown `roles`, sorted.
std::vector<std::string> role_names(const mapping::json& roles);

} // namespace idferry::connectors::bare_id
