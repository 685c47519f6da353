#include "daemon/admin/metrics.hpp"

#include "daemon/admin/figures.hpp"
#include "daemon/admin/process_figures.hpp"
#include "daemon/reconcile/situation.hpp"

#include <algorithm>

namespace idferry::daemon::admin {

namespace {

using reconcile::situation;

constexpr auto gauge = figure_kind::gauge;
constexpr auto counter = figure_kind::counter;
constexpr auto histogram = figure_kind::histogram;

double seconds_of(state::time_point t)
{
    return static_cast<double>(t.time_since_epoch().count()) / 1000.0;
}

double seconds_of(std::chrono::milliseconds d)
{
    return static_cast<double>(d.count()) / 1000.0;
}

// How the changes of a plan are called outside: as in the documents.
const char* operation_word(state::operation op)
{
    switch (op) {
    case state::operation::create: return "create";
    case state::operation::adopt: return "link";
    case state::operation::update: return "update";
    case state::operation::deactivate: return "deactivate";
    case state::operation::remove: return "delete";
    case state::operation::members:
    case state::operation::bind_credential:
    case state::operation::revoke_credential: break; // only the first is ever a change
    }
    return "members";
}

const char* outcome_word(const run::cycle_report& r, bool pushing)
{
    switch (r.exit_code(pushing)) {
    case 0:
    case 2: return "done";
    case 3: return "refused";
    case 4: return "rejects";
    case 5: return "busy";
    case 6: return "withheld";
    default: return "error";
    }
}

class prometheus_metrics final : public metrics
{
public:
    prometheus_metrics(const connectors::clock& time, state::store& state) : time_(time), state_(state)
    {
        build_.set({{"version", IDFERRY_VERSION}}, 1);
        started_.set({}, seconds_of(time.now()));
    }

    // ---- from the service

    void configured(const run::settings& s, bool) override
    {
        syncs_.clear();
        std::vector<std::string> connections;
        for (const auto& one : s.syncs) {
            syncs_.push_back(one.name.text());
            connections.push_back(one.source_name);
            connections.push_back(one.target_name);
        }
        for (auto* f : of_syncs()) f->keep_only("sync", syncs_);
        for (auto* f : of_connections()) f->keep_only("connection", connections);
        for (const auto& name : syncs_) begin_series(name);
        reloads_.set({}, 1);
        reloaded_.set({}, seconds_of(time_.now()));
    }

    void reload_refused(const std::vector<config::diagnostic>&) override { reloads_.set({}, 0); }

    void cycle_begun(const run::sync_settings& s, const std::string&, bool) override
    {
        begun_[s.name.text()] = {time_.steady(), time_.now()};
    }

    void cycle_ended(const run::sync_settings& s, const run::cycle_report& r, const std::string& trigger,
                     bool pushing) override
    {
        const auto& name = s.name.text();
        if (!pushing || r.busy) return; // a plan that somebody asked for is no cycle
        if (trigger == run::hints_trigger) { // what it changed counts; nobody takes it for a whole read
            for (const auto& v : r.refused)
                guards_.add({{"guard", std::string(reconcile::to_string(v.what))}, {"sync", name}});
            if (r.pushed) count_changes(name, *r.pushed);
            return;
        }
        const auto now = seconds_of(time_.now());
        last_cycle_.set({{"sync", name}}, now);
        if (state::succeeded(r.exit_code(true))) last_success_.set({{"sync", name}}, now);
        cycles_.add({{"outcome", outcome_word(r, true)}, {"sync", name}});
        if (const auto began = begun_.find(name); began != begun_.end())
            durations_.observe({{"sync", name}},
                               std::chrono::duration<double>(time_.steady() - began->second.steady).count());
        for (const auto& v : r.refused)
            guards_.add({{"guard", std::string(reconcile::to_string(v.what))}, {"sync", name}});
        if (r.plan) count_plan(name, *r.plan);
        if (r.pushed) count_changes(name, *r.pushed);
    }

    // ---- from the connections

    void exchanged(const std::string& connection, const std::string& method, int status,
                   std::chrono::steady_clock::duration took) override
    {
        requests_.add({{"connection", connection},
                       {"method", method},
                       {"status", status == 0 ? std::string("error") : std::to_string(status)}});
        request_durations_.observe({{"connection", connection}}, std::chrono::duration<double>(took).count());
    }

    void client_ended(const std::string& connection, const connectors::http::client_counters& c) override
    {
        retries_.add({{"connection", connection}}, static_cast<double>(c.retries));
        waits_.add({{"connection", connection}}, seconds_of(c.waited));
    }

    void connections_changed(const std::string& connection, int by) override
    {
        pool_.add({{"connection", connection}}, by);
    }

    // ---- to Prometheus

    std::string text() override
    {
        read_state();
        if (const auto bytes = resident_memory()) memory_.set({}, static_cast<double>(*bytes));
        if (const auto n = open_descriptors()) descriptors_.set({}, static_cast<double>(*n));
        std::vector<const figure*> all{&build_};
        for (const auto* f : of_syncs()) all.push_back(f);
        for (const auto* f : of_connections()) all.push_back(f);
        for (const auto* f : {&reloads_, &reloaded_, &memory_, &descriptors_, &started_}) all.push_back(f);
        return figures_text(all);
    }

private:
    std::vector<figure*> of_syncs()
    {
        return {&last_success_, &last_cycle_, &durations_,  &cycles_, &resources_,
                &changes_,      &rejects_,    &quarantine_, &guards_, &unproved_};
    }
    std::vector<figure*> of_connections() { return {&requests_, &request_durations_, &retries_, &waits_, &pool_}; }

    // A sync is there from the start, so that an alert on "never succeeded" can be written; what happened before this
    // process is in the state.
    void begin_series(const std::string& name)
    {
        const mapping::sync_name sync(name);
        const auto success = state_.last_success(sync);
        const auto cycles = state_.recent_cycles(sync, 1);
        const auto ended = [](const state::cycle_row& c) { return seconds_of(c.ended); };
        last_success_.set({{"sync", name}}, success && *success ? ended(**success) : 0);
        last_cycle_.set({{"sync", name}}, cycles && !cycles->empty() ? ended(cycles->front()) : 0);
    }

    void count_plan(const std::string& name, const reconcile::plan& p)
    {
        unproved_.set({{"sync", name}}, static_cast<double>(p.unproved.size()));
        for (const auto& [type, n] : p.counts) {
            std::map<situation, std::uint64_t> by;
            for (const auto& c : p.changes)
                if (c.type && c.type->name == type && c.what != state::operation::members) ++by[c.why];
            // Most resources are not in the plan. Links that are not about to be left are confirmed; who was read
            // beyond those is out of scope.
            const auto gone = by[situation::unqualified] + by[situation::source_missing];
            by[situation::confirmed] = n.active_links - std::min(n.active_links, gone);
            const auto known =
                by[situation::confirmed] + by[situation::absent] + by[situation::found] + by[situation::unqualified];
            by[situation::out_of_scope] = n.read - std::min(n.read, known);
            for (const auto& [why, count] : by)
                resources_.set({{"situation", std::string(reconcile::to_string(why))}, {"sync", name}, {"type", type}},
                               static_cast<double>(count));
        }
    }

    // The audit trail knows what each of the changes was.
    void count_changes(const std::string& name, const run::push_report& pushed)
    {
        if (pushed.done == 0) return;
        state::audit_query q;
        q.sync = name;
        q.outcome = "done";
        q.since = begun_[name].wall;
        q.limit = static_cast<std::size_t>(pushed.done);
        std::map<std::pair<std::string, state::operation>, std::uint64_t> by;
        if (!state_.audit(q, [&](const state::audit_row& row) { ++by[{row.entry.scope.type, row.entry.what}]; }))
            return;
        for (const auto& [what, n] : by)
            changes_.add({{"operation", operation_word(what.second)}, {"sync", name}, {"type", what.first}},
                         static_cast<double>(n));
    }

    void read_state()
    {
        for (const auto& name : syncs_) {
            const mapping::sync_name sync(name);
            if (const auto n = state_.count_rejects(sync)) rejects_.set({{"sync", name}}, static_cast<double>(n->open));
            if (const auto q = state_.find_quarantine(sync)) quarantine_.set({{"sync", name}}, q->has_value() ? 1 : 0);
        }
    }

    const connectors::clock& time_;
    state::store& state_;
    std::vector<std::string> syncs_;
    struct beginning
    {
        connectors::clock::steady_time steady{};
        state::time_point wall{};
    };
    std::map<std::string, beginning> begun_; // by sync, of its last cycle

    figure build_{"idferry_build_info", "Always 1; the version is a label.", gauge};
    figure last_success_{"idferry_sync_last_success_timestamp_seconds",
                         "When the last cycle ended that did everything it planned; 0 before the first.", gauge};
    figure last_cycle_{"idferry_sync_last_cycle_timestamp_seconds",
                       "When the last cycle ended, however; 0 before the first.", gauge};
    figure durations_{"idferry_cycle_duration_seconds",
                      "How long a cycle took, from its begin to its last record.",
                      histogram,
                      {0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200}};
    figure cycles_{"idferry_cycles_total", "Cycles by how they ended.", counter};
    figure resources_{"idferry_resources", "Resources by situation in the last cycle.", gauge};
    figure changes_{"idferry_changes_total", "Changes that were pushed.", counter};
    figure rejects_{"idferry_rejects", "Resources that cannot be pushed and wait for their next try.", gauge};
    figure quarantine_{"idferry_quarantine", "1 while the sync is in quarantine, else 0.", gauge};
    figure guards_{"idferry_guard_refusals_total", "Cycles that a guard refused; nothing was written.", counter};
    figure unproved_{"idferry_unproved_lists", "Lists of the last read that were not proved complete.", gauge};
    figure requests_{"idferry_connection_requests_total",
                     "Requests by the status that came back; error where none did.", counter};
    figure request_durations_{"idferry_connection_request_duration_seconds",
                              "From sending a request to the last byte of its answer.",
                              histogram,
                              {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}};
    figure retries_{"idferry_connection_retries_total", "Requests that were sent again after a failure.", counter};
    figure waits_{"idferry_connection_rate_limit_wait_seconds_total",
                  "Time spent waiting for our own rate limit or because the other side asked for it.", counter};
    figure pool_{"idferry_connection_pool_connections", "Open network connections.", gauge};
    figure reloads_{"idferry_config_reload_success",
                    "1 when the last reload took the file, 0 when it was refused and the old configuration holds.",
                    gauge};
    figure reloaded_{"idferry_config_last_reload_timestamp_seconds", "When the configuration in force was loaded.",
                     gauge};
    figure memory_{"process_resident_memory_bytes", "Memory in RAM.", gauge};
    figure descriptors_{"process_open_fds", "Open file descriptors.", gauge};
    figure started_{"process_start_time_seconds", "When the daemon started.", gauge};
};

} // namespace

std::unique_ptr<metrics> make_metrics(const connectors::clock& time, state::store& state)
{
    return std::make_unique<prometheus_metrics>(time, state);
}

} // namespace idferry::daemon::admin
