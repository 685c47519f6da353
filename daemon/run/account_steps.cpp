#include "daemon/run/account_steps.hpp"

#include "daemon/reconcile/precedence.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace idferry::daemon::run {

namespace {

using state::account_step;

constexpr std::size_t steps_a_cycle = 10'000; // the rest stays due
constexpr std::size_t stuck_told = 5;         // one by one; the others as a number

// Requests that a step may take, for the budget: a read, the credentials, the jobs, a new job.
constexpr int first_job = 1, another_job = 4, a_look = 1, a_revocation = 4;

bool sets_active(const reconcile::change& change, bool value)
{
    return std::any_of(change.deltas.begin(), change.deltas.end(),
                       [&](const auto& d) { return d.path == "active" && d.new_value && *d.new_value == value; });
}

bool is_inactive(const std::string& desired)
{
    const auto all = mapping::object_of(desired);
    const auto active = all.find("active");
    return active != all.end() && *active == false;
}

bool is_for(const join_credential_settings& s, state::link_owner owner)
{
    return owner == state::link_owner::created || s.for_whom == join_credential_settings::who::all;
}

const account_step* of(const std::vector<account_step>& rows, std::string_view name)
{
    for (const auto& r : rows)
        if (r.step == name) return &r;
    return nullptr;
}

account_step new_step(const cycle_context& c, const state::scope_key& scope, const mapping::source_key& key,
                      std::string_view name)
{
    account_step s;
    s.scope = scope;
    s.key = key;
    s.step = name;
    s.status = step_status::wanted;
    s.changed = s.next_look = c.time.now();
    return s;
}

state::put_account_step cancelled(const cycle_context& c, account_step row)
{
    row.status = step_status::cancelled;
    row.note = "left before a credential was bound";
    row.changed = c.time.now();
    row.next_look = account_step::never;
    return {std::move(row)};
}

// What was begun stays: it is looked up first, for it may have taken credentials away.
void forget_unless_begun(const account_step* revoke, std::vector<state::update>& updates)
{
    if (revoke && revoke->status != step_status::begun)
        updates.push_back(state::forget_account_step{revoke->scope, revoke->key, revoke->step});
}

// What a change makes of the person: nothing when nobody joins or leaves by it.
std::optional<step_cause> cause_of(const reconcile::change& change)
{
    using state::operation;
    switch (change.what) {
    case operation::create:
    case operation::adopt: return is_inactive(change.desired) ? std::nullopt : std::optional(step_cause::joined);
    case operation::update:
        if (change.returning) return step_cause::returned;
        return sets_active(change, true) ? std::optional(step_cause::joined) : std::nullopt;
    case operation::deactivate: return step_cause::left;
    default: return std::nullopt;
    }
}

void describe(const account_step_settings& steps, const std::optional<state::link_owner>& owner,
              reconcile::change& change)
{
    const auto cause = cause_of(change);
    if ((cause == step_cause::joined || cause == step_cause::returned) && steps.credential &&
        (!owner || cause == step_cause::returned || is_for(*steps.credential, *owner))) {
        const bool made = change.what == state::operation::create;
        change.steps.push_back(binding_text(*steps.credential) +
                               (made ? "" : ", unless there is a credential or an open job"));
        change.step_requests += made ? first_job : another_job;
    }
    if (cause == step_cause::left && steps.revoke != revocation::never) {
        change.steps.emplace_back(steps.revoke == revocation::before ? "the credentials are revoked first"
                                                                     : "the credentials are revoked after it");
        change.step_requests += a_revocation;
    }
}

class step_planner
{
public:
    step_planner(const cycle_context& c, const type_settings& type, draft& d) : c_(c), type_(type), d_(d) {}

    outcome<void> run()
    {
        for (auto& change : d_.plan.changes) {
            if (change.type != type_.type) continue;
            if (change.is_removal() || cause_of(change)) changing_.insert(change.key.text());
            std::optional<state::link_owner> owner;
            if (change.what == state::operation::adopt) owner = state::link_owner::adopted;
            if (change.what == state::operation::update && cause_of(change)) {
                auto link = c_.state.find_link(scope(), change.key);
                if (!link) return state_error(link.error());
                if (*link) owner = (*link)->owner;
            }
            describe(*type_.steps, owner, change);
        }
        // Back, and without a change: what is wanted of them is recorded with the link.
        for (const auto& [key, label] : d_.back_unchanged) changing_.insert(key);
        const bool by_hand = !d_.rejects->respect_backoff;
        for (const auto& status : {step_status::begun, step_status::wanted, step_status::open}) {
            state::account_step_query due;
            due.status = status;
            if (!by_hand || status == step_status::open) due.due = c_.time.now();
            due.limit = steps_a_cycle;
            auto rows = c_.state.find_account_steps(scope(), due);
            if (!rows) return state_error(rows.error());
            for (auto& row : *rows)
                if (auto done = take(std::move(row)); !done) return done;
        }
        if (auto done = tell_stuck(step_status::given_up, {}); !done) return done;
        if (by_hand) return {};
        if (auto done = tell_stuck(step_status::wanted, c_.time.now()); !done) return done;
        return tell_stuck(step_status::begun, c_.time.now());
    }

private:
    state::scope_key scope() const { return c_.scope(*type_.type); }

    outcome<void> take(account_step row)
    {
        if (changing_.contains(row.key.text())) return {}; // what becomes of it comes with the outcome
        auto link = c_.state.find_link(scope(), row.key);
        if (!link) return state_error(link.error());
        const bool binds = row.step == step_name::bind;
        if (!*link) {
            d_.bookkeeping.push_back(state::forget_account_step{row.scope, row.key, row.step});
            return {};
        }
        const bool gone = (*link)->step != state::leave_step::none;
        if (binds && gone) {
            d_.bookkeeping.push_back(cancelled(c_, std::move(row)));
            return {};
        }
        if (!binds && !gone && row.status != step_status::begun) {
            d_.bookkeeping.push_back(state::forget_account_step{row.scope, row.key, row.step}); // came back in time
            return {};
        }
        // Revoked first, and not switched off yet: that is no return. It waits for the rest, or for the source to show
        // the person again.
        if (!binds && !gone && leaves_later(row)) return {};
        if (binds && !type_.steps->credential) return {};
        if (protection_of(c_, *type_.type, **link, d_)) return {};
        reconcile::due_step step;
        step.type = type_.type;
        step.label = (*link)->label;
        step.writes = row.status != step_status::open;
        step.requests = !binds ? a_revocation : row.status == step_status::open ? a_look : another_job;
        step.text = text_of(row);
        step.known = std::move(row);
        d_.plan.steps.push_back(std::move(step));
        return {};
    }

    // True when this plan does not say that the person is back: nobody was asked, or leaving waits for something.
    bool leaves_later(const account_step& row) const
    {
        using kind = reconcile::note::kind;
        const auto waits = [&](const reconcile::note& n) {
            return n.type == type_.type && n.key == row.key &&
                   (n.what == kind::waiting || n.what == kind::dropped || n.what == kind::withheld ||
                    n.what == kind::leaving || n.what == kind::protect || n.what == kind::reject);
        };
        return d_.hinted || std::any_of(d_.plan.notes.begin(), d_.plan.notes.end(), waits);
    }

    std::string text_of(const account_step& row) const
    {
        const auto why = row.note.empty() ? std::string() : " (" + row.note + ")";
        if (row.step == step_name::revoke)
            return row.status == step_status::begun ? "the credentials are revoked, which was begun and not finished"
                                                    : "the credentials are revoked" + why;
        const auto& s = *type_.steps->credential;
        if (row.status == step_status::open)
            return fmt::format("is asked for: the credential binding job of {} ({} of {}); when it expired unused, {}",
                               time_text(row.changed), row.attempts, s.attempts,
                               row.attempts < s.attempts ? "another one follows" : "none follows");
        if (row.status == step_status::begun) return binding_text(s) + ", which was begun and not finished";
        return binding_text(s) + why;
    }

    // What goes on no further by itself, or not now, is told in every plan.
    outcome<void> tell_stuck(std::string_view status, std::optional<state::time_point> after)
    {
        state::account_step_query query;
        query.status = status;
        query.limit = steps_a_cycle;
        auto rows = c_.state.find_account_steps(scope(), query);
        if (!rows) return state_error(rows.error());
        std::size_t told = 0, more = 0;
        for (const auto& row : *rows) {
            if (after && row.next_look <= *after) continue;
            if (row.step == step_name::bind && !type_.steps->credential) continue; // nobody goes on with it
            if (told == stuck_told) {
                ++more;
                continue;
            }
            ++told;
            auto link = c_.state.find_link(scope(), row.key);
            if (!link) return state_error(link.error());
            const auto label = *link ? (*link)->label : row.key.text();
            add_note(d_, reconcile::note::kind::step, *type_.type, row.key, label,
                     fmt::format("{}; {}", row.note,
                                 after ? fmt::format("tried again at {}", time_text(row.next_look))
                                       : fmt::format("idferry rejects retry {} {} begins again", c_.sync.name.text(),
                                                     row.key.text())));
        }
        if (more == 0) return {};
        reconcile::note rest;
        rest.what = reconcile::note::kind::step;
        rest.text = fmt::format("{} more people have steps that go on no further by themselves: idferry steps {}", more,
                                c_.sync.name.text());
        d_.plan.notes.push_back(std::move(rest));
        return {};
    }

    const cycle_context& c_;
    const type_settings& type_;
    draft& d_;
    std::set<std::string> changing_;
};

} // namespace

bool names_job(const account_step& row)
{
    return row.status == step_status::open || (row.status == step_status::begun && !row.remote.empty());
}

std::string binding_text(const join_credential_settings& s)
{
    return s.delivery == connectors::link_delivery::email ? "a credential binding job by e-mail"
                                                          : "a credential binding job whose link is handed over";
}

outcome<void> want_steps(const cycle_context& c, const type_settings& type, const state::link& link, step_cause why,
                         bool revokes, std::vector<state::update>& updates)
{
    if (!type.steps) return {};
    const auto scope = c.scope(*type.type);
    auto rows = c.state.account_steps_of(scope, link.key);
    if (!rows) return state_error(rows.error());
    const auto* bind = of(*rows, step_name::bind);
    const auto* revoke = of(*rows, step_name::revoke);
    const bool under_way = bind && (bind->status == step_status::open || bind->status == step_status::begun);
    if (why != step_cause::left) {
        forget_unless_begun(revoke, updates);
        // Whose credentials were taken away gets one, whoever made the account.
        const bool is_back = why == step_cause::returned || revoke;
        if (!type.steps->credential || (!is_for(*type.steps->credential, link.owner) && !is_back)) return {};
        auto step = under_way ? *bind : new_step(c, scope, link.key, step_name::bind);
        step.next_look = c.time.now();
        updates.push_back(state::put_account_step{std::move(step)});
        return {};
    }
    if (bind && (under_way || bind->status == step_status::wanted || bind->status == step_status::given_up)) {
        updates.push_back(cancelled(c, *bind));
    }
    const bool seen_to = revoke && (revoke->status == step_status::begun || revoke->status == step_status::done);
    if (revokes && !seen_to && type.steps->revoke != revocation::never)
        updates.push_back(state::put_account_step{new_step(c, scope, link.key, step_name::revoke)});
    return {};
}

outcome<void> forget_revocation(const cycle_context& c, const state::scope_key& scope, const mapping::source_key& key,
                                std::vector<state::update>& updates)
{
    auto rows = c.state.account_steps_of(scope, key);
    if (!rows) return state_error(rows.error());
    forget_unless_begun(of(*rows, step_name::revoke), updates);
    return {};
}

outcome<void> end_leaving(const cycle_context& c, const state::scope_key& scope, const mapping::target_id& target,
                          std::vector<state::update>& updates)
{
    auto link = c.state.find_link_by_target(scope, target);
    if (!link) return state_error(link.error());
    if (!*link || reconcile::holds(**link)) return {};
    if (auto done = forget_revocation(c, scope, (*link)->key, updates); !done) return done;
    if (!(*link)->leave_due) return {};
    (*link)->leave_due.reset();
    updates.push_back(state::put_link{scope, std::move(**link)});
    return {};
}

outcome<void> want_steps_of(const cycle_context& c, const type_settings& type, const reconcile::change& change,
                            const state::link& link, std::vector<state::update>& updates)
{
    const auto cause = type.steps ? cause_of(change) : std::nullopt;
    if (!cause) return {};
    return want_steps(c, type, link, *cause, type.steps->revoke == revocation::after, updates);
}

outcome<void> plan_steps(const cycle_context& c, draft& d)
{
    for (const auto& type : c.sync.types) {
        if (!type.steps) continue;
        step_planner one(c, type, d);
        if (auto done = one.run(); !done) return done;
    }
    return {};
}

state::result<std::vector<state::update>> retry_steps_by_hand(state::store& state, const mapping::sync_name& sync,
                                                              const state::reject_filter& only, state::time_point now)
{
    std::vector<state::update> updates;
    const std::string type(mapping::user_type.name);
    if (!only.type.empty() && only.type != type) return updates;
    const state::scope_key scope{sync, type};
    for (const auto& status : {step_status::given_up, step_status::wanted}) {
        state::account_step_query query;
        query.status = status;
        query.limit = 1'000'000;
        auto rows = state.find_account_steps(scope, query);
        if (!rows) return rows.error();
        for (auto& row : *rows) {
            if (!only.key.empty() && row.key.text() != only.key) continue;
            if (status == step_status::wanted && row.next_look <= now) continue; // is tried by itself
            if (status == step_status::given_up) row.attempts = 0;
            row.status = step_status::wanted;
            row.changed = row.next_look = now;
            updates.emplace_back(state::put_account_step{std::move(row)});
        }
    }
    return updates;
}

} // namespace idferry::daemon::run
