#include "tests/sandbox/beyond_identity_filter.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

bool is_served(const scim_filter& filter, const beyond_fields& fields)
{
    using kind = scim_filter::kind;
    if (filter.what == kind::element || !filter.path.urn.empty()) return false;
    if (filter.what != kind::compared && filter.what != kind::present)
        return std::all_of(filter.parts.begin(), filter.parts.end(),
                           [&](const scim_filter& part) { return is_served(part, fields); });
    const auto name = filter.path.sub.empty() ? filter.path.attribute : filter.path.attribute + "." + filter.path.sub;
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) return false;
    if (filter.what == kind::present) return true;
    constexpr std::string_view known[] = {"eq", "ne", "co", "sw", "ew"};
    return filter.value.is_string() && std::find(std::begin(known), std::end(known), filter.op) != std::end(known);
}

} // namespace

std::optional<scim_filter> parse_beyond_filter(std::string_view text, const beyond_fields& fields)
{
    std::string error;
    auto filter = parse_scim_filter(text, error);
    if (!filter || !is_served(*filter, fields)) return std::nullopt;
    return filter;
}

} // namespace idferry::sandbox
