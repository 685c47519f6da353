// Values that no two resources of a target may share. Pure.
#pragma once

#include "mapping/json_fwd.hpp"
#include "mapping/target_profile.hpp"

#include <compare>
#include <string>
#include <vector>

namespace idferry::mapping {

// A value that the target keeps unique ("userName", "emails.value"), ready to compare.
struct unique_value
{
    std::string attribute; // the path that holds it: "emails"
    std::string path;      // what is unique: "emails.value"
    std::string text;      // comparable
    auto operator<=>(const unique_value&) const = default;
};

// Adds the unique values that `value` at a mapped path holds: itself, or those of its elements.
void add_unique_values(const std::string& attribute, const json& value, const type_profile& profile,
                       std::vector<unique_value>& out);
// All of a desired resource ({"path": value}).
std::vector<unique_value> unique_values(const json& desired, const type_profile& profile);

} // namespace idferry::mapping
