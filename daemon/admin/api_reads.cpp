#include "daemon/admin/api_call.hpp"

#include "daemon/report/audit.hpp"
#include "daemon/report/history.hpp"
#include "daemon/report/people.hpp"
#include "daemon/report/status.hpp"
#include "daemon/report/waiting.hpp"
#include "daemon/report/when.hpp"
#include "daemon/run/retrying.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <charconv>

namespace idferry::daemon::admin {

namespace {

using service::service_control;

// What reports are made from; keeps the settings in force alive for that long.
struct reported
{
    explicit reported(service_control& control)
        : settings(control.settings()), from{control.state(), settings.get(), control.now()}
    {
    }
    std::shared_ptr<const run::settings> settings;
    report::source from;
};

outgoing given(const report::json_result& made, const std::string& when_null = "")
{
    if (!made) return error_answer(503, made.error().message);
    if (made->is_null()) return error_answer(404, when_null);
    return json_answer(200, *made);
}

std::optional<std::int64_t> id_of(const std::string& text)
{
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id < 1) return std::nullopt;
    return id;
}

// True when configuration or state know it.
bool known_sync(const report::source& from, const std::string& name)
{
    const auto all = report::known_syncs(from);
    return all && std::find(all->begin(), all->end(), mapping::sync_name(name)) != all->end();
}

// ---- what is shown

report::live_sync live_of(const service::sync_view& v)
{
    report::live_sync l;
    const bool running = v.state == service::sync_state::running;
    l.state = running                                    ? "running"
              : v.state == service::sync_state::isolated ? "quarantine"
              : v.delayed_by_blackout                    ? "blackout"
                                                         : "idle";
    l.next = v.next;
    l.next_full = v.next_full;
    l.running_since = v.running_since;
    l.trigger = v.trigger;
    l.phase = v.phase;
    l.done = v.done;
    l.total = v.total;
    return l;
}

outgoing status(service_control& control, const call& c)
{
    if (auto bad = check_query(c, {})) return refused(*bad);
    const reported r(control);
    const auto config = control.config();
    report::status_input input;
    input.version = IDFERRY_VERSION;
    input.started = control.started();
    input.state_folder = config.state_folder;
    input.config_file = config.file;
    input.config_digest = config.digest;
    input.config_loaded = config.loaded;
    input.config_mistakes = config.mistakes;
    for (const auto& v : control.syncs()) input.live.emplace(v.name, live_of(v));
    return given(report::status_json(r.from, input));
}

outgoing history(service_control& control, const call& c)
{
    if (auto bad = check_query(c, {"limit", "before"})) return refused(*bad);
    const auto limit = query_count(c, "limit", 50, 500);
    if (!limit) return error_answer(400, "'limit' is a number from 1 to 500");
    const auto before =
        query_text(c, "before").empty() ? std::optional<std::int64_t>(0) : id_of(query_text(c, "before"));
    if (!before) return error_answer(400, "'before' is the id of a cycle");
    const reported r(control);
    const auto& sync = c.names.at("sync");
    if (!known_sync(r.from, sync)) return no_such_sync(sync);
    return given(report::history_json(r.from, mapping::sync_name(sync), *limit, *before));
}

outgoing one_cycle(service_control& control, const call& c)
{
    const auto id = id_of(c.names.at("id"));
    const std::string none = fmt::format("there is no cycle '{}', or no longer", c.names.at("id"));
    if (!id) return error_answer(404, none);
    return given(report::show_cycle_json(reported(control).from, *id), none);
}

outgoing rejects(service_control& control, const call& c)
{
    if (auto bad = check_query(c, {"sync", "type", "key", "dropped"})) return refused(*bad);
    const reported r(control);
    std::optional<mapping::sync_name> sync;
    if (const auto name = query_text(c, "sync"); !name.empty()) {
        if (!known_sync(r.from, name)) return no_such_sync(name);
        sync.emplace(name);
    }
    const auto dropped = query_text(c, "dropped");
    if (!dropped.empty() && dropped != "true" && dropped != "false")
        return error_answer(400, "'dropped' is true or false");
    return given(report::rejects_json(r.from, sync, {query_text(c, "type"), query_text(c, "key")}, dropped == "true"));
}

outgoing quarantine(service_control& control, const call& c)
{
    if (auto bad = check_query(c, {})) return refused(*bad);
    return given(report::quarantines_json(reported(control).from));
}

outgoing audit(service_control& control, const call& c)
{
    if (auto bad =
            check_query(c, {"sync", "type", "key", "who", "operation", "outcome", "since", "until", "limit", "before"}))
        return refused(*bad);
    const reported r(control);
    state::audit_query q;
    q.sync = query_text(c, "sync");
    q.type = query_text(c, "type");
    q.key = query_text(c, "key");
    q.label = query_text(c, "who");
    q.outcome = query_text(c, "outcome");
    if (const auto word = query_text(c, "operation"); !word.empty()) {
        q.what = state::operation_from(word);
        if (!q.what) return error_answer(400, fmt::format("unknown operation '{}'", word));
    }
    for (const auto& [name, into] : {std::pair{"since", &q.since}, std::pair{"until", &q.until}}) {
        const auto text = query_text(c, name);
        if (text.empty()) continue;
        *into = report::parse_when(text, r.from.now);
        if (!*into)
            return error_answer(400,
                                fmt::format("'{}' is a time such as 2026-03-01, 2026-03-01T04:05:06Z or 7d", name));
    }
    const auto limit = query_count(c, "limit", 100, 1000);
    if (!limit) return error_answer(400, "'limit' is a number from 1 to 1000");
    q.limit = *limit;
    if (const auto text = query_text(c, "before"); !text.empty()) {
        const auto id = id_of(text);
        if (!id) return error_answer(400, "'before' is the id of a line");
        q.before = *id;
    }
    return given(report::audit_json(r.from, q));
}

outgoing verify(service_control& control, const call& c, std::int64_t most)
{
    if (auto bad = check_query(c, {})) return refused(*bad);
    std::int64_t newest = 0;
    state::audit_query last;
    last.limit = 1;
    auto read = control.state().audit(last, [&](const state::audit_row& row) { newest = row.id; });
    if (!read) return error_answer(503, read.error().message);
    if (newest > most)
        return error_answer(409,
                            "the audit trail is too long to be verified in the daemon; run `idferry audit --verify`");
    const auto made = report::verify_json(reported(control).from);
    if (made && !made->at("ok").get<bool>()) control.audit_broken(made->at("problem").get<std::string>());
    return given(made);
}

outgoing people(service_control& control, const call& c)
{
    if (auto bad = check_query(c, {"q", "sync", "limit"})) return refused(*bad);
    const auto limit = query_count(c, "limit", 20, 200);
    if (!limit) return error_answer(400, "'limit' is a number from 1 to 200");
    return given(report::people_json(reported(control).from, query_text(c, "q"), query_text(c, "sync"), *limit));
}

outgoing person(service_control& control, const call& c)
{
    if (auto bad = check_query(c, {"type", "limit", "before"})) return refused(*bad);
    const auto limit = query_count(c, "limit", 100, 1000);
    if (!limit) return error_answer(400, "'limit' is a number from 1 to 1000");
    const reported r(control);
    report::person_query q;
    q.sync = mapping::sync_name(c.names.at("sync"));
    q.key = c.names.at("key");
    q.type = query_text(c, "type");
    q.limit = *limit;
    if (const auto text = query_text(c, "before"); !text.empty()) {
        const auto id = id_of(text);
        if (!id) return error_answer(400, "'before' is the id of a line");
        q.before = *id;
    }
    if (!known_sync(r.from, q.sync.text())) return no_such_sync(q.sync.text());
    return given(report::person_json(r.from, q), "nothing is known about this key");
}

// ---- what waits for somebody, changed by hand

std::optional<refusal> take_text(const call& c, const char* name, std::string& out)
{
    const auto at = c.body->find(name);
    if (at == c.body->end()) return std::nullopt;
    if (!at->is_string()) return refusal{400, fmt::format("'{}' must be text", name)};
    out = at->get<std::string>();
    return std::nullopt;
}

outgoing change_rejects(service_control& control, const call& c, bool retry)
{
    state::reject_filter only;
    if (auto bad = check_body(c, {"type", "key"})) return refused(*bad);
    if (auto bad = take_text(c, "type", only.type)) return refused(*bad);
    if (auto bad = take_text(c, "key", only.key)) return refused(*bad);
    const reported r(control);
    const auto& name = c.names.at("sync");
    if (!known_sync(r.from, name)) return no_such_sync(name);
    const mapping::sync_name sync(name);
    auto updates = retry ? run::retry_by_hand(control.state(), sync, only, control.now())
                         : run::drop_by_hand(control.state(), sync, only);
    if (!updates) return error_answer(503, updates.error().message);
    if (updates->empty()) return error_answer(404, fmt::format("no reject of '{}' fits", name));
    if (auto done = control.state().commit(*updates); !done) return error_answer(503, done.error().message);
    control.rejects_changed(name, retry, updates->size(), c.by);
    return json_answer(200, {{retry ? "retried" : "dropped", updates->size()}});
}

} // namespace

void add_read_routes(router& all, api_parts parts)
{
    add_route(all, parts, "GET", "/api/v1/status", status);
    add_route(all, parts, "GET", "/api/v1/syncs/{sync}/history", history);
    add_route(all, parts, "GET", "/api/v1/cycles/{id}", one_cycle);
    add_route(all, parts, "GET", "/api/v1/rejects", rejects);
    add_route(all, parts, "GET", "/api/v1/quarantine", quarantine);
    add_route(all, parts, "GET", "/api/v1/audit", audit);
    all.add({"GET", "/api/v1/audit/verify",
             [parts](const call& c) { return verify(parts.control, c, parts.most_verified); }});
    add_route(all, parts, "GET", "/api/v1/people", people);
    add_route(all, parts, "GET", "/api/v1/syncs/{sync}/people/{key}", person);
    for (const bool retry : {true, false})
        all.add({"POST", retry ? "/api/v1/syncs/{sync}/rejects/retry" : "/api/v1/syncs/{sync}/rejects/drop",
                 [parts, retry](const call& c) { return change_rejects(parts.control, c, retry); }});
}

} // namespace idferry::daemon::admin
