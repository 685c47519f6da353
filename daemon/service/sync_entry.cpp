#include "daemon/service/sync_entry.hpp"

#include "daemon/run/cycle.hpp"
#include "daemon/run/hint_settings.hpp"
#include "daemon/run/sharing.hpp"
#include "mapping/json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::service {

schedule::past_cycles past_of(state::store& state, const mapping::sync_name& sync)
{
    schedule::past_cycles past;
    // Cycles by hints may stand between many more than a page.
    constexpr int pages = 20;
    std::int64_t before = 0;
    for (int page = 0; page < pages; ++page) {
        const auto rows = state.recent_cycles(sync, 200, before);
        if (!rows || rows->empty()) return past;
        for (const auto& row : *rows) {
            before = row.id;
            mapping::json summary;
            mapping::json_error wrong;
            const bool readable = mapping::parse_json(row.summary, summary, wrong) && summary.is_object();
            const auto was = [&summary, readable](const char* name) {
                const auto found = readable ? summary.find(name) : summary.end();
                return found != summary.end() && found->is_boolean() && found->get<bool>();
            };
            if (was("hinted")) continue;
            if (!past.last) past.last = row.started;
            if (!past.last_full && was("refresh")) past.last_full = row.started;
            if (!past.last_leaves && was("leaves")) past.last_leaves = row.started;
            if (past.last_full && past.last_leaves) return past;
        }
        if (page == 0 && past.last) return past; // older ones do not count, as ever
    }
    return past;
}

void schedule_hints(sync_entry& e, state::time_point last, state::time_point now)
{
    if (!e.sync->hints) {
        e.next_hints.reset();
        return;
    }
    constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
    auto wait = e.sync->hints->every;
    for (std::int64_t i = 0; i < e.hints_refused && wait < longest; ++i) wait = std::min(wait * 2, longest);
    const auto& t = e.sync->schedule;
    const auto when = std::max(now, last + wait);
    const auto second = std::chrono::floor<std::chrono::seconds>(when);
    const auto open = schedule::after_blackout(t.blackout, t.zone, second);
    e.next_hints = open == second ? when : state::time_point(open);
}

bool moved_by_blackout(const sync_entry& e, state::time_point now, double chance)
{
    if (!e.next || e.sync->schedule.blackout.empty()) return false;
    auto open = e.sync->schedule;
    open.blackout.clear();
    const auto without = schedule::plan_next(open, e.past, now, chance);
    return without && without->when != e.next->when;
}

void bring_into_past(schedule::past_cycles& past, state::time_point now)
{
    for (auto* begun : {&past.last, &past.last_full, &past.last_leaves})
        if (*begun && **begun > now) *begun = now;
}

sync_view view_of(const sync_entry& e, state::time_point now)
{
    sync_view v;
    v.name = e.sync->name.text();
    if (e.running) {
        v.state = sync_state::running;
        v.running_since = e.since;
        v.trigger = e.trigger;
        v.phase = e.progress.phase();
        v.done = e.progress.done();
        v.total = e.progress.total();
        return v;
    }
    if (e.isolated) {
        v.state = sync_state::isolated;
        v.next = e.isolated->next_probe;
        return v;
    }
    if (!e.next) {
        v.state = sync_state::on_request;
        return v;
    }
    v.next = e.next->when;
    v.next_full = e.next->full;
    const auto& t = e.sync->schedule;
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    v.delayed_by_blackout = schedule::after_blackout(t.blackout, t.zone, second) != second;
    return v;
}

const sync_entry* next_of(const sync_entries& all)
{
    const sync_entry* first = nullptr;
    for (const auto& [name, e] : all) {
        if (e->running || e->isolated || e->removed || !e->next) continue;
        if (!first || e->next->when < first->next->when) first = e.get();
    }
    return first;
}

namespace {

// Since when it is, or from when it will be, to begin.
state::time_point due(const sync_entry& e)
{
    if (!e.asked.empty()) return {};
    if (e.isolated) return e.isolated->next_probe;
    const auto next = e.next ? e.next->when : state::time_point::max();
    return e.next_hints ? std::min(next, *e.next_hints) : next;
}

} // namespace

bool waits_for_turn(const sync_entries& all, const sync_entry& e, state::time_point now)
{
    return std::any_of(all.begin(), all.end(), [&](const auto& one) {
        const auto& other = *one.second;
        if (&other == &e || !run::take_turns(*other.sync, *e.sync)) return false;
        return other.running || (!other.removed && due(other) <= now && due(other) < due(e));
    });
}

std::string status_line(const sync_entries& all, bool mistakes)
{
    std::size_t isolated = 0;
    std::string running;
    for (const auto& [name, e] : all) {
        if (e->running)
            running += fmt::format("{}{}{}{}", running.empty() ? "" : ", ", name,
                                   e->progress.phase().empty() ? "" : " ", e->progress.phase());
        isolated += e->isolated ? 1 : 0;
    }
    auto line = fmt::format("{} {}", all.size(), all.size() == 1 ? "sync" : "syncs");
    if (!running.empty()) line += fmt::format("; running: {}", running);
    if (isolated > 0) line += fmt::format("; {} in quarantine", isolated);
    if (mistakes) line += "; the changed configuration has mistakes";
    if (const auto* first = next_of(all))
        line += fmt::format("; next: {} at {:%F %T} UTC", first->sync->name.text(),
                            std::chrono::floor<std::chrono::seconds>(first->next->when));
    return line;
}

const char* to_string(sync_state s)
{
    switch (s) {
    case sync_state::waiting: return "waiting";
    case sync_state::running: return "running";
    case sync_state::isolated: return "quarantine";
    case sync_state::on_request: return "on request";
    }
    return "waiting";
}

} // namespace idferry::daemon::service
