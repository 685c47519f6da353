#include "daemon/run/handing_over.hpp"
#include "daemon/run/sharing.hpp"
#include "daemon/run/step_marks.hpp"
#include "daemon/run/time_text.hpp"

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

// Whether the person has an active credential; nothing when that could not be learned.
boost::asio::awaitable<std::optional<bool>> has_credential(cycle_context c, step_work& w)
{
    auto all = co_await c.target.steps()->credentials(w.link->target);
    if (!all) {
        step_failed(c, w, all.error());
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
    set_step(c, w, step_status::open, next);
    w.row.remote = job.id;
    w.row.note = job.word;
}

void made(const cycle_context& c, step_work& w, const connectors::binding_job& job)
{
    ++w.row.attempts;
    w.row.changed = c.time.now();
    follow(c, w, job);
    mapping::json after{{"credential_binding_job", job.id},
                        {"delivery", delivery_word(job.delivery.value_or(joining(w).delivery))},
                        {"attempt", w.row.attempts}};
    if (job.expires) after["expires"] = time_text(*job.expires);
    audit_step(c, w, "done", after);
    w.told = fmt::format("{} ({} of {})", binding_text(joining(w)), w.row.attempts, joining(w).attempts);
}

// The last job came to nothing: another one, or the end.
boost::asio::awaitable<void> after_the_last(cycle_context c, step_work& w, std::string how)
{
    const auto held = co_await has_credential(c, w);
    if (!held) co_return;
    if (*held) {
        finish_step(c, w, "has a credential");
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
    audit_step(c, w, "failed: " + what, {{"credential_binding_job", w.row.remote}});
    set_step(c, w, step_status::given_up, account_step::never);
    w.row.note = what;
    w.failed = what + fmt::format("; idferry rejects retry {} {} begins again", c.sync.name.text(), w.row.key.text());
}

boost::asio::awaitable<void> look_at_job(cycle_context c, step_work& w)
{
    auto job = co_await c.target.steps()->look(w.link->target, w.row.remote);
    if (!job && job.error().next != disposition::not_found) {
        step_failed(c, w, job.error());
        co_return;
    }
    const auto state = job ? job->state_at(c.time.now()) : job_state::revoked;
    if (state == job_state::open) {
        follow(c, w, *job);
        co_return;
    }
    if (state == job_state::bound) {
        audit_step(c, w, "done", {{"credential_binding_job", w.row.remote}, {"state", "bound"}});
        finish_step(c, w, "a credential was bound");
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

// Whether another sync has handed this job's link to the person, or has sent it.
outcome<bool> is_followed_by_another(const cycle_context& c, const step_work& w, const std::string& job)
{
    auto others = links_of_others(c, *w.type->type, w.link->target);
    if (!others) return others.error();
    for (const auto& other : *others) {
        const state::scope_key scope{mapping::sync_name(other.writer->name), w.row.scope.type};
        auto rows = c.state.account_steps_of(scope, other.link.key);
        if (!rows) return state_error(rows.error());
        for (const auto& row : *rows)
            if (row.step == step_name::bind && row.status == step_status::open && row.remote == job) return true;
    }
    return false;
}

// A job that is open there: by an earlier run whose answer was lost, by another sync, or by hand. One that the person
// has is followed like our own, for a second link would only confuse; one whose link was lost with the answer ends.
// True when there is nothing more to do.
boost::asio::awaitable<bool> find_open_job(cycle_context c, step_work& w)
{
    auto all = co_await c.target.steps()->jobs(w.link->target);
    if (!all) {
        step_failed(c, w, all.error());
        co_return true;
    }
    for (const auto& job : *all) {
        if (job.state_at(c.time.now()) != job_state::open) continue;
        auto has_it = is_followed_by_another(c, w, job.id);
        if (!has_it) {
            w.failed = has_it.error().message;
            co_return true;
        }
        if (*has_it || job.delivery.value_or(joining(w).delivery) == link_delivery::email) {
            made(c, w, job);
            if (w.was != step_status::begun) w.told = "the credential binding job that is open there is followed";
            co_return true;
        }
        // Somebody else's, unless it was made since ours was begun.
        if (w.was != step_status::begun || (job.created && *job.created < w.row.changed - clock_tolerance)) continue;
        auto ended = co_await c.target.steps()->revoke_job(w.link->target, job.id);
        if (!ended) {
            step_failed(c, w, ended.error());
            co_return true;
        }
    }
    co_return false;
}

// Recorded right before its link was handed over, and nothing after it: whether the person has the link cannot be
// known. It is followed as if, since a second one would end the first; when it expires unused another one follows. True
// when there is nothing more to do.
boost::asio::awaitable<bool> settle_handed_over(cycle_context c, step_work& w)
{
    auto job = co_await c.target.steps()->look(w.link->target, w.row.remote);
    if (!job && job.error().next != disposition::not_found) {
        step_failed(c, w, job.error());
        co_return true;
    }
    const auto state = job ? job->state_at(c.time.now()) : job_state::revoked;
    if (state == job_state::bound) {
        audit_step(c, w, "done", {{"credential_binding_job", w.row.remote}, {"state", "bound"}});
        finish_step(c, w, "a credential was bound");
        co_return true;
    }
    if (state != job_state::open) {
        w.row.remote.clear();
        co_return false;
    }
    made(c, w, *job);
    const std::string unsure = "idferry was ended while its link was handed over: whether it arrived is not known";
    w.row.note = job->word.empty() ? unsure : job->word + "; " + unsure;
    w.told += "; " + unsure;
    co_return true;
}

// Recorded at once: what is outside this process now must not wait for the others of the batch.
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

} // namespace

boost::asio::awaitable<void> prepare_binding(cycle_context c, step_work& w)
{
    if (w.row.status == step_status::open) co_return co_await look_at_job(c, w);
    w.goes_on = true;
    if (w.fresh) co_return;
    w.was = w.row.status;
    w.goes_on = co_await check_account(c, w, true);
    if (!w.goes_on) co_return;
    const auto held = co_await has_credential(c, w);
    w.goes_on = held && !*held;
    if (held && *held) finish_step(c, w, "has a credential");
    if (!w.goes_on) co_return;
    bool settled = false;
    if (w.was == step_status::begun && !w.row.remote.empty()) settled = co_await settle_handed_over(c, w);
    if (!settled) settled = co_await find_open_job(c, w);
    w.goes_on = !settled;
}

boost::asio::awaitable<void> make_binding_job(cycle_context c, step_work& w)
{
    const auto& s = joining(w);
    w.row.remote.clear(); // the one before is over
    connectors::binding_request r;
    r.person = w.link->target;
    r.delivery = s.delivery;
    r.authenticator = s.authenticator;
    r.redirect = s.redirect.value_or("");
    auto job = co_await c.target.steps()->bind(std::move(r));
    if (!job) {
        // What may have been made is looked for first; what was refused is not there.
        set_step(c, w, job.error().outcome_unknown ? step_status::begun : step_status::wanted, w.row.next_look);
        step_failed(c, w, job.error());
        if (job.error().outcome_unknown) w.row.next_look = c.time.now();
        co_return;
    }
    if (s.delivery == link_delivery::email) {
        made(c, w, job->job);
        co_return;
    }
    w.row.remote = job->job.id;
    set_step(c, w, step_status::begun, c.time.now());
    if (!keep_at_once(c, w)) {
        co_await c.target.steps()->revoke_job(w.link->target, job->job.id);
        co_return;
    }
    hand_over what;
    what.command = s.deliver->command;
    what.link = job->link;
    what.environment = {{"IDFERRY_SYNC", c.sync.name.text()},
                        {"IDFERRY_KEY", w.row.key.text()},
                        {"IDFERRY_LABEL", w.link->label},
                        {"IDFERRY_TARGET_ID", w.link->target.text()},
                        {"IDFERRY_JOB", job->job.id}};
    const auto trouble = co_await hand_link_over(std::move(what));
    if (trouble.empty()) {
        made(c, w, job->job);
        keep_at_once(c, w);
        co_return;
    }
    // Nobody has the link, and nobody will: that job ends, and does not count. When it cannot be ended now, it is found
    // among the person's jobs before the next one is made.
    auto ended = co_await c.target.steps()->revoke_job(w.link->target, job->job.id);
    w.row.remote.clear();
    set_step(c, w, ended ? step_status::wanted : step_status::begun, c.time.now());
    w.failed = fmt::format("the link of its credential binding job was not handed over: {} {}", s.deliver->command[0],
                           trouble);
    put_off(c, w, w.failed);
}

} // namespace idferry::daemon::run
