#include "daemon/run/recording.hpp"

#include "daemon/run/cycle_summary.hpp"
#include "daemon/run/hinting.hpp"
#include "daemon/run/retrying.hpp"
#include "daemon/run/sharing.hpp"
#include "daemon/run/sharing_ends.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace idferry::daemon::run {

namespace {
constexpr std::size_t updates_per_transaction = 2000;
}

outcome<void> commit(const cycle_context& c, const std::vector<state::update>& updates)
{
    for (std::size_t from = 0; from < updates.size(); from += updates_per_transaction) {
        const auto to = std::min(updates.size(), from + updates_per_transaction);
        const std::vector<state::update> part(updates.begin() + static_cast<std::ptrdiff_t>(from),
                                              updates.begin() + static_cast<std::ptrdiff_t>(to));
        auto whole = with_reopened(c, part);
        if (!whole) return whole.error();
        if (auto done = c.state.commit(*whole); !done) return state_error(done.error());
    }
    return {};
}

std::set<std::string> allowed_removals(const reconcile::plan& p)
{
    std::set<std::string> out;
    for (const auto& change : p.changes) {
        if (change.is_removal() || change.switches_off())
            out.insert(std::string(change.type->name) + "\n" + change.key.text());
        for (const auto& m : change.remove)
            out.insert(reconcile::list_of_members(*change.type, change.key) + "\n-" + m.person.text());
    }
    return out;
}

std::vector<reconcile::violation> judge_again(const cycle_context& c, const draft& d,
                                              const std::set<std::string>& removals,
                                              const std::vector<reconcile::allowance>& allowed)
{
    const auto now = allowed_removals(d.plan);
    const bool nobody_new = std::includes(removals.begin(), removals.end(), now.begin(), now.end());
    auto still = allowed;
    if (nobody_new)
        for (auto& a : still)
            a.digest = (a.guard == to_string(reconcile::guard::max_changes) ? reconcile::changes_digest(d.plan)
                                                                            : reconcile::removals_digest(d.plan))
                           .hex();
    return reconcile::judge(d.plan, c.sync.guards, d.context, still);
}

namespace {

using type_and_key = std::pair<std::string, std::string>;

// The first time that a resource is rejected for a reason is part of its history.
state::audit_entry audit_of(const state::reject& r, state::time_point now)
{
    state::audit_entry a;
    a.when = now;
    a.scope = r.scope;
    a.key = r.key;
    a.label = r.label;
    a.what = r.what;
    a.outcome = "rejected: " + r.error;
    return a;
}

} // namespace

outcome<void> record_rejects(const cycle_context& c, const reconcile::plan& plan, bool whole,
                             std::vector<state::update>& updates)
{
    std::set<type_and_key> open;
    for (const auto& change : plan.changes)
        open.emplace(change.type->name, change.key.text()); // the push has settled these
    auto all = c.state.rejects(c.sync.name);
    if (!all) return state_error(all.error());
    std::map<type_and_key, std::string> known; // attempts
    for (const auto& old : *all) known.emplace(type_and_key{old.scope.type, old.key.text()}, old.attempt);
    using kind = reconcile::note::kind;
    for (const auto& n : plan.notes) {
        if (n.key.empty() || !n.type) continue;
        if (n.what == kind::reject || n.what == kind::withheld || n.what == kind::waiting || n.what == kind::dropped)
            open.emplace(n.type->name, n.key.text());
        if (n.what != kind::reject) continue;
        const type_and_key resource{n.type->name, n.key.text()};
        const auto attempt = attempt_of(n);
        if (const auto before = known.find(resource); before != known.end() && before->second == attempt) continue;
        state::reject reject;
        reject.scope = c.scope(*n.type);
        reject.key = n.key;
        reject.label = n.label;
        reject.what = state::operation::update;
        reject.error = n.text;
        reject.first = reject.next_try = c.time.now(); // judged in every cycle
        reject.attempt = attempt;
        updates.push_back(state::append_audit{audit_of(reject, c.time.now())});
        updates.push_back(state::put_input{reject.scope, {n.key, {}, state::input_status::waiting}});
        updates.push_back(state::put_reject{std::move(reject)});
    }
    if (!whole) return {};
    for (const auto& old : *all)
        if (!open.contains({old.scope.type, old.key.text()}))
            updates.push_back(state::clear_reject{old.scope, old.key});
    return {};
}

outcome<void> record(const cycle_context& c, const reading& r, const draft& d, const cycle_report& report)
{
    const auto& plan = *report.plan;
    const auto& pushed = *report.pushed;
    auto updates = d.bookkeeping;
    if (auto done = end_links(c, d, updates); !done) return done.error();
    if (auto done = record_rejects(c, plan, true, updates); !done) return done.error();
    auto known = c.state.list_sizes(c.sync.name);
    if (!known) return state_error(known.error());
    const auto good = [&](const std::string& list, std::uint64_t size) {
        const auto last = known->find(list);
        if (last == known->end() || last->second != size)
            updates.push_back(state::put_list_size{c.sync.name, list, size});
    };
    for (const auto& [list, size] : r.list_sizes) good(list, size);
    // A list that shrank is believed once everything that followed from it was proved.
    if (!plan.withheld() && !pushed.stopped)
        for (const auto& [list, size] : r.shrunk_sizes) good(list, size);
    if (auto mark = mark_of_read(c, report)) updates.push_back(std::move(*mark));
    return commit(c, updates);
}

outcome<void> record_cycle(const cycle_context& c, const cycle_report& report, const cycle_options& options)
{
    state::cycle_row row;
    row.sync = c.sync.name;
    row.started = report.started;
    row.ended = report.ended;
    row.exit_code = report.exit_code(options.push);
    row.summary = cycle_summary(report, options);
    return commit(c, {state::put_cycle{std::move(row)}});
}

void count_costs(const cycle_context&, const reading& r, cycle_report& report)
{
    report.costs.decoded = r.decoded;
    report.costs.people_read = r.people_read;
    report.costs.people_unchanged = r.people_unchanged;
}

void finish_costs(const cycle_context& c, cycle_report& report)
{
    report.costs.source_requests = c.source.counters().requests;
    report.costs.target_requests = c.target.counters().requests;
    report.costs.token_requests = c.source.counters().token_requests + c.target.counters().token_requests;
    report.costs.rows_written = c.state.counters().rows_written;
    report.costs.lookups = c.state.counters().lookups;
}

} // namespace idferry::daemon::run
