// Resources of the types that are read whole, beside groups: what a scenario's files say of them, and how they are
// compared.
#pragma once

#include "tests/scenarios/memory_source.hpp"
#include "tests/scenarios/memory_target.hpp"

namespace idferry::tests {

// {TYPE: {KEY: {ATTRIBUTE: VALUE, members: [KEY]}}}, merged into what is there; null takes away. The target's are named
// by their display_name, and so is the resource server of a role.
void change_held(source_content& to, const mapping::json& change);
void change_held(provider_content& to, const mapping::json& change);

// What people call a resource of any type.
std::string name_in(const mapping::json& body);

// {TYPE: {DISPLAY_NAME: BODY}} with names for ids, lists of members sorted; a role's name is "NAME of SERVER", two
// of one name show as "NAME (2)".
mapping::json held_dump(const provider_content& of);

} // namespace idferry::tests
