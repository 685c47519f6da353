#include "mapping/transform_text.hpp"

#include <unicode/locid.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <stdexcept>

namespace idferry::mapping {

namespace {

bool only_ascii(std::string_view s)
{
    return std::ranges::all_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string from_icu(const icu::UnicodeString& s)
{
    std::string out;
    return s.toUTF8String(out);
}

std::unique_ptr<icu::Transliterator> transliterator(const char* id)
{
    UErrorCode status = U_ZERO_ERROR;
    UParseError place;
    std::unique_ptr<icu::Transliterator> t(
        icu::Transliterator::createInstance(icu::UnicodeString::fromUTF8(id), UTRANS_FORWARD, place, status));
    if (U_FAILURE(status) || !t)
        throw std::runtime_error(std::string("ICU has no transliterator ") + id + ": " + u_errorName(status));
    return t;
}

} // namespace

std::string lower_text(const std::string& s)
{
    if (!only_ascii(s)) return from_icu(icu::UnicodeString::fromUTF8(s).toLower(icu::Locale::getRoot()));
    auto out = s;
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

std::string upper_text(const std::string& s)
{
    if (!only_ascii(s)) return from_icu(icu::UnicodeString::fromUTF8(s).toUpper(icu::Locale::getRoot()));
    auto out = s;
    for (auto& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

std::string trimmed_text(const std::string& s)
{
    if (only_ascii(s)) {
        constexpr std::string_view blanks(" \t\n\v\f\r");
        const auto first = s.find_first_not_of(blanks);
        return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(blanks) - first + 1);
    }
    const auto text = icu::UnicodeString::fromUTF8(s);
    std::int32_t begin = 0;
    std::int32_t end = text.length();
    while (begin < end && u_isUWhiteSpace(text.char32At(begin))) begin = text.moveIndex32(begin, 1);
    while (begin < end) {
        const auto before = text.moveIndex32(end, -1);
        if (!u_isUWhiteSpace(text.char32At(before))) break;
        end = before;
    }
    return from_icu(text.tempSubStringBetween(begin, end));
}

std::string squeezed_text(const std::string& s)
{
    const auto text = icu::UnicodeString::fromUTF8(s);
    icu::UnicodeString out;
    bool gap = false;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const auto c = text.char32At(i);
        if (u_isUWhiteSpace(c)) {
            gap = true;
            continue;
        }
        if (gap && !out.isEmpty()) out.append(static_cast<UChar>(' '));
        gap = false;
        out.append(c);
    }
    return from_icu(out);
}

std::string digits_of(const std::string& s)
{
    std::string out;
    const auto text = icu::UnicodeString::fromUTF8(s);
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        if (const auto d = u_charDigitValue(text.char32At(i)); d >= 0) out += static_cast<char>('0' + d);
    return out;
}

std::string truncated_text(const std::string& s, std::size_t count)
{
    std::size_t seen = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
        if ((static_cast<unsigned char>(s[i]) & 0xC0U) == 0x80U) continue; // inside a code point
        if (seen++ == count) return s.substr(0, i);
    }
    return s;
}

struct ascii_writer::rules
{
    std::unique_ptr<icu::Transliterator> german; // or null
    std::unique_ptr<icu::Transliterator> latin;
};

ascii_writer::ascii_writer(style wanted) : rules_(std::make_unique<rules>())
{
    if (wanted == style::german) rules_->german = transliterator("de-ASCII");
    rules_->latin = transliterator("Any-Latin; Latin-ASCII; [:^ASCII:] Remove");
}

ascii_writer::~ascii_writer() = default;

std::string ascii_writer::write(const std::string& s) const
{
    if (only_ascii(s)) return s;
    auto text = icu::UnicodeString::fromUTF8(s);
    if (rules_->german) rules_->german->transliterate(text);
    rules_->latin->transliterate(text);
    return from_icu(text);
}

} // namespace idferry::mapping
