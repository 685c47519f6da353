#include "tests/sandbox/bare_id.hpp"

#include "tests/sandbox/issued.hpp"

#include <algorithm>
#include <optional>

namespace idferry::sandbox {
namespace {

constexpr std::uint64_t secret_lane = 0x736563726574;

answer named(std::string endpoint, outgoing out)
{
    return {std::move(out), std::move(endpoint), ""};
}

} // namespace

bare_profile bare_profile_of(const person& one)
{
    bare_profile out{one.id, one.username, one.email, one.enabled, one.verified, {}};
    auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) out.attributes.emplace_back(name, std::vector<std::string>{value});
    };
    add("firstName", one.first);
    add("lastName", one.last);
    add("department", one.department);
    add("title", one.title);
    add("employeeId", one.employee_id);
    add("locale", one.locale);
    add("location", one.location);
    add("costCenter", one.cost_center);
    if (!one.phones.empty()) out.attributes.emplace_back("telephoneNumber", one.phones);
    add("mobile", one.mobile);
    add("mail2", one.second_email);
    return out;
}

bare_id_server::bare_id_server(std::string name, organisation_settings settings, const sandbox_clock& clock,
                               bool filled)
    : name_(std::move(name)), settings_(std::move(settings)), filled_(filled), clock_(clock),
      random_(settings_.seed, filled ? 0x62617265 : 0x74617267), events_(clock),
      token_random_(static_cast<std::uint64_t>(clock.now_ms()), settings_.seed + (filled ? 0 : 1))
{
    register_knobs();
    random_stream random(settings_.seed, filled ? secret_lane : secret_lane + 1);
    instance_ = random.uuid();
    other_instance_ = random.uuid();
    federation_ = random.uuid();
    client_secret_ = "s+" + random.hex(16) + "/%:ü"; // every character that the form encoding of Basic must carry
    note_issued("client secret", client_secret_);
    fill();
}

void bare_id_server::register_knobs()
{
    auto& k = knob_;
    knobs_.add("expires_in", k.expires_in);
    knobs_.add("decode_basic", k.decode_basic);
    knobs_.add("client_revoked", k.client_revoked);
    knobs_.add("revoked_error", k.revoked_error, {"invalid_client", "unauthorized_client", "disabled_service_account"});
    knobs_.add("permissions", k.permissions);
    knobs_.add("wrong_instance", k.wrong_instance);
    knobs_.add("emit_defaults", k.emit_defaults);
    knobs_.add("children_null", k.children_null);
    knobs_.add("names_top_level", k.names_top_level);
    knobs_.add("names_only_in_lists", k.names_only_in_lists);
    knobs_.add("created_time", k.created_time);
    knobs_.add("int64_as_string", k.int64_as_string);
    knobs_.add("attributes", k.attributes, {"values_object", "list", "scalar"});
    knobs_.add("id_format", k.id_format, {"uuid", "federated"});
    knobs_.add("list_envelope_key", k.list_envelope_key);
    knobs_.add("error_format", k.error_format, {"v2", "v1"});
    knobs_.add("paging", k.paging, {"none", "offset", "offset_limit", "page", "token"});
    knobs_.add("page_default", k.page_default);
    knobs_.add("page_base", k.page_base);
    knobs_.add("hard_cap", k.hard_cap);
    knobs_.add("children_cap", k.children_cap);
    knobs_.add("page_one_for_ever", k.page_one_for_ever);
    knobs_.add("duplicate_on_border", k.duplicate_on_border);
    knobs_.add("user_added_between_pages", k.user_added_between_pages);
    knobs_.add("user_removed_between_pages", k.user_removed_between_pages);
    knobs_.add("shrink_users", k.shrink_users);
    knobs_.add("truncate_group", k.truncate_group);
    knobs_.add("list_service_accounts", k.list_service_accounts);
    knobs_.add("answer", k.answer, {"normal", "empty_object", "empty_list", "null_list", "not_found", "html"});
    knobs_.add("answer_for", k.answer_for);
    knobs_.add("drop_unknown_fields", k.drop_unknown_fields);
    knobs_.add("ignored_fields", k.ignored_fields);
    knobs_.add("update_verb", k.update_verb, {"put", "patch", "both"});
    knobs_.add("update_mode", k.update_mode, {"full", "partial"});
    knobs_.add("wrap_created", k.wrap_created);
    knobs_.add("duplicate_status", k.duplicate_status);
    knobs_.add("created_id", k.created_id, {"body", "location", "none"});
    knobs_.add("silent_writes", k.silent_writes);
    knobs_.add("aborted_writes", k.aborted_writes);
    knobs_.add("own_switches", k.own_switches);
    knobs_.add("late_writes_ms", k.late_writes_ms);
    knobs_.add("legacy", k.legacy);
    knobs_.add("managed_attributes", k.managed_attributes);
    knobs_.add("read_only_users", k.read_only_users);
    knobs_.add("edit_username", k.edit_username);
    knobs_.add("duplicate_emails", k.duplicate_emails);
    knobs_.add("legacy_cap", k.legacy_cap);
    knobs_.add("members_brief_only", k.members_brief_only);
    knobs_.add("events", k.events.kind, {"on", "not_found", "forbidden"});
    knobs_.add("admin_events", k.events.admin_events);
    knobs_.add("events_lost", k.events.lost);
    knobs_.add("events_delay_s", k.events.delay_s);
    knobs_.add("events_doubled", k.events.doubled);
    knobs_.add("events_order", k.events.order, {"newest", "oldest", "mixed"});
    knobs_.add("events_retention_s", k.events.retention_s);
    knobs_.add("events_time", k.events.time, {"ms", "ms_text", "rfc3339"});
    knobs_.add("events_uuid_names", k.events.uuid_names);
    knobs_.add("events_filters", k.events.filters);
    knobs_.add("events_dates_by_day", k.events.dates_by_day);
    knobs_.add("events_paging", k.events.paging);
    knobs_.add("events_cap", k.events.cap);
    knobs_.add("events_resource_types", k.events.resource_types);
    knobs_.add("events_representation", k.events.representation);
}

void bare_id_server::fill()
{
    directory_ = {};
    pasts_.clear();
    extra_.clear();
    realm_roles_ = {"default-roles-" + lower_ascii(realm_), "offline_access", "staff", "manager"};
    federated_ = false;
    events_.clear();
    actor_ = client_id_;
    if (!filled_) {
        write_down_changes();
        return;
    }
    generate(
        settings_, [this](const planned_group& group) { directory_.add_group(group.id, group.name, group.parent); },
        [this](person&& one) {
            const auto at = directory_.add_user(bare_profile_of(one));
            for (const auto group : one.groups) directory_.add_member(group, at);
        });
    rekey();
    write_down_changes();
}

void bare_id_server::knobs_changed()
{
    rekey();
}

// Federated ids are f:<component>:<user name>; going back to UUIDs makes new ones from the user name.
void bare_id_server::rekey()
{
    const bool wanted = knob_.id_format == "federated";
    if (wanted == federated_) return;
    federated_ = wanted;
    watched_ = false; // nobody did anything
    for (const auto at : directory_.order()) {
        auto profile = bare_profile_of(json::parse(directory_.user(at).text));
        profile.id = wanted ? "f:" + federation_ + ":" + profile.username : random_.uuid();
        directory_.replace_user(at, profile);
    }
    watched_ = true;
}

outgoing bare_id_server::error(int status, int code, std::string_view message) const
{
    const auto text = json_string(message);
    auto out =
        knob_.error_format == "v1"
            ? json_answer(status, "{\"error\":" + text + ",\"code\":" + std::to_string(code) + "}")
            : json_answer(status, "{\"code\":" + std::to_string(code) + ",\"message\":" + text + ",\"details\":[]}");
    return out;
}

bool bare_id_server::permitted(std::string_view permission) const
{
    const std::string list = "," + knob_.permissions + ",";
    return list.find("," + std::string(permission) + ",") != std::string::npos;
}

answer bare_id_server::handle(const incoming& in)
{
    const auto asked = parse_request(in);
    const auto& path = asked.path;
    const bool realm = path.size() > 3 && path[0] == "auth" && path[1] == "realms";
    if (realm && path.size() == 6 && path[3] == "protocol" && path[4] == "openid-connect" && path[5] == "token")
        return token(asked);
    if (realm && path.size() == 5 && path[3] == ".well-known" && path[4] == "openid-configuration")
        return discovery(asked);
    if (path.size() > 3 && path[0] == "auth" && path[1] == "admin" && path[2] == "realms") return legacy(asked);
    return api(asked);
}

// Does a knob say that writes of this kind do nothing?
bool bare_id_server::silent(std::string_view endpoint) const
{
    return ("," + knob_.silent_writes + ",").find("," + std::string(endpoint) + ",") != std::string::npos;
}

bool bare_id_server::aborts()
{
    if (knob_.aborted_writes <= 0) return false;
    --knob_.aborted_writes;
    return true;
}

answer bare_id_server::api(const request& asked)
{
    // Reads share the directory, unless a knob makes them change it.
    std::shared_lock shared(mutex_);
    const bool reads = asked.method == "GET" && knob_.user_added_between_pages == 0 &&
                       knob_.user_removed_between_pages == 0 && knob_.late_writes_ms == 0;
    std::unique_lock<std::shared_mutex> exclusive(mutex_, std::defer_lock);
    if (!reads) {
        shared.unlock();
        exclusive.lock();
    }
    std::optional<as_shown> late;
    if (!reads) late.emplace(*this, asked.method == "GET");
    const auto& path = asked.path;
    if (path.size() == 4 && path[0] == "event" && path[1] == "v1") return events_route(asked);
    if (path.size() == 4 && path[0] == "metric" && path[1] == "v1") return metrics_route(asked);
    if (path.size() < 4 || path[0] != "user" || path[1] != "v1") return named("unknown", not_found());
    return route(asked, {path.begin() + 3, path.end()});
}

answer bare_id_server::route(const request& asked, const std::vector<std::string>& rest)
{
    const auto& method = asked.method;
    if (rest[0] == "impersonation-token" && rest.size() == 1) {
        if (method != "POST") return named("impersonation", error(501, 12, "Method Not Allowed"));
        std::string client;
        auto refused = authorise(asked, asked.path[2], client);
        if (refused.status == 0 && !permitted("impersonate"))
            refused = error(403, 7, "permission impersonate is missing");
        else if (refused.status == 0 && !asked.parameter("userUuid"))
            refused = error(400, 3, "userUuid is missing");
        else if (refused.status == 0 && directory_.find_user(*asked.parameter("userUuid")) == no_slot)
            refused = not_found("user not found");
        else if (refused.status == 0)
            refused = json_answer(200, R"({"token":"sandbox-impersonation","url":"https://localhost/impersonate"})");
        return {std::move(refused), "impersonation", client};
    }
    if (rest[0] == "users") return users_route(asked, rest);
    if (rest[0] == "groups") return groups_route(asked, rest);
    if (rest[0] == "roles") return roles_route(asked, rest);
    if (rest.size() == 3 && rest[0] == "clients" && rest[2] == "roles") {
        if (method != "GET") return named("client_roles", error(501, 12, "Method Not Allowed"));
        std::string client;
        auto out = authorise(asked, asked.path[2], client);
        if (out.status == 0)
            out = permitted("client_read")
                      ? json_answer(200, R"({"roles":[{"uuid":"r1","name":"user"},{"uuid":"r2","name":"admin"}]})")
                      : error(403, 7, "permission client_read is missing");
        return {std::move(out), "client_roles", client};
    }
    return named("unknown", not_found());
}

answer bare_id_server::users_route(const request& asked, const std::vector<std::string>& rest)
{
    const auto& method = asked.method;
    const bool get = method == "GET";
    const bool update =
        (method == "PUT" && knob_.update_verb != "patch") || (method == "PATCH" && knob_.update_verb != "put");
    std::string endpoint;
    if (rest.size() == 1)
        endpoint = get ? "user_list" : method == "POST" ? "user_create" : "";
    else if (rest.size() == 2 && rest[1] == "count" && get)
        endpoint = "user_count";
    else if (rest.size() == 2)
        endpoint = get ? "user_get" : update ? "user_update" : method == "DELETE" ? "user_delete" : "";
    else if (rest.size() == 3 && rest[2] == "groups")
        endpoint = get ? "user_groups" : "";
    else if (rest.size() == 4 && rest[2] == "groups")
        endpoint = method == "PUT" ? "member_add" : method == "DELETE" ? "member_del" : "";
    else if (rest.size() == 4 && rest[2] == "role-mappings" && rest[3] == "realm")
        endpoint = get ? "user_roles" : method == "POST" ? "user_role_add" : method == "DELETE" ? "user_role_del" : "";
    else if (knob_.own_switches && rest.size() == 3 && (rest[2] == "enable" || rest[2] == "disable"))
        endpoint = method == "PUT" ? "user_" + rest[2] : "";
    else
        return named("unknown", not_found());
    if (endpoint.empty()) return named("wrong_method", error(501, 12, "Method Not Allowed"));

    std::string client;
    auto done = [&](outgoing out) { return answer{std::move(out), endpoint, client}; };
    if (auto refused = authorise(asked, asked.path[2], client); refused.status != 0) return done(std::move(refused));
    const bool write = !get;
    if (!permitted(write ? "user_write" : "user_read"))
        return done(error(403, 7, write ? "permission user_write is missing" : "permission user_read is missing"));
    if (auto other = replaced(endpoint, endpoint == "user_groups" ? list_kind::groups : list_kind::users);
        other.status != 0)
        return done(std::move(other));
    if (asked.path[2] == other_instance_) // exists, holds nobody
        return done(endpoint == "user_list" ? json_answer(200, R"({"users":[]})") : not_found("user not found"));
    if (write && aborts()) return done(error(409, 10, "the transaction was aborted"));
    if (endpoint == "user_list") return done(find_users(asked));
    if (endpoint == "user_create") return done(create_user(asked));
    if (endpoint == "user_count") {
        const auto count = std::to_string(directory_.order().size());
        return done(
            json_answer(200, knob_.int64_as_string ? "{\"count\":\"" + count + "\"}" : "{\"count\":" + count + "}"));
    }
    const auto user = directory_.find_user(rest[1]);
    if (user == no_slot) return done(not_found("user not found"));
    if (endpoint == "user_get") {
        std::string scratch;
        return done(json_answer(200, "{\"user\":" + std::string(user_wire(user, false, scratch)) + "}"));
    }
    if (endpoint == "user_groups") return done(group_list(asked, directory_.user(user).groups));
    if (endpoint.find("_role") != std::string::npos) return done(role_mappings(asked, user, false));
    if (write && silent(endpoint)) return done(json_answer(200, "{}"));
    if (endpoint == "user_enable" || endpoint == "user_disable") {
        auto profile = bare_profile_of(json::parse(directory_.user(user).text));
        profile.enabled = endpoint == "user_enable";
        directory_.replace_user(user, profile);
        return done(json_answer(200, "{}"));
    }
    if (endpoint == "user_update") return done(update_user(asked, user));
    if (endpoint == "user_delete") {
        directory_.remove_user(user);
        return done(json_answer(200, "{}"));
    }
    const auto group = directory_.find_group(rest[3]);
    if (group == no_slot) return done(not_found("group not found"));
    if (endpoint == "member_add")
        directory_.add_member(group, user);
    else
        directory_.remove_member(group, user);
    return done(json_answer(200, "{}"));
}

answer bare_id_server::groups_route(const request& asked, const std::vector<std::string>& rest)
{
    const auto& method = asked.method;
    const bool get = method == "GET";
    std::string endpoint;
    if (rest.size() == 1)
        endpoint = get ? "group_roots" : method == "POST" ? "group_create" : "";
    else if (rest.size() == 2)
        endpoint = get ? "group_get" : method == "PUT" ? "group_update" : method == "DELETE" ? "group_delete" : "";
    else if (rest.size() == 3 && rest[2] == "users")
        endpoint = get ? "group_users" : "";
    else if (rest.size() == 3 && rest[2] == "children")
        endpoint = method == "POST" ? "group_create_child" : "";
    else
        return named("unknown", not_found());
    if (endpoint.empty()) return named("wrong_method", error(501, 12, "Method Not Allowed"));

    std::string client;
    auto done = [&](outgoing out) { return answer{std::move(out), endpoint, client}; };
    if (auto refused = authorise(asked, asked.path[2], client); refused.status != 0) return done(std::move(refused));
    if (!permitted(get ? "user_read" : "user_write"))
        return done(error(403, 7, get ? "permission user_read is missing" : "permission user_write is missing"));
    if (auto other = replaced(endpoint, endpoint == "group_users" ? list_kind::users : list_kind::groups);
        other.status != 0)
        return done(std::move(other));
    if (asked.path[2] == other_instance_)
        return done(endpoint == "group_roots" ? json_answer(200, R"({"groups":[]})") : not_found("group not found"));
    if (!get && aborts()) return done(error(409, 10, "the transaction was aborted"));
    if (endpoint == "group_roots") return done(group_list(asked, directory_.roots()));
    if (endpoint == "group_create") return done(write_group(asked, no_slot, no_slot));
    const auto group = directory_.find_group(rest[1]);
    if (group == no_slot) return done(not_found("group not found"));
    if (endpoint == "group_get") return done(one_group(group));
    if (endpoint == "group_users") return done(user_list(asked, directory_.group(group).members, group, "users"));
    if (endpoint == "group_create_child") return done(write_group(asked, group, no_slot));
    if (silent(endpoint)) return done(json_answer(200, "{}"));
    if (endpoint == "group_update") return done(write_group(asked, no_slot, group));
    directory_.remove_group(group);
    return done(json_answer(200, "{}"));
}

} // namespace idferry::sandbox
