// Tells the log what happens in the daemon.
#pragma once

#include "daemon/log/cycle_messages.hpp"
#include "daemon/log/logger.hpp"
#include "daemon/service/connection_health.hpp"
#include "daemon/service/service_observer.hpp"
#include "state/store.hpp"

#include <map>
#include <string>

namespace idferry::daemon::service {

class log_observer final : public service_observer
{
public:
    // Both outlive it. `file` is the configuration's, for messages.
    log_observer(log::logger& out, connectors::clock& time, state::store& state, std::string file);

    void configured(const run::settings& settings, bool reload) override;
    void ready(const std::string& next, state::time_point when) override;
    void reload_begun(const std::string& by) override;
    void reload_refused(const std::vector<config::diagnostic>& mistakes) override;
    void stopping() override;
    void stopped(std::size_t left) override;
    void cycle_begun(const run::sync_settings& sync, const std::string& trigger, bool pushing) override;
    void cycle_ended(const run::sync_settings& sync, const run::cycle_report& report, const std::string& trigger,
                     bool pushing) override;
    void scheduled(const run::sync_settings& sync, state::time_point when, bool moved) override;
    void overran(const run::sync_settings& sync, std::chrono::milliseconds took) override;
    void hints_changed(const run::sync_settings& sync, const std::string& trouble) override;
    void isolated(const run::sync_settings& sync, const state::quarantine& q) override;
    void probe_failed(const run::sync_settings& sync, const state::quarantine& q) override;
    void released(const run::sync_settings& sync, const std::string& by) override;
    void probing(const run::sync_settings& sync) override;
    void job_taken(const job& j) override;
    void job_begun(const job& j) override;
    void job_done(const job& j) override;
    void job_refused(const job_request& r, const std::string& why) override;
    void rejects_changed(const std::string& sync, bool retried, std::size_t count, const std::string& by) override;
    void audit_broken(const std::string& why) override;
    void state_failed(const std::string& why) override;
    void retained(const run::retention_settings& r, const std::string& wrong) override;
    void loop_late(std::chrono::milliseconds by) override;
    void clock_moved(std::chrono::milliseconds by) override;

private:
    void compare(const run::settings& fresh);

    log::logger& out_;
    connectors::clock& time_;
    state::store& state_;
    std::string file_;
    state::time_point loaded_{};
    std::string digest_;                       // of the file in force
    std::map<std::string, std::string> known_; // sync → signature of its settings: what a reload changes
    connection_health health_;
    std::map<std::string, std::string> asked_by_; // sync → who asked for what it is at
    bool stopping_{false};
    log::said_before before_, before_by_hints_;
    std::map<std::string, state::time_point> begun_;
    std::map<std::string, std::vector<state::reject>> rejected_; // when its cycle began
};

} // namespace idferry::daemon::service
