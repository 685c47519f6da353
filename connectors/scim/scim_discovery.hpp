// Learning what a provider announces about itself (RFC 7644 section 4), for a target and for a source.
#pragma once

#include "connectors/scim/scim_session.hpp"

#include <string>
#include <vector>

namespace idferry::connectors::scim {

// Asks for ServiceProviderConfig as the profile says and keeps what it tells in the session. A useless answer is a
// notice, and the profile counts. Fails with `stop` (credentials, TLS; a useless answer where one is required) or
// `retry` (down).
boost::asio::awaitable<result<std::vector<std::string>>> learn_capabilities(session& s);

} // namespace idferry::connectors::scim
