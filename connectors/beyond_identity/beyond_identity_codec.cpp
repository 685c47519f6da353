#include "connectors/beyond_identity/beyond_identity_codec.hpp"

#include "connectors/beyond_identity/object_kinds.hpp"
#include "connectors/beyond_identity/traits.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"
#include "mapping/resource_type.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace {

using mapping::json;

failure wrong(std::string_view field, std::string_view what)
{
    return {disposition::reject, "the field \"" + std::string(field) + "\" " + std::string(what)};
}

// nlohmann's value converts from almost anything, so that a result of it has to be told what it gets.
result<json> good(json value)
{
    return result<json>(boost::system::in_place_value, std::move(value));
}

// A text that may be missing or null; "" then.
result<std::string> optional_text(const json& holder, const char* name, const std::string& shown)
{
    const auto found = holder.find(name);
    if (found == holder.end() || found->is_null()) return std::string();
    if (!found->is_string()) return wrong(shown, "is not a text");
    return found->get<std::string>();
}

result<json> parsed_record(std::string_view bytes)
{
    json record;
    mapping::json_error error;
    if (!mapping::parse_json(bytes, record, error))
        return failure{disposition::reject, "the record is not valid JSON: " + error.message};
    return good(std::move(record));
}

// The parts of the SCIM resource that lists are made into.
void place_value(json& out, const trait_row& row, const std::string& value)
{
    if (row.place == trait_place::attribute) {
        mapping::assign(out, std::string(row.path), value);
        return;
    }
    if (row.place == trait_place::part) {
        const auto dot = row.path.find('.');
        auto& list = out[std::string(row.path.substr(0, dot))];
        if (list.is_null()) list = json::array({{{"type", row.type}}});
        list.front()[std::string(row.path.substr(dot + 1))] = value;
        return;
    }
    auto& list = out[std::string(row.path)];
    if (list.is_null()) list = json::array();
    json element = {{"value", value}, {"type", row.type}};
    if (row.place == trait_place::primary) element["primary"] = true;
    list.push_back(std::move(element));
}

const trait_row* row_of(std::string_view trait)
{
    for (const auto& row : trait_rows())
        if (row.trait == trait) return &row;
    return nullptr;
}

// "" for what is missing; a number or a boolean as text; nothing for what is no single value.
std::optional<std::string> text_of(const json* value)
{
    if (value == nullptr || value->is_null()) return std::string();
    if (value->is_string()) return value->get<std::string>();
    if (value->is_structured()) return std::nullopt;
    return mapping::to_text(*value);
}

bool is_primary(const json& element)
{
    const auto* p = mapping::member_named(element, "primary");
    return p != nullptr && p->is_boolean() && p->get<bool>();
}

const json* value_of(const json& element)
{
    return element.is_object() ? mapping::member_named(element, "value") : &element;
}

bool is_of_type_other(const json& element)
{
    const auto* type = mapping::member_named(element, "type");
    return type != nullptr && type->is_string() && mapping::same_name(type->get_ref<const std::string&>(), "other");
}

// The primary element of a list, else its first that is not of type "other"; and the first of the others.
struct chosen
{
    const json* primary{nullptr};
    const json* second{nullptr};
};
chosen choose(const json* list)
{
    chosen out;
    if (list == nullptr || !list->is_array()) return out;
    for (const auto& e : *list)
        if (is_primary(e) && out.primary == nullptr) out.primary = &e;
    for (const auto& e : *list)
        if (out.primary == nullptr && !is_of_type_other(e)) out.primary = &e;
    for (const auto& e : *list)
        if (&e != out.primary && out.second == nullptr) out.second = &e;
    return out;
}

// Where a row's value is in a SCIM resource.
std::optional<json> value_at_row(const json& user, const trait_row& row)
{
    switch (row.place) {
    case trait_place::attribute: return mapping::value_at(user, std::string(row.path));
    case trait_place::part: {
        const auto dot = row.path.find('.');
        const auto of = choose(mapping::member_named(user, row.path.substr(0, dot)));
        const auto* sub = of.primary ? mapping::member_named(*of.primary, row.path.substr(dot + 1)) : nullptr;
        return sub ? std::optional<json>(*sub) : std::nullopt;
    }
    case trait_place::primary:
    case trait_place::second: {
        const auto of = choose(mapping::member_named(user, row.path));
        const auto* element = row.place == trait_place::primary ? of.primary : of.second;
        const auto* value = element ? value_of(*element) : nullptr;
        return value ? std::optional<json>(*value) : std::nullopt;
    }
    }
    return std::nullopt;
}

bool is_ours(std::string_view field)
{
    return field == "id" || field == "realm_id" || field == "tenant_id" || field == "display_name" ||
           field == "status" || field == "traits";
}

json cleared(clear_mode clear)
{
    return clear == clear_mode::null ? json(nullptr) : json("");
}

} // namespace

result<json> decode_identity(const json& identity)
{
    if (!identity.is_object()) return failure{disposition::reject, "the record is not a JSON object"};
    auto id = optional_text(identity, "id", "id");
    if (!id) return id.error();
    if (id->empty()) return wrong("id", "is missing");
    const auto traits = identity.find("traits");
    if (traits == identity.end() || !traits->is_object()) return wrong("traits", "is missing or not an object");
    auto status = optional_text(identity, "status", "status");
    if (!status) return status.error();
    // Neither may be guessed; only that nothing said means active is documented.
    if (!status->empty() && *status != "active" && *status != "suspended")
        return wrong("status", "is neither active nor suspended");
    auto display = optional_text(identity, "display_name", "display_name");
    if (!display) return display.error();

    json out = {{"schemas", json::array({mapping::core_user_schema})}, {"id", *id}, {"active", *status != "suspended"}};
    if (!display->empty()) out["displayName"] = *display;
    for (const auto& row : trait_rows()) {
        auto value = optional_text(*traits, std::string(row.trait).c_str(), "traits." + std::string(row.trait));
        if (!value) return value.error();
        if (!value->empty()) place_value(out, row, *value);
    }
    if (!out.contains("userName")) return wrong("traits.username", "is missing");
    json custom = json::object();
    for (const auto& [name, value] : traits->items())
        if (name != "type" && row_of(name) == nullptr && !value.is_null()) custom[name] = value;
    for (const auto& [name, value] : identity.items())
        if (!is_ours(name) && !value.is_null()) custom[name] = value;
    if (out.contains(mapping::enterprise_user_schema)) out["schemas"].push_back(mapping::enterprise_user_schema);
    if (!custom.empty()) {
        out["schemas"].push_back(identity_urn);
        out[std::string(identity_urn)] = std::move(custom);
    }
    return good(std::move(out));
}

result<json> decode_group(const json& group)
{
    if (!group.is_object()) return failure{disposition::reject, "the record is not a JSON object"};
    auto id = optional_text(group, "id", "id");
    if (!id) return id.error();
    if (id->empty()) return wrong("id", "is missing");
    auto name = optional_text(group, "display_name", "display_name");
    if (!name) return name.error();
    if (name->empty()) return wrong("display_name", "is missing");
    auto description = optional_text(group, "description", "description");
    if (!description) return description.error();
    json out = {{"schemas", json::array({mapping::core_group_schema})}, {"id", *id}, {"displayName", *name}};
    if (!description->empty()) {
        out["schemas"].push_back(group_urn);
        out[std::string(group_urn)] = {{"description", *description}};
    }
    return good(std::move(out));
}

result<json> decode_user_record(std::string_view bytes, const std::vector<group_ref>& groups)
{
    auto record = parsed_record(bytes);
    if (!record) return record.error();
    auto out = decode_identity(*record);
    if (out && !groups.empty()) {
        auto& list = (*out)["groups"] = json::array();
        for (const auto& g : groups) list.push_back({{"value", g.key}, {"display", g.name}, {"path", g.path}});
    }
    return out;
}

result<json> decode_group_record(std::string_view bytes)
{
    auto record = parsed_record(bytes);
    if (!record) return record.error();
    return decode_group(*record);
}

result<json> encode_identity(const json& user, const write_settings& write)
{
    json out = {{"traits", json::object()}};
    const auto not_single = [](std::string_view path) {
        return failure{disposition::reject, std::string(path) + " is not a single value, which is all that fits there"};
    };
    const auto display = text_of(mapping::member_named(user, "displayName"));
    if (!display) return not_single("displayName");
    if (!display->empty()) out["display_name"] = *display;
    const auto* active = mapping::member_named(user, "active");
    if (active && active->is_boolean()) out["status"] = active->get<bool>() ? "active" : "suspended";
    for (const auto& row : trait_rows()) {
        if (row.place == trait_place::second && !write.second_values) continue;
        const auto value = value_at_row(user, row);
        const auto text = text_of(value ? &*value : nullptr);
        if (!text) return not_single(row.path);
        if (!text->empty()) out["traits"][std::string(row.trait)] = *text;
    }
    for (const auto& name : write.custom_traits) {
        const auto value = mapping::value_at(user, std::string(identity_urn) + ":" + name);
        const auto text = text_of(value ? &*value : nullptr);
        if (!text) return not_single(name);
        if (!text->empty()) out["traits"][name] = *text;
    }
    return good(std::move(out));
}

result<json> encode_group(const json& group)
{
    json out = json::object();
    const auto name = text_of(mapping::member_named(group, "displayName"));
    const auto held = mapping::value_at(group, std::string(group_urn) + ":description");
    const auto description = text_of(held ? &*held : nullptr);
    if (!name || !description)
        return failure{disposition::reject, "the group's name or description is not a single value"};
    if (!name->empty()) out["display_name"] = *name;
    if (!description->empty()) out["description"] = *description;
    return good(std::move(out));
}

json identity_creation(json encoded, bool with_status)
{
    if (!with_status) encoded.erase("status");
    encoded["traits"]["type"] = traits_variant;
    return {{"identity", std::move(encoded)}};
}

json group_creation(json encoded)
{
    if (!encoded.contains("description")) encoded["description"] = "";
    return {{"group", std::move(encoded)}};
}

json identity_patch(const json& before, const json& after, clear_mode clear)
{
    json out = json::object();
    for (const char* name : {"display_name", "status"})
        if (after.contains(name) && (!before.contains(name) || before[name] != after[name])) out[name] = after[name];
    json traits = json::object();
    for (const auto& [name, value] : after["traits"].items())
        if (!before["traits"].contains(name) || before["traits"][name] != value) traits[name] = value;
    for (const auto& [name, value] : before["traits"].items())
        if (!after["traits"].contains(name)) traits[name] = cleared(clear);
    if (out.empty() && traits.empty()) return nullptr;
    traits["type"] = traits_variant;
    out["traits"] = std::move(traits);
    return {{"identity", std::move(out)}};
}

json group_patch(const json& before, const json& after)
{
    json out = json::object();
    for (const char* name : {"display_name", "description"}) {
        const auto old_value = before.value(name, std::string()), new_value = after.value(name, std::string());
        if (old_value != new_value) out[name] = new_value;
    }
    if (out.empty()) return nullptr;
    return {{"group", std::move(out)}};
}

mapping::target_profile profile_of(const beyond_identity_settings& s)
{
    mapping::type_profile user;
    user.send = {"displayName", "active"};
    for (const auto& row : trait_rows()) {
        auto path = std::string(row.place == trait_place::part ? row.path.substr(0, row.path.find('.')) : row.path);
        if (std::ranges::find(user.send, path) == user.send.end()) user.send.push_back(std::move(path));
    }
    // An empty text and none are the same trait.
    for (const auto& path : user.send)
        if (path != "userName" && path != "displayName" && path != "active") user.empty_means[path] = "\"\"";
    for (const auto& name : s.write.custom_traits) user.send.push_back(std::string(identity_urn) + ":" + name);
    user.never_send = {"id", "meta", "groups", "schemas"};
    user.case_fold = {"userName", "emails.value"};
    user.require = {"userName", "displayName"};
    if (s.write.require_email) user.require.emplace_back("emails");
    user.unique = {"userName"};
    if (s.write.unique_email) user.unique.emplace_back("emails.value");
    const auto one = [](std::string type, std::vector<std::string> compare) {
        using rule = mapping::single_value_rule;
        return rule{
            rule::keep_kind::primary_first, {{"type", "\"" + type + "\""}}, {"display", "primary"}, std::move(compare)};
    };
    user.single_valued["photos"] = one("photo", {"value"});
    user.single_valued["addresses"] =
        one("work", {"formatted", "streetAddress", "locality", "region", "postalCode", "country"});
    for (const char* list : {"emails", "phoneNumbers"}) {
        if (!s.write.second_values) {
            user.single_valued[list] = one("work", {"value"});
            continue;
        }
        user.needs_primary.emplace_back(list);
        user.compare[list] = {"value", "primary"};
    }
    mapping::type_profile group;
    group.send = {"displayName", std::string(group_urn) + ":description"};
    group.never_send = {"id", "meta", "schemas", "members", "externalId"};
    group.require = {"displayName"};
    group.unique = {"displayName"};
    mapping::target_profile all;
    all.name = "beyond_identity";
    all.types.emplace("user", std::move(user));
    all.types.emplace("group", std::move(group));
    for (const auto& kind : object_kinds()) all.types.emplace(kind.type->name, object_profile(kind));
    return all;
}

} // namespace idferry::connectors::beyond_identity
