// The one table of an identity's traits and the SCIM attributes that they are (apis: Beyond Identity, section 5.4).
// Reading and writing both go by it. Pure.
#pragma once

#include <span>
#include <string_view>

namespace idferry::connectors::beyond_identity {

enum class trait_place
{
    attribute, // `path` is a SCIM path
    primary,   // the value of the primary element of the list `path`
    second,    // the value of the other element of the list `path`
    part       // `path` is "list.sub": a sub-attribute of the list's one element
};

struct trait_row
{
    std::string_view trait;
    trait_place place;
    std::string_view path;
    std::string_view type{}; // of the list's element that is made
};

// Every trait but `type`, which is no attribute: it names the variant of the object.
std::span<const trait_row> trait_rows();

inline constexpr std::string_view traits_variant = "traits_v0";

// Where attributes without a SCIM name live.
inline constexpr std::string_view identity_urn = "urn:idferry:source:beyond_identity:identity";
inline constexpr std::string_view group_urn = "urn:idferry:source:beyond_identity:group";

} // namespace idferry::connectors::beyond_identity
