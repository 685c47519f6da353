// SCIM as Beyond Identity understands it: names of attributes, PatchOp, and how both become the native object.
#pragma once

#include "tests/sandbox/web.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::sandbox {

constexpr std::string_view scim_user_urn = "urn:ietf:params:scim:schemas:core:2.0:User";
constexpr std::string_view scim_group_urn = "urn:ietf:params:scim:schemas:core:2.0:Group";
constexpr std::string_view scim_enterprise_urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
constexpr std::string_view scim_byndid_urn = "urn:scim:schemas:extension:byndid:1.0:Group";

using scim_trait_names = std::span<const std::pair<std::string_view, std::string_view>>; // attribute, trait
extern const scim_trait_names scim_name_traits;                                          // of name
extern const scim_trait_names scim_enterprise_traits;
extern const scim_trait_names scim_manager_traits; // of the extension's manager

// One attribute, or a path of PATCH, into a native identity. What is not supported is ignored.
void scim_into_native(json& identity, std::string_view name, const json& value);

struct scim_operation
{
    std::string op; // lower case
    std::string path;
    json value;
};
// Nothing when the body is no PatchOp.
std::optional<std::vector<scim_operation>> scim_operations(const json& body);

// The id in members[value eq "id"].
std::optional<std::string> scim_member_of(std::string_view path);

} // namespace idferry::sandbox
