// What happens in the daemon, told to logs and metrics. Every function is called on the daemon's thread, must not
// throw, and must not wait.
#pragma once

#include "config/node.hpp"
#include "daemon/run/cycle.hpp"
#include "daemon/run/settings.hpp"
#include "daemon/service/jobs.hpp"
#include "state/link.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace idferry::daemon::service {

class service_observer
{
public:
    virtual ~service_observer() = default;

    // The configuration in force: at the start, and after every reload that was taken.
    virtual void configured(const run::settings&, bool) {} // true = by a reload
    // The service manager was told so; `next` is the sync that begins next, "" when none does by itself.
    virtual void ready(const std::string& /*next*/, state::time_point /*when*/) {}
    // A reload begins, asked for by `by`.
    virtual void reload_begun(const std::string& /*by*/) {}
    // A reload was refused; the old configuration stays in force.
    virtual void reload_refused(const std::vector<config::diagnostic>&) {}
    virtual void stopping() {}
    // Cycles that did not end in time after a stop: their intents are recorded, the next start looks them up.
    virtual void stopped(std::size_t) {}

    // `trigger`: "schedule", "full", "by hand"; `pushing` is false for a plan that was asked for.
    virtual void cycle_begun(const run::sync_settings&, const std::string& /*trigger*/, bool /*pushing*/) {}
    virtual void cycle_ended(const run::sync_settings&, const run::cycle_report&, const std::string& /*trigger*/,
                             bool /*pushing*/)
    {
    }
    // What begins next by itself; `moved`: later than the timetable says, by a blackout window.
    virtual void scheduled(const run::sync_settings&, state::time_point, bool /*moved*/) {}
    // A cycle took longer than the time to the next one, which begins at once, once.
    virtual void overran(const run::sync_settings&, std::chrono::milliseconds) {}

    // What is wrong with the source's events, other than before: changes may be found late. "" = nothing any more.
    virtual void hints_changed(const run::sync_settings&, const std::string& /*trouble*/) {}

    virtual void isolated(const run::sync_settings&, const state::quarantine&) {}
    virtual void probe_failed(const run::sync_settings&, const state::quarantine&) {}
    // `by`: who released it, or "" for a clean probe.
    virtual void released(const run::sync_settings&, const std::string& /*by*/) {}
    // A probe out of quarantine begins.
    virtual void probing(const run::sync_settings&) {}

    // What a person asked for: taken, begun, done; or not taken.
    virtual void job_taken(const job&) {}
    virtual void job_begun(const job&) {}
    virtual void job_done(const job&) {}
    virtual void job_refused(const job_request&, const std::string& /*why*/) {}
    // Rejects were set to be tried again, or dropped, by hand.
    virtual void rejects_changed(const std::string& /*sync*/, bool /*retried*/, std::size_t /*count*/,
                                 const std::string& /*by*/)
    {
    }
    // Whoever asked for the audit trail to be verified was told that it does not.
    virtual void audit_broken(const std::string&) {}

    // State could not be written or read by the daemon itself.
    virtual void state_failed(const std::string&) {}
    // Once a day: what is over its time was erased; or why not ("" = it was).
    virtual void retained(const run::retention_settings&, const std::string& /*wrong*/) {}
    // The loop woke that much later than planned.
    virtual void loop_late(std::chrono::milliseconds) {}
    // The wall clock was set; negative = back. Schedules are set anew.
    virtual void clock_moved(std::chrono::milliseconds) {}
};

// Tells several, in order. They outlive it.
class observers final : public service_observer
{
public:
    explicit observers(std::vector<service_observer*> all) : all_(std::move(all)) {}

    void configured(const run::settings& s, bool reload) override { each(&service_observer::configured, s, reload); }
    void ready(const std::string& next, state::time_point when) override { each(&service_observer::ready, next, when); }
    void reload_refused(const std::vector<config::diagnostic>& d) override
    {
        each(&service_observer::reload_refused, d);
    }
    void reload_begun(const std::string& by) override { each(&service_observer::reload_begun, by); }
    void scheduled(const run::sync_settings& s, state::time_point when, bool moved) override
    {
        each(&service_observer::scheduled, s, when, moved);
    }
    void probing(const run::sync_settings& s) override { each(&service_observer::probing, s); }
    void job_taken(const job& j) override { each(&service_observer::job_taken, j); }
    void job_begun(const job& j) override { each(&service_observer::job_begun, j); }
    void job_done(const job& j) override { each(&service_observer::job_done, j); }
    void job_refused(const job_request& r, const std::string& why) override
    {
        each(&service_observer::job_refused, r, why);
    }
    void rejects_changed(const std::string& sync, bool retried, std::size_t count, const std::string& by) override
    {
        each(&service_observer::rejects_changed, sync, retried, count, by);
    }
    void audit_broken(const std::string& why) override { each(&service_observer::audit_broken, why); }
    void retained(const run::retention_settings& r, const std::string& wrong) override
    {
        each(&service_observer::retained, r, wrong);
    }
    void loop_late(std::chrono::milliseconds by) override { each(&service_observer::loop_late, by); }
    void clock_moved(std::chrono::milliseconds by) override { each(&service_observer::clock_moved, by); }
    void stopping() override { each(&service_observer::stopping); }
    void stopped(std::size_t n) override { each(&service_observer::stopped, n); }
    void cycle_begun(const run::sync_settings& s, const std::string& t, bool p) override
    {
        each(&service_observer::cycle_begun, s, t, p);
    }
    void cycle_ended(const run::sync_settings& s, const run::cycle_report& r, const std::string& t, bool p) override
    {
        each(&service_observer::cycle_ended, s, r, t, p);
    }
    void overran(const run::sync_settings& s, std::chrono::milliseconds by) override
    {
        each(&service_observer::overran, s, by);
    }
    void hints_changed(const run::sync_settings& s, const std::string& trouble) override
    {
        each(&service_observer::hints_changed, s, trouble);
    }
    void isolated(const run::sync_settings& s, const state::quarantine& q) override
    {
        each(&service_observer::isolated, s, q);
    }
    void probe_failed(const run::sync_settings& s, const state::quarantine& q) override
    {
        each(&service_observer::probe_failed, s, q);
    }
    void released(const run::sync_settings& s, const std::string& by) override
    {
        each(&service_observer::released, s, by);
    }
    void state_failed(const std::string& why) override { each(&service_observer::state_failed, why); }

private:
    template <class F, class... Args> void each(F function, const Args&... args)
    {
        for (auto* o : all_) (o->*function)(args...);
    }
    std::vector<service_observer*> all_;
};

} // namespace idferry::daemon::service
