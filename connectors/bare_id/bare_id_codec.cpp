#include "connectors/bare_id/bare_id_codec.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace idferry::connectors::bare_id {

namespace {

using mapping::json;

failure wrong(const json_pointer& field, std::string_view what)
{
    return {disposition::reject, "the field \"" + field.text + "\" " + std::string(what)};
}

// nlohmann's value converts from almost anything, so that a result of it has to be told what it gets.
result<json> good(json value)
{
    return result<json>(boost::system::in_place_value, std::move(value));
}

result<json> parsed_record(std::string_view bytes)
{
    json record;
    mapping::json_error error;
    mapping::json_limits bounds;
    if (!mapping::parse_json(bytes, record, error, bounds))
        return failure{disposition::reject, "the record is not valid JSON: " + error.message};
    if (!record.is_object()) return failure{disposition::reject, "the record is not a JSON object"};
    return good(std::move(record));
}

// The digits of an integer member as they stand in the text; for numbers that no type holds.
std::string digits_after(std::string_view bytes, const std::string& name)
{
    const auto at = bytes.find(json(name).dump());
    if (at == std::string_view::npos) return {};
    const auto from = bytes.find_first_of("-0123456789", bytes.find(':', at));
    if (from == std::string_view::npos) return {};
    const auto to = bytes.find_first_not_of("-0123456789", from);
    return std::string(bytes.substr(from, to - from));
}

// A record's id as text.
result<std::string> id_text(const json& record, const json_pointer& at, std::string_view bytes)
{
    const auto* id = resolve(record, at);
    if (!id || id->is_null()) return wrong(at, "is missing");
    if (id->is_string()) return id->get<std::string>();
    if (id->is_number_integer()) return mapping::to_text(*id);
    if (id->is_number_float()) {
        auto digits = digits_after(bytes, at.tokens.back());
        if (!digits.empty()) return digits;
    }
    return wrong(at, "is neither a string nor an integer");
}

// A text that may be missing or null; "" then.
result<std::string> optional_text(const json& record, const json_pointer& at)
{
    const auto* value = resolve(record, at);
    if (!value || value->is_null()) return std::string();
    if (!value->is_string()) return wrong(at, "is not a string");
    return value->get<std::string>();
}

// Values of an attribute in the configured encoding; nulls are left out.
result<json> values_of(const json& attribute, attribute_encoding encoding, const json_pointer& at)
{
    json values = json::array();
    const json* list = &attribute;
    if (attribute.is_null()) return good(std::move(values));
    if (encoding == attribute_encoding::values_object) {
        if (!attribute.is_object()) return wrong(at, "is not an object with \"values\"");
        const auto found = attribute.find("values");
        if (found == attribute.end() || found->is_null())
            return good(std::move(values)); // printed without its empty list
        list = &*found;
    }
    if (encoding == attribute_encoding::scalar) {
        if (attribute.is_structured()) return wrong(at, "is not a single value");
        values.push_back(attribute);
        return good(std::move(values));
    }
    if (!list->is_array()) return wrong(at, "is not a list of values");
    for (const auto& v : *list) {
        if (v.is_null()) continue;
        if (v.is_structured()) return wrong(at, "holds a value that is not a single one");
        values.push_back(v);
    }
    return good(std::move(values));
}

// A name by the first pointer that has one, be it a plain text or an attribute; several values are joined by a blank.
result<std::string> name_by(const json& record, const std::vector<json_pointer>& pointers)
{
    for (const auto& at : pointers) {
        const auto* found = resolve(record, at);
        if (!found || found->is_null()) continue;
        auto encoding = attribute_encoding::scalar;
        if (found->is_object()) encoding = attribute_encoding::values_object;
        if (found->is_array()) encoding = attribute_encoding::list;
        auto values = values_of(*found, encoding, at);
        if (values.has_error()) return values.error();
        std::string joined;
        for (const auto& v : *values) {
            if (!v.is_string()) return wrong(at, "is not a string");
            const auto& text = v.get_ref<const std::string&>();
            if (text.empty()) continue;
            if (!joined.empty()) joined += ' ';
            joined += text;
        }
        if (!joined.empty()) return joined;
    }
    return std::string();
}

// A boolean that may be missing: nothing then.
result<std::optional<bool>> optional_bool(const json& record, const json_pointer& at, absent_bool absent)
{
    const auto* value = resolve(record, at);
    if (value && value->is_boolean()) return std::optional<bool>(value->get<bool>());
    if (value && !value->is_null()) return wrong(at, "is not a boolean");
    if (absent == absent_bool::error) return std::optional<bool>();
    return std::optional<bool>(absent == absent_bool::is_true);
}

// Names that SCIM has as well, single-valued text: they go where SCIM keeps them, so that rules read one language.
constexpr std::array<std::string_view, 8> core_names{"displayName", "locale",   "nickName", "preferredLanguage",
                                                     "profileUrl",  "timezone", "title",    "userType"};
constexpr std::array<std::string_view, 5> enterprise_names{"costCenter", "department", "division", "employeeNumber",
                                                           "organization"};

template <std::size_t n> bool is_one_of(const std::array<std::string_view, n>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

struct attribute_parts
{
    json core = json::object();
    json enterprise = json::object();
    json custom = json::object(); // what SCIM has no name for
};

result<attribute_parts> attributes_of(const bare_id_settings& config, const json& record)
{
    attribute_parts parts;
    const auto& fields = config.fields;
    const auto* all = resolve(record, fields.attributes);
    if (!all || all->is_null()) return parts;
    if (!all->is_object()) return wrong(fields.attributes, "is not an object");
    for (const auto& [name, attribute] : all->items()) {
        if (std::find(fields.root_attributes.begin(), fields.root_attributes.end(), name) !=
            fields.root_attributes.end())
            continue;
        auto values = values_of(attribute, fields.encoding, json_pointer{fields.attributes.text + "/" + name, {}});
        if (values.has_error()) return values.error();
        if (values->empty()) continue;
        const bool one_text = values->size() == 1 && values->front().is_string();
        auto& place = one_text && is_one_of(core_names, name)         ? parts.core
                      : one_text && is_one_of(enterprise_names, name) ? parts.enterprise
                                                                      : parts.custom;
        place[name] = values->size() == 1 ? std::move(values->front()) : std::move(*values);
    }
    return parts;
}

} // namespace

result<json> decode_user(const bare_id_settings& config, std::string_view bytes, const std::vector<group_ref>& groups)
{
    const auto& fields = config.fields;
    auto record = parsed_record(bytes);
    if (record.has_error()) return record.error();
    auto id = id_text(*record, fields.id, bytes);
    if (id.has_error()) return id.error();
    auto username = optional_text(*record, fields.username);
    if (username.has_error()) return username.error();
    if (username->empty()) return wrong(fields.username, "is missing");
    auto email = optional_text(*record, fields.email);
    if (email.has_error()) return email.error();
    auto enabled = optional_bool(*record, fields.enabled, config.absent.boolean);
    if (enabled.has_error()) return enabled.error();
    // Neither "active" nor "disabled" may be guessed: some gateways leave `false` out (apis: Bare.ID, section 9.2).
    if (!*enabled) return wrong(fields.enabled, "is missing; see absent.bool");
    auto verified = optional_bool(*record, fields.email_verified, config.absent.boolean);
    if (verified.has_error()) return verified.error();
    auto first = name_by(*record, fields.first_name);
    if (first.has_error()) return first.error();
    auto last = name_by(*record, fields.last_name);
    if (last.has_error()) return last.error();
    auto attributes = attributes_of(config, *record);
    if (attributes.has_error()) return attributes.error();

    json out = {{"schemas", json::array({mapping::core_user_schema})},
                {"id", *id},
                {"userName", *username},
                {"active", **enabled}};
    if (!email->empty()) out["emails"] = json::array({{{"value", *email}, {"primary", true}, {"type", "work"}}});
    if (!first->empty()) out["name"]["givenName"] = *first;
    if (!last->empty()) out["name"]["familyName"] = *last;
    out.update(attributes->core);
    if (!attributes->enterprise.empty()) {
        out["schemas"].push_back(mapping::enterprise_user_schema);
        out[std::string(mapping::enterprise_user_schema)] = std::move(attributes->enterprise);
    }
    if (*verified) attributes->custom["emailVerified"] = **verified;
    if (!attributes->custom.empty()) {
        out["schemas"].push_back(config.urn());
        out[config.urn()] = std::move(attributes->custom);
    }
    if (!groups.empty()) {
        auto& list = out["groups"] = json::array();
        for (const auto& g : groups) list.push_back({{"value", g.key}, {"display", g.name}, {"path", g.path}});
    }
    return good(std::move(out));
}

result<json> decode_group(const bare_id_settings& config, std::string_view bytes)
{
    const auto& fields = config.fields;
    auto record = parsed_record(bytes);
    if (record.has_error()) return record.error();
    auto id = id_text(*record, fields.group_id, bytes);
    if (id.has_error()) return id.error();
    auto name = optional_text(*record, fields.group_name);
    if (name.has_error()) return name.error();
    if (name->empty()) return wrong(fields.group_name, "is missing");
    auto path = optional_text(*record, fields.group_path);
    if (path.has_error()) return path.error();
    json out = {{"schemas", json::array({mapping::core_group_schema})}, {"id", *id}, {"displayName", *name}};
    if (!path->empty()) {
        out["path"] = *path;
        out["schemas"].push_back(config.urn());
        out[config.urn()] = {{"path", *path}};
    }
    return good(std::move(out));
}

std::string_view plain_attribute(std::string_view urn, std::string_view attribute)
{
    const auto in = [&](const auto& names) -> std::string_view {
        for (const auto name : names)
            if (mapping::same_name(name, attribute)) return name;
        return {};
    };
    if (urn.empty()) return in(core_names);
    return mapping::same_name(urn, mapping::enterprise_user_schema) ? in(enterprise_names) : std::string_view();
}

group_names names_of_group(const bare_id_settings& config, std::string_view bytes)
{
    group_names names;
    auto record = parsed_record(bytes);
    if (record.has_error()) return names;
    if (auto name = optional_text(*record, config.fields.group_name)) names.name = *name;
    if (auto path = optional_text(*record, config.fields.group_path)) names.path = *path;
    return names;
}

} // namespace idferry::connectors::bare_id
