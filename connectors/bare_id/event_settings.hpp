// `events:` of a connection: where the instance tells what happened, as hints whom to read again. Nothing of event/v1
// is known for certain (apis: Bare.ID, sections 6.2 and 8), so it is off until the operator says which kind there is,
// and every part of it is configuration.
#pragma once

#include "config/shape.hpp"
#include "connectors/bare_id/json_pointer.hpp"
#include "connectors/bare_id/url_template.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors::bare_id {

enum class event_kind
{
    off,
    event_v1, // the API of events beside user/v1
    keycloak  // events and admin events of the legacy API
};

// How a moment is written in a query.
enum class date_form
{
    milliseconds, // since 1970
    rfc3339,      // 2026-11-22T20:15:00.000Z
    day,          // 2026-11-22
    none          // no moment is sent: every look reads from the beginning of the list
};

struct event_list_settings
{
    bool enabled{true};
    std::optional<url_template> path; // nothing = as the kind has it
    std::optional<json_pointer> list; // the same
};

// Where an event holds what; the first pointer that exists counts.
struct event_field_settings
{
    std::vector<json_pointer> time{fixed_pointer("/time"), fixed_pointer("/timestamp")};
    std::vector<json_pointer> type{fixed_pointer("/type"), fixed_pointer("/eventType")};
    std::vector<json_pointer> user{fixed_pointer("/userId"), fixed_pointer("/userUuid")};
    std::vector<json_pointer> error{fixed_pointer("/error")};
    std::vector<json_pointer> operation{fixed_pointer("/operationType")};
    std::vector<json_pointer> resource_type{fixed_pointer("/resourceType")};
    std::vector<json_pointer> resource_path{fixed_pointer("/resourcePath")};
};

struct event_settings
{
    event_kind kind{event_kind::off};
    std::string api_base; // "" = the connection's; of kind keycloak beside profile gateway: from auth.token_url
    std::string realm;    // "" = the connection's, or from auth.token_url
    event_list_settings user, admin;
    event_field_settings fields;
    std::vector<std::string> types{"REGISTER",
                                   "UPDATE_PROFILE",
                                   "UPDATE_EMAIL",
                                   "VERIFY_EMAIL",
                                   "VERIFY_PROFILE",
                                   "DELETE_ACCOUNT",
                                   "USER_DISABLED_BY_PERMANENT_LOCKOUT",
                                   "USER_DISABLED_BY_TEMPORARY_LOCKOUT",
                                   "IDENTITY_PROVIDER_FIRST_LOGIN",
                                   "FEDERATED_IDENTITY_LINK",
                                   "REMOVE_FEDERATED_IDENTITY",
                                   "CUSTOM_REQUIRED_ACTION",
                                   "EXECUTE_ACTIONS"};
    bool filter{true}; // the query names the types; else they are only told apart here
    std::string type_param{"type"};
    std::string resource_type_param{"resourceTypes"};
    std::string date_param{"dateFrom"};
    date_form dates{date_form::milliseconds};
    std::string size_param{"max"};
    std::string offset_param{"first"};
    std::int64_t page_size{100};
    std::int64_t max_pages{50};
    std::int64_t max_people{500};
    std::chrono::milliseconds overlap{std::chrono::minutes(2)};
    std::optional<std::chrono::milliseconds> retention; // how long the instance keeps events, where that is known

    bool on() const { return kind != event_kind::off && (user.enabled || admin.enabled); }
};

config::shape<event_settings> events_shape();

} // namespace idferry::connectors::bare_id
