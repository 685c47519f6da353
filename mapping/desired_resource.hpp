// What a target should hold for one resource: flat, attribute path by attribute path, so that it is compared, shown
// and stored line by line. An attribute that is not listed is left alone; a null clears.
#pragma once

#include "mapping/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace idferry::mapping {

enum class apply_mode
{
    always,
    create,  // only when the resource is created
    if_empty // only while the target holds nothing
};

struct desired_attribute
{
    std::string path; // target attribute path: "userName", "name.givenName", "emails", "urn:…:User:department"
    json value;       // null = clear; multi-valued attributes are arrays, already normalised and sorted
    apply_mode apply{apply_mode::always};
    std::string rule; // the rule that made it, one line: "from email, lower, trim"
    bool sensitive{false};
    // True when the value was computed from group memberships (a rule that reads `groups`, through any alias).
    bool from_groups{false};
};

// A reference to another resource of the same sync inside a value, resolved when it is sent:
// {"$link": {"type": "group", "key": "<source key>"}}.
json link_reference(std::string_view type, std::string_view source_key);
bool is_link_reference(const json& value, std::string& type, std::string& source_key);

struct desired_resource
{
    std::vector<desired_attribute> attributes; // sorted by path, each path once

    const desired_attribute* find(std::string_view path) const;
    // {"path": value, …} as compact, sorted text: what state keeps and digests are made of. Attributes with
    // apply create or if_empty are included.
    std::string text() const;
};

// One difference between what is desired and what is known.
struct attribute_delta
{
    std::string path;
    std::optional<json> old_value; // nothing = absent
    std::optional<json> new_value; // null = cleared
    std::string rule;
    bool sensitive{false};
    bool from_groups{false};
};

} // namespace idferry::mapping
