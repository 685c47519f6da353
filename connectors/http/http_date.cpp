// The three forms of an HTTP-date (RFC 9110 section 5.6.7).
#include "connectors/http/retry_policy.hpp"

#include <array>

namespace idferry::connectors::http {

namespace {

constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> day_names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};

// Reads a text piece by piece; after the first piece that does not fit, nothing fits any more.
class date_reader
{
public:
    explicit date_reader(std::string_view text) : rest_(text) {}

    bool literal(std::string_view text)
    {
        good_ = good_ && rest_.starts_with(text);
        if (good_) rest_.remove_prefix(text.size());
        return good_;
    }
    int number(std::size_t digits, bool padded_by_blank = false)
    {
        good_ = good_ && rest_.size() >= digits;
        int value = 0;
        for (std::size_t i = 0; good_ && i < digits; ++i) {
            const char c = rest_[i];
            if (padded_by_blank && i == 0 && c == ' ') continue;
            good_ = c >= '0' && c <= '9';
            value = value * 10 + (c - '0');
        }
        if (good_) rest_.remove_prefix(digits);
        return value;
    }
    unsigned month()
    {
        for (std::size_t i = 0; i < month_names.size(); ++i)
            if (rest_.starts_with(month_names[i])) {
                literal(month_names[i]);
                return static_cast<unsigned>(i + 1);
            }
        good_ = false;
        return 0;
    }
    bool day_name(bool full)
    {
        for (const auto name : day_names) {
            const auto wanted = full ? name : name.substr(0, 3);
            if (rest_.starts_with(wanted)) return literal(wanted);
        }
        return good_ = false;
    }
    std::chrono::seconds time_of_day()
    {
        const int h = number(2);
        literal(":");
        const int m = number(2);
        literal(":");
        const int s = number(2);
        good_ = good_ && h < 24 && m < 60 && s <= 60; // 60: a leap second
        return std::chrono::hours(h) + std::chrono::minutes(m) + std::chrono::seconds(s);
    }
    bool complete() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_{true};
};

struct date_fields
{
    int year{0};
    unsigned month{0};
    int day{0};
    std::chrono::seconds time{0};
};

std::optional<clock::wall_time> moment_of(const date_fields& f)
{
    const std::chrono::year_month_day date{std::chrono::year(f.year), std::chrono::month(f.month),
                                           std::chrono::day(static_cast<unsigned>(f.day))};
    if (!date.ok()) return std::nullopt;
    return clock::wall_time(std::chrono::sys_days(date)) + f.time;
}

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<clock::wall_time> fixed_form(std::string_view text)
{
    date_reader r(text);
    date_fields f;
    r.day_name(false);
    r.literal(", ");
    f.day = r.number(2);
    r.literal(" ");
    f.month = r.month();
    r.literal(" ");
    f.year = r.number(4);
    r.literal(" ");
    f.time = r.time_of_day();
    r.literal(" GMT");
    if (!r.complete()) return std::nullopt;
    return moment_of(f);
}

// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<clock::wall_time> rfc850_form(std::string_view text)
{
    date_reader r(text);
    date_fields f;
    r.day_name(true);
    r.literal(", ");
    f.day = r.number(2);
    r.literal("-");
    f.month = r.month();
    r.literal("-");
    f.year = r.number(2);
    f.year += f.year < 70 ? 2000 : 1900;
    r.literal(" ");
    f.time = r.time_of_day();
    r.literal(" GMT");
    if (!r.complete()) return std::nullopt;
    return moment_of(f);
}

// Sun Nov  6 08:49:37 1994
std::optional<clock::wall_time> asctime_form(std::string_view text)
{
    date_reader r(text);
    date_fields f;
    r.day_name(false);
    r.literal(" ");
    f.month = r.month();
    r.literal(" ");
    f.day = r.number(2, true);
    r.literal(" ");
    f.time = r.time_of_day();
    r.literal(" ");
    f.year = r.number(4);
    if (!r.complete()) return std::nullopt;
    return moment_of(f);
}

} // namespace

std::optional<clock::wall_time> parse_http_date(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    if (auto t = fixed_form(text)) return t;
    if (auto t = rfc850_form(text)) return t;
    return asctime_form(text);
}

} // namespace idferry::connectors::http
