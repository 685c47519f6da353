#include "daemon/admin/request_check.hpp"

#include "connectors/http/percent_encoding.hpp"
#include "mapping/digest.hpp"

#include <algorithm>
#include <cctype>
#include <sys/random.h>

namespace idferry::daemon::admin {

using connectors::http::incoming;

namespace {

constexpr std::size_t most_target_bytes = 4096;

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// True when the text holds nothing but what a URL may hold, and no escape that hides something.
bool plain_escapes(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c <= ' ' || c >= 0x7f || c == '\\' || c == '#') return false;
        if (c != '%') continue;
        if (i + 2 >= text.size()) return false;
        const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return false;
        const int value = high * 16 + low;
        if (value < ' ' || value == 0x7f || value == '.' || value == '\\') return false;
        i += 2;
    }
    return true;
}

bool climbs(std::string_view decoded)
{
    while (true) {
        const auto slash = decoded.find('/');
        const auto part = decoded.substr(0, slash);
        if (part == "." || part == "..") return true;
        if (slash == std::string_view::npos) return false;
        decoded.remove_prefix(slash + 1);
    }
}

std::optional<refusal> take_query(std::string_view text, std::map<std::string, std::string>& out)
{
    while (!text.empty()) {
        const auto amp = text.find('&');
        const auto pair = text.substr(0, amp);
        text.remove_prefix(amp == std::string_view::npos ? text.size() : amp + 1);
        if (pair.empty()) continue;
        const auto eq = pair.find('=');
        const auto name = connectors::http::percent_decode(pair.substr(0, eq));
        std::string value(eq == std::string_view::npos ? "" : pair.substr(eq + 1));
        std::replace(value.begin(), value.end(), '+', ' ');
        if (!out.emplace(name, connectors::http::percent_decode(value)).second)
            return refusal{400, "the query names '" + name + "' twice"};
    }
    return std::nullopt;
}

// Of a Host header: the name or address alone, lower case.
std::string host_part(std::string_view host)
{
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == std::string_view::npos ? std::string() : lower(host.substr(1, end - 1));
    }
    auto name = lower(host.substr(0, host.rfind(':')));
    if (name.ends_with('.')) name.pop_back();
    return name;
}

bool loopback_address(const std::string& host)
{
    // 127.0.0.0/8, written as four numbers and nothing else: 127.evil.example is a name.
    return host == "::1" || (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

bool reads(const std::string& method)
{
    return method == "GET" || method == "HEAD";
}

std::size_t count_headers(const incoming& r, const std::string& name)
{
    return static_cast<std::size_t>(
        std::count_if(r.headers.begin(), r.headers.end(), [&](const auto& h) { return lower(h.first) == name; }));
}

} // namespace

std::optional<refusal> take_apart(std::string_view target, target_parts& out)
{
    if (target.size() > most_target_bytes) return refusal{414, "the address is too long"};
    if (!target.starts_with('/')) return refusal{400, "the address must be an absolute path"};
    const auto question = target.find('?');
    const auto path = target.substr(0, question);
    if (!plain_escapes(target)) return refusal{400, "the address holds a character or an escape that is not allowed"};
    out.path = std::string(path);
    auto rest = path.substr(1);
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        auto segment = connectors::http::percent_decode(rest.substr(0, slash));
        const bool last = slash == std::string_view::npos;
        rest.remove_prefix(last ? rest.size() : slash + 1);
        if (segment.empty() || climbs(segment) || (!last && rest.empty()))
            return refusal{400, "the address has an empty, '.' or '..' segment"};
        out.segments.push_back(std::move(segment));
    }
    if (question == std::string_view::npos) return std::nullopt;
    return take_query(target.substr(question + 1), out.query);
}

host_names::host_names(const std::vector<std::string>& more)
{
    names_.insert("localhost");
    for (const auto& name : more) names_.insert(lower(name));
}

bool host_names::ours(std::string_view host) const
{
    const auto name = host_part(host);
    return !name.empty() && (loopback_address(name) || names_.contains(name));
}

std::optional<refusal> check_host(const incoming& r, const host_names& ours)
{
    if (count_headers(r, "host") != 1) return refusal{400, "exactly one Host header is needed"};
    if (ours.ours(r.header("Host"))) return std::nullopt;
    return refusal{421, "this Host is not known here; add it to admin.tcp.names if it should be"};
}

std::optional<refusal> check_origin(const incoming& r, bool secure)
{
    const refusal foreign{403, "requests from pages of other origins are refused"};
    if (const auto origin = r.header("Origin"); count_headers(r, "origin") > 0) {
        const auto own = (secure ? "https://" : "http://") + lower(r.header("Host"));
        if (lower(origin) != own) return foreign;
    }
    const auto site = r.header("Sec-Fetch-Site");
    const bool navigates = r.header("Sec-Fetch-Mode") == "navigate" && reads(r.method);
    if (!site.empty() && site != "same-origin" && site != "none" && !navigates) return foreign;
    if (reads(r.method)) return std::nullopt;
    const auto type = lower(r.header("Content-Type"));
    if (type.substr(0, type.find(';')) != "application/json")
        return refusal{415, "send Content-Type: application/json"};
    return std::nullopt;
}

std::string_view bearer_token(const incoming& r)
{
    if (count_headers(r, "authorization") != 1) return {};
    auto value = r.header("Authorization");
    if (value.size() < 7 || lower(value.substr(0, 7)) != "bearer ") return {};
    value.remove_prefix(7);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
}

token_check::token_check() = default;

token_check::token_check(std::string_view right)
{
    if (right.empty()) return;
    key_.assign(32, '\0');
    if (::getrandom(key_.data(), key_.size(), 0) != static_cast<ssize_t>(key_.size())) return;
    expected_ = mapping::keyed_digest(key_, right).hex();
}

bool token_check::right(std::string_view presented) const
{
    // Both sides are digests under a key that nobody knows, so that where they differ says nothing about the token.
    return !expected_.empty() && mapping::keyed_digest(key_, presented).hex() == expected_;
}

} // namespace idferry::daemon::admin
