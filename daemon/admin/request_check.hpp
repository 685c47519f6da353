// What a request must be before anything looks at what it wants. Pure: against DNS rebinding, cross-origin calls, path
// tricks and guessing of tokens.
#pragma once

#include "connectors/http/listener.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::admin {

// Why a request is refused; `text` is said to the caller.
struct refusal
{
    int status{400};
    std::string text;
};

// A request's target taken apart: percent-escapes of segments and query are decoded.
struct target_parts
{
    std::string path;                  // as sent, without the query
    std::vector<std::string> segments; // "/api/v1/syncs" gives api, v1, syncs; "/" gives none
    std::map<std::string, std::string> query;
};

// Fails (400) for anything but an absolute path, broken or hidden escapes (%00, %2e, control characters), backslashes,
// empty segments, "." and ".." however they are written, and a query that names one key twice.
std::optional<refusal> take_apart(std::string_view target, target_parts& out);

// Whom we answer to.
class host_names
{
public:
    // Loopback names and addresses are always ours; `more` are names or addresses without a port.
    explicit host_names(const std::vector<std::string>& more = {});
    // `host` is a Host header: name or address with or without a port, IPv6 in brackets (RFC 9110 section 7.2).
    bool ours(std::string_view host) const;

private:
    std::set<std::string> names_;
};

// Exactly one Host header (else 400), and it is one of ours (else 421): a page that was loaded from elsewhere and whose
// name now leads here has its own name there.
std::optional<refusal> check_host(const connectors::http::incoming& r, const host_names& ours);

// A browser says from where a request comes (Origin, Sec-Fetch-Site). Another origin gets 403, for reading too. What
// changes something must also be JSON (else 415), which no form of another page can send. `secure` = it came over TLS.
std::optional<refusal> check_origin(const connectors::http::incoming& r, bool secure);

// The token of "Authorization: Bearer TOKEN", or "".
std::string_view bearer_token(const connectors::http::incoming& r);

// Compares secrets in a time that says nothing about them.
class token_check
{
public:
    token_check(); // nothing is right
    explicit token_check(std::string_view right);
    bool right(std::string_view presented) const;

private:
    std::string key_;      // random, of this object
    std::string expected_; // keyed digest; empty = nothing is right
};

} // namespace idferry::daemon::admin
