// Steps beside accounts as text.
#include "daemon/report/text_parts.hpp"

#include "mapping/json.hpp"

namespace idferry::daemon::report {

using mapping::json;

std::string steps_text(const json& steps, const text_style& style)
{
    table rows({"TYPE", "WHO", "KEY", "STEP", "STATUS", "SINCE", "NEXT", "JOBS", "NOTE"});
    for (const auto& s : steps["steps"]) {
        const auto status = text_of(s, "status");
        const auto label = text_of(s, "label");
        rows.add({text_of(s, "type"),
                  label.empty() ? cell("-", tone::quiet) : cell(label, tone::strong),
                  text_of(s, "key"),
                  text_of(s, "step"),
                  {status, status == "done"       ? tone::good
                           : status == "given_up" ? tone::bad
                                                  : tone::plain},
                  age_of(s, "since", style),
                  text_of(s, "next").empty() ? cell("-", tone::quiet) : cell(age_of(s, "next", style)),
                  std::to_string(number_of(s, "attempts")),
                  text_of(s, "note")});
    }
    if (rows.empty()) return "No step beside an account is known.\n";
    auto out = rows.text(style.colour);
    if (steps.value("more", false)) out += "there are more: --limit\n";
    return out;
}

} // namespace idferry::daemon::report
