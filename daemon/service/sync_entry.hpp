// What the service knows about one sync while it runs. Internal to this folder.
#pragma once

#include "daemon/run/progress.hpp"
#include "daemon/run/settings.hpp"
#include "daemon/schedule/timetable.hpp"
#include "daemon/service/service_control.hpp"
#include "state/store.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace idferry::daemon::service {

// Remembers how far a cycle is, for whoever asks.
class remembered_progress final : public run::progress
{
public:
    void begin(std::string_view phase, std::uint64_t total) override
    {
        phase_ = phase;
        total_ = total;
        done_ = 0;
        if (changed) changed();
    }
    void at(std::uint64_t done) override { done_ = done; }
    void end() override { phase_.clear(); }

    const std::string& phase() const { return phase_; }
    std::uint64_t done() const { return done_; }
    std::uint64_t total() const { return total_; }

    std::function<void()> changed; // a phase began

private:
    std::string phase_;
    std::uint64_t done_{0}, total_{0};
};

struct sync_entry
{
    std::shared_ptr<const run::settings> owner; // keeps `sync`
    const run::sync_settings* sync{nullptr};
    bool removed{false}; // by a reload: nothing new begins

    schedule::past_cycles past;
    std::optional<schedule::next_cycle> next;
    std::optional<state::time_point> next_hints; // when the source's events are looked at, between cycles
    std::string hints_trouble;                   // what was wrong with them the last time, "" = nothing
    std::int64_t hints_refused{0};               // looks in a row that could read none
    std::deque<std::uint64_t> asked;             // jobs, in order
    std::int64_t failures{0};        // cycles in a row whose target failed
    std::optional<state::quarantine> isolated;
    std::optional<kept_plan> plan;

    bool running{false};
    state::time_point since{};
    std::string trigger;
    remembered_progress progress;
};

using sync_entries = std::map<std::string, std::shared_ptr<sync_entry>>;

// What begins next by itself, or null.
const sync_entry* next_of(const sync_entries& all);
// Another sync that writes to the same target is at work, or has been due for longer.
bool waits_for_turn(const sync_entries& all, const sync_entry& e, state::time_point now);
// One line for the service manager: how many syncs, what runs, what begins next. `mistakes`: the last reload was
// refused.
std::string status_line(const sync_entries& all, bool mistakes);

// Begins of the last cycles as state has them; an unreadable state counts as no past.
schedule::past_cycles past_of(state::store& state, const mapping::sync_name& sync);

// Whether `e.next`, planned at `now` with that chance, is later than its timetable says because of a blackout window.
bool moved_by_blackout(const sync_entry& e, state::time_point now, double chance);

// Sets when the source's events are looked at next: `every` after the last one began, later and later while none can be
// read (at most an hour), and not in a blackout window.
void schedule_hints(sync_entry& e, state::time_point last, state::time_point now);

// What seems to have begun in the future, because the clock was put back, began now.
void bring_into_past(schedule::past_cycles& past, state::time_point now);

sync_view view_of(const sync_entry& e, state::time_point now);

} // namespace idferry::daemon::service
