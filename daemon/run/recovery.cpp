#include "daemon/run/recovery.hpp"

#include "daemon/run/account_steps.hpp"
#include "daemon/run/operations.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/reading.hpp"
#include "daemon/run/sharing.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"
#include "mapping/shown_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace idferry::daemon::run {

namespace {

constexpr std::size_t filters_at_most = 50;

struct open_create
{
    state::intent intent;
    mapping::desired_resource desired;
    std::vector<connectors::remote_resource> found;
    bool by_id{false};  // found by the id that the answer to the creation told
    bool hidden{false}; // that id cannot be read now
};

std::string match_text(const open_create& o, const std::string& path, const mapping::type_profile& profile)
{
    const auto* a = o.desired.find(path);
    if (!a || a->value.is_null()) return {};
    return mapping::to_text(mapping::comparable_value(path, a->value, profile));
}

// Whoever was answered as made is looked for by the id that was told; nobody of that id leaves the rest to matching.
boost::asio::awaitable<outcome<void>> find_by_id(cycle_context c, const type_settings& type,
                                                 std::vector<open_create>& open)
{
    for (auto& o : open) {
        if (o.intent.target.empty()) continue;
        auto there = co_await c.target.read(*type.type, o.intent.target);
        if (!there && there.error().next == connectors::disposition::not_found) continue;
        if (!there && there.error().next == connectors::disposition::stop) co_return target_error(c, there.error());
        o.by_id = true;
        o.hidden = !there;
        if (there) {
            o.found.push_back(std::move(*there));
            continue;
        }
        // It was made, and holds nobody else up: it is linked as if nothing of it were known, and compared later.
        connectors::remote_resource unread;
        unread.id = o.intent.target;
        unread.body = mapping::json::object();
        o.found.push_back(std::move(unread));
    }
    co_return outcome<void>{};
}

boost::asio::awaitable<outcome<void>> find_them(cycle_context c, const type_settings& type,
                                                std::vector<open_create>& all)
{
    auto told = co_await find_by_id(c, type, all);
    if (!told) co_return told.error();
    std::vector<open_create*> open;
    for (auto& o : all)
        if (!o.by_id) open.push_back(&o);
    if (open.empty()) co_return outcome<void>{};
    const auto& order = type.rules->match_attributes();
    const auto& profile = c.target.profile().of(type.type->name);
    const bool can_ask =
        std::any_of(order.begin(), order.end(), [&](const auto& p) { return c.target.can_find(*type.type, p); });
    if (can_ask && open.size() <= filters_at_most) {
        for (auto* o : open)
            for (const auto& path : order) {
                const auto* a = o->desired.find(path);
                if (!a || !a->value.is_string() || !c.target.can_find(*type.type, path)) continue;
                auto found = co_await c.target.find(*type.type, path, a->value.get<std::string>());
                if (!found) co_return target_error(c, found.error());
                o->found = std::move(*found);
                if (!o->found.empty()) break;
            }
        co_return outcome<void>{};
    }
    std::vector<std::unordered_multimap<std::string, open_create*>> tables(order.size());
    for (auto* o : open)
        for (std::size_t i = 0; i < order.size(); ++i)
            if (auto text = match_text(*o, order[i], profile); !text.empty()) tables[i].emplace(std::move(text), o);
    const std::function<void(connectors::remote_resource)> each = [&](connectors::remote_resource remote) {
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto value = mapping::value_at(remote.body, order[i]);
            if (!value) continue;
            const auto [from, to] =
                tables[i].equal_range(mapping::to_text(mapping::comparable_value(order[i], *value, profile)));
            for (auto it = from; it != to; ++it) it->second->found.push_back(remote);
            if (from != to) return;
        }
    };
    auto end = co_await c.target.list(*type.type, each);
    if (!end) co_return target_error(c, end.error());
    if (!end->complete)
        co_return cycle_error{"target '" + c.sync.target_name + "': its list could not be read completely (" +
                              end->why + ")"};
    co_return outcome<void>{};
}

// The link that a lost creation left behind; nothing when it was not carried out, or is not certainly ours.
std::optional<state::link> link_of(const cycle_context& c, const type_settings& type, const open_create& o)
{
    if (o.found.size() != 1) return std::nullopt;
    const auto& remote = o.found.front();
    auto other = c.state.find_link_by_target(o.intent.scope, remote.id);
    if (!other || *other) return std::nullopt;
    if (protected_by(c.sync, remote.body) || linked_by_another(c, *type.type, remote.id, false)) return std::nullopt;
    if (const auto* ours = o.desired.find("externalId"); ours && ours->value.is_string())
        if (const auto theirs = mapping::value_at(remote.body, "externalId");
            theirs && theirs->is_string() && !theirs->get_ref<const std::string&>().empty() && *theirs != ours->value)
            return std::nullopt;
    const auto& profile = c.target.profile().of(type.type->name);
    // Ours when it holds what we sent, or has the id that was told; anything else goes through matching like every
    // other resource.
    for (const auto& path : type.rules->match_attributes()) {
        if (o.by_id) break;
        const auto theirs = mapping::value_at(remote.body, path);
        const auto* ours = o.desired.find(path);
        if (ours && !ours->value.is_null() &&
            mapping::comparable_value(path, theirs ? *theirs : mapping::json(), profile) !=
                mapping::comparable_value(path, ours->value, profile))
            return std::nullopt;
    }
    state::link link;
    link.key = o.intent.key;
    link.target = remote.id;
    link.desired = o.intent.desired;
    link.match_values = match_values_of(*type.rules, o.desired);
    link.label = label_of(o.desired, o.intent.key.text());
    link.target_version = remote.version;
    link.owner = state::link_owner::created;
    link.first_seen = link.last_changed = c.time.now();
    // What is there now is what counts as known, so that a half-kept creation is seen as a difference.
    auto known = mapping::json::object();
    for (const auto& a : o.desired.attributes) {
        const auto theirs = mapping::value_at(remote.body, a.path);
        const bool same = mapping::comparable_value(a.path, theirs ? *theirs : mapping::json(), profile) ==
                          mapping::comparable_value(a.path, a.value, profile);
        if (same)
            known[a.path] = a.value;
        else if (theirs)
            known[a.path] = *theirs;
    }
    link.desired = mapping::to_text(known);
    return link;
}

// What became of an update whose answer was lost.
struct found_update
{
    state::put_not_kept not_kept;
    mapping::json before = mapping::json::object(), after = mapping::json::object(); // what was carried out
};

// What is at the target now, in the words of the link: as it was known, as it was going to be, or as it was found.
found_update know_what_is_there(const cycle_context& c, const type_settings& type, const state::intent& i,
                                const mapping::json& body, state::link& link)
{
    const auto& profile = c.target.profile().of(type.type->name);
    found_update found{{i.scope, i.key, {}}};
    auto known = mapping::object_of(link.desired);
    const auto before = mapping::inflate(link.desired, type.rules->rules());
    const auto meant = mapping::inflate(i.desired, type.rules->rules());
    const auto is_there = [&](const mapping::desired_resource& which,
                              const std::string& path) -> const mapping::desired_attribute* {
        const auto* a = which.find(path);
        if (!a) return nullptr;
        auto value = a->value;
        if (resolve_links_in(c, value)) return nullptr;
        const auto theirs = mapping::value_at(body, path);
        const bool same = mapping::comparable_value(path, theirs ? *theirs : mapping::json(), profile) ==
                          mapping::comparable_value(path, value, profile);
        return same ? a : nullptr;
    };
    for (const auto& rule : type.rules->rules()) {
        const auto* wanted = meant.find(rule.path);
        if (wanted && rule.apply == mapping::apply_mode::create) {
            known[rule.path] = wanted->value; // was never going to be written
            continue;
        }
        if (is_there(before, rule.path)) continue;
        // Who was disabled there meanwhile, perhaps by a lock against password guessing, must not look like somebody
        // whom the source switches on: that is drift, which the next comparison with the target finds and calls so.
        if (const auto* was = before.find(rule.path);
            rule.path == "active" && was && wanted && was->value == wanted->value)
            continue;
        if (const auto* a = is_there(meant, rule.path)) {
            found.before[rule.path] = known.contains(rule.path) ? known[rule.path] : mapping::json();
            found.after[rule.path] = known[rule.path] = a->value;
            continue;
        }
        if (!before.find(rule.path) && !meant.find(rule.path)) continue;
        const auto theirs = mapping::value_at(body, rule.path);
        known[rule.path] = theirs ? *theirs : mapping::json();
    }
    link.desired = mapping::to_text(known);
    // What the target keeps after all is no longer told as not kept.
    auto rows = c.state.all_not_kept(i.scope);
    if (!rows) return found;
    for (auto& row : *rows)
        if (row.key == i.key && !is_there(meant, row.path)) found.not_kept.rows.push_back(std::move(row));
    return found;
}

state::audit_entry found_done(const cycle_context& c, const state::intent& i, const state::link& link)
{
    state::audit_entry a;
    a.when = c.time.now();
    a.scope = i.scope;
    a.key = i.key;
    a.target = link.target;
    a.label = link.label;
    a.what = i.what;
    a.outcome = "done"; // found so, after its answer was lost
    return a;
}

// Memberships that were going to change, as the group has them now. Where a target shows no members, nothing was done
// as far as we know: who is still to come or to go is sent again, which changes nothing for those who have come or
// gone.
outcome<void> settle_members(const cycle_context& c, const state::intent& i, const mapping::json& body,
                             std::vector<state::update>& updates)
{
    const auto& of = *mapping::find_resource_type(mapping::find_resource_type(i.scope.type)->members);
    const auto there = members_in(body);
    const bool shown = mapping::shows_members(c.target.profile().of(i.scope.type));
    const auto meant = mapping::object_of(i.desired);
    state::change_members known{i.scope, i.key, {}, {}, c.time.now()};
    for (const char* which : {"add", "remove"}) {
        const auto list = meant.find(which);
        if (list == meant.end() || !list->is_array()) continue;
        for (const auto& key : *list) {
            if (!key.is_string()) continue;
            const mapping::source_key person(key.get<std::string>());
            auto link = c.state.find_link(c.scope(of), person);
            if (!link) return state_error(link.error());
            const bool in =
                shown ? *link && there.contains((*link)->target.text()) : std::string_view(which) == "remove";
            (in ? known.add : known.remove).push_back(person);
        }
    }
    updates.push_back(std::move(known));
    return {};
}

// An operation on a resource that has a link: what came of it. False when the target cannot say yet.
boost::asio::awaitable<outcome<bool>> settle_linked(cycle_context c, const type_settings& type, const state::intent& i,
                                                    std::vector<state::update>& updates)
{
    auto link = c.state.find_link(i.scope, i.key);
    if (!link) co_return state_error(link.error());
    if (!*link) co_return true;
    auto next = **link;
    auto now = co_await c.target.read(*type.type, next.target);
    if (!now && now.error().next == connectors::disposition::not_found) {
        if (i.what != state::operation::remove) co_return true;
        updates.push_back(state::append_audit{found_done(c, i, next)});
        updates.push_back(state::remove_link{i.scope, i.key});
        updates.push_back(state::clear_reject{i.scope, i.key});
        forget_leavers_of_others(c, *type.type, next.target, updates);
        co_return true;
    }
    if (!now && now.error().next == connectors::disposition::stop) co_return target_error(c, now.error());
    updates.push_back(state::put_input{i.scope, {i.key, {}, state::input_status::waiting}});
    if (!now) co_return false; // it holds nobody else up; its intent stays open until it can be read
    if (i.what == state::operation::members) {
        auto members = settle_members(c, i, now->body, updates);
        if (!members) co_return members.error();
        co_return true;
    }
    if (i.what == state::operation::remove) co_return true;
    auto found = know_what_is_there(c, type, i, now->body, next);
    if (i.what == state::operation::update) {
        updates.push_back(std::move(found.not_kept));
        if (next.step == state::leave_step::none && found.after.contains("active") && found.after["active"] == true)
            if (auto wanted = want_steps(c, type, next, step_cause::joined, false, updates); !wanted)
                co_return wanted.error();
        if (!found.after.empty()) {
            auto entry = found_done(c, i, next);
            if (found.after.contains("active") && found.after["active"] == false)
                entry.what = state::operation::deactivate;
            entry.before = mapping::to_text(found.before);
            entry.after = mapping::to_text(found.after);
            updates.push_back(state::append_audit{std::move(entry)});
        }
    }
    const auto active = mapping::value_at(now->body, "active");
    if (i.what == state::operation::deactivate && next.step == state::leave_step::none && active && *active == false) {
        next.step = state::leave_step::deactivated;
        if (type.leave.then_delete_after) next.leave_due = i.begun + *type.leave.then_delete_after;
        auto known = mapping::object_of(next.desired);
        known["active"] = false;
        next.desired = mapping::to_text(known);
        updates.push_back(state::append_audit{found_done(c, i, next)});
        if (auto wanted = want_steps(c, type, next, step_cause::left, true, updates); !wanted) co_return wanted.error();
    }
    if (i.what == state::operation::update && next.step != state::leave_step::none && active && *active == true) {
        next.step = state::leave_step::none; // the leaver is back; leaving again starts anew
        next.leave_due.reset();
        if (!found.after.contains("active")) { // written without being mapped, or another sync's
            auto known = mapping::object_of(next.desired);
            known.erase("active");
            next.desired = mapping::to_text(known);
        }
        if (auto wanted = want_steps(c, type, next, step_cause::returned, false, updates); !wanted)
            co_return wanted.error();
    }
    updates.push_back(state::put_link{i.scope, std::move(next)});
    co_return true;
}

} // namespace

boost::asio::awaitable<outcome<std::vector<state::update>>> settle_open_intents(cycle_context c)
{
    std::vector<state::update> updates;
    auto open = c.state.open_intents(c.sync.name);
    if (!open) co_return state_error(open.error());
    if (open->empty()) co_return updates;

    for (const auto& type : c.sync.types) {
        std::vector<open_create> creates;
        for (const auto& i : *open) {
            if (i.scope.type != type.type->name || i.what != state::operation::create) continue;
            auto link = c.state.find_link(i.scope, i.key);
            if (!link) co_return state_error(link.error());
            if (!*link) creates.push_back({i, mapping::inflate(i.desired, type.rules->rules()), {}});
        }
        if (creates.empty()) continue;
        auto found = co_await find_them(c, type, creates);
        if (!found) co_return found.error();
        for (auto& o : creates) {
            const auto desired = mapping::object_of(o.intent.desired);
            std::erase_if(o.found, [&](const auto& r) { return lives_elsewhere(c, *type.type, desired, r); });
        }
        for (const auto& o : creates)
            if (auto link = link_of(c, type, o)) {
                if (mapping::object_of(link->desired).value("active", mapping::json(true)) != false)
                    if (auto wanted = want_steps(c, type, *link, step_cause::joined, false, updates); !wanted)
                        co_return wanted.error();
                if (o.hidden)
                    updates.push_back(
                        state::put_input{o.intent.scope, {o.intent.key, {}, state::input_status::waiting}});
                updates.push_back(state::put_link{o.intent.scope, std::move(*link)});
            }
    }
    std::set<std::int64_t> unsettled;
    for (const auto& i : *open) {
        const auto* of = mapping::find_resource_type(i.scope.type);
        const auto* type = of ? c.sync.find(*of) : nullptr;
        if (!type || i.what == state::operation::create || i.what == state::operation::adopt) continue;
        auto settled = co_await settle_linked(c, *type, i, updates);
        if (!settled) co_return settled.error();
        if (!*settled) unsettled.insert(i.id);
    }
    for (const auto& i : *open)
        if (!unsettled.contains(i.id)) updates.push_back(state::end_intent{i.id});
    co_return updates;
}

std::string members_text(const reconcile::change& change)
{
    auto text = mapping::json::object();
    for (const auto& m : change.add) text["add"].push_back(m.person.text());
    for (const auto& m : change.remove) text["remove"].push_back(m.person.text());
    return mapping::to_text(text);
}

} // namespace idferry::daemon::run
