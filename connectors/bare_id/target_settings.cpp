#include "connectors/bare_id/target_settings.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/resource_type.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace {

// What has a place of its own, or cannot be in one attribute.
constexpr std::string_view no_attribute[] = {"id",     "schemas", "meta",     "groups", "userName",
                                             "active", "emails",  "password", "roles",  "name"};

void check_attributes(const target_settings& t, const config::node&, config::diagnostics& out)
{
    for (const auto& [path, name] : t.attributes) {
        const auto p = mapping::split_path(path.value);
        const bool enterprise = mapping::same_name(p.urn, mapping::enterprise_user_schema);
        const auto known = mapping::find_attribute(
            enterprise ? mapping::enterprise_attributes("user") : mapping::core_attributes("user"), p.attribute);
        const bool taken = p.urn.empty() && std::ranges::any_of(no_attribute, [&](std::string_view n) {
                               return mapping::same_name(n, p.attribute);
                           });
        if ((!p.urn.empty() && !enterprise) || !known || taken || !p.sub_attribute.empty())
            out.add(path.at, "'" + path.value +
                                 "' is no SCIM attribute that an attribute can hold: externalId, phoneNumbers, title, "
                                 "urn:…:enterprise:2.0:User:department and the like");
    }
}

} // namespace

std::string target_settings::attribute_for(std::string_view path) const
{
    for (const auto& [scim, name] : attributes)
        if (mapping::same_name(scim.value, path)) return name;
    // Unless another place was chosen for it.
    return mapping::same_name(path, "externalId") ? "externalId" : "";
}

config::shape<target_settings> target_shape()
{
    using t = target_settings;
    return config::section<t>()
        .optional("attributes", &t::attributes, config::map_of(config::non_empty_text()),
                  "SCIM attribute: name of the attribute that holds it; externalId is held by `externalId`, and what "
                  "has a SCIM name keeps it (title, locale, department, …) unless it stands here")
        .optional("roles", &t::roles, config::list_of(config::non_empty_text()),
                  "realm roles that this connection may give and take, by the SCIM attribute `roles`; others are never "
                  "seen or touched")
        .optional("create_roles", &t::create_roles, config::boolean(),
                  "make a realm role of that list that does not exist (needs ops.role_create)")
        .optional("parent_group", &t::parent_group, config::text(),
                  "id of the group whose children are the groups that are read and written; without it, the top-level "
                  "groups")
        .optional("parent_field", &t::parent_field, config::text(),
                  "member of a new group's body that takes the id of parent_group, where the path does not say it "
                  "(parentUuid)")
        .optional("reenable", &t::reenable, config::choice<bool>({{"source_change", false}, {"always", true}}),
                  "who is switched on again: only whom the source switched on (`source_change`), so that no lock "
                  "against password guessing is undone, or everybody who is active at the source (`always`)")
        .optional("clear", &t::clear,
                  config::choice<clear_mode>({{"omit", clear_mode::omit}, {"empty", clear_mode::empty}}),
                  "how an attribute is taken away: left out, or sent without values")
        .optional("unique_emails", &t::unique_emails, config::boolean(),
                  "whether two people may not have the same e-mail address")
        .optional("hydrate", &t::hydrate, config::boolean(),
                  "read every listed person's own record as well, because lists may show less; profile "
                  "keycloak_admin: off unless set")
        .optional("leave_out", &t::leave_out, config::list_of(config::non_empty_text()),
                  "members of a record that are read but never sent back")
        .check(check_attributes)
        .shape();
}

} // namespace idferry::connectors::bare_id
