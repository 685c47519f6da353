// The answers of the admin endpoint: JSON, errors and pages, with the headers that each must have.
#pragma once

#include "connectors/http/listener.hpp"
#include "mapping/json_fwd.hpp"

#include <string>
#include <string_view>

namespace idferry::daemon::admin {

using connectors::http::incoming;
using connectors::http::outgoing;

// A JSON answer that nobody keeps (Cache-Control: no-store).
outgoing json_answer(int status, const mapping::json& body);

// {"error": sentence, "id": message id or ""}. `text` is for people: no secret, no attribute value.
outgoing error_answer(int status, std::string_view text, std::string_view id = {});

// Text in a given format, not kept: metrics.
outgoing text_answer(std::string content_type, std::string body);

// What every answer has: nosniff, no-referrer, no framing, and a policy under which a page may load nothing but its own
// files. No CORS header, ever: other origins may not read us.
void add_security_headers(outgoing& o);

} // namespace idferry::daemon::admin
