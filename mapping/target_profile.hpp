// What a target can hold: data, never code. The mapper, the normaliser and the diff adapt to it; the SCIM connector
// fills it from its presets, the configuration and discovery (apis: SCIM targets, section 4 "attributes").
#pragma once

#include <map>
#include <string>
#include <vector>

namespace idferry::mapping {

// How a multi-valued attribute shrinks at a target that keeps one value.
struct single_value_rule
{
    enum class keep_kind
    {
        primary_first, // the first element whose primary is true, else the first
        first
    };
    keep_kind keep{keep_kind::primary_first};
    std::map<std::string, std::string>
        force;                     // sub-attributes set on the one element when sent, as JSON text: {"primary":"true"}
    std::vector<std::string> drop; // sub-attributes never sent
    std::vector<std::string> compare{"value"}; // sub-attributes that count in a comparison
};

struct type_profile
{
    std::vector<std::string> send;       // attribute paths the target keeps; empty = every mapped one
    std::vector<std::string> never_send; // read-only at the target
    std::vector<std::string> unreturned; // kept but not given back: never compared with a read
    std::vector<std::string> case_fold;  // compared without case: "userName", "emails.value", "roles.value"
    std::vector<std::string> lower;      // sent in lower case: "roles.value"
    std::map<std::string, single_value_rule> single_valued; // by attribute
    std::map<std::string, std::map<std::string, std::string>>
        force;                              // multi-valued attribute → sub-attribute → JSON text set on every element
    std::vector<std::string> needs_primary; // multi-valued attributes whose first value is the primary one when none is
                                            // said to be; a value of type "other" never is
    std::map<std::string, std::vector<std::string>> compare; // multi-valued attribute → sub-attributes that count in a
                                                             // comparison; absent = all but display, primary, $ref
    std::vector<std::string> require;                        // without these a resource cannot be created
    std::vector<std::string> unique;                         // what the target keeps unique: "userName", "emails.value"
    std::map<std::string, std::string>
        empty_means; // attribute → JSON text the target holds when it is cleared: {"title": "\"\""}
    std::map<std::string, std::vector<std::string>> allowed_values; // attribute path → canonical values (without case)
    std::vector<std::string> given_once;     // copied as a resource is made and then kept, unless a rule says otherwise
    std::vector<std::string> within;         // what must be equal beside a match attribute: where the resource lives
    std::vector<std::string> reserved_names; // groups: names never touched, compared without case: "All Users"
    bool members{true};                      // groups: members can be written
    bool nested{false};                      // groups: groups may be members; else flattened
};

struct target_profile
{
    std::string name;                                       // "showpad", "generic"
    std::map<std::string, type_profile, std::less<>> types; // by resource type name

    // The profile of a type; an empty one when the target says nothing about it.
    const type_profile& of(std::string_view type) const;
};

} // namespace idferry::mapping
