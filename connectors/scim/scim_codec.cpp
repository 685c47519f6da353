#include "connectors/scim/scim_codec.hpp"

#include "connectors/scim/scim_json.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/normalise.hpp"
#include "mapping/resource_type.hpp"

#include <algorithm>

namespace idferry::connectors::scim {

namespace {

using mapping::json;
using mapping::same_name;

failure wrong(std::string_view field, std::string_view what)
{
    return {disposition::reject, "the field \"" + std::string(field) + "\" " + std::string(what)};
}

// nlohmann's value converts from almost anything, so that a result of it has to be told what it gets.
result<json> good(json value)
{
    return result<json>(boost::system::in_place_value, std::move(value));
}

json* member(json& object, std::string_view name)
{
    if (!object.is_object()) return nullptr;
    for (auto& [key, value] : object.get_ref<json::object_t&>())
        if (same_name(key, name)) return &value;
    return nullptr;
}

// [{"givenName": "A"}, {"familyName": "B"}] → {"givenName": "A", "familyName": "B"}; of several wholes the first.
void join_parts(json* value)
{
    if (value == nullptr || !value->is_array()) return;
    json whole = json::object();
    for (const auto& part : *value)
        if (part.is_object())
            for (const auto& [key, one] : part.items())
                if (!whole.contains(key)) whole[key] = one;
    *value = whole.empty() ? json(nullptr) : std::move(whole);
}

// "urn:a urn:b" → ["urn:a", "urn:b"]
void split_schemas(json* value)
{
    if (value == nullptr || !value->is_string()) return;
    json all = json::array();
    const auto text = value->get<std::string>();
    for (std::size_t from = 0; from < text.size();) {
        const auto to = std::min(text.find(' ', from), text.size());
        if (to > from) all.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    *value = std::move(all);
}

// The spelling of the schema for the names of one level.
void spell(json& object, std::span<const mapping::schema_attribute> known)
{
    if (!object.is_object()) return;
    json out = json::object();
    for (auto& [key, value] : object.get_ref<json::object_t&>()) {
        const auto* a = mapping::find_attribute(known, key);
        const auto name = a != nullptr ? std::string(a->name) : key;
        if (a != nullptr && value.is_object() && !a->sub_attributes.empty()) {
            json parts = json::object();
            for (auto& [part, held] : value.get_ref<json::object_t&>()) {
                const auto same = std::ranges::find_if(a->sub_attributes, [&](auto s) { return same_name(s, part); });
                parts[same != a->sub_attributes.end() ? std::string(*same) : part] = std::move(held);
            }
            value = std::move(parts);
        }
        if (!out.contains(name)) out[name] = std::move(value);
    }
    object = std::move(out);
}

// Keys that are paths: "name.formatted", "urn:…:enterprise:2.0:User:department".
void unfold(json& resource, const mapping::resource_type& type)
{
    std::vector<std::pair<std::string, json>> folded;
    auto& all = resource.get_ref<json::object_t&>();
    for (auto it = all.begin(); it != all.end();) {
        const auto p = mapping::split_path(it->first);
        const bool part = p.urn.empty() && !p.sub_attribute.empty() &&
                          mapping::find_attribute(mapping::core_attributes(type.name), p.attribute) != nullptr;
        const bool extension = same_name(p.urn, mapping::enterprise_user_schema) && !p.attribute.empty();
        if (!part && !extension) {
            ++it;
            continue;
        }
        folded.emplace_back(p.text(), std::move(it->second));
        it = all.erase(it);
    }
    for (auto& [path, value] : folded) {
        const auto p = mapping::split_path(path);
        // What stands there in full counts more.
        if (!mapping::value_at(resource, path) && !value.is_null()) mapping::assign(resource, p.text(), value);
    }
}

result<json> parsed(std::string_view bytes, const mapping::resource_type& type)
{
    json record;
    mapping::json_error error;
    if (!mapping::parse_json(bytes, record, error))
        return failure{disposition::reject, "the record is not valid JSON: " + error.message};
    if (!record.is_object()) return failure{disposition::reject, "the record is not a JSON object"};
    straighten(record, type);
    const auto* id = mapping::member_named(record, "id");
    const auto text = id != nullptr ? id_text(*id) : std::nullopt;
    if (!text) return wrong("id", "is missing, or neither a text nor an integer");
    record["id"] = *text;
    return good(std::move(record));
}

// Fails when there is no text that says anything.
result<void> require_text(const json& record, const char* name)
{
    const auto* value = mapping::member_named(record, name);
    if (value == nullptr || value->is_null()) return wrong(name, "is missing");
    if (!value->is_string()) return wrong(name, "is not a text");
    if (value->get_ref<const std::string&>().empty()) return wrong(name, "is empty");
    return {};
}

// yes, no, or nothing that can be understood.
std::optional<bool> yes_or_no(const json& value)
{
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer() && (value == 0 || value == 1)) return value == 1;
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    if (same_name(text, "true") || text == "1") return true;
    if (same_name(text, "false") || text == "0") return false;
    return std::nullopt;
}

} // namespace

void straighten(json& resource, const mapping::resource_type& type)
{
    if (!resource.is_object()) return;
    split_schemas(member(resource, "schemas"));
    join_parts(member(resource, "name"));
    unfold(resource, type);
    for (auto& [key, value] : resource.get_ref<json::object_t&>())
        if (same_name(key, mapping::enterprise_user_schema)) {
            join_parts(member(value, "manager"));
            spell(value, mapping::enterprise_attributes(type.name));
        }
    spell(resource, mapping::core_attributes(type.name));
}

result<json> decode_user(const source_rules& rules, std::string_view bytes, const std::vector<group_ref>& groups)
{
    auto record = parsed(bytes, mapping::user_type);
    if (!record) return record.error();
    auto& user = *record;
    if (auto named = require_text(user, "userName"); !named) return named.error();
    const auto* active = mapping::member_named(user, "active");
    if (active == nullptr || active->is_null()) {
        // Neither may be guessed: it decides who loses access.
        if (rules.active == absent_active::error) return wrong("active", "is missing; see source.absent_active");
        user["active"] = rules.active == absent_active::is_true;
    } else {
        const auto said = yes_or_no(*active);
        if (!said) return wrong("active", "says neither true nor false");
        user["active"] = *said;
    }
    user.erase("groups");
    if (!groups.empty()) {
        auto& list = user["groups"] = json::array();
        for (const auto& g : groups) list.push_back({{"value", g.key}, {"display", g.name}, {"path", g.path}});
    }
    return record;
}

result<json> decode_group(std::string_view bytes)
{
    auto record = parsed(bytes, mapping::group_type);
    if (!record) return record;
    if (auto named = require_text(*record, "displayName"); !named) return named.error();
    return record;
}

} // namespace idferry::connectors::scim
