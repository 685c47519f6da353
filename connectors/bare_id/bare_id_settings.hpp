// What a Bare.ID connection is configured with. Only five read calls of the API are known for certain (apis: Bare.ID,
// section 2), so every path, envelope, field and paging style is configuration; the defaults are those five.
#pragma once

#include "connectors/bare_id/json_pointer.hpp"
#include "connectors/bare_id/url_template.hpp"
#include "connectors/http/http_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace idferry::connectors::bare_id {

enum class paging_style
{
    none,   // one request holds everything
    offset, // offset_param counts records from 0, size_param is the page size
    page,   // page_param counts pages from first_page
    token   // next_token of an answer is sent as token_param
};

struct paging_settings
{
    paging_style style{paging_style::none};
    std::int64_t size{100};
    std::string size_param{"max"};
    std::string offset_param{"first"};
    std::string page_param{"page"};
    std::int64_t first_page{1};
    std::string token_param{"pageToken"};
    json_pointer next_token{fixed_pointer("/nextPageToken")};
    std::int64_t max_pages{20000};
};

struct operation
{
    std::string name; // "group_users": for messages
    bool enabled{true};
    std::string method{"GET"};
    url_template path;
    std::vector<std::pair<std::string, url_template>> query;
    json_pointer item;                     // one record
    json_pointer list;                     // several
    std::optional<paging_settings> paging; // instead of the connection's
};

// Those of user/v1: five verified ones on, guesses off (apis: Bare.ID, sections 2 and 6.1).
struct operations
{
    operations();
    operation user_get, user_groups, group_roots, group_get, group_users, user_list, user_find, user_count;
};

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
    std::string instance;
    std::string api_base{"https://api.bare.id"};
    std::string profile{"gateway"};
    operations ops;
    field_settings fields;
    absent_settings absent;
    paging_settings paging;
    source_settings source;
    error_settings errors;
    std::vector<std::string> service_account_prefixes{"service-account-"};

    // "urn:idferry:source:bare_id:<name>": where attributes without a SCIM name live.
    std::string urn() const { return "urn:idferry:source:bare_id:" + name; }
};

config::shape<bare_id_settings> settings_shape();

// Reads the section, applies the defaults of this connector, and checks what the chosen mode needs.
std::optional<bare_id_settings> parse_settings(const config::node& section, const std::string& name,
                                               config::diagnostics& out);

} // namespace idferry::connectors::bare_id
