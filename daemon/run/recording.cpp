#include "daemon/run/recording.hpp"

#include "mapping/json.hpp"

#include <algorithm>
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
        if (auto done = c.state.commit(part); !done) return state_error(done.error());
    }
    return {};
}

std::set<std::string> allowed_removals(const reconcile::plan& p)
{
    std::set<std::string> out;
    for (const auto& change : p.changes) {
        if (change.is_removal() || change.switches_off())
            out.insert(std::string(change.type->name) + "\n" + change.key.text());
        for (const auto& m : change.remove) out.insert(change.key.text() + "\n-" + m.person.text());
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

// Rejects of the plan itself, to be looked at in every cycle; and earlier ones that nothing stands behind any more.
outcome<void> record_rejects(const cycle_context& c, const reconcile::plan& plan, std::vector<state::update>& updates)
{
    std::set<type_and_key> open;
    for (const auto& change : plan.changes)
        open.emplace(change.type->name, change.key.text()); // the push has settled these
    for (const auto& n : plan.notes) {
        if (n.key.empty() || !n.type) continue;
        if (n.what == reconcile::note::kind::reject || n.what == reconcile::note::kind::withheld)
            open.emplace(n.type->name, n.key.text());
        if (n.what != reconcile::note::kind::reject) continue;
        state::reject reject;
        reject.scope = c.scope(*n.type);
        reject.key = n.key;
        reject.label = n.label;
        reject.what = state::operation::update;
        reject.error = n.text;
        reject.first = reject.next_try = c.time.now();
        updates.push_back(state::put_input{reject.scope, {n.key, {}, state::input_status::waiting}});
        updates.push_back(state::put_reject{std::move(reject)});
    }
    auto known = c.state.rejects(c.sync.name);
    if (!known) return state_error(known.error());
    for (const auto& old : *known)
        if (!open.contains({old.scope.type, old.key.text()}))
            updates.push_back(state::clear_reject{old.scope, old.key});
    return {};
}

} // namespace

outcome<void> record(const cycle_context& c, const reading& r, const draft& d, const cycle_report& report)
{
    const auto& plan = *report.plan;
    const auto& pushed = *report.pushed;
    auto updates = d.bookkeeping;
    if (auto done = record_rejects(c, plan, updates); !done) return done.error();
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

    auto summary = mapping::json::object();
    summary["plan"] = plan.id.hex();
    summary["changes"] = plan.changes.size();
    summary["requests_planned"] = plan.requests;
    summary["done"] = pushed.done;
    summary["rejected"] = pushed.rejected;
    summary["deferred"] = pushed.deferred;
    summary["people_read"] = r.people_read;
    summary["unproved_lists"] = r.unproved.size();
    state::cycle_row row;
    row.sync = c.sync.name;
    row.started = row.ended = c.time.now();
    row.summary = mapping::to_text(summary);
    updates.push_back(state::put_cycle{std::move(row)});
    return commit(c, updates);
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
