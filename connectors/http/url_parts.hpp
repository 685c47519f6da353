// An absolute http(s) URL taken apart for a request, and a redirect resolved against it. Internal to connectors/http.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace idferry::connectors::http {

struct url_parts
{
    bool secure{false};
    std::string host; // without brackets
    unsigned short port{0};
    std::string target; // path and query as they are; at least "/"

    std::string host_and_port() const; // "example.com:443", "[::1]:8080"
    std::string host_header() const;   // without the scheme's own port
    std::string origin() const; // "https://example.com" (the scheme's own port left out): for messages and comparing
};

// Nothing when it is not an absolute http(s) URL with a host, or holds user information.
std::optional<url_parts> parse_url(std::string_view url);

// Where `location` leads from `url` (RFC 3986 section 5), without a fragment; nothing when it is not a URL reference.
std::optional<std::string> resolve_location(std::string_view url, std::string_view location);

// URL without query and user information, for messages.
std::string url_for_messages(std::string_view url);

// 1 to 65535. (Boost.URL's own number wraps around.)
std::optional<unsigned short> parse_port(std::string_view digits);

bool is_loopback_host(std::string_view host);

} // namespace idferry::connectors::http
