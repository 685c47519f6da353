// A read that goes on step by step, each of which may make some events ready: the loop that every source's read shares.
#pragma once

#include "connectors/source.hpp"

#include <deque>
#include <optional>

namespace idferry::connectors {

class stepped_read : public source_read
{
public:
    boost::asio::awaitable<result<std::optional<read_event>>> next() final;

protected:
    // Goes on until something is ready or the read is over. A failure ends the read.
    virtual boost::asio::awaitable<result<void>> step() = 0;
    virtual bool over() const = 0;

    std::deque<read_event> ready_; // delivered before the next step

private:
    std::optional<failure> failed_;
};

} // namespace idferry::connectors
