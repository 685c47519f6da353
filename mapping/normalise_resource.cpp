// Reading and writing single attributes of a nested SCIM resource.
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

namespace idferry::mapping {

std::optional<json> value_at(const json& resource, const std::string& path)
{
    const auto p = split_path(path);
    const json* at = nullptr;
    if (p.urn.empty())
        at = member_named(resource, p.attribute);
    else if (const auto* extension = member_named(resource, p.urn))
        at = member_named(*extension, p.attribute);
    if (!at && !p.urn.empty()) at = member_named(resource, p.urn + ":" + p.attribute); // a flattened extension
    if (at && p.sub_attribute.empty()) return *at;
    if (!p.sub_attribute.empty()) {
        if (at && at->is_array()) {
            json all = json::array();
            for (const auto& e : *at)
                if (const auto* sub = member_named(e, p.sub_attribute)) all.push_back(*sub);
            return all;
        }
        if (at)
            if (const auto* sub = member_named(*at, p.sub_attribute)) return *sub;
    }
    // A flattened key: "name.formatted", or the whole path with its URN.
    if (const auto* flat = member_named(resource, p.text())) return *flat;
    return std::nullopt;
}

namespace {

void erase_flattened(json& resource, const std::string& name)
{
    auto& members = resource.get_ref<json::object_t&>();
    std::erase_if(members, [&](const auto& m) { return same_name(m.first, name); });
}

// The key as the resource spells it, so that nothing is written twice in different case.
std::string spelled(const json& object, const std::string& name)
{
    if (object.is_object() && !object.contains(name))
        for (const auto& [key, value] : object.items())
            if (same_name(key, name)) return key;
    return name;
}

void assign_within(json& object, const plain_path& p, const json& value)
{
    const auto name = spelled(object, p.attribute);
    if (p.sub_attribute.empty()) {
        if (value.is_null())
            object.erase(name);
        else
            object[name] = value;
        return;
    }
    const auto at = object.find(name);
    if (value.is_null()) {
        if (at == object.end() || !at->is_object()) return;
        at->erase(spelled(*at, p.sub_attribute));
        if (at->empty()) object.erase(at);
        return;
    }
    auto& complex = object[name];
    if (!complex.is_object()) complex = json::object();
    complex[spelled(complex, p.sub_attribute)] = value;
}

} // namespace

void assign(json& resource, const std::string& path, const json& value)
{
    if (!resource.is_object()) resource = json::object();
    const auto p = split_path(path);
    if (!p.sub_attribute.empty() || !p.urn.empty()) erase_flattened(resource, p.text());
    if (p.urn.empty()) return assign_within(resource, p, value);
    const auto urn = spelled(resource, p.urn);
    if (value.is_null()) {
        const auto at = resource.find(urn);
        if (at == resource.end() || !at->is_object()) return;
        assign_within(*at, p, value);
        if (at->empty()) resource.erase(at);
        return;
    }
    auto& extension = resource[urn];
    if (!extension.is_object()) extension = json::object();
    assign_within(extension, p, value);
}

} // namespace idferry::mapping
