#include "mapping/resource_type.hpp"

#include <array>

namespace idferry::mapping {

namespace {
constexpr std::array<const resource_type*, 12> all_resource_types{&user_type,
                                                                  &group_type,
                                                                  &resource_server_type,
                                                                  &theme_type,
                                                                  &identity_provider_type,
                                                                  &authenticator_config_type,
                                                                  &application_type,
                                                                  &sso_config_type,
                                                                  &role_type,
                                                                  &group_role_type,
                                                                  &assignment_type,
                                                                  &group_assignment_type};
} // namespace

std::span<const resource_type* const> resource_types()
{
    return all_resource_types;
}

const resource_type* find_resource_type(std::string_view name)
{
    for (const resource_type* type : all_resource_types) {
        if (type->name == name) {
            return type;
        }
    }
    return nullptr;
}

} // namespace idferry::mapping
