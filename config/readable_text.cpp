// Bytes that no YAML text holds are found before a parser sees them.
#include "config/node_data.hpp"

namespace idferry::config {

namespace {

// Length of the UTF-8 sequence at `at`, or 0 when it is none.
std::size_t utf8_sequence(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(at);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return tail(at + 1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        if (!tail(at + 1) || !tail(at + 2)) return 0;
        const bool overlong = first == 0xE0U && byte(at + 1) < 0xA0U;
        const bool surrogate = first == 0xEDU && byte(at + 1) >= 0xA0U;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        if (!tail(at + 1) || !tail(at + 2) || !tail(at + 3)) return 0;
        const bool overlong = first == 0xF0U && byte(at + 1) < 0x90U;
        const bool too_large = first == 0xF4U && byte(at + 1) >= 0x90U;
        return overlong || too_large ? 0 : 4;
    }
    return 0;
}

} // namespace

std::optional<unreadable_byte> first_unreadable(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto c = static_cast<unsigned char>(text[at]);
        const auto length = utf8_sequence(text, at);
        if (length == 0) return unreadable_byte{at, "not UTF-8: save the file in that encoding"};
        if ((c < 0x20U && c != '\n' && c != '\r' && c != '\t') || c == 0x7FU)
            return unreadable_byte{at, "a control character; remove it"};
        at += length;
    }
    return std::nullopt;
}

} // namespace idferry::config
