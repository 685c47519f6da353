// What the mapping tests share: a mapper from YAML text, and mistakes as lines.
#pragma once

#include "config/node.hpp"
#include "mapping/mapper.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace idferry::mapping::test {

inline const std::string enterprise_urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

inline source_attributes bare_source()
{
    return {"urn:idferry:source:bare_id:bare", {"kostenstelle", "hired"}, true};
}

struct parsed
{
    std::shared_ptr<const mapper> rules;
    std::vector<std::string> errors; // "map.yaml:3:5: path: message"

    std::string all_errors() const
    {
        std::string out;
        for (const auto& e : errors) out += e + "\n";
        return out;
    }
};

inline parsed parse_section(const std::string& yaml, const target_profile& profile = {}, std::string_view type = "user",
                            const source_attributes& source = bare_source(),
                            const std::vector<std::string>& other_keys = {"leave"})
{
    config::diagnostics out;
    parsed p;
    if (const auto tree = config::parse_yaml(yaml, "map.yaml", out))
        p.rules = parse_mapping(*tree, type, source, profile, other_keys, out);
    for (const auto& d : out.sorted()) p.errors.push_back(d.text());
    return p;
}

// A mapper with one rule for `target`, in flow style: "{from: email, transform: lower}".
inline parsed parse_one(const std::string& target, const std::string& rule, const target_profile& profile = {})
{
    return parse_section("attributes:\n  " + target + ": " + rule + "\n", profile);
}

// The value that one rule gives `target`; nothing = absent. Fails the test when the rule or the resource is refused.
inline std::optional<json> value_of(const std::string& target, const std::string& rule, const json& source,
                                    const target_profile& profile = {})
{
    const auto p = parse_one(target, rule, profile);
    EXPECT_TRUE(p.rules) << p.all_errors();
    if (!p.rules) return std::nullopt;
    const auto mapped = p.rules->map(source);
    EXPECT_FALSE(mapped.rejected) << *mapped.rejected;
    if (mapped.desired.attributes.empty()) return std::nullopt;
    return mapped.desired.attributes.front().value;
}

// Why one rule rejects the resource, or "".
inline std::string rejection_of(const std::string& target, const std::string& rule, const json& source,
                                const target_profile& profile = {})
{
    const auto p = parse_one(target, rule, profile);
    EXPECT_TRUE(p.rules) << p.all_errors();
    if (!p.rules) return "";
    return p.rules->map(source).rejected.value_or("");
}

// The profile that the Showpad documents describe, as far as mapping goes.
inline target_profile showpad_like()
{
    type_profile user;
    user.send = {"userName",     "name.givenName", "name.familyName", "emails",     "active",
                 "timezone",     "locale",         "title",           "externalId", enterprise_urn + ":organization",
                 "phoneNumbers", "roles",          "entitlements"};
    user.never_send = {"id", "meta", "groups"};
    user.case_fold = {"userName", "emails.value", "roles.value", "entitlements.type"};
    user.lower = {"roles.value"};
    user.single_valued["emails"] = {single_value_rule::keep_kind::primary_first,
                                    {{"type", "\"work\""}, {"primary", "true"}},
                                    {"display"},
                                    {"value"}};
    user.single_valued["phoneNumbers"] = {
        single_value_rule::keep_kind::primary_first, {{"type", "\"work\""}}, {"display", "primary"}, {"value"}};
    user.single_valued["roles"] = {single_value_rule::keep_kind::primary_first, {}, {"primary", "display"}, {"value"}};
    user.require = {"userName", "name.givenName", "name.familyName", "emails"};
    user.allowed_values["roles.value"] = {"owner", "admin", "manager", "tablet"};
    user.empty_means = {{"title", "\"\""}, {"phoneNumbers", "\"\""}};
    type_profile group;
    group.send = {"displayName"};
    group.require = {"displayName"};
    target_profile p;
    p.name = "showpad";
    p.types["user"] = user;
    p.types["group"] = group;
    return p;
}

} // namespace idferry::mapping::test
