#include "daemon/schedule/blackout.hpp"

#include "daemon/schedule/names.hpp"

#include <charconv>
#include <optional>

namespace idferry::daemon::schedule {

namespace {

namespace chrono = std::chrono;

std::optional<chrono::minutes> time_of_day(std::string_view text)
{
    const auto two = [&](std::size_t at, int highest) -> std::optional<int> {
        int n = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, n);
        if (error != std::errc{} || end != text.data() + at + 2 || n > highest || text[at] == '-') return std::nullopt;
        return n;
    };
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto h = two(0, 24), m = two(3, 59);
    if (!h || !m || (*h == 24 && *m != 0)) return std::nullopt;
    return chrono::hours(*h) + chrono::minutes(*m);
}

} // namespace

std::variant<blackout_window, schedule_problem> blackout_window::parse(std::string_view text)
{
    blackout_window w;
    w.text_ = text;
    std::size_t at = 0;
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos) {
        w.days_.set();
    } else {
        const auto days = text.substr(0, blank);
        while (at <= days.size()) {
            const auto comma = std::min(days.find(',', at), days.size());
            const auto item = days.substr(at, comma - at);
            const auto dash = item.find('-');
            const auto from = name_index(item.substr(0, dash), weekday_names);
            const auto to = dash == std::string_view::npos ? from : name_index(item.substr(dash + 1), weekday_names);
            if (!from || !to) return schedule_problem{at, "expected days such as Mon, Sat,Sun or Mon-Fri"};
            for (int d = *from;; d = (d + 1) % 7) {
                w.days_.set(static_cast<std::size_t>(d));
                if (d == *to) break;
            }
            at = comma + 1;
        }
        at = blank + 1;
    }
    const auto span = text.substr(at);
    const auto dash = span.find('-');
    const auto begin = time_of_day(span.substr(0, dash));
    const auto end = dash == std::string_view::npos ? std::nullopt : time_of_day(span.substr(dash + 1));
    if (!begin || !end || *begin == chrono::hours(24))
        return schedule_problem{at, "expected a span such as 08:00-09:30, or 22:00-06:00 over midnight"};
    if (*begin == *end) return schedule_problem{at, "this window is empty; a whole day is 00:00-24:00"};
    w.begin_ = *begin;
    w.end_ = *end;
    return w;
}

chrono::local_seconds blackout_window::end_of(chrono::local_seconds at) const
{
    const auto today = chrono::floor<chrono::days>(at);
    for (const auto day : {today - chrono::days(1), today}) {
        if (!days_[chrono::weekday{day}.c_encoding()]) continue;
        const auto ends = day + end_ + (end_ < begin_ ? chrono::days(1) : chrono::days(0));
        if (at >= day + begin_ && at < ends) return ends;
    }
    return at;
}

chrono::sys_seconds after_blackout(const std::vector<blackout_window>& windows, const time_zone& zone,
                                   chrono::sys_seconds at)
{
    const auto give_up = at + chrono::days(8);
    for (bool moved = true; moved && at < give_up;) {
        moved = false;
        for (const auto& w : windows) {
            const auto local = zone.local(at);
            const auto ends = w.end_of(local);
            if (ends == local) continue;
            const auto by_old_offset = at + (ends - local);
            // Clocks that change within the window move its end.
            const auto corrected = by_old_offset - (zone.offset_at(by_old_offset) - zone.offset_at(at));
            at = corrected > at ? corrected : by_old_offset;
            moved = true;
        }
    }
    return at;
}

} // namespace idferry::daemon::schedule
