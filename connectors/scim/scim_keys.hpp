// The `type: scim` section as it is written: what is missing keeps the preset's value.
#pragma once

#include "config/shape.hpp"
#include "connectors/http/http_settings.hpp"
#include "connectors/scim/scim_profile.hpp"
#include "connectors/scim/scim_source_keys.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace idferry::connectors::scim {

using texts = std::vector<std::string>;
template <class T> using by_name = std::vector<std::pair<config::located<std::string>, T>>;

struct claim_keys
{
    std::optional<bool> patch, filter, etag;
};

struct discovery_keys
{
    std::optional<spc_mode> spc;
    claim_keys claims;
};

struct filter_section
{
    std::optional<texts> user_keys, group_keys;
    std::optional<bool> verify_match;
};

struct paging_keys
{
    std::optional<std::int64_t> count, max_pages;
    std::optional<bool> send_start_index, cursor;
};

enum class keep_word
{
    primary_first,
    first,
    all
};

struct single_value_keys
{
    keep_word keep{keep_word::primary_first};
    by_name<std::string> force;
    texts drop;
    texts compare{"value"};
};

struct attribute_keys
{
    std::optional<texts> send, never_send, readback_ignore, case_fold, lower, require, unique;
    by_name<single_value_keys> single_valued;
    by_name<by_name<std::string>> force;
    by_name<texts> compare;
    by_name<std::string> empty_means;
    by_name<texts> allowed;
};

struct user_keys_section
{
    std::optional<update_mode> update;
    std::optional<bool> put_include_id;
    std::optional<look_mode> look_before_create;
    std::optional<clear_mode> clear;
};

enum class lookup_word
{
    filter,
    list
};

struct group_keys_section
{
    std::optional<membership_mode> membership;
    std::optional<update_mode> update;
    std::optional<texts> reserved_names;
    std::optional<lookup_word> lookup;
    std::optional<std::int64_t> members_per_request;
    std::optional<bool> members, members_readable;
    attribute_keys attributes;
};

struct error_keys
{
    std::optional<texts> uniqueness_words;
    std::optional<bool> renew_on_403;
};

struct patch_rules
{
    std::optional<bool> remove, atomic;
};

struct scim_section : http::http_section
{
    std::string type;
    std::string profile{"generic"};
    std::string base_url;
    std::string own_account;
    std::optional<std::string> content_type;
    discovery_keys discovery;
    filter_section filter;
    paging_keys paging;
    attribute_keys attributes;
    user_keys_section user;
    group_keys_section group;
    std::optional<patch_mode> patch;
    patch_rules patch_rules_given;
    std::optional<std::string> entitlement_type;
    error_keys errors;
    source_keys source;
};

config::shape<scim_section> scim_shape();

} // namespace idferry::connectors::scim
