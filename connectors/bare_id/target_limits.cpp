#include "connectors/bare_id/target_limits.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

namespace idferry::connectors::bare_id {

std::string why_off(const operation& op)
{
    return "ops." + op.name + " is off (" + op.method + " " + op.path.text() + " is only assumed): set ops." + op.name +
           ".enabled: true after confirming it in the API's console";
}

std::string cannot(const bare_id_settings& config, const mapping::resource_type& type, write_kind what)
{
    if (&type != &mapping::user_type && &type != &mapping::group_type) return {};
    const auto& ops = config.ops;
    const auto* needed = &ops.user_create;
    switch (what) {
    case write_kind::create:
        if (type.has_members) needed = config.target.parent_group.empty() ? &ops.group_create : &ops.group_create_child;
        break;
    case write_kind::update: needed = type.has_members ? &ops.group_update : &ops.user_update; break;
    case write_kind::deactivate:
        // A call of its own does as well.
        needed = ops.user_enable.enabled && ops.user_disable.enabled ? &ops.user_disable : &ops.user_update;
        break;
    case write_kind::remove: needed = type.has_members ? &ops.group_delete : &ops.user_delete; break;
    }
    return needed->enabled ? std::string() : why_off(*needed);
}

std::string untouchable(const bare_id_settings& config, const mapping::resource_type& type,
                        const mapping::json& resource)
{
    if (&type != &mapping::user_type) return {};
    const auto name = mapping::value_at(resource, "userName");
    if (!name || !name->is_string()) return {};
    const auto& text = name->get_ref<const std::string&>();
    for (const auto& prefix : config.service_account_prefixes)
        if (text.size() >= prefix.size() && mapping::same_name(std::string_view(text).substr(0, prefix.size()), prefix))
            return "user names that begin with '" + prefix +
                   "' are service accounts, which are never made, changed or taken away (service_account_prefixes)";
    return {};
}

} // namespace idferry::connectors::bare_id
