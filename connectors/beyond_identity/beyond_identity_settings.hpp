// What a Beyond Identity connection is configured with: where it is, whose application logs in, and one switch for
// every behaviour of the service that no public document settles (docs/connectors/beyond-identity.md lists them).
#pragma once

#include "connectors/http/http_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors::beyond_identity {

// What a length of at most 64 or 300 counts.
enum class length_unit
{
    code_points,
    bytes
};

// What is sent to clear a trait.
enum class clear_mode
{
    null,      // an explicit null
    empty_text // ""
};

// How somebody is created who is to be suspended from the beginning.
enum class suspended_creation
{
    patch, // created, and suspended by a PATCH that follows
    create // `status` goes with the creation; a PATCH follows only when the answer shows that it was not honoured
};

// When somebody who is going to be deleted leaves their groups and roles.
enum class leave_mode
{
    never,       // the service does it
    on_conflict, // once it has refused to delete somebody who is in some
    first        // before each deletion
};

// What becomes of an external_id that is there already and is another one.
enum class external_id_mode
{
    keep,     // the write is rejected
    overwrite // the mapping counts
};

// How much of a nested object (`config`, `payload`, `protocol_config`) goes with a change of one of its settings.
enum class nested_change
{
    whole,  // all of it, as it is there and with the change
    changed // the change alone
};

struct filter_settings
{
    bool external_id{false};
    bool group_display_name{false};
};

struct name_settings
{
    length_unit unit{length_unit::code_points};
    bool check{true};
};

struct write_settings
{
    clear_mode clear{clear_mode::null};
    suspended_creation suspended{suspended_creation::patch};
    leave_mode leave{leave_mode::on_conflict};
    external_id_mode external_id{external_id_mode::keep};
    std::int64_t members_per_request{1000};
    std::int64_t unknown_members{32}; // in one request, until the rest of it is given up
    bool second_values{true};         // secondary_email_address and secondary_phone are ours
    bool require_email{false};
    bool unique_email{false};
    bool admin_realm{false};
    nested_change nested{nested_change::whole};
    bool provider_envelope{true}; // a change of an identity provider stands in `identity_provider`
    bool sso_name{true};          // a change of an SSO configuration's name is sent beside its payload
    std::vector<std::string> custom_traits;
};

// `auth:` as it is written.
struct auth_keys
{
    std::optional<config::secret_ref> bearer;
    std::optional<std::string> realm;
    std::optional<std::string> application;
    std::optional<std::string> client_id;
    std::optional<config::secret_ref> client_secret;
    std::optional<http::client_credentials_settings::client_auth> client_auth;
    std::optional<std::string> scope;
    std::optional<std::chrono::milliseconds> margin;
};

struct beyond_identity_settings : http::http_section
{
    std::string name; // key under `connections:`
    std::string type;
    std::optional<std::string> region;
    std::optional<std::string> given_api_url;
    std::optional<std::string> given_auth_url;
    std::string tenant;
    std::string realm; // what is read and written
    auth_keys login;
    std::int64_t page_size{200};
    std::int64_t max_pages{100'000};
    bool correlation_id{true};
    bool renew_on_403{true};
    filter_settings filters;
    name_settings names;
    write_settings write;

    // Filled in by parse_settings; without a slash at the end.
    std::string api_url;
    std::string auth_url;

    // "/v1/tenants/{tenant}/realms/{realm}", encoded.
    std::string realm_path() const;
    // Of the application that issues our tokens; "" for a fixed token.
    std::string application() const { return login.application.value_or(""); }
    http::http_settings for_http() const;
};

config::shape<beyond_identity_settings> settings_shape();

// Reads the section, resolves the region into addresses and `auth` into the token endpoint.
std::optional<beyond_identity_settings> parse_settings(const config::node& section, const std::string& name,
                                                       config::diagnostics& out);

} // namespace idferry::connectors::beyond_identity
