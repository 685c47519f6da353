// SCIM filters (RFC 7644 section 3.4.2.2), complete: eq ne co sw ew gt ge lt le pr, and, or, not, grouping, value
// paths, URNs, `$ref`. Used for scopes, matching, sentinels, protection and value paths.
#pragma once

#include "mapping/attribute_path.hpp"
#include "mapping/json_fwd.hpp"

#include <functional>
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

struct comparison_operand;

class filter
{
public:
    filter_kind kind{filter_kind::compare};
    attribute_path path; // compare, present, value_path
    compare_operator op{compare_operator::eq};
    std::shared_ptr<const json> operand;                 // compare: string, number, boolean or null
    std::vector<std::shared_ptr<const filter>> children; // and, or: two or more; not, value_path: one
    // compare: the operand made ready by parse_filter and with_paths. A filter built by hand may leave it null.
    std::shared_ptr<const comparison_operand> prepared;

    // True when the resource matches. A comparison on a multi-valued attribute holds when any value holds; a complex
    // value compares by its `value`. dateTime strings compare chronologically. Absent and null are one (RFC 7643
    // section 2.5): `eq null` holds for both, and so does `ne "x"`. Values of different types are never equal.
    bool matches(const json& resource) const;
    // The clause that decided: the smallest sub-filter whose result made the whole what it is.
    std::string deciding_clause(const json& resource) const;
    // Canonical text.
    std::string text() const;
    // Every attribute path that is read, in order of appearance; inside a value path `emails[type …]` it is
    // `emails.type`.
    void collect_paths(std::vector<attribute_path>& out) const;
    // {"op":"eq","attrPath":"userName","compValue":"x"}, {"op":"and","filters":[…]}, {"op":"not","filter":…},
    // {"op":"[]","attrPath":"emails","valFilter":…}, {"op":"pr","attrPath":…}.
    json ast() const;
};

struct filter_limits
{
    int max_depth{32}; // parentheses, not and brackets within each other
    std::size_t max_bytes{64 * 1024};
    // Refuse what the grammar allows but no value can satisfy or RFC 7644 answers with invalidFilter: an order or a
    // substring of booleans and null, an order of binary values, `active eq "true"`. Off: only the grammar counts.
    bool check_types{true};
};

// Parses a filter. Several blanks count as one; names and operators are case-insensitive. Fails with the position of
// the first wrong character and a sentence that says what was expected.
std::variant<std::shared_ptr<const filter>, parse_error> parse_filter(std::string_view text,
                                                                      const filter_limits& limits = {});

// A copy in which every path outside brackets is replaced: for aliases.
std::shared_ptr<const filter> with_paths(const filter& original,
                                         const std::function<attribute_path(const attribute_path&)>& replace);

} // namespace idferry::mapping
