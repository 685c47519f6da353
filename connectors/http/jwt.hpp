// What a JSON Web Token says about its own end, to warn before it comes. Internal to connectors/http.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace idferry::connectors::http {

// The `exp` claim (RFC 7519 section 4.1.4) of a token in compact form; nothing when it is no such token, is encrypted,
// or has none. Nothing is verified: the service does that.
std::optional<std::chrono::sys_seconds> jwt_expiry(std::string_view token);

} // namespace idferry::connectors::http
