// Resource types are rows, not code paths: users and groups are the first two; what decides about access, and what a
// realm is configured by, follow.
#pragma once

#include <span>
#include <string_view>

namespace idferry::mapping {

struct resource_type
{
    std::string_view name;            // "user": in state, plans and messages
    std::string_view section;         // "users": the key in a sync
    std::string_view endpoint;        // "/Users" (RFC 7644 section 3.2)
    std::string_view schema;          // the core schema's URN (RFC 7643 section 8.7.1)
    int push_rank;                    // lower is created and updated first, removed last
    bool has_members;                 // its resources refer to others through `members`
    std::string_view members{"user"}; // of which type those are, where it has any
    std::string_view resources_of{};  // the type whose resources these are: only who belongs to them is kept in step

    constexpr bool only_members() const { return !resources_of.empty(); }
};

inline constexpr std::string_view core_user_schema = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view core_group_schema = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view enterprise_user_schema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

inline constexpr resource_type user_type{"user", "users", "/Users", core_user_schema, 1, false};
inline constexpr resource_type group_type{"group", "groups", "/Groups", core_group_schema, 2, true};

// People come in any number and are read one by one; every other type is read whole.
constexpr bool is_person(const resource_type& t)
{
    return t.name == user_type.name;
}

// A member of a decoded resource: true = the vendor's own, which is linked and never written.
inline constexpr std::string_view managed_mark = "idferry:managed";

// Who holds a role, who may use an application: by person and by group.
inline constexpr resource_type role_type{"role", "roles", "/Roles", "", 3, true};
inline constexpr resource_type group_role_type{"group_role", "group_roles", "/Roles", "", 9, true, "group", "role"};
inline constexpr resource_type assignment_type{"assignment", "assignments", "/Applications", "", 9,
                                               true,         "user",        "sso_config"};
inline constexpr resource_type group_assignment_type{
    "group_assignment", "group_assignments", "/Applications", "", 9, true, "group", "sso_config"};

// What a realm is configured by; a type comes after those that its resources refer to.
inline constexpr resource_type resource_server_type{
    "resource_server", "resource_servers", "/ResourceServers", "", 2, false};
inline constexpr resource_type theme_type{"theme", "themes", "/Themes", "", 3, false};
inline constexpr resource_type identity_provider_type{
    "identity_provider", "identity_providers", "/IdentityProviders", "", 3, false};
inline constexpr resource_type authenticator_config_type{
    "authenticator_config", "authenticator_configs", "/AuthenticatorConfigs", "", 4, false};
inline constexpr resource_type application_type{"application", "applications", "/Applications", "", 5, false};
inline constexpr resource_type sso_config_type{"sso_config", "sso_configs", "/SsoConfigs", "", 6, false};

// Every resource type, in push order.
std::span<const resource_type* const> resource_types();

// The type of that name, or nullptr.
const resource_type* find_resource_type(std::string_view name);

} // namespace idferry::mapping
