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

json member_patch(const std::vector<mapping::target_id>& ids, bool adding, membership_mode mode)
{
    json operations = json::array();
    if (adding) {
        json values = json::array();
        for (const auto& id : ids) values.push_back({{"value", id.text()}});
        operations.push_back({{"op", "add"}, {"path", "members"}, {"value", std::move(values)}});
        return patch_request(std::move(operations));
    }
    for (const auto& id : ids) {
        if (mode == membership_mode::patch_value)
            operations.push_back(
                {{"op", "remove"}, {"path", "members"}, {"value", json::array({json{{"value", id.text()}}})}});
        else
            operations.push_back({{"op", "remove"}, {"path", "members[" + equals_filter("value", id.text()) + "]"}});
    }
    return patch_request(std::move(operations));
}

std::optional<json> attribute_patch(const body_rules& rules, const std::vector<mapping::attribute_delta>& changed)
{
    json operations = json::array();
    for (const auto& d : changed) {
        if (std::ranges::any_of(rules.holds.never_send,
                                [&](const std::string& p) { return mapping::same_name(p, d.path); }))
            continue;
        std::optional<json> value = d.new_value;
        if ((!value || value->is_null()) && !rules.wire.patch_remove) {
            value = rules.wire.clear == clear_mode::empty_text ? json("") : json(nullptr);
        } else if (!value || value->is_null()) {
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
