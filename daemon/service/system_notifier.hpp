// What the service manager is told: readiness, a status line, the watchdog (sd_notify(3)).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace idferry::daemon::service {

class system_notifier
{
public:
    virtual ~system_notifier() = default;
    virtual void ready() = 0;
    // A reload has begun, and, once `ready` is told again, ended (Type=notify-reload understands both).
    virtual void reloading() = 0;
    virtual void stopping() = 0;
    virtual void status(const std::string& line) = 0; // one line: `systemctl status` shows it
    virtual void alive() = 0;                         // the watchdog's sign of life
    // How often the manager wants a sign of life at least; nothing = it does not.
    virtual std::optional<std::chrono::milliseconds> watchdog() const = 0;
};

// What could not be told and why: once, until something could be told again.
using notify_trouble = std::function<void(const std::string& what, const std::string& reason)>;

// The socket in $NOTIFY_SOCKET; says nothing where there is none. Never waits: while nobody reads the socket, status
// lines and signs of life are dropped, and what the manager acts on is told again with whatever is told next.
std::unique_ptr<system_notifier> make_systemd_notifier(notify_trouble told = {});

} // namespace idferry::daemon::service
