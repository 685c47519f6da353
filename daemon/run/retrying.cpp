#include "daemon/run/retrying.hpp"

#include "daemon/run/account_steps.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace idferry::daemon::run {

namespace {

void add_sorted(std::string& text, char sign, const std::vector<reconcile::member_change>& members)
{
    std::vector<std::string> keys;
    for (const auto& m : members) keys.push_back(m.person.text());
    std::sort(keys.begin(), keys.end());
    for (const auto& k : keys) text += fmt::format("{}{}:{}", sign, k.size(), k);
}

std::string dropped_text(const state::reject& r)
{
    return "dropped by hand until something else is to be done for it: " + r.error;
}

} // namespace

std::string attempt_of(const reconcile::change& change)
{
    std::string text;
    switch (change.what) {
    case state::operation::create:
    case state::operation::adopt:
    case state::operation::update: text = "write\n" + change.desired; break;
    case state::operation::deactivate: text = "deactivate\n"; break;
    case state::operation::remove: text = "remove\n"; break;
    case state::operation::members:
        text = "members\n";
        add_sorted(text, '+', change.add);
        add_sorted(text, '-', change.remove);
        break;
    case state::operation::bind_credential:
    case state::operation::revoke_credential: break; // never a change of its own
    }
    return mapping::strong_digest(text).hex();
}

std::string attempt_of(const reconcile::note& rejected)
{
    return mapping::strong_digest("plan\n" + rejected.text).hex();
}

bool takes_access(const reconcile::change& change)
{
    return change.is_removal() || change.switches_off() || !change.remove.empty();
}

std::chrono::milliseconds waiting_time(int attempts, bool takes_access)
{
    constexpr auto first = std::chrono::minutes(5);
    const std::chrono::milliseconds most = takes_access ? std::chrono::hours(1) : std::chrono::hours(24);
    const auto doublings = std::clamp(attempts - 1, 0, 20);
    return std::min<std::chrono::milliseconds>(first * (std::int64_t{1} << doublings), most);
}

outcome<std::shared_ptr<const known_rejects>> load_rejects(const cycle_context& c, bool respect_backoff)
{
    auto all = c.state.rejects(c.sync.name);
    if (!all) return state_error(all.error());
    auto known = std::make_shared<known_rejects>();
    known->respect_backoff = respect_backoff;
    known->now = c.time.now();
    for (auto& r : *all) {
        std::pair resource{r.scope.type, r.key.text()};
        known->by_resource.emplace(std::move(resource), std::move(r));
    }
    return std::shared_ptr<const known_rejects>(std::move(known));
}

std::optional<reconcile::note> held_back(const known_rejects& known, const reconcile::change& change)
{
    const auto it = known.by_resource.find({std::string(change.type->name), change.key.text()});
    if (it == known.by_resource.end()) return std::nullopt;
    const auto& r = it->second;
    const bool waits = known.respect_backoff && r.next_try > known.now;
    if ((!waits && !r.dropped) || r.attempt != attempt_of(change)) return std::nullopt;
    reconcile::note n;
    n.what = r.dropped ? reconcile::note::kind::dropped : reconcile::note::kind::waiting;
    n.type = change.type;
    n.key = change.key;
    n.label = change.label;
    n.text = r.dropped ? dropped_text(r)
                       : fmt::format("waiting for its next try at {} (rejected {} {}): {}", time_text(r.next_try),
                                     r.attempts, r.attempts == 1 ? "time" : "times", r.error);
    return n;
}

void tell_dropped(const known_rejects& known, reconcile::note& n)
{
    if (n.what != reconcile::note::kind::reject || !n.type || n.key.empty()) return;
    const auto it = known.by_resource.find({std::string(n.type->name), n.key.text()});
    if (it == known.by_resource.end() || !it->second.dropped || it->second.attempt != attempt_of(n)) return;
    n.what = reconcile::note::kind::dropped;
    n.text = dropped_text(it->second);
}

state::result<std::vector<state::update>> retry_by_hand(state::store& state, const mapping::sync_name& sync,
                                                        const state::reject_filter& only, state::time_point now)
{
    auto rows = state.rejects(sync, only);
    if (!rows) return rows.error();
    std::vector<state::update> updates;
    for (const auto& r : *rows) updates.emplace_back(state::retry_reject{r.scope, r.key, now});
    auto steps = retry_steps_by_hand(state, sync, only, now);
    if (!steps) return steps.error();
    std::move(steps->begin(), steps->end(), std::back_inserter(updates));
    return updates;
}

state::result<std::vector<state::update>> drop_by_hand(state::store& state, const mapping::sync_name& sync,
                                                       const state::reject_filter& only)
{
    auto rows = state.rejects(sync, only);
    if (!rows) return rows.error();
    std::vector<state::update> updates;
    for (const auto& r : *rows)
        if (!r.dropped) updates.emplace_back(state::drop_reject{r.scope, r.key});
    return updates;
}

} // namespace idferry::daemon::run
