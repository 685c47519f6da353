// Writing groups and who is in them. A membership is access: what is there is read back, from the group's list or from
// the lists of the people that changed.
#pragma once

#include "connectors/bare_id/first_writes.hpp"
#include "connectors/bare_id/target_session.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace idferry::connectors::bare_id {

class target_groups
{
public:
    target_groups(target_session& through, std::shared_ptr<late_kinds> late)
        : through_(through), writes_(std::move(late))
    {
    }

    // With `members`; without them when their list is not proved.
    boost::asio::awaitable<result<remote_resource>> read(std::string id);
    boost::asio::awaitable<result<remote_resource>> create(write_request r);
    boost::asio::awaitable<result<remote_resource>> update(write_request r);
    boost::asio::awaitable<result<void>> remove(std::string id);
    boost::asio::awaitable<result<remote_resource>> set_members(members_request r);

private:
    boost::asio::awaitable<result<void>> change_member(const operation& op, std::string user, std::string group);
    // `said`: what the answer to the creation tells about its id.
    boost::asio::awaitable<result<held_record>> made(std::string name, std::string said, const operation& op);
    boost::asio::awaitable<result<remote_resource>> look_at_members(members_request r, held_record now,
                                                                    member_list known);
    boost::asio::awaitable<result<std::set<std::string>>>
    members_now(const members_request& r, std::set<std::string> there, bool by_list, bool first);

    target_session& through_;
    first_writes writes_;
};

} // namespace idferry::connectors::bare_id
