// What can be asked of a running daemon: the contract between the service and the admin endpoint. One thread: every
// function is called on the daemon's own.
#pragma once

#include "config/node.hpp"
#include "daemon/run/settings.hpp"
#include "daemon/service/jobs.hpp"
#include "state/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace idferry::daemon::service {

enum class sync_state
{
    waiting,    // for its next cycle
    running,    // a cycle, a plan or a probe is under way
    isolated,   // in quarantine until a probe is clean
    on_request, // it has no schedule
};
const char* to_string(sync_state s); // "waiting", "running", "quarantine", "on request"

struct sync_view
{
    std::string name;
    sync_state state{sync_state::waiting};
    std::optional<state::time_point> next; // when something begins by itself
    bool next_full{false};
    bool delayed_by_blackout{false}; // `next` is the end of a blackout window
    std::optional<state::time_point> running_since;
    std::string trigger;             // running: "schedule", "full", "by hand", "probe"
    std::string phase;               // running: "reading the source", "pushing"
    std::uint64_t done{0}, total{0}; // of the phase; total 0 = unknown
};

struct kept_plan
{
    state::time_point made{};
    std::shared_ptr<const mapping::json> plan; // reconcile::plan_json
};

struct config_view
{
    std::string file;
    std::string state_folder; // whose state it is; "" = not known
    std::string digest;
    state::time_point loaded{};
    state::time_point tried{};         // the last reload, taken or not
    std::vector<std::string> mistakes; // of the last reload; empty = it was taken
};

class service_control
{
public:
    virtual ~service_control() = default;

    virtual std::shared_ptr<const run::settings> settings() const = 0;
    virtual state::store& state() = 0;
    virtual state::time_point now() const = 0;
    virtual state::time_point started() const = 0;
    virtual config_view config() const = 0;
    virtual std::vector<sync_view> syncs() const = 0; // in file order

    // Takes a request and gives its job's id; a sentence when there is no such sync or too much is waiting.
    virtual std::variant<std::uint64_t, std::string> submit(job_request what) = 0;
    virtual std::optional<job> find_job(std::uint64_t id) const = 0;
    // What is not done yet: the plan that was made last, or that a guard refused; gone after the push that did it.
    virtual std::optional<kept_plan> last_plan(const std::string& sync) const = 0;

    // Reads the configuration again. On a mistake the old one stays in force, and the mistakes are returned.
    virtual std::vector<std::string> reload(const std::string& by) = 0;
    // False when the sync is unknown or not in quarantine. The next cycle begins at once.
    virtual bool release(const std::string& sync, const std::string& by) = 0;
    // So many rejects were set to be tried again, which makes a cycle due, or were dropped.
    virtual void rejects_changed(const std::string& sync, bool retried, std::size_t count, const std::string& by) = 0;
    // The audit trail was verified for somebody, and is broken: the operator is told.
    virtual void audit_broken(const std::string& why) = 0;
};

} // namespace idferry::daemon::service
