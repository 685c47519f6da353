#include "daemon/run/cycle_summary.hpp"

#include "daemon/reconcile/plan_json.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::run {

namespace {

using mapping::json;
using kind = reconcile::note::kind;

json or_null(const std::optional<std::string>& text)
{
    return text ? json(*text) : json();
}

void add_notes(json& j, const std::vector<reconcile::note>& notes, std::uint64_t& left_out)
{
    for (const auto& n : notes) {
        if (j.size() >= kept_notes) {
            ++left_out;
            continue;
        }
        json one{{"kind", reconcile::to_string(n.what)},
                 {"type", n.type ? json(n.type->name) : json()},
                 {"key", n.key.text()},
                 {"label", n.label}};
        // The reason of a reject is a sentence of the target's as often as not.
        const bool values =
            n.what == kind::reject || n.what == kind::not_kept || n.what == kind::waiting || n.what == kind::dropped;
        if (!values) one["text"] = n.text;
        j.push_back(std::move(one));
    }
}

} // namespace

std::string cycle_summary(const cycle_report& r, const cycle_options& options)
{
    json j{{"trigger", options.trigger},
           {"refresh", options.refresh},
           {"leaves", options.leaves},
           {"plan", nullptr},
           {"changes", 0},
           {"counts", json::object()},
           {"pushed", nullptr},
           {"stopped", nullptr},
           {"unproved", json::array()},
           {"notes", json::array()}};
    if (options.hinted) j["hinted"] = true;
    if (r.hints)
        j["hints"] = {{"events", r.hints->events}, {"people", r.hints->people},   {"groups", r.hints->groups},
                      {"left", r.hints->left},     {"trouble", r.hints->trouble}, {"refused", r.hints->refused}};
    std::uint64_t left_out = 0;
    if (r.plan) {
        j["plan"] = r.plan->id.hex();
        j["changes"] = r.plan->changes.size();
        j["counts"] = reconcile::counts_json(*r.plan);
        for (const auto& u : r.plan->unproved) {
            if (j["unproved"].size() < kept_notes)
                j["unproved"].push_back({{"list", u.list}, {"why", u.why}});
            else
                ++left_out;
        }
        add_notes(j["notes"], r.plan->notes, left_out);
    }
    if (r.pushed) {
        j["pushed"] = {{"done", r.pushed->done},
                       {"rejected", r.pushed->rejected},
                       {"deferred", r.pushed->deferred},
                       {"left_alone", r.pushed->left_alone},
                       {"steps_taken", r.pushed->steps_taken},
                       {"steps_failed", r.pushed->steps_failed}};
        j["stopped"] = or_null(r.pushed->stopped);
        add_notes(j["notes"], r.pushed->notes, left_out);
    }
    j["requests"] = {{"planned", r.plan ? r.plan->requests : 0},
                     {"source", r.costs.source_requests},
                     {"target", r.costs.target_requests},
                     {"token", r.costs.token_requests}};
    j["milliseconds"] = {{"reading", r.costs.reading.count()},
                         {"planning", r.costs.planning.count()},
                         {"pushing", r.costs.pushing.count()}};
    j["decoded"] = r.costs.decoded;
    j["rows_written"] = r.costs.rows_written;
    j["refused"] = reconcile::refused_json(r.refused);
    j["error"] = or_null(r.error);
    j["moved"] = r.moved;
    j["target_failed"] = r.target_failed.has_value();
    j["left_out"] = left_out;
    return mapping::to_text(j);
}

} // namespace idferry::daemon::run
