#include "daemon/cli/plan_session.hpp"

#include "daemon/cli/admin_client.hpp"
#include "daemon/cli/by_daemon.hpp"
#include "daemon/cli/configured.hpp"
#include "daemon/cli/plan_file.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/cli/terminal_progress.hpp"
#include "daemon/reconcile/plan_json.hpp"
#include "daemon/reconcile/plan_text.hpp"
#include "daemon/run/sharing.hpp"
#include "mapping/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>

namespace idferry::daemon::cli {

namespace {

// Everything a command needs besides its options.
class session
{
public:
    explicit session(const plan_options& o)
        : o_(o), clock_(connectors::make_system_clock()), env_(real_environment(*clock_))
    {
        print_.format = o.format;
        // A push is watched, not studied: `plan`, or -v, shows every change.
        if (o.push && o.verbose == 0) print_.text.most_changes = 20;
        print_.text.colour = !o.no_color && ::isatty(STDOUT_FILENO) != 0;
    }

    int run()
    {
        if (o_.hinted && (o_.refresh || !o_.out.empty())) {
            complain("--hinted: reads only whom the source's events name, so it goes with neither --refresh nor --out");
            return 1;
        }
        settings_ = load_or_complain(o_.config);
        if (!settings_) return 1;
        if (!o_.saved_plan.empty() && !load_saved()) return 1;
        std::vector<const run::sync_settings*> chosen;
        if (!choose(chosen)) return 1;
        std::vector<int> codes;
        const bool by_daemon = pushing() && daemon_holds(o_.state);
        for (const auto* sync : chosen) codes.push_back(by_daemon ? ask_daemon(*sync) : one(*sync));
        if (!write_out()) codes.push_back(1);
        return run::worst_exit_code(codes);
    }

private:
    bool pushing() const { return o_.push; }

    bool choose(std::vector<const run::sync_settings*>& chosen)
    {
        auto wanted = o_.syncs;
        if (saved_) wanted = {saved_->sync};
        if (!o_.out.empty() && wanted.size() != 1 && settings_->syncs.size() != 1) {
            complain("idferry plan --out: name exactly one SYNC");
            return false;
        }
        if (!o_.allow.empty() && wanted.size() != 1) {
            complain("idferry sync --allow: name exactly one SYNC, the one whose guard refused");
            return false;
        }
        if (wanted.empty())
            for (const auto& s : settings_->syncs) wanted.push_back(s.name.text());
        for (const auto& w : wanted) {
            chosen.push_back(find_or_complain(*settings_, w, o_.config));
            if (!chosen.back()) return false;
        }
        return true;
    }

    bool load_saved()
    {
        std::string error;
        saved_ = read_plan_file(o_.saved_plan, error);
        if (saved_ && saved_->config != settings_->digest) {
            error = fmt::format("{}: the configuration changed since this plan was made; plan again", o_.saved_plan);
            saved_.reset();
        }
        if (!saved_) complain(error);
        return saved_.has_value();
    }

    bool parse_allowances(std::vector<reconcile::allowance>& out) const
    {
        for (const auto& a : o_.allow) {
            const auto eq = a.find('=');
            if (eq == std::string::npos) {
                complain(fmt::format("--allow {}: give GUARD=DIGEST as the refusal printed it", a));
                return false;
            }
            out.push_back({a.substr(0, eq), a.substr(eq + 1)});
        }
        return true;
    }

    int one(const run::sync_settings& sync)
    {
        run::cycle_locks locks;
        if (pushing()) {
            auto opened = state::open_store(o_.state, state::open_mode::read_write);
            if (!opened) return state_trouble(sync, opened.error());
            store_ = std::move(*opened);
            auto taken = run::take_cycle_locks(o_.state, sync);
            if (!taken) return state_trouble(sync, taken.error());
            locks = std::move(*taken);
        } else {
            auto opened = state::open_store(o_.state, state::open_mode::read_only);
            if (!opened) return state_trouble(sync, opened.error());
            store_ = std::move(*opened);
        }
        run::cycle_options options;
        options.push = pushing();
        options.refresh = o_.refresh || (saved_ && saved_->refresh);
        options.hinted = o_.hinted;
        options.leaves = !o_.hinted;
        if (saved_) options.only_plan = saved_->id;
        if (!parse_allowances(options.allowed)) return 1;

        auto report = cycle(sync, options);
        show(report);
        if (!o_.out.empty() && report.plan && report.refused.empty() && !report.error)
            if (auto error = save(report); !error.empty()) {
                complain(error);
                return 1;
            }
        return report.exit_code(pushing());
    }

    // The daemon that runs on this state is the only one who writes to it.
    int ask_daemon(const run::sync_settings& sync)
    {
        run::cycle_options options;
        if (!parse_allowances(options.allowed)) return 1;
        daemon_cycle what;
        what.sync = sync.name.text();
        what.config = settings_->digest;
        what.refresh = o_.refresh || (saved_ && saved_->refresh);
        what.hinted = o_.hinted;
        what.allow = o_.allow;
        if (saved_) what.only_plan = saved_->id;
        if (saved_) what.digest_key = saved_->key;
        what.print = print_;
        const auto done = run_by_daemon(admin_socket_of(o_.config), what);
        print(done.shown);
        if (o_.costs) complain("--costs: the running daemon did the work; its /metrics tell what it cost");
        return done.exit_code;
    }

    int state_trouble(const run::sync_settings& sync, const state::error& e) const
    {
        complain(fmt::format("{}: {}", sync.name.text(), e.message));
        return e.what == state::error::kind::busy ? 5 : 1;
    }

    run::cycle_report cycle(const run::sync_settings& sync, const run::cycle_options& options)
    {
        boost::asio::io_context io(1);
        auto source = sync.source->make_source(env_);
        auto target = sync.target->make_target(env_);
        const bool terminal = ::isatty(STDERR_FILENO) != 0;
        std::unique_ptr<run::progress> shown = std::make_unique<run::silent_progress>();
        if (!o_.no_progress) shown = make_progress(stderr, terminal, *clock_, sync.name.text());
        run::cycle_context context{
            sync, *source, *target, *store_, *clock_, *shown, saved_ ? saved_->key : std::string()};
        run::cycle_report report;
        std::exception_ptr failed;
        boost::asio::co_spawn(io, run::run_cycle(context, options), [&](std::exception_ptr e, run::cycle_report r) {
            failed = e;
            report = std::move(r);
            io.stop(); // idle connections need not be waited for
        });
        io.run();
        shown->end();
        if (failed) std::rethrow_exception(failed);
        return report;
    }

    void show(const run::cycle_report& report)
    {
        auto key = store_->digest_key();
        print(run::print_cycle(report, print_, key ? *key : std::string()));
        if (o_.costs) complain(costs_json(report));
    }

    static void print(const run::printed& p)
    {
        std::fputs(p.out.c_str(), stdout);
        std::fflush(stdout);
        for (const auto& line : p.complaints) complain(line);
    }

    static std::string costs_json(const run::cycle_report& r)
    {
        rusage use{};
        ::getrusage(RUSAGE_SELF, &use);
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        const mapping::json j{{"sync", r.sync},
                              {"source_requests", r.costs.source_requests},
                              {"target_requests", r.costs.target_requests},
                              {"token_requests", r.costs.token_requests},
                              {"decoded", r.costs.decoded},
                              {"rows_written", r.costs.rows_written},
                              {"lookups", r.costs.lookups},
                              {"people_read", r.costs.people_read},
                              {"people_unchanged", r.costs.people_unchanged},
                              {"peak_rss_kb", use.ru_maxrss},
                              {"cpu_seconds", seconds(use.ru_utime) + seconds(use.ru_stime)}};
        return mapping::to_text(j);
    }

    std::string save(const run::cycle_report& report) const
    {
        auto key = store_->digest_key();
        saved_plan plan;
        plan.sync = report.sync;
        plan.id = report.plan->id.hex();
        plan.config = settings_->digest;
        plan.refresh = o_.refresh;
        if (!key) return key.error().message;
        auto values_key = *key;
        if (!std::filesystem::exists(o_.state + "/state.db")) {
            // The state that `apply` will make has a key of its own, so the plan brings the one behind its digest. That
            // one must not open single values to guessing, so these are shown under a key that nobody keeps.
            plan.key = *key;
            values_key.assign(32, '\0');
            if (::getrandom(values_key.data(), values_key.size(), 0) != 32) return "the system has no random numbers";
        }
        plan.shown = mapping::to_text(reconcile::plan_json(*report.plan, report.refused, values_key));
        return write_plan_file(o_.out, plan);
    }

    bool write_out() const { return std::fflush(stdout) == 0; }

    const plan_options& o_;
    run::print_options print_;
    std::unique_ptr<connectors::clock> clock_;
    connectors::environment env_;
    std::optional<run::settings> settings_;
    std::optional<saved_plan> saved_;
    std::unique_ptr<state::store> store_;
};

} // namespace

int run_plans(const plan_options& o)
{
    session s(o);
    return s.run();
}

} // namespace idferry::daemon::cli
