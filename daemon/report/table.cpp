#include "daemon/report/table.hpp"

#include "daemon/reconcile/plan_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace idferry::daemon::report {

namespace {

std::size_t code_points(std::string_view s)
{
    return static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// The first `width` code points, the last of them an ellipsis when something is left out.
std::string cut(const std::string& s, std::size_t width)
{
    if (code_points(s) <= width) return s;
    std::size_t bytes = 0;
    for (std::size_t points = 0; points + 1 < width; ++points) {
        ++bytes;
        while (bytes < s.size() && (static_cast<unsigned char>(s[bytes]) & 0xC0U) == 0x80U) ++bytes;
    }
    return s.substr(0, bytes) + "…";
}

bool read(std::string_view text, std::size_t at, std::size_t length, int& out)
{
    const auto* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + length, out);
    return error == std::errc() && end == begin + length;
}

} // namespace

std::string coloured(std::string_view text, tone look, bool colour)
{
    if (!colour || look == tone::plain || text.empty()) return std::string(text);
    const char* code = look == tone::good       ? "32"
                       : look == tone::bad      ? "31"
                       : look == tone::doubtful ? "33"
                       : look == tone::quiet    ? "2"
                                                : "1";
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string table::text(bool colour) const
{
    std::vector<std::size_t> widths(head_.size(), 0);
    std::vector<std::vector<std::string>> shown;
    for (const auto& row : rows_) {
        auto& texts = shown.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i) {
            auto one = reconcile::printable(row[i].text);
            texts.push_back(i + 1 < row.size() ? cut(one, widest_) : std::move(one));
        }
    }
    for (std::size_t i = 0; i < head_.size(); ++i) {
        widths[i] = code_points(head_[i]);
        for (const auto& row : shown)
            if (i < row.size()) widths[i] = std::max(widths[i], std::min(widest_, code_points(row[i])));
    }
    std::string out;
    const auto line = [&](std::size_t count, const auto& text_of, const auto& look_of) {
        std::string one;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string t = text_of(i);
            one += coloured(t, look_of(i), colour);
            if (i + 1 < count) one += std::string(widths[i] - std::min(widths[i], code_points(t)) + 2, ' ');
        }
        one.erase(one.find_last_not_of(' ') + 1);
        out += one + "\n";
    };
    line(head_.size(), [&](std::size_t i) { return head_[i]; }, [](std::size_t) { return tone::quiet; });
    for (std::size_t r = 0; r < rows_.size(); ++r)
        line(
            std::min(rows_[r].size(), head_.size()), [&](std::size_t i) { return shown[r][i]; },
            [&](std::size_t i) { return rows_[r][i].look; });
    return out;
}

std::string age_text(state::time_point t, state::time_point now)
{
    const bool past = t <= now;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(past ? now - t : t - now).count();
    if (seconds == 0) return "now";
    const auto amount = seconds < 120            ? fmt::format("{} s", seconds)
                        : seconds < 120 * 60     ? fmt::format("{} min", seconds / 60)
                        : seconds < 48 * 60 * 60 ? fmt::format("{} h", seconds / 3600)
                                                 : fmt::format("{} d", seconds / 86400);
    return past ? amount + " ago" : "in " + amount;
}

std::optional<state::time_point> time_of(std::string_view text)
{
    // 2026-03-01T04:05:06.007Z
    if (text.size() != 24 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[23] != 'Z')
        return std::nullopt;
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, thousandth = 0;
    if (!read(text, 0, 4, year) || !read(text, 5, 2, month) || !read(text, 8, 2, day) || !read(text, 11, 2, hour) ||
        !read(text, 14, 2, minute) || !read(text, 17, 2, second) || !read(text, 20, 3, thousandth))
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + std::chrono::milliseconds(thousandth);
}

} // namespace idferry::daemon::report
