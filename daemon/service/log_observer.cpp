#include "daemon/service/log_observer.hpp"

#include "daemon/run/time_text.hpp"

namespace idferry::daemon::service {

using log::id;
using log::message;
using run::time_text;

namespace {

message about(id what, const run::sync_settings& sync)
{
    return message(what).with("sync", sync.name.text());
}

} // namespace

log_observer::log_observer(log::logger& out, connectors::clock& time, state::store& state, std::string file)
    : out_(out), time_(time), state_(state), file_(std::move(file))
{
}

void log_observer::configured(const run::settings& settings, bool reload)
{
    if (reload) {
        compare(settings);
    } else {
        out_.say(message(id::daemon_started)
                     .with("version", IDFERRY_VERSION)
                     .with("syncs", settings.syncs.size())
                     .with("file", file_));
        for (const auto& s : settings.syncs)
            if (const auto q = state_.find_quarantine(s.name); q && *q)
                out_.say(about(id::quarantine_stays, s)
                             .with("since", time_text((*q)->since))
                             .with("reason", (*q)->reason)
                             .with("next", time_text((*q)->next_probe)));
    }
    loaded_ = time_.now();
    known_.clear();
    for (const auto& s : settings.syncs) {
        known_[s.name.text()] = s.epoch.hex();
        if (!s.schedule.every && !s.schedule.at && !s.schedule.full) out_.say(about(id::sync_unscheduled, s));
    }
}

void log_observer::ready(const std::string& next, state::time_point when)
{
    if (!next.empty()) out_.say(message(id::daemon_ready).with("sync", next).with("next", time_text(when)));
}

void log_observer::compare(const run::settings& fresh)
{
    std::size_t added = 0, changed = 0;
    const auto tell = [this](const std::string& sync, std::string_view what) {
        out_.say(message(id::reload_sync).with("sync", sync).with("what", what));
    };
    auto gone = known_;
    for (const auto& s : fresh.syncs) {
        const auto name = s.name.text();
        const auto old = known_.find(name);
        gone.erase(name);
        if (old == known_.end()) {
            ++added;
            tell(name, "added");
        } else if (old->second != s.epoch.hex()) {
            ++changed;
            tell(name, "changed");
        }
    }
    for (const auto& [name, digest] : gone) tell(name, "removed");
    out_.say(message(id::reload_done)
                 .with("file", file_)
                 .with("added", added)
                 .with("removed", gone.size())
                 .with("changed", changed));
}

void log_observer::reload_refused(const std::vector<config::diagnostic>& mistakes)
{
    for (const auto& m : mistakes)
        out_.say(message(id::configuration_mistake).with("place", m.place()).with("reason", m.message));
    out_.say(message(id::reload_refused)
                 .with("file", file_)
                 .with("count", mistakes.size())
                 .with("loaded", time_text(loaded_)));
}

void log_observer::stopping()
{
    out_.say(message(id::daemon_stopping).with("reason", "asked to"));
}

void log_observer::stopped(std::size_t left)
{
    for (const auto& [sync, since] : begun_)
        if (left > 0) out_.say(message(id::stop_overdue).with("sync", sync).with("limit", "1.5 s"));
    out_.say(message(id::daemon_stopped));
}

void log_observer::cycle_begun(const run::sync_settings& sync, const std::string& trigger, bool pushing)
{
    const auto name = sync.name.text();
    begun_[name] = time_.now();
    if (auto known = state_.rejects(sync.name); pushing && known) rejected_[name] = std::move(*known);
    out_.say(about(id::cycle_begun, sync)
                 .with("kind", !pushing            ? "planning"
                               : trigger == "full" ? "full"
                                                   : "ordinary")
                 .with("reason", trigger));
}

void log_observer::cycle_ended(const run::sync_settings& sync, const run::cycle_report& report,
                               const std::string& /*trigger*/, bool pushing)
{
    const auto name = sync.name.text();
    const auto began = begun_.find(name);
    log::cycle_telling how;
    how.pushing = pushing;
    how.duration = began == begun_.end() ? std::chrono::milliseconds(0) : time_.now() - began->second;
    how.values = out_.wants(log::level::debug);
    how.before = pushing ? &before_ : nullptr;
    for (const auto& m : log::messages_of(report, how)) out_.say(m);
    begun_.erase(name);
    if (!pushing) return;
    if (const auto now = state_.rejects(sync.name))
        for (const auto& m : log::recovered(rejected_[name], *now)) out_.say(m);
    rejected_.erase(name);
}

void log_observer::overran(const run::sync_settings& sync, std::chrono::milliseconds)
{
    out_.say(about(id::overlap_skipped, sync));
}

void log_observer::isolated(const run::sync_settings& sync, const state::quarantine& q)
{
    out_.say(about(id::quarantine_entered, sync)
                 .with("failures", q.failures)
                 .with("reason", q.reason)
                 .with("next", time_text(q.next_probe)));
}

void log_observer::probe_failed(const run::sync_settings& sync, const state::quarantine& q)
{
    out_.say(about(id::quarantine_probe_failed, sync).with("reason", q.reason).with("next", time_text(q.next_probe)));
}

void log_observer::released(const run::sync_settings& sync, const std::string& by)
{
    if (by.empty())
        out_.say(about(id::quarantine_released, sync));
    else
        out_.say(about(id::quarantine_released_by_hand, sync).with("who", by));
}

void log_observer::state_failed(const std::string& why)
{
    out_.say(message(id::state_failed).with("reason", why));
}

} // namespace idferry::daemon::service
