// Cron expressions: "minute hour day-of-month month day-of-week", with seconds before them when there are six fields.
//
// Each field is a list of numbers, ranges, steps ("1-5", "*/15", "10-50/20") or "*"; months and days of the week have
// English names (JAN, MON); Sunday is 0 or 7; "?" is "*" for days. When both day fields are restricted (neither begins
// with "*"), either is enough, as in every cron. @hourly, @daily, @midnight, @weekly, @monthly and @yearly stand for
// the usual expressions.
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace idferry::daemon::schedule {

// Why a text is no expression; `position` is a 0-based byte of it.
struct schedule_problem
{
    std::size_t position{0};
    std::string message;
};

class cron
{
public:
    // Refuses an expression that never comes, too (30 February).
    static std::variant<cron, schedule_problem> parse(std::string_view text);

    // The first local time strictly after `after` that fits.
    std::chrono::local_seconds next(std::chrono::local_seconds after) const;
    // True when it runs in every hour of a day: then it goes by elapsed time when clocks are turned back.
    bool every_hour() const { return hours_.all(); }
    const std::string& text() const { return text_; }

private:
    std::optional<std::chrono::local_seconds> find_next(std::chrono::local_seconds after) const;
    bool fits(std::chrono::local_days day) const;

    std::string text_;
    std::bitset<60> seconds_, minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;    // of the month, from 1
    std::bitset<13> months_;  // from 1
    std::bitset<7> weekdays_; // Sunday is 0
    bool any_day_{false}, any_weekday_{false};

    friend class cron_parser;
};

} // namespace idferry::daemon::schedule
