// Writing people: create, update, enable and disable, delete. Every write is read back, because its answer proves
// nothing; who was switched off by somebody else stays so.
#pragma once

#include "connectors/bare_id/first_writes.hpp"
#include "connectors/bare_id/target_session.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace idferry::connectors::bare_id {

class target_people
{
public:
    target_people(target_session& through, std::shared_ptr<late_kinds> late)
        : through_(through), writes_(std::move(late))
    {
    }

    boost::asio::awaitable<result<remote_resource>> read(std::string id);
    boost::asio::awaitable<result<remote_resource>> create(write_request r);
    boost::asio::awaitable<result<remote_resource>> update(write_request r);
    boost::asio::awaitable<result<void>> remove(std::string id);

private:
    // What one request of a write was to change, as it was before.
    struct written_part
    {
        const operation* op{nullptr};
        std::vector<std::string> paths;
    };
    using written_parts = std::vector<written_part>;

    boost::asio::awaitable<result<std::string>> wait_for_name(std::string user_name);
    boost::asio::awaitable<result<held_record>> wait_for_account(std::string id, read_back& look);
    boost::asio::awaitable<result<held_record>> wait_for_change(std::string id, const remote_resource& before,
                                                                written_parts parts, read_back& look);
    std::vector<std::string> still_to_change(const write_request& r, const remote_resource& now) const;
    boost::asio::awaitable<result<held_record>> record_of(std::string id, std::optional<remote_resource> current);
    boost::asio::awaitable<failure> after_failed_create(write_request r, failure f);
    boost::asio::awaitable<std::optional<remote_resource>> holder_of_names(mapping::desired_resource desired,
                                                                           mapping::target_id but);
    bool all_there(const write_request& r, const remote_resource& shown) const;
    // The parts that were sent.
    boost::asio::awaitable<result<written_parts>> write(write_request r, held_record now, std::optional<bool> enabled);
    boost::asio::awaitable<result<void>> switch_person(std::string id, bool on);
    std::optional<failure> judged(const operation& op, const write_request& r, const remote_resource& before,
                                  const remote_resource& after);

    target_session& through_;
    first_writes writes_;
    std::deque<std::pair<std::string, held_record>> read_; // the last few: an update follows its read
};

} // namespace idferry::connectors::bare_id
