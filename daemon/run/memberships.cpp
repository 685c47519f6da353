#include "daemon/run/operation_ends.hpp"
#include "daemon/run/protection.hpp"
#include "mapping/json.hpp"
#include "mapping/shown_members.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace idferry::daemon::run {

using kind = operation_outcome::kind;

namespace {

// Whom the target refused among many, and why: the others' memberships stand.
using refusals = std::map<mapping::target_id, std::string>;

refusals refused_by(const connectors::remote_resource& written)
{
    refusals out;
    for (const auto& r : written.refused) out.emplace(r.id, r.why);
    return out;
}

std::string label_of(const std::vector<reconcile::member_change>& people, const mapping::source_key& key)
{
    for (const auto& m : people)
        if (m.person == key) return m.label.empty() ? key.text() : m.label;
    return key.text();
}

// Takes those who were refused out of `keys`, which stand in the order of `asked`, and names some of them in `text`.
std::uint64_t leave_out(const refusals& refused, const std::vector<mapping::target_id>& asked,
                        const std::vector<reconcile::member_change>& people, std::vector<mapping::source_key>& keys,
                        std::string& text)
{
    constexpr std::size_t longest = 1000;
    std::vector<mapping::source_key> kept;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto found = refused.find(asked[i]);
        if (found == refused.end()) {
            kept.push_back(std::move(keys[i]));
            continue;
        }
        ++count;
        if (text.size() < longest) text += fmt::format("; {}: {}", label_of(people, keys[i]), found->second);
    }
    keys = std::move(kept);
    return count;
}

// Target ids of people who are at the target; those who are not (rejected in this push) are left out, and come later.
std::vector<mapping::target_id> member_ids(const job& j, const std::vector<reconcile::member_change>& people,
                                           std::vector<mapping::source_key>& known)
{
    const auto of = j.c.scope(*mapping::find_resource_type(j.change.type->members));
    std::vector<mapping::target_id> out;
    for (const auto& m : people) {
        auto link = j.c.state.find_link(of, m.person);
        if (!link || !*link) continue;
        out.push_back((*link)->target);
        known.push_back(m.person);
    }
    return out;
}

} // namespace

std::set<std::string> members_in(const mapping::json& group)
{
    std::set<std::string> out;
    if (const auto m = group.find("members"); m != group.end() && m->is_array())
        for (const auto& one : *m)
            if (one.is_object() && one.contains("value") && one["value"].is_string())
                out.insert(one["value"].get<std::string>());
    return out;
}

boost::asio::awaitable<operation_outcome> change_memberships(job j)
{
    auto link = j.c.state.find_link(j.scope(), j.change.key);
    if (!link) co_return finished(kind::stop, link.error().message);
    if (!*link) co_return finished(kind::deferred, fmt::format("the {} is not at the target yet", j.change.type->name));
    auto current = co_await j.c.target.read(*j.change.type, (*link)->target);
    if (!current) {
        if (current.error().next == connectors::disposition::not_found)
            co_return reject(j, fmt::format("its linked {} {} is gone at the target (drift)", j.change.type->name,
                                            (*link)->target.text()));
        co_return failed(j, current.error());
    }
    if (auto why = protected_by(j.c.sync, current->body)) co_return left_alone(j, **link, *why);
    connectors::members_request r;
    std::vector<mapping::source_key> added, removed;
    r.group = (*link)->target;
    r.type = j.change.type;
    r.add = member_ids(j, j.change.add, added);
    r.remove = member_ids(j, j.change.remove, removed);
    r.current = std::move(*current);
    const auto wanted = r;
    auto written = co_await j.c.target.set_members(std::move(r));
    if (!written) co_return failed(j, written.error());

    // What the target says now decides: a membership is access, and access is never taken as given. A target that never
    // shows members has confirmed each request instead.
    const auto there = members_in(written->body);
    auto refused = refused_by(*written);
    const bool shown = mapping::shows_members(j.c.target.profile().of(j.change.type->name));
    for (const auto& id : wanted.add)
        if (shown && !there.contains(id.text())) refused.try_emplace(id, "sent, and no member when it was read again");
    for (const auto& id : wanted.remove)
        if (there.contains(id.text())) refused.try_emplace(id, "taken out, and still a member when it was read again");

    auto o = finished(kind::done, "");
    const bool whole = added.size() == j.change.add.size();
    std::string who;
    auto failed_ones = leave_out(refused, wanted.add, j.change.add, added, who);
    const auto asked_to_go = removed;
    failed_ones += leave_out(refused, wanted.remove, j.change.remove, removed, who);
    // People without a link any more are no members of ours either.
    const std::set<mapping::source_key> asked(asked_to_go.begin(), asked_to_go.end());
    const std::set<mapping::source_key> gone(removed.begin(), removed.end());
    std::vector<mapping::source_key> all_removed;
    for (const auto& m : j.change.remove)
        if (!asked.contains(m.person) || gone.contains(m.person)) all_removed.push_back(m.person);
    // Who was left out (not at the target yet) was not added.
    auto list = mapping::json::object();
    for (const auto& key : added) list["add"].push_back(key.text());
    for (const auto& key : all_removed) list["remove"].push_back(key.text());
    const state::change_members members{j.scope(), j.change.key, std::move(added), std::move(all_removed),
                                        j.c.time.now()};
    if (failed_ones > 0) {
        const auto all_asked = wanted.add.size() + wanted.remove.size();
        std::vector<state::update> also{members};
        if (!list.empty()) {
            auto entry = audit(j, (*link)->target, "done");
            entry.after = mapping::to_text(list);
            also.push_back(state::append_audit{std::move(entry)});
        }
        co_return reject(j,
                         fmt::format("{} of {} memberships were refused{}{}", failed_ones, all_asked,
                                     failed_ones < all_asked ? ", the others are done" : "", who),
                         std::move(also));
    }
    o.updates = {members, state::clear_reject{j.scope(), j.change.key}};
    o.updates.push_back(read_as(j, j.change.record_input && whole, state::input_status::linked));
    if (list.empty()) co_return o;
    auto entry = audit(j, (*link)->target, "done");
    entry.after = mapping::to_text(list);
    o.updates.push_back(state::append_audit{std::move(entry)});
    co_return o;
}

} // namespace idferry::daemon::run
