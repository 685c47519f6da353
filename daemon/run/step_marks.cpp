#include "daemon/run/step_marks.hpp"

#include "daemon/run/protection.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

using connectors::disposition;
using state::account_step;

// Later and later: as long again as it has waited.
void wait(const cycle_context& c, step_work& w)
{
    const auto now = c.time.now();
    const std::chrono::milliseconds most = w.binds() ? std::chrono::hours(24) : std::chrono::hours(1);
    const std::chrono::milliseconds least = std::chrono::minutes(5);
    w.row.next_look = now + std::clamp<std::chrono::milliseconds>(now - w.since, least, most);
    // It waits since then; what was begun is looked for by when.
    if (w.row.status != step_status::begun) w.row.changed = w.since;
    w.changed = true;
}

} // namespace

void put_off(const cycle_context& c, step_work& w, std::string why)
{
    w.row.note = std::move(why);
    wait(c, w);
}

void step_failed(const cycle_context& c, step_work& w, const connectors::failure& f)
{
    w.failed = f.detail;
    w.stop = f.next == disposition::stop;
    if (w.row.status != step_status::open) put_off(c, w, f.detail);
}

void set_step(const cycle_context& c, step_work& w, std::string_view status, state::time_point next)
{
    if (w.row.status != status) w.row.changed = c.time.now();
    w.row.status = status;
    w.row.next_look = next;
    w.changed = true;
}

void finish_step(const cycle_context& c, step_work& w, std::string note)
{
    set_step(c, w, step_status::done, account_step::never);
    w.row.note = std::move(note);
}

void audit_step(const cycle_context& c, step_work& w, std::string result, const mapping::json& after)
{
    state::audit_entry a;
    a.when = c.time.now();
    a.scope = w.row.scope;
    a.key = w.row.key;
    a.target = w.link->target;
    a.label = w.link->label;
    a.what = w.binds() ? state::operation::bind_credential : state::operation::revoke_credential;
    a.outcome = std::move(result);
    a.after = mapping::to_text(after);
    w.updates.push_back(state::append_audit{std::move(a)});
}

bool keep_at_once(const cycle_context& c, step_work& w)
{
    std::vector<state::update> updates;
    w.changed = true;
    record_step(w, updates);
    if (auto kept = c.state.commit(updates); !kept) {
        w.failed = kept.error().message;
        w.stop = true;
        return false;
    }
    w.updates.clear();
    w.changed = false;
    return true;
}

std::string named_in_row(const std::vector<std::string>& ids)
{
    return fmt::format("{}", fmt::join(ids, " "));
}

bool is_active(const mapping::json& account)
{
    const auto active = mapping::value_at(account, "active");
    return !active || *active != false;
}

boost::asio::awaitable<bool> check_account(cycle_context c, step_work& w, bool wants_active)
{
    auto now = co_await c.target.read(*w.type->type, w.link->target);
    if (!now) {
        if (now.error().next == disposition::not_found)
            put_off(c, w, "its account " + w.link->target.text() + " is gone at the target");
        else
            step_failed(c, w, now.error());
        co_return false;
    }
    if (auto why = protected_by(c.sync, now->body)) {
        put_off(c, w, "is left alone: " + *why);
        co_return false;
    }
    const bool active = is_active(now->body);
    if (active == wants_active) co_return true;
    put_off(c, w, active ? "is active at the target, so nothing is revoked" : "is not active at the target");
    co_return false;
}

} // namespace idferry::daemon::run
