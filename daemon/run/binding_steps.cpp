#include "daemon/run/handing_over.hpp"
#include "daemon/run/sharing.hpp"
#include "daemon/run/step_marks.hpp"
#include "daemon/run/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace idferry::daemon::run {

namespace {

using connectors::binding_job;
using connectors::disposition;
using connectors::job_state;
using connectors::link_delivery;
using state::account_step;

// Made so long before the step was begun, a job is not ours: the two clocks differ by less.
constexpr auto clock_tolerance = std::chrono::minutes(10);

constexpr std::string_view unsure = "idferry was ended while its link was handed over: whether it arrived is not known";

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

void follow(const cycle_context& c, step_work& w, const binding_job& job)
{
    const auto now = c.time.now();
    auto next = now + joining(w).look;
    if (job.expires) next = std::min(next, std::max(*job.expires, now) + std::chrono::minutes(1));
    // It could not even be delivered: the next look says so, and another one follows.
    if (job.state_at(now) != job_state::open) next = now + std::chrono::minutes(5);
    set_step(c, w, step_status::open, next);
    // The doubt stays for as long as the person has done nothing with it.
    const bool as_before = w.row.remote == job.id && w.row.note == fmt::format("{}; {}", job.word, unsure);
    w.row.remote = job.id;
    if (!as_before) w.row.note = job.word;
}

// Whose job the person has now.
enum class whose
{
    made,     // by us
    followed, // by another sync, or by hand: it counts all the same, so that nobody gets more than `attempts`
    handed    // by us, and whether its link arrived is not known
};

void has_job(const cycle_context& c, step_work& w, const binding_job& job, whose how)
{
    ++w.row.attempts;
    w.row.changed = c.time.now();
    follow(c, w, job);
    mapping::json after{{"credential_binding_job", job.id},
                        {"delivery", delivery_word(job.delivery.value_or(joining(w).delivery))},
                        {"attempt", w.row.attempts}};
    if (job.expires) after["expires"] = time_text(*job.expires);
    if (how == whose::followed) after["followed"] = true;
    if (how == whose::handed) {
        after["arrived"] = "unknown";
        w.row.note = fmt::format("{}; {}", job.word, unsure);
    }
    audit_step(c, w, "done", after);
    w.told = how == whose::followed
                 ? "the credential binding job that is open there is followed"
                 : fmt::format("{} ({} of {})", binding_text(joining(w)), w.row.attempts, joining(w).attempts);
    if (how == whose::handed) w.told += fmt::format("; {}", unsure);
}

// The jobs that rows of other syncs name.
outcome<std::set<std::string>> jobs_of_others(const cycle_context& c, const step_work& w)
{
    std::set<std::string> out;
    auto others = links_of_others(c, *w.type->type, w.link->target);
    if (!others) return others.error();
    for (const auto& other : *others) {
        auto rows = c.state.account_steps_of(scope_of(*other.writer, *w.type->type), other.link.key);
        if (!rows) return state_error(rows.error());
        for (const auto& row : *rows)
            if (row.step == step_name::bind) out.insert(row.remote);
    }
    return out;
}

// A job that is open there: by an earlier run whose answer was lost, by another sync, or by hand. The person has it, so
// it is followed, for a second one would only confuse. One whose link was lost with the answer ends instead. True when
// there is nothing more to do.
boost::asio::awaitable<bool> find_open_job(cycle_context c, step_work& w)
{
    auto all = co_await c.target.steps()->jobs(w.link->target);
    if (!all) {
        // A service that lists none: what was not begun cannot have been lost.
        const auto next = all.error().next;
        const bool lists_none = next == disposition::reject || next == disposition::not_found;
        if (lists_none && w.was != step_status::begun) co_return false;
        step_failed(c, w, all.error());
        co_return true;
    }
    auto others = jobs_of_others(c, w);
    if (!others) {
        w.failed = others.error().message;
        co_return true;
    }
    std::optional<binding_job> there;
    whose how = whose::followed;
    for (auto& job : *all) {
        if (job.state_at(c.time.now()) != job_state::open) continue;
        const auto delivery = job.delivery.value_or(joining(w).delivery);
        const bool ours = !others->contains(job.id) && w.was == step_status::begun && delivery == joining(w).delivery &&
                          !(job.created && *job.created < w.row.changed - clock_tolerance);
        if (ours && delivery == link_delivery::link) {
            auto ended = co_await c.target.steps()->revoke_job(w.link->target, job.id);
            if (!ended) {
                step_failed(c, w, ended.error());
                co_return true;
            }
            continue;
        }
        if (there && !ours) continue;
        how = ours ? whose::made : whose::followed;
        there = std::move(job);
    }
    if (!there) co_return false;
    has_job(c, w, *there, how);
    co_return true;
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
    const auto gone = w.row.remote;
    const bool settled = co_await find_open_job(c, w);
    if (settled) co_return;
    const auto& s = joining(w);
    if (w.row.attempts < s.attempts) {
        w.row.note = how;
        w.goes_on = true;
        co_return;
    }
    const auto what = fmt::format("{} credential binding {} came to nothing, the last one {}", w.row.attempts,
                                  w.row.attempts == 1 ? "job" : "jobs", how);
    audit_step(c, w, "failed: " + what, {{"credential_binding_job", gone}});
    set_step(c, w, step_status::given_up, account_step::never);
    w.row.note = what;
    w.failed = what + fmt::format("; idferry rejects retry {} {} begins again", c.sync.name.text(), w.row.key.text());
}

// A job that the row names. One that was begun was recorded right before its link was handed over, and nothing after
// it: it is followed as if the person had it, since a second link would only confuse; when it expires unused another
// one follows.
boost::asio::awaitable<void> look_at_job(cycle_context c, step_work& w)
{
    auto job = co_await c.target.steps()->look(w.link->target, w.row.remote);
    if (!job && job.error().next != disposition::not_found) {
        step_failed(c, w, job.error());
        co_return;
    }
    const bool begun = w.row.status == step_status::begun;
    const auto state = job ? job->state_at(c.time.now()) : job_state::revoked;
    if (state == job_state::open) {
        if (begun)
            has_job(c, w, *job, whose::handed);
        else
            follow(c, w, *job);
        co_return;
    }
    if (begun) { // counted once, whatever comes of this look
        ++w.row.attempts;
        set_step(c, w, step_status::open, c.time.now());
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

} // namespace

boost::asio::awaitable<void> prepare_binding(cycle_context c, step_work& w)
{
    const bool had_job = names_job(w.row);
    if (had_job) {
        co_await look_at_job(c, w);
    } else if (w.fresh) {
        w.goes_on = true;
    } else {
        const bool there = co_await check_account(c, w, true);
        if (!there) co_return;
        const auto held = co_await has_credential(c, w);
        if (!held) co_return;
        if (*held) {
            finish_step(c, w, "has a credential");
            co_return;
        }
        const bool settled = co_await find_open_job(c, w);
        w.goes_on = !settled;
    }
    if (!w.goes_on) co_return;
    if (had_job) w.since = c.time.now(); // another one is wanted since now
    // From here on a job of ours may be there: what is made later than this is looked for.
    w.row.changed = c.time.now();
    w.row.remote.clear();
}

boost::asio::awaitable<void> make_binding_job(cycle_context c, step_work& w)
{
    const auto& s = joining(w);
    connectors::binding_request r;
    r.person = w.link->target;
    r.delivery = s.delivery;
    r.authenticator = s.authenticator;
    r.redirect = s.redirect.value_or("");
    auto job = co_await c.target.steps()->bind(std::move(r));
    if (!job) {
        // What may have been made is looked for first, once the service is through with it; what was refused is not
        // there.
        const bool unknown = job.error().outcome_unknown;
        set_step(c, w, unknown ? step_status::begun : step_status::wanted, w.row.next_look);
        step_failed(c, w, job.error());
        if (unknown && w.was != step_status::begun) w.row.next_look = c.time.now() + std::chrono::minutes(1);
        co_return;
    }
    if (s.delivery == link_delivery::email) {
        has_job(c, w, job->job, whose::made);
        co_return;
    }
    w.row.remote = job->job.id;
    set_step(c, w, step_status::begun, c.time.now());
    if (!keep_at_once(c, w)) {
        w.row.remote.clear(); // nobody was given its link
        auto ended = co_await c.target.steps()->revoke_job(w.link->target, job->job.id);
        if (!ended) w.failed += "; " + ended.error().detail;
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
        has_job(c, w, job->job, whose::made);
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
