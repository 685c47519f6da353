#include "mapping/desired_resource.hpp"

#include <algorithm>

namespace idferry::mapping {

json link_reference(std::string_view type, std::string_view source_key)
{
    return json{{"$link", {{"type", std::string(type)}, {"key", std::string(source_key)}}}};
}

bool is_link_reference(const json& value, std::string& type, std::string& source_key)
{
    if (!value.is_object() || value.size() != 1) return false;
    const auto link = value.find("$link");
    if (link == value.end() || !link->is_object()) return false;
    const auto t = link->find("type");
    const auto k = link->find("key");
    if (t == link->end() || k == link->end() || !t->is_string() || !k->is_string()) return false;
    type = t->get<std::string>();
    source_key = k->get<std::string>();
    return true;
}

const desired_attribute* desired_resource::find(std::string_view path) const
{
    const auto hit = std::ranges::lower_bound(attributes, path, std::less<>{}, &desired_attribute::path);
    return hit != attributes.end() && hit->path == path ? &*hit : nullptr;
}

std::string desired_resource::text() const
{
    json all = json::object();
    for (const auto& a : attributes) all[a.path] = a.value;
    return to_text(all);
}

} // namespace idferry::mapping
