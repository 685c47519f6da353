// Events and figures of the pretended Bare.ID: event/v1 and metric/v1, of which only the names are known, and events
// and admin events of the Keycloak Admin API.
#include "tests/sandbox/bare_id.hpp"

namespace idferry::sandbox {

// From now on every change of the directory is an event: of the administrator or application that did it, or of the
// person.
void bare_id_server::write_down_changes()
{
    watched_ = true;
    directory_.changed = [this](std::string_view operation, std::string_view type, const std::string& path) {
        if (!watched_) return;
        bare_event e;
        if (by_themselves_ && type == "USER") {
            e.type = operation == "CREATE" ? "REGISTER" : operation == "UPDATE" ? "UPDATE_PROFILE" : "DELETE_ACCOUNT";
            e.user = path.substr(path.find('/') + 1);
            e.client = "account-console";
        } else {
            e.admin = true;
            e.type = operation;
            e.resource = type;
            e.path = path;
            e.client = actor_;
            // An administrator gives a first password with the rest.
            if (type == "USER" && operation != "DELETE")
                e.sent = R"({"credentials":[{"type":"password","value":"sandbox-first-password"}]})";
            e.user = actor_ == client_id_ ? "service-account-of-" + client_id_ : "an-administrator";
        }
        events_.add(std::move(e), knob_.events.lost);
    };
}

// Also under the shared lock: such events are never lost.
void bare_id_server::note_user_event(std::string type, const std::string& user, const std::string& client)
{
    bare_event e;
    e.type = std::move(type);
    e.user = user;
    e.client = client;
    std::int64_t none_lost = 0;
    events_.add(std::move(e), none_lost);
}

void bare_id_server::note_role_change(std::string_view operation, slot user)
{
    bare_event e;
    e.admin = true;
    e.type = operation;
    e.resource = "REALM_ROLE_MAPPING";
    e.path = "users/" + directory_.user(user).id + "/role-mappings/realm";
    e.client = actor_;
    e.user = "an-administrator";
    events_.add(std::move(e), knob_.events.lost);
}

// GET /event/v1/{instance}/events, …/admin-events
answer bare_id_server::events_route(const request& asked)
{
    const auto& what = asked.path[3];
    const bool admin = what == "admin-events";
    const std::string endpoint = admin ? "admin_events" : "events";
    const auto& k = knob_.events;
    const bool there = k.kind != "not_found" && (what == "events" || (admin && k.admin_events));
    std::string client;
    const auto done = [&](outgoing out) { return answer{std::move(out), there ? endpoint : "unknown", client}; };
    if (!there) return done(not_found());
    if (asked.method != "GET") return done(error(501, 12, "Method Not Allowed"));
    if (auto refused = authorise(asked, asked.path[2], client); refused.status != 0) return done(std::move(refused));
    if (k.kind == "forbidden" || !permitted("event_read"))
        return done(error(403, 7, "permission event_read is missing"));
    const bool other = asked.path[2] == other_instance_; // nothing ever happened there
    const auto found = other ? bare_events::part{} : events_.find(asked, admin, realm_, false, k);
    if (!found.refused.empty()) return done(error(400, 3, found.refused));
    auto list = json::array();
    for (const auto& one : found.items) list.push_back(one);
    if (list.empty() && !knob_.emit_defaults) return done(json_answer(200, "{}"));
    return done(json_answer(200, json{{"events", std::move(list)}}.dump()));
}

// GET /metric/v1/{instance}/metrics
answer bare_id_server::metrics_route(const request& asked)
{
    std::string client;
    const bool there = asked.path[3] == "metrics" && knob_.events.kind != "not_found";
    const auto done = [&](outgoing out) { return answer{std::move(out), there ? "metrics" : "unknown", client}; };
    if (!there) return done(not_found());
    if (asked.method != "GET") return done(error(501, 12, "Method Not Allowed"));
    if (auto refused = authorise(asked, asked.path[2], client); refused.status != 0) return done(std::move(refused));
    if (knob_.events.kind == "forbidden" || !permitted("event_read"))
        return done(error(403, 7, "permission event_read is missing"));
    auto list = json::array();
    const auto add = [&](const char* name, std::size_t value) {
        list.push_back({{"name", name}, {"value", knob_.int64_as_string ? json(std::to_string(value)) : json(value)}});
    };
    const bool other = asked.path[2] == other_instance_;
    add("users", other ? 0 : directory_.order().size());
    add("groups", other ? 0 : directory_.group_order().size());
    add("client_logins", other ? 0 : events_.count("CLIENT_LOGIN"));
    add("admin_events", other ? 0 : events_.count(true));
    return done(json_answer(200, json{{"metrics", std::move(list)}}.dump()));
}

// GET /auth/admin/realms/{realm}/events, …/admin-events: bare lists.
outgoing bare_id_server::legacy_events(const request& asked, bool admin, std::string& endpoint) const
{
    endpoint = admin ? "admin_events" : "events";
    const auto& k = knob_.events;
    if (k.kind == "not_found") return json_answer(404, R"({"error":"HTTP 404 Not Found"})");
    if (k.kind == "forbidden" || !permitted("event_read")) return json_answer(403, R"({"error":"HTTP 403 Forbidden"})");
    const auto found = events_.find(asked, admin, realm_, true, k);
    if (!found.refused.empty()) return json_answer(400, json{{"error", found.refused}}.dump());
    auto list = json::array();
    for (const auto& one : found.items) list.push_back(one);
    return json_answer(200, list.dump());
}

} // namespace idferry::sandbox
