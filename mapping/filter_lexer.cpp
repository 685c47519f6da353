#include "mapping/filter_lexer.hpp"

#include <algorithm>

namespace idferry::mapping {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view word_ends = " \t\r\n()[]\"";

char lower_letter(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

} // namespace

bool equal_names(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return x == y || lower_letter(x) == lower_letter(y);
           });
}

bool filter_cursor::take(char c)
{
    if (!done() && text_[at_] == c) {
        ++at_;
        return true;
    }
    return false;
}

std::size_t filter_cursor::skip_blanks()
{
    const std::size_t start = at_;
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    return at_ - start;
}

std::string_view filter_cursor::word() const
{
    const std::size_t end = std::min(text_.find_first_of(word_ends, at_), text_.size());
    return text_.substr(at_, end - at_);
}

std::string quoted_excerpt(std::string_view text)
{
    constexpr std::size_t longest = 24;
    std::string shown = "\"";
    for (std::size_t i = 0; i < text.size() && i < longest; ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        // A sequence that the limit would cut in half is left out whole.
        if (c >= 0xc0 && i + 4 > longest) {
            break;
        }
        shown += c < 0x20 || c == 0x7f ? '?' : text[i];
    }
    return shown + (text.size() > longest ? "…\"" : "\"");
}

} // namespace idferry::mapping
