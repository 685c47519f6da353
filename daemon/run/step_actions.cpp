#include "daemon/run/step_actions.hpp"

#include "daemon/run/step_marks.hpp"

namespace idferry::daemon::run {

boost::asio::awaitable<void> prepare_step(cycle_context c, step_work& w)
{
    auto link = c.state.find_link(w.row.scope, w.row.key);
    if (!link) {
        w.failed = link.error().message;
        co_return;
    }
    if (!*link) {
        w.forget = true;
        co_return;
    }
    w.link = std::move(**link);
    w.was = w.row.status;
    w.since = w.row.changed;
    if (w.binds()) co_return co_await prepare_binding(c, w);
    co_await prepare_revocation(c, w, false);
}

boost::asio::awaitable<void> carry_out_step(cycle_context c, step_work& w)
{
    w.updates.clear(); // the first half's were recorded
    if (w.binds()) co_return co_await make_binding_job(c, w);
    co_await revoke_credentials(c, w);
}

void record_step(const step_work& w, std::vector<state::update>& updates)
{
    // The row first: what else an outcome says about it counts.
    if (w.forget) {
        updates.push_back(state::forget_account_step{w.row.scope, w.row.key, w.row.step});
    } else if (w.goes_on) {
        auto row = w.row;
        row.status = step_status::begun;
        if (!w.binds()) row.remote = named_in_row(w.credentials);
        updates.push_back(state::put_account_step{std::move(row)});
    } else if (w.changed) {
        updates.push_back(state::put_account_step{w.row});
    }
    updates.insert(updates.end(), w.updates.begin(), w.updates.end());
}

} // namespace idferry::daemon::run
