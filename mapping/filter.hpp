// SCIM filters (RFC 7644 section 3.4.2.2), complete: eq ne co sw ew gt ge lt le pr, and, or, not, grouping, value
// paths, URNs, `$ref`. Used for scopes, matching, sentinels, protection and value paths.
#pragma once

#include "mapping/attribute_path.hpp"
#include "mapping/json_fwd.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace idferry::mapping {

enum class filter_kind
{
    compare,    // path op value
    present,    // path pr
    value_path, // attribute[filter]
    logical_and,
    logical_or,
    logical_not
};

enum class compare_operator
{
    eq,
    ne,
    co,
    sw,
    ew,
    gt,
    ge,
    lt,
    le
};

// How an attribute compares (RFC 7643 section 7).
struct comparison_rules
{
    // Attribute paths compared case-exactly ("id", "externalId", "members.value", "groups.value", …); all others fold
    // case (full Unicode folding).
    bool case_exact(std::string_view attribute, std::string_view sub_attribute) const;
};

class filter
{
public:
    filter_kind kind{filter_kind::compare};
    attribute_path path;                 // compare, present, value_path
    compare_operator op{compare_operator::eq};
    std::shared_ptr<const json> operand; // compare: string, number, boolean or null
    std::vector<std::shared_ptr<const filter>> children; // and, or: two or more; not, value_path: one

    // True when the resource matches. A comparison on a multi-valued attribute holds when any value holds; a complex
    // value compares by its `value`. dateTime strings compare chronologically.
    bool matches(const json& resource) const;
    // The clause that decided: the smallest sub-filter whose result made the whole what it is.
    std::string deciding_clause(const json& resource) const;
    // Canonical text.
    std::string text() const;
    // Every attribute path that is read, in order of appearance.
    void collect_paths(std::vector<attribute_path>& out) const;
    // {"op":"eq","attrPath":"userName","compValue":"x"}, {"op":"and","filters":[…]}, {"op":"not","filter":…},
    // {"op":"[]","attrPath":"emails","valFilter":…}, {"op":"pr","attrPath":…}.
    json ast() const;
};

struct filter_limits
{
    int max_depth{32};
    std::size_t max_bytes{64 * 1024};
};

std::variant<std::shared_ptr<const filter>, parse_error> parse_filter(std::string_view text, const filter_limits& limits = {});

} // namespace idferry::mapping
