// Counts what goes over a connection: a decorator of transports that tells a meter about every exchange.
#pragma once

#include "connectors/http/client.hpp"
#include "connectors/http/transport.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace idferry::connectors::http {

// Told on the thread of the exchange; must not throw and must not wait.
class exchange_meter
{
public:
    virtual ~exchange_meter() = default;
    // One exchange ended: with a status, or 0 when there was no answer (a cancelled one is not told). `took` is from
    // handing the request over to the last byte of its answer.
    virtual void exchanged(const std::string& connection, const std::string& method, int status,
                           std::chrono::steady_clock::duration took) = 0;
    // A client's work has ended: what its counters say, of all of its life.
    virtual void client_ended(const std::string& connection, const client_counters& counters) = 0;
    // `by` network connections were opened (1) or ended (-1).
    virtual void connections_changed(const std::string& connection, int by) = 0;
};

using transport_maker = std::function<std::unique_ptr<transport>(transport_settings)>;

// Makes real transports that tell `meter` (which outlives them) what goes over the configured connection of that name.
transport_maker metered_transports(std::string connection, exchange_meter& meter);

} // namespace idferry::connectors::http
