// Changing who is in a group.
#pragma once

#include "connectors/scim/scim_session.hpp"

namespace idferry::connectors::scim {

// Adds and removes members by PATCH where it may be used, else by PUT of the whole group; members that are neither
// added nor removed stay. Returns the group as it is kept afterwards, without members where the provider shows none.
// Where PATCH is refused, each single member who is to blame stands in `refused`.
boost::asio::awaitable<result<remote_resource>> change_members(session& s, members_request r);

// True when membership changes go by PATCH now.
bool patches_members(const session& s);

// An answer to PATCH that says there is no PATCH.
bool patch_is_missing(const http::response& answer);

// The group as it is kept after a write: from the answer when that holds the whole group, else read again.
boost::asio::awaitable<result<remote_resource>> kept_after_write(session& s, const mapping::resource_type& type,
                                                                 std::string id, http::response answer);

} // namespace idferry::connectors::scim
