// `history` and `show`: cycles, and the story of one person.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/report/history.hpp"
#include "daemon/report/people.hpp"
#include "daemon/report/waiting.hpp"
#include "mapping/json.hpp"

namespace idferry::daemon::cli {

namespace {

using mapping::json;

std::string histories_text(const json& all, const report::text_style& style)
{
    std::string out;
    for (const auto& one : all["syncs"]) out += (out.empty() ? "" : "\n") + report::history_text(one, style);
    return out.empty() ? "No sync is configured, and none has left anything in state.\n" : out;
}

// Who is meant: one person's story, or whom the text fits.
std::string who_text(const json& found, const report::text_style& style)
{
    return found.contains("people") ? report::people_text(found, style) : report::person_text(found, style);
}

report::json_result story_of(const recorded& known, const std::string& who, const std::string& sync, std::size_t limit,
                             std::int64_t before)
{
    auto found = report::people_json(known.from(), who, sync, 20);
    if (!found) return found;
    const auto& people = (*found)["people"];
    // Exactly what was typed is meant, whoever else has it in the name.
    const json* one = people.size() == 1 ? &people[0] : nullptr;
    for (const auto& p : people)
        if (!one && (p["label"] == who || p["key"] == who)) one = &p;
    for (const auto& p : people)
        if (one && &p != one && (p["label"] == who || p["key"] == who)) return found; // in several syncs
    if (!one) return found;
    return report::person_json(known.from(),
                               {mapping::sync_name((*one)["sync"].get<std::string>()), (*one)["key"].get<std::string>(),
                                (*one)["type"].get<std::string>(), limit, before});
}

int run_history(const invocation& given)
{
    const recorded known(given);
    if (known.failed()) return 1;
    const auto limit = static_cast<std::size_t>(given.number("limit"));
    const auto before = static_cast<std::int64_t>(given.number("before"));
    std::vector<mapping::sync_name> wanted;
    if (const auto name = given.text("SYNC"); !name.empty()) {
        auto sync = known.sync(name);
        if (!sync) return 1;
        wanted.push_back(std::move(*sync));
    }
    if (const auto who = given.text("who"); !who.empty()) {
        const auto found = story_of(known, who, wanted.empty() ? "" : wanted.front().text(), limit, before);
        if (found && found->contains("people") && (*found)["people"].empty())
            return complain("idferry history: nobody with '" + who + "' in name or key is known");
        return known.print(found, who_text);
    }
    if (wanted.empty()) {
        auto all = report::known_syncs(known.from());
        if (!all) return complain("idferry history: " + all.error().message);
        wanted = std::move(*all);
    }
    json out{{"syncs", json::array()}};
    for (const auto& sync : wanted) {
        auto one = report::history_json(known.from(), sync, limit, before);
        if (!one) return known.print(one, histories_text);
        out["syncs"].push_back(std::move(*one));
    }
    return known.print(report::give(std::move(out)), histories_text);
}

int run_show(const invocation& given)
{
    const recorded known(given);
    if (known.failed()) return 1;
    const auto id = given.number("CYCLE");
    const auto cycle = report::show_cycle_json(known.from(), static_cast<std::int64_t>(id));
    if (cycle && cycle->is_null())
        return complain("idferry show: there is no cycle " + given.text("CYCLE") + "; idferry history lists them");
    return known.print(cycle, report::cycle_text);
}

} // namespace

const command& history_command()
{
    static const command c{
        .name = "history",
        .summary = "list the cycles of a sync, or tell the story of one person",
        .about = "With --who, everything that state knows about one person or group: what it is at the target, why it "
                 "is rejected, and\nwhat was changed when. A part of the name, the key, or the beginning of the target "
                 "id will do.",
        .options = with_report_options(
            {{"--limit", value_kind::number, "N", "so many of each sync", "20"},
             {"--before", value_kind::number, "ID", "what came before the cycle (with --who: the line) of this number"},
             {"--who", value_kind::text, "TEXT", "the story of this person or group"}}),
        .positionals = {{"SYNC", value_kind::sync, "sync to look at; all when none is named"}},
        .examples = "idferry history\nidferry history staff-to-showpad --limit 100\nidferry history --who anna.berg",
        .run = run_history};
    return c;
}

const command& show_command()
{
    static const command c{.name = "show",
                           .summary = "show one cycle: counts, requests, what was refused, rejected or withheld",
                           .options = with_report_options({}),
                           .positionals = {{"CYCLE", value_kind::number, "its number in idferry history", true}},
                           .examples = "idferry show 812",
                           .run = run_show};
    return c;
}

} // namespace idferry::daemon::cli
