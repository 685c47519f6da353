#include "tests/sandbox/beyond_identity_text.hpp"

#include "tests/sandbox/scim_filter.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace idferry::sandbox {

std::string beyond_time(std::int64_t ms, int digits)
{
    using namespace std::chrono;
    const sys_time<milliseconds> point{milliseconds(ms)};
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss<milliseconds> time(point - day);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return std::string(text) + (digits > 3 ? "000Z" : "Z");
}

std::int64_t beyond_time_ms(std::string_view text)
{
    return scim_time(text).value_or(0);
}

std::string beyond_noun(std::string_view type)
{
    std::string out;
    for (const char c : type) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !out.empty()) out += ' ';
        out += capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

std::size_t code_points(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string base64url(std::string_view bytes)
{
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    unsigned bits = 0;
    unsigned have = 0;
    for (const char c : bytes) {
        bits = (bits << 8U | static_cast<unsigned char>(c)) & 0xFFFFFFU;
        for (have += 8; have >= 6; have -= 6) out += alphabet[bits >> (have - 6U) & 63U];
    }
    if (have > 0) out += alphabet[bits << (6U - have) & 63U];
    return out;
}

std::optional<std::string> base64url_decode(std::string_view text)
{
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '-', '+');
    std::replace(plain.begin(), plain.end(), '_', '/');
    return base64_decode(plain);
}

std::string sha256(std::string_view bytes)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    return {reinterpret_cast<const char*>(digest), sizeof digest};
}

} // namespace idferry::sandbox
