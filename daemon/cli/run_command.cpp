#include "daemon/admin/administration.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/log/logger.hpp"
#include "daemon/run/admin_shape.hpp"
#include "daemon/service/log_observer.hpp"
#include "daemon/service/secret_watch.hpp"
#include "daemon/service/service.hpp"
#include "state/writer_lock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>

namespace idferry::daemon::cli {

namespace {

using log::id;
using log::message;

// The composition of the daemon: everything concrete is made here.
class daemon_process
{
public:
    explicit daemon_process(const invocation& given)
        : file_(given.text("config")), folder_(given.text("state")), clock_(connectors::make_system_clock())
    {
        log::log_options how;
        how.as = *log::format_of(given.text("log"));
        how.threshold = log::threshold_of(given.count("verbose"));
        how.colour = !given.flag("no-color");
        log_ = log::make_logger(how, *clock_);
    }

    int run()
    {
        config::diagnostics mistakes;
        auto settings = load(mistakes);
        if (!settings) {
            const auto all = mistakes.sorted();
            for (const auto& m : all)
                log_->say(message(id::configuration_mistake).with("place", m.place()).with("reason", m.message));
            log_->say(message(id::configuration_refused).with("file", file_).with("count", all.size()));
            return 1;
        }
        auto opened = state::open_store(folder_, state::open_mode::read_write);
        if (!opened) return state_trouble(opened.error());
        state_ = std::move(*opened);
        // Beside the locks of single syncs: a second daemon would double every schedule.
        auto only_one = state::take_writer_lock(folder_, mapping::sync_name("(daemon)"));
        if (!only_one) {
            if (only_one.error().what != state::error::kind::busy) return state_trouble(only_one.error());
            log_->say(message(id::daemon_already_runs).with("folder", folder_));
            return 5;
        }
        return serve(std::move(settings));
    }

private:
    std::shared_ptr<const run::settings> load(config::diagnostics& mistakes) const
    {
        auto parsed = run::load_settings(file_, mistakes);
        return parsed ? std::make_shared<const run::settings>(std::move(*parsed)) : nullptr;
    }

    run::admin_settings admin_settings() const
    {
        config::diagnostics told_already;
        return run::load_admin_settings(file_, told_already).value_or(run::admin_settings());
    }

    int state_trouble(const state::error& e)
    {
        using kind = state::error::kind;
        const auto what = e.what == kind::newer_schema ? id::state_newer
                          : e.what == kind::corrupt    ? id::state_damaged
                          : e.what == kind::unreadable ? id::state_unreadable
                          : e.what == kind::busy       ? id::state_busy
                                                       : id::state_failed;
        log_->say(message(what).with("reason", e.message));
        return e.what == kind::busy ? 5 : 1;
    }

    int serve(std::shared_ptr<const run::settings> settings)
    {
        boost::asio::io_context io(1);
        auto digest_key = state_->digest_key();
        if (!digest_key) return state_trouble(digest_key.error());
        service::secret_watch secrets(*log_, *clock_, config::resolve, *digest_key);
        const auto office = admin::make_administration(
            {*clock_, *state_, *log_, secrets.of("admin"), [this] { return admin_settings(); }});
        auto& figures = office->figures();
        // Syncs that share a connection share its rate.
        const auto paces = connectors::http::make_pacer_pool(*clock_);
        const auto environment = [this, &secrets, &figures, &paces](const std::string& connection) {
            connectors::environment env{*clock_, secrets.of(connection),
                                        connectors::http::metered_transports(connection, figures)};
            env.pace = [&paces, connection](const auto& settings) { return paces->of(connection, settings); };
            return env;
        };
        const auto runner = service::make_cycle_runner(environment, *state_, folder_, &figures);
        const auto system = service::make_systemd_notifier([this](const std::string& what, const std::string& why) {
            log_->say(message(id::notify_failed).with("what", what).with("reason", why));
        });
        service::log_observer logged(*log_, *clock_, *state_, file_);
        service::observers told({&logged, &secrets, &figures, office.get()});
        const auto loader = [this](config::diagnostics& mistakes) { return load(mistakes); };
        service::service_parts parts{*clock_, *runner, *state_, loader, file_, *system, told};
        parts.state_folder = std::filesystem::absolute(folder_).lexically_normal().string();
        const auto daemon = service::make_service(io.get_executor(), std::move(parts));

        boost::asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
        signals.add(SIGUSR1);
        listen_to(signals, *daemon);

        std::size_t left = 0;
        std::exception_ptr failed;
        boost::asio::co_spawn(io, daemon->run(std::move(settings)), [&](std::exception_ptr e, std::size_t n) {
            failed = e;
            left = n;
            io.stop();
        });
        office->open(io.get_executor(), admin_settings(), *daemon);
        io.run();
        office->stop();
        if (failed) return defect(failed);
        // Cycles that wait for an answer hold what is about to be destroyed. Their intents are recorded: the next start
        // looks them up, as after a crash.
        if (left > 0) std::_Exit(0);
        return 0;
    }

    // What nobody foresaw ended the daemon itself, not one cycle.
    int defect(const std::exception_ptr& what)
    {
        message m(id::internal_error);
        m.with("where", "the daemon");
        try {
            std::rethrow_exception(what);
        } catch (const std::exception& e) {
            m.with("reason", e.what());
        } catch (...) {
            m.with("reason", "unknown");
        }
        log_->say(m);
        return 1;
    }

    void listen_to(boost::asio::signal_set& signals, service::service& daemon)
    {
        signals.async_wait([this, &signals, &daemon](const boost::system::error_code& ec, int which) {
            if (ec) return;
            const char* name = which == SIGHUP    ? "SIGHUP"
                               : which == SIGUSR1 ? "SIGUSR1"
                               : which == SIGINT  ? "SIGINT"
                                                  : "SIGTERM";
            const char* meaning = which == SIGHUP    ? "the configuration is read again"
                                  : which == SIGUSR1 ? "every sync runs now"
                                                     : "ending";
            log_->say(message(id::signal_received).with("signal", name).with("reason", meaning));
            if (which == SIGHUP)
                daemon.reload("SIGHUP");
            else if (which == SIGUSR1)
                daemon.run_all("SIGUSR1");
            else
                daemon.stop();
            listen_to(signals, daemon);
        });
    }

    std::string file_, folder_;
    std::unique_ptr<connectors::clock> clock_;
    std::unique_ptr<log::logger> log_;
    std::unique_ptr<state::store> state_;
};

int run_daemon(const invocation& given)
{
    daemon_process p(given);
    return p.run();
}

} // namespace

const command& run_command()
{
    static const command c{
        .name = "run",
        .summary = "the daemon: runs every sync by its schedule",
        .about =
            "Stays in the foreground, as systemd wants it. SIGHUP reads the configuration again, SIGUSR1 runs every "
            "sync now, SIGTERM ends after the operation in flight.",
        .options = with_common({{"--log",
                                 value_kind::text,
                                 "FORMAT",
                                 "how messages are written; auto is the journal under systemd, else text",
                                 "auto",
                                 {"auto", "text", "json", "journal"}}}),
        .examples = "idferry run\nidferry run -c ./idferry.yaml --state ./state --log text",
        .run = run_daemon};
    return c;
}

} // namespace idferry::daemon::cli
