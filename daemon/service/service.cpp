#include "daemon/service/service.hpp"

#include "daemon/run/cycle_json.hpp"
#include "daemon/run/retention.hpp"
#include "daemon/service/alarm.hpp"
#include "daemon/service/loop_watch.hpp"
#include "daemon/service/sync_entry.hpp"
#include "mapping/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::service {

namespace {

using state::time_point;
using std::chrono::milliseconds;

// The wall clock may be set, and a suspended machine sleeps through: so no wait is longer than this.
constexpr std::chrono::seconds longest_wait{60};
// Of a plan that is kept for the admin endpoint: a first sync may have a million changes.
constexpr std::size_t most_kept_changes = 5000;
constexpr std::size_t most_waiting_jobs = 20; // of one sync

class daemon_service final : public service
{
public:
    daemon_service(boost::asio::any_io_executor executor, service_parts parts)
        : executor_(executor), p_(std::move(parts)), alarm_(make_alarm(executor, p_.time)), started_(p_.time.now())
    {
    }

    boost::asio::awaitable<std::size_t> run(std::shared_ptr<const run::settings> settings) override
    {
        adopt(std::move(settings));
        p_.observer.configured(*settings_, false);
        p_.system.ready();
        if (const auto* first = next_of(entries_))
            p_.observer.ready(first->sync->name.text(), first->next->when);
        else
            p_.observer.ready("", {});
        while (!stop_.asked) {
            start_due();
            p_.system.status(status_line(entries_, !config_.mistakes.empty()));
            if (p_.system.watchdog()) p_.system.alive();
            const auto when = next_wake();
            co_await alarm_->wait_until(when);
            look_at_clocks(when);
        }
        p_.system.stopping();
        p_.observer.stopping();
        const auto deadline = p_.time.steady() + p_.stop_within;
        while (under_way_ > 0 && p_.time.steady() < deadline) co_await alarm_->wait_until(deadline);
        p_.observer.stopped(under_way_);
        co_return under_way_;
    }

    void stop() override
    {
        stop_.asked = true;
        alarm_->poke();
    }

    void run_all(const std::string& by) override
    {
        for (const auto& s : settings_->syncs) {
            job_request what;
            what.sync = s.name.text();
            what.by = by;
            submit(std::move(what));
        }
    }

    std::shared_ptr<const run::settings> settings() const override { return settings_; }
    state::store& state() override { return p_.state; }
    time_point now() const override { return p_.time.now(); }
    time_point started() const override { return started_; }
    config_view config() const override { return config_; }

    std::vector<sync_view> syncs() const override
    {
        std::vector<sync_view> all;
        for (const auto& s : settings_->syncs)
            if (const auto e = entries_.find(s.name.text()); e != entries_.end())
                all.push_back(view_of(*e->second, now()));
        return all;
    }

    std::variant<std::uint64_t, std::string> submit(job_request what) override
    {
        const auto e = find(what.sync);
        if (!e) return fmt::format("there is no sync '{}'", what.sync);
        std::string why;
        if (stop_.asked)
            why = "the daemon is stopping";
        else if (e->asked.size() >= most_waiting_jobs)
            why = fmt::format("{} requests for sync '{}' are waiting already", e->asked.size(), what.sync);
        if (!why.empty()) {
            p_.observer.job_refused(what, why);
            return why;
        }
        const auto id = jobs_.add(std::move(what), now());
        p_.observer.job_taken(*jobs_.find(id));
        e->asked.push_back(id);
        alarm_->poke();
        return id;
    }

    std::optional<job> find_job(std::uint64_t id) const override
    {
        const auto* j = jobs_.find(id);
        return j ? std::optional<job>(*j) : std::nullopt;
    }

    std::optional<kept_plan> last_plan(const std::string& sync) const override
    {
        const auto e = find(sync);
        return e ? e->plan : std::nullopt;
    }

    std::vector<std::string> reload(const std::string& by) override
    {
        p_.observer.reload_begun(by);
        p_.system.reloading();
        config::diagnostics mistakes;
        auto fresh = p_.load(mistakes);
        config_.tried = now();
        config_.mistakes.clear();
        if (fresh) {
            adopt(std::move(fresh));
            p_.observer.configured(*settings_, true);
        } else {
            const auto all = mistakes.sorted();
            for (const auto& m : all) config_.mistakes.push_back(m.text());
            p_.observer.reload_refused(all);
        }
        p_.system.ready(); // of a reload that was refused, too: the daemon goes on
        alarm_->poke();
        return config_.mistakes;
    }

    bool release(const std::string& sync, const std::string& by) override
    {
        const auto e = find(sync);
        if (!e || !e->isolated) return false;
        end_quarantine(*e, by);
        e->next = schedule::next_cycle{now(), false};
        alarm_->poke();
        return true;
    }

    void rejects_changed(const std::string& sync, bool retried, std::size_t count, const std::string& by) override
    {
        p_.observer.rejects_changed(sync, retried, count, by);
        if (!retried) return;
        if (const auto e = find(sync); e && !e->isolated && e->next) e->next->when = now();
        alarm_->poke();
    }

    void audit_broken(const std::string& why) override { p_.observer.audit_broken(why); }

private:
    using entry = sync_entries::mapped_type;

    entry find(const std::string& name) const
    {
        const auto found = entries_.find(name);
        return found == entries_.end() || found->second->removed ? nullptr : found->second;
    }

    // Takes a configuration into force. A cycle under way goes on with the one that it began with.
    void adopt(std::shared_ptr<const run::settings> fresh)
    {
        settings_ = std::move(fresh);
        config_.file = p_.config_file;
        config_.state_folder = p_.state_folder;
        config_.digest = settings_->digest;
        config_.loaded = config_.tried = now();
        for (auto& [name, e] : entries_) e->removed = true;
        for (const auto& s : settings_->syncs) {
            auto& e = entries_[s.name.text()];
            if (!e) {
                e = std::make_shared<sync_entry>();
                e->progress.changed = [this] { alarm_->poke(); };
                e->past = past_of(p_.state, s.name);
                if (auto known = p_.state.find_quarantine(s.name); known && *known) {
                    e->isolated = **known;
                    e->failures = e->isolated->failures;
                }
            }
            e->owner = settings_;
            e->sync = &s;
            e->removed = false;
            schedule_next(*e);
            schedule_hints(*e, now(), now());
        }
        for (auto& [name, e] : entries_)
            if (e->removed) give_up_waiting(*e);
        std::erase_if(entries_, [](const auto& e) { return e.second->removed && !e.second->running; });
    }

    // Whoever waits for a sync that the configuration no longer has gets an answer.
    void give_up_waiting(sync_entry& e)
    {
        for (const auto id : e.asked) {
            auto& j = *jobs_.find(id);
            fail(j, fmt::format("sync '{}' is not in the configuration any more", e.sync->name.text()));
            p_.observer.job_done(j);
        }
        e.asked.clear();
    }

    void schedule_next(sync_entry& e)
    {
        const auto chance = p_.time.random();
        e.next = plan_next(e.sync->schedule, e.past, now(), chance);
        if (e.next) p_.observer.scheduled(*e.sync, e.next->when, moved_by_blackout(e, now(), chance));
    }

    // A clock that was set must neither hold a sync back for hours nor start it twice.
    void look_at_clocks(connectors::clock::steady_time planned)
    {
        if (const auto late = clocks_.late(planned)) p_.observer.loop_late(*late);
        const auto moved = clocks_.moved();
        if (!moved) return;
        p_.observer.clock_moved(*moved);
        for (auto& [name, e] : entries_) {
            bring_into_past(e->past, now());
            if (e->isolated) e->isolated->next_probe = std::min(e->isolated->next_probe, now() + p_.rules.longest);
            if (e->running || e->removed) continue;
            schedule_next(*e);
            schedule_hints(*e, now(), now());
        }
    }

    // Once a day, the first time at the start: what `retention:` says is old.
    void forget_what_is_old()
    {
        if (tidied_ && now() - *tidied_ < std::chrono::hours(24)) return;
        tidied_ = now();
        const auto done = run::apply_retention(p_.state, settings_->retention, now());
        if (!done) p_.observer.state_failed(done.error().message);
        p_.observer.retained(settings_->retention, done ? "" : done.error().message);
    }

    void start_due()
    {
        forget_what_is_old();
        for (const auto& s : settings_->syncs) {
            const auto e = find(s.name.text());
            if (!e || e->running || waits_for_turn(entries_, *e, now())) continue;
            if (!e->asked.empty())
                begin(e, "by hand");
            else if (e->isolated ? e->isolated->next_probe <= now() : e->next && e->next->when <= now())
                begin(e, e->isolated ? "probe" : why(*e->next));
            else if (!e->isolated && e->next_hints && *e->next_hints <= now())
                begin(e, run::hints_trigger);
        }
    }

    static std::string why(const schedule::next_cycle& next) { return next.full ? "full" : "schedule"; }

    connectors::clock::steady_time next_wake() const
    {
        milliseconds wait = longest_wait;
        if (const auto dog = p_.system.watchdog()) wait = std::min(wait, *dog / 2);
        for (const auto& [name, e] : entries_) {
            if (e->running || e->removed || waits_for_turn(entries_, *e, now())) continue;
            auto when = e->isolated ? std::optional(e->isolated->next_probe)
                        : e->next   ? std::optional(e->next->when)
                                    : std::nullopt;
            if (!e->isolated && e->next_hints && (!when || *e->next_hints < *when)) when = e->next_hints;
            if (when) wait = std::min(wait, std::max(milliseconds(0), *when - now()));
        }
        return p_.time.steady() + wait;
    }

    void begin(const entry& e, std::string trigger)
    {
        e->running = true;
        e->since = now();
        e->trigger = std::move(trigger);
        ++under_way_;
        std::optional<std::uint64_t> asked;
        if (!e->asked.empty()) {
            asked = e->asked.front();
            e->asked.pop_front();
        }
        boost::asio::co_spawn(executor_, carry(e, asked), [this, e](const std::exception_ptr&) {
            e->running = false;
            --under_way_;
            if (e->removed) entries_.erase(e->sync->name.text());
            alarm_->poke();
        });
    }

    // One thing from its begin to its end: a job, or what the timetable or the quarantine wants.
    boost::asio::awaitable<void> carry(entry e, std::optional<std::uint64_t> asked)
    {
        const auto keeps = e->owner; // a reload may take another into force meanwhile
        const auto& sync = *e->sync;
        if (e->trigger == "probe") {
            p_.observer.probing(sync);
            auto wrong = co_await p_.runner.probe(sync);
            if (!wrong.empty()) {
                keep_in_quarantine(*e, sync, std::move(wrong));
                co_return;
            }
            end_quarantine(*e, "");
        }
        if (asked && jobs_.find(*asked)->what.kind == job_kind::explain) {
            co_await explain(*e, sync, *asked);
            co_return;
        }
        run::cycle_options options;
        options.push = true;
        options.hinted = e->trigger == run::hints_trigger;
        options.refresh = e->next && e->next->full && e->trigger != "probe" && !options.hinted;
        options.leaves =
            !options.hinted && (!e->sync->schedule.leaves || (e->next && e->next->leaves && e->trigger != "probe"));
        options.respect_backoff = !asked;
        options.trigger = e->trigger;
        if (asked) {
            auto& j = *jobs_.find(*asked);
            j.state = job_state::running;
            p_.observer.job_begun(j);
            options.push = j.what.kind == job_kind::run;
            options.refresh = j.what.refresh;
            options.hinted = j.what.hinted;
            options.leaves = !options.hinted;
            options.allowed = j.what.allowed;
            options.only_plan = j.what.only_plan;
        }
        if (options.push && !options.hinted) {
            e->past.last = e->since;
            if (options.refresh) e->past.last_full = e->since;
            if (options.leaves) e->past.last_leaves = e->since;
        }
        p_.observer.cycle_begun(sync, e->trigger, options.push);
        cycle_request request{sync, options, e->progress, stop_, asked ? jobs_.find(*asked)->what.digest_key : ""};
        auto report = co_await p_.runner.run(request);
        p_.observer.cycle_ended(sync, report, e->trigger, options.push);
        if (options.hinted && options.push)
            settle_hinted(*e, sync, report);
        else
            settle(*e, sync, report, options.push);
        if (asked) answer(*asked, report, options.push);
    }

    // Neither the timetable nor the kept plan is any other after a cycle by hints; what its push met at the target
    // counts.
    void settle_hinted(sync_entry& e, const run::sync_settings& sync, const run::cycle_report& report)
    {
        count_failures(e, sync, report, report.pushed && report.pushed->done > 0);
        if (report.hints && report.hints->trouble != e.hints_trouble) {
            e.hints_trouble = report.hints->trouble;
            p_.observer.hints_changed(sync, e.hints_trouble);
        }
        if (report.hints) e.hints_refused = report.hints->refused ? e.hints_refused + 1 : 0;
        if (!e.removed && !stop_.asked) schedule_hints(e, e.since, now());
    }

    // Several failures of the target in a row put its sync in quarantine. `well`: it did something as it should.
    void count_failures(sync_entry& e, const run::sync_settings& sync, const run::cycle_report& report, bool well)
    {
        if (e.isolated) return;
        if (!report.target_failed) {
            if (well) e.failures = 0;
            return;
        }
        ++e.failures;
        if (auto q = isolate(p_.rules, sync.name, e.failures, *report.target_failed, now())) {
            e.isolated = std::move(*q);
            write({state::put_quarantine{*e.isolated}});
            p_.observer.isolated(sync, *e.isolated);
        }
    }

    // Reads only: neither the timetable nor the kept plan is any other after it.
    boost::asio::awaitable<void> explain(sync_entry& e, const run::sync_settings& sync, std::uint64_t id)
    {
        run::explain_request what;
        what.key = jobs_.find(id)->what.key;
        jobs_.find(id)->state = job_state::running;
        p_.observer.job_begun(*jobs_.find(id));
        auto told = co_await p_.runner.explain(sync, std::move(what), e.progress, stop_);
        auto* j = jobs_.find(id);
        if (!j) co_return;
        finish(*j, std::move(told));
        p_.observer.job_done(*j);
    }

    void settle(sync_entry& e, const run::sync_settings& sync, const run::cycle_report& report, bool pushing)
    {
        keep_plan(e, report, pushing);
        if (pushing && !e.isolated) {
            count_failures(e, sync, report, !report.error);
        } else if (pushing && !report.target_failed && !report.error) {
            end_quarantine(e, "a cycle by hand"); // asked for by a person, and it went well
        }
        if (e.removed || stop_.asked) return;
        const auto took = now() - e.since;
        schedule_next(e);
        if (pushing) schedule_hints(e, e.since, now());
        if (pushing && e.next && e.next->when <= now()) p_.observer.overran(*e.sync, took);
    }

    void keep_plan(sync_entry& e, const run::cycle_report& report, bool pushing)
    {
        if (!report.plan) return;
        e.plan.reset();
        if (pushing && report.pushed && !report.pushed->stopped) return; // done
        auto key = p_.state.digest_key();
        e.plan = kept_plan{now(), std::make_shared<const mapping::json>(
                                      run::shown_plan(report, key ? *key : std::string(), most_kept_changes))};
    }

    void answer(std::uint64_t id, const run::cycle_report& report, bool pushing)
    {
        auto key = p_.state.digest_key();
        auto* j = jobs_.find(id);
        if (!j) return;
        finish(*j, report, pushing, key ? *key : std::string(), most_kept_changes);
        p_.observer.job_done(*j);
    }

    void keep_in_quarantine(sync_entry& e, const run::sync_settings& sync, std::string wrong)
    {
        e.isolated = prolong(p_.rules, std::move(*e.isolated), std::move(wrong), now());
        e.failures = e.isolated->failures;
        write({state::put_quarantine{*e.isolated}});
        p_.observer.probe_failed(sync, *e.isolated);
    }

    void end_quarantine(sync_entry& e, const std::string& by)
    {
        e.isolated.reset();
        e.failures = 0;
        write({state::clear_quarantine{e.sync->name}});
        p_.observer.released(*e.sync, by);
    }

    void write(const std::vector<state::update>& updates)
    {
        if (auto done = p_.state.commit(updates); !done) p_.observer.state_failed(done.error().message);
    }

    boost::asio::any_io_executor executor_;
    service_parts p_;
    std::unique_ptr<alarm> alarm_;
    loop_watch clocks_{p_.time};
    std::optional<time_point> tidied_;
    time_point started_;
    std::shared_ptr<const run::settings> settings_;
    config_view config_;
    sync_entries entries_;
    job_list jobs_;
    run::stop_flag stop_;
    std::size_t under_way_{0};
};

} // namespace

std::unique_ptr<service> make_service(boost::asio::any_io_executor executor, service_parts parts)
{
    return std::make_unique<daemon_service>(std::move(executor), std::move(parts));
}

} // namespace idferry::daemon::service
