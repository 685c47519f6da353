#include "connectors/scim/scim_patch.hpp"

#include "connectors/scim/scim_filter_text.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::connectors::scim {

namespace {

using mapping::json;

json patch_request(json operations)
{
    return json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:PatchOp"}}, {"Operations", std::move(operations)}};
}

} // namespace

std::vector<json> member_patches(const member_change& change, int per_request)
{
    const auto most = static_cast<std::size_t>(std::max(1, per_request));
    std::vector<json> out;
    for (std::size_t i = 0; i < change.add.size(); i += most) {
        json values = json::array();
        for (std::size_t k = i; k < std::min(i + most, change.add.size()); ++k)
            values.push_back({{"value", change.add[k].text()}});
        out.push_back(
            patch_request(json::array({json{{"op", "add"}, {"path", "members"}, {"value", std::move(values)}}})));
    }
    for (std::size_t i = 0; i < change.remove.size(); i += most) {
        json operations = json::array();
        for (std::size_t k = i; k < std::min(i + most, change.remove.size()); ++k)
            operations.push_back(
                {{"op", "remove"}, {"path", "members[" + equals_filter("value", change.remove[k].text()) + "]"}});
        out.push_back(patch_request(std::move(operations)));
    }
    return out;
}

std::optional<json> attribute_patch(const body_rules& rules, const std::vector<mapping::attribute_delta>& changed)
{
    json operations = json::array();
    for (const auto& d : changed) {
        if (std::ranges::any_of(rules.holds.never_send,
                                [&](const std::string& p) { return mapping::same_name(p, d.path); }))
            continue;
        std::optional<json> value = d.new_value;
        if (!value || value->is_null()) {
            value = cleared_value(rules, d.path);
            if (value && (value->is_null() || *value == json::array())) value.reset();
        }
        if (value)
            operations.push_back({{"op", "replace"}, {"path", d.path}, {"value", *value}});
        else
            operations.push_back({{"op", "remove"}, {"path", d.path}});
    }
    if (operations.empty()) return std::nullopt;
    return patch_request(std::move(operations));
}

} // namespace idferry::connectors::scim
