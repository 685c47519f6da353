#include "connectors/bare_id/target_groups.hpp"

#include "connectors/bare_id/deletion.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>
#include <set>

namespace idferry::connectors::bare_id {

namespace asio = boost::asio;

namespace {

using mapping::json;

void set_members_of(remote_resource& shown, const std::vector<std::string>& ids)
{
    auto list = json::array();
    for (const auto& id : ids) list.push_back({{"value", id}});
    shown.body["members"] = std::move(list);
}

std::string name_of_group(const remote_resource& shown)
{
    return shown.body.value("displayName", std::string());
}

std::string wanted_name(const write_request& r)
{
    const auto* a = r.desired.find("displayName");
    return a && a->value.is_string() ? a->value.get<std::string>() : std::string();
}

failure conflicting(failure f)
{
    if (f.next != disposition::conflict) return f;
    f.code = "uniqueness";
    f.outcome_unknown = false;
    return f;
}

} // namespace

asio::awaitable<result<remote_resource>> target_groups::read(std::string id)
{
    auto held = co_await through_.group(id);
    if (held.has_error()) co_return held.error();
    auto members = co_await through_.members(id);
    if (members.has_error()) co_return members.error();
    if (members->proved) set_members_of(held->shown, members->ids);
    co_return std::move(held->shown);
}

asio::awaitable<result<remote_resource>> target_groups::create(write_request r)
{
    const auto& config = through_.config();
    const auto& parent = config.target.parent_group;
    const auto& op = parent.empty() ? config.ops.group_create : config.ops.group_create_child;
    if (auto off = through_.refuse_if_off(op)) co_return *off;
    const auto name = wanted_name(r);
    auto record = new_group(config, name);
    if (!parent.empty() && !config.target.parent_field.empty()) record[config.target.parent_field] = parent;
    placeholder_values values;
    values.set(placeholder::group, parent);
    const query_list no_query;
    auto text = body_text(op, std::move(record));
    auto answer = co_await through_.through().send(op, values, no_query, std::move(text));
    if (answer.has_error()) {
        auto f = conflicting(answer.error());
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += "; is ops." + op.name + (parent.empty() ? "" : " or target.parent_group") + " right?";
        }
        // A duplicate may be told as 500 (section 9.1).
        if (f.status != 500) co_return f;
        auto there = co_await through_.locate(*r.type, name);
        if (there.has_error()) co_return f;
        f.next = disposition::conflict;
        f.detail += "; the group " + *there + " has this name";
        co_return conflicting(f);
    }
    auto kept = co_await made(name, created_id(op, *answer), op);
    if (kept.has_error()) co_return kept.error();
    set_members_of(kept->shown, {});
    co_return std::move(kept->shown);
}

// A new group, as soon as it is shown.
asio::awaitable<result<held_record>> target_groups::made(std::string name, std::string said, const operation& op)
{
    read_back look(through_.through().time(), writes_);
    for (;;) {
        auto id = result<std::string>(said);
        if (said.empty()) id = co_await through_.locate(mapping::group_type, name);
        const bool unknown = id.has_error();
        if (unknown && id.error().code != "not_seen") co_return id.error();
        auto kept = result<held_record>(failure());
        if (!unknown) {
            kept = co_await through_.shown_group(*id);
            if (kept.has_value()) look.shows(op);
            if (kept.has_value()) co_return kept;
            if (kept.error().next != disposition::not_found)
                co_return made_and_not_seen(kept.error(), op, *id, look, "the group");
        }
        const bool again = co_await look.wait(op);
        if (again) continue;
        if (unknown) co_return id.error();
        kept = co_await through_.group(*id); // now with the proof that a 404 needs
        if (kept.has_value()) co_return kept;
        co_return made_and_not_seen(kept.error(), op, *id, look, "the group");
    }
}

asio::awaitable<result<remote_resource>> target_groups::update(write_request r)
{
    const auto& op = through_.config().ops.group_update;
    const auto id = r.id.text();
    auto now = co_await through_.group(id);
    if (now.has_error()) co_return now.error();
    const auto name = wanted_name(r), before = name_of_group(now->shown);
    if (name.empty() || name == before) co_return std::move(now->shown);
    if (auto off = through_.refuse_if_off(op)) co_return *off;
    placeholder_values values;
    values.set(placeholder::group, id);
    const query_list no_query;
    auto text = body_text(op, renamed_group(through_.config(), now->record, name));
    auto answer = co_await through_.through().send(op, values, no_query, std::move(text));
    if (answer.has_error() && !answer.error().outcome_unknown && answer.error().next != disposition::not_found)
        co_return conflicting(answer.error());
    auto kept = co_await through_.group(id);
    read_back look(through_.through().time(), writes_);
    while (answer.has_value() && kept.has_value() && name_of_group(kept->shown) == before) {
        const bool again = co_await look.wait(op);
        if (!again) break;
        kept = co_await through_.group(id);
    }
    if (kept.has_error()) co_return kept.error();
    if (name_of_group(kept->shown) == before) {
        if (answer.has_value()) co_return writes_.did_nothing(op, "displayName as before");
        co_return blamed_on_call(answer.error(), op, "the group is there");
    }
    writes_.worked(op);
    look.shows(op);
    co_return std::move(kept->shown);
}

asio::awaitable<result<void>> target_groups::remove(std::string id)
{
    const auto& op = through_.config().ops.group_delete;
    if (auto off = through_.refuse_if_off(op)) co_return *off;
    const auto now = co_await through_.group(id);
    if (now.has_error() && now.error().next == disposition::not_found) co_return result<void>();
    if (now.has_error()) co_return now.error();
    // With a group goes everything below it, and that is not ours.
    const auto above = co_await through_.has_children(id);
    if (above.has_error()) co_return above.error();
    if (*above) {
        failure f;
        f.next = disposition::reject;
        f.code = "has_children";
        f.detail = "group " + id + " has groups below it, which would be deleted with it: move or delete them first";
        co_return f;
    }
    placeholder_values values;
    values.set(placeholder::group, id);
    const auto look = [this, id] { return through_.group(id); };
    co_return co_await delete_and_look(through_, writes_, op, std::move(values), look, "the group");
}

asio::awaitable<result<void>> target_groups::change_member(const operation& op, std::string user, std::string group)
{
    placeholder_values values;
    values.set(placeholder::user, user).set(placeholder::group, group);
    const query_list no_query;
    std::string text;
    if (!op.body.tokens.empty()) text = body_text(op, json(user));
    auto answer = co_await through_.through().send(op, values, no_query, std::move(text));
    if (answer.has_error()) co_return answer.error();
    co_return result<void>();
}

// One request a person: these APIs know no other way. One who cannot be put in or taken out keeps nobody else from it.
asio::awaitable<result<remote_resource>> target_groups::set_members(members_request r)
{
    const auto& ops = through_.config().ops;
    const auto id = r.group.text();
    auto now = co_await through_.group(id);
    if (now.has_error()) co_return now.error();
    auto known = co_await through_.members(id);
    if (known.has_error()) co_return known.error();
    if (known->proved) {
        const std::set<std::string> there(known->ids.begin(), known->ids.end());
        std::erase_if(r.add, [&](const auto& one) { return there.contains(one.text()); });
        std::erase_if(r.remove, [&](const auto& one) { return !there.contains(one.text()); });
    }
    if (!r.add.empty())
        if (auto off = through_.refuse_if_off(ops.member_add)) co_return *off;
    if (!r.remove.empty())
        if (auto off = through_.refuse_if_off(ops.member_del)) co_return *off;

    std::vector<refused_member> refused;
    for (const bool adding : {true, false}) {
        const auto& op = adding ? ops.member_add : ops.member_del;
        for (const auto& one : adding ? r.add : r.remove) {
            const auto done = co_await change_member(op, one.text(), id);
            if (!done.has_error()) continue;
            const auto& f = done.error();
            if (f.next == disposition::stop || f.next == disposition::retry) co_return f;
            if (f.next == disposition::not_found) { // it is the person who is gone, or the call that is wrong
                const auto person = co_await through_.user(one.text());
                if (person.has_error() && person.error().next == disposition::stop) co_return person.error();
                if (!person.has_error()) co_return blamed_on_call(f, op, "the group and the person are there");
                if (!adding && person.error().next == disposition::not_found) continue; // no member any more
            }
            refused.push_back({one, f.detail});
        }
    }
    const auto is_refused = [&](const mapping::target_id& who) {
        return std::ranges::any_of(refused, [&](const refused_member& one) { return one.id == who; });
    };
    std::erase_if(r.add, is_refused);
    std::erase_if(r.remove, is_refused);
    auto kept = co_await look_at_members(r, std::move(*now), std::move(*known));
    if (kept.has_value()) kept->refused = std::move(refused);
    co_return kept;
}

// Who of those that come and go is in the group now, `there` being what was known before. `first`: of the looks after
// one change; later ones ask only about those who are not as they should be.
asio::awaitable<result<std::set<std::string>>>
target_groups::members_now(const members_request& r, std::set<std::string> there, bool by_list, bool first)
{
    const auto id = r.group.text();
    if (by_list) {
        auto list = co_await through_.members(id);
        if (list.has_error()) co_return list.error();
        if (list->proved) co_return std::set<std::string>(list->ids.begin(), list->ids.end());
    }
    // A group too large to be read for so few, or a list that may be cut off.
    for (const auto* all : {&r.add, &r.remove})
        for (const auto& one : *all) {
            if (!first && there.contains(one.text()) == (all == &r.add)) continue;
            const auto in = co_await through_.is_member(one.text(), id);
            if (in.has_error()) co_return in.error();
            if (*in)
                there.insert(one.text());
            else
                there.erase(one.text());
        }
    co_return there;
}

asio::awaitable<result<remote_resource>> target_groups::look_at_members(members_request r, held_record now,
                                                                        member_list known)
{
    const auto& config = through_.config();
    const auto& ops = config.ops;
    const auto changes = r.add.size() + r.remove.size();
    std::set<std::string> there(known.ids.begin(), known.ids.end());
    if (changes > 0) {
        const auto& paging = ops.group_users.paging ? *ops.group_users.paging : config.paging;
        const auto pages = paging.style == paging_style::none
                               ? std::size_t{1}
                               : (known.ids.size() + r.add.size()) / static_cast<std::size_t>(paging.size) + 1;
        const bool by_list = known.proved && pages <= changes;
        const auto as_wanted = [&](const std::vector<mapping::target_id>& all, bool in) {
            return std::ranges::count_if(all, [&](const auto& one) { return there.contains(one.text()) == in; });
        };
        const auto all_as_wanted = [&](const std::vector<mapping::target_id>& all, bool in) {
            return static_cast<std::size_t>(as_wanted(all, in)) == all.size();
        };
        read_back look(through_.through().time(), writes_);
        for (bool first = true;; first = false) {
            auto seen = co_await members_now(r, std::move(there), by_list, first);
            if (seen.has_error()) co_return seen.error();
            there = std::move(*seen);
            const bool all_in = all_as_wanted(r.add, true), all_out = all_as_wanted(r.remove, false);
            if (all_in) look.shows(ops.member_add);
            if (all_out) look.shows(ops.member_del);
            if (all_in && all_out) break;
            // Whoever is as before may only show late.
            bool again = false;
            if (!all_in) again = co_await look.wait(ops.member_add);
            if (!again && !all_out) again = co_await look.wait(ops.member_del);
            if (!again) break;
        }
        const auto judge = [&](const operation& op, const std::vector<mapping::target_id>& all,
                               bool in) -> std::optional<failure> {
            if (all.empty()) return std::nullopt;
            const auto worked = as_wanted(all, in);
            if (worked > 0) writes_.worked(op);
            if (worked > 0 || writes_.proved(op)) return std::nullopt;
            return writes_.did_nothing(op, in ? "nobody was put in" : "nobody was taken out");
        };
        if (auto ignored = judge(ops.member_add, r.add, true)) co_return *ignored;
        if (auto ignored = judge(ops.member_del, r.remove, false)) co_return *ignored;
    }
    set_members_of(now.shown, {there.begin(), there.end()});
    co_return std::move(now.shown);
}

} // namespace idferry::connectors::bare_id
