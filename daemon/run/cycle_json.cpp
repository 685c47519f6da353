#include "daemon/run/cycle_json.hpp"

#include "daemon/reconcile/plan_json.hpp"
#include "mapping/json.hpp"

namespace idferry::daemon::run {

using mapping::json;

json pushed_json(const push_report& p)
{
    json j{{"done", p.done}, {"rejected", p.rejected}, {"deferred", p.deferred}, {"left_alone", p.left_alone}};
    if (p.steps_taken > 0) j["steps_taken"] = p.steps_taken;
    if (p.steps_failed > 0) j["steps_failed"] = p.steps_failed;
    for (const auto& n : p.notes) j["notes"].push_back({{"label", n.label}, {"key", n.key.text()}, {"text", n.text}});
    if (p.stopped) j["stopped"] = *p.stopped;
    return j;
}

json shown_plan(const cycle_report& report, std::string_view digest_key, std::size_t most)
{
    if (!report.plan) return nullptr;
    auto j = reconcile::plan_json(*report.plan, report.refused, digest_key, most);
    if (report.pushed) j["pushed"] = pushed_json(*report.pushed);
    if (report.error) j["error"] = *report.error;
    if (const auto& h = report.hints)
        j["hints"] = {{"events", h->events}, {"noise", h->noise},     {"people", h->people},  {"left", h->left},
                      {"groups", h->groups}, {"trouble", h->trouble}, {"refused", h->refused}};
    return j;
}

json cycle_json(const cycle_report& report, std::string_view digest_key, std::size_t most)
{
    json j;
    j["sync"] = report.sync;
    j["plan"] = shown_plan(report, digest_key, most);
    j["notices"] = report.notices;
    j["error"] = report.error ? json(*report.error) : json();
    j["moved"] = report.moved;
    return j;
}

} // namespace idferry::daemon::run
