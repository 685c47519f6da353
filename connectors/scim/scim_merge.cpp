#include "connectors/scim/scim_merge.hpp"

#include "connectors/scim/scim_json.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>
#include <unordered_set>

namespace idferry::connectors::scim {

namespace {

using mapping::json;
using mapping::member_named;
using mapping::same_name;

// Server-made, whatever the profile says (RFC 7643 section 3.1, section 4.1.2).
constexpr std::string_view server_made[] = {"id", "meta", "groups"};

bool never_sent(const body_rules& rules, const std::string& path)
{
    return std::ranges::any_of(server_made, [&](std::string_view p) { return same_name(p, path); }) ||
           std::ranges::any_of(rules.holds.never_send, [&](const std::string& p) { return same_name(p, path); });
}

void erase_named(json& object, std::string_view name)
{
    auto& all = object.get_ref<json::object_t&>();
    for (auto it = all.begin(); it != all.end();) it = same_name(it->first, name) ? all.erase(it) : std::next(it);
}

json literal_of(const std::string& text)
{
    json value;
    mapping::json_error error;
    return mapping::parse_json(text, value, error) ? value : json(text);
}

// The core schema, what the resource had, and each extension that has attributes in the body (RFC 7643 section 3).
void set_schemas(const body_rules& rules, json& body)
{
    std::vector<std::string> all{std::string(rules.type.schema)};
    const auto add = [&](const std::string& urn) {
        if (std::ranges::none_of(all, [&](const std::string& known) { return same_name(known, urn); }))
            all.push_back(urn);
    };
    if (const auto* had = member_named(body, "schemas"); had && had->is_array())
        for (const auto& urn : *had)
            if (urn.is_string() && all.size() < 32) add(urn.get<std::string>());
    for (const auto& [key, value] : body.items())
        if (key.size() > 4 && same_name(std::string_view(key).substr(0, 4), "urn:")) add(key);
    erase_named(body, "schemas");
    body["schemas"] = all;
}

json member_entry(const std::string& id, bool group)
{
    json m = {{"value", id}};
    if (group) m["type"] = "Group";
    return m;
}

struct listed_member
{
    std::string id;
    bool group{false};
};

std::vector<listed_member> listed_members(const json& group)
{
    std::vector<listed_member> out;
    const auto* members = member_named(group, "members");
    if (!members || !members->is_array()) return out;
    std::unordered_set<std::string> seen;
    for (const auto& m : *members) {
        const auto* value = m.is_object() ? member_named(m, "value") : &m;
        const auto id = value ? id_text(*value) : std::nullopt;
        if (!id || !seen.insert(*id).second) continue;
        const auto* type = member_named(m, "type");
        out.push_back({*id, type && type->is_string() && same_name(type->get_ref<const std::string&>(), "Group")});
    }
    return out;
}

// Removes what is never sent; keeps everything else as it was read.
void strip(const body_rules& rules, json& body)
{
    std::optional<json> id;
    if (rules.wire.put_include_id)
        if (const auto* at = member_named(body, "id")) id = *at;
    for (const auto name : server_made) erase_named(body, name);
    std::optional<json> schemas;
    if (const auto* at = member_named(body, "schemas")) schemas = *at;
    for (const auto& path : rules.holds.never_send) mapping::assign(body, path, nullptr);
    if (schemas) body["schemas"] = *schemas;
    if (id) body["id"] = *id;
}

} // namespace

std::optional<json> cleared_value(const body_rules& rules, const std::string& path)
{
    for (const auto& [attribute, text] : rules.holds.empty_means) {
        if (!same_name(attribute, path)) continue;
        auto value = literal_of(text);
        const auto p = mapping::split_path(path);
        if (p.sub_attribute.empty() && p.urn.empty() && mapping::is_core_list(p.attribute)) {
            if (value.is_string() && value.get_ref<const std::string&>().empty()) return json::array();
            value = mapping::canonical_value(path, value, rules.holds);
            return value.is_null() ? json::array() : value;
        }
        return value;
    }
    const auto p = mapping::split_path(path);
    if (p.sub_attribute.empty() && p.urn.empty() && mapping::is_core_list(p.attribute)) return json::array();
    switch (rules.wire.clear) {
    case clear_mode::omit: return std::nullopt;
    case clear_mode::null: return json(nullptr);
    case clear_mode::empty_text: return json("");
    }
    return std::nullopt;
}

json create_body(const body_rules& rules, const mapping::desired_resource& desired)
{
    json body = json::object();
    for (const auto& a : desired.attributes)
        if (!a.value.is_null() && !never_sent(rules, a.path)) mapping::assign(body, a.path, a.value);
    for (const auto name : server_made) erase_named(body, name);
    erase_named(body, "schemas");
    if (rules.type.has_members) erase_named(body, "members");
    set_schemas(rules, body);
    return body;
}

json replace_body(const body_rules& rules, const json& current, const mapping::desired_resource& desired)
{
    json body = current.is_object() ? current : json::object();
    for (const auto& a : desired.attributes) {
        if (a.apply == mapping::apply_mode::create || never_sent(rules, a.path)) continue;
        if (a.apply == mapping::apply_mode::if_empty) {
            const auto held = mapping::value_at(current, a.path);
            if (held && !mapping::comparable_value(a.path, *held, rules.holds).is_null()) continue;
        }
        if (!a.value.is_null()) {
            mapping::assign(body, a.path, a.value);
            continue;
        }
        mapping::assign(body, a.path, nullptr);
        const auto empty = cleared_value(rules, a.path);
        if (!empty) continue;
        // `assign` reads null as "take it out", so an explicit null is set through a placeholder's place.
        if (empty->is_null()) {
            const auto p = mapping::split_path(a.path);
            if (p.urn.empty() && p.sub_attribute.empty())
                body[p.attribute] = nullptr;
            else if (p.urn.empty())
                body[p.attribute][p.sub_attribute] = nullptr;
            else if (p.sub_attribute.empty())
                body[p.urn][p.attribute] = nullptr;
            else
                body[p.urn][p.attribute][p.sub_attribute] = nullptr;
        } else
            mapping::assign(body, a.path, *empty);
    }
    strip(rules, body);
    if (rules.type.has_members) {
        json members = json::array();
        for (const auto& m : listed_members(current)) members.push_back(member_entry(m.id, m.group));
        erase_named(body, "members");
        body["members"] = std::move(members);
    }
    set_schemas(rules, body);
    return body;
}

std::vector<std::string> member_ids(const json& group)
{
    std::vector<std::string> out;
    for (auto& m : listed_members(group)) out.push_back(std::move(m.id));
    return out;
}

json members_body(const body_rules& rules, const json& current, const member_change& change)
{
    std::unordered_set<std::string> leaving;
    for (const auto& id : change.remove) leaving.insert(id.text());
    std::unordered_set<std::string> present;
    json members = json::array();
    for (const auto& m : listed_members(current)) {
        if (leaving.contains(m.id)) continue;
        present.insert(m.id);
        members.push_back(member_entry(m.id, m.group));
    }
    for (const auto& id : change.add)
        if (present.insert(id.text()).second) members.push_back(member_entry(id.text(), false));
    auto body = replace_body(rules, current, {});
    body["members"] = std::move(members);
    return body;
}

bool gives_owner(const json& body)
{
    const auto* roles = member_named(body, "roles");
    if (!roles || !roles->is_array()) return false;
    return std::ranges::any_of(*roles, [](const json& r) {
        const auto* v = r.is_object() ? member_named(r, "value") : &r;
        return v && v->is_string() && same_name(v->get_ref<const std::string&>(), "owner");
    });
}

bool is_reserved(const mapping::type_profile& holds, const std::string& name)
{
    if (holds.reserved_names.empty()) return false;
    mapping::type_profile fold;
    fold.case_fold = {"displayName"};
    const auto folded = mapping::comparable_value("displayName", name, fold);
    return std::ranges::any_of(holds.reserved_names, [&](const std::string& r) {
        return mapping::comparable_value("displayName", r, fold) == folded;
    });
}

} // namespace idferry::connectors::scim
