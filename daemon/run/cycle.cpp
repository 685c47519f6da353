#include "daemon/run/cycle.hpp"

#include "daemon/run/correlating.hpp"
#include "daemon/run/deciding.hpp"
#include "daemon/run/hinting.hpp"
#include "daemon/run/proving.hpp"
#include "daemon/run/recording.hpp"
#include "daemon/run/recovery.hpp"
#include "daemon/run/refreshing.hpp"
#include "daemon/run/step_taker.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace idferry::daemon::run {

namespace {

// What the target can do is learned once, and only when it is asked or written to.
struct learning
{
    cycle_report& report;
    bool& done;
};

boost::asio::awaitable<outcome<void>> learn_target(cycle_context c, learning& target)
{
    if (target.done) co_return outcome<void>{};
    auto notices = co_await c.target.discover();
    if (!notices) co_return target_error(c, notices.error());
    target.report.notices = std::move(*notices);
    target.done = true;
    co_return outcome<void>{};
}

bool is_wanted(const candidate& p)
{
    return p.in_scope && !p.link && !p.correlated && !p.rejected;
}

boost::asio::awaitable<outcome<void>> find_unlinked_held(cycle_context c, reading& r, const type_settings& type,
                                                         learning& target)
{
    auto work = consider_held(c, r, type, {});
    if (!work) co_return work.error();
    std::vector<candidate*> unlinked;
    for (auto& g : work->all)
        if (is_wanted(g)) unlinked.push_back(&g);
    if (unlinked.empty()) co_return outcome<void>{};
    auto known = co_await learn_target(c, target);
    if (!known) co_return known.error();
    auto found = co_await correlate(c, *type.type, unlinked, &r.held_found);
    if (!found) co_return found.error();
    for (auto* g : unlinked)
        if (g->correlated) r.held_found[{std::string(type.type->name), g->key.text()}] = std::move(g->found);
    co_return outcome<void>{};
}

// Everybody without a link is looked for at the target, before anything is called new.
boost::asio::awaitable<outcome<void>> find_unlinked(cycle_context c, reading& r, learning& target)
{
    std::vector<candidate*> people;
    for (auto& p : r.people)
        if (is_wanted(p)) people.push_back(&p);
    if (c.sync.find(mapping::user_type) && !people.empty()) {
        auto known = co_await learn_target(c, target);
        if (!known) co_return known.error();
        auto found = co_await correlate(c, mapping::user_type, std::move(people));
        if (!found) co_return found.error();
    }
    for (const auto& type : c.sync.types) {
        if (mapping::is_person(*type.type)) continue;
        auto found = co_await find_unlinked_held(c, r, type, target);
        if (!found) co_return found.error();
    }
    co_return outcome<void>{};
}

// Whom the target itself protects is asked again, before anything is planned for them.
boost::asio::awaitable<outcome<void>> find_left_alone(cycle_context c, reading& r, learning& target)
{
    for (const auto& t : c.sync.types) {
        auto marked = c.state.links_left_alone(c.scope(*t.type));
        if (!marked) co_return state_error(marked.error());
        if (marked->empty()) continue;
        auto known = co_await learn_target(c, target);
        if (!known) co_return known.error();
        auto asked = co_await ask_who_is_left_alone(c, std::move(*marked), *t.type, r);
        if (!asked) co_return asked.error();
    }
    co_return outcome<void>{};
}

// Adds the time since it was made to a duration of the costs.
class stopwatch
{
public:
    explicit stopwatch(const connectors::clock& time) : time_(time), since_(time.steady()) {}
    void into(std::chrono::milliseconds& sum)
    {
        const auto now = time_.steady();
        sum += std::chrono::duration_cast<std::chrono::milliseconds>(now - since_);
        since_ = now;
    }

private:
    const connectors::clock& time_;
    connectors::clock::steady_time since_;
};

} // namespace

boost::asio::awaitable<outcome<decided>> decide(cycle_context c, cycle_options options, cycle_report& report,
                                                bool& target_known)
{
    // What an earlier run left open comes first: nothing is planned on a guess.
    learning target{report, target_known};
    auto open = c.state.open_intents(c.sync.name);
    if (!open) co_return state_error(open.error());
    if (options.push && !open->empty()) {
        auto known = co_await learn_target(c, target);
        if (!known) co_return known.error();
        auto settled = co_await settle_open_intents(c);
        if (!settled) co_return settled.error();
        if (auto kept = commit(c, *settled); !kept) co_return kept.error();
    }

    if (options.hinted) {
        std::function<boost::asio::awaitable<outcome<void>>()> learn = [&] { return learn_target(c, target); };
        auto made = co_await decide_hinted(c, options, report, std::move(learn));
        co_return std::move(made);
    }

    // Read: unchanged records end at their digest, the others are decoded, scoped and mapped.
    stopwatch watch(c.time);
    auto read = co_await read_source(c);
    watch.into(report.costs.reading);
    if (!read) co_return read.error();
    reading& r = **read;
    auto rejects = load_rejects(c, options.respect_backoff);
    if (!rejects) co_return rejects.error();
    r.rejects = std::move(*rejects);
    if (auto due = find_due(c, r); !due) co_return due.error();

    // Correlate, and with --refresh compare the target with what we know.
    drift drifted;
    if (options.refresh) {
        auto known = co_await learn_target(c, target);
        if (!known) co_return known.error();
        auto seen = co_await find_drift(c);
        if (!seen) co_return seen.error();
        drifted = std::move(*seen);
    }
    auto left_alone = co_await find_left_alone(c, r, target);
    if (!left_alone) co_return left_alone.error();
    auto correlated = co_await find_unlinked(c, r, target);
    if (!correlated) co_return correlated.error();

    // Situation, difference, plan, guards: the worst that could follow is judged before single people are asked for.
    auto drafted = draft_plan(c, r, drifted);
    if (!drafted) co_return drafted.error();
    report.refused = reconcile::judge(drafted->plan, c.sync.guards, drafted->context, options.allowed);

    // Prove what lists do not prove, then plan again: a proof only ever takes removals away.
    if (report.refused.empty() && needs_proof(c, r)) {
        const auto allowed = allowed_removals(drafted->plan);
        auto proved = co_await prove(c, r);
        if (!proved) co_return proved.error();
        auto again = co_await find_unlinked(c, r, target);
        if (!again) co_return again.error();
        drafted = draft_plan(c, r, drifted);
        if (!drafted) co_return drafted.error();
        report.refused = judge_again(c, *drafted, allowed, options.allowed);
    }
    if (report.refused.empty() && !options.allowed.empty())
        report.overridden = reconcile::judge(drafted->plan, c.sync.guards, drafted->context, {});
    watch.into(report.costs.planning);
    count_costs(c, r, report);
    decided out{std::move(*read), std::move(*drafted)};
    co_return std::move(out);
}

namespace {

boost::asio::awaitable<outcome<void>> flow(cycle_context c, cycle_options options, cycle_report& report)
{
    bool target_known = false;
    auto made = co_await decide(c, options, report, target_known);
    if (!made) co_return made.error();
    reading& r = *made->read;
    learning target{report, target_known};
    stopwatch watch(c.time);
    report.plan = std::move(made->drafted.plan);
    report.moved = !options.only_plan.empty() && report.plan->id.hex() != options.only_plan;
    // A refusal by hints is told, and left to the full read.
    if (options.hinted && options.push && !report.refused.empty()) co_return remember_look(c, made->mark);
    if (!options.push || report.moved || !report.refused.empty()) co_return outcome<void>{};
    if (c.stopping()) co_return stopped_error();

    // Push, then record what needed no push; the lists' sizes last, as the mark of a good read.
    r.people = {};
    if (auto linked = commit(c, made->drafted.links); !linked) co_return linked.error();
    if (!report.plan->empty() || !report.plan->steps.empty()) {
        auto known = co_await learn_target(c, target);
        if (!known) co_return known.error();
    }
    auto pushed = co_await push(c, *report.plan);
    watch.into(report.costs.pushing);
    if (!pushed) co_return pushed.error();
    report.pushed = std::move(*pushed);
    auto stepped = co_await take_steps(c, *report.plan, *report.pushed);
    watch.into(report.costs.pushing);
    if (!stepped) co_return stepped.error();
    if (options.hinted) co_return record_hinted(c, *made, report);
    co_return record(c, r, made->drafted, report);
}

// Looks at events are many, and most find nothing.
bool is_worth_keeping(const cycle_options& options, const cycle_report& report)
{
    return !options.hinted || options.trigger != hints_trigger || report.error || !report.refused.empty() ||
           (report.hints && report.hints->people > 0);
}

// Whatever came of it: what was tried is part of the history. A plan writes nothing.
void keep_history(const cycle_context& c, const cycle_options& options, cycle_report& report)
{
    try {
        auto kept = record_cycle(c, report, options);
        if (!kept && !report.error) report.error = kept.error().message;
    } catch (const std::exception& e) {
        if (!report.error) report.error = std::string("internal error: ") + e.what();
    }
}

} // namespace

boost::asio::awaitable<cycle_report> run_cycle(cycle_context c, cycle_options options)
{
    cycle_report report;
    report.sync = c.sync.name.text();
    report.started = c.time.now();
    c.leaves = options.leaves;
    try {
        auto done = co_await flow(c, options, report);
        if (!done) {
            report.error = done.error().message;
            if (done.error().of_target) report.target_failed = report.error;
            if (done.error().of_source) report.source_failed = report.error;
            report.credentials_refused = done.error().credentials;
        } else if (report.pushed && report.pushed->target_failed) {
            report.target_failed = report.pushed->stopped;
            report.credentials_refused = report.pushed->credentials_refused;
        }
    } catch (const std::exception& e) {
        report.error = std::string("internal error: ") + e.what();
    }
    finish_costs(c, report);
    report.ended = c.time.now();
    if (options.push && is_worth_keeping(options, report)) keep_history(c, options, report);
    co_return report;
}

int cycle_report::exit_code(bool pushing) const
{
    if (busy) return 5;
    if (error || moved || (pushed && pushed->stopped) || (hints && hints->refused)) return 1;
    if (!refused.empty()) return 3;
    if (plan && plan->withheld()) return 6;
    if (pushed && (pushed->rejected > 0 || pushed->deferred > 0 || pushed->steps_failed > 0)) return 4;
    if (plan && plan->has_rejects()) return 4;
    return !pushing && plan && !plan->empty() ? 2 : 0;
}

int worst_exit_code(const std::vector<int>& codes)
{
    constexpr std::array<int, 7> order{1, 5, 3, 6, 4, 2, 0};
    for (const auto code : order)
        if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
    return codes.empty() ? 0 : 1;
}

} // namespace idferry::daemon::run
