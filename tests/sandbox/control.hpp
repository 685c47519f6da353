// The way in for tests, under /__sandbox/ on every port: requests seen, knobs, faults, state, edits, reset, clock.
#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/request_log.hpp"
#include "tests/sandbox/sandbox_clock.hpp"
#include "tests/sandbox/server.hpp"

#include <functional>
#include <vector>

namespace idferry::sandbox {

class control
{
public:
    control(sandbox_clock& clock, std::vector<server*> servers);

    // The answer of `to` (may be null: the control port) or, below /__sandbox/, our own.
    outgoing serve(server* to, const incoming& in);

    fault_list& faults() { return faults_; }
    request_log& log() { return log_; }
    server* find(std::string_view name) const;

    json info;                                                      // shown at /__sandbox/
    std::function<bool(const std::string& server, bool up)> listen; // opens or closes a port

private:
    outgoing answer_control(const incoming& in);
    outgoing knobs(const request& asked);
    outgoing fault(const request& asked);
    outgoing state(const request& asked);
    outgoing reset(const request& asked);

    sandbox_clock& clock_;
    std::vector<server*> servers_;
    fault_list faults_;
    request_log log_;
};

} // namespace idferry::sandbox
