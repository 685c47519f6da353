#include "connectors/beyond_identity/object_codec.hpp"

#include "mapping/desired_resource.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace {

using mapping::json;

json::json_pointer pointer(const std::string& leaf)
{
    return json::json_pointer("/" + leaf);
}

// GenericOidcIdp → generic_oidc_idp
std::string words_of_capitals(const std::string& name)
{
    std::string out;
    for (const char c : name) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !out.empty()) out += '_';
        out += capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

// A theme has no name of its own.
bool is_made_up(const object_kind& kind, const std::string& leaf)
{
    return kind.is_theme() && leaf == "display_name";
}

// What varies, in the tagged form.
json variant_of(const object_kind& kind, const json& object)
{
    const auto found = object.find(kind.holder);
    if (found == object.end() || !found->is_object()) return json::object();
    const bool tagged = found->contains("type") || found->size() != 1 || !found->begin()->is_object();
    if (tagged) return *found;
    json inner = found->begin().value();
    inner["type"] = words_of_capitals(found->begin().key());
    return inner;
}

const object_variant* find_variant(const object_kind& kind, std::string_view type)
{
    if (kind.resource->name == "sso-configs" && type == "saml") type = "generic_saml"; // as one schema spells it
    for (const auto& v : object_variants())
        if (v.resource == kind.resource->name && v.type == type) return &v;
    return nullptr;
}

bool is_secret(std::string_view name)
{
    static const auto all = words(operations().secret_keys);
    return std::ranges::find(all, name) != all.end();
}

// A list may hold whole objects: nothing of theirs that is a secret stays.
void forget_secrets(json& value)
{
    if (value.is_array())
        for (auto& element : value) forget_secrets(element);
    if (!value.is_object()) return;
    for (auto at = value.begin(); at != value.end();) {
        if (is_secret(at.key())) {
            at = value.erase(at);
            continue;
        }
        forget_secrets(*at);
        ++at;
    }
}

void take(json& flat, const std::string& leaf, const json& from, const std::string& place)
{
    const auto at = pointer(place);
    if (!from.contains(at)) return;
    auto& to = flat[leaf] = from.at(at);
    forget_secrets(to);
}

struct field_word
{
    std::string name;
    bool needed{false};
    std::string otherwise; // JSON text; "" = there is nothing to put in its place
};
field_word read_field(std::string_view word)
{
    const auto star = std::min(word.find('*'), word.size());
    return {std::string(word.substr(0, star)), star < word.size(),
            star < word.size() ? std::string(word.substr(star + 1)) : std::string()};
}

bool same(const std::string& leaf, const json& a, const json& b, const mapping::type_profile& holds)
{
    return mapping::comparable_value(leaf, a, holds) == mapping::comparable_value(leaf, b, holds);
}

} // namespace

json value_of(const json& flat, const std::string& leaf)
{
    const auto found = flat.is_object() ? flat.find(leaf) : flat.end();
    return found == flat.end() ? json() : *found;
}

std::string text_of(const json& object, const std::string& name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json flat_object(const object_kind& kind, const json& object)
{
    const auto id = text_of(object, "id");
    if (id.empty()) return nullptr;
    json flat = {{"id", id}};
    for (const auto& leaf : kind.leaves) flat[leaf] = nullptr;
    for (const auto& leaf : kind.leaves)
        if (kind.holder.empty() || !leaf.starts_with(kind.holder + "/")) take(flat, leaf, object, leaf);
    if (kind.is_theme()) flat["display_name"] = "theme";
    if (kind.holder.empty()) return flat;
    const auto inner = variant_of(kind, object);
    take(flat, kind.holder + "/type", inner, "type");
    if (const auto* variant = find_variant(kind, text_of(inner, "type")))
        for (const auto word : words(variant->fields)) {
            const auto field = read_field(word).name;
            take(flat, kind.holder + "/" + field, inner, field);
        }
    return flat;
}

bool says_managed(const object_kind& kind, const json& object)
{
    if (kind.is_assignment()) return false;
    if (!kind.resource->managed.empty()) {
        const auto at = pointer(std::string(kind.resource->managed.substr(1)));
        if (object.contains(at) && object.at(at) == true) return true;
    }
    return kind.resource->name == "resource-servers" && text_of(object, "identifier") == "beyondidentity";
}

bool named_like_the_vendors_role(const json& role)
{
    return text_of(role, "display_name") == "Super Administrators";
}

std::vector<std::string> made_by(const json& sso_config)
{
    const auto inner = variant_of(*kind_of(mapping::sso_config_type), sso_config);
    std::vector<std::string> out;
    const auto add = [&](const json& from, const char* name) {
        if (auto id = text_of(from, name); !id.empty()) out.push_back(std::move(id));
    };
    for (const char* name : {"application_id", "authenticator_config_id", "resource_server_id", "identity_provider_id"})
        add(inner, name);
    if (const auto scim = inner.find("inbound_scim"); scim != inner.end()) add(*scim, "application_id");
    return out;
}

result<json> decode_object_record(std::string_view bytes)
{
    json out;
    mapping::json_error wrong;
    if (!mapping::parse_json(bytes, out, wrong))
        return failure{disposition::reject, "the record is no JSON: " + wrong.message};
    if (text_of(out, "id").empty()) return failure{disposition::reject, "id: missing or not a text"};
    return {boost::system::in_place_value, std::move(out)};
}

void link_references(const object_kind& kind, json& flat)
{
    for (const auto word : words(kind.resource->references)) {
        const auto equals = word.find('=');
        auto leaf = std::string(word.substr(1, equals - 1));
        if (leaf.ends_with("/*")) leaf.resize(leaf.size() - 2);
        const auto found = flat.find(leaf);
        if (found == flat.end()) continue;
        const auto type = type_of_resource(word.substr(equals + 1));
        const auto link = [&](json& value) {
            if (!value.is_string()) return;
            const auto id = value.get<std::string>();
            value = id.empty() ? json() : mapping::link_reference(type, id);
        };
        if (found->is_array())
            for (auto& element : *found) link(element);
        else
            link(*found);
    }
}

json creation_object(const object_kind& kind, const json& flat)
{
    json out = json::object();
    for (const auto& leaf : kind.leaves)
        if (auto value = value_of(flat, leaf); !value.is_null() && !is_made_up(kind, leaf))
            out[pointer(leaf)] = std::move(value);
    if (kind.holder.empty()) return out;
    const auto inner = out.find(kind.holder);
    const auto* variant = inner == out.end() ? nullptr : find_variant(kind, text_of(*inner, "type"));
    if (!variant) return out;
    for (const auto word : words(variant->fields)) {
        const auto field = read_field(word);
        const auto at = pointer(kind.holder + "/" + field.name);
        if (!field.needed || field.otherwise.empty() || out.contains(at)) continue;
        out[at] = json::parse(field.otherwise);
    }
    return out;
}

json changed_object(const object_kind& kind, const json& before, const json& after, const mapping::type_profile& holds,
                    nested_change how)
{
    json out = json::object();
    std::set<std::string> touched; // nested objects
    for (const auto& leaf : kind.leaves) {
        if (!after.contains(leaf) || is_made_up(kind, leaf)) continue;
        const auto was = value_of(before, leaf);
        auto is = value_of(after, leaf);
        if (same(leaf, was, is, holds)) continue;
        if (is.is_null() && was.is_array()) is = json::array();
        out[pointer(leaf)] = std::move(is);
        if (const auto slash = leaf.find('/'); slash != std::string::npos) touched.insert(leaf.substr(0, slash));
    }
    if (out.empty()) return nullptr;
    for (const auto& holder : touched) {
        const auto type = holder + "/type";
        for (const auto& leaf : kind.leaves) {
            if (!leaf.starts_with(holder + "/") || out.contains(pointer(leaf))) continue;
            auto value = value_of(before, leaf);
            if (!value.is_null() && (how == nested_change::whole || leaf == type))
                out[pointer(leaf)] = std::move(value);
        }
    }
    return out;
}

} // namespace idferry::connectors::beyond_identity
