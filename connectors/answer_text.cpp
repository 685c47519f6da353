#include "connectors/answer_text.hpp"

#include <algorithm>

namespace idferry::connectors {

std::string wrong_with_key(std::string_view key, std::size_t most_bytes)
{
    if (key.empty()) return "is empty";
    if (key.size() > most_bytes) return "is longer than " + std::to_string(most_bytes) + " bytes";
    if (key == "." || key == "..") return "is a dot segment, which cannot be asked for";
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return std::ranges::any_of(key, control) ? "holds a control character" : "";
}

std::string not_json(std::string_view body, std::string_view parser)
{
    const auto from = body.find_first_not_of(" \t\r\n");
    if (from == std::string_view::npos) return "the answer is empty";
    if (body[from] == '<') return "the answer is HTML or XML, not JSON";
    return "the answer is not valid JSON (" + std::string(parser) + ")";
}

void pad(std::string& body, std::size_t bytes)
{
    if (body.capacity() < body.size() + bytes) body.reserve(body.size() + bytes);
}

} // namespace idferry::connectors
