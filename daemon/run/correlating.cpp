#include "daemon/run/correlating.hpp"

#include "daemon/run/operations.hpp"
#include "daemon/run/protection.hpp"

#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace idferry::daemon::run {

namespace {

constexpr std::size_t filters_at_most = 50;

// One match attribute's value in the form that is compared; "" = none.
std::string match_text(const std::string& path, const mapping::json& value, const mapping::type_profile& profile)
{
    const auto v = mapping::comparable_value(path, value, profile);
    return v.is_null() ? std::string() : mapping::to_text(v);
}

boost::asio::awaitable<outcome<void>> ask_for_each(cycle_context c, const mapping::resource_type& type,
                                                   std::vector<candidate*> wanted)
{
    const auto& order = c.sync.find(type)->rules->match_attributes();
    std::uint64_t done = 0;
    c.shown.begin("looking people up at the target", wanted.size());
    for (auto* p : wanted) {
        const auto values = mapping::object_of(p->match_values);
        for (const auto& path : order) {
            const auto value = values.find(path);
            if (value == values.end() || !value->is_string() || !c.target.can_find(type, path)) continue;
            auto found = co_await c.target.find(type, path, value->get<std::string>());
            if (!found) co_return target_error(c, found.error());
            p->found = std::move(*found);
            if (!p->found.empty()) break;
        }
        p->correlated = true;
        c.shown.at(++done);
    }
    c.shown.end();
    co_return outcome<void>{};
}

// Candidates by the text of one match attribute.
using by_value = std::unordered_multimap<std::string, candidate*>;

boost::asio::awaitable<outcome<void>> read_inventory(cycle_context c, const mapping::resource_type& type,
                                                     std::vector<candidate*> wanted)
{
    const auto& order = c.sync.find(type)->rules->match_attributes();
    const auto& profile = c.target.profile().of(type.name);
    std::vector<by_value> tables(order.size());
    for (auto* p : wanted) {
        const auto values = mapping::object_of(p->match_values);
        for (std::size_t i = 0; i < order.size(); ++i)
            if (const auto v = values.find(order[i]); v != values.end())
                if (auto text = match_text(order[i], *v, profile); !text.empty()) tables[i].emplace(std::move(text), p);
    }

    // What each match attribute found; the first one that found anything decides.
    std::unordered_map<candidate*, std::vector<std::vector<connectors::remote_resource>>> hits;
    std::uint64_t read = 0;
    c.shown.begin("reading the target's inventory", 0);
    const std::function<void(connectors::remote_resource)> each = [&](connectors::remote_resource remote) {
        c.shown.at(++read);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto value = mapping::value_at(remote.body, order[i]);
            if (!value) continue;
            const auto text = match_text(order[i], *value, profile);
            if (text.empty()) continue;
            const auto [from, to] = tables[i].equal_range(text);
            for (auto it = from; it != to; ++it) {
                auto& of = hits[it->second];
                of.resize(order.size());
                of[i].push_back(remote);
            }
        }
    };
    auto end = co_await c.target.list(type, each);
    if (!end) co_return target_error(c, end.error());
    c.shown.end();
    if (!end->complete)
        co_return cycle_error{fmt::format(
            "target '{}': whether {} {} without a link {} there already is seen in its list of all, and that could not "
            "be read completely ({}): nothing is created on its word",
            c.sync.target_name, wanted.size(), wanted.size() == 1 ? type.name : type.section,
            wanted.size() == 1 ? "is" : "are", end->why)};
    for (auto* p : wanted) {
        p->correlated = true;
        const auto hit = hits.find(p);
        if (hit == hits.end()) continue;
        for (auto& found : hit->second)
            if (!found.empty()) {
                p->found = std::move(found);
                break;
            }
    }
    co_return outcome<void>{};
}

// What lives somewhere else (a role of another server) is another one, whatever its name.
void drop_elsewhere(const cycle_context& c, const mapping::resource_type& type, const std::vector<candidate*>& wanted,
                    const found_before* also)
{
    for (auto* p : wanted) {
        if (p->found.empty()) continue;
        const auto desired = mapping::object_of(p->desired);
        std::erase_if(p->found, [&](const auto& remote) { return lives_elsewhere(c, type, desired, remote, also); });
    }
}

} // namespace

boost::asio::awaitable<outcome<void>> correlate(cycle_context c, const mapping::resource_type& type,
                                                std::vector<candidate*> wanted, const found_before* also)
{
    std::erase_if(wanted, [](const candidate* p) { return p->correlated || p->link || !p->in_scope || p->rejected; });
    if (wanted.empty()) co_return outcome<void>{};
    const auto& order = c.sync.find(type)->rules->match_attributes();
    // Every match attribute that a candidate has must be askable: a skipped one could be the one that finds it.
    const auto askable = [&](const candidate* p) {
        const auto values = mapping::object_of(p->match_values);
        return std::all_of(order.begin(), order.end(), [&](const auto& path) {
            const auto v = values.find(path);
            return v == values.end() || (v->is_string() && c.target.can_find(type, path));
        });
    };
    const bool can_ask = std::all_of(wanted.begin(), wanted.end(), askable) && wanted.size() <= filters_at_most;
    if (can_ask) {
        auto asked = co_await ask_for_each(c, type, wanted);
        if (!asked) co_return asked.error();
    } else {
        auto listed = co_await read_inventory(c, type, wanted);
        if (!listed) co_return listed.error();
    }
    drop_elsewhere(c, type, wanted, also);
    co_return outcome<void>{};
}

boost::asio::awaitable<outcome<void>> ask_who_is_left_alone(cycle_context c, std::vector<state::link> marked,
                                                            const mapping::resource_type& type, reading& r)
{
    for (const auto& link : marked) {
        auto current = co_await c.target.read(type, link.target);
        if (!current && current.error().next != connectors::disposition::not_found)
            co_return target_error(c, current.error());
        if (!current) continue;
        if (auto why = protected_by(c.sync, current->body))
            r.left_alone.insert_or_assign({std::string(type.name), link.key.text()}, std::move(*why));
    }
    co_return outcome<void>{};
}

} // namespace idferry::daemon::run
