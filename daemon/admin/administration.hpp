// Puts the admin endpoint together with the daemon that it belongs to: metrics, sockets, log.
#pragma once

#include "daemon/admin/endpoint.hpp"
#include "daemon/log/logger.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace idferry::daemon::admin {

struct administration_parts
{
    const connectors::clock& time;
    state::store& state; // the service's own
    log::logger& log;
    config::secret_resolver secrets;
    std::function<run::admin_settings()> settings; // as the configuration has them now: asked after a reload
};

// All of it outlives nothing that is given here. One thread: the daemon's.
class administration : public service::service_observer
{
public:
    // To be told by the service and by the connections, beside this.
    virtual metrics& figures() = 0;
    // Listens where the settings say. What cannot be opened is told to the log; the daemon goes on without it.
    virtual void open(boost::asio::any_io_executor executor, const run::admin_settings& where,
                      service::service_control& control) = 0;
    // Removes the socket's file. Before the executor's context dies.
    virtual void stop() = 0;
};

std::unique_ptr<administration> make_administration(administration_parts parts);

} // namespace idferry::daemon::admin
