// One deletion of a person or a group, looked at afterwards, and what failures of looking mean: an answer that says
// done may have done nothing, and a 404 may be about the call (apis: Bare.ID, sections 9.2 and 9.3).
#pragma once

#include "connectors/bare_id/first_writes.hpp"
#include "connectors/bare_id/target_session.hpp"

#include <functional>
#include <string>

namespace idferry::connectors::bare_id {

// What is written to is there: a 404 is about the call, and stops the push. `there` is a clause, "the person is there".
failure blamed_on_call(failure f, const operation& op, const std::string& there);

// After a creation: it was answered as done, and `id` cannot be read, after the waiting that `looked` did. `f`: what
// the last read said. `who`: "the account", "the group".
failure made_and_not_seen(failure f, const operation& op, const std::string& id, const read_back& looked,
                          const std::string& who);

// Sends the deletion `op`. Unless one of its kind has been seen to work, `read` says whether the resource is gone,
// again and again while a gateway that shows late may show what was there. `who`: "the person", "the group". The first
// three outlive the coroutine.
boost::asio::awaitable<result<void>> delete_and_look(target_session& through, first_writes& writes, const operation& op,
                                                     placeholder_values values,
                                                     std::function<boost::asio::awaitable<result<held_record>>()> read,
                                                     std::string who);

} // namespace idferry::connectors::bare_id
