// Base64 of RFC 4648 section 4 (with padding), for Basic authentication. Internal to connectors/http.
#pragma once

#include <string>
#include <string_view>

namespace idferry::connectors::http {

std::string base64(std::string_view bytes);

} // namespace idferry::connectors::http
