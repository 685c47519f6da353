#include "mapping/filter_compare.hpp"

#include "mapping/json.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>

#include <algorithm>

namespace idferry::mapping {

namespace {

// Reads an xsd:dateTime from left to right; every step fails for good once one has failed.
class moment_reader
{
public:
    explicit moment_reader(std::string_view text) : text_(text) {}

    bool literal(char c)
    {
        if (at_ < text_.size() && text_[at_] == c) {
            ++at_;
            return true;
        }
        return false;
    }

    // Exactly `count` digits whose value is at most `most`.
    bool number(std::size_t count, int most, int& out)
    {
        if (text_.size() - at_ < count) {
            return false;
        }
        out = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const char c = text_[at_ + i];
            if (c < '0' || c > '9') {
                return false;
            }
            out = out * 10 + (c - '0');
        }
        at_ += count;
        return out <= most;
    }

    std::string_view digits()
    {
        const std::size_t start = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            ++at_;
        }
        return text_.substr(start, at_ - start);
    }

    bool done() const { return at_ == text_.size(); }

private:
    std::string_view text_;
    std::size_t at_{0};
};

bool leap_year(std::int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(std::int64_t year, int month)
{
    static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap_year(year) ? 29 : days[month - 1];
}

// Days since 1970-01-01 in the proleptic Gregorian calendar: whole years first, with the year starting in March.
std::int64_t days_since_epoch(std::int64_t year, int month, int day)
{
    const std::int64_t y = month <= 2 ? year - 1 : year;
    const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
    const std::int64_t year_of_era = y - era * 400;
    const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

bool read_date(moment_reader& in, std::int64_t& days)
{
    const bool before_christ = in.literal('-');
    const std::string_view year_digits = in.digits();
    // Four digits or more, no leading zero beyond four; nine bound the arithmetic.
    if (year_digits.size() < 4 || year_digits.size() > 9 || (year_digits.size() > 4 && year_digits.front() == '0')) {
        return false;
    }
    std::int64_t year = 0;
    for (const char c : year_digits) {
        year = year * 10 + (c - '0');
    }
    if (year == 0) {
        return false;
    }
    if (before_christ) {
        year = 1 - year; // the year before 1 is -1
    }
    int month = 0;
    int day = 0;
    if (!in.literal('-') || !in.number(2, 12, month) || month == 0 || !in.literal('-') || !in.number(2, 31, day) ||
        day == 0 || day > days_in_month(year, month)) {
        return false;
    }
    days = days_since_epoch(year, month, day);
    return true;
}

bool read_time(moment_reader& in, std::int64_t& seconds, std::string& fraction)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!in.number(2, 24, hour) || !in.literal(':') || !in.number(2, 59, minute) || !in.literal(':') ||
        !in.number(2, 59, second)) {
        return false;
    }
    if (in.literal('.')) {
        fraction = in.digits();
        if (fraction.empty()) {
            return false;
        }
        fraction.erase(fraction.find_last_not_of('0') + 1);
    }
    seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 || (seconds == 24 * 3600 && fraction.empty()); // 24:00:00 is the next midnight
}

bool read_zone(moment_reader& in, std::int64_t& offset_seconds)
{
    offset_seconds = 0;
    if (in.done() || in.literal('Z')) {
        return true;
    }
    const bool east = in.literal('+');
    if (!east && !in.literal('-')) {
        return false;
    }
    int hour = 0;
    int minute = 0;
    if (!in.number(2, 14, hour) || !in.literal(':') || !in.number(2, 59, minute) || (hour == 14 && minute != 0)) {
        return false;
    }
    offset_seconds = (hour * 60 + minute) * (east ? 60 : -60);
    return true;
}

} // namespace

std::optional<date_time> parse_date_time(std::string_view text)
{
    // The cheap test first: nearly every string that is compared is not a date.
    if (text.size() < 19 || text.find('T') == std::string_view::npos) {
        return std::nullopt;
    }
    moment_reader in(text);
    std::int64_t days = 0;
    std::int64_t seconds = 0;
    std::int64_t offset = 0;
    date_time moment;
    if (!read_date(in, days) || !in.literal('T') || !read_time(in, seconds, moment.fraction) ||
        !read_zone(in, offset) || !in.done()) {
        return std::nullopt;
    }
    moment.seconds = days * 86400 + seconds - offset;
    return moment;
}

std::string fold_case(std::string_view text)
{
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    std::string folded;
    if (ascii) {
        folded = text;
        for (char& c : folded) {
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        }
        return folded;
    }
    const auto size = static_cast<std::int32_t>(text.size());
    UErrorCode status = U_ZERO_ERROR;
    icu::StringByteSink<std::string> folded_sink(&folded, size);
    icu::CaseMap::utf8Fold(0, icu::StringPiece(text.data(), size), folded_sink, nullptr, status);
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
    if (U_FAILURE(status)) {
        return std::string(text);
    }
    std::string normal;
    icu::StringByteSink<std::string> normal_sink(&normal, static_cast<std::int32_t>(folded.size()));
    nfc->normalizeUTF8(0, folded, normal_sink, nullptr, status);
    return U_FAILURE(status) ? folded : normal;
}

comparison_operand prepare_operand(const json& operand, bool exact)
{
    comparison_operand prepared;
    prepared.exact = exact;
    if (operand.is_string()) {
        const auto& text = operand.get_ref<const std::string&>();
        prepared.text = exact ? text : fold_case(text);
        if (!exact) {
            prepared.moment = parse_date_time(text);
        }
    }
    return prepared;
}

} // namespace idferry::mapping
