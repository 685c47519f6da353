#include "daemon/run/operations.hpp"

#include "daemon/reconcile/push_order.hpp"
#include "daemon/run/protection.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

using kind = operation_outcome::kind;

// Everything an operation works with; lives for that operation.
struct job
{
    cycle_context c;
    const reconcile::plan& plan;
    const reconcile::change& change;
    const type_settings& type;
    const mapping::type_profile& profile;

    state::scope_key scope() const { return c.scope(*change.type); }
};

operation_outcome finished(kind what, std::string text)
{
    operation_outcome o;
    o.what = what;
    o.text = std::move(text);
    return o;
}

state::audit_entry audit(const job& j, const mapping::target_id& target, std::string result)
{
    state::audit_entry a;
    a.when = j.c.time.now();
    a.scope = j.scope();
    a.key = j.change.key;
    a.target = target;
    a.label = j.change.label;
    a.what = j.change.what;
    a.outcome = std::move(result);
    return a;
}

mapping::json parsed_object(const std::string& text)
{
    mapping::json out;
    mapping::json_error error;
    if (!mapping::parse_json(text, out, error) || !out.is_object()) out = mapping::json::object();
    return out;
}

std::string deltas_text(const std::vector<mapping::attribute_delta>& deltas, bool new_side)
{
    auto out = mapping::json::object();
    for (const auto& d : deltas)
        if (const auto& v = new_side ? d.new_value : d.old_value) out[d.path] = *v;
    return mapping::to_text(out);
}

// Whatever the source says next, this resource is looked at again: what its target holds is not what its digest stands
// for.
state::put_input wait(const job& j)
{
    return {j.scope(), {j.change.key, {}, state::input_status::waiting}};
}

// What the next cycle needs to do for this operation's resource once it is done.
state::put_input read_as(const job& j, bool whole, state::input_status as)
{
    if (!whole) return wait(j);
    return {j.scope(), {j.change.key, j.change.input, as}};
}

operation_outcome reject(const job& j, std::string why, std::vector<state::update> also = {})
{
    operation_outcome o;
    o.what = kind::rejected;
    o.text = why;
    state::reject r;
    r.scope = j.scope();
    r.key = j.change.key;
    r.label = j.change.label;
    r.what = j.change.what;
    r.error = why;
    r.first = j.c.time.now();
    r.next_try = r.first;
    o.updates = std::move(also);
    o.updates.push_back(wait(j));
    o.updates.push_back(state::put_reject{std::move(r)});
    o.updates.push_back(state::append_audit{audit(j, j.change.target, "rejected: " + why)});
    return o;
}

// A failure that is not this operation's own business.
operation_outcome failed(const job& j, const connectors::failure& f)
{
    using connectors::disposition;
    switch (f.next) {
    case disposition::stop: return finished(kind::stop, f.detail);
    case disposition::retry: return finished(kind::deferred, f.detail);
    case disposition::reject:
    case disposition::conflict:
    case disposition::not_found: return reject(j, f.detail);
    }
    return reject(j, f.detail);
}

// Records the link, and what the target did not keep. Access is never lost silently: there it is a reject.
operation_outcome kept(const job& j, const connectors::remote_resource& now, const mapping::desired_resource& sent,
                       state::link link)
{
    const auto different = mapping::diff_with_resource(sent, now.body, j.profile);
    std::vector<state::not_kept> rows;
    std::string lost_access;
    auto known = parsed_object(link.desired);
    for (const auto& d : different) {
        const auto text = [](const std::optional<mapping::json>& v) {
            return v ? mapping::to_text(*v) : std::string("null");
        };
        for (const char* critical : {"active", "roles", "entitlements"})
            if (d.path == critical || d.path.starts_with(std::string(critical) + ".")) {
                lost_access += fmt::format("{}{}: {} was sent, the target kept {}", lost_access.empty() ? "" : "; ",
                                           d.path, text(d.new_value), text(d.old_value));
                // What is there counts as known: the difference stays in every plan until the target keeps it.
                known[d.path] = d.old_value ? *d.old_value : mapping::json();
            }
        rows.push_back({j.change.key, d.path, text(d.new_value), text(d.old_value)});
    }
    link.target = now.id;
    link.target_version = now.version;
    if (!lost_access.empty()) link.desired = mapping::to_text(known);
    std::vector<state::update> updates;
    updates.push_back(state::put_link{j.scope(), std::move(link)});
    updates.push_back(state::put_not_kept{j.scope(), j.change.key,
                                          lost_access.empty() ? std::move(rows) : std::vector<state::not_kept>{}});
    if (!lost_access.empty()) return reject(j, "access is not as it should be: " + lost_access, std::move(updates));

    operation_outcome o;
    o.what = kind::done;
    o.updates = std::move(updates);
    o.updates.push_back(read_as(j, j.change.record_input, state::input_status::linked));
    o.updates.push_back(state::clear_reject{j.scope(), j.change.key});
    auto entry = audit(j, now.id, "done");
    const auto& deltas = j.change.deltas;
    entry.before = j.change.what == state::operation::create ? "" : deltas_text(deltas, false);
    entry.after = j.change.what == state::operation::create ? j.change.desired : deltas_text(deltas, true);
    o.updates.push_back(state::append_audit{std::move(entry)});
    return o;
}

// An operation that did not come about as it was meant leaves the link in the step where it was.
operation_outcome in_step_with(const state::link& before, operation_outcome o)
{
    if (o.what != kind::rejected) return o;
    for (auto& u : o.updates)
        if (auto* put = std::get_if<state::put_link>(&u)) {
            put->value.step = before.step;
            put->value.leave_due = before.leave_due;
            put->value.source_groups = before.source_groups;
        }
    return o;
}

state::link new_link(const job& j, state::link_owner owner, const mapping::desired_resource& desired)
{
    state::link link;
    link.key = j.change.key;
    link.desired = j.change.desired;
    link.match_values = match_values_of(*j.type.rules, desired);
    link.label = j.change.label;
    link.owner = owner;
    link.first_seen = link.last_changed = j.c.time.now();
    link.source_groups = j.change.source_groups;
    return link;
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
    r.changed = std::move(changed);
    r.current = std::move(current);
    auto written = co_await j.c.target.update(std::move(r));
    if (!written) co_return failed(j, written.error());
    co_return kept(j, *written, desired, std::move(link));
}

boost::asio::awaitable<operation_outcome> create(job j)
{
    auto resolved = resolve_links(j.c, j.change, j.type.rules->rules());
    if (!resolved) co_return reject(j, resolved.error().message);
    const auto match = match_values_of(*j.type.rules, *resolved);
    // Twice at most: a lost answer is looked up before anything is sent again.
    for (int attempt = 1;; ++attempt) {
        connectors::write_request r(*j.change.type);
        r.desired = *resolved;
        auto created = co_await j.c.target.create(std::move(r));
        if (created) co_return kept(j, *created, *resolved, new_link(j, state::link_owner::created, *resolved));
        const auto f = created.error();
        const bool taken = f.next == connectors::disposition::conflict;
        if (!taken && !f.outcome_unknown) co_return failed(j, f);
        auto existing = co_await look_up(j.c, j.type, j.change.key, j.change.desired, match);
        if (!existing) co_return failed(j, existing.error());
        if (!existing->why_not.empty()) co_return reject(j, fmt::format("{}; {}", f.detail, existing->why_not));
        const auto owner = taken ? state::link_owner::adopted : state::link_owner::created;
        if (existing->found) co_return co_await adopt_over(j, std::move(*existing->found), *resolved, owner);
        if (taken || attempt == 2) co_return failed(j, f);
    }
}

boost::asio::awaitable<operation_outcome> adopt(job j)
{
    auto resolved = resolve_links(j.c, j.change, j.type.rules->rules());
    if (!resolved) co_return reject(j, resolved.error().message);
    if (j.change.deltas.empty()) {
        // Nothing differs: the link is all there is to write.
        auto o = finished(kind::done, "");
        auto link = new_link(j, state::link_owner::adopted, *resolved);
        link.target = j.change.target;
        o.updates = {state::put_link{j.scope(), std::move(link)}, state::clear_reject{j.scope(), j.change.key},
                     state::append_audit{audit(j, j.change.target, "done")}};
        o.updates.push_back(read_as(j, j.change.record_input, state::input_status::linked));
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
    auto known = parsed_object(j.change.desired);
    for (const auto& path : detour) {
        const auto there = mapping::value_at(now.body, path);
        known[path] = there ? *there : mapping::json();
    }
    link.desired = mapping::to_text(known);
    auto o = finished(kind::done, "temporary value written");
    o.updates = {state::put_link{j.scope(), std::move(link)}, wait(j)};
    return o;
}

boost::asio::awaitable<operation_outcome> update(job j, std::vector<std::string> detour)
{
    auto link = j.c.state.find_link(j.scope(), j.change.key);
    if (!link) co_return finished(kind::stop, link.error().message);
    if (!*link) co_return reject(j, "its link is gone from state");
    auto current = co_await j.c.target.read(*j.change.type, j.change.target);
    if (!current) {
        if (current.error().next == connectors::disposition::not_found)
            co_return reject(
                j,
                fmt::format("its linked resource {} is gone at the target (drift); it is not created again by itself",
                            j.change.target.text()));
        co_return failed(j, current.error());
    }
    if (auto why = protected_by(j.c.sync, current->body))
        co_return finished(kind::left_alone, "is left alone: " + *why);
    auto resolved = resolve_links(j.c, j.change, j.type.rules->rules());
    if (!resolved) co_return reject(j, resolved.error().message);
    auto desired = *resolved;
    // What is only for creation, or only for what is empty, is not written over what is there.
    std::erase_if(desired.attributes, [&](const auto& a) {
        return a.apply != mapping::apply_mode::always && std::none_of(j.change.deltas.begin(), j.change.deltas.end(),
                                                                      [&](const auto& d) { return d.path == a.path; });
    });
    if (j.change.returning && !desired.find("active")) {
        mapping::desired_attribute back;
        back.path = "active";
        back.value = true;
        desired.attributes.insert(desired.attributes.begin(), std::move(back));
    }
    connectors::write_request r(*j.change.type);
    r.id = j.change.target;
    r.desired = desired;
    r.changed = j.change.deltas;
    r.current = std::move(*current);
    for (auto& a : r.desired.attributes)
        if (std::find(detour.begin(), detour.end(), a.path) != detour.end())
            a.value = reconcile::temporary_value(a.value, j.change.key.text());
    // A target that patches gets the same values: links resolved, temporary ones in a detour.
    for (auto& d : r.changed)
        for (const auto& a : r.desired.attributes)
            if (a.path == d.path) d.new_value = a.value;
    auto written = co_await j.c.target.update(std::move(r));
    if (!written) co_return failed(j, written.error());
    if (!detour.empty()) co_return half_way(j, **link, *written, detour);
    auto next = **link;
    next.desired = j.change.desired;
    next.label = j.change.label;
    next.match_values = match_values_of(*j.type.rules, *resolved);
    next.last_changed = j.c.time.now();
    next.step = state::leave_step::none;
    next.leave_due.reset();
    next.source_groups =
        j.change.source_groups.empty() && !j.change.record_input ? next.source_groups : j.change.source_groups;
    co_return in_step_with(**link, kept(j, *written, desired, std::move(next)));
}

operation_outcome gone(const job& j)
{
    auto o = finished(kind::done, "");
    o.updates = {state::append_audit{audit(j, j.change.target, "done")}, state::remove_link{j.scope(), j.change.key},
                 state::clear_reject{j.scope(), j.change.key}};
    if (j.change.record_input)
        o.updates.push_back(
            state::put_input{j.scope(), {j.change.key, j.change.input, state::input_status::out_of_scope}});
    return o;
}

boost::asio::awaitable<operation_outcome> deactivate(job j)
{
    auto link = j.c.state.find_link(j.scope(), j.change.key);
    if (!link) co_return finished(kind::stop, link.error().message);
    if (!*link) co_return reject(j, "its link is gone from state");
    auto current = co_await j.c.target.read(*j.change.type, j.change.target);
    if (!current) {
        if (current.error().next == connectors::disposition::not_found) co_return gone(j);
        co_return failed(j, current.error());
    }
    if (auto why = protected_by(j.c.sync, current->body))
        co_return finished(kind::left_alone, "left, and is left alone: " + *why);
    mapping::desired_attribute off;
    off.path = "active";
    off.value = false;
    connectors::write_request r(*j.change.type);
    r.id = j.change.target;
    r.desired.attributes = {off};
    r.changed = j.change.deltas;
    r.current = std::move(*current);
    const auto desired = r.desired;
    auto written = co_await j.c.target.update(std::move(r));
    if (!written) co_return failed(j, written.error());
    auto next = **link;
    auto known = parsed_object(next.desired);
    known["active"] = false;
    next.desired = mapping::to_text(known);
    next.last_changed = j.c.time.now();
    next.step = state::leave_step::deactivated;
    next.leave_due = j.change.leave_due;
    next.source_groups.clear();
    auto o = in_step_with(**link, kept(j, *written, desired, std::move(next)));
    if (o.what != kind::done) co_return o;
    std::erase_if(o.updates, [](const auto& u) { return std::holds_alternative<state::put_input>(u); });
    if (j.change.record_input)
        o.updates.push_back(
            state::put_input{j.scope(), {j.change.key, j.change.input, state::input_status::out_of_scope}});
    else
        o.updates.push_back(state::forget_input{j.scope(), j.change.key});
    co_return o;
}

boost::asio::awaitable<operation_outcome> remove(job j)
{
    auto current = co_await j.c.target.read(*j.change.type, j.change.target);
    if (!current) {
        if (current.error().next == connectors::disposition::not_found) co_return gone(j);
        co_return failed(j, current.error());
    }
    if (auto why = protected_by(j.c.sync, current->body))
        co_return finished(kind::left_alone, "left, and is left alone: " + *why);
    auto removed = co_await j.c.target.remove(*j.change.type, j.change.target);
    if (!removed) co_return failed(j, removed.error());
    co_return gone(j);
}

// Target ids of people who are at the target; those who are not (rejected in this push) are left out, and come later.
std::vector<mapping::target_id> member_ids(const job& j, const std::vector<reconcile::member_change>& people,
                                           std::vector<mapping::source_key>& known)
{
    std::vector<mapping::target_id> out;
    for (const auto& m : people) {
        auto link = j.c.state.find_link(j.c.scope(mapping::user_type), m.person);
        if (!link || !*link) continue;
        out.push_back((*link)->target);
        known.push_back(m.person);
    }
    return out;
}

boost::asio::awaitable<operation_outcome> members(job j)
{
    auto link = j.c.state.find_link(j.scope(), j.change.key);
    if (!link) co_return finished(kind::stop, link.error().message);
    if (!*link) co_return finished(kind::deferred, "the group is not at the target yet");
    auto current = co_await j.c.target.read(*j.change.type, (*link)->target);
    if (!current) {
        if (current.error().next == connectors::disposition::not_found)
            co_return reject(j,
                             fmt::format("its linked group {} is gone at the target (drift)", (*link)->target.text()));
        co_return failed(j, current.error());
    }
    if (auto why = protected_by(j.c.sync, current->body))
        co_return finished(kind::left_alone, "is left alone: " + *why);
    connectors::members_request r;
    std::vector<mapping::source_key> added, removed;
    r.group = (*link)->target;
    r.add = member_ids(j, j.change.add, added);
    r.remove = member_ids(j, j.change.remove, removed);
    r.current = std::move(*current);
    const auto wanted = r;
    auto written = co_await j.c.target.set_members(std::move(r));
    if (!written) co_return failed(j, written.error());

    // What the target says now decides: a membership is access, and access is never taken as given.
    std::vector<std::string> there;
    if (const auto m = written->body.find("members"); m != written->body.end() && m->is_array())
        for (const auto& one : *m)
            if (one.is_object() && one.contains("value") && one["value"].is_string())
                there.push_back(one["value"].get<std::string>());
    std::sort(there.begin(), there.end());
    std::uint64_t wrong = 0;
    for (const auto& id : wanted.add) wrong += !std::binary_search(there.begin(), there.end(), id.text());
    for (const auto& id : wanted.remove) wrong += std::binary_search(there.begin(), there.end(), id.text());
    if (wrong > 0)
        co_return reject(j, fmt::format("{} of {} memberships are not as they were sent", wrong,
                                        wanted.add.size() + wanted.remove.size()));

    auto o = finished(kind::done, "");
    // People without a link any more are no members of ours either.
    std::vector<mapping::source_key> all_removed;
    for (const auto& m : j.change.remove) all_removed.push_back(m.person);
    const bool whole = added.size() == j.change.add.size();
    o.updates = {state::change_members{j.scope(), j.change.key, std::move(added), std::move(all_removed)},
                 state::clear_reject{j.scope(), j.change.key}};
    o.updates.push_back(read_as(j, j.change.record_input && whole, state::input_status::linked));
    auto entry = audit(j, (*link)->target, "done");
    auto list = mapping::json::object();
    for (const auto& m : j.change.add) list["add"].push_back(m.person.text());
    for (const auto& m : j.change.remove) list["remove"].push_back(m.person.text());
    entry.after = mapping::to_text(list);
    o.updates.push_back(state::append_audit{std::move(entry)});
    co_return o;
}

} // namespace

boost::asio::awaitable<operation_outcome> carry_out(cycle_context c, const reconcile::plan& plan,
                                                    const reconcile::change& change, std::vector<std::string> detour)
{
    job j{c, plan, change, *c.sync.find(*change.type), c.target.profile().of(change.type->name)};
    switch (change.what) {
    case state::operation::create: co_return co_await create(j);
    case state::operation::adopt: co_return co_await adopt(j);
    case state::operation::update: co_return co_await update(j, std::move(detour));
    case state::operation::deactivate: co_return co_await deactivate(j);
    case state::operation::remove: co_return co_await remove(j);
    case state::operation::members: co_return co_await members(j);
    }
    co_return finished(kind::deferred, "unknown operation");
}

} // namespace idferry::daemon::run
