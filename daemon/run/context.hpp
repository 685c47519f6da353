// What one cycle works with: collaborators by reference, all outliving the cycle.
#pragma once

#include "connectors/clock.hpp"
#include "connectors/source.hpp"
#include "connectors/target.hpp"
#include "daemon/reconcile/guards.hpp"
#include "daemon/run/progress.hpp"
#include "daemon/run/settings.hpp"
#include "state/store.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::run {

// Asked for by whoever runs cycles: a cycle ends after the operation in flight.
struct stop_flag
{
    bool asked{false};
};

struct cycle_context
{
    const sync_settings& sync;
    connectors::source& source;
    connectors::target& target;
    state::store& state;
    connectors::clock& time;
    progress& shown;
    std::string digest_key{}; // for sensitive values in the plan's digest; "" = the state's own

    const stop_flag* stop{nullptr};
    bool leaves{true}; // cycle_options::leaves

    bool stopping() const { return stop && stop->asked; }
    state::scope_key scope(const mapping::resource_type& t) const { return {sync.name, std::string(t.name)}; }
};

struct cycle_options
{
    bool push{false};    // false: a plan; nothing is written anywhere
    bool refresh{false}; // also read the target and compare it with state
    bool leaves{true};   // false: who left keeps everything until a cycle with leaves
    std::vector<reconcile::allowance> allowed;
    std::string only_plan;          // push only when the plan has this digest (hexadecimal); "" = any
    bool hinted{false};             // read only whom the source's events name; nobody leaves
    bool respect_backoff{false};    // scheduled cycles: rejects are tried when their next try is due; a person's: all
    std::string trigger{"by hand"}; // recorded with the cycle: "schedule", "full", "by hand", "probe"
};

// Why a cycle ended early: a sentence for the operator.
struct cycle_error
{
    std::string message;
    bool of_target{false}; // the target did not do its part: counts towards quarantine
    bool of_source{false};
    bool credentials{false}; // of either: it refuses ours
};

template <class T> using outcome = boost::system::result<T, cycle_error>;
[[noreturn]] void throw_exception_from_error(const cycle_error& e, const boost::source_location& where);

// Shortens the two kinds of failure into one.
cycle_error state_error(const state::error& e);
cycle_error source_error(const cycle_context& c, const connectors::failure& f);
cycle_error target_error(const cycle_context& c, const connectors::failure& f);
cycle_error stopped_error();
// Whether it says that our credentials are not accepted (401, 403, RFC 6749 section 5.2).
bool refuses_credentials(const connectors::failure& f);

} // namespace idferry::daemon::run
