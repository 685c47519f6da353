// Changing who is in a group, holds a role or may use an application: requests of up to a thousand ids, each of which
// the service carries out whole or not at all (apis: Beyond Identity, sections 4.9, 6.2, 6.4 and 6.8). One unknown id
// must not keep the others out: it is found by what the answer names, else by halving.
#pragma once

#include "connectors/beyond_identity/session.hpp"
#include "connectors/target.hpp"

#include <string>
#include <vector>

namespace idferry::connectors::beyond_identity {

// Where members are added and removed: by which calls, without their bodies.
struct membership
{
    call add, remove;
    call look; // reads what they belong to, alone
    std::string_view ids{"identity_ids"};
    std::string_view unused{}; // a list that has to be there, and stays empty
    std::string_view newer{};  // why a 404 for `add` that names nobody is about the call itself; "" = it is not
};
membership group_membership(const session& s, const std::string& group);

struct member_change
{
    membership of;
    bool adds{true};
    std::vector<std::string> people; // or groups
};

// Sends the change. Whom the service refuses is appended to `refused`; everybody else's change is done when there is no
// failure. When more ids of one request are unknown than write.unknown_members, or the call itself is refused, nothing
// more is asked, and everybody left is refused. Fails with `not_found` when the group is gone.
boost::asio::awaitable<result<void>> change_members(session& s, member_change change,
                                                    std::vector<refused_member>* refused);

// The ids of everybody in a group. Fails with `retry` when the list is not proved complete.
boost::asio::awaitable<result<std::vector<std::string>>> members_of(std::shared_ptr<session> s, std::string group);

// Takes an identity out of all its groups, and, with `roles`, out of its roles too.
boost::asio::awaitable<result<void>> leave_everything(std::shared_ptr<session> s, std::string identity, bool roles);

} // namespace idferry::connectors::beyond_identity
