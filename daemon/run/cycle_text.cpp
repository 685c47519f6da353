#include "daemon/run/cycle_text.hpp"

#include "daemon/reconcile/plan_json.hpp"
#include "daemon/run/cycle_json.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

namespace idferry::daemon::run {

namespace {

std::string pushed_text(const push_report& p)
{
    std::string out;
    for (const auto& n : p.notes) out += fmt::format("    ! {}: {}\n", n.label, n.text);
    out += fmt::format("  Done: {} pushed", p.done);
    if (p.rejected > 0) out += fmt::format(", {} rejected", p.rejected);
    if (p.deferred > 0) out += fmt::format(", {} deferred to the next cycle", p.deferred);
    if (p.left_alone > 0) out += fmt::format(", {} left alone", p.left_alone);
    if (p.steps_taken > 0) out += fmt::format(", {} {} taken", p.steps_taken, p.steps_taken == 1 ? "step" : "steps");
    if (p.steps_failed > 0) out += fmt::format(", {} {} not", p.steps_failed, p.steps_failed == 1 ? "step" : "steps");
    return out + ".\n";
}

std::string hints_text(const hints_report& h)
{
    auto out = fmt::format("  Hints: {} {}, {} {} read again", h.events, h.events == 1 ? "event" : "events", h.people,
                           h.people == 1 ? "person" : "people");
    if (h.left > 0) out += fmt::format("; of {} of them something is left to the next whole read", h.left);
    if (h.groups > 0)
        out += fmt::format("; {} changed {} left to it", h.groups, h.groups == 1 ? "group is" : "groups are");
    return out + ".\n";
}

std::string plan_out(const cycle_report& report, const print_options& how, std::string_view digest_key)
{
    switch (how.format) {
    case print_format::json: return mapping::to_text(shown_plan(report, digest_key, how.most));
    case print_format::markdown: return reconcile::plan_markdown(*report.plan, report.refused);
    case print_format::text: break;
    }
    auto out = reconcile::plan_text(*report.plan, how.text);
    if (!report.refused.empty()) out += reconcile::violations_text(report.sync, report.refused, how.text);
    if (report.hints && !report.hints->refused) out += hints_text(*report.hints);
    if (report.pushed) out += pushed_text(*report.pushed);
    return out;
}

} // namespace

std::optional<print_format> print_format_of(std::string_view word)
{
    for (const auto f : {print_format::text, print_format::json, print_format::markdown})
        if (word == to_string(f)) return f;
    return std::nullopt;
}

const char* to_string(print_format f)
{
    switch (f) {
    case print_format::text: return "text";
    case print_format::json: return "json";
    case print_format::markdown: return "markdown";
    }
    return "text";
}

printed print_cycle(const cycle_report& report, const print_options& how, std::string_view digest_key)
{
    printed p;
    const auto complain = [&](std::string_view what) {
        p.complaints.push_back(fmt::format("{}: {}", report.sync, what));
    };
    for (const auto& n : report.notices) complain(n);
    if (report.plan) p.out = plan_out(report, how, digest_key) + "\n";
    if (report.hints && !report.hints->trouble.empty())
        complain(fmt::format("{}: {}",
                             report.hints->refused ? "the source's events cannot be used"
                                                   : "changes may be found only by the next whole read",
                             report.hints->trouble));
    if (report.error) complain(*report.error);
    if (report.moved)
        complain("source, target, state or configuration moved since the plan was saved; nothing was written. Plan "
                 "again");
    if (report.pushed && report.pushed->stopped)
        complain(
            fmt::format("the push ended early: {}. What was done is recorded; run it again", *report.pushed->stopped));
    return p;
}

} // namespace idferry::daemon::run
