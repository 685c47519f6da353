#include "daemon/run/operations.hpp"

#include "daemon/reconcile/push_order.hpp"
#include "daemon/run/operation_ends.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/sharing.hpp"
#include "daemon/run/step_actions.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

using kind = operation_outcome::kind;

namespace {

// Takes the target resource for this operation; or says who has it.
std::optional<std::string> claimed_by_another(const job& j, const mapping::target_id& id)
{
    const auto other = j.claims.claim(*j.change.type, id, j.change.key);
    if (!other) return std::nullopt;
    return fmt::format("the target resource {} was given to {} in this push", id.text(), *other);
}

// What is only for creation, or only for what is empty, is not written over what is there.
void leave_what_is_there(mapping::desired_resource& desired, const std::vector<mapping::attribute_delta>& changed)
{
    std::erase_if(desired.attributes, [&](const auto& a) {
        return a.apply != mapping::apply_mode::always &&
               std::none_of(changed.begin(), changed.end(), [&](const auto& d) { return d.path == a.path; });
    });
}

boost::asio::awaitable<operation_outcome> adopt_over(job j, connectors::remote_resource current,
                                                     mapping::desired_resource desired, state::link_owner owner)
{
    if (auto why = protected_by(j.c.sync, current.body))
        co_return finished(kind::left_alone, "exists at the target and is left alone: " + *why);
    auto changed = mapping::diff_with_resource(desired, current.body, j.profile);
    auto link = new_link(j, owner, desired);
    if (changed.empty()) co_return kept(j, current, desired, std::move(link));
    connectors::write_request r(*j.change.type);
    r.id = current.id;
    r.desired = desired;
    leave_what_is_there(r.desired, changed);
    r.changed = std::move(changed);
    r.current = std::move(current);
    // A target that may not undo what was done there can tell this from a change at the source.
    for (auto& d : r.changed) d.rule += d.rule.empty() ? "found at the target" : " (found at the target)";
    auto written = co_await j.c.target.update(std::move(r));
    if (!written) co_return failed(j, written.error());
    co_return kept(j, *written, desired, std::move(link));
}

// Made, as the target said, and not there to be seen: the next cycle looks for it before anything else. What is there
// and cannot be understood is linked, with nothing known of it, and is that person's trouble alone.
operation_outcome not_seen_yet(const job& j, const connectors::failure& f, const mapping::desired_resource& desired)
{
    using connectors::disposition;
    if (f.next == disposition::reject && !f.created->empty()) {
        auto link = new_link(j, state::link_owner::created, desired);
        link.target = mapping::target_id(*f.created);
        link.desired = "{}";
        return reject(j, f.detail, {state::put_link{j.scope(), std::move(link)}});
    }
    auto o = finished(f.next == disposition::stop ? kind::stop : kind::deferred, f.detail);
    o.credentials = o.what == kind::stop && refuses_credentials(f);
    o.made = mapping::target_id(*f.created);
    return o;
}

boost::asio::awaitable<operation_outcome> create(job j)
{
    auto resolved = resolve_links(j.c, j.change, j.type.rules->rules());
    if (!resolved) co_return reject_for_now(j, resolved.error().message);
    const auto match = match_values_of(*j.type.rules, *resolved);
    // Twice at most: a lost answer is looked up before anything is sent again. What was answered as done is sent once:
    // it may show late, and the intent remembers its id.
    for (int attempt = 1;; ++attempt) {
        connectors::write_request r(*j.change.type);
        r.desired = *resolved;
        auto created = co_await j.c.target.create(std::move(r));
        if (created) co_return kept(j, *created, *resolved, new_link(j, state::link_owner::created, *resolved));
        const auto f = created.error();
        const bool taken = f.next == connectors::disposition::conflict;
        if (!taken && !f.outcome_unknown) co_return failed(j, f);
        const bool unseen = f.created.has_value();
        auto existing = co_await look_up(j.c, j.type, j.change.key, j.change.desired, match);
        if (unseen && (!existing || (!existing->found && existing->why_not.empty())))
            co_return not_seen_yet(j, f, *resolved);
        if (!existing) co_return failed(j, existing.error());
        if (!existing->why_not.empty()) co_return reject(j, fmt::format("{}; {}", f.detail, existing->why_not));
        if (existing->found) {
            if (auto other = claimed_by_another(j, existing->found->id))
                co_return reject(j, fmt::format("{}; {}", f.detail, *other));
            // The second time the name is taken by what the first one made, late.
            const bool another = unseen && !f.created->empty() && *f.created != existing->found->id.text();
            const auto owner =
                another || (taken && attempt == 1) ? state::link_owner::adopted : state::link_owner::created;
            co_return co_await adopt_over(j, std::move(*existing->found), *resolved, owner);
        }
        if (taken || attempt == 2) co_return failed(j, f);
    }
}

// The link alone, once another type's push has made what it is about.
boost::asio::awaitable<operation_outcome> link_to_what_was_made(job j)
{
    auto resolved = resolve_links(j.c, j.change, j.type.rules->rules());
    if (!resolved) co_return reject_for_now(j, resolved.error().message);
    auto match = match_values_of(*j.type.rules, *resolved);
    auto made = co_await look_up(j.c, j.type, j.change.key, j.change.desired, std::move(match));
    if (!made) co_return failed(j, made.error());
    if (!made->why_not.empty()) co_return reject_for_now(j, made->why_not);
    if (!made->found)
        co_return reject_for_now(
            j, fmt::format("the target has none named '{}': create it there, or promote it, first", j.change.label));
    auto o = finished(kind::done, "");
    auto link = new_link(j, state::link_owner::adopted, *resolved);
    link.target = made->found->id;
    o.updates = {state::put_link{j.scope(), std::move(link)}, state::clear_reject{j.scope(), j.change.key},
                 state::append_audit{audit(j, made->found->id, "done")}};
    o.updates.push_back(read_as(j, j.change.record_input, state::input_status::linked));
    co_return o;
}

boost::asio::awaitable<operation_outcome> adopt(job j)
{
    if (j.change.target.empty()) co_return co_await link_to_what_was_made(j);
    if (auto other = claimed_by_another(j, j.change.target)) co_return reject_for_now(j, *other);
    auto resolved = resolve_links(j.c, j.change, j.type.rules->rules());
    if (!resolved) co_return reject_for_now(j, resolved.error().message);
    if (j.change.deltas.empty()) {
        // Nothing differs: the link is all there is to write.
        auto o = finished(kind::done, "");
        auto link = new_link(j, state::link_owner::adopted, *resolved);
        link.target = j.change.target;
        o.updates = {state::put_link{j.scope(), std::move(link)}, state::clear_reject{j.scope(), j.change.key},
                     state::append_audit{audit(j, j.change.target, "done")}};
        o.updates.push_back(read_as(j, j.change.record_input, state::input_status::linked));
        auto adopted = std::get<state::put_link>(o.updates.front()).value;
        auto wanted = want_steps_of(j.c, j.type, j.change, adopted, o.updates);
        if (!wanted) co_return finished(kind::stop, wanted.error().message);
        co_return o;
    }
    auto current = co_await j.c.target.read(*j.change.type, j.change.target);
    if (!current) co_return failed(j, current.error());
    co_return co_await adopt_over(j, std::move(*current), std::move(*resolved), state::link_owner::adopted);
}

// The first half of a swap: state knows what is there, in case the second half never comes.
operation_outcome half_way(const job& j, state::link link, const connectors::remote_resource& now,
                           const std::vector<std::string>& detour)
{
    auto known = mapping::object_of(j.change.desired);
    for (const auto& path : detour) {
        const auto there = mapping::value_at(now.body, path);
        known[path] = there ? *there : mapping::json();
    }
    link.desired = mapping::to_text(known);
    auto o = finished(kind::done, "temporary value written");
    o.updates = {state::put_link{j.scope(), std::move(link)}, wait(j)};
    return o;
}

operation_outcome gone(const job& j)
{
    auto o = finished(kind::done, "");
    o.updates = {state::append_audit{audit(j, j.change.target, "done")}, state::remove_link{j.scope(), j.change.key},
                 state::clear_reject{j.scope(), j.change.key}};
    forget_leavers_of_others(j.c, *j.change.type, j.change.target, o.updates);
    if (j.change.record_input) o.updates.push_back(read_as(j, true, state::input_status::out_of_scope));
    return o;
}

operation_outcome drifted(const job& j)
{
    return reject(j,
                  fmt::format("its linked resource {} is gone at the target (drift); it is not created again by itself",
                              j.change.target.text()));
}

// A linked resource right before it is written; or, in `end`, why nothing is to be written.
struct linked_resource
{
    std::optional<operation_outcome> end;
    state::link link;
    connectors::remote_resource current;
};

boost::asio::awaitable<linked_resource> read_linked(job j, operation_outcome (*when_missing)(const job&))
{
    linked_resource out;
    auto link = j.c.state.find_link(j.scope(), j.change.key);
    if (!link) {
        out.end = finished(kind::stop, link.error().message);
        co_return out;
    }
    if (!*link) {
        out.end = reject_for_now(j, "its link is gone from state");
        co_return out;
    }
    out.link = std::move(**link);
    auto current = co_await j.c.target.read(*j.change.type, j.change.target);
    if (!current) {
        const bool missing = current.error().next == connectors::disposition::not_found;
        out.end = missing ? when_missing(j) : failed(j, current.error());
        co_return out;
    }
    out.current = std::move(*current);
    if (auto why = protected_by(j.c.sync, out.current.body)) out.end = left_alone(j, out.link, *why);
    co_return out;
}

boost::asio::awaitable<operation_outcome> update(job j, std::vector<std::string> detour)
{
    auto now = co_await read_linked(j, drifted);
    if (now.end) co_return std::move(*now.end);
    auto resolved = resolve_links(j.c, j.change, j.type.rules->rules());
    if (!resolved) co_return reject_for_now(j, resolved.error().message);
    auto desired = *resolved;
    const auto& deltas = j.change.deltas;
    leave_what_is_there(desired, deltas);
    if (j.change.returning && !desired.find("active") &&
        std::any_of(deltas.begin(), deltas.end(), [](const auto& d) { return d.path == "active"; })) {
        mapping::desired_attribute back;
        back.path = "active";
        back.value = true;
        desired.attributes.insert(desired.attributes.begin(), std::move(back));
    }
    connectors::write_request r(*j.change.type);
    r.id = j.change.target;
    r.desired = desired;
    r.changed = j.change.deltas;
    r.current = std::move(now.current);
    for (auto& a : r.desired.attributes)
        if (std::find(detour.begin(), detour.end(), a.path) != detour.end())
            a.value = reconcile::temporary_value(a.value, j.change.key.text());
    // A target that patches gets the same values: links resolved, temporary ones in a detour.
    for (auto& d : r.changed)
        for (const auto& a : r.desired.attributes)
            if (a.path == d.path) d.new_value = a.value;
    auto written = co_await j.c.target.update(std::move(r));
    if (!written) co_return failed(j, written.error());
    if (!detour.empty()) co_return half_way(j, now.link, *written, detour);
    auto next = now.link;
    next.desired = j.change.desired;
    next.label = j.change.label;
    if (auto match = match_values_of(*j.type.rules, *resolved); match != "{}") next.match_values = std::move(match);
    next.last_changed = j.c.time.now();
    next.step = state::leave_step::none;
    next.leave_due.reset();
    next.left_alone.clear();
    next.source_groups =
        j.change.source_groups.empty() && !j.change.record_input ? next.source_groups : j.change.source_groups;
    co_return in_step_with(now.link, kept(j, *written, desired, std::move(next)));
}

boost::asio::awaitable<operation_outcome> deactivate(job j)
{
    auto now = co_await read_linked(j, gone);
    if (now.end) co_return std::move(*now.end);
    mapping::desired_attribute off;
    off.path = "active";
    off.value = false;
    connectors::write_request r(*j.change.type);
    r.id = j.change.target;
    r.desired.attributes = {off};
    r.changed = j.change.deltas;
    r.current = std::move(now.current);
    const auto desired = r.desired;
    first_revocation revoked;
    if (j.type.steps && j.type.steps->revoke == revocation::before && j.c.target.steps()) {
        auto first = co_await revoke_first(j.c, j.type, now.link);
        if (!first) co_return finished(kind::stop, first.error().message);
        revoked = std::move(*first);
    }
    auto written = co_await j.c.target.update(std::move(r));
    if (!written) co_return failed(j, written.error());
    auto next = now.link;
    auto known = mapping::object_of(next.desired);
    known["active"] = false;
    next.desired = mapping::to_text(known);
    next.last_changed = j.c.time.now();
    next.step = state::leave_step::deactivated;
    next.leave_due = j.change.leave_due;
    next.source_groups.clear();
    next.left_alone.clear();
    auto o = in_step_with(now.link, kept(j, *written, desired, std::move(next)));
    if (o.what != kind::done) co_return o;
    std::erase_if(o.updates, [](const auto& u) { return std::holds_alternative<state::put_input>(u); });
    if (j.change.record_input)
        o.updates.push_back(read_as(j, true, state::input_status::out_of_scope));
    else
        o.updates.push_back(state::forget_input{j.scope(), j.change.key});
    std::move(revoked.updates.begin(), revoked.updates.end(), std::back_inserter(o.updates));
    o.step_told = std::move(revoked.told);
    o.step_failed = std::move(revoked.failed);
    co_return o;
}

boost::asio::awaitable<operation_outcome> remove(job j)
{
    auto now = co_await read_linked(j, gone);
    if (now.end) co_return std::move(*now.end);
    auto removed = co_await j.c.target.remove(*j.change.type, j.change.target);
    if (!removed) co_return failed(j, removed.error());
    co_return gone(j);
}

} // namespace

boost::asio::awaitable<operation_outcome> carry_out(cycle_context c, const reconcile::plan& plan,
                                                    const reconcile::change& change, std::vector<std::string> detour,
                                                    push_claims& claims)
{
    job j{c, plan, change, *c.sync.find(*change.type), c.target.profile().of(change.type->name), claims};
    switch (change.what) {
    case state::operation::create: co_return co_await create(j);
    case state::operation::adopt: co_return co_await adopt(j);
    case state::operation::update: co_return co_await update(j, std::move(detour));
    case state::operation::deactivate: co_return co_await deactivate(j);
    case state::operation::remove: co_return co_await remove(j);
    case state::operation::members: co_return co_await change_memberships(j);
    case state::operation::bind_credential:
    case state::operation::revoke_credential: break; // taken in their own time: step_taker.hpp
    }
    co_return finished(kind::deferred, "unknown operation");
}

} // namespace idferry::daemon::run
