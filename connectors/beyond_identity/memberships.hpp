// Changing who is in a group: requests of up to a thousand ids, each of which the service carries out whole or not at
// all (apis: Beyond Identity, sections 4.9 and 6.2). One unknown id must not keep the others out: it is found by what
// the answer names, else by halving.
#pragma once

#include "connectors/beyond_identity/session.hpp"
#include "connectors/target.hpp"

#include <string>
#include <vector>

namespace idferry::connectors::beyond_identity {

struct member_change
{
    std::string group;
    bool adds{true};
    std::vector<std::string> people;
};

// Sends the change. Whom the service refuses is appended to `refused`; everybody else's change is done when there is no
// failure. Fails with `not_found` when the group is gone, with `reject` and code "too_many_unknown" when more ids of
// one request are unknown than write.unknown_members.
boost::asio::awaitable<result<void>> change_members(session& s, member_change change,
                                                    std::vector<refused_member>* refused);

// The ids of everybody in a group. Fails with `retry` when the list is not proved complete.
boost::asio::awaitable<result<std::vector<std::string>>> members_of(std::shared_ptr<session> s, std::string group);

// Takes an identity out of all its groups, and, with `roles`, out of its roles too.
boost::asio::awaitable<result<void>> leave_everything(std::shared_ptr<session> s, std::string identity, bool roles);

} // namespace idferry::connectors::beyond_identity
