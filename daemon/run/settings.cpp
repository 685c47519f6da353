#include "daemon/run/settings.hpp"

#include "connectors/registry.hpp"
#include "daemon/run/account_step_settings.hpp"
#include "daemon/run/admin_shape.hpp"
#include "daemon/run/hint_settings.hpp"
#include "daemon/run/schedule_shape.hpp"
#include "daemon/run/settings_shapes.hpp"
#include "daemon/run/sharing_settings.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace idferry::daemon::run {

namespace {

using config::diagnostics;
using config::node;

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

// The connection that `source:` or `target:` names.
// The entries of `connections:`.
struct connection_names
{
    std::vector<std::string> all;
    std::set<std::string> mistaken; // a stand-in is judged in their place: what it cannot do, they perhaps can
};

std::shared_ptr<const connectors::connection> referenced(const node& section, const char* key, const settings& all,
                                                         const connection_names& names, std::string& name,
                                                         diagnostics& out)
{
    const auto at = section.find(key);
    if (!at) return nullptr;
    const auto text = config::non_empty_text().parse(*at, out);
    if (!text) return nullptr;
    name = *text;
    if (const auto c = all.connections.find(*text); c != all.connections.end()) return c->second;
    for (const auto& n : names.all)
        if (n == *text) return nullptr; // it is there, but too wrong to judge anything by
    const auto near = config::nearest(*text, names.all);
    out.add(*at, near ? fmt::format("there is no connection '{}'; did you mean '{}'?", *text, *near)
                      : fmt::format("there is no connection '{}' under connections:", *text));
    // The rules are judged by the connection that was probably meant.
    const auto meant = near ? all.connections.find(*near) : all.connections.end();
    return meant == all.connections.end() ? nullptr : meant->second;
}

// The attributes whose loss is accepted: mapped ones, and none that decides about access.
void parse_accepted(const node& list, type_settings& t, diagnostics& out)
{
    const auto paths = config::list_of(config::at(config::non_empty_text())).parse(list, out);
    if (!paths) return;
    for (const auto& p : *paths) {
        const auto attribute = mapping::split_path(p.value).attribute;
        bool decides = false;
        for (const char* never : {"active", "roles", "entitlements", "members"})
            decides = decides || mapping::same_name(attribute, never);
        if (decides) {
            out.add(p.at, fmt::format("'{}' decides about access and is never accepted silently", p.value));
            continue;
        }
        std::vector<std::string> mapped;
        if (t.rules)
            for (const auto& rule : t.rules->rules()) mapped.push_back(rule.path);
        const auto same = std::find_if(mapped.begin(), mapped.end(),
                                       [&](const std::string& m) { return mapping::same_name(m, p.value); });
        if (t.rules && same == mapped.end()) {
            const auto near = config::nearest(p.value, mapped);
            out.add(p.at, fmt::format("'{}' is not mapped, so there is nothing to accept{}", p.value,
                                      near ? fmt::format("; did you mean '{}'?", *near) : ""));
            continue;
        }
        t.accept_not_kept.push_back(t.rules ? *same : p.value);
    }
}

// Who leaves must not find out one day that the target cannot do what was asked for. Groups are deleted unless the file
// says something else: for them `check` warns, and a plan rejects.
void judge_leave(const node& section, const type_settings& t, const sync_settings& sync, diagnostics& out)
{
    if (!sync.target->can_be_target()) return; // told already
    const auto at = section.find("leave");
    if (t.type->has_members && !at) return;
    const auto judge = [&](connectors::write_kind what, std::string_view words, std::string_view else_do) {
        if (const auto why = sync.target->cannot(*t.type, what); !why.empty())
            out.add(at ? *at : section, fmt::format("{} {}, which the target cannot do as it is configured: {}. Or {}",
                                                    t.type->section, words, why, else_do));
    };
    if (t.leave.action == leave_action::deactivate)
        judge(connectors::write_kind::deactivate, "who leave are deactivated", "say leave: {action: keep}");
    if (t.leave.action == leave_action::remove)
        judge(connectors::write_kind::remove, "that leave are deleted", "say leave: {action: keep}");
    else if (t.leave.action == leave_action::deactivate && t.leave.then_delete_after)
        judge(connectors::write_kind::remove, "who left are deleted in the end", "leave then_delete_after away");
}

void parse_type(const node& section, const mapping::resource_type& type, sync_settings& sync, diagnostics& out)
{
    type_settings t;
    t.type = &type;
    t.from = &type;
    if (const auto at = section.find("from"))
        if (const auto from = source_type_shape(type).parse(*at, out)) t.from = *from;
    // A connection that cannot be an end at all was told already.
    const bool is_read = sync.source->reads(*t.from) || !sync.source->can_be_source();
    const bool is_held = sync.target->holds(type) || !sync.target->can_be_target();
    if (!is_read)
        out.add(section, fmt::format("connection '{}' (type: {}) has no {} to read", sync.source_name,
                                     sync.source->type(), t.from->section));
    if (!is_held)
        out.add(section, fmt::format("connection '{}' (type: {}) has no {} to keep in step", sync.target_name,
                                     sync.target->type(), type.section));
    t.leave.action = usual_leave(type);
    if (const auto at = section.find("leave")) {
        if (auto leave = leave_shape().parse(*at, out)) t.leave = *leave;
        const auto action = at->find("action").value_or(*at);
        // Groups have no `active` (RFC 7643 section 4.2), and neither has anything else but people.
        if (!mapping::is_person(type) && t.leave.action == leave_action::deactivate)
            out.add(action, fmt::format("{} cannot be deactivated: use action: delete or keep", type.section));
        if (type.only_members() && t.leave.action != leave_action::keep)
            out.add(action, fmt::format("{} are never deleted: use action: keep", type.section));
    }
    if (!is_read || !is_held) return;
    judge_leave(section, t, sync, out);
    std::vector<std::string> own_keys;
    for (const auto& key : own_type_keys(type)) own_keys.push_back(key.name);
    t.rules = mapping::parse_mapping(section, type.name, sync.source->attributes_of(*t.from), sync.target->profile(),
                                     own_keys, out, t.from->name);
    if (&type == &mapping::user_type) t.steps = parse_account_steps(section, *sync.target, t.leave, out);
    if (const auto at = section.find("accept_not_kept")) parse_accepted(*at, t, out);
    if (t.rules) sync.types.push_back(std::move(t));
}

void must_have_entries(const node& map, const char* what, diagnostics& out)
{
    if (!map.is_map() || map.entries().empty())
        out.add(map, fmt::format("expected a map from names of your own to {} each", what));
}

void parse_sync(const std::string& name, const node& section, const connection_names& names, settings& all,
                diagnostics& out)
{
    if (!section.is_map()) {
        out.add(section, "a sync is a map with source, target, users and groups");
        return;
    }
    config::detail::check_keys(section, out, sync_keys());
    sync_settings sync;
    sync.name = mapping::sync_name(name);
    sync.source = referenced(section, "source", all, names, sync.source_name, out);
    sync.target = referenced(section, "target", all, names, sync.target_name, out);
    // What is misspelt is reported once, and nothing is said of the connection that was probably meant.
    const auto is_there = [&](const std::string& connection) {
        return all.connections.contains(connection) && !names.mistaken.contains(connection);
    };
    if (sync.source && is_there(sync.source_name) && !sync.source->can_be_source())
        out.add(*section.find("source"), fmt::format("connection '{}' cannot be a source", sync.source_name));
    if (sync.target && is_there(sync.target_name) && !sync.target->can_be_target())
        out.add(*section.find("target"),
                fmt::format("connection '{}' cannot be a target as it is configured; docs/connectors/{}.md says what "
                            "makes it one",
                            sync.target_name, sync.target->type()));
    if (const auto at = section.find("schedule"))
        if (auto t = schedule_shape().parse(*at, out)) {
            if (t->hints && sync.source && is_there(sync.source_name))
                if (const auto why = sync.source->cannot_hint(); !why.empty())
                    out.add(*at->find("hints"),
                            fmt::format("connection '{}' (type: {}) {}", sync.source_name, sync.source->type(), why));
            if (t->hints) sync.hints = std::make_shared<const hint_settings>(hint_settings{*t->hints});
            sync.schedule = std::move(*t);
        }
    if (const auto at = section.find("guards"))
        if (auto g = reconcile::guard_shape().parse(*at, out)) {
            sync.guards = *g;
            sync.sentinels = reconcile::parse_sentinels(*g, out);
        }
    if (const auto at = section.find("protect")) sync.protect = parse_filters(*at, out);

    const auto is_given = [&](const auto* t) { return section.find(t->section).has_value(); };
    if (std::ranges::none_of(mapping::resource_types(), is_given))
        out.add(section, "nothing to sync: give users: or groups:");
    if (!sync.source || !sync.target) return;
    std::string epoch =
        fmt::format("epoch/1\n{}\n{}\n{}\n", IDFERRY_VERSION, sync.source->epoch_text(), sync.target->profile().name);
    for (const auto* type : mapping::resource_types()) {
        const auto at = section.find(type->section);
        if (!at) continue;
        parse_type(*at, *type, sync, out);
        if (const auto* t = sync.find(*type)) epoch += t->rules->epoch_text() + "\n";
    }
    for (const auto& t : sync.types) {
        const auto* of = mapping::find_resource_type(t.type->members);
        if (t.type == &mapping::group_type || !t.rules->maps_members() || sync.find(*of)) continue;
        out.add(*section.find(t.type->section),
                fmt::format("members: true needs {}: in the same sync, since only who is in step can be a member",
                            of->section));
    }
    // Who is protected, and what leaving means, change what a record leads to.
    for (const auto& f : sync.protect) epoch += "protect " + f->text() + "\n";
    epoch += "own " + sync.target->own_account() + "\n";
    for (const auto& t : sync.types) {
        epoch += fmt::format("leave {}\n", static_cast<int>(t.leave.action));
        if (t.from != t.type) epoch += fmt::format("from {}\n", t.from->name);
    }
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
    config::detail::check_keys(*root, out, root_keys());

    if (const auto at = root->find("retention"))
        if (auto r = retention_shape().parse(*at, out)) all.retention = *r;
    if (const auto at = root->find("admin")) admin_shape().parse(*at, out); // kept by load_admin_settings
    connection_names names;
    if (const auto connections = root->find("connections")) {
        must_have_entries(*connections, "a connection", out);
        for (const auto& e : connections->entries()) {
            names.all.push_back(e.key.scalar());
            auto c = connectors::parse_connection(e.value, e.key.scalar(), out);
            // Mistakes in a connection must not hide those in the rules that depend on it.
            if (!c) {
                names.mistaken.insert(e.key.scalar());
                c = connectors::stand_in_for(e.value, e.key.scalar());
            }
            if (c) all.connections.emplace(e.key.scalar(), std::move(c));
        }
    }
    if (const auto syncs = root->find("syncs")) {
        must_have_entries(*syncs, "a sync", out);
        for (const auto& e : syncs->entries()) parse_sync(e.key.scalar(), e.value, names, all, out);
        share_targets(*syncs, all, out);
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
