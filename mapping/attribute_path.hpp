// SCIM attribute paths (RFC 7644 section 3.5.2 PATH and section 3.10, with the URN rules of RFC 7643).
//
//   path = attrPath / valuePath [subAttr]         "userName", "name.givenName", "emails[type eq \"work\"].value",
//                                                  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
#pragma once

#include "mapping/json_fwd.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace idferry::mapping {

class filter;

// Why a path or a filter does not parse: `position` is the 0-based byte offset of the offending character.
struct parse_error
{
    std::string message;
    std::size_t position{0};
};

struct attribute_path
{
    std::string urn;       // schema URN, or empty
    std::string attribute; // "emails"; empty when the path is a bare URN that names a whole extension
    std::shared_ptr<const filter> value_filter; // "[…]" or null
    std::string sub_attribute;                  // "value", or empty

    // Canonical text: operators in lower case, one blank between tokens.
    std::string text() const;
    // "urn:…:attribute" or "attribute": the attribute's name without filter and sub-attribute.
    std::string attribute_text() const;
};

// Parses a path. Names are case-insensitive and kept as written. Fails with the position of the first wrong character.
std::variant<attribute_path, parse_error> parse_path(std::string_view text);

// Every value the path selects in a SCIM-shaped resource, in order: attribute and sub-attribute names match
// case-insensitively, multi-valued attributes fan out, a value filter selects elements. Nothing selected = absent; a
// JSON null is a selected null. `path` without a URN addresses core attributes, one with an extension's URN the
// member of that name.
std::vector<const json*> select(const json& resource, const attribute_path& path);

} // namespace idferry::mapping
