#include "daemon/run/protection.hpp"

#include "connectors/registry.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"
#include "mapping/resource_type.hpp"

#include <fmt/format.h>

namespace idferry::daemon::run {

namespace {

bool same_account(const mapping::json& resource, const std::string& account)
{
    if (account.empty()) return false;
    const auto id = resource.find("id");
    if (id != resource.end() && id->is_string() && id->get<std::string>() == account) return true;
    const auto quoted = mapping::json(account).dump(-1, ' ', false, mapping::json::error_handler_t::replace);
    const auto parsed = mapping::parse_filter("userName eq " + quoted);
    const auto* f = std::get_if<std::shared_ptr<const mapping::filter>>(&parsed);
    return f && (*f)->matches(resource);
}

// From {"path": value} text.
mapping::json resource_of(const std::string& known)
{
    const auto flat = mapping::object_of(known);
    auto resource = mapping::json::object();
    for (auto it = flat.begin(); it != flat.end(); ++it) mapping::assign(resource, it.key(), it.value());
    return resource;
}

} // namespace

std::optional<std::string> protected_by(const sync_settings& sync, const mapping::json& target_resource)
{
    if (same_account(target_resource, sync.target->own_account()))
        return "it is the account that our own credentials belong to (own_account)";
    if (const auto mark = target_resource.find(mapping::managed_mark);
        mark != target_resource.end() && mark->is_boolean() && mark->get<bool>())
        return "it is the system's own, which its vendor manages";
    for (const auto& f : sync.protect)
        if (f->matches(target_resource)) return fmt::format("it matches protect: {}", f->text());
    return std::nullopt;
}

std::optional<std::string> untouchable_at_target(const sync_settings& sync, const mapping::resource_type& type,
                                                 const std::string& desired)
{
    auto why = sync.target->untouchable(type, resource_of(desired));
    if (why.empty()) return std::nullopt;
    return why;
}

std::optional<std::string> protected_by_known(const sync_settings& sync, const std::string& known,
                                              const std::string& target_id)
{
    auto resource = resource_of(known);
    if (!target_id.empty()) resource["id"] = target_id;
    return protected_by(sync, resource);
}

std::optional<std::string> foreign_external_id(const mapping::json& desired, const mapping::json& target_resource)
{
    const auto ours = desired.find("externalId");
    if (ours == desired.end() || !ours->is_string()) return std::nullopt;
    const auto theirs = mapping::value_at(target_resource, "externalId");
    if (!theirs || !theirs->is_string() || theirs->get_ref<const std::string&>().empty() || *theirs == *ours)
        return std::nullopt;
    return mapping::to_text(*theirs);
}

} // namespace idferry::daemon::run
