// Writing groups and who is in them. A membership is access: what is there is read back, from the group's list or from
// the lists of the people that changed.
#pragma once

#include "connectors/bare_id/first_writes.hpp"
#include "connectors/bare_id/target_session.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace idferry::connectors::bare_id {

class target_groups
{
public:
    explicit target_groups(target_session& through) : through_(through) {}

    // With `members`; without them when their list is not proved.
    boost::asio::awaitable<result<remote_resource>> read(std::string id);
    boost::asio::awaitable<result<remote_resource>> create(write_request r);
    boost::asio::awaitable<result<remote_resource>> update(write_request r);
    boost::asio::awaitable<result<void>> remove(std::string id);
    boost::asio::awaitable<result<remote_resource>> set_members(members_request r);

private:
    boost::asio::awaitable<result<void>> change_member(const operation& op, std::string user, std::string group);
    boost::asio::awaitable<result<remote_resource>> read_back(members_request r, held_record now,
                                                              std::vector<std::string> known, bool proved);

    target_session& through_;
    first_writes writes_;
};

} // namespace idferry::connectors::bare_id
