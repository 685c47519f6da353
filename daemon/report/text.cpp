#include "daemon/report/text.hpp"

#include "daemon/reconcile/plan_text.hpp"
#include "daemon/report/table.hpp"
#include "daemon/report/text_parts.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

namespace idferry::daemon::report {

using mapping::json;
using reconcile::printable;

namespace {

cell state_cell(const std::string& state)
{
    return {state, state == "quarantine" ? tone::bad : state == "running" ? tone::strong : tone::plain};
}

cell last_cell(const json& last, const text_style& style)
{
    if (!last.is_object()) return {"never", tone::quiet};
    const auto result = text_of(last, "result");
    return {result + ", " + age_of(last, "ended", style), tone_of_result(result)};
}

void add_quarantine(std::string& out, const json& q, const std::string& indent, const text_style& style)
{
    out += indent + coloured("!", tone::bad, style.colour) +
           fmt::format(" {} in quarantine since {} after {} failures: {}; next probe {}\n",
                       printable(text_of(q, "sync")), age_of(q, "since", style), number_of(q, "failures"),
                       printable(text_of(q, "reason")), age_of(q, "next_probe", style));
}

// "3 of 5 done, 1 rejected": what a cycle's push came to.
std::string pushed_words(const json& cycle)
{
    const auto p = cycle.find("pushed");
    if (p == cycle.end() || !p->is_object()) return "-";
    auto text = fmt::format("{} done", number_of(*p, "done"));
    for (const char* what : {"rejected", "deferred", "left_alone"})
        if (const auto n = number_of(*p, what); n > 0)
            text += fmt::format(", {} {}", n, what == std::string("left_alone") ? "left alone" : what);
    return text;
}

std::string trouble_of(const json& cycle)
{
    for (const char* name : {"error", "stopped"})
        if (const auto text = text_of(cycle, name); !text.empty()) return text;
    if (const auto n = number_of(cycle, "refused"); n > 0) return fmt::format("refused by {} guards", n);
    if (const auto n = number_of(cycle, "unproved"); n > 0) return fmt::format("{} lists not proved complete", n);
    return {};
}

// What a sync is at now.
std::string running_line(const json& sync, const text_style& style)
{
    auto text = fmt::format("{} began {} ({})", printable(text_of(sync, "name")), age_of(sync, "running_since", style),
                            printable(text_of(sync, "trigger")));
    if (const auto phase = text_of(sync, "phase"); !phase.empty()) text += ": " + printable(phase);
    if (const auto done = number_of(sync, "done"); done > 0) text += fmt::format(", {} done", done);
    if (const auto total = number_of(sync, "total"); total > 0) text += fmt::format(" of {}", total);
    return text + "\n";
}

} // namespace

std::string status_text(const json& status, const text_style& style)
{
    const auto& config = status["config"];
    std::string out = "idferry " + text_of(status, "version");
    out += text_of(status, "started").empty() ? " · no daemon answers; this is what is recorded"
                                              : " · running since " + age_of(status, "started", style);
    out += " · " + printable(text_of(config, "file")) + "\n";
    const bool answers = !text_of(status, "started").empty();
    if (const auto why = status.contains("daemon") ? text_of(status["daemon"], "why_not") : std::string(); !why.empty())
        out += printable(why) + "\n";
    if (const auto wrong = text_of(config, "error"); !wrong.empty()) {
        out += coloured(answers ? "! the changed configuration has mistakes, the one before stays in force:"
                                : "! the configuration cannot be read:",
                        tone::bad, style.colour) +
               "\n";
        for (const auto& line : lines_of(wrong)) out += "    " + printable(line) + "\n";
    }
    out += "\n";
    table syncs({"SYNC", "STATE", "LAST CYCLE", "LAST SUCCESS", "NEXT", "USERS", "GROUPS", "REJECTS", "SCHEDULE"});
    std::string below;
    for (const auto& s : status["syncs"]) {
        const auto rejects = number_of(s, "rejects");
        const auto dropped = number_of(s, "dropped");
        auto waiting = std::to_string(rejects);
        if (dropped > 0) waiting += fmt::format(" (+{} dropped)", dropped);
        const bool configured = s.value("configured", true);
        syncs.add(
            {{text_of(s, "name"), tone::strong},
             state_cell(text_of(s, "state")),
             last_cell(s["last"], style),
             text_of(s, "last_success").empty() ? cell("never", tone::quiet) : cell(age_of(s, "last_success", style)),
             text_of(s, "next").empty() ? cell("-", tone::quiet) : cell(age_of(s, "next", style)),
             std::to_string(number_of(s["links"], "users")),
             std::to_string(number_of(s["links"], "groups")),
             {waiting, rejects > 0 ? tone::doubtful : tone::plain},
             configured ? cell(text_of(s, "schedule")) : cell("not in the configuration", tone::quiet)});
        if (const auto steps = s.find("steps"); steps != s.end() && steps->is_object())
            if (const auto given_up = number_of(*steps, "given_up"); given_up > 0)
                below +=
                    coloured("!", tone::doubtful, style.colour) +
                    fmt::format(" {0}: {1} people have no credential after the last binding job (idferry steps {0} "
                                "--status given_up)\n",
                                printable(text_of(s, "name")), given_up);
        if (text_of(s, "state") == "running") below += running_line(s, style);
        if (s["quarantine"].is_object()) add_quarantine(below, s["quarantine"], "", style);
        if (s["last"].is_object())
            if (const auto why = trouble_of(s["last"]); !why.empty())
                below += coloured("!", tone::doubtful, style.colour) +
                         fmt::format(" {}: {} (idferry show {})\n", printable(text_of(s, "name")), printable(why),
                                     number_of(s["last"], "id"));
    }
    out += syncs.empty() ? "No sync is configured, and none has left anything in state.\n" : syncs.text(style.colour);
    if (!below.empty()) out += "\n" + below;
    if (status["connections"].empty()) return out;
    table connections({"CONNECTION", "TYPE", "ADDRESS", "SECRETS"});
    for (const auto& c : status["connections"]) {
        std::string secrets;
        for (const auto& s : c["secrets"])
            secrets +=
                fmt::format("{}{} ({})", secrets.empty() ? "" : ", ", text_of(s, "reference"), text_of(s, "rotation"));
        connections.add({text_of(c, "name"), text_of(c, "type"), text_of(c, "address"), secrets});
    }
    return out + "\n" + connections.text(style.colour);
}

std::string history_text(const json& history, const text_style& style)
{
    std::string out = coloured(printable(text_of(history, "sync")), tone::strong, style.colour) + "\n";
    table rows({"CYCLE", "STARTED", "TOOK", "RESULT", "BY", "CHANGES", "PUSHED", "WHY"});
    for (const auto& c : history["cycles"]) {
        const auto result = text_of(c, "result");
        auto by = text_of(c, "trigger");
        if (c.value("refresh", false) && by != "full") by += ", refresh";
        rows.add({std::to_string(number_of(c, "id")),
                  age_of(c, "started", style),
                  took_of(c),
                  {result, tone_of_result(result)},
                  by,
                  std::to_string(number_of(c, "changes")),
                  pushed_words(c),
                  trouble_of(c)});
    }
    if (rows.empty()) return out + "  no cycle was recorded yet\n";
    out += rows.text(style.colour);
    if (history["next"].is_number())
        out += fmt::format("older ones: idferry history {} --before {}\n", printable(text_of(history, "sync")),
                           number_of(history, "next"));
    return out;
}

std::string cycle_text(const json& cycle, const text_style& style)
{
    const auto result = text_of(cycle, "result");
    std::string out = coloured(fmt::format("Cycle {} of {}", number_of(cycle, "id"), printable(text_of(cycle, "sync"))),
                               tone::strong, style.colour) +
                      ": " + coloured(result, tone_of_result(result), style.colour) +
                      fmt::format(" (exit code {})\n", number_of(cycle, "exit_code"));
    const auto say = [&](const std::string& name, const std::string& value) {
        if (!value.empty()) out += fmt::format("  {:<12}{}\n", name, printable(value));
    };
    say("started", text_of(cycle, "started") + ", " + age_of(cycle, "started", style));
    say("took", took_of(cycle));
    say("by", text_of(cycle, "trigger") + (cycle.value("refresh", false) ? ", with a read of the target" : ""));
    say("plan", text_of(cycle, "plan"));
    say("pushed", pushed_words(cycle));
    say("error", text_of(cycle, "error"));
    say("stopped", text_of(cycle, "stopped"));
    if (const auto requests = cycle.find("requests"); requests != cycle.end())
        say("requests", fmt::format("{} to the source, {} to the target, {} for tokens", number_of(*requests, "source"),
                                    number_of(*requests, "target"), number_of(*requests, "token")));
    if (const auto counts = cycle.find("counts"); counts != cycle.end() && counts->is_object())
        for (const auto& [type, n] : counts->items()) {
            std::string words = fmt::format("{} read, {} unchanged", number_of(n, "read"), number_of(n, "unchanged"));
            for (const char* what : {"create", "adopt", "update", "deactivate", "remove"})
                if (const auto count = number_of(n, what); count > 0) words += fmt::format(", {} to {}", count, what);
            const auto added = number_of(n, "members_added"), removed = number_of(n, "members_removed");
            if (added + removed > 0) words += fmt::format(", members +{} −{}", added, removed);
            say(type, words);
        }
    if (const auto refused = cycle.find("refused"); refused != cycle.end() && refused->is_array())
        for (const auto& v : *refused) {
            out += "  " + coloured("refused", tone::bad, style.colour) + " by " + printable(text_of(v, "guard")) +
                   ": " + printable(text_of(v, "text")) + "\n";
            out += "            to allow exactly this: idferry sync " + printable(text_of(cycle, "sync")) +
                   " --allow " + printable(text_of(v, "allow")) + "\n";
        }
    if (const auto unproved = cycle.find("unproved"); unproved != cycle.end() && unproved->is_array())
        for (const auto& u : *unproved)
            out += fmt::format("  not proved complete: {}: {}\n", printable(text_of(u, "list")),
                               printable(text_of(u, "why")));
    const auto notes = cycle.find("notes");
    if (notes == cycle.end() || !notes->is_array() || notes->empty()) return out;
    table rows({"", "TYPE", "WHO", "KEY", "WHAT"});
    for (const auto& n : *notes)
        rows.add({text_of(n, "kind"), text_of(n, "type"), text_of(n, "label"), text_of(n, "key"), text_of(n, "text")});
    out += "\n" + rows.text(style.colour);
    if (const auto left = number_of(cycle, "left_out"); left > 0) out += fmt::format("and {} more\n", left);
    return out;
}

std::string rejects_text(const json& rejects, const text_style& style)
{
    table rows({"SYNC", "TYPE", "WHO", "KEY", "SINCE", "TRIES", "NEXT TRY", "WHY"});
    for (const auto& r : rejects["rejects"]) {
        const bool dropped = r.value("dropped", false);
        rows.add({text_of(r, "sync"),
                  text_of(r, "type"),
                  {text_of(r, "label"), tone::strong},
                  text_of(r, "key"),
                  age_of(r, "first", style),
                  std::to_string(number_of(r, "attempts")),
                  dropped ? cell("dropped", tone::quiet) : cell(next_try_of(r, style)),
                  text_of(r, "error")});
    }
    auto out = rows.empty() ? std::string("Nobody is rejected.\n") : rows.text(style.colour);
    if (const auto n = number_of(rejects, "dropped"); n > 0)
        out += fmt::format("{} dropped by hand (--dropped lists them)\n", n);
    return out;
}

std::string reject_text(const json& r, const text_style& style)
{
    std::string out = coloured(printable(text_of(r, "label")), tone::strong, style.colour) +
                      fmt::format(" ({} {} of {})\n", printable(text_of(r, "type")), printable(text_of(r, "key")),
                                  printable(text_of(r, "sync")));
    out += "  why        " + printable(text_of(r, "error")) + "\n";
    out += fmt::format("  to do      {}\n", printable(text_of(r, "operation")));
    out += fmt::format("  since      {}, {}\n", text_of(r, "first"), age_of(r, "first", style));
    out += fmt::format("  tries      {}\n", number_of(r, "attempts"));
    out += r.value("dropped", false)
               ? std::string("  next try   none: dropped by hand until something else is to be done\n")
               : fmt::format("  next try   {}\n", next_try_of(r, style));
    return out;
}

std::string quarantines_text(const json& quarantines, const text_style& style)
{
    std::string out;
    for (const auto& q : quarantines["quarantine"]) add_quarantine(out, q, "", style);
    return out.empty() ? "No sync is in quarantine.\n" : out;
}

} // namespace idferry::daemon::report
