#include "daemon/admin/router.hpp"

#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace idferry::daemon::admin {

namespace {

std::vector<std::string> split_pattern(std::string_view pattern)
{
    std::vector<std::string> out;
    while (pattern.size() > 1) {
        pattern.remove_prefix(1);
        const auto slash = std::min(pattern.find('/'), pattern.size());
        out.emplace_back(pattern.substr(0, slash));
        pattern.remove_prefix(slash);
    }
    return out;
}

bool is_placeholder(const std::string& segment)
{
    return segment.starts_with('{');
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments)
{
    return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                      [](const auto& p, const auto& s) { return is_placeholder(p) || p == s; });
}

template <class Names>
std::optional<refusal> unknown_name(const std::string& name, const Names& known, std::string_view where)
{
    if (std::find(known.begin(), known.end(), name) != known.end()) return std::nullopt;
    return refusal{400,
                   fmt::format("unknown {} '{}'; known are: {}", where, name,
                               known.size() == 0 ? std::string("none") : fmt::format("{}", fmt::join(known, ", ")))};
}

} // namespace

void router::add(route r)
{
    auto segments = split_pattern(r.pattern);
    for (const auto& e : all_)
        if (e.r.method == r.method && e.r.pattern == r.pattern) throw std::logic_error("two routes " + r.pattern);
    all_.push_back({std::move(r), std::move(segments)});
}

router::match router::find(std::string_view method, const std::vector<std::string>& segments) const
{
    match m;
    const auto wanted = method == "HEAD" ? "GET" : method;
    for (const auto& e : all_) {
        if (!fits(e.segments, segments)) continue;
        if (e.r.method != wanted) {
            const auto shown = e.r.method == "GET" ? "GET, HEAD" : e.r.method;
            m.allow += (m.allow.empty() ? "" : ", ") + shown;
            continue;
        }
        m.found = &e.r;
        m.allow.clear();
        for (std::size_t i = 0; i < segments.size(); ++i)
            if (is_placeholder(e.segments[i])) m.names[e.segments[i].substr(1, e.segments[i].size() - 2)] = segments[i];
        return m;
    }
    return m;
}

std::vector<std::string> router::list() const
{
    std::vector<std::string> out;
    for (const auto& e : all_) out.push_back(e.r.method + " " + e.r.pattern);
    return out;
}

std::string query_text(const call& c, const std::string& name)
{
    const auto at = c.query.find(name);
    return at == c.query.end() ? std::string() : at->second;
}

std::optional<refusal> check_query(const call& c, std::initializer_list<std::string_view> known)
{
    for (const auto& [name, value] : c.query)
        if (auto wrong = unknown_name(name, known, "query name")) return wrong;
    return std::nullopt;
}

std::optional<std::size_t> query_count(const call& c, const std::string& name, std::size_t fallback, std::size_t most)
{
    const auto at = c.query.find(name);
    if (at == c.query.end()) return fallback;
    std::size_t value = 0;
    const auto& text = at->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most) return std::nullopt;
    return value;
}

std::optional<refusal> check_body(const call& c, std::initializer_list<std::string_view> known)
{
    if (!c.body) return std::nullopt;
    for (const auto& [name, value] : c.body->items())
        if (auto wrong = unknown_name(name, known, "member")) return wrong;
    return std::nullopt;
}

} // namespace idferry::daemon::admin
