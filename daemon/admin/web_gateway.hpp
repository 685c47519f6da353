// `idferry web`: the admin endpoint's page and API on a free port of 127.0.0.1, for the person who started it alone. It
// forwards to the daemon's Unix domain socket, whose file says whether this person may.
//
// The address that it gives holds a token that works once: whoever opens it first exchanges it (POST /session) for the
// session's bearer token, which stays in memory on both sides.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace idferry::daemon::admin {

struct gateway_settings
{
    std::string socket; // of the daemon
    std::chrono::milliseconds idle{30000};
};

class web_gateway
{
public:
    virtual ~web_gateway() = default;
    virtual unsigned short port() const = 0;
    virtual std::string url() const = 0; // "http://127.0.0.1:41235/#token=…": a secret until it is used
    virtual void stop() = 0;
};

// Outlives nothing: requests under way are dropped with it. Throws boost::system::system_error when no port is free.
std::unique_ptr<web_gateway> open_gateway(boost::asio::any_io_executor executor, gateway_settings settings);

} // namespace idferry::daemon::admin
