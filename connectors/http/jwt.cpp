#include "connectors/http/jwt.hpp"

#include <simdjson.h>

#include <cmath>
#include <string>

namespace idferry::connectors::http {

namespace {

constexpr std::size_t longest_token = 64 * 1024;

// Base64url without padding (RFC 7515 section 2); nothing when a character is foreign.
std::optional<std::string> base64url_bytes(std::string_view text)
{
    std::string out;
    unsigned held = 0;
    int bits = 0;
    for (const char c : text) {
        unsigned value = 0;
        if (c >= 'A' && c <= 'Z')
            value = static_cast<unsigned>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            value = static_cast<unsigned>(c - 'a') + 26;
        else if (c >= '0' && c <= '9')
            value = static_cast<unsigned>(c - '0') + 52;
        else if (c == '-')
            value = 62;
        else if (c == '_')
            value = 63;
        else
            return std::nullopt;
        held = (held << 6U) | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>((held >> static_cast<unsigned>(bits)) & 0xFFU);
    }
    return out;
}

} // namespace

std::optional<std::chrono::sys_seconds> jwt_expiry(std::string_view token)
{
    constexpr double last = 253'402'300'799.0; // the end of the year 9999
    if (token.size() > longest_token) return std::nullopt;
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    const auto claims = base64url_bytes(token.substr(first + 1, second - first - 1));
    if (!claims) return std::nullopt;
    simdjson::dom::parser parser;
    simdjson::dom::element all;
    double seconds = 0;
    if (parser.parse(simdjson::padded_string(*claims)).get(all) != simdjson::SUCCESS) return std::nullopt;
    if (all["exp"].get(seconds) != simdjson::SUCCESS || !(seconds >= 0 && seconds <= last)) return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds))));
}

} // namespace idferry::connectors::http
