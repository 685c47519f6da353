// Windows of the week in which no cycle begins: "Mon-Fri 08:00-09:30", "Sat,Sun 00:00-24:00", "22:00-06:00" (every day,
// over midnight). Days are those on which a window begins.
#pragma once

#include "daemon/schedule/time_zone.hpp"

#include <bitset>
#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace idferry::daemon::schedule {

class blackout_window
{
public:
    static std::variant<blackout_window, schedule_problem> parse(std::string_view text);

    // The end of the window that `at` is in; `at` itself when it is in none.
    std::chrono::local_seconds end_of(std::chrono::local_seconds at) const;
    const std::string& text() const { return text_; }

private:
    std::string text_;
    std::bitset<7> days_; // Sunday is 0
    std::chrono::minutes begin_{0}, end_{0};
};

// The first instant from `at` on that is in no window. Windows that cover the whole week are refused by the
// configuration; here they end the search after eight days.
std::chrono::sys_seconds after_blackout(const std::vector<blackout_window>& windows, const time_zone& zone,
                                        std::chrono::sys_seconds at);

} // namespace idferry::daemon::schedule
