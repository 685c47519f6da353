// Resource types are rows, not code paths: users and groups are the first two.
#pragma once

#include <span>
#include <string_view>

namespace idferry::mapping {

struct resource_type
{
    std::string_view name;     // "user": in state, plans and messages
    std::string_view section;  // "users": the key in a sync
    std::string_view endpoint; // "/Users" (RFC 7644 section 3.2)
    std::string_view schema;   // the core schema's URN (RFC 7643 section 8.7.1)
    int push_rank;             // lower is created and updated first, removed last
    bool has_members;          // its resources refer to users through `members`
};

inline constexpr std::string_view core_user_schema = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view core_group_schema = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view enterprise_user_schema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

inline constexpr resource_type user_type{"user", "users", "/Users", core_user_schema, 1, false};
inline constexpr resource_type group_type{"group", "groups", "/Groups", core_group_schema, 2, true};

// Every resource type, in push order.
std::span<const resource_type* const> resource_types();

// The type of that name, or nullptr.
const resource_type* find_resource_type(std::string_view name);

} // namespace idferry::mapping
