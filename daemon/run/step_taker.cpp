#include "daemon/run/step_taker.hpp"

#include "daemon/run/parallel.hpp"
#include "daemon/run/step_actions.hpp"

#include <algorithm>
#include <map>

namespace idferry::daemon::run {

namespace {

constexpr std::size_t batch_size = 64;
constexpr std::size_t taken_kept = 1000; // lines for the log; the counts go on

class step_taker
{
public:
    step_taker(const cycle_context& c, push_report& r) : c_(c), report_(r) {}

    boost::asio::awaitable<outcome<void>> run(const reconcile::plan& plan)
    {
        for (const auto& s : plan.steps) add(*c_.sync.find(*s.type), s.known, s.label, false);
        for (const auto& s : report_.wanted)
            if (const auto* type = mapping::find_resource_type(s.scope.type))
                if (const auto* of_sync = c_.sync.find(*type)) add(*of_sync, s, {}, true);
        report_.wanted.clear();
        if (all_.empty()) co_return outcome<void>();
        c_.shown.begin("taking steps", all_.size());
        for (std::size_t from = 0; from < all_.size() && !stopped(); from += batch_size) {
            auto done = co_await batch(from, std::min(all_.size(), from + batch_size));
            if (!done) co_return done.error();
        }
        c_.shown.end();
        co_return outcome<void>();
    }

private:
    // A step that the push has just called for takes the place of what was due before.
    void add(const type_settings& type, const state::account_step& row, std::string label, bool called_for)
    {
        step_work w;
        w.type = &type;
        w.row = row;
        w.label = std::move(label);
        w.fresh = called_for;
        const auto [known, is_new] =
            places_.emplace(std::pair{row.key.text(), std::string(type.type->name) + " " + row.step}, all_.size());
        if (is_new)
            all_.push_back(std::move(w));
        else
            all_[known->second] = std::move(w);
    }

    bool stopped() const { return refused_ || c_.stopping(); }

    boost::asio::awaitable<outcome<void>> batch(std::size_t from, std::size_t to)
    {
        const auto width = static_cast<std::size_t>(std::max(1, c_.target.pace().concurrency));
        const std::function<boost::asio::awaitable<void>(std::size_t)> prepare = [&](std::size_t i) {
            return half(all_[from + i], true);
        };
        co_await for_each_parallel(to - from, width, prepare);
        if (auto kept = keep(from, to); !kept) co_return kept.error();
        std::vector<std::size_t> begun;
        for (std::size_t i = from; i < to; ++i)
            if (all_[i].goes_on) begun.push_back(i);
        if (!begun.empty()) {
            const std::function<boost::asio::awaitable<void>(std::size_t)> carry_out = [&](std::size_t i) {
                return half(all_[begun[i]], false);
            };
            co_await for_each_parallel(begun.size(), width, carry_out);
            if (auto kept = keep(from, to); !kept) co_return kept.error();
        }
        for (std::size_t i = from; i < to; ++i) tell(all_[i]);
        c_.shown.at(to);
        co_return outcome<void>();
    }

    boost::asio::awaitable<void> half(step_work& w, bool first)
    {
        if (stopped()) {
            if (!first) undo(w);
            co_return;
        }
        if (first) {
            // Made in this cycle: the link is as new as the account.
            auto link = c_.state.find_link(w.row.scope, w.row.key);
            w.fresh = w.fresh && link && *link && (*link)->owner == state::link_owner::created &&
                      (*link)->first_seen == (*link)->last_changed && w.binds();
            co_await prepare_step(c_, w);
        } else {
            w.goes_on = false;
            co_await carry_out_step(c_, w);
        }
        refused_ = refused_ || w.stop;
    }

    // Recorded as begun, and not sent after all.
    static void undo(step_work& w)
    {
        w.goes_on = false;
        w.updates.clear();
        if (!w.binds()) w.row.remote.clear();
        w.row.status = step_status::wanted;
        w.row.changed = w.since;
        w.changed = true;
    }

    outcome<void> keep(std::size_t from, std::size_t to)
    {
        std::vector<state::update> updates;
        for (std::size_t i = from; i < to; ++i) {
            record_step(all_[i], updates);
            all_[i].updates.clear();
            all_[i].changed = all_[i].forget = false;
        }
        auto done = c_.state.commit(updates);
        if (!done) return state_error(done.error());
        return {};
    }

    void tell(const step_work& w)
    {
        auto label = w.link ? w.link->label : w.label;
        tell_step(report_, {w.type->type, w.row.key, std::move(label), w.told}, w.failed);
    }

    const cycle_context& c_;
    push_report& report_;
    std::vector<step_work> all_;
    std::map<std::pair<std::string, std::string>, std::size_t> places_;
    bool refused_{false};
};

} // namespace

void tell_step(push_report& report, taken_step told, const std::string& failed)
{
    if (!failed.empty()) {
        ++report.steps_failed;
        reconcile::note n;
        n.what = reconcile::note::kind::step;
        n.type = told.type;
        n.key = told.key;
        n.label = told.label;
        n.text = failed;
        report.notes.push_back(std::move(n));
    }
    if (told.text.empty()) return;
    ++report.steps_taken;
    if (report.taken.size() < taken_kept) report.taken.push_back(std::move(told));
}

boost::asio::awaitable<outcome<void>> take_steps(cycle_context c, const reconcile::plan& plan, push_report& report)
{
    // What the push was stopped by would stop this too; the steps stay due.
    if (report.stopped || !c.target.steps() || (plan.steps.empty() && report.wanted.empty())) co_return outcome<void>();
    step_taker taker(c, report);
    co_return co_await taker.run(plan);
}

} // namespace idferry::daemon::run
