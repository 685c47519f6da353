// Filters and URLs as they go over the wire: escaping first as a JSON string, then for the URL. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::connectors::scim {

// `userName eq "o'brien+x\"y"`: the value as a JSON string (RFC 7644 section 3.4.2.2).
std::string equals_filter(std::string_view attribute, std::string_view value);

using query = std::vector<std::pair<std::string, std::string>>;

// Where a service provider's resources are: the configured base URL is kept verbatim, its query included.
class endpoint
{
public:
    explicit endpoint(std::string base_url);
    // base + "/Users" + query; values are encoded here.
    std::string collection(std::string_view path, const query& q = {}) const;
    // base + "/Users/" + the encoded id.
    std::string resource(std::string_view path, std::string_view id) const;
    const std::string& base() const { return base_; }

private:
    std::string base_;  // as configured
    std::string path_;  // up to the query, without trailing slashes
    std::string query_; // "?aadOptscim062020" or ""
};

// The id that a Location header names for a resource below `path` ("/Users"): its last path segment, decoded. The
// header is never followed as it stands, so credentials cannot leave for another host. "" when there is none.
std::string id_in_location(std::string_view location, std::string_view path);

} // namespace idferry::connectors::scim
