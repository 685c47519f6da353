// What Prometheus is told: figures of syncs, connections and the process, kept in memory and written out in its text
// format. docs/metrics.md lists them.
#pragma once

#include "connectors/http/exchange_meter.hpp"
#include "daemon/service/service_observer.hpp"
#include "state/store.hpp"

#include <memory>
#include <string>

namespace idferry::daemon::admin {

// Fed by the service and by the connections; all calls on the daemon's thread. Series of syncs and connections that a
// reload removed are gone with it.
class metrics : public service::service_observer, public connectors::http::exchange_meter
{
public:
    // The exposition format 0.0.4. Rejects and quarantine are read from the state now, so that what commands changed
    // shows; a state that cannot be read leaves them out.
    virtual std::string text() = 0;
    static constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";
};

// `time` and `state` outlive it.
std::unique_ptr<metrics> make_metrics(const connectors::clock& time, state::store& state);

} // namespace idferry::daemon::admin
