// What one kind of service provider understands: knobs, and the presets that set them. Data only: a provider's
// peculiarity is a value in a row, never an `if` on its name.
#pragma once

#include "connectors/http/pacer.hpp"
#include "connectors/scim/scim_reading.hpp"
#include "mapping/resource_type.hpp"
#include "mapping/target_profile.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::scim {

// How GET /ServiceProviderConfig is used.
enum class spc_mode
{
    automatic, // asked for; without a usable answer the profile counts
    required,  // asked for; without a usable answer nothing works
    skip       // not asked for
};

enum class patch_mode
{
    never,
    automatic, // only when the provider says that it supports PATCH
    always
};

// How an existing resource is changed.
enum class update_mode
{
    put_merge, // PUT of what was read, with the desired attributes over it
    patch      // PATCH with what differs; put_merge once PATCH turns out not to be there
};

// How members of a group are changed.
enum class membership_mode
{
    automatic,    // patch_filter where PATCH may be used, else put_full
    put_full,     // PUT of the whole group: current members without the removed, with the added
    patch_filter, // PATCH: add with an array, remove with members[value eq "…"]
    patch_value   // PATCH: add with an array, remove with an array of one; empties the group of who follows the RFC
};

// How a user is looked for by userName before each creation: the provider takes who has the name over, and says
// nothing.
enum class look_mode
{
    never,
    by_filter, // which finds a name in any letters
    by_list    // in the list of all, read once a push: the filter may find only a name in the same letters
};

// What is sent for a cleared attribute that has no entry in empty_means.
enum class clear_mode
{
    omit,      // left out of the PUT (RFC 7644 section 3.5.1)
    null,      // an explicit null
    empty_text // ""
};

// What the provider announced; a missing field is unknown, never "false".
struct capabilities
{
    std::optional<bool> patch;
    std::optional<bool> filter;
    std::optional<bool> etag;
    int max_results{0};    // of a filter; 0 = unknown
    int max_page{0};       // RFC 9865's pagination.maxPageSize; 0 = unknown
    bool by_cursor{false}; // lists are read by cursor rather than by index (RFC 9865)
};

struct dialect
{
    // Requests
    std::string content_type{"application/scim+json"};
    std::string accept{"application/scim+json, application/json;q=0.9"};
    bool media_fallback{true}; // after 415 or 406 once with application/json, then remembered
    // Discovery
    spc_mode spc{spc_mode::automatic};
    capabilities claims; // what is set here counts over what the provider announces
    // Filters: attributes that can be compared with eq; every hit is compared again on our side unless switched off.
    std::vector<std::string> user_keys{"externalId", "userName"};
    std::vector<std::string> group_keys{"displayName"};
    bool verify_match{true};
    // Paging
    int page_size{100};
    bool send_start_index{true};
    bool cursor{false}; // open lists with an empty cursor (RFC 9865), whatever the provider announces
    int max_pages{100000};
    // Writing
    patch_mode patch{patch_mode::automatic};
    update_mode user_update{update_mode::put_merge};
    update_mode group_update{update_mode::put_merge};
    bool patch_remove{true}; // PATCH may remove an attribute; else a cleared one is replaced by null or ""
    bool patch_atomic{true}; // a failed PATCH has changed nothing; else the resource is looked at after a failure
    look_mode look_before_create{look_mode::never};
    bool put_include_id{false};
    clear_mode clear{clear_mode::omit};
    membership_mode membership{membership_mode::automatic};
    int members_per_request{100}; // PATCH
    // Errors: a 403 may mean a token that has ended; it is renewed once.
    bool renew_on_403{false};
    // A 400 without a definite code whose text has one of these words is a uniqueness conflict.
    std::vector<std::string> uniqueness_words{"unique", "already", "exists", "taken"};

    const std::vector<std::string>& filter_keys(const mapping::resource_type& type) const
    {
        return type.has_members ? group_keys : user_keys;
    }
};

struct preset
{
    dialect wire;
    mapping::target_profile holds; // its name is the preset's
    source_rules reads;            // as a source
    http::pacer_settings rate;
    std::string entitlement_type; // sub-attribute `type` of every entitlement sent; "" = as mapped
};

struct preset_row
{
    std::string_view name;
    std::string_view doc;
    preset (*make)();
};

std::span<const preset_row> presets();
// The preset of that name, or nothing.
std::optional<preset> find_preset(std::string_view name);

// Everything that changes what is sent or compared, as text: part of the epoch.
std::string profile_text(const dialect& wire, const mapping::target_profile& holds);

} // namespace idferry::connectors::scim
