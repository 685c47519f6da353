#include "daemon/cli/roff.hpp"

#include <fmt/format.h>

namespace idferry::daemon::cli {

namespace {

constexpr std::size_t long_word = 24;

// The code point at the beginning of `s`, and its length; 0 when it is none.
std::size_t code_point(std::string_view s, unsigned& out)
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const auto lead = at(0);
    const std::size_t n = lead < 0x80 ? 1 : (lead >> 5U) == 6 ? 2 : (lead >> 4U) == 14 ? 3 : (lead >> 3U) == 30 ? 4 : 0;
    if (n == 0 || n > s.size()) return 0;
    out = n == 1 ? lead : lead & (0x7FU >> n);
    for (std::size_t i = 1; i < n; ++i) {
        if ((at(i) & 0xC0U) != 0x80U) return 0;
        out = (out << 6U) | (at(i) & 0x3FU);
    }
    return n;
}

// groff_char(7): these print as something else, or do something, when they are written as they are.
std::string_view named(char c)
{
    switch (c) {
    case '\\': return "\\e";
    case '-': return "\\-";
    case '\'': return "\\(aq";
    case '`': return "\\(ga";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    case '"': return "\\(dq";
    default: return {};
    }
}

std::string escaped(std::string_view text, bool running)
{
    std::string out;
    bool bold = false;
    std::size_t word = 0;
    // A dot or a quote at the beginning of a line is a request.
    if (!text.empty() && text.front() == '.') out += "\\&";
    while (!text.empty()) {
        unsigned point = 0;
        const auto n = code_point(text, point);
        const char c = text.front();
        word = c == ' ' ? 0 : word + 1;
        if (running && c == '`') {
            bold = !bold;
            out += bold ? "\\fB" : "\\fR";
        } else if (n == 0) {
            out += '?';
        } else if (n > 1) {
            out += fmt::format("\\[u{:04X}]", point);
        } else if (c == '\n') {
            out += ' ';
        } else if (const auto name = named(c); !name.empty()) {
            out += name;
        } else if (static_cast<unsigned char>(c) >= 0x20) {
            out += c;
        }
        if (running && word > long_word && (c == ',' || c == '/' || c == ':' || c == '.')) {
            out += "\\:"; // may be broken here
            word = 0;
        }
        text.remove_prefix(n == 0 ? 1 : n);
    }
    if (bold) out += "\\fR";
    return out;
}

} // namespace

std::string roff(std::string_view text)
{
    return escaped(text, true);
}

std::string roff_line(std::string_view line)
{
    return escaped(line, false);
}

} // namespace idferry::daemon::cli
