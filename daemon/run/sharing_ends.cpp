#include "daemon/run/sharing_ends.hpp"

#include "daemon/run/account_steps.hpp"
#include "daemon/run/sharing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace idferry::daemon::run {

namespace {

// What is owed, and who goes on with it.
struct binding_to_hand_over
{
    std::optional<state::account_step> row;
    std::optional<reconcile::co_link> heir;
    bool seen_to{false}; // another sync is at it
};

bool is_under_way(const state::account_step& row)
{
    return row.status == step_status::wanted || row.status == step_status::begun || row.status == step_status::open;
}

// What this sync owes the person: the binding that is under way, or one for what was revoked.
std::optional<state::account_step> owed(const cycle_context& c, std::vector<state::account_step> rows)
{
    std::optional<state::account_step> out;
    for (auto& row : rows) {
        if (row.step == step_name::bind && is_under_way(row)) return std::move(row);
        const bool taken_away = row.status == step_status::begun || row.status == step_status::done;
        if (row.step != step_name::revoke || !taken_away) continue;
        out = std::move(row);
        out->step = step_name::bind;
        out->status = step_status::wanted;
        out->remote.clear();
        out->note.clear();
        out->attempts = 0;
        out->changed = c.time.now();
    }
    return out;
}

outcome<binding_to_hand_over> find_heir(const cycle_context& c, const mapping::resource_type& type,
                                        const state::link& link)
{
    binding_to_hand_over out;
    auto rows = c.state.account_steps_of(c.scope(type), link.key);
    if (!rows) return state_error(rows.error());
    out.row = owed(c, std::move(*rows));
    if (!out.row) return out;
    auto others = links_of_others(c, type, link.target);
    if (!others) return others.error();
    for (auto& other : *others) {
        if (!reconcile::holds_active(other.link) || !other.writer->binds_credentials) continue;
        auto theirs = c.state.account_steps_of(scope_of(*other.writer, type), other.link.key);
        if (!theirs) return state_error(theirs.error());
        for (const auto& row : *theirs)
            if (row.step == step_name::bind && is_under_way(row) &&
                (row.status != step_status::wanted || !names_job(*out.row)))
                out.seen_to = true;
        if (!out.heir) out.heir = std::move(other);
    }
    return out;
}

} // namespace

outcome<void> hand_binding_over(const cycle_context& c, const mapping::resource_type& type, const state::link& link,
                                std::vector<state::update>& updates)
{
    auto found = find_heir(c, type, link);
    if (!found) return found.error();
    if (!found->row || !found->heir || found->seen_to) return {};
    auto row = std::move(*found->row);
    row.scope = scope_of(*found->heir->writer, type);
    row.key = found->heir->link.key;
    row.next_look = c.time.now();
    updates.emplace_back(state::put_account_step{std::move(row)});
    return {};
}

outcome<void> tell_binding_of_ended_link(const cycle_context& c, const mapping::resource_type& type,
                                         const state::link& link, std::string& note)
{
    auto found = find_heir(c, type, link);
    if (!found) return found.error();
    if (!found->row || found->seen_to) return {};
    if (found->heir)
        note += fmt::format("; sync '{}' goes on with the credential binding", found->heir->writer->name);
    else if (found->row->status == step_status::open)
        note += "; its credential binding job stays open, and none follows it";
    else
        note += fmt::format("; the credential binding that it still waits for ends with it: give users.join.credential "
                            "to the sync that keeps it, or make a job by hand with idferry api {} "
                            "credential-binding-jobs create {}",
                            c.sync.target_name, link.target.text());
    return {};
}

outcome<void> end_links(const cycle_context& c, const draft& d, std::vector<state::update>& updates)
{
    updates.insert(updates.end(), d.kept_by_others.begin(), d.kept_by_others.end());
    std::set<std::pair<std::string, std::string>> kept; // group, member
    for (const auto& u : d.kept_by_others)
        if (const auto* m = std::get_if<state::change_members>(&u))
            for (const auto& key : m->remove) kept.emplace(m->group.text(), key.text());
    for (const auto& [name, key] : d.staying_with_others) {
        const auto& type = *mapping::find_resource_type(name);
        const mapping::source_key ours(key);
        // What could not be taken away yet is taken away by the link: it stays until then.
        auto written =
            type.has_members ? c.state.members_of(c.scope(type), ours) : c.state.groups_of(c.scope(type), ours);
        if (!written) return state_error(written.error());
        const bool all_gone = std::all_of(written->begin(), written->end(), [&](const auto& one) {
            return kept.contains(type.has_members ? std::pair(key, one.text()) : std::pair(one.text(), key));
        });
        if (!all_gone) continue;
        auto link = c.state.find_link(c.scope(type), ours);
        if (!link) return state_error(link.error());
        if (*link)
            if (auto done = hand_binding_over(c, type, **link, updates); !done) return done;
        updates.push_back(state::remove_link{c.scope(type), ours});
        updates.push_back(state::clear_reject{c.scope(type), ours});
    }
    return {};
}

} // namespace idferry::daemon::run
