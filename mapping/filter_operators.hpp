// The operators' names, and what a mistyped one was probably meant to be. Internal.
#pragma once

#include "mapping/filter.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace idferry::mapping {

inline constexpr std::string_view operator_names = "eq, ne, co, sw, ew, gt, ge, lt, le or pr";

std::string_view operator_name(compare_operator op);
std::optional<compare_operator> find_compare_operator(std::string_view name);
// A comparison operator or pr.
bool is_filter_operator(std::string_view name);

// "; did you mean eq?", or the list of operators when nothing is near.
std::string nearest_operator(std::string_view name);
// "; did you mean and?", or nothing.
std::string nearest_joint(std::string_view word);

} // namespace idferry::mapping
