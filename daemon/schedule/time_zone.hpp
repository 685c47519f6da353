// Time zones by their names in the IANA database, and cron expressions in them.
//
// Clocks that are put forward: a run at a time that does not exist takes place at the moment of the change. Clocks that
// are put back: a run at a fixed hour takes place once, the first time; one that runs every hour goes on by elapsed
// time.
#pragma once

#include "daemon/schedule/cron.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace idferry::daemon::schedule {

class time_zone
{
public:
    // "Europe/Berlin"; "" is the machine's own. Nothing when the name is unknown.
    static std::optional<time_zone> find(const std::string& name);
    static time_zone utc();
    static time_zone machine();

    // East of Greenwich is positive.
    std::chrono::seconds offset_at(std::chrono::sys_seconds at) const;
    // The first change of the offset strictly after `after`, and the last one at or before `at`.
    std::optional<std::chrono::sys_seconds> next_change(std::chrono::sys_seconds after) const;
    std::optional<std::chrono::sys_seconds> last_change(std::chrono::sys_seconds at) const;
    std::chrono::local_seconds local(std::chrono::sys_seconds at) const;
    const std::string& name() const { return name_; }

private:
    struct data;
    std::shared_ptr<const data> data_;
    std::string name_;
};

// The first run of the expression strictly after `after`.
std::chrono::sys_seconds next_run(const cron& expression, const time_zone& zone, std::chrono::sys_seconds after);

} // namespace idferry::daemon::schedule
