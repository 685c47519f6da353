#include "daemon/run/pusher.hpp"

#include "daemon/reconcile/push_order.hpp"
#include "daemon/run/operations.hpp"
#include "daemon/run/parallel.hpp"
#include "daemon/run/recovery.hpp"
#include "daemon/run/sharing.hpp"
#include "daemon/run/step_taker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

constexpr std::size_t batch_size = 64;
constexpr std::uint64_t failures_in_a_row = 8; // then the target counts as down

state::intent intent_of(const cycle_context& c, const reconcile::change& change)
{
    state::intent i;
    i.scope = c.scope(*change.type);
    i.key = change.key;
    i.what = change.what;
    i.target = change.target;
    i.desired = change.what == state::operation::members ? members_text(change) : change.desired;
    i.begun = c.time.now();
    return i;
}

class pusher
{
public:
    pusher(const cycle_context& c, const reconcile::plan& p) : c_(c), plan_(p) {}

    boost::asio::awaitable<outcome<push_report>> run()
    {
        const auto profile = [this](const mapping::resource_type& t) -> const mapping::type_profile& {
            return c_.target.profile().of(t.name);
        };
        const auto refers = [this](const reconcile::change& change) { return refers_to_missing(c_, change.desired); };
        const auto phases = reconcile::push_phases(plan_, profile, refers);
        // A group whose members are going to change is looked at again until they have: whoever comes or goes with it
        // may be recorded long before its turn comes.
        std::vector<state::update> open;
        for (const auto& change : plan_.changes)
            if (change.what == state::operation::members)
                open.push_back(
                    state::put_input{c_.scope(*change.type), {change.key, {}, state::input_status::waiting}});
        auto opened = c_.state.commit(open);
        if (!opened) co_return state_error(opened.error());
        c_.shown.begin("pushing", plan_.changes.size());
        for (const auto& phase : phases) {
            const auto width = phase.ordered ? std::size_t{1} : batch_size;
            for (std::size_t from = 0; from < phase.steps.size() && !report_.stopped; from += width) {
                const auto count = std::min(width, phase.steps.size() - from);
                auto done = co_await batch(&phase.steps[from], count);
                if (!done) co_return done.error();
            }
        }
        c_.shown.end();
        co_return std::move(report_);
    }

private:
    boost::asio::awaitable<outcome<void>> batch(const reconcile::push_step* steps, std::size_t count)
    {
        std::vector<state::intent> intents;
        for (std::size_t i = 0; i < count; ++i) intents.push_back(intent_of(c_, plan_.changes[steps[i].change]));
        auto ids = c_.state.begin(intents);
        if (!ids) co_return state_error(ids.error());

        std::vector<operation_outcome> outcomes(count);
        const std::function<boost::asio::awaitable<void>(std::size_t)> one = [&](std::size_t i) {
            return step(steps[i], &outcomes[i]);
        };
        const auto width = static_cast<std::size_t>(std::max(1, c_.target.pace().concurrency));
        co_await for_each_parallel(count, width, one);

        std::vector<state::update> updates;
        for (std::size_t i = 0; i < count; ++i) {
            note_steps(plan_.changes[steps[i].change], outcomes[i]);
            for (auto& u : outcomes[i].updates) updates.push_back(std::move(u));
            // What may have been carried out keeps its intent: the next cycle looks before it plans.
            using kind = operation_outcome::kind;
            const bool open = outcomes[i].what == kind::deferred || outcomes[i].what == kind::stop;
            const bool told = open && !outcomes[i].made.empty();
            if (!open || told) updates.push_back(state::end_intent{(*ids)[i]});
            if (told) { // the same intent, now with the id that it is looked for by
                intents[i].target = outcomes[i].made;
                updates.push_back(state::begin_intent{intents[i]});
            }
        }
        auto whole = with_reopened(c_, std::move(updates));
        if (!whole) co_return whole.error();
        auto committed = c_.state.commit(*whole);
        if (!committed) co_return state_error(committed.error());
        co_return outcome<void>{};
    }

    // Steps that this outcome calls for, and one that went with it.
    void note_steps(const reconcile::change& change, const operation_outcome& o)
    {
        for (const auto& u : o.updates)
            if (const auto* put = std::get_if<state::put_account_step>(&u);
                put && put->value.status == step_status::wanted && put->value.next_look <= c_.time.now())
                report_.wanted.push_back(put->value);
        tell_step(report_, {change.type, change.key, change.label, o.step_told}, o.step_failed);
    }

    boost::asio::awaitable<void> step(reconcile::push_step s, operation_outcome* out)
    {
        const auto& change = plan_.changes[s.change];
        if (c_.stopping() && !report_.stopped) report_.stopped = stopped_error().message;
        if (report_.stopped) co_return;
        *out = co_await carry_out(c_, plan_, change, s.detour, claims_);
        account(change, *out, !s.detour.empty());
        c_.shown.at(++attempted_);
    }

    void account(const reconcile::change& change, const operation_outcome& o, bool half)
    {
        using kind = operation_outcome::kind;
        const auto tell = [&](reconcile::note::kind what) {
            reconcile::note n;
            n.what = what;
            n.type = change.type;
            n.key = change.key;
            n.label = change.label;
            n.text = o.text;
            report_.notes.push_back(std::move(n));
        };
        if (o.what != kind::deferred) in_a_row_ = 0;
        switch (o.what) {
        case kind::done: report_.done += half ? 0 : 1; break;
        case kind::rejected:
            ++report_.rejected;
            tell(reconcile::note::kind::reject);
            break;
        case kind::deferred:
            ++report_.deferred;
            tell(reconcile::note::kind::warning);
            if (++in_a_row_ >= failures_in_a_row && !report_.stopped) {
                report_.target_failed = true;
                report_.stopped = fmt::format("{} operations failed one after another: {}", in_a_row_, o.text);
            }
            break;
        case kind::left_alone:
            ++report_.left_alone;
            tell(reconcile::note::kind::protect);
            break;
        case kind::stop:
            if (!report_.stopped) {
                report_.target_failed = true;
                report_.credentials_refused = o.credentials;
                report_.stopped = o.text;
            }
            break;
        }
    }

    const cycle_context& c_;
    const reconcile::plan& plan_;
    push_report report_;
    push_claims claims_;
    std::uint64_t attempted_{0};
    std::uint64_t in_a_row_{0};
};

} // namespace

boost::asio::awaitable<outcome<push_report>> push(cycle_context c, const reconcile::plan& plan)
{
    pusher p(c, plan);
    co_return co_await p.run();
}

} // namespace idferry::daemon::run
