// The JSON value of resources and attributes (nlohmann), with a bounded parser. Include json_fwd.hpp in headers.
#pragma once

#include "mapping/json_fwd.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

extern template class nlohmann::basic_json<>;

namespace idferry::mapping {

// What the wire may hold at most.
struct json_limits
{
    std::size_t max_depth{64};
    std::size_t max_bytes{16 * 1024 * 1024};
};

struct json_error
{
    std::string message;   // one sentence, without the text that was read
    std::size_t offset{0}; // 0-based byte offset where it was noticed
};

// Parses one JSON text (RFC 8259). Refuses what is too large, too deep, not UTF-8, followed by more text, or has an
// object with the same name twice. Returns true and sets `out`, or returns false and sets `error`. Never throws.
bool parse_json(std::string_view text, json& out, json_error& error, const json_limits& limits = {});

// The object that a text written by us (a column of state, a desired resource) holds; an empty one when it holds none.
json object_of(std::string_view text);

// Compact text with object keys sorted: equal values give equal text. Invalid UTF-8 is replaced, never thrown on.
std::string to_text(const json& value);

} // namespace idferry::mapping
