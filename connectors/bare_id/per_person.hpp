// Memberships from each person's own groups (source.memberships: per_user): the list of people is read and held, then
// the groups of each are asked for, several at once, and turned round into members by group. Memory: every record of
// the list, and a key for each membership, until the read ends.
#pragma once

#include "connectors/bare_id/people.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace idferry::connectors::bare_id {

class per_person_memberships
{
public:
    explicit per_person_memberships(std::shared_ptr<api> through);

    void add(page people);
    // Asks on. False when everybody's groups are known.
    boost::asio::awaitable<result<bool>> step();
    // Appends the members of these groups as lists of their own.
    void deliver(const std::vector<std::string>& groups, std::deque<read_event>& out);
    // The people, without those whose groups could not be proved: these are bad records.
    std::deque<page> take_people();

private:
    std::shared_ptr<api> api_;
    list_pipeline<api, list_spec> lists_;
    std::deque<page> people_;
    std::map<std::string, std::vector<std::string>, std::less<>> members_; // group → people
    std::map<std::string, std::string, std::less<>> doubtful_;             // person → why
    std::vector<std::string> current_;                                     // groups of the person being read
};

} // namespace idferry::connectors::bare_id
