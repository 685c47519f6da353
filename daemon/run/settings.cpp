#include "daemon/run/settings.hpp"

#include "daemon/run/schedule_shape.hpp"
#include "mapping/digest.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace idferry::daemon::run {

namespace {

using config::diagnostics;
using config::node;

config::shape<leave_settings> leave_shape()
{
    using namespace config;
    return section<leave_settings>()
        .required("action", &leave_settings::action,
                  choice<leave_action>({{"deactivate", leave_action::deactivate},
                                        {"delete", leave_action::remove},
                                        {"keep", leave_action::keep}}),
                  "what happens to a resource that left the source or the scope")
        .optional("then_delete_after", &leave_settings::then_delete_after, duration(),
                  "delete this long after the deactivation; cancelled when the person returns")
        .check([](const leave_settings& l, const node& n, diagnostics& out) {
            if (l.then_delete_after && l.action != leave_action::deactivate)
                out.add(n, "then_delete_after goes with action: deactivate only");
        })
        .shape();
}

std::vector<std::shared_ptr<const mapping::filter>> parse_filters(const node& list, diagnostics& out)
{
    std::vector<std::shared_ptr<const mapping::filter>> all;
    const auto texts = config::list_of(config::at(config::non_empty_text())).parse(list, out);
    if (!texts) return all;
    for (const auto& t : *texts) {
        auto parsed = mapping::parse_filter(t.value);
        if (const auto* error = std::get_if<mapping::parse_error>(&parsed))
            out.add(t.at, error->position, error->message);
        else
            all.push_back(std::get<0>(parsed));
    }
    return all;
}

config::shape<retention_settings> retention_shape()
{
    using namespace config;
    return section<retention_settings>()
        .optional("values", &retention_settings::values, duration(),
                  "how long the audit trail keeps names and values; its lines stay, and still verify")
        .optional("cycles", &retention_settings::cycles, duration(), "how long finished cycles are listed")
        .check([](const retention_settings& r, const node& n, diagnostics& out) {
            // The guards look back over a day, and a person over a night.
            constexpr auto least = std::chrono::hours(48);
            if (r.values < least || r.cycles < least) out.add(n, "less than 48h is too short to look back at anything");
        })
        .shape();
}

const std::vector<std::string> sync_keys{"source", "target", "schedule", "users", "groups", "guards", "protect"};

void check_sync_keys(const node& section, diagnostics& out)
{
    for (const auto& e : section.entries()) {
        bool known = false;
        for (const auto& k : sync_keys) known = known || k == e.key.scalar();
        if (known) continue;
        const auto near = config::nearest(e.key.scalar(), sync_keys);
        out.add(e.key,
                near ? fmt::format("unknown key '{}'; did you mean '{}'?", e.key.scalar(), *near)
                     : fmt::format("unknown key '{}'; a sync has {}", e.key.scalar(), fmt::join(sync_keys, ", ")));
    }
}

// The connection that `source:` or `target:` names.
std::shared_ptr<const connectors::connection> referenced(const node& section, const char* key, const settings& all,
                                                         const std::vector<std::string>& names, std::string& name,
                                                         diagnostics& out)
{
    const auto at = section.find(key);
    if (!at) {
        out.add(section, fmt::format("'{}' is missing: name one of the connections", key));
        return nullptr;
    }
    const auto text = config::non_empty_text().parse(*at, out);
    if (!text) return nullptr;
    name = *text;
    if (const auto c = all.connections.find(*text); c != all.connections.end()) return c->second;
    for (const auto& n : names)
        if (n == *text) return nullptr; // it is there, but too wrong to judge anything by
    const auto near = config::nearest(*text, names);
    out.add(*at, near ? fmt::format("there is no connection '{}'; did you mean '{}'?", *text, *near)
                      : fmt::format("there is no connection '{}' under connections:", *text));
    // The rules are judged by the connection that was probably meant.
    const auto meant = near ? all.connections.find(*near) : all.connections.end();
    return meant == all.connections.end() ? nullptr : meant->second;
}

void parse_type(const node& section, const mapping::resource_type& type, sync_settings& sync, diagnostics& out)
{
    type_settings t;
    t.type = &type;
    // Groups cannot be deactivated (RFC 7643 section 4.2 has no `active`).
    t.leave.action = type.has_members ? leave_action::remove : leave_action::deactivate;
    if (const auto at = section.find("leave")) {
        if (auto leave = leave_shape().parse(*at, out)) t.leave = *leave;
        if (type.has_members && t.leave.action == leave_action::deactivate)
            out.add(*at, "groups cannot be deactivated: use action: delete or keep");
    }
    if (const auto at = section.find("accept_not_kept"))
        if (auto paths = config::list_of(config::non_empty_text()).parse(*at, out)) {
            for (const auto& p : *paths)
                for (const char* never : {"active", "roles", "entitlements", "members"})
                    if (p == never)
                        out.add(*at, fmt::format("'{}' decides about access and is never accepted silently", p));
            t.accept_not_kept = *paths;
        }
    t.rules = mapping::parse_mapping(section, type.name, sync.source->attributes(), sync.target->profile(),
                                     {"leave", "accept_not_kept"}, out);
    if (t.rules) sync.types.push_back(std::move(t));
}

void parse_sync(const std::string& name, const node& section, const std::vector<std::string>& connection_names,
                settings& all, diagnostics& out)
{
    if (!section.is_map()) {
        out.add(section, "a sync is a map with source, target, users and groups");
        return;
    }
    check_sync_keys(section, out);
    sync_settings sync;
    sync.name = mapping::sync_name(name);
    sync.source = referenced(section, "source", all, connection_names, sync.source_name, out);
    sync.target = referenced(section, "target", all, connection_names, sync.target_name, out);
    if (sync.source && !sync.source->can_be_source())
        out.add(*section.find("source"), fmt::format("connection '{}' cannot be a source", sync.source_name));
    if (sync.target && !sync.target->can_be_target())
        out.add(*section.find("target"), fmt::format("connection '{}' cannot be a target", sync.target_name));
    if (const auto at = section.find("schedule"))
        if (auto t = timetable_shape().parse(*at, out)) sync.schedule = std::move(*t);
    if (const auto at = section.find("guards"))
        if (auto g = reconcile::guard_shape().parse(*at, out)) {
            sync.guards = *g;
            sync.sentinels = reconcile::parse_sentinels(*g, out);
        }
    if (const auto at = section.find("protect")) sync.protect = parse_filters(*at, out);

    if (!section.find("users") && !section.find("groups")) out.add(section, "nothing to sync: give users: or groups:");
    if (!sync.source || !sync.target) return;
    std::string epoch =
        fmt::format("epoch/1\n{}\n{}\n{}\n", IDFERRY_VERSION, sync.source->epoch_text(), sync.target->profile().name);
    for (const auto* type : mapping::resource_types()) {
        const auto at = section.find(type->section);
        if (!at) continue;
        parse_type(*at, *type, sync, out);
        if (const auto* t = sync.find(*type)) epoch += t->rules->epoch_text() + "\n";
    }
    // Who is protected, and what leaving means, change what a record leads to.
    for (const auto& f : sync.protect) epoch += "protect " + f->text() + "\n";
    epoch += "own " + sync.target->own_account() + "\n";
    for (const auto& t : sync.types) epoch += fmt::format("leave {}\n", static_cast<int>(t.leave.action));
    sync.epoch = mapping::fast_digest(epoch);
    all.syncs.push_back(std::move(sync));
}

} // namespace

const type_settings* sync_settings::find(const mapping::resource_type& t) const
{
    for (const auto& s : types)
        if (s.type == &t) return &s;
    return nullptr;
}

std::optional<settings> parse_settings(std::string_view text, const std::string& file_name, diagnostics& out)
{
    const auto root = config::parse_yaml(text, file_name, out);
    if (!root) return std::nullopt;
    if (!root->is_map()) {
        out.add(*root, "the configuration is a map with connections: and syncs:");
        return std::nullopt;
    }
    settings all;
    all.digest = mapping::strong_digest(text).hex();
    for (const auto& e : root->entries())
        if (e.key.scalar() != "connections" && e.key.scalar() != "syncs" && e.key.scalar() != "retention") {
            const auto near = config::nearest(e.key.scalar(), {"connections", "syncs", "retention"});
            out.add(e.key, fmt::format("unknown key '{}'{}", e.key.scalar(),
                                       near ? fmt::format("; did you mean '{}'?", *near) : ""));
        }

    if (const auto at = root->find("retention"))
        if (auto r = retention_shape().parse(*at, out)) all.retention = *r;
    std::vector<std::string> names;
    if (const auto connections = root->find("connections"); connections && connections->is_map()) {
        for (const auto& e : connections->entries()) {
            names.push_back(e.key.scalar());
            auto c = connectors::parse_connection(e.value, e.key.scalar(), out);
            // Mistakes in a connection must not hide those in the rules that depend on it.
            if (!c) c = connectors::stand_in_for(e.value, e.key.scalar());
            if (c) all.connections.emplace(e.key.scalar(), std::move(c));
        }
    } else {
        out.add(*root, "connections: is missing: a map of name to connection");
    }
    if (const auto syncs = root->find("syncs"); syncs && syncs->is_map() && !syncs->entries().empty()) {
        for (const auto& e : syncs->entries()) parse_sync(e.key.scalar(), e.value, names, all, out);
    } else {
        out.add(*root, "syncs: is missing: a map of name to sync");
    }
    if (!out.empty()) return std::nullopt;
    return all;
}

std::optional<settings> load_settings(const std::string& path, diagnostics& out)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        out.add(config::location{path, 0, 0}, "", "cannot be read: check that it exists and may be read");
        return std::nullopt;
    }
    std::ostringstream text;
    text << file.rdbuf();
    return parse_settings(text.str(), path, out);
}

} // namespace idferry::daemon::run
