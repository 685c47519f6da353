// Writing people: create, update, enable and disable, delete. Every write is read back, because its answer proves
// nothing; who was switched off by somebody else stays so.
#pragma once

#include "connectors/bare_id/first_writes.hpp"
#include "connectors/bare_id/target_session.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <string>
#include <utility>

namespace idferry::connectors::bare_id {

class target_people
{
public:
    explicit target_people(target_session& through) : through_(through) {}

    boost::asio::awaitable<result<remote_resource>> read(std::string id);
    boost::asio::awaitable<result<remote_resource>> create(write_request r);
    boost::asio::awaitable<result<remote_resource>> update(write_request r);
    boost::asio::awaitable<result<void>> remove(std::string id);

private:
    boost::asio::awaitable<result<held_record>> record_of(std::string id, std::optional<remote_resource> current);
    boost::asio::awaitable<failure> after_failed_create(write_request r, failure f);
    boost::asio::awaitable<std::optional<remote_resource>> holder_of_names(mapping::desired_resource desired,
                                                                           mapping::target_id but);
    bool all_there(const write_request& r, const remote_resource& shown) const;
    boost::asio::awaitable<result<void>> write(write_request r, held_record now, std::optional<bool> enabled);
    boost::asio::awaitable<result<void>> switch_person(std::string id, bool on);
    std::optional<failure> judged(const operation& op, const write_request& r, const remote_resource& before,
                                  const remote_resource& after);

    target_session& through_;
    first_writes writes_;
    std::deque<std::pair<std::string, held_record>> read_; // the last few: an update follows its read
};

} // namespace idferry::connectors::bare_id
