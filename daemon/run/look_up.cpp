// Link references of a change, and the look-up before anything is sent a second time.
#include "daemon/run/operations.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/sharing.hpp"

#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

std::optional<std::string> resolve_links_in(const cycle_context& c, mapping::json& value, const found_before* also)
{
    std::string type, key;
    if (mapping::is_link_reference(value, type, key)) {
        const auto* of = mapping::find_resource_type(type);
        if (!of) return type + " " + key;
        auto link = c.state.find_link(c.scope(*of), mapping::source_key(key));
        if (link && *link) {
            value = (*link)->target.text();
            return std::nullopt;
        }
        const auto hit = also && link ? also->find({type, key}) : found_before::const_iterator();
        if (!also || !link || hit == also->end() || hit->second.size() != 1) return fmt::format("{} {}", type, key);
        value = hit->second.front().id.text();
        return std::nullopt;
    }
    if (value.is_structured())
        for (auto& child : value)
            if (auto missing = resolve_links_in(c, child, also)) return missing;
    return std::nullopt;
}

outcome<mapping::desired_resource> resolve_links(const cycle_context& c, const reconcile::change& change,
                                                 const std::vector<mapping::attribute_rule>& rules)
{
    auto desired = mapping::inflate(change.desired, rules);
    for (auto& a : desired.attributes)
        if (auto missing = resolve_links_in(c, a.value))
            return cycle_error{fmt::format("{} refers to source {}, which is not at the target", a.path, *missing)};
    return desired;
}

bool refers_to_missing(const cycle_context& c, const std::string& desired)
{
    if (desired.find("\"$link\"") == std::string::npos) return false;
    mapping::json value;
    mapping::json_error error;
    return mapping::parse_json(desired, value, error) && resolve_links_in(c, value).has_value();
}

bool lives_elsewhere(const cycle_context& c, const mapping::resource_type& type, const mapping::json& desired,
                     const connectors::remote_resource& remote, const found_before* also)
{
    const auto& profile = c.target.profile().of(type.name);
    return std::any_of(profile.within.begin(), profile.within.end(), [&](const std::string& path) {
        auto ours = desired.contains(path) ? desired[path] : mapping::json();
        if (resolve_links_in(c, ours, also)) return true;
        const auto theirs = mapping::value_at(remote.body, path);
        return mapping::comparable_value(path, ours, profile) !=
               mapping::comparable_value(path, theirs ? *theirs : mapping::json(), profile);
    });
}

std::optional<std::string> push_claims::claim(const mapping::resource_type& type, const mapping::target_id& id,
                                              const mapping::source_key& key)
{
    const auto [holder, is_new] = taken_.try_emplace({std::string(type.name), id.text()}, key.text());
    if (is_new || holder->second == key.text()) return std::nullopt;
    return holder->second;
}

boost::asio::awaitable<connectors::result<looked_up>> look_up(cycle_context c, const type_settings& type,
                                                              mapping::source_key key, std::string desired,
                                                              std::string match_values)
{
    looked_up out;
    const auto wanted = mapping::object_of(desired), values = mapping::object_of(match_values);
    const auto& order = type.rules->match_attributes(); // nothing else may decide whose resource this is
    std::vector<connectors::remote_resource> found;
    bool asked = false;
    for (const auto& path : order) {
        const auto value = values.contains(path)   ? values[path]
                           : wanted.contains(path) ? wanted[path]
                                                   : mapping::json();
        if (!value.is_string() || !c.target.can_find(*type.type, path)) continue;
        asked = true;
        auto hits = co_await c.target.find(*type.type, path, value.get<std::string>());
        if (!hits) co_return hits.error();
        found = std::move(*hits);
        if (!found.empty()) break;
    }
    if (!asked) {
        // This target cannot be asked for one: its whole list is compared by the match attributes.
        const auto& profile = c.target.profile().of(type.type->name);
        const std::function<void(connectors::remote_resource)> each = [&](connectors::remote_resource remote) {
            for (const auto& path : order) {
                const auto theirs = mapping::value_at(remote.body, path);
                const auto ours = values.contains(path)   ? values[path]
                                  : wanted.contains(path) ? wanted[path]
                                                          : mapping::json();
                if (theirs && !ours.is_null() &&
                    mapping::comparable_value(path, *theirs, profile) ==
                        mapping::comparable_value(path, ours, profile)) {
                    found.push_back(std::move(remote));
                    return;
                }
            }
        };
        auto end = co_await c.target.list(*type.type, each);
        if (!end) co_return end.error();
        if (!end->complete) {
            connectors::failure f;
            f.next = connectors::disposition::retry;
            f.detail = "the target's list could not be read completely: " + end->why;
            co_return f;
        }
    }
    std::erase_if(found, [&](const auto& remote) { return lives_elsewhere(c, *type.type, wanted, remote); });
    if (found.empty()) co_return out;
    if (found.size() > 1) {
        out.why_not = fmt::format("{} target resources match: nobody can tell which is meant", found.size());
        co_return out;
    }
    auto& remote = found.front();
    auto other = c.state.find_link_by_target(c.scope(*type.type), remote.id);
    if (other && *other && (*other)->key != key)
        out.why_not = fmt::format("the target resource {} is linked to {} already", remote.id.text(), (*other)->label);
    if (auto why = linked_by_another(c, *type.type, remote.id, true)) out.why_not = std::move(*why);
    if (const auto theirs = foreign_external_id(wanted, remote.body))
        out.why_not = fmt::format("the target resource {} belongs to externalId {}", remote.id.text(), *theirs);
    if (auto why = protected_by(c.sync, remote.body))
        out.why_not = fmt::format("the target resource {} is left alone: {}", remote.id.text(), *why);
    if (out.why_not.empty()) out.found = std::move(remote);
    co_return out;
}

} // namespace idferry::daemon::run
