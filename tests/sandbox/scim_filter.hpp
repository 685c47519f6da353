// RFC 7644 section 3.4.2.2: filters over JSON resources, and the attribute paths in them and in PATCH.
#pragma once

#include "tests/sandbox/scim_schema.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::sandbox {

struct scim_path
{
    std::string urn;       // "" = the core schema
    std::string attribute; // as written
    std::string sub;       // "" = the attribute itself
};

struct scim_filter
{
    enum class kind
    {
        both,     // parts[0] and parts[1]
        either,   // parts[0] or parts[1]
        negated,  // not parts[0]
        compared, // path op value
        present,  // path pr
        element   // path[parts[0]]: one value fits the filter
    };
    kind what{kind::compared};
    scim_path path;
    std::string op; // lower case
    json value;
    std::vector<scim_filter> parts;
};

// PATCH: attrPath, or attrPath[filter] with an optional sub-attribute after it.
struct scim_patch_path
{
    scim_path path;
    std::optional<scim_filter> where;
};

// Nothing when the text does not follow the grammar; `error` says why, with the position.
std::optional<scim_filter> parse_scim_filter(std::string_view text, std::string& error);
std::optional<scim_patch_path> parse_scim_patch_path(std::string_view text, std::string& error);
std::optional<scim_path> parse_scim_path(std::string_view text, std::string& error);

// Ordered comparison of a boolean or binary attribute is an error (invalidFilter).
std::string check_scim_filter(const scim_filter& filter, const scim_model& model);

// Does the resource fit? An attribute that is not there fits `ne`, `not`, and `eq null`.
bool fits_scim_filter(const scim_filter& filter, const json& resource, const scim_model& model);
// The same for one element of a multi-valued attribute, whose sub-attributes the filter names.
bool fits_scim_element(const scim_filter& filter, const json& element, const scim_attribute& attribute);

// The values at a path: elements of lists one by one; of a complex one without sub-attribute its `value`.
std::vector<const json*> values_at(const json& resource, const scim_path& path, const scim_model& model);

// Milliseconds since 1970 of an RFC 3339 time; nothing when it is none.
std::optional<std::int64_t> scim_time(std::string_view text);

} // namespace idferry::sandbox
