#include "daemon/run/operation_ends.hpp"
#include "daemon/run/protection.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

namespace idferry::daemon::run {

using kind = operation_outcome::kind;

namespace {

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
    if (!*link) co_return finished(kind::deferred, "the group is not at the target yet");
    auto current = co_await j.c.target.read(*j.change.type, (*link)->target);
    if (!current) {
        if (current.error().next == connectors::disposition::not_found)
            co_return reject(j,
                             fmt::format("its linked group {} is gone at the target (drift)", (*link)->target.text()));
        co_return failed(j, current.error());
    }
    if (auto why = protected_by(j.c.sync, current->body)) co_return left_alone(j, **link, *why);
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
    const auto there = members_in(written->body);
    std::uint64_t wrong = 0;
    for (const auto& id : wanted.add) wrong += !there.contains(id.text());
    for (const auto& id : wanted.remove) wrong += there.contains(id.text());
    if (wrong > 0)
        co_return reject(j, fmt::format("{} of {} memberships are not as they were sent", wrong,
                                        wanted.add.size() + wanted.remove.size()));

    auto o = finished(kind::done, "");
    // People without a link any more are no members of ours either.
    std::vector<mapping::source_key> all_removed;
    for (const auto& m : j.change.remove) all_removed.push_back(m.person);
    const bool whole = added.size() == j.change.add.size();
    // Who was left out (not at the target yet) was not added.
    auto list = mapping::json::object();
    for (const auto& key : added) list["add"].push_back(key.text());
    for (const auto& m : j.change.remove) list["remove"].push_back(m.person.text());
    o.updates = {
        state::change_members{j.scope(), j.change.key, std::move(added), std::move(all_removed), j.c.time.now()},
        state::clear_reject{j.scope(), j.change.key}};
    o.updates.push_back(read_as(j, j.change.record_input && whole, state::input_status::linked));
    if (list.empty()) co_return o;
    auto entry = audit(j, (*link)->target, "done");
    entry.after = mapping::to_text(list);
    o.updates.push_back(state::append_audit{std::move(entry)});
    co_return o;
}

} // namespace idferry::daemon::run
