#include "daemon/service/loop_watch.hpp"

namespace idferry::daemon::service {

namespace {
constexpr std::chrono::seconds worth_a_word{2};
}

std::chrono::milliseconds loop_watch::apart() const
{
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    return duration_cast<milliseconds>(time_.now().time_since_epoch()) -
           duration_cast<milliseconds>(time_.steady().time_since_epoch());
}

std::optional<std::chrono::milliseconds> loop_watch::late(connectors::clock::steady_time planned) const
{
    const auto by = std::chrono::duration_cast<std::chrono::milliseconds>(time_.steady() - planned);
    return by > worth_a_word ? std::optional(by) : std::nullopt;
}

std::optional<std::chrono::milliseconds> loop_watch::moved()
{
    const auto now = apart();
    const auto by = now - apart_;
    apart_ = now;
    return by > worth_a_word || by < -worth_a_word ? std::optional(by) : std::nullopt;
}

} // namespace idferry::daemon::service
