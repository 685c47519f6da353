// A read that goes on step by step, each of which may make some events ready: the loop that every
// source's read shares, and what becomes of a sample.
#pragma once

#include "connectors/source.hpp"

#include <deque>
#include <optional>

namespace idferry::connectors {

// What a list proves of which only some records were wanted: nothing.
inline constexpr const char* only_a_sample = "only a sample was read";

class stepped_read : public source_read
{
public:
    explicit stepped_read(read_request request) : request_(std::move(request)) {}
    boost::asio::awaitable<result<std::optional<read_event>>> next() final;

protected:
    // Goes on until something is ready or the read is over. A failure ends the read.
    virtual boost::asio::awaitable<result<void>> step() = 0;
    virtual bool over() const = 0;

    bool sample() const { return request_.max_records > 0; }
    // Of records that arrive when `delivered` were before them: leaves those that the sample still wants.
    void trim(std::vector<raw_record>& records, std::uint64_t delivered) const;
    // How a list ended of which `size` records were delivered.
    list_end ended(list_end end, list_ref list, std::uint64_t size) const;

    read_request request_;
    std::deque<read_event> ready_; // delivered before the next step

private:
    std::optional<failure> failed_;
};

} // namespace idferry::connectors
