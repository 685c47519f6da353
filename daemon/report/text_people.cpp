// The audit trail and people as text.
#include "daemon/report/text_parts.hpp"

#include "daemon/reconcile/plan_text.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <set>

namespace idferry::daemon::report {

using mapping::json;
using reconcile::printable;

namespace {

std::string shown(const json& values, const std::string& path)
{
    if (!values.is_object()) return {};
    const auto it = values.find(path);
    return it == values.end() ? std::string("(none)") : reconcile::shown_value(*it, false);
}

// "title: Head → Chief", one for each attribute.
std::vector<std::string> changes_of(const json& line)
{
    std::vector<std::string> out;
    const auto& before = line["before"];
    const auto& after = line["after"];
    if (text_of(line, "operation") == "members") {
        for (const auto& [what, sign] : {std::pair{"add", "+"}, std::pair{"remove", "−"}})
            if (const auto n = number_of(after, what); n > 0) out.push_back(fmt::format("members {}{}", sign, n));
        return out;
    }
    std::set<std::string> paths;
    for (const auto* side : {&before, &after})
        if (side->is_object())
            for (const auto& [path, value] : side->items()) paths.insert(path);
    for (const auto& path : paths)
        out.push_back(before.is_object() ? fmt::format("{}: {} → {}", path, shown(before, path), shown(after, path))
                                         : fmt::format("{}: {}", path, shown(after, path)));
    return out;
}

std::string what_of(const json& line)
{
    if (const auto reason = text_of(line, "reason"); !reason.empty()) return reason;
    if (line.value("erased", false)) return "(values erased)";
    if (line.value("hidden", false)) return "(values hidden: no configuration says which are sensitive)";
    std::string out;
    for (const auto& c : changes_of(line)) out += (out.empty() ? "" : "; ") + c;
    return out;
}

cell outcome_cell(const json& line)
{
    const auto word = text_of(line, "outcome");
    return {word, word == "done" ? tone::good : tone::bad};
}

} // namespace

std::string audit_text(const json& audit, const text_style& style)
{
    table rows({"LINE", "TIME", "SYNC", "TYPE", "WHO", "KEY", "OPERATION", "OUTCOME", "WHAT"});
    for (const auto& line : audit["audit"]) {
        const auto label = text_of(line, "label");
        rows.add({std::to_string(number_of(line, "id")), text_of(line, "time"), text_of(line, "sync"),
                  text_of(line, "type"), label.empty() ? cell("-", tone::quiet) : cell(label, tone::strong),
                  text_of(line, "key"), text_of(line, "operation"), outcome_cell(line), what_of(line)});
    }
    if (rows.empty()) return "No line of the audit trail fits.\n";
    auto out = rows.text(style.colour);
    if (audit["next"].is_number()) out += fmt::format("older ones: --before {}\n", number_of(audit, "next"));
    return out;
}

std::string verify_text(const json& verified, const text_style& style)
{
    const auto rows = number_of(verified, "rows"), erased = number_of(verified, "erased");
    const auto size = fmt::format("{} {}, the values of {} erased", rows, rows == 1 ? "line" : "lines", erased);
    if (verified.value("ok", false))
        return coloured("The audit trail holds", tone::good, style.colour) + ": " + size + ".\n";
    return coloured("The audit trail was changed", tone::bad, style.colour) + ": " +
           printable(text_of(verified, "problem")) + " (" + size + ").\n";
}

std::string people_text(const json& people, const text_style& style)
{
    table rows({"SYNC", "TYPE", "WHO", "KEY", "TARGET ID", "STATE", "WHY"});
    for (const auto& p : people["people"]) {
        const auto rejected = text_of(p, "rejected");
        rows.add({text_of(p, "sync"),
                  text_of(p, "type"),
                  {text_of(p, "label"), tone::strong},
                  text_of(p, "key"),
                  text_of(p, "target_id").empty() ? "-" : text_of(p, "target_id"),
                  {rejected.empty() ? text_of(p, "state") : "rejected", rejected.empty() ? tone::plain : tone::bad},
                  rejected});
    }
    return rows.empty() ? "Nobody was found.\n" : rows.text(style.colour);
}

std::string person_text(const json& person, const text_style& style)
{
    std::string out = coloured(printable(text_of(person, "label")), tone::strong, style.colour) +
                      fmt::format(" ({} {} of {})\n", printable(text_of(person, "type")),
                                  printable(text_of(person, "key")), printable(text_of(person, "sync")));
    const auto& link = person["link"];
    if (link.is_object()) {
        out += fmt::format("  at the target   {} ({}), {} since {}\n", printable(text_of(link, "target_id")),
                           text_of(link, "owner"), text_of(link, "state"), age_of(link, "last_changed", style));
        if (const auto due = text_of(link, "leave_due"); !due.empty())
            out += fmt::format("  is deleted      {} ({})\n", due, age_of(link, "leave_due", style));
        if (const auto why = text_of(link, "left_alone"); !why.empty())
            out += "  is left alone   " + printable(why) + "\n";
        std::string groups;
        for (const auto& g : link["groups"])
            groups += (groups.empty() ? "" : ", ") +
                      printable(text_of(g, "label").empty() ? text_of(g, "key") : text_of(g, "label"));
        if (!groups.empty()) out += "  groups          " + groups + "\n";
    } else {
        out += "  at the target   nothing of ours\n";
    }
    const auto& reject = person["reject"];
    if (reject.is_object())
        out += "  " + coloured("rejected", tone::bad, style.colour) + "        " + printable(text_of(reject, "error")) +
               fmt::format(" ({} tries since {}; next {})\n", number_of(reject, "attempts"),
                           age_of(reject, "first", style),
                           reject.value("dropped", false) ? "none: dropped by hand" : next_try_of(reject, style));
    for (const auto& n : person["not_kept"])
        out += fmt::format("  not kept        {}: {} was sent, {} is kept\n", printable(text_of(n, "path")),
                           reconcile::shown_value(n["sent"], false), reconcile::shown_value(n["kept"], false));
    if (const auto steps = person.find("steps"); steps != person.end())
        for (const auto& s : *steps)
            out +=
                fmt::format("  {:<16}{} {}{}\n", text_of(s, "step") == "bind_credential" ? "credential" : "revocation",
                            text_of(s, "status"), age_of(s, "since", style),
                            text_of(s, "note").empty() ? "" : ": " + printable(text_of(s, "note")));
    out += "\n";
    for (const auto& line : person["history"]) {
        out += fmt::format("  {}  {} {}", text_of(line, "time"), text_of(line, "operation"), text_of(line, "outcome"));
        const auto reason = text_of(line, "reason");
        if (!reason.empty()) out += ": " + printable(reason);
        if (line.value("erased", false)) out += " (values erased)";
        out += "\n";
        if (!reason.empty()) continue;
        for (const auto& c : changes_of(line)) out += "      " + printable(c) + "\n";
    }
    if (person["history"].empty()) out += "  no line of the audit trail is about this one\n";
    return out;
}

} // namespace idferry::daemon::report
