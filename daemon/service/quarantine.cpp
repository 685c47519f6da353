#include "daemon/service/quarantine.hpp"

#include <algorithm>

namespace idferry::daemon::service {

namespace {

std::chrono::milliseconds wait_for(const quarantine_rules& rules, std::int64_t failures)
{
    auto wait = rules.first;
    for (auto n = rules.after; n < failures && wait < rules.longest; ++n) wait *= 2;
    return std::min(wait, rules.longest);
}

} // namespace

std::optional<state::quarantine> isolate(const quarantine_rules& rules, const mapping::sync_name& sync,
                                         std::int64_t failures, std::string reason, state::time_point now)
{
    if (failures < rules.after) return std::nullopt;
    return state::quarantine{sync, now, std::move(reason), failures, now + wait_for(rules, failures)};
}

state::quarantine prolong(const quarantine_rules& rules, state::quarantine before, std::string reason,
                          state::time_point now)
{
    ++before.failures;
    before.reason = std::move(reason);
    before.next_probe = now + wait_for(rules, before.failures);
    return before;
}

} // namespace idferry::daemon::service
