#include "daemon/run/operation_ends.hpp"

#include "daemon/run/account_steps.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

namespace idferry::daemon::run {

using kind = operation_outcome::kind;

namespace {

std::string deltas_text(const std::vector<mapping::attribute_delta>& deltas, bool new_side)
{
    auto out = mapping::json::object();
    for (const auto& d : deltas)
        if (const auto& v = new_side ? d.new_value : d.old_value) out[d.path] = *v;
    return mapping::to_text(out);
}

} // namespace

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
    // An update that switches somebody off takes access away like any deactivation, and is counted as one.
    a.what = j.change.switches_off() ? state::operation::deactivate : j.change.what;
    a.outcome = std::move(result);
    return a;
}

state::put_input wait(const job& j)
{
    return {j.scope(), {j.change.key, {}, state::input_status::waiting}};
}

state::put_input read_as(const job& j, bool whole, state::input_status as)
{
    if (!whole) return wait(j);
    return {j.scope(), {j.change.key, j.change.input, as}};
}

operation_outcome reject(const job& j, std::string why, std::vector<state::update> also)
{
    // How often this very attempt was rejected before; state that cannot be read tells at the commit.
    int attempts = 1;
    const auto attempt = attempt_of(j.change);
    if (auto before = j.c.state.rejects(j.c.sync.name, {j.scope().type, j.change.key.text()}); before)
        for (const auto& r : *before)
            if (r.attempt == attempt) attempts = r.attempts + 1;
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
    r.next_try = r.first + waiting_time(attempts, takes_access(j.change));
    r.attempt = attempt;
    o.updates = std::move(also);
    o.updates.push_back(wait(j));
    o.updates.push_back(state::put_reject{std::move(r)});
    o.updates.push_back(state::append_audit{audit(j, j.change.target, "rejected: " + why)});
    return o;
}

operation_outcome reject_for_now(const job& j, std::string why)
{
    auto o = reject(j, std::move(why));
    for (auto& u : o.updates)
        if (auto* put = std::get_if<state::put_reject>(&u)) put->value.next_try = put->value.first;
    return o;
}

operation_outcome left_alone(const job& j, state::link before, const std::string& why)
{
    auto o = finished(kind::left_alone, "is left alone: " + why);
    before.left_alone = why;
    o.updates = {state::put_link{j.scope(), std::move(before)}, wait(j)};
    return o;
}

operation_outcome failed(const job& j, const connectors::failure& f)
{
    using connectors::disposition;
    switch (f.next) {
    case disposition::stop: {
        auto o = finished(kind::stop, f.detail);
        o.credentials = refuses_credentials(f);
        return o;
    }
    case disposition::retry: return finished(kind::deferred, f.detail);
    case disposition::reject:
    case disposition::conflict:
    case disposition::not_found: return reject(j, f.detail);
    }
    return reject(j, f.detail);
}

operation_outcome kept(const job& j, const connectors::remote_resource& now, const mapping::desired_resource& sent,
                       state::link link)
{
    const auto different = mapping::diff_with_resource(sent, now.body, j.profile);
    std::vector<state::not_kept> rows;
    std::string lost_access;
    auto known = mapping::object_of(link.desired);
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
    // Whoever is there without all that is wanted has joined all the same; nobody has left who is not deactivated.
    const bool there = j.change.what == state::operation::create || j.change.what == state::operation::adopt;
    if (lost_access.empty() || (there && known.value("active", mapping::json(true)) != false))
        if (auto wanted = want_steps_of(j.c, j.type, j.change, link, updates); !wanted)
            return finished(kind::stop, wanted.error().message);
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

} // namespace idferry::daemon::run
