#include "daemon/run/schedule_shape.hpp"

namespace idferry::daemon::run {

namespace {

using config::diagnostics;
using config::node;
using schedule::schedule_problem;
using schedule::timetable;

// A text that one of the parsers of daemon/schedule reads; its mistakes are told at their character.
template <class T> config::shape<T> read_by(std::variant<T, schedule_problem> (*parse)(std::string_view))
{
    const auto text = config::non_empty_text();
    return {[parse, text](const node& n, diagnostics& out) -> std::optional<T> {
                const auto given = text.parse(n, out);
                if (!given) return std::nullopt;
                auto parsed = parse(*given);
                if (const auto* wrong = std::get_if<schedule_problem>(&parsed)) {
                    out.add(n, wrong->position, wrong->message);
                    return std::nullopt;
                }
                return std::get<T>(std::move(parsed));
            },
            text.doc};
}

config::shape<schedule::time_zone> zone_shape()
{
    const auto text = config::non_empty_text();
    return {[text](const node& n, diagnostics& out) -> std::optional<schedule::time_zone> {
                const auto name = text.parse(n, out);
                if (!name) return std::nullopt;
                auto zone = schedule::time_zone::find(*name);
                if (!zone) out.add(n, "there is no time zone '" + *name + "'; write a name such as Europe/Berlin");
                return zone;
            },
            text.doc};
}

bool covers_the_week(const timetable& t)
{
    constexpr std::chrono::sys_seconds sometime{};
    return schedule::after_blackout(t.blackout, t.zone, sometime) >= sometime + std::chrono::days(7);
}

} // namespace

config::shape<timetable> timetable_shape()
{
    using namespace config;
    return section<timetable>()
        .optional("every", &timetable::every, duration(), "time from the begin of one cycle to the begin of the next")
        .optional("at", &timetable::at, read_by<schedule::cron>(schedule::cron::parse),
                  "cron expression instead of `every`: five fields, or six with seconds")
        .optional("full", &timetable::full, read_by<schedule::cron>(schedule::cron::parse),
                  "cron expression of cycles that also read the target")
        .optional("jitter", &timetable::jitter, duration(),
                  "a random delay of at most this, so that many daemons do not start at once")
        .optional("blackout", &timetable::blackout,
                  list_of(read_by<schedule::blackout_window>(schedule::blackout_window::parse)),
                  "windows in which no cycle begins: Mon-Fri 08:00-09:30")
        .optional("time_zone", &timetable::zone, zone_shape(),
                  "zone of cron expressions and windows; the machine's own when it is left out")
        .check([](const timetable& t, const node& n, diagnostics& out) {
            if (t.every && t.at) out.add(n, "give `every` or `at`, not both");
            if (t.every && *t.every < std::chrono::seconds(1)) out.add(n, "`every` is a second at least");
            if (t.every && t.jitter >= *t.every) out.add(n, "`jitter` must be shorter than `every`");
            if (covers_the_week(t)) out.add(n, "these blackout windows leave no time for a cycle");
        })
        .shape();
}

} // namespace idferry::daemon::run
