#include "daemon/service/log_observer.hpp"

#include "daemon/run/time_text.hpp"
#include "daemon/service/sync_signature.hpp"

#include <fmt/format.h>

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
    digest_ = settings.digest;
    known_.clear();
    for (const auto& s : settings.syncs) {
        known_[s.name.text()] = signature_of(s);
        if (!s.schedule.every && !s.schedule.at && !s.schedule.full) out_.say(about(id::sync_unscheduled, s));
    }
}

void log_observer::ready(const std::string& next, state::time_point when)
{
    message m(id::daemon_ready);
    if (next.empty())
        m.with("what", "nothing begins by itself");
    else
        m.with("what", "next is " + next + " at " + time_text(when)).with("sync", next).with("next", time_text(when));
    out_.say(m);
}

void log_observer::reload_begun(const std::string& by)
{
    out_.say(message(id::reload_begun).with("file", file_).with("reason", "asked for by " + by));
}

void log_observer::scheduled(const run::sync_settings& sync, state::time_point when, bool moved)
{
    out_.say(about(id::cycle_scheduled, sync).with("next", time_text(when)));
    if (moved) out_.say(about(id::blackout_skipped, sync).with("until", time_text(when)));
}

void log_observer::compare(const run::settings& fresh)
{
    if (fresh.digest == digest_) {
        out_.say(message(id::reload_unchanged).with("file", file_));
        return;
    }
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
        } else if (old->second != signature_of(s)) {
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
    stopping_ = true;
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
                 .with("kind", !pushing                        ? "planning"
                               : trigger == "full"             ? "full"
                               : trigger == run::hints_trigger ? "hinted"
                                                               : "ordinary")
                 .with("reason", trigger));
}

void log_observer::cycle_ended(const run::sync_settings& sync, const run::cycle_report& report,
                               const std::string& trigger, bool pushing)
{
    const auto name = sync.name.text();
    const auto began = begun_.find(name);
    log::cycle_telling how;
    how.pushing = pushing;
    how.duration = began == begun_.end() ? std::chrono::milliseconds(0) : time_.now() - began->second;
    how.values = out_.wants(log::level::debug);
    how.before = !pushing ? nullptr : trigger == run::hints_trigger ? &before_by_hints_ : &before_;
    how.stopping = stopping_;
    if (const auto who = asked_by_.find(name); who != asked_by_.end()) how.who = who->second;
    for (const auto& m : health_.after(sync, report)) out_.say(m);
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

void log_observer::hints_changed(const run::sync_settings& sync, const std::string& trouble)
{
    if (trouble.empty())
        out_.say(about(id::hints_work, sync));
    else
        out_.say(about(id::hints_unsure, sync).with("reason", trouble));
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

void log_observer::probing(const run::sync_settings& sync)
{
    out_.say(about(id::quarantine_probe, sync));
}

void log_observer::job_taken(const job& j)
{
    out_.say(message(id::run_requested)
                 .with("sync", j.what.sync)
                 .with("what", to_string(j.what.kind))
                 .with("who", j.what.by));
}

void log_observer::job_begun(const job& j)
{
    asked_by_[j.what.sync] = j.what.by;
    out_.say(message(id::job_begun)
                 .with("sync", j.what.sync)
                 .with("job", j.id)
                 .with("what", to_string(j.what.kind))
                 .with("who", j.what.by));
}

void log_observer::job_done(const job& j)
{
    asked_by_.erase(j.what.sync);
    out_.say(message(id::job_done)
                 .with("sync", j.what.sync)
                 .with("job", j.id)
                 .with("what", to_string(j.what.kind))
                 .with("exit_code", j.exit_code));
}

void log_observer::job_refused(const job_request& r, const std::string& why)
{
    out_.say(message(id::job_refused)
                 .with("sync", r.sync)
                 .with("what", to_string(r.kind))
                 .with("who", r.by)
                 .with("reason", why));
}

void log_observer::rejects_changed(const std::string& sync, bool retried, std::size_t count, const std::string& by)
{
    out_.say(message(retried ? id::reject_retried : id::reject_dropped)
                 .with("sync", sync)
                 .with("count", count)
                 .with("who", by));
}

void log_observer::audit_broken(const std::string& why)
{
    out_.say(message(id::audit_broken).with("reason", why));
}

void log_observer::retained(const run::retention_settings& r, const std::string& wrong)
{
    const auto days = [](std::chrono::milliseconds d) { return std::chrono::floor<std::chrono::days>(d).count(); };
    if (wrong.empty())
        out_.say(message(id::retention_done)
                     .with("reason", fmt::format("values over {} days and cycles over {} days old are erased",
                                                 days(r.values), days(r.cycles))));
    else
        out_.say(message(id::retention_failed).with("reason", wrong));
}

void log_observer::loop_late(std::chrono::milliseconds by)
{
    out_.say(message(id::loop_late).with("duration", log::duration_text(by)));
}

void log_observer::clock_moved(std::chrono::milliseconds by)
{
    const auto text = log::duration_text(by.count() < 0 ? -by : by);
    out_.say(message(id::clock_moved).with("duration", text + (by.count() < 0 ? " back" : " forward")));
}

void log_observer::state_failed(const std::string& why)
{
    out_.say(message(id::state_failed).with("reason", why));
}

} // namespace idferry::daemon::service
