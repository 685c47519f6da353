#include "config/description.hpp"

#include <charconv>

namespace idferry::config {

std::string json_of_text(const std::string& text)
{
    if (text.empty()) return {};
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20U)
            out += std::string("\\u00") + digits[byte >> 4U] + digits[byte & 0xFU];
        else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
    return out + '"';
}

std::string json_of_list(const std::vector<std::string>& items)
{
    std::string out;
    for (const auto& item : items) {
        if (item.empty()) return {};
        out += (out.empty() ? "" : ", ") + item;
    }
    return "[" + out + "]";
}

std::string json_of_number(double value)
{
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

} // namespace idferry::config
