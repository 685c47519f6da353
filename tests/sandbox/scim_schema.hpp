// RFC 7643: the attributes of users and groups with their characteristics, as the strict server applies and serves
// them.
#pragma once

#include "tests/sandbox/web.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::sandbox {

enum class scim_type
{
    string,
    boolean,
    integer,
    date_time,
    reference,
    binary,
    complex
};

struct scim_attribute
{
    std::string name;
    scim_type type{scim_type::string};
    bool many{false};
    bool required{false};
    bool case_exact{false};
    std::string mutability{"readWrite"}; // readOnly | readWrite | immutable | writeOnly
    std::string returned{"default"};     // always | never | default | request
    std::string uniqueness{"none"};      // none | server | global
    std::vector<scim_attribute> subs;

    const scim_attribute* sub(std::string_view wanted) const;
};

struct scim_schema
{
    std::string urn;
    std::string name;
    std::vector<scim_attribute> attributes;

    const scim_attribute* find(std::string_view wanted) const;
    json description() const; // as served under /Schemas
};

// One resource type: its core schema, the common attributes, and its extensions.
struct scim_model
{
    std::string name;     // "User"
    std::string endpoint; // "/Users"
    scim_schema core;
    std::vector<scim_schema> extensions;
    std::vector<scim_attribute> common; // id, externalId, meta, schemas

    // `urn` empty or the core's: a core or common attribute; else one of that extension.
    const scim_attribute* find(std::string_view urn, std::string_view attribute) const;
    bool knows(std::string_view urn) const;
    bool is_extension(std::string_view urn) const;
};

const scim_model& user_model();
const scim_model& group_model();

// A refusal by the keywords of RFC 7644 section 3.12; status 0 = none.
struct scim_problem
{
    int status{0};
    std::string type{};
    std::string detail{};
    explicit operator bool() const { return status != 0; }
};

// Checks types and required attributes, drops what is readOnly, unassigned or (with `drop_unknown`) unknown, and writes
// attribute names the way the schema does.
scim_problem tidy_resource(const scim_model& model, json& resource, bool drop_unknown);

} // namespace idferry::sandbox
