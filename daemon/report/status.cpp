#include "daemon/report/status.hpp"

#include "daemon/reconcile/plan_text.hpp"
#include "daemon/report/history.hpp"
#include "daemon/report/steps.hpp"
#include "daemon/report/waiting.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

namespace idferry::daemon::report {

using mapping::json;

namespace {

// What is recorded says this much about a sync that nobody runs at the moment.
std::string recorded_state(const source& from, const run::sync_settings* sync, bool isolated)
{
    if (isolated) return "quarantine";
    if (!sync) return "idle";
    const auto now = std::chrono::floor<std::chrono::seconds>(from.now);
    const auto& t = sync->schedule;
    return schedule::after_blackout(t.blackout, t.zone, now) != now ? "blackout" : "idle";
}

void add_live(json& j, const live_sync* live)
{
    j["next"] = live ? time_or_null(live->next) : json();
    j["next_full"] = live && live->next_full;
    j["running_since"] = live ? time_or_null(live->running_since) : json();
    j["trigger"] = live && !live->trigger.empty() ? json(live->trigger) : json();
    j["phase"] = live && !live->phase.empty() ? json(live->phase) : json();
    j["done"] = live ? live->done : 0;
    j["total"] = live ? live->total : 0;
}

json_result sync_json(const source& from, const mapping::sync_name& name, const status_input& input)
{
    const auto* sync = from.find(name);
    auto isolated = from.state.find_quarantine(name);
    if (!isolated) return isolated.error();
    auto last = from.state.recent_cycles(name, 1);
    if (!last) return last.error();
    auto success = from.state.last_success(name);
    if (!success) return success.error();
    auto rejects = from.state.count_rejects(name);
    if (!rejects) return rejects.error();

    json j{{"name", name.text()},
           {"configured", sync != nullptr},
           {"source", sync ? json(sync->source_name) : json()},
           {"target", sync ? json(sync->target_name) : json()},
           {"schedule", sync ? json(schedule_text(sync->schedule)) : json()},
           {"last", last->empty() ? json() : cycle_json(last->front(), false)},
           {"last_success", *success ? time_or_null((*success)->ended) : json()},
           {"age_seconds", nullptr},
           {"links", json::object()},
           {"rejects", rejects->open},
           {"dropped", rejects->dropped},
           {"quarantine", *isolated ? quarantine_json(**isolated) : json()}};
    auto steps = step_counts_json(from, name);
    if (!steps) return steps.error();
    j["steps"] = std::move(*steps);
    if (*success)
        j["age_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(from.now - (*success)->ended).count();
    for (const auto* type : mapping::resource_types()) {
        auto count = from.state.count_active_links({name, std::string(type->name)});
        if (!count) return count.error();
        const bool usual = mapping::is_person(*type) || type == &mapping::group_type;
        if (!usual && *count == 0 && !(sync && sync->find(*type))) continue;
        j["links"][std::string(type->section)] = *count;
    }
    const auto live = input.live.find(name.text());
    const bool known = live != input.live.end();
    j["state"] = known ? live->second.state : recorded_state(from, sync, isolated->has_value());
    add_live(j, known ? &live->second : nullptr);
    return give(std::move(j));
}

const char* rotation_of(const config::secret_ref& secret)
{
    using kind = config::secret_ref::kind;
    // systemd hands credentials and the environment over once, at the start.
    return secret.from == kind::file || secret.from == kind::command ? "picked up" : "needs a restart";
}

json connections_json(const source& from)
{
    auto all = json::array();
    if (!from.settings) return all;
    for (const auto& [name, connection] : from.settings->connections) {
        json one{{"name", name},
                 {"type", connection->type()},
                 {"address", connection->address()},
                 {"secrets", json::array()}};
        for (const auto& s : connection->secrets())
            one["secrets"].push_back({{"reference", s.text()}, {"rotation", rotation_of(s)}});
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace

std::string schedule_text(const schedule::timetable& t)
{
    std::string text = t.every ? "every " + reconcile::shown_duration(*t.every) : t.at ? "at " + t.at->text() : "";
    if (t.leaves) text += (text.empty() ? "leaves at " : ", leaves at ") + t.leaves->text();
    if (t.full) text += (text.empty() ? "full at " : ", full at ") + t.full->text();
    if (text.empty()) return "on request";
    if (t.jitter.count() > 0) text += ", up to " + reconcile::shown_duration(t.jitter) + " later";
    for (const auto& b : t.blackout) text += ", not " + b.text();
    return text;
}

json_result status_json(const source& from, const status_input& input)
{
    std::string mistakes;
    for (const auto& m : input.config_mistakes) mistakes += (mistakes.empty() ? "" : "\n") + m;
    const auto digest = !input.config_digest.empty() ? input.config_digest : from.settings ? from.settings->digest : "";
    json j{{"version", input.version},
           {"now", time_or_null(from.now)},
           {"started", time_or_null(input.started)},
           {"daemon",
            {{"answers", input.started.has_value()},
             {"why_not", input.no_daemon.empty() ? json() : json(input.no_daemon)}}},
           {"state_folder", input.state_folder.empty() ? json() : json(input.state_folder)},
           {"config",
            {{"file", input.config_file},
             {"digest", digest.empty() ? json() : json(digest)},
             {"loaded", time_or_null(input.config_loaded)},
             {"error", mistakes.empty() ? json() : json(mistakes)}}},
           {"syncs", json::array()}};
    auto names = known_syncs(from);
    if (!names) return names.error();
    for (const auto& name : *names) {
        auto one = sync_json(from, name, input);
        if (!one) return one.error();
        j["syncs"].push_back(std::move(*one));
    }
    j["connections"] = connections_json(from);
    return give(std::move(j));
}

} // namespace idferry::daemon::report
