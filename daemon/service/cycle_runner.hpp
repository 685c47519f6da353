// Carries out what the service decides: a cycle, a probe of the target, an explanation. Makes both ends of a sync new
// each time, so that rotated secrets of {file:} and {command:} count without a restart.
#pragma once

#include "connectors/http/exchange_meter.hpp"
#include "connectors/registry.hpp"
#include "daemon/run/cycle.hpp"
#include "daemon/run/explaining.hpp"
#include "state/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

namespace idferry::daemon::service {

struct cycle_request
{
    const run::sync_settings& sync; // outlives the cycle
    run::cycle_options options;
    run::progress& shown;
    const run::stop_flag& stop;
    std::string digest_key{}; // of a saved plan that was made without a state; "" = the state's own
};

class cycle_runner
{
public:
    virtual ~cycle_runner() = default;

    // Runs one cycle. Never throws; what went wrong is in the report.
    virtual boost::asio::awaitable<run::cycle_report> run(cycle_request r) = 0;

    // What `explain` says about one resource; writes nothing. Never throws; what went wrong is in the answer. `shown`
    // and `stop` outlive it.
    virtual boost::asio::awaitable<run::explained> explain(const run::sync_settings& sync, run::explain_request what,
                                                           run::progress& shown, const run::stop_flag& stop) = 0;

    // Asks the target for its capabilities and for one resource that nobody has, with our credentials. Returns "" when
    // it answers as it should, else what it did instead. Sends reads and token requests only.
    virtual boost::asio::awaitable<std::string> probe(const run::sync_settings& sync) = 0;
};

// What a configured connection of that name finds outside the process.
using environment_of = std::function<connectors::environment(const std::string& connection)>;

// `state` is open for writing and outlives the runner, as do everything in the environments and `meter` (null = nobody
// counts); `folder` holds the writer locks.
std::unique_ptr<cycle_runner> make_cycle_runner(environment_of env, state::store& state, std::string folder,
                                                connectors::http::exchange_meter* meter = nullptr);

} // namespace idferry::daemon::service
