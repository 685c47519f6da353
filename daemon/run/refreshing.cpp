#include "daemon/run/refreshing.hpp"

#include "daemon/run/operations.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>
#include <set>

namespace idferry::daemon::run {

namespace {

// Members that we wrote and that are not there any more.
outcome<void> compare_members(const cycle_context& c, const state::link& link,
                              const connectors::remote_resource& remote, drift& out)
{
    auto written = c.state.members_of(c.scope(mapping::group_type), link.key);
    if (!written) return state_error(written.error());
    std::set<std::string> there;
    if (const auto m = remote.body.find("members"); m != remote.body.end() && m->is_array())
        for (const auto& one : *m)
            if (one.is_object() && one.contains("value") && one["value"].is_string())
                there.insert(one["value"].get<std::string>());
    reconcile::change change;
    change.type = &mapping::group_type;
    change.what = state::operation::members;
    change.why = reconcile::situation::drifted;
    change.key = link.key;
    change.label = link.label;
    change.target = link.target;
    for (const auto& person : *written) {
        auto user = c.state.find_link(c.scope(mapping::user_type), person);
        if (!user) return state_error(user.error());
        if (*user && !there.contains((*user)->target.text())) change.add.push_back({person, (*user)->label});
    }
    if (!change.add.empty()) out.changes.push_back(std::move(change));
    return {};
}

outcome<void> compare(const cycle_context& c, const type_settings& type, const connectors::remote_resource& remote,
                      const std::set<std::pair<std::string, std::string>>& not_kept, std::set<std::string>& seen,
                      drift& out)
{
    auto link = c.state.find_link_by_target(c.scope(*type.type), remote.id);
    if (!link) return state_error(link.error());
    if (!*link) return {}; // not ours
    seen.insert((*link)->key.text());
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
    if ((*link)->step == state::leave_step::deactivated) {
        // A leaver is held to one thing only.
        std::erase_if(resolved->attributes, [](const auto& a) { return a.path != "active"; });
    }
    change.deltas = mapping::diff_with_resource(*resolved, remote.body, c.target.profile().of(type.type->name));
    std::erase_if(change.deltas, [&](const auto& d) { return not_kept.contains({change.key.text(), d.path}); });
    for (auto& d : change.deltas) d.rule += d.rule.empty() ? "changed at the target" : " (changed at the target)";
    if (!change.deltas.empty() && (*link)->step == state::leave_step::none) out.changes.push_back(change);
    if (type.type->has_members && type.rules->maps_members()) return compare_members(c, **link, remote, out);
    return {};
}

} // namespace

boost::asio::awaitable<outcome<drift>> find_drift(cycle_context c)
{
    drift out;
    for (const auto& type : c.sync.types) {
        auto rows = c.state.all_not_kept(c.scope(*type.type));
        if (!rows) co_return state_error(rows.error());
        std::set<std::pair<std::string, std::string>> not_kept;
        for (const auto& row : *rows) not_kept.emplace(row.key.text(), row.path);
        std::set<std::string> seen;
        std::optional<cycle_error> failed;
        c.shown.begin("reading the target", 0);
        std::uint64_t read = 0;
        const std::function<void(connectors::remote_resource)> each = [&](connectors::remote_resource remote) {
            c.shown.at(++read);
            if (failed) return;
            if (auto done = compare(c, type, remote, not_kept, seen, out); !done) failed = done.error();
        };
        auto end = co_await c.target.list(*type.type, each);
        c.shown.end();
        if (!end) co_return target_error(c, end.error());
        if (failed) co_return *failed;
        if (!end->complete) {
            reconcile::note n;
            n.type = type.type;
            n.label = std::string(type.type->section);
            n.text = "the target's list could not be read completely (" + end->why + "): drift may be missing";
            out.notes.push_back(std::move(n));
            continue;
        }
        auto scanned = c.state.for_each_link(c.scope(*type.type), [&](const state::link& link) {
            if (seen.contains(link.key.text())) return;
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
