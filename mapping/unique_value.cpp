#include "mapping/unique_value.hpp"

#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

namespace idferry::mapping {

void add_unique_values(const std::string& attribute, const json& value, const type_profile& profile,
                       std::vector<unique_value>& out)
{
    const auto add = [&](const std::string& path, const json& one) {
        const auto folded = comparable_value(path, one, profile);
        if (folded.is_string()) out.push_back({attribute, path, folded.get<std::string>()});
    };
    for (const auto& path : profile.unique) {
        const auto dot = path.find('.');
        if (attribute == path) {
            add(path, value);
        } else if (dot != std::string::npos && attribute == path.substr(0, dot)) {
            const auto sub = path.substr(dot + 1);
            for (const auto& element : value.is_array() ? value : json::array({value}))
                if (element.is_object() && element.contains(sub)) add(path, element[sub]);
        }
    }
}

std::vector<unique_value> unique_values(const json& desired, const type_profile& profile)
{
    std::vector<unique_value> out;
    for (const auto& [path, value] : desired.items()) add_unique_values(path, value, profile, out);
    return out;
}

} // namespace idferry::mapping
