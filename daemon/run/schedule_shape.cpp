#include "daemon/run/schedule_shape.hpp"

namespace idferry::daemon::run {

namespace {

using config::diagnostics;
using config::node;
using schedule::schedule_problem;
using schedule::timetable;

// A text that one of the parsers of daemon/schedule reads; its mistakes are told at their character.
template <class T>
config::shape<T> read_by(std::variant<T, schedule_problem> (*parse)(std::string_view), config::description about)
{
    const auto text = config::non_empty_text();
    about.what = config::description::kind::text;
    about.pattern = text.doc->pattern;
    about.text_only = true;
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
            std::make_shared<const config::description>(std::move(about))};
}

config::shape<schedule::time_zone> zone_shape()
{
    const auto text = config::named(config::non_empty_text(), "time_zone", "a name of the IANA time zone database",
                                    {"\"Europe/Berlin\"", "\"UTC\""});
    return {[text](const node& n, diagnostics& out) -> std::optional<schedule::time_zone> {
                const auto name = text.parse(n, out);
                if (!name) return std::nullopt;
                auto zone = schedule::time_zone::find(*name);
                if (!zone) out.add(n, "there is no time zone '" + *name + "'; write a name such as Europe/Berlin");
                return zone;
            },
            text.doc};
}

config::description named_text(std::string name, std::string doc, std::vector<std::string> examples)
{
    config::description d;
    d.name = std::move(name);
    d.doc = std::move(doc);
    d.examples = std::move(examples);
    return d;
}

config::shape<schedule::cron> cron_shape()
{
    return read_by<schedule::cron>(
        schedule::cron::parse,
        named_text(
            "cron",
            "a cron expression: minute, hour, day of the month, month, day of the week, with a field for seconds "
            "in front of them when there are six. `*`, lists, ranges, steps, names (mon, jan) and @hourly, @daily, "
            "@weekly, @monthly",
            {"\"0 3 * * *\"", "\"*/15 7-18 * * mon-fri\"", "\"@hourly\""}));
}

config::shape<schedule::blackout_window> window_shape()
{
    return read_by<schedule::blackout_window>(
        schedule::blackout_window::parse,
        named_text("window", "a span of time, on some days or on every day; it may go over midnight",
                   {"\"Mon-Fri 08:00-09:30\"", "\"Sat,Sun 00:00-24:00\"", "\"22:00-06:00\""}));
}

config::node jitter_or(const node& schedule)
{
    const auto at = schedule.find("jitter");
    return at ? *at : schedule;
}

bool covers_the_week(const timetable& t)
{
    constexpr std::chrono::sys_seconds sometime{};
    return schedule::after_blackout(t.blackout, t.zone, sometime) >= sometime + std::chrono::days(7);
}

// A member of the timetable as one of the section.
template <class M> M schedule_section::* of(M timetable::* member)
{
    return member;
}

} // namespace

config::shape<schedule_section> schedule_shape()
{
    using namespace config;
    const auto described =
        section<schedule_section>()
            .optional(
                "every", of(&timetable::every), duration(),
                "time from the begin of one cycle to the begin of the next; without `every` and `at` a sync runs only "
                "when it is asked to")
            .optional("at", of(&timetable::at), cron_shape(), "begin cycles at these times, instead of `every`")
            .optional(
                "full", of(&timetable::full), cron_shape(),
                "begin cycles at these times that also read the target and compare it with what was last written; "
                "never by itself when it is missing")
            .optional(
                "leaves", of(&timetable::leaves), cron_shape(),
                "who left is deactivated or deleted by the cycles that begin at these times, and keeps everything "
                "until then; by every cycle when it is missing")
            .optional("hints", &schedule_section::hints, duration(),
                      "time from one look at the source's events to the next, between the cycles of `every` or `at`: "
                      "whom they name is read again at once, and nothing is taken from anybody before the next whole "
                      "read; needs `events` on the source's connection")
            .optional("jitter", of(&timetable::jitter), duration(),
                      "a random delay of at most this, so that many daemons do not start at once")
            .optional("blackout", of(&timetable::blackout), list_of(window_shape()),
                      "windows in which no cycle begins; one that would begins when the window ends")
            .optional("time_zone", of(&timetable::zone), zone_shape(),
                      "zone of `at`, `full`, `leaves` and `blackout`; the machine's own when it is missing")
            .together({description::key_rule::kind::at_most_one, {"every", "at"}})
            .check([](const schedule_section& t, const node& n, diagnostics& out) {
                if (t.every && t.at) out.add(n, "give `every` or `at`, not both");
                if (t.every && *t.every < std::chrono::seconds(1))
                    out.add(*n.find("every"), "`every` is a second at least");
                if (t.every && t.jitter >= *t.every) out.add(jitter_or(n), "`jitter` must be shorter than `every`");
                if (t.hints && !t.every && !t.at)
                    out.add(*n.find("hints"), "`hints` only come between whole reads: give `every` or `at`, too");
                if (t.hints && *t.hints < std::chrono::seconds(1))
                    out.add(*n.find("hints"), "`hints` is a second at least");
                if (t.hints && t.every && *t.hints >= *t.every)
                    out.add(*n.find("hints"), "`hints` must be shorter than `every`");
                if (covers_the_week(t))
                    out.add(*n.find("blackout"), "these blackout windows leave no time for a cycle");
            })
            .shape();
    return named(
        described, "schedule", "when the daemon runs a sync",
        {R"({"every": "10m", "jitter": "30s", "full": "0 3 * * *"})", R"({"every": "1h", "hints": "30s"})",
         R"({"at": "*/15 7-18 * * mon-fri", "blackout": ["Mon-Fri 08:00-09:30"], "time_zone": "Europe/Berlin"})"});
}

} // namespace idferry::daemon::run
