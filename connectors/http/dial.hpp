// From a host's name to a TCP connection, within a deadline. Internal to connectors/http.
#pragma once

#include "connectors/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <string>

namespace idferry::connectors::http {

class byte_stream;

// Waits of an exchange end with operation_aborted only when its coroutine was cancelled: goes on as an exception.
void throw_if_cancelled(const boost::system::error_code& ec);

struct dialled
{
    std::unique_ptr<byte_stream> stream; // null when it failed
    boost::system::error_code error;     // beast::error::timeout when the time was up
    bool name_unknown{false};            // it failed at looking up the name
};

// Looks the name up (an address needs none) and tries its addresses in turn.
boost::asio::awaitable<dialled> dial(std::string host, unsigned short port, clock::steady_time until);

// Connects to the Unix domain socket at `path`.
boost::asio::awaitable<dialled> dial_local(std::string path, clock::steady_time until);

} // namespace idferry::connectors::http
