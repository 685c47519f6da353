// What a token endpoint's answer means: pure. Internal to connectors/http.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/transport.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace idferry::connectors::http {

struct token
{
    std::string authorization; // "Bearer …"
    std::chrono::milliseconds lifetime{60000};
    std::string scope; // granted; "" = not said
};

// RFC 6749 sections 5.1 and 5.2. Errors are classified by their `error`, then by status: `stop` for what an operator
// must mend, `retry` for what passes. `hidden` never appears in a message.
result<token> read_token_answer(const response& answer, std::string_view endpoint, std::string_view hidden);

// application/x-www-form-urlencoded.
std::string form_encode(std::string_view text);

// A token that can stand in a header: visible ASCII, not empty.
bool is_header_safe_token(std::string_view text);

} // namespace idferry::connectors::http
