// Bare.ID record → SCIM-shaped resource: pure. Attributes without a SCIM name go under the source's URN.
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::bare_id {

// Grows when the same bytes decode to something else: part of the epoch.
inline constexpr int codec_version = 1;

result<mapping::json> decode_user(const bare_id_settings& config, std::string_view bytes,
                                  const std::vector<group_ref>& groups);
result<mapping::json> decode_group(const bare_id_settings& config, std::string_view bytes);

// Name and path of a group record; empty when missing.
struct group_names
{
    std::string name;
    std::string path;
};
group_names names_of_group(const bare_id_settings& config, std::string_view bytes);

// The attribute of the same name that holds the SCIM attribute `urn`:`attribute` (core: no URN), or "". Only for those
// that decode_user puts there.
std::string_view plain_attribute(std::string_view urn, std::string_view attribute);

} // namespace idferry::connectors::bare_id
