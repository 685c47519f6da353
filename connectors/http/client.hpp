// An API client: a transport with credentials, pacing, retries and same-origin redirects. Connectors speak through it.
#pragma once

#include "connectors/clock.hpp"
#include "connectors/http/pacer.hpp"
#include "connectors/http/retry_policy.hpp"
#include "connectors/http/token_cache.hpp"
#include "connectors/http/transport.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace idferry::connectors::http {

// Counters since the client was made: for progress, reports and benchmarks.
struct client_counters
{
    std::uint64_t requests{0}; // sent, retries included, token requests left out
    std::uint64_t token_requests{0};
    std::uint64_t retries{0};
    std::uint64_t bytes_in{0};
    std::chrono::milliseconds waited{0}; // for the pacer and between retries
};

class client
{
public:
    virtual ~client() = default;

    // Sends a request with credentials, under the pacer. A failed exchange or a retryable status is sent again where
    // the retry policy allows it for this method; a 401 renews the token once, and so does a 403 where the settings say
    // that it may mean a stale token. A GET follows up to five redirects on the same origin. Returns the last answer
    // whatever its status (the caller reads its dialect), or the last failure. PUT and DELETE are sent again after an
    // unknown outcome (RFC 9110 section 9.2.2), POST and PATCH are not.
    virtual boost::asio::awaitable<result<response>> call(request r) = 0;

    virtual const client_counters& counters() const = 0;
    virtual pacer_settings pace() const = 0;
};

struct client_settings
{
    pacer_settings pace;
    retry_settings retry;
    // The service answers 403 to a token that has ended as well as to one that may not: such an answer renews the token
    // once for each call, and never again for a token that was refused right after it was got.
    bool renew_on_403{false};
};

// `credentials` may be null (no Authorization); `shared` is the pacer that all clients of a connection have in common,
// null = one of its own. References outlive the client.
std::unique_ptr<client> make_client(transport& through, clock& time, std::shared_ptr<token_source> credentials,
                                    client_settings settings, std::shared_ptr<pacer> shared = nullptr);

// A failure for an answer that is not 2xx, when the caller's dialect has nothing better to say: 401/403 stop, 404
// not_found, 409/412 conflict, 408/425/429/5xx retry, other 4xx reject. The detail names method, path and status.
failure failure_of(const request& r, const response& answer, std::string_view message);

} // namespace idferry::connectors::http
