#include "daemon/run/step_actions.hpp"

#include "daemon/run/handing_over.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

using connectors::disposition;
using connectors::job_state;
using connectors::link_delivery;
using state::account_step;

// Made so long before the step was wanted, a job is not ours: the two clocks differ by less.
constexpr auto clock_tolerance = std::chrono::minutes(10);

const join_credential_settings& joining(const step_work& w)
{
    return *w.type->steps->credential;
}

std::string delivery_word(link_delivery d)
{
    return d == link_delivery::email ? "email" : "return";
}

// Later and later: as long again as it has waited.
void wait(const cycle_context& c, step_work& w)
{
    const auto now = c.time.now();
    const std::chrono::milliseconds most = w.binds() ? std::chrono::hours(24) : std::chrono::hours(1);
    const std::chrono::milliseconds least = std::chrono::minutes(5);
    w.row.next_look = now + std::clamp<std::chrono::milliseconds>(now - w.row.changed, least, most);
    w.changed = true;
}

void put_off(const cycle_context& c, step_work& w, std::string why)
{
    w.row.note = std::move(why);
    wait(c, w);
}

// What was asked for in vain: the step stays as it is. A look stays due, and is tried in the next cycle.
void fail(const cycle_context& c, step_work& w, const connectors::failure& f)
{
    w.failed = f.detail;
    w.stop = f.next == disposition::stop;
    if (w.row.status != step_status::open) put_off(c, w, f.detail);
}

void set(const cycle_context& c, step_work& w, std::string_view status, state::time_point next)
{
    if (w.row.status != status) w.row.changed = c.time.now();
    w.row.status = status;
    w.row.next_look = next;
    w.changed = true;
}

void finish(const cycle_context& c, step_work& w, std::string note)
{
    set(c, w, step_status::done, account_step::never);
    w.row.note = std::move(note);
}

void audit(const cycle_context& c, step_work& w, std::string result, const mapping::json& after)
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

void revoked(const cycle_context& c, step_work& w, const std::string& credential)
{
    audit(c, w, "done", {{"credential", credential}, {"state", "revoked"}});
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

std::string joined(const std::vector<std::string>& words)
{
    return fmt::format("{}", fmt::join(words, " "));
}

// The account right before it is touched. False when nothing is to be done for it now.
boost::asio::awaitable<bool> check_account(cycle_context c, step_work& w, bool wants_active)
{
    auto now = co_await c.target.read(*w.type->type, w.link->target);
    if (!now) {
        if (now.error().next == disposition::not_found)
            put_off(c, w, "its account " + w.link->target.text() + " is gone at the target");
        else
            fail(c, w, now.error());
        co_return false;
    }
    if (auto why = protected_by(c.sync, now->body)) {
        put_off(c, w, "is left alone: " + *why);
        co_return false;
    }
    const auto active = mapping::value_at(now->body, "active");
    const bool is_active = !active || *active != false;
    if (is_active == wants_active) co_return true;
    put_off(c, w, is_active ? "is active at the target, so nothing is revoked" : "is not active at the target");
    co_return false;
}

// Whether the person has an active credential; nothing when that could not be learned.
boost::asio::awaitable<std::optional<bool>> has_credential(cycle_context c, step_work& w)
{
    auto all = co_await c.target.steps()->credentials(w.link->target);
    if (!all) {
        fail(c, w, all.error());
        co_return std::nullopt;
    }
    co_return std::any_of(all->begin(), all->end(), [](const auto& one) { return one.active; });
}

void follow(const cycle_context& c, step_work& w, const connectors::binding_job& job)
{
    const auto now = c.time.now();
    auto next = now + joining(w).look;
    if (job.expires) next = std::min(next, std::max(*job.expires, now) + std::chrono::minutes(1));
    // It could not even be delivered: the next look says so, and another one follows.
    if (job.state_at(now) != job_state::open) next = now + std::chrono::minutes(5);
    set(c, w, step_status::open, next);
    w.row.remote = job.id;
    w.row.note = job.word;
}

void made(const cycle_context& c, step_work& w, const connectors::binding_job& job)
{
    ++w.row.attempts;
    w.row.changed = c.time.now();
    follow(c, w, job);
    mapping::json after{{"credential_binding_job", job.id},
                        {"delivery", delivery_word(joining(w).delivery)},
                        {"attempt", w.row.attempts}};
    if (job.expires) after["expires"] = time_text(*job.expires);
    audit(c, w, "done", after);
    w.told = fmt::format("{} ({} of {})", binding_text(joining(w)), w.row.attempts, joining(w).attempts);
}

// The last job came to nothing: another one, or the end.
boost::asio::awaitable<void> after_the_last(cycle_context c, step_work& w, std::string how)
{
    const auto held = co_await has_credential(c, w);
    if (!held) co_return;
    if (*held) {
        finish(c, w, "has a credential");
        co_return;
    }
    const auto& s = joining(w);
    if (w.row.attempts < s.attempts) {
        w.row.note = how;
        w.row.changed = c.time.now();
        w.goes_on = true;
        co_return;
    }
    const auto what = fmt::format("{} credential binding {} came to nothing, the last one {}", w.row.attempts,
                                  w.row.attempts == 1 ? "job" : "jobs", how);
    audit(c, w, "failed: " + what, {{"credential_binding_job", w.row.remote}});
    set(c, w, step_status::given_up, account_step::never);
    w.row.note = what;
    w.failed = what + fmt::format("; idferry rejects retry {} {} begins again", c.sync.name.text(), w.row.key.text());
}

boost::asio::awaitable<void> look_at_job(cycle_context c, step_work& w)
{
    auto job = co_await c.target.steps()->look(w.link->target, w.row.remote);
    if (!job && job.error().next != disposition::not_found) {
        fail(c, w, job.error());
        co_return;
    }
    const auto state = job ? job->state_at(c.time.now()) : job_state::revoked;
    if (state == job_state::open) {
        follow(c, w, *job);
        co_return;
    }
    if (state == job_state::bound) {
        audit(c, w, "done", {{"credential_binding_job", w.row.remote}, {"state", "bound"}});
        finish(c, w, "a credential was bound");
        w.told = "a credential was bound";
        co_return;
    }
    const auto* how = !job                          ? "is gone at the target"
                      : state == job_state::expired ? "expired unused"
                      : state == job_state::failed  ? "could not be delivered"
                                                    : "was revoked";
    const bool there = co_await check_account(c, w, true);
    if (!there) co_return;
    co_await after_the_last(c, w, how);
}

// What an earlier run sent, and never heard of: taken over, or taken back where its link is lost with the answer. True
// when there is nothing more to do.
boost::asio::awaitable<bool> find_lost_job(cycle_context c, step_work& w)
{
    auto all = co_await c.target.steps()->jobs(w.link->target);
    if (!all) {
        fail(c, w, all.error());
        co_return true;
    }
    const auto& s = joining(w);
    for (const auto& job : *all) {
        if (job.state_at(c.time.now()) != job_state::open || job.delivery != s.delivery || job.id == w.row.remote)
            continue;
        if (s.delivery == link_delivery::email) {
            made(c, w, job);
            co_return true;
        }
        if (job.created && *job.created < w.row.changed - clock_tolerance) continue; // somebody else's
        auto ended = co_await c.target.steps()->revoke_job(w.link->target, job.id);
        if (!ended) {
            fail(c, w, ended.error());
            co_return true;
        }
    }
    co_return false;
}

boost::asio::awaitable<void> prepare_binding(cycle_context c, step_work& w)
{
    if (w.row.status == step_status::open) co_return co_await look_at_job(c, w);
    w.goes_on = true;
    if (w.fresh) co_return;
    w.goes_on = co_await check_account(c, w, true);
    if (!w.goes_on) co_return;
    const auto held = co_await has_credential(c, w);
    w.goes_on = held && !*held;
    if (held && *held) finish(c, w, "has a credential");
    if (!w.goes_on || w.row.status != step_status::begun) co_return;
    const bool settled = co_await find_lost_job(c, w);
    w.goes_on = !settled;
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

boost::asio::awaitable<void> prepare_revocation(cycle_context c, step_work& w, bool account_was_read)
{
    const bool back = !account_was_read && w.link->step == state::leave_step::none;
    if (!account_was_read && !back) {
        const bool there = co_await check_account(c, w, false);
        if (!there) co_return;
    }
    auto all = co_await c.target.steps()->credentials(w.link->target);
    if (!all) {
        fail(c, w, all.error());
        co_return;
    }
    if (w.row.status == step_status::begun) settle_revoked(c, w, *all);
    if (back) { // nothing more is revoked of who is back, and what was lost is made good
        w.forget = true;
        auto wanted = want_steps(c, *w.type, *w.link, step_cause::joined, false, w.updates);
        if (!wanted) w.failed = wanted.error().message;
        co_return;
    }
    // Every open job ends, whoever made it: an earlier run whose answer was lost, another sync, an administrator. A
    // service that does not list them leaves the one that is known.
    auto jobs = co_await c.target.steps()->jobs(w.link->target);
    if (jobs) {
        for (const auto& job : *jobs)
            if (job.state_at(c.time.now()) == job_state::open) w.jobs.push_back(job.id);
    } else if (jobs.error().next == connectors::disposition::retry) {
        fail(c, w, jobs.error());
        co_return;
    } else if (auto rows = c.state.account_steps_of(w.row.scope, w.row.key); rows) {
        for (const auto& row : *rows)
            if (row.step == step_name::bind && row.status != step_status::done && !row.remote.empty())
                w.jobs.push_back(row.remote);
    }
    for (const auto& one : *all)
        if (one.active) w.credentials.push_back(one.id);
    w.goes_on = !w.credentials.empty() || !w.jobs.empty();
    if (!w.goes_on) finish(c, w, "had no credential");
}

boost::asio::awaitable<void> make_job(cycle_context c, step_work& w)
{
    const auto& s = joining(w);
    connectors::binding_request r;
    r.person = w.link->target;
    r.delivery = s.delivery;
    r.authenticator = s.authenticator;
    r.redirect = s.redirect.value_or("");
    auto job = co_await c.target.steps()->bind(std::move(r));
    if (!job) {
        // What may have been made is looked for first; what was refused is not there.
        set(c, w, job.error().outcome_unknown ? step_status::begun : step_status::wanted, w.row.next_look);
        fail(c, w, job.error());
        if (job.error().outcome_unknown) w.row.next_look = c.time.now();
        co_return;
    }
    if (s.delivery == link_delivery::email) {
        made(c, w, job->job);
        co_return;
    }
    hand_over what;
    what.command = s.deliver->command;
    what.link = job->link;
    what.environment = {{"IDFERRY_SYNC", c.sync.name.text()},
                        {"IDFERRY_KEY", w.row.key.text()},
                        {"IDFERRY_LABEL", w.link->label},
                        {"IDFERRY_TARGET_ID", w.link->target.text()}};
    const auto trouble = co_await hand_link_over(std::move(what));
    if (trouble.empty()) {
        made(c, w, job->job);
        co_return;
    }
    // Nobody has the link, and nobody will: that job ends, and does not count. When it cannot be ended now, it is found
    // among the person's jobs before the next one is made.
    auto ended = co_await c.target.steps()->revoke_job(w.link->target, job->job.id);
    set(c, w, ended ? step_status::wanted : step_status::begun, c.time.now());
    w.failed = fmt::format("the link of its credential binding job was not handed over: {} {}", s.deliver->command[0],
                           trouble);
    put_off(c, w, w.failed);
}

boost::asio::awaitable<void> revoke_all(cycle_context c, step_work& w)
{
    // Jobs first: who uses one meanwhile would keep what was bound.
    for (const auto& job : w.jobs) {
        auto ended = co_await c.target.steps()->revoke_job(w.link->target, job);
        if (!ended) {
            w.row.remote.clear();
            set(c, w, step_status::wanted, c.time.now());
            fail(c, w, ended.error());
            co_return;
        }
    }
    if (!w.jobs.empty()) {
        auto now = co_await c.target.steps()->credentials(w.link->target);
        if (!now) {
            w.row.remote.clear();
            set(c, w, step_status::wanted, c.time.now());
            fail(c, w, now.error());
            co_return;
        }
        w.credentials.clear();
        for (const auto& one : *now)
            if (one.active) w.credentials.push_back(one.id);
    }
    std::vector<std::string> gone;
    for (const auto& id : w.credentials) {
        auto done = co_await c.target.steps()->revoke(w.link->target, id);
        if (!done) {
            fail(c, w, done.error());
            // An answer that was lost is looked up: the row goes on naming this one.
            w.row.remote = done.error().outcome_unknown ? id : std::string();
            set(c, w, w.row.remote.empty() ? step_status::wanted : step_status::begun, w.row.next_look);
            co_return;
        }
        gone.push_back(id);
        revoked(c, w, id);
    }
    w.row.remote.clear();
    finish(c, w,
           gone.empty() ? "had no credential"
                        : fmt::format("{} {} revoked", gone.size(), gone.size() == 1 ? "credential" : "credentials"));
    if (!gone.empty()) w.told = w.row.note;
}

} // namespace

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
    if (w.binds()) co_return co_await prepare_binding(c, w);
    co_await prepare_revocation(c, w, false);
}

boost::asio::awaitable<void> carry_out_step(cycle_context c, step_work& w)
{
    w.updates.clear(); // the first half's were recorded
    if (w.binds()) co_return co_await make_job(c, w);
    co_await revoke_all(c, w);
}

void record_step(const step_work& w, std::vector<state::update>& updates)
{
    // The row first: what else an outcome says about it counts.
    if (w.forget) {
        updates.push_back(state::forget_account_step{w.row.scope, w.row.key, w.row.step});
    } else if (w.goes_on) {
        auto row = w.row;
        row.status = step_status::begun;
        if (!w.binds()) row.remote = joined(w.credentials);
        updates.push_back(state::put_account_step{std::move(row)});
    } else if (w.changed) {
        updates.push_back(state::put_account_step{w.row});
    }
    updates.insert(updates.end(), w.updates.begin(), w.updates.end());
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
