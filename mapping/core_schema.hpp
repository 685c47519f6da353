// The attributes of the core and enterprise schemas (RFC 7643 sections 3.1, 4.1 to 4.3) by name: enough to check what
// an operator wrote, to know what is multi-valued, and to find a member whatever its case (section 2.1).
#pragma once

#include "mapping/json_fwd.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::mapping {

struct schema_attribute
{
    std::string_view name;
    bool multi_valued{false};
    bool read_only{false};
    std::span<const std::string_view> sub_attributes; // empty = simple
};

// The attributes of a resource type ("user", "group"), with id, externalId, meta and schemas; empty for other types.
std::span<const schema_attribute> core_attributes(std::string_view type);
// The enterprise extension of users; empty for other types.
std::span<const schema_attribute> enterprise_attributes(std::string_view type);
// By name, without case; nullptr when there is none.
const schema_attribute* find_attribute(std::span<const schema_attribute> all, std::string_view name);

// True for the attributes that are lists of complex values in the core schemas: "emails", "roles", "members", …
bool is_core_list(std::string_view attribute);

// Attribute names compare without (ASCII) case.
bool same_name(std::string_view a, std::string_view b);
// The member of that name, without case (an exact match first), or nullptr; also when `object` is no object.
const json* member_named(const json& object, std::string_view name);

// A target attribute path without filters: [urn:]attribute[.sub_attribute]. The core schemas' URNs are left out.
struct plain_path
{
    std::string urn;
    std::string attribute;
    std::string sub_attribute;

    std::string text() const;
};
plain_path split_path(std::string_view text);

} // namespace idferry::mapping
