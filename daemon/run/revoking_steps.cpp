#include "daemon/run/sharing.hpp"
#include "daemon/run/sharing_ends.hpp"
#include "daemon/run/step_marks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

using connectors::job_state;
using state::account_step;

void revoked(const cycle_context& c, step_work& w, const std::string& credential)
{
    audit_step(c, w, "done", {{"credential", credential}, {"state", "revoked"}});
}

std::vector<std::string> words_of(const std::string& text)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at) out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

// What was begun and not recorded: each credential that is revoked now was revoked then.
void settle_revoked(const cycle_context& c, step_work& w, const std::vector<connectors::held_credential>& all)
{
    for (const auto& id : words_of(w.row.remote)) {
        const bool still =
            std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.id == id && one.active; });
        if (!still) revoked(c, w, id);
    }
    w.row.remote.clear();
}

} // namespace

boost::asio::awaitable<void> prepare_revocation(cycle_context c, step_work& w, bool account_was_read)
{
    const bool back = !account_was_read && w.link->step == state::leave_step::none;
    auto all = co_await c.target.steps()->credentials(w.link->target);
    if (!all) {
        step_failed(c, w, all.error());
        co_return;
    }
    if (w.row.status == step_status::begun) settle_revoked(c, w, *all);
    if (back) { // nothing more is revoked of who is back, and what was lost is made good
        auto wanted = want_steps(c, *w.type, *w.link, step_cause::joined, false, w.updates);
        w.forget = wanted.has_value();
        if (!wanted) w.failed = wanted.error().message;
        co_return;
    }
    if (!account_was_read) {
        auto others = links_of_others(c, *w.type->type, w.link->target);
        if (!others) {
            w.failed = others.error().message;
            co_return;
        }
        const bool taken_over = std::any_of(others->begin(), others->end(),
                                            [](const auto& other) { return reconcile::holds_active(other.link); });
        if (taken_over) {
            auto now = co_await c.target.read(*w.type->type, w.link->target);
            // It has switched the account on, and owes what was taken away.
            if (now && is_active(now->body)) {
                auto owed = hand_binding_over(c, *w.type->type, *w.link, w.updates);
                w.forget = owed.has_value();
                if (!owed) w.failed = owed.error().message;
                co_return;
            }
        }
        const bool there = co_await check_account(c, w, false);
        if (!there) co_return;
    }
    // Every open job ends, whoever made it: an earlier run whose answer was lost, another sync, an administrator. A
    // service that does not list them leaves the one that is known.
    auto jobs = co_await c.target.steps()->jobs(w.link->target);
    if (jobs) {
        for (const auto& job : *jobs)
            if (job.state_at(c.time.now()) == job_state::open) w.jobs.push_back(job.id);
    } else if (jobs.error().next == connectors::disposition::retry) {
        step_failed(c, w, jobs.error());
        co_return;
    } else if (auto rows = c.state.account_steps_of(w.row.scope, w.row.key); rows) {
        for (const auto& row : *rows)
            if (row.step == step_name::bind && row.status != step_status::done && !row.remote.empty())
                w.jobs.push_back(row.remote);
    }
    for (const auto& one : *all)
        if (one.active) w.credentials.push_back(one.id);
    w.goes_on = !w.credentials.empty() || !w.jobs.empty();
    if (!w.goes_on) finish_step(c, w, "had no credential");
}

boost::asio::awaitable<void> revoke_credentials(cycle_context c, step_work& w)
{
    // Jobs first: who uses one meanwhile would keep what was bound.
    for (const auto& job : w.jobs) {
        auto ended = co_await c.target.steps()->revoke_job(w.link->target, job);
        if (!ended) {
            w.row.remote.clear();
            set_step(c, w, step_status::wanted, c.time.now());
            step_failed(c, w, ended.error());
            co_return;
        }
    }
    if (!w.jobs.empty()) {
        auto now = co_await c.target.steps()->credentials(w.link->target);
        if (!now) {
            w.row.remote.clear();
            set_step(c, w, step_status::wanted, c.time.now());
            step_failed(c, w, now.error());
            co_return;
        }
        w.credentials.clear();
        for (const auto& one : *now)
            if (one.active) w.credentials.push_back(one.id);
        // One may have been bound meanwhile: it is named before it is revoked, like the others.
        w.row.remote = named_in_row(w.credentials);
        set_step(c, w, step_status::begun, c.time.now());
        if (!keep_at_once(c, w)) co_return;
    }
    std::vector<std::string> gone;
    for (const auto& id : w.credentials) {
        auto done = co_await c.target.steps()->revoke(w.link->target, id);
        if (!done) {
            step_failed(c, w, done.error());
            // An answer that was lost is looked up: the row goes on naming this one.
            w.row.remote = done.error().outcome_unknown ? id : std::string();
            set_step(c, w, w.row.remote.empty() ? step_status::wanted : step_status::begun, w.row.next_look);
            co_return;
        }
        gone.push_back(id);
        revoked(c, w, id);
    }
    w.row.remote.clear();
    finish_step(c, w,
                gone.empty()
                    ? "had no credential"
                    : fmt::format("{} {} revoked", gone.size(), gone.size() == 1 ? "credential" : "credentials"));
    if (!gone.empty()) w.told = w.row.note;
}

boost::asio::awaitable<outcome<first_revocation>> revoke_first(cycle_context c, const type_settings& type,
                                                               state::link link)
{
    step_work w;
    w.type = &type;
    w.row.scope = c.scope(*type.type);
    w.row.key = link.key;
    w.row.step = step_name::revoke;
    w.row.status = step_status::wanted;
    w.row.changed = w.row.next_look = c.time.now();
    auto rows = c.state.account_steps_of(w.row.scope, link.key);
    if (!rows) co_return state_error(rows.error());
    for (auto& row : *rows)
        if (row.step == step_name::revoke && row.status == step_status::begun) w.row = std::move(row);
    w.was = w.row.status;
    w.since = w.row.changed;
    w.label = link.label;
    w.link = std::move(link);
    co_await prepare_revocation(c, w, true);
    if (w.goes_on) {
        std::vector<state::update> begun;
        record_step(w, begun);
        if (auto kept = c.state.commit(begun); !kept) co_return state_error(kept.error());
        w.goes_on = false;
        co_await carry_out_step(c, w);
    }
    first_revocation out;
    record_step(w, out.updates);
    out.told = std::move(w.told);
    out.failed = std::move(w.failed);
    co_return out;
}

} // namespace idferry::daemon::run
