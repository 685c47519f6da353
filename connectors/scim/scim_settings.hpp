// The `type: scim` section of the configuration: a preset and the keys that override it.
#pragma once

#include "config/shape.hpp"
#include "connectors/http/http_settings.hpp"
#include "connectors/scim/scim_profile.hpp"

#include <memory>
#include <optional>
#include <string>

namespace idferry::connectors::scim {

struct scim_settings
{
    std::string base_url; // verbatim; its query is kept
    std::string own_account;
    http::auth_settings auth;
    http::http_settings http;
    dialect wire;
    mapping::target_profile holds;
    source_rules reads;
};

// Reads the section, preset first; every mistake is reported with its place.
std::optional<scim_settings> parse_settings(const config::node& section, config::diagnostics& out);

std::shared_ptr<const config::description> describe_settings();

} // namespace idferry::connectors::scim
