// Notices when the daemon's loop was held up, and when somebody set the system's clock. Internal to this folder.
#pragma once

#include "connectors/clock.hpp"

#include <chrono>
#include <optional>

namespace idferry::daemon::service {

class loop_watch
{
public:
    explicit loop_watch(const connectors::clock& time) : time_(time) {}

    // After a wait that was to end at `planned` or earlier: how much later it did, when that is worth a word.
    std::optional<std::chrono::milliseconds> late(connectors::clock::steady_time planned) const;

    // How far the wall clock went ahead of the steady one since the last call, when that is more than a time service
    // corrects by itself; negative = it was put back.
    std::optional<std::chrono::milliseconds> moved();

private:
    std::chrono::milliseconds apart() const;

    const connectors::clock& time_;
    std::chrono::milliseconds apart_{apart()};
};

} // namespace idferry::daemon::service
