// A service on a fake clock: cycles that take as long as a test says, and a diary of what began when.
#pragma once

#include "daemon/service/log_observer.hpp"
#include "daemon/service/service.hpp"
#include "tests/support/collected_log.hpp"
#include "tests/support/fake_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace idferry::test {

namespace service = daemon::service;
using instant = std::chrono::sys_time<std::chrono::milliseconds>;

struct begun_cycle
{
    std::string sync;
    instant when{};
    std::string trigger;
    bool full{false};
    bool pushing{true};
};

class fake_runner final : public service::cycle_runner
{
public:
    explicit fake_runner(fake_clock& time) : time_(time) {}

    boost::asio::awaitable<daemon::run::cycle_report> run(service::cycle_request r) override
    {
        const auto name = r.sync.name.text();
        begun.push_back({name, time_.now(), r.options.trigger, r.options.refresh, r.options.push});
        overlapping = overlapping || !running.insert({name, 1}).second;
        most_at_once = std::max(most_at_once, running.size());
        const auto until = time_.steady() + takes[name];
        if (ignores_stop)
            co_await time_.sleep_until(until);
        else
            for (auto t = time_.steady(); t < until && !r.stop.asked; t = time_.steady())
                co_await time_.sleep_until(std::min(until, t + std::chrono::milliseconds(500)));
        running.erase(name);
        daemon::run::cycle_report report;
        report.sync = name;
        if (auto why = target_fails[name]; !why.empty()) report.error = report.target_failed = why;
        if (makes) makes(report);
        co_return report;
    }

    boost::asio::awaitable<daemon::run::explained> explain(const daemon::run::sync_settings& sync,
                                                           daemon::run::explain_request what, daemon::run::progress&,
                                                           const daemon::run::stop_flag&) override
    {
        explained.push_back(sync.name.text() + " " + what.key);
        daemon::run::explained out;
        out.answer = {{"found", "one"}, {"key", what.key}, {"error", ""}};
        co_return out;
    }

    boost::asio::awaitable<std::string> probe(const daemon::run::sync_settings& sync) override
    {
        probes.push_back(time_.now());
        auto wrong = target_fails[sync.name.text()];
        co_return wrong;
    }

    std::vector<begun_cycle> begun;
    std::vector<std::string> explained; // "SYNC KEY"
    std::vector<instant> probes;
    std::map<std::string, std::chrono::milliseconds> takes;
    std::map<std::string, std::string> target_fails;
    std::function<void(daemon::run::cycle_report&)> makes; // what else became of a cycle
    std::map<std::string, int> running;
    std::size_t most_at_once{0};
    bool overlapping{false};
    bool ignores_stop{false};

private:
    fake_clock& time_;
};

class told_notifier final : public service::system_notifier
{
public:
    void ready() override { told.emplace_back("ready"); }
    void reloading() override { told.emplace_back("reloading"); }
    void stopping() override { told.emplace_back("stopping"); }
    void status(const std::string& line) override { last_status = line; }
    void alive() override { ++alives; }
    std::optional<std::chrono::milliseconds> watchdog() const override { return dog; }

    std::vector<std::string> told;
    std::string last_status;
    std::size_t alives{0};
    std::optional<std::chrono::milliseconds> dog;
};

class diary final : public service::service_observer
{
public:
    void configured(const daemon::run::settings&, bool reload) override
    {
        lines.push_back(reload ? "reloaded" : "configured");
    }
    void reload_refused(const std::vector<config::diagnostic>& d) override
    {
        lines.push_back("refused: " + (d.empty() ? std::string() : d.front().text()));
    }
    void overran(const daemon::run::sync_settings& s, std::chrono::milliseconds) override
    {
        lines.push_back("overran " + s.name.text());
    }
    void isolated(const daemon::run::sync_settings& s, const state::quarantine&) override
    {
        lines.push_back("isolated " + s.name.text());
    }
    void probe_failed(const daemon::run::sync_settings& s, const state::quarantine&) override
    {
        lines.push_back("probe failed " + s.name.text());
    }
    void released(const daemon::run::sync_settings& s, const std::string& by) override
    {
        lines.push_back("released " + s.name.text() + (by.empty() ? "" : " by " + by));
    }
    std::vector<std::string> lines;
};

// One configuration with the given `schedule:` for each sync, in order; each has a target of its own, or all have one.
std::string configuration_with(const std::vector<std::pair<std::string, std::string>>& schedules,
                               bool one_target = false);

class service_stage
{
public:
    // Stands at `now`; begins with the first pass() or settle(). `schedules`: name of a sync → its `schedule:` (empty =
    // none).
    service_stage(instant now, const std::vector<std::pair<std::string, std::string>>& schedules,
                  bool one_target = false);
    ~service_stage();

    // Lets time go on, in steps of `step`, with everything that becomes due carried out at its time.
    void pass(std::chrono::milliseconds time, std::chrono::milliseconds step = std::chrono::seconds(1));
    // Carries out what is due without letting time go on.
    void settle();
    // Waits for the service's end after stop(): how many cycles were left.
    std::size_t stopped(std::chrono::milliseconds within);

    // Begins of one sync's cycles, as "2026-10-25 03:00:00.000 full".
    std::vector<std::string> begins(const std::string& sync) const;

    boost::asio::io_context io{1};
    fake_clock time{fake_clock::mode::manual};
    fake_runner runner{time};
    told_notifier system;
    diary observed;
    std::unique_ptr<state::store> store;
    collected_log log; // what the real log observer says
    service::log_observer logged;
    service::observers told;
    std::string text; // the configuration file, as the next reload finds it
    std::unique_ptr<service::service> daemon;
    std::optional<std::size_t> left;
};

} // namespace idferry::test
