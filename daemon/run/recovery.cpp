#include "daemon/run/recovery.hpp"

#include "daemon/run/reading.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace idferry::daemon::run {

namespace {

constexpr std::size_t filters_at_most = 50;

struct open_create
{
    state::intent intent;
    mapping::desired_resource desired;
    std::vector<connectors::remote_resource> found;
};

std::string match_text(const open_create& o, const std::string& path, const mapping::type_profile& profile)
{
    const auto* a = o.desired.find(path);
    if (!a || a->value.is_null()) return {};
    return mapping::to_text(mapping::comparable_value(path, a->value, profile));
}

boost::asio::awaitable<outcome<void>> find_them(cycle_context c, const type_settings& type, std::vector<open_create>& open)
{
    const auto& order = type.rules->match_attributes();
    const auto& profile = c.target.profile().of(type.type->name);
    const bool can_ask = std::any_of(order.begin(), order.end(), [&](const auto& p) { return c.target.can_find(*type.type, p); });
    if (can_ask && open.size() <= filters_at_most) {
        for (auto& o : open)
            for (const auto& path : order) {
                const auto* a = o.desired.find(path);
                if (!a || !a->value.is_string() || !c.target.can_find(*type.type, path)) continue;
                auto found = co_await c.target.find(*type.type, path, a->value.get<std::string>());
                if (!found) co_return target_error(c, found.error());
                o.found = std::move(*found);
                if (!o.found.empty()) break;
            }
        co_return outcome<void>{};
    }
    std::vector<std::unordered_multimap<std::string, open_create*>> tables(order.size());
    for (auto& o : open)
        for (std::size_t i = 0; i < order.size(); ++i)
            if (auto text = match_text(o, order[i], profile); !text.empty()) tables[i].emplace(std::move(text), &o);
    const std::function<void(connectors::remote_resource)> each = [&](connectors::remote_resource remote) {
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto value = mapping::value_at(remote.body, order[i]);
            if (!value) continue;
            const auto [from, to] = tables[i].equal_range(mapping::to_text(mapping::comparable_value(order[i], *value, profile)));
            for (auto it = from; it != to; ++it) {
                it->second->found.push_back(remote);
                return;
            }
        }
    };
    auto end = co_await c.target.list(*type.type, each);
    if (!end) co_return target_error(c, end.error());
    if (!end->complete) co_return cycle_error{"target '" + c.sync.target_name + "': its list could not be read completely (" + end->why + ")"};
    co_return outcome<void>{};
}

// The link that a lost creation left behind; nothing when it was not carried out, or is not certainly ours.
std::optional<state::link> link_of(const cycle_context& c, const type_settings& type, const open_create& o)
{
    if (o.found.size() != 1) return std::nullopt;
    const auto& remote = o.found.front();
    auto other = c.state.find_link_by_target(o.intent.scope, remote.id);
    if (!other || *other) return std::nullopt;
    const auto& profile = c.target.profile().of(type.type->name);
    // Ours when it holds what we sent; anything else goes through matching like every other resource.
    for (const auto& path : type.rules->match_attributes()) {
        const auto theirs = mapping::value_at(remote.body, path);
        const auto* ours = o.desired.find(path);
        if (ours && !ours->value.is_null() && mapping::comparable_value(path, theirs ? *theirs : mapping::json(), profile) !=
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
        const bool same = mapping::comparable_value(a.path, theirs ? *theirs : mapping::json(), profile) == mapping::comparable_value(a.path, a.value, profile);
        if (same) known[a.path] = a.value;
        else if (theirs) known[a.path] = *theirs;
    }
    link.desired = mapping::to_text(known);
    return link;
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
        for (const auto& o : creates)
            if (auto link = link_of(c, type, o)) updates.push_back(state::put_link{o.intent.scope, std::move(*link)});
    }
    for (const auto& i : *open) updates.push_back(state::end_intent{i.id});
    co_return updates;
}

} // namespace idferry::daemon::run
