// The calls of the API as configuration: method, path, where answers hold what, and how lists are paged. Each profile
// has a table of them; what nobody could verify is off until an operator switches it on (apis: Bare.ID, sections 2, 6
// and 7).
#pragma once

#include "config/shape.hpp"
#include "connectors/bare_id/json_pointer.hpp"
#include "connectors/bare_id/url_template.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
    json_pointer body;                     // where the request's body holds what is sent; "" = it is the body
    std::vector<json_pointer> id;          // creations: where the answer may hold the new id
    bool changed_only{false};              // updates: only members that change are sent, else the whole record
};

struct operations
{
    operation user_get, user_groups, group_roots, group_get, group_users, user_list, user_find, user_count;
    // For a target.
    operation user_find_email, user_find_attribute, group_read;
    operation user_create, user_update, user_enable, user_disable, user_delete;
    operation member_add, member_del;
    operation group_create, group_create_child, group_update, group_delete;
    operation role_get, role_create, user_roles, user_role_add, user_role_del;

    operations(); // of user/v1: five verified ones on, guesses off
};

// Those of the Keycloak Admin API below a realm, all on but the ways to enable and disable that it does not have.
operations keycloak_operations();

struct operation_row
{
    operation operations::* which;
    std::vector<placeholder> allowed; // in its path and query
    std::string_view doc;
};
const std::vector<operation_row>& operation_rows();

config::shape<paging_settings> paging_shape();
// What is not given is as in `standard`.
config::shape<operations> operations_shape(const operations& standard);

} // namespace idferry::connectors::bare_id
