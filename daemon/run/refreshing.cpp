#include "daemon/run/refreshing.hpp"

#include "daemon/run/operations.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/sharing.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"
#include "mapping/shown_members.hpp"

#include <algorithm>
#include <set>

namespace idferry::daemon::run {

namespace {

// What one pass over the target's list of a type gathers.
struct pass
{
    const type_settings& type;
    std::set<std::pair<std::string, std::string>> not_kept; // key, path
    std::set<std::string> seen;                             // keys of links whose resource is there
    std::vector<state::link> without_members;               // groups that the list shows without their members
};

// Members that we wrote and that are not there any more.
outcome<void> compare_members(const cycle_context& c, const mapping::resource_type& type, const state::link& link,
                              const connectors::remote_resource& remote, drift& out)
{
    auto written = c.state.members_of(c.scope(type), link.key);
    const auto of = c.scope(*mapping::find_resource_type(type.members));
    if (!written) return state_error(written.error());
    const auto there = members_in(remote.body);
    reconcile::change change;
    change.type = &type;
    change.what = state::operation::members;
    change.why = reconcile::situation::drifted;
    change.key = link.key;
    change.label = link.label;
    change.target = link.target;
    for (const auto& person : *written) {
        auto user = c.state.find_link(of, person);
        if (!user) return state_error(user.error());
        if (*user && !there.contains((*user)->target.text())) change.add.push_back({person, (*user)->label});
    }
    if (!change.add.empty()) out.changes.push_back(std::move(change));
    return {};
}

outcome<void> compare(const cycle_context& c, const connectors::remote_resource& remote, pass& p, drift& out)
{
    const auto& type = p.type;
    auto link = c.state.find_link_by_target(c.scope(*type.type), remote.id);
    if (!link) return state_error(link.error());
    if (!*link) return {}; // not ours
    p.seen.insert((*link)->key.text());
    auto ours = leave_to_others(c, type, **link);
    if (!ours) return ours.error();
    if (!*ours) return {};
    reconcile::change change;
    change.type = type.type;
    change.what = state::operation::update;
    change.why = reconcile::situation::drifted;
    change.key = (*link)->key;
    change.label = (*link)->label;
    change.target = remote.id;
    change.desired = (*link)->desired;
    change.source_groups = (*link)->source_groups;
    auto resolved = resolve_links(c, change, type.rules->rules());
    if (!resolved) return {};
    const bool left = (*link)->step == state::leave_step::deactivated;
    if (left) {
        // A leaver is held to one thing only: staying switched off.
        if (type.leave.action == leave_action::keep) return {};
        std::erase_if(resolved->attributes, [](const auto& a) { return a.path != "active"; });
        change.what = state::operation::deactivate;
        change.leave_due = (*link)->leave_due;
    }
    change.deltas = mapping::diff_with_resource(*resolved, remote.body, c.target.profile().of(type.type->name));
    std::erase_if(change.deltas, [&](const auto& d) { return p.not_kept.contains({change.key.text(), d.path}); });
    for (auto& d : change.deltas) d.rule += d.rule.empty() ? "changed at the target" : " (changed at the target)";
    const auto why_not = protected_by(c.sync, remote.body);
    if (!change.deltas.empty() && why_not) {
        reconcile::note n;
        n.what = reconcile::note::kind::protect;
        n.type = type.type;
        n.key = change.key;
        n.label = change.label;
        n.text = "differs at the target, and is left alone: " + *why_not;
        out.notes.push_back(std::move(n));
    }
    if (why_not) return {};
    if (!change.deltas.empty()) out.changes.push_back(change);
    if (left || !type.type->has_members || !type.rules->maps_members()) return {};
    if (!mapping::shows_members(c.target.profile().of(type.type->name)))
        return {}; // nobody can see what became of them
    if (remote.body.contains("members")) return compare_members(c, *type.type, **link, remote, out);
    p.without_members.push_back(**link);
    return {};
}

// Many lists leave members out; only the group's own record can tell then.
boost::asio::awaitable<outcome<void>> compare_unlisted_members(cycle_context c, const pass& p, drift& out)
{
    for (const auto& link : p.without_members) {
        auto written = c.state.members_of(c.scope(*p.type.type), link.key);
        if (!written) co_return state_error(written.error());
        if (written->empty()) continue;
        auto remote = co_await c.target.read(*p.type.type, link.target);
        if (!remote) {
            if (remote.error().next == connectors::disposition::not_found) continue; // the next refresh tells
            co_return target_error(c, remote.error());
        }
        if (auto done = compare_members(c, *p.type.type, link, *remote, out); !done) co_return done.error();
    }
    co_return outcome<void>{};
}

} // namespace

boost::asio::awaitable<outcome<drift>> find_drift(cycle_context c)
{
    drift out;
    for (const auto& type : c.sync.types) {
        auto rows = c.state.all_not_kept(c.scope(*type.type));
        if (!rows) co_return state_error(rows.error());
        pass p{type, {}, {}, {}};
        for (const auto& row : *rows) p.not_kept.emplace(row.key.text(), row.path);
        std::optional<cycle_error> failed;
        c.shown.begin("reading the target", 0);
        std::uint64_t read = 0;
        const std::function<void(connectors::remote_resource)> each = [&](connectors::remote_resource remote) {
            c.shown.at(++read);
            if (failed) return;
            if (auto done = compare(c, remote, p, out); !done) failed = done.error();
        };
        auto end = co_await c.target.list(*type.type, each);
        c.shown.end();
        if (!end) co_return target_error(c, end.error());
        if (failed) co_return *failed;
        auto compared = co_await compare_unlisted_members(c, p, out);
        if (!compared) co_return compared.error();
        if (!end->complete) {
            reconcile::note n;
            n.type = type.type;
            n.label = std::string(type.type->section);
            n.text = "the target's list could not be read completely (" + end->why + "): drift may be missing";
            out.notes.push_back(std::move(n));
            continue;
        }
        auto scanned = c.state.for_each_link(c.scope(*type.type), [&](const state::link& link) {
            if (p.seen.contains(link.key.text())) return;
            reconcile::note n;
            n.what = reconcile::note::kind::drift;
            n.type = type.type;
            n.key = link.key;
            n.label = link.label;
            n.text = "its linked resource " + link.target.text() +
                     " is gone at the target; it is not created again by itself";
            out.notes.push_back(std::move(n));
        });
        if (!scanned) co_return state_error(scanned.error());
    }
    co_return out;
}

} // namespace idferry::daemon::run
