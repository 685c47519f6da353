// The daemon: starts what is due, side by side, and never one sync twice at a time. One thread, one executor.
#pragma once

#include "daemon/service/cycle_runner.hpp"
#include "daemon/service/quarantine.hpp"
#include "daemon/service/service_control.hpp"
#include "daemon/service/service_observer.hpp"
#include "daemon/service/system_notifier.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

namespace idferry::daemon::service {

// Reads the configuration file; nothing when it has mistakes.
using config_loader = std::function<std::shared_ptr<const run::settings>(config::diagnostics&)>;

// Collaborators, all outliving the service.
struct service_parts
{
    connectors::clock& time;
    cycle_runner& runner;
    state::store& state; // open for writing
    config_loader load;
    std::string config_file; // for messages
    system_notifier& system;
    service_observer& observer;
    quarantine_rules rules{};
    std::chrono::milliseconds stop_within{1500}; // what a stop waits for cycles under way
    std::string state_folder{};                  // for whoever asks
};

class service : public service_control
{
public:
    // Starts cycles by the timetables of `settings` until it is stopped. Tells the service manager that it is ready
    // once it waits for the first one. Returns how many cycles did not end in time: the caller must then end the
    // process without destroying what they work with.
    virtual boost::asio::awaitable<std::size_t> run(std::shared_ptr<const run::settings> settings) = 0;

    // Cycles under way end after the operation in flight; nothing new begins.
    virtual void stop() = 0;
    // Every sync at once, by hand.
    virtual void run_all(const std::string& by) = 0;
};

std::unique_ptr<service> make_service(boost::asio::any_io_executor executor, service_parts parts);

} // namespace idferry::daemon::service
