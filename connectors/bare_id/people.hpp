// The people of a read, in the three ways they can be had: each person once, service accounts left out.
#pragma once

#include "connectors/bare_id/list_reader.hpp"

#include <deque>
#include <string>
#include <vector>

namespace idferry::connectors::bare_id {

// What a run has learned about people: for proving later that one of them is gone.
struct people_knowledge
{
    std::vector<std::string> witnesses; // a few that lists named
    bool one_was_read{false};           // some person's own record could be read

    void witness(std::string_view key)
    {
        if (witnesses.size() < 3) witnesses.emplace_back(key);
    }
};

// Reads people one by one, several at once, in order, and packs their records into pages.
class hydrator
{
public:
    // `missing_is_bad`: where a list has named the person a moment ago, a record that is not there is trouble. Else it
    // is left out, and the engine asks for a proof of that person.
    hydrator(std::shared_ptr<api> through, std::shared_ptr<people_knowledge> known, bool missing_is_bad);
    void add(std::string_view key) { waiting_.emplace_back(key); }
    bool done() const { return waiting_.empty() && running_.empty(); }
    // One page of at most `records_per_page`; what cannot be read is a bad record. Fails when the read cannot go on.
    boost::asio::awaitable<result<page>> next();
    std::uint64_t delivered() const { return delivered_; }

private:
    static constexpr std::size_t records_per_page = 100;
    struct one
    {
        std::string key;
        background<person_answer> work;
    };

    std::shared_ptr<api> api_;
    std::shared_ptr<people_knowledge> known_;
    bool missing_is_bad_;
    std::deque<std::string> waiting_;
    std::deque<one> running_;
    std::uint64_t delivered_{0};
};

} // namespace idferry::connectors::bare_id
