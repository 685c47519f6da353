#include "tests/sandbox/web.hpp"

#include <algorithm>
#include <charconv>

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace idferry::sandbox {
namespace {

int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

char lower_char(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The lower-case code point of a two-byte letter, or the same.
unsigned fold_code(unsigned c)
{
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1U;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
    if (c == 0x178) return 0xFF;
    if (c >= 0x391 && c <= 0x3A9) return c + 0x20;
    if (c >= 0x410 && c <= 0x42F) return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    return c;
}

} // namespace

std::string_view request::header(std::string_view name) const
{
    if (raw != nullptr)
        for (const auto& [key, value] : raw->headers)
            if (same_ignoring_case(key, name)) return value;
    return {};
}

std::optional<std::string_view> request::parameter(std::string_view name) const
{
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

request parse_request(const incoming& in)
{
    request parsed;
    parsed.raw = &in;
    parsed.method = in.method;
    std::string_view target = in.target;
    if (const auto mark = target.find('?'); mark != std::string_view::npos) {
        parsed.query = parse_form(target.substr(mark + 1));
        target = target.substr(0, mark);
    }
    parsed.raw_path = target;
    for (std::size_t at = 0; at < target.size();) {
        const auto slash = target.find('/', at);
        const auto end = slash == std::string_view::npos ? target.size() : slash;
        if (end > at) parsed.path.push_back(percent_decode(target.substr(at, end - at), false));
        at = end + 1;
    }
    return parsed;
}

outgoing json_answer(int status, std::string body, std::string_view type)
{
    outgoing out;
    out.status = status;
    out.headers.emplace_back("Content-Type", type);
    out.body = std::move(body);
    return out;
}

outgoing html_answer(int status, std::string_view title)
{
    outgoing out;
    out.status = status;
    out.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
    out.body = "<!DOCTYPE html><html><head><title>" + std::string(title) + "</title></head><body><h1>" +
               std::string(title) + "</h1></body></html>\n";
    return out;
}

std::optional<json> parse_json(std::string_view text)
{
    auto value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

void append_json_string(std::string& out, std::string_view text)
{
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    std::size_t clean = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, clean, at - clean);
        clean = at + 1;
        out += '\\';
        if (c == '"' || c == '\\')
            out += static_cast<char>(c);
        else if (c == '\n')
            out += 'n';
        else if (c == '\t')
            out += 't';
        else if (c == '\r')
            out += 'r';
        else {
            out += "u00";
            out += digits[c >> 4U];
            out += digits[c & 15U];
        }
    }
    out.append(text, clean);
    out += '"';
}

std::string json_string(std::string_view text)
{
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string percent_decode(std::string_view text, bool plus_is_blank)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
            at += 2;
        } else if (text[at] == '+' && plus_is_blank) {
            out += ' ';
        } else {
            out += text[at];
        }
    }
    return out;
}

std::string percent_encode(std::string_view text)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char raw : text) {
        const auto c = static_cast<unsigned char>(raw);
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            out += raw;
        } else {
            out += '%';
            out += digits[c >> 4U];
            out += digits[c & 15U];
        }
    }
    return out;
}

named_values parse_form(std::string_view text)
{
    named_values out;
    for (std::size_t at = 0; at < text.size();) {
        auto end = text.find('&', at);
        if (end == std::string_view::npos) end = text.size();
        const auto pair = text.substr(at, end - at);
        const auto equals = pair.find('=');
        if (!pair.empty())
            out.emplace_back(percent_decode(pair.substr(0, equals), true),
                             equals == std::string_view::npos ? "" : percent_decode(pair.substr(equals + 1), true));
        at = end + 1;
    }
    return out;
}

std::vector<std::string> split_list(std::string_view text)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        if (end > at) out.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

std::optional<std::string> base64_decode(std::string_view text)
{
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    std::string out;
    unsigned bits = 0;
    int have = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out += static_cast<char>(bits >> static_cast<unsigned>(have) & 0xFFU);
        }
    }
    return out;
}

std::string lower_ascii(std::string_view text)
{
    std::string out(text);
    for (auto& c : out) c = lower_char(c);
    return out;
}

bool same_ignoring_case(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t at = 0; at < a.size(); ++at)
        if (lower_char(a[at]) != lower_char(b[at])) return false;
    return true;
}

std::optional<std::int64_t> parse_integer(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string fold(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c >= 0xC3 && c <= 0xD2 && at + 1 < text.size()) {
            const auto code = fold_code((c & 0x1FU) << 6U | (static_cast<unsigned char>(text[at + 1]) & 0x3FU));
            out += static_cast<char>(0xC0U | code >> 6U);
            out += static_cast<char>(0x80U | (code & 0x3FU));
            ++at;
        } else {
            out += lower_char(text[at]);
        }
    }
    return out;
}

const json* find_member(const json& object, std::string_view name)
{
    if (!object.is_object()) return nullptr;
    for (auto member = object.begin(); member != object.end(); ++member)
        if (same_ignoring_case(member.key(), name)) return &member.value();
    return nullptr;
}

json* find_member(json& object, std::string_view name)
{
    return const_cast<json*>(find_member(static_cast<const json&>(object), name));
}

} // namespace idferry::sandbox
