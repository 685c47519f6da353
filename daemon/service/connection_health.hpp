// Which connection of which sync does not work: said when it begins, and when it ends. Internal to this folder.
#pragma once

#include "daemon/log/message.hpp"
#include "daemon/run/cycle.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace idferry::daemon::service {

class connection_health
{
public:
    // What a cycle's end says about the two connections of its sync that was not said before. A cycle that did not ask
    // a connection says nothing about it.
    std::vector<log::message> after(const run::sync_settings& sync, const run::cycle_report& report);

private:
    struct trouble
    {
        std::int64_t cycles{0};
        log::id said{};
    };
    std::map<std::pair<std::string, std::string>, trouble> down_; // sync, connection
};

} // namespace idferry::daemon::service
