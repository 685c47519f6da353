// The JSON value on the right-hand side of a comparison (RFC 8259), read with exact positions.
#include "mapping/filter_lexer.hpp"
#include "mapping/json.hpp"

#include <cstdint>

namespace idferry::mapping {

namespace {

// Length of the UTF-8 sequence at `at`, or 0 when it is not one (overlong, surrogate, above U+10FFFF, cut off).
std::size_t utf8_length(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned lead = byte(at);
    std::size_t length = 0;
    unsigned lowest = 0x80;
    unsigned highest = 0xbf;
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        lowest = lead == 0xe0 ? 0xa0 : 0x80;
        highest = lead == 0xed ? 0x9f : 0xbf;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        lowest = lead == 0xf0 ? 0x90 : 0x80;
        highest = lead == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (byte(at + 1) < lowest || byte(at + 1) > highest) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if (byte(at + i) < 0x80 || byte(at + i) > 0xbf) {
            return 0;
        }
    }
    return length;
}

void append_utf8(std::string& out, std::uint32_t point)
{
    const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | (point >> 6U));
        put(0x80 | (point & 0x3fU));
    } else if (point < 0x10000) {
        put(0xe0 | (point >> 12U));
        put(0x80 | ((point >> 6U) & 0x3fU));
        put(0x80 | (point & 0x3fU));
    } else {
        put(0xf0 | (point >> 18U));
        put(0x80 | ((point >> 12U) & 0x3fU));
        put(0x80 | ((point >> 6U) & 0x3fU));
        put(0x80 | (point & 0x3fU));
    }
}

// The four hexadecimal digits at `at`, or nothing.
std::optional<std::uint32_t> hex_unit(std::string_view text, std::size_t at)
{
    std::uint32_t unit = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const char c = i < text.size() ? text[i] : '\0';
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) {
            return std::nullopt;
        }
        unit = unit * 16 + static_cast<std::uint32_t>(digit);
    }
    return unit;
}

class string_reader
{
public:
    explicit string_reader(filter_cursor& in) : in_(in), text_(in.text()), at_(in.position()) {}

    std::optional<parse_error> read(std::string& out)
    {
        const std::size_t opening = at_++;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                in_.move_to(at_ + 1);
                return std::nullopt;
            }
            if (c == '\\') {
                if (auto wrong = escape(out)) {
                    return wrong;
                }
                continue;
            }
            if (static_cast<unsigned char>(c) < 0x20) {
                return parse_error{"a control character in a text is written as an escape, such as \\n", at_};
            }
            const std::size_t length = utf8_length(text_, at_);
            if (length == 0) {
                return parse_error{"the text is not valid UTF-8", at_};
            }
            out.append(text_, at_, length);
            at_ += length;
        }
        return parse_error{"the text that begins at position " + std::to_string(opening) + " has no closing \"",
                           text_.size()};
    }

private:
    std::optional<parse_error> escape(std::string& out)
    {
        static constexpr std::string_view letters = "\"\\/bfnrt";
        static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        const std::size_t index = letters.find(c);
        if (c != '\0' && index != std::string_view::npos) {
            out.push_back(meanings[index]);
            at_ += 2;
            return std::nullopt;
        }
        if (c != 'u') {
            return parse_error{"this is not a JSON escape; a backslash itself is written \\\\", at_};
        }
        auto point = hex_unit(text_, at_ + 2);
        if (!point) {
            return parse_error{"\\u is followed by four hexadecimal digits", at_};
        }
        std::size_t length = 6;
        if (*point >= 0xd800 && *point <= 0xdfff) {
            const bool pair = *point < 0xdc00 && text_.substr(at_ + 6, 2) == "\\u";
            const auto low = pair ? hex_unit(text_, at_ + 8) : std::nullopt;
            if (!low || *low < 0xdc00 || *low > 0xdfff) {
                return parse_error{"half of a surrogate pair; the other half is missing", at_};
            }
            point = 0x10000 + ((*point - 0xd800) << 10U) + (*low - 0xdc00);
            length = 12;
        }
        append_utf8(out, *point);
        at_ += length;
        return std::nullopt;
    }

    filter_cursor& in_;
    std::string_view text_;
    std::size_t at_;
};

// Where a JSON number stops being one: its size when the whole word is a number.
std::size_t number_prefix(std::string_view word, bool& complete)
{
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t start = at;
        while (at < word.size() && word[at] >= '0' && word[at] <= '9') {
            ++at;
        }
        return at - start;
    };
    complete = false;
    if (at < word.size() && word[at] == '-') {
        ++at;
    }
    if (at < word.size() && word[at] == '0') {
        ++at;
    } else if (digits() == 0) {
        return at;
    }
    if (at < word.size() && word[at] == '.') {
        ++at;
        if (digits() == 0) {
            return at;
        }
    }
    if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
        ++at;
        if (at < word.size() && (word[at] == '+' || word[at] == '-')) {
            ++at;
        }
        if (digits() == 0) {
            return at;
        }
    }
    complete = true;
    return at;
}

std::optional<parse_error> read_number(filter_cursor& in, std::string_view word, json& out)
{
    bool complete = false;
    const std::size_t length = number_prefix(word, complete);
    if (!complete || length < word.size()) {
        return parse_error{quoted_excerpt(word) + " is not a JSON number; a text needs double quotes",
                           in.position() + length};
    }
    out = json::parse(word.begin(), word.end(), nullptr, false);
    if (out.is_discarded()) {
        return parse_error{"the number is out of range", in.position()};
    }
    in.move_to(in.position() + length);
    return std::nullopt;
}

} // namespace

std::optional<parse_error> read_compare_value(filter_cursor& in, json& out)
{
    if (in.peek() == '"') {
        std::string text;
        if (auto wrong = string_reader(in).read(text)) {
            return wrong;
        }
        out = std::move(text);
        return std::nullopt;
    }
    const std::string_view word = in.word();
    if (word.empty()) {
        return parse_error{"expected a value: a text in double quotes, a number, true, false or null", in.position()};
    }
    const char first = word.front();
    if (first == '-' || (first >= '0' && first <= '9')) {
        return read_number(in, word, out);
    }
    if (word == "true" || word == "false") {
        out = word == "true";
    } else if (word == "null") {
        out = nullptr;
    } else if (equal_names(word, "true") || equal_names(word, "false") || equal_names(word, "null")) {
        return parse_error{"true, false and null are written in lower case", in.position()};
    } else if (first == '\'') {
        return parse_error{"a text is put in double quotes, not in single ones", in.position()};
    } else {
        return parse_error{"expected a value, but found " + quoted_excerpt(word) + "; a text needs double quotes",
                           in.position()};
    }
    in.move_to(in.position() + word.size());
    return std::nullopt;
}

} // namespace idferry::mapping
