#include "connectors/http/retry_policy.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace idferry::connectors::http {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds longest_wish = std::chrono::hours(24 * 366);

bool may_be_repeated(std::string_view method)
{
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" || method == "PUT" ||
           method == "DELETE";
}

// A decimal number of seconds, with or without a fraction, and nothing else.
std::optional<double> seconds_of(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

milliseconds bounded_wait(double seconds)
{
    const double longest = std::chrono::duration<double>(longest_wish).count();
    return milliseconds(static_cast<std::int64_t>(std::ceil(std::clamp(seconds, 0.0, longest) * 1000)));
}

std::optional<milliseconds> wait_by_reset_header(const response& answer, clock::wall_time now)
{
    constexpr double year = 366.0 * 24 * 3600;
    for (const auto* name : {"RateLimit-Reset", "X-RateLimit-Reset"}) {
        const auto text = answer.header(name);
        if (!text) continue;
        auto seconds = seconds_of(*text);
        if (!seconds) continue;
        if (*seconds > year) *seconds -= static_cast<double>(now.time_since_epoch().count()) / 1000;
        return bounded_wait(*seconds);
    }
    return std::nullopt;
}

std::optional<milliseconds> when_again(const retry_settings& s, std::optional<milliseconds> asked, int attempt,
                                       double random)
{
    if (asked && *asked > s.max_retry_after) return std::nullopt;
    return std::max(asked.value_or(milliseconds(0)), backoff(s, attempt, random));
}

} // namespace

std::optional<milliseconds> retry_after_failure(const retry_settings& s, std::string_view method, const failure& f,
                                                int attempt, double random)
{
    if (attempt >= s.max_tries || f.next != disposition::retry) return std::nullopt;
    if (f.outcome_unknown && !may_be_repeated(method)) return std::nullopt;
    return when_again(s, f.retry_after, attempt, random);
}

std::optional<milliseconds> retry_after_answer(const retry_settings& s, std::string_view method, const response& answer,
                                               int attempt, double random, clock::wall_time now)
{
    if (attempt >= s.max_tries) return std::nullopt;
    const bool told = answer.header("Retry-After").has_value();
    bool again = false;
    switch (answer.status) {
    case 408:
    case 425:
    case 429: again = true; break;
    case 503: again = told || may_be_repeated(method); break;
    case 500:
    case 502:
    case 504: again = may_be_repeated(method); break;
    default: break;
    }
    if (!again) return std::nullopt;
    // Services send RateLimit-Reset with every answer: only with 429 does it say when to come back.
    const bool counts = told || answer.status == 429;
    return when_again(s, counts ? wait_asked_for(answer, now) : std::nullopt, attempt, random);
}

std::optional<milliseconds> wait_asked_for(const response& answer, clock::wall_time now)
{
    if (const auto text = answer.header("Retry-After")) {
        if (const auto seconds = seconds_of(*text)) return bounded_wait(*seconds);
        if (const auto date = parse_http_date(*text)) return std::clamp(*date - now, milliseconds(0), longest_wish);
    }
    return wait_by_reset_header(answer, now);
}

milliseconds backoff(const retry_settings& s, int attempt, double random)
{
    auto wait = std::min(s.base, s.cap);
    for (int i = 1; i < attempt && wait < s.cap; ++i) wait = wait > s.cap / 2 ? s.cap : wait * 2;
    return milliseconds(static_cast<std::int64_t>(random * static_cast<double>(wait.count())));
}

} // namespace idferry::connectors::http
