// Small texts of the Beyond Identity API: times, nouns, base64url, lengths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace idferry::sandbox {

// What names and descriptions may not hold.
constexpr std::string_view beyond_forbidden = "{}[]<>;:?\\/|*^%$#=~!`";

std::string beyond_time(std::int64_t ms, int digits); // RFC 3339, UTC, with 3 or 6 digits after the point
std::int64_t beyond_time_ms(std::string_view text);   // 0 when it is none
std::string beyond_noun(std::string_view type);       // "ResourceServer" → "resource server"
std::size_t code_points(std::string_view text);
std::string base64url(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);
std::string sha256(std::string_view bytes);

} // namespace idferry::sandbox
