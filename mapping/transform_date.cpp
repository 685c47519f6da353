// Dates: ISO 8601 and epochs → xsd:date and xsd:dateTime (RFC 7643 section 2.3.5).
#include "mapping/transform_text.hpp"

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

namespace idferry::mapping {

namespace {

using std::chrono::sys_seconds;

// Reads fixed-width numbers and marks from the front of a text.
class date_reader
{
public:
    explicit date_reader(std::string_view text) : rest_(text) {}

    bool number(std::size_t width, int& out)
    {
        if (rest_.size() < width) return false;
        out = 0;
        for (std::size_t i = 0; i < width; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return false;
            out = out * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(width);
        return true;
    }
    bool mark(std::string_view any_of)
    {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        last_ = rest_.front();
        rest_.remove_prefix(1);
        return true;
    }
    std::string digits()
    {
        std::string out;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            out += rest_.front();
            rest_.remove_prefix(1);
        }
        return out;
    }
    char last_mark() const { return last_; }
    bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
    char last_{0};
};

struct read_date
{
    int year{0}, month{0}, day{0};
    int hour{0}, minute{0}, second{0};
    std::string fraction;
    std::optional<int> offset; // minutes east of UTC
};

bool read_offset(date_reader& in, read_date& d)
{
    if (in.mark("Zz")) {
        d.offset = 0;
        return true;
    }
    if (!in.mark("+-")) return true;
    const int sign = in.last_mark() == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if (!in.number(2, hours) || hours > 14) return false;
    if (!in.done()) {
        in.mark(":");
        if (!in.number(2, minutes) || minutes > 59) return false;
    }
    d.offset = sign * (hours * 60 + minutes);
    return true;
}

bool read_time(date_reader& in, read_date& d)
{
    if (!in.number(2, d.hour) || d.hour > 23) return false;
    const bool extended = in.mark(":");
    if (!in.number(2, d.minute) || d.minute > 59) return false;
    if (extended ? in.mark(":") : false) {
        if (!in.number(2, d.second) || d.second > 59) return false;
    } else if (!extended && !in.number(2, d.second)) {
        d.second = 0;
    }
    if (d.second > 59) return false;
    if (in.mark(".,")) {
        d.fraction = in.digits();
        if (d.fraction.empty()) return false;
        while (!d.fraction.empty() && d.fraction.back() == '0') d.fraction.pop_back();
    }
    return read_offset(in, d);
}

std::optional<read_date> read_iso(std::string_view text)
{
    date_reader in(text);
    read_date d;
    if (!in.number(4, d.year)) return std::nullopt;
    const bool extended = in.mark("-");
    if (!in.number(2, d.month) || (extended && !in.mark("-")) || !in.number(2, d.day)) return std::nullopt;
    const std::chrono::year_month_day day{std::chrono::year{d.year}, std::chrono::month{static_cast<unsigned>(d.month)},
                                          std::chrono::day{static_cast<unsigned>(d.day)}};
    if (!day.ok() || d.year < 1) return std::nullopt;
    if (!in.done() && (!in.mark("Tt ") || !read_time(in, d))) return std::nullopt;
    if (!in.done()) return std::nullopt;
    return d;
}

std::string date_time_text(sys_seconds at, const std::string& fraction, std::string_view zone)
{
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day ymd{day};
    const std::chrono::hh_mm_ss time{at - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}{}", static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), fraction.empty() ? "" : ".", fraction, zone);
}

} // namespace

std::optional<std::string> date_from_epoch(std::int64_t milliseconds, date_form form)
{
    // From year 1 to 9999, the years that xsd:date can write with four digits.
    if (milliseconds < -62'135'596'800'000 || milliseconds > 253'402'300'799'999) return std::nullopt;
    const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds{milliseconds}};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    auto fraction = fmt::format("{:03}", (at - seconds).count());
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    const auto text = date_time_text(seconds, fraction, "Z");
    return form == date_form::date ? text.substr(0, 10) : text;
}

std::optional<std::string> date_from_count(std::string_view text, date_source unit, date_form form)
{
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (digits.empty() || digits.size() > 15 || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    const std::int64_t scale = unit == date_source::epoch_s ? 1000 : 1;
    const auto n = std::stoll(std::string(text));
    if (std::abs(n) > 1'000'000'000'000'000 / scale) return std::nullopt;
    return date_from_epoch(n * scale, form);
}

std::optional<std::string> date_from_iso(std::string_view text, date_form form)
{
    const auto d = read_iso(text);
    if (!d) return std::nullopt;
    if (form == date_form::date) return fmt::format("{:04}-{:02}-{:02}", d->year, d->month, d->day);
    const std::chrono::year_month_day day{std::chrono::year{d->year},
                                          std::chrono::month{static_cast<unsigned>(d->month)},
                                          std::chrono::day{static_cast<unsigned>(d->day)}};
    const sys_seconds written = std::chrono::sys_days{day} + std::chrono::hours{d->hour} +
                                std::chrono::minutes{d->minute} + std::chrono::seconds{d->second};
    const auto at = written - std::chrono::minutes{d->offset.value_or(0)};
    const auto year = static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(at)}.year());
    if (year < 1 || year > 9999) return std::nullopt;
    return date_time_text(at, d->fraction, d->offset ? "Z" : "");
}

} // namespace idferry::mapping
