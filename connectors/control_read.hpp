// The control read behind every proof that one person is gone: asked once in a run, by whoever comes first, and waited
// for by the others. One strand.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

namespace idferry::connectors {

class control_read
{
public:
    // Reads; gives "" when the system answers as it should, else what is wrong.
    using question = std::function<boost::asio::awaitable<std::string>()>;

    // A new run begins: what the last one believed counts no more.
    void forget() { now_ = nullptr; }
    // The answer of this run. A question that was cancelled is asked again by the next who comes.
    boost::asio::awaitable<std::string> trouble(question ask);

private:
    struct state;
    std::shared_ptr<state> now_;
};

} // namespace idferry::connectors
