// Which request may be sent again, and when: pure.
#pragma once

#include "connectors/clock.hpp"
#include "connectors/failure.hpp"
#include "connectors/http/transport.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace idferry::connectors::http {

struct retry_settings
{
    int max_tries{5}; // sends in total
    std::chrono::milliseconds base{500};
    std::chrono::milliseconds cap{60000};
    std::chrono::milliseconds max_retry_after{300000}; // a longer wish of the server ends the tries with `retry`
};

// When to send again, or nothing for "do not".
//
// Safe and idempotent methods (RFC 9110 section 9.2) are repeated after a transport failure with disposition retry and
// after 408, 425, 429, 500, 502, 503, 504. POST and PATCH only when the server certainly did not act: a failure before
// bytes were sent, 429, 503 with Retry-After, 408, 425. `attempt` counts sends so far (1 = the first has failed);
// `random` in [0,1).
std::optional<std::chrono::milliseconds> retry_after_failure(const retry_settings& s, std::string_view method,
                                                             const failure& f, int attempt, double random);
std::optional<std::chrono::milliseconds> retry_after_answer(const retry_settings& s, std::string_view method,
                                                            const response& answer, int attempt, double random,
                                                            clock::wall_time now);

// How long the server asks to wait: Retry-After in seconds or as HTTP-date (RFC 9110 section 10.2.3), else
// RateLimit-Reset or X-RateLimit-Reset (seconds, or epoch seconds when larger than a year). Negative = 0.
std::optional<std::chrono::milliseconds> wait_asked_for(const response& answer, clock::wall_time now);

// Exponential backoff with full jitter: random · min(cap, base · 2^(attempt-1)).
std::chrono::milliseconds backoff(const retry_settings& s, int attempt, double random);

// An HTTP-date in any of the three forms of RFC 9110 section 5.6.7, or nothing.
std::optional<clock::wall_time> parse_http_date(std::string_view text);

} // namespace idferry::connectors::http
