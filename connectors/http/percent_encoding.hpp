// Percent-encoding (RFC 3986 section 2.1) of what goes into a URL: ids and values are data, whatever they hold.
#pragma once

#include <string>
#include <string_view>

namespace idferry::connectors::http {

// Letters, digits, "-", ".", "_" and "~" (RFC 3986 section 2.3).
bool is_unreserved(char c);

// Everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

// The same for a whole path segment: "." and ".." are escaped too, or whoever normalises the URL would remove them.
std::string path_segment(std::string_view text);

// The reverse of percent_encode; a broken escape is kept as it is.
std::string percent_decode(std::string_view text);

} // namespace idferry::connectors::http
