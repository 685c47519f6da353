// Filters of the native lists: the grammar of SCIM over a few named fields.
#pragma once

#include "tests/sandbox/scim_filter.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::sandbox {

using beyond_fields = std::vector<std::string_view>; // "traits.username"

// Nothing when it is no filter, or asks for another field, or with another operator than eq, ne, co, sw, ew and pr.
std::optional<scim_filter> parse_beyond_filter(std::string_view text, const beyond_fields& fields);

template <class Field> // std::string_view(const scim_path&)
bool fits_beyond_filter(const scim_filter& filter, bool case_exact, const Field& field)
{
    using kind = scim_filter::kind;
    const auto part = [&](std::size_t at) { return fits_beyond_filter(filter.parts[at], case_exact, field); };
    if (filter.what == kind::both) return part(0) && part(1);
    if (filter.what == kind::either) return part(0) || part(1);
    if (filter.what == kind::negated) return !part(0);
    const std::string_view value = field(filter.path);
    if (filter.what == kind::present) return !value.empty();
    const auto& wanted = filter.value.get_ref<const std::string&>();
    const auto left = case_exact ? std::string(value) : fold(value);
    const auto right = case_exact ? wanted : fold(wanted);
    if (filter.op == "eq") return left == right;
    if (filter.op == "ne") return left != right;
    if (filter.op == "co") return left.find(right) != std::string::npos;
    if (filter.op == "sw") return left.starts_with(right);
    return left.ends_with(right);
}

} // namespace idferry::sandbox
