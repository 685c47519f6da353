// The tenant as JSON, whole or compact, and back.
#include "tests/sandbox/beyond_identity.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

// What each kind is called in a dump, in the order of beyond_kind.
constexpr std::string_view kind_names[] = {
    "resource_servers", "roles",  "applications", "authenticator_configs",   "identity_providers",
    "sso_configs",      "themes", "credentials",  "credential_binding_jobs", "batch_credential_binding_jobs"};
static_assert(std::size(kind_names) == static_cast<std::size_t>(beyond_kind::count));

} // namespace

std::string_view beyond_kind_name(beyond_kind kind)
{
    return kind_names[static_cast<std::size_t>(kind)];
}

namespace {

// What the service itself chose: nothing of it is the same in two realms.
constexpr std::string_view own_fields[] = {"id",          "realm_id",    "tenant_id",     "create_time",
                                           "update_time", "client_id",   "client_secret", "application_tile_id",
                                           "expire_time", "redirect_url"};

using natural_names = std::unordered_map<std::string, std::string>;

// The object without what the service chose, ids in it replaced by names.
json natural(const json& value, const natural_names& names)
{
    if (value.is_string()) {
        const auto known = names.find(value.get_ref<const std::string&>());
        return known == names.end() ? value : json("@" + known->second);
    }
    if (value.is_array()) {
        auto out = json::array();
        for (const auto& one : value) out.push_back(natural(one, names));
        return out;
    }
    if (!value.is_object()) return value;
    std::vector<std::string> keys;
    for (auto member = value.begin(); member != value.end(); ++member) keys.push_back(member.key());
    std::sort(keys.begin(), keys.end());
    auto out = json::object();
    for (const auto& key : keys)
        if (std::find(std::begin(own_fields), std::end(own_fields), key) == std::end(own_fields))
            out[key] = natural(value[key], names);
    return out;
}

void append_lines(std::string& out, std::string_view key, std::vector<std::string> lines, bool sorted)
{
    if (sorted) std::sort(lines.begin(), lines.end());
    append_json_string(out, key);
    out += ":[";
    for (std::size_t at = 0; at < lines.size(); ++at) out.append(at > 0 ? ",\n" : "\n").append(lines[at]);
    out += ']';
}

} // namespace

// Compact: [user name, display name, status, {traits}], [group name, description, [user names]], and every other object
// without ids, times and secrets, references by name.
std::string beyond_server::dump_realm(const beyond_realm& realm, bool compact) const
{
    const auto& directory = realm.directory;
    std::string out = "{";
    if (!compact) {
        auto head = realm_body(realm, false);
        out = head.dump();
        out.back() = ',';
    }
    std::vector<std::string> lines;
    for (const auto& [rank, at] : directory.identities()) {
        const auto& one = directory.identity(at);
        std::string line;
        if (compact) {
            json traits = json::object();
            for (const auto& [place, value] : one.traits)
                if (place != trait_username)
                    traits[std::string(beyond_traits[static_cast<std::size_t>(place)])] = value;
            line = json::array({one.trait(trait_username), one.display_name, one.suspended ? "suspended" : "active",
                                std::move(traits)})
                       .dump();
        } else {
            append_identity(line, realm, at);
            if (!knob_.show_status)
                line.insert(line.size() - 1, one.suspended ? ",\"status\":\"suspended\"" : ",\"status\":\"active\"");
        }
        lines.push_back(std::move(line));
    }
    append_lines(out, "identities", std::move(lines), compact);
    out += ',';
    lines.clear();
    for (const auto& [rank, at] : directory.groups()) {
        const auto& one = directory.group(at);
        auto members = json::array();
        for (const auto& [member_rank, member] : one.members) {
            const auto& who = directory.identity(member);
            members.push_back(compact ? std::string(who.trait(trait_username)) : who.id);
        }
        if (compact) {
            std::sort(members.begin(), members.end());
            lines.push_back(json::array({one.display_name, one.description, std::move(members)}).dump());
        } else {
            std::string line;
            append_group(line, realm, at);
            line.pop_back();
            lines.push_back(line + ",\"members\":" + members.dump() + "}");
        }
    }
    append_lines(out, "groups", std::move(lines), compact);
    return out + "," + dump_objects(realm, compact) + "}";
}

std::string beyond_server::dump_objects(const beyond_realm& realm, bool compact) const
{
    const auto& directory = realm.directory;
    natural_names names;
    if (compact) {
        for (const auto& [rank, at] : directory.identities())
            names[directory.identity(at).id] = directory.identity(at).trait(trait_username);
        for (const auto& [rank, at] : directory.groups())
            names[directory.group(at).id] = directory.group(at).display_name;
        for (const auto& table : realm.tables)
            for (const auto& [rank, at] : table.all())
                if (const auto name = table.at(at).body.value("display_name", ""); !name.empty())
                    names[table.at(at).id] = name;
    }
    std::string out;
    for (std::size_t kind = 0; kind < realm.tables.size(); ++kind) {
        const auto& table = realm.tables[kind];
        std::vector<std::string> lines;
        for (const auto& [rank, at] : table.all()) {
            const auto& one = table.at(at);
            auto whole = one.body;
            const bool holds = kind == static_cast<std::size_t>(beyond_kind::role) ||
                               kind == static_cast<std::size_t>(beyond_kind::sso_config);
            if (holds) {
                whole["groups"] = json::array();
                whole["identities"] = json::array();
                for (const auto& [other, group] : one.groups) whole["groups"].push_back(directory.group(group).id);
                for (const auto& [other, who] : one.identities)
                    whole["identities"].push_back(directory.identity(who).id);
            }
            if (kind == static_cast<std::size_t>(beyond_kind::role)) whole["scopes"] = one.scopes;
            if (compact) {
                whole = natural(whole, names);
                for (const char* list : {"groups", "identities", "scopes"})
                    if (whole.contains(list) && whole[list].is_array())
                        std::sort(whole[list].begin(), whole[list].end());
            }
            lines.push_back(whole.dump());
        }
        append_lines(out, kind_names[kind], std::move(lines), compact);
        if (kind + 1 < realm.tables.size()) out += ',';
    }
    return out;
}

std::string beyond_server::dump_part(bool compact, std::string_view realm)
{
    fill_if_wanted();
    const std::shared_lock lock(mutex_);
    if (!realm.empty()) {
        const auto* one = any_realm(realm);
        return one == nullptr ? "{\"error\":\"no such realm\"}" : dump_realm(*one, compact);
    }
    std::string out = compact ? "{\"realms\":{" : "{\"tenant\":" + tenant_body().dump() + ",\"realms\":[";
    bool first = true;
    for (const auto& one : realms_) {
        out += first ? "\n" : ",\n";
        first = false;
        if (compact) out += json_string(one->display_name) + ":";
        out += dump_realm(*one, compact);
    }
    return out + (compact ? "}}" : "]}");
}

std::string beyond_server::load_realm(const json& state)
{
    auto made = std::make_unique<beyond_realm>();
    made->id = state.value("id", "");
    made->display_name = state.value("display_name", "");
    if (made->id.empty() || made->display_name.empty()) return "beyond: a realm lacks id or display_name";
    made->classification = state.value("classification", "");
    made->created = state.value("create_time", now(6));
    made->updated = state.value("update_time", made->created);
    auto& directory = made->directory;
    for (const auto& given : state.value("identities", json::array())) {
        beyond_identity one;
        one.id = given.value("id", "");
        one.display_name = given.value("display_name", "");
        one.suspended = given.value("status", "active") == "suspended";
        one.created = given.value("create_time", now());
        one.updated = given.value("update_time", one.created);
        const auto traits = given.value("traits", json::object());
        for (auto member = traits.begin(); member != traits.end(); ++member) {
            const auto place = beyond_trait(member.key());
            if (member.key() == "type" || !member->is_string()) continue;
            if (place >= 0)
                one.set_trait(place, member->get<std::string>());
            else
                one.other_traits.emplace_back(member.key(), member->get<std::string>());
        }
        if (one.id.empty()) return "beyond: an identity lacks its id";
        if (one.trait(trait_username).empty()) one.set_trait(trait_username, one.id);
        if (directory.find_identity(one.id) != no_slot || directory.find_username(one.trait(trait_username)) != no_slot)
            return "beyond: the id or user name of " + one.id + " is there twice";
        directory.add(std::move(one));
    }
    for (const auto& given : state.value("groups", json::array())) {
        beyond_group one;
        one.id = given.value("id", "");
        one.display_name = given.value("display_name", "");
        one.described = given.contains("description");
        one.description = given.value("description", "");
        one.created = given.value("create_time", now(6));
        one.updated = given.value("update_time", one.created);
        if (one.id.empty() || one.display_name.empty()) return "beyond: a group lacks id or display_name";
        const auto at = directory.add(std::move(one));
        for (const auto& id : given.value("members", json::array())) {
            const auto member = directory.find_identity(id.get<std::string>());
            if (member == no_slot) return "beyond: unknown member " + id.dump();
            directory.add_member(at, member);
        }
    }
    for (std::size_t kind = 0; kind < made->tables.size(); ++kind)
        for (auto given : state.value(std::string(kind_names[kind]), json::array())) {
            beyond_object one;
            one.id = given.value("id", "");
            if (one.id.empty()) return "beyond: one of " + std::string(kind_names[kind]) + " lacks its id";
            if (given.contains("identity_id")) one.owner = directory.find_identity(given.value("identity_id", ""));
            one.parent =
                kind == static_cast<std::size_t>(beyond_kind::role) ? given.value("resource_server_id", "") : "";
            const auto take = [&](const char* key, auto&& each) {
                if (given.contains(key) && given[key].is_array())
                    for (const auto& value : given[key]) each(value.template get<std::string>());
                given.erase(key);
            };
            if (kind == static_cast<std::size_t>(beyond_kind::role))
                take("scopes", [&](const std::string& scope) { one.scopes.push_back(scope); });
            if (kind == static_cast<std::size_t>(beyond_kind::role) ||
                kind == static_cast<std::size_t>(beyond_kind::sso_config)) {
                take("groups", [&](const std::string& id) {
                    if (const auto at = directory.find_group(id); at != no_slot)
                        one.groups.emplace(directory.group(at).rank, at);
                });
                take("identities", [&](const std::string& id) {
                    if (const auto at = directory.find_identity(id); at != no_slot)
                        one.identities.emplace(directory.identity(at).rank, at);
                });
            }
            one.body = std::move(given);
            made->tables[kind].add(std::move(one));
        }
    realms_.push_back(std::move(made));
    return {};
}

std::string beyond_server::load(const json& state)
{
    if (!state.is_object() || !state.contains("realms") || !state["realms"].is_array()) return "beyond: realms missing";
    const std::unique_lock lock(mutex_);
    realms_.clear();
    filled_ = true;
    if (const auto tenant = state.find("tenant"); tenant != state.end() && tenant->is_object()) {
        tenant_ = tenant->value("id", first_.tenant);
        tenant_name_ = tenant->value("display_name", "Acme");
        tenant_created_ = tenant->value("create_time", now());
        tenant_updated_ = tenant->value("update_time", tenant_created_);
    }
    for (const auto& realm : state["realms"])
        if (auto error = load_realm(realm); !error.empty()) return error;
    return {};
}

} // namespace idferry::sandbox
