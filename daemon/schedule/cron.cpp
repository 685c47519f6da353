#include "daemon/schedule/cron.hpp"

#include "daemon/schedule/names.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <vector>

namespace idferry::daemon::schedule {

namespace {

namespace chrono = std::chrono;

// Leap years are eight years apart at most (1896 to 1904, 2096 to 2104); a weekday in it takes up to forty.
constexpr int longest_wait_in_days = 366 * 41;

struct field
{
    const char* name;
    int first, last;
    std::string_view names; // three letters each, from `first` on; "" = none
};

constexpr field fields[] = {{"second", 0, 59, ""},         {"minute", 0, 59, ""},
                            {"hour", 0, 23, ""},           {"day of the month", 1, 31, ""},
                            {"month", 1, 12, month_names}, {"day of the week", 0, 7, weekday_names}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> shorthands{{{"@hourly", "0 * * * *"},
                                                                                   {"@daily", "0 0 * * *"},
                                                                                   {"@midnight", "0 0 * * *"},
                                                                                   {"@weekly", "0 0 * * 0"},
                                                                                   {"@monthly", "0 0 1 * *"},
                                                                                   {"@yearly", "0 0 1 1 *"},
                                                                                   {"@annually", "0 0 1 1 *"}}};

struct word
{
    std::size_t at;
    std::string_view text;
};

std::vector<word> words_of(std::string_view text)
{
    std::vector<word> all;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ' ' || text[i] == '\t') {
            ++i;
            continue;
        }
        const auto end = std::min(text.find_first_of(" \t", i), text.size());
        all.push_back({i, text.substr(i, end - i)});
        i = end;
    }
    return all;
}

} // namespace

class cron_parser
{
public:
    explicit cron_parser(std::string_view text) : text_(text) {}

    std::variant<cron, schedule_problem> run()
    {
        auto expression = text_;
        if (text_.starts_with('@')) {
            for (const auto& [name, means] : shorthands)
                if (name == text_) expression = means;
            if (expression == text_)
                return schedule_problem{0, "unknown word; known: @hourly, @daily, @weekly, @monthly, @yearly"};
        }
        const auto words = words_of(expression);
        if (words.size() != 5 && words.size() != 6)
            return schedule_problem{
                0, fmt::format("a cron expression has five fields (minute hour day month weekday), or six with "
                               "seconds before them; this has {}",
                               words.size())};
        cron out;
        out.text_ = text_;
        if (words.size() == 5) out.seconds_.set(0);
        for (std::size_t i = 0; i < words.size(); ++i)
            if (!read(words[i], i + 6 - words.size(), out)) return std::move(problem_);
        if (!out.find_next(chrono::local_days{chrono::year{2000} / 1 / 1}))
            return schedule_problem{words[words.size() - 3].at, "this day never comes"};
        return out;
    }

private:
    bool fail(std::size_t at, std::string message)
    {
        problem_ = {at, std::move(message)};
        return false;
    }

    bool read(const word& w, std::size_t which, cron& out)
    {
        const auto& f = fields[which];
        const bool day = which == 3 || which == 5;
        const bool any = w.text == "*" || (day && w.text == "?");
        if (which == 3) out.any_day_ = any || w.text.starts_with('*');
        if (which == 5) out.any_weekday_ = any || w.text.starts_with('*');
        std::bitset<64> bits;
        for (std::size_t begin = 0; begin <= w.text.size();) {
            const auto comma = std::min(w.text.find(',', begin), w.text.size());
            if (!item({w.at + begin, w.text.substr(begin, comma - begin)}, f, any, bits)) return false;
            begin = comma + 1;
        }
        for (std::size_t i = 0; i < 64; ++i) {
            if (!bits[i]) continue;
            switch (which) {
            case 0: out.seconds_.set(i); break;
            case 1: out.minutes_.set(i); break;
            case 2: out.hours_.set(i); break;
            case 3: out.days_.set(i); break;
            case 4: out.months_.set(i); break;
            default: out.weekdays_.set(i % 7); break;
            }
        }
        return true;
    }

    bool item(word w, const field& f, bool any, std::bitset<64>& bits)
    {
        int step = 1;
        if (const auto slash = w.text.find('/'); slash != std::string_view::npos) {
            const auto digits = w.text.substr(slash + 1);
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
            if (error != std::errc{} || end != digits.data() + digits.size() || step < 1 || step > f.last)
                return fail(w.at + slash + 1,
                            fmt::format("step of the {}: expected a number from 1 to {}", f.name, f.last));
            w.text = w.text.substr(0, slash);
            if (w.text.find('-') == std::string_view::npos && w.text != "*") {
                // "5/15": from 5 on.
                int from = 0;
                if (!number(w, f, from)) return false;
                for (int i = from; i <= f.last; i += step) bits.set(static_cast<std::size_t>(i));
                return true;
            }
        }
        int from = f.first, to = f.last;
        if (w.text != "*" && !any) {
            const auto dash = w.text.find('-');
            if (!number({w.at, w.text.substr(0, dash)}, f, from)) return false;
            to = from;
            if (dash != std::string_view::npos && !number({w.at + dash + 1, w.text.substr(dash + 1)}, f, to))
                return false;
            // "FRI-SUN" ends with the week.
            if (f.last == 7 && to == 0 && from > 0) to = 7;
            if (from > to) return fail(w.at, "this range ends before it begins");
        }
        for (int i = from; i <= to; i += step) bits.set(static_cast<std::size_t>(i));
        return true;
    }

    bool number(const word& w, const field& f, int& out)
    {
        if (const auto named = name_index(w.text, f.names)) {
            out = f.first + *named;
            return true;
        }
        const auto [end, error] = std::from_chars(w.text.data(), w.text.data() + w.text.size(), out);
        if (!w.text.empty() && error == std::errc{} && end == w.text.data() + w.text.size() && out >= f.first &&
            out <= f.last && w.text.front() != '-')
            return true;
        return fail(w.at,
                    fmt::format("{}: expected a number from {} to {}{}", f.name, f.first, f.last,
                                f.names.empty() ? "" : fmt::format(" or a name such as {}", f.names.substr(0, 3))));
    }

    std::string_view text_;
    schedule_problem problem_;
};

std::variant<cron, schedule_problem> cron::parse(std::string_view text)
{
    return cron_parser(text).run();
}

bool cron::fits(chrono::local_days day) const
{
    const chrono::year_month_day date{day};
    if (!months_[static_cast<unsigned>(date.month())]) return false;
    const bool by_day = days_[static_cast<unsigned>(date.day())];
    const bool by_weekday = weekdays_[chrono::weekday{day}.c_encoding()];
    if (any_day_ || any_weekday_) return by_day && by_weekday;
    return by_day || by_weekday;
}

std::optional<chrono::local_seconds> cron::find_next(chrono::local_seconds after) const
{
    const auto from = after + chrono::seconds(1);
    auto day = chrono::floor<chrono::days>(from);
    auto left = static_cast<int>((from - day).count()); // seconds of the first day that are over
    for (int i = 0; i < longest_wait_in_days; ++i, day += chrono::days(1), left = 0) {
        if (!fits(day)) continue;
        for (int h = left / 3600; h < 24; ++h) {
            if (!hours_[static_cast<std::size_t>(h)]) continue;
            for (int m = std::max(0, (left - h * 3600) / 60); m < 60; ++m) {
                if (!minutes_[static_cast<std::size_t>(m)]) continue;
                for (int s = std::max(0, left - h * 3600 - m * 60); s < 60; ++s)
                    if (seconds_[static_cast<std::size_t>(s)])
                        return day + chrono::hours(h) + chrono::minutes(m) + chrono::seconds(s);
            }
        }
    }
    return std::nullopt;
}

chrono::local_seconds cron::next(chrono::local_seconds after) const
{
    return find_next(after).value_or(chrono::local_seconds::max()); // parse has refused what never comes
}

} // namespace idferry::daemon::schedule
