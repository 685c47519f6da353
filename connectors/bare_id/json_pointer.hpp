// JSON pointers (RFC 6901) as the configuration writes them: where a field or an envelope is in an answer.
#pragma once

#include "config/shape.hpp"
#include "mapping/json_fwd.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace idferry::connectors::bare_id {

struct json_pointer
{
    std::string text;                // "/attributes/firstName"; "" is the whole document
    std::vector<std::string> tokens; // unescaped
};

// The pointer, or a sentence that says what is wrong with it.
std::variant<json_pointer, std::string> parse_pointer(std::string_view text);

// For pointers that are written in the code: the text must be right.
json_pointer fixed_pointer(std::string_view text);

config::shape<json_pointer> pointer_shape();

// What the pointer selects, or nullptr. Tokens are object keys; in an array they are indexes.
const mapping::json* resolve(const mapping::json& document, const json_pointer& pointer);

// Puts `value` where the pointer selects, making the objects on the way; what stands in the way and is no object is
// replaced. The empty pointer replaces the document.
void put(mapping::json& document, const json_pointer& pointer, mapping::json value);
// Takes the member that the pointer selects out of its object; nothing happens when it is not there.
void take_out(mapping::json& document, const json_pointer& pointer);

} // namespace idferry::connectors::bare_id
