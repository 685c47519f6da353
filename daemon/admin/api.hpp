// What can be asked of a running daemon over HTTP: the routes under /api/v1, and /healthz, /readyz and /metrics.
#pragma once

#include "daemon/admin/metrics.hpp"
#include "daemon/admin/router.hpp"
#include "daemon/service/service_control.hpp"

#include <cstdint>

namespace idferry::daemon::admin {

// Both outlive the routes; every call is made on the daemon's thread.
struct api_parts
{
    service::service_control& control;
    metrics& figures;
    // An audit trail with more lines is verified by a command, in a process of its own: here it would hold everything
    // up.
    std::int64_t most_verified{200'000};
};

void add_health_routes(router& all, api_parts parts);
// What state and configuration know, as daemon/report tells it; rejects tried again or dropped.
void add_read_routes(router& all, api_parts parts);
// Runs, plans and explanations, as jobs; reload, and the release of a quarantine.
void add_action_routes(router& all, api_parts parts);

} // namespace idferry::daemon::admin
