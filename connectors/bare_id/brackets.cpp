#include "connectors/bare_id/brackets.hpp"

#include <string>

namespace idferry::connectors::bare_id {

bool nested_at_most(std::string_view json_text, std::size_t limit)
{
    // Fewer brackets than the limit, strings included, cannot nest deeper; the count runs at memory speed.
    // (Counted in small blocks, so that one byte a lane is enough.)
    constexpr std::size_t block = 128;
    std::size_t opening = 0, at = 0;
    for (; at + block <= json_text.size(); at += block) {
        unsigned char n = 0;
        for (std::size_t i = 0; i < block; ++i)
            n = static_cast<unsigned char>(n + static_cast<unsigned char>((json_text[at + i] | 0x20) == '{'));
        opening += n;
    }
    for (; at < json_text.size(); ++at) opening += static_cast<std::size_t>((json_text[at] | 0x20) == '{');
    if (opening <= limit) return true;
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < json_text.size(); ++i) {
        const char c = json_text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > limit) return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return true;
}

bool closes(std::string_view tail, std::size_t objects)
{
    std::string open(objects, '}');
    open += ']';
    bool in_string = false;
    for (std::size_t i = 0; i < tail.size(); ++i) {
        const char c = tail[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '{' || c == '[') {
            if (open.empty()) return false;
            open += c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (open.empty() || open.back() != c) return false;
            open.pop_back();
        } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            if (open.empty()) return false;
            in_string = c == '"';
        }
    }
    return open.empty() && !in_string;
}

} // namespace idferry::connectors::bare_id
