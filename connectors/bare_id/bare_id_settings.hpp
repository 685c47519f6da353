// What a Bare.ID connection is configured with. Only five read calls of the API are known for certain (apis: Bare.ID,
// section 2), so every path, envelope, field and paging style is configuration; the defaults are those five, or, with
// profile keycloak_admin, what the Keycloak Admin API has (section 7).
#pragma once

#include "connectors/bare_id/api_settings.hpp"
#include "connectors/bare_id/event_settings.hpp"
#include "connectors/bare_id/json_pointer.hpp"
#include "connectors/bare_id/operations.hpp"
#include "connectors/bare_id/target_settings.hpp"
#include "connectors/http/http_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors::bare_id {

enum class attribute_encoding
{
    values_object, // {"department": {"values": ["Sales"]}}
    list,          // {"department": ["Sales"]}
    scalar         // {"department": "Sales"}
};

struct field_settings
{
    json_pointer id{fixed_pointer("/uuid")};
    json_pointer username{fixed_pointer("/username")};
    json_pointer email{fixed_pointer("/email")};
    json_pointer enabled{fixed_pointer("/enabled")};
    json_pointer email_verified{fixed_pointer("/emailVerified")};
    std::vector<json_pointer> first_name{fixed_pointer("/attributes/firstName"), fixed_pointer("/firstName")};
    std::vector<json_pointer> last_name{fixed_pointer("/attributes/lastName"), fixed_pointer("/lastName")};
    json_pointer attributes{fixed_pointer("/attributes")};
    attribute_encoding encoding{attribute_encoding::values_object};
    std::vector<std::string> root_attributes{"username", "email", "firstName", "lastName"};
    json_pointer group_id{fixed_pointer("/uuid")};
    json_pointer group_name{fixed_pointer("/name")};
    json_pointer group_path{fixed_pointer("/path")};
};

// What a boolean means that is missing from a record.
enum class absent_bool
{
    is_false,
    is_true,
    error
};

enum class absent_list
{
    error,
    empty
};

struct absent_settings
{
    absent_bool boolean{absent_bool::error};
    absent_list directory_list{absent_list::error}; // group_roots, user_list
    absent_list nested_list{absent_list::empty};    // children, members, a person's groups
};

enum class source_mode
{
    group_walk, // people are the members of the groups
    user_list   // people are listed; needs ops.user_list
};

enum class membership_mode
{
    walk,    // from the groups' member lists
    per_user // from each person's groups
};

struct source_settings
{
    source_mode mode{source_mode::group_walk};
    std::vector<config::located<std::string>> groups; // names, paths or ids, with everything below them; empty = all
    std::int64_t max_depth{16};
    std::int64_t max_groups{20000};
    bool hydrate{true};
    membership_mode memberships{membership_mode::walk};
};

struct error_settings
{
    std::vector<json_pointer> code{fixed_pointer("/code"), fixed_pointer("/error")};
    std::vector<json_pointer> message{fixed_pointer("/message"), fixed_pointer("/errorMessage"),
                                      fixed_pointer("/error_description"), fixed_pointer("/error")};
};

struct bare_id_settings : http::http_section
{
    std::string name; // key under `connections:`
    std::string type;
    std::string instance; // gateway
    std::string realm;    // keycloak_admin
    std::string api_base{"https://api.bare.id"};
    std::string profile{"gateway"};
    operations ops;
    field_settings fields;
    absent_settings absent;
    paging_settings paging;
    source_settings source;
    target_settings target;
    error_settings errors;
    event_settings events;
    api_settings api;
    std::vector<std::string> service_account_prefixes{"service-account-"};

    // "urn:idferry:source:bare_id:<name>": where attributes without a SCIM name live.
    bool keycloak() const { return profile == "keycloak_admin"; }
    // Some call that changes people is on.
    bool writes() const { return ops.user_create.enabled || ops.user_update.enabled || ops.group_create.enabled; }
    std::string urn() const { return "urn:idferry:source:bare_id:" + name; }
};

config::shape<bare_id_settings> settings_shape();

// Reads the section, applies the defaults of this connector, and checks what the chosen mode needs.
std::optional<bare_id_settings> parse_settings(const config::node& section, const std::string& name,
                                               config::diagnostics& out);

} // namespace idferry::connectors::bare_id
