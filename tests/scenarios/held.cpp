#include "tests/scenarios/held.hpp"

#include <algorithm>

namespace idferry::tests {

using mapping::json;

void change_held(source_content& to, const json& change)
{
    for (const auto& [type, all] : change.items())
        for (const auto& [key, one] : all.items()) {
            if (one.is_null())
                to.held[type].erase(key);
            else
                to.held[type][key].merge_patch(one);
        }
}

void change_held(provider_content& to, const json& change)
{
    for (const auto& [type, all] : change.items())
        for (const auto& [name, one] : all.items()) {
            auto& there = to.held[type];
            const auto known = std::find_if(there.begin(), there.end(), [n = name](const auto& x) {
                return x.second.value("display_name", "") == n;
            });
            if (one.is_null()) {
                there.erase(known);
                continue;
            }
            auto& body = known == there.end() ? there[to.new_id(*mapping::find_resource_type(type))] : known->second;
            body["display_name"] = name;
            body.merge_patch(one);
            // Told by name, as everything here is.
            for (const auto& [id, server] : to.held["resource_server"])
                if (body.value("resource_server_id", "") == server.value("display_name", ""))
                    body["resource_server_id"] = id;
        }
}

std::string name_in(const json& body)
{
    for (const char* attribute : {"userName", "displayName", "display_name"})
        if (const auto name = body.find(attribute); name != body.end() && name->is_string())
            return name->get<std::string>();
    return "?";
}

json held_dump(const provider_content& of)
{
    std::map<std::string, std::string> names;
    for (const auto* all : {&of.users, &of.groups})
        for (const auto& [id, body] : *all) names.emplace(id, name_in(body));
    for (const auto& [type, all] : of.held)
        for (const auto& [id, body] : all) names.emplace(id, name_in(body));
    const auto named = [&](const json& id) {
        const auto known = names.find(id.get<std::string>());
        return known == names.end() ? "? " + id.get<std::string>() : known->second;
    };
    auto out = json::object();
    for (const auto& [type, all] : of.held)
        for (auto [id, body] : all) {
            if (body.contains("resource_server_id")) body["resource_server_id"] = named(body["resource_server_id"]);
            for (const char* list : {"members", "groups"}) {
                if (!body.contains(list)) continue;
                std::vector<std::string> who;
                for (const auto& m : body[list]) who.push_back(named(m.at("value")));
                std::sort(who.begin(), who.end());
                body.erase(list);
                if (!who.empty()) body[list] = who;
            }
            auto name = name_in(body);
            body.erase("display_name");
            if (type == "role" && body.contains("resource_server_id"))
                name += " of " + body["resource_server_id"].get<std::string>();
            if (out[type].contains(name)) name += " (2)";
            out[type][name] = std::move(body);
        }
    return out;
}

} // namespace idferry::tests
