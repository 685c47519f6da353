#include "connectors/scim/scim_profile.hpp"

#include "mapping/json.hpp"

#include <array>

namespace idferry::connectors::scim {

namespace {

using mapping::single_value_rule;
using mapping::type_profile;

// RFC 7643 and 7644 as they stand, and nothing that a provider may lack.
preset generic_preset()
{
    preset p;
    p.holds.name = "generic";
    type_profile user;
    user.never_send = {"id", "meta", "groups", "schemas"};
    user.unreturned = {"password"};
    user.case_fold = {"userName", "emails.value"};
    user.require = {"userName"};
    user.unique = {"userName"};
    type_profile group;
    group.never_send = {"id", "meta", "schemas", "members"};
    group.require = {"displayName"};
    group.unique = {"displayName"};
    p.holds.types.emplace("user", std::move(user));
    p.holds.types.emplace("group", std::move(group));
    return p;
}

// docs/connectors/showpad.md tells where each value comes from, and which are unverified.
preset showpad_preset()
{
    preset p;
    p.holds.name = "showpad";
    p.entitlement_type = "coach_for_group";

    p.wire.user_keys = {"userName"};
    p.wire.group_keys = {};
    p.wire.page_size = 100;
    p.wire.patch = patch_mode::never;
    p.wire.user_update = update_mode::put_merge;
    p.wire.membership = membership_mode::put_full;

    type_profile user;
    user.send = {"userName",
                 "name.givenName",
                 "name.familyName",
                 "emails",
                 "active",
                 "timezone",
                 "locale",
                 "title",
                 "externalId",
                 "phoneNumbers",
                 "roles",
                 "entitlements",
                 std::string(mapping::enterprise_user_schema) + ":organization"};
    user.never_send = {"id",
                       "meta",
                       "groups",
                       "schemas",
                       "displayName",
                       "nickName",
                       "name.formatted",
                       "name.middleName",
                       "name.honorificPrefix",
                       "name.honorificSuffix",
                       "preferredLanguage",
                       "userType",
                       "addresses",
                       "ims",
                       "photos",
                       "profileUrl",
                       "password",
                       "x509Certificates"};
    for (const auto* name : {"employeeNumber", "costCenter", "division", "department", "manager"})
        user.never_send.push_back(std::string(mapping::enterprise_user_schema) + ":" + name);
    user.unreturned = {"displayName", "name.formatted", "password"};
    user.case_fold = {"userName", "emails.value", "roles.value"};
    user.lower = {"roles.value"};
    user.single_valued["emails"] = {single_value_rule::keep_kind::primary_first,
                                    {{"type", "\"work\""}, {"primary", "true"}},
                                    {"display"},
                                    {"value"}};
    user.single_valued["phoneNumbers"] = {
        single_value_rule::keep_kind::primary_first, {{"type", "\"work\""}}, {"display", "primary"}, {"value"}};
    user.single_valued["roles"] = {
        single_value_rule::keep_kind::primary_first, {{"primary", "true"}}, {"display", "type"}, {"value"}};
    user.compare["entitlements"] = {"value"};
    user.require = {"userName", "name.givenName", "name.familyName", "emails"};
    user.unique = {"userName", "emails.value"};
    user.empty_means = {{"title", "\"\""},
                        {"externalId", "\"\""},
                        {"phoneNumbers", "\"\""},
                        {"locale", "\"en\""},
                        {"roles", "\"tablet\""}};
    user.allowed_values["roles.value"] = {"owner", "admin", "manager", "tablet"};

    type_profile group;
    group.send = {"displayName"};
    group.never_send = {"id", "meta", "schemas", "members", "externalId"};
    group.require = {"displayName"};
    group.unique = {"displayName"};
    group.reserved_names = {"All Users"};

    p.holds.types.emplace("user", std::move(user));
    p.holds.types.emplace("group", std::move(group));
    return p;
}

// docs/connectors/beyond-identity-scim.md tells where each value comes from, and which are unverified.
preset beyond_identity_preset()
{
    preset p;
    p.holds.name = "beyond_identity";
    p.rate = {.requests_per_second = 0.45, .burst = 3, .concurrency = 2}; // 30 in any minute

    auto& w = p.wire;
    w.user_keys = {"userName", "externalId"};
    w.group_keys = {"displayName"};
    w.page_size = 1000;
    w.patch = patch_mode::always;
    w.user_update = update_mode::patch;
    w.group_update = update_mode::patch;
    w.membership = membership_mode::patch_value;
    w.members_per_request = 100;
    w.patch_remove = false;
    w.patch_atomic = false;
    w.look_before_create = look_mode::by_list;
    w.clear = clear_mode::null;
    w.renew_on_403 = true;
    p.reads.memberships = memberships_from::hidden;

    const std::string enterprise(mapping::enterprise_user_schema);
    type_profile user;
    user.send = {"userName", "externalId", "displayName", "active", "emails", "name.givenName", "name.familyName"};
    for (const char* name : {"employeeNumber", "costCenter", "organization", "department", "division", "manager"}) {
        user.send.push_back(enterprise + ":" + name);
        user.empty_means[enterprise + ":" + name] = "\"\"";
    }
    for (const char* name : {"externalId", "name.givenName", "name.familyName"}) user.empty_means[name] = "\"\"";
    user.never_send = {"id", "meta", "groups", "schemas"};
    user.unreturned = {"password"};
    user.case_fold = {"userName", "emails.value"};
    user.single_valued["emails"] = {
        single_value_rule::keep_kind::primary_first, {{"primary", "true"}}, {"display", "type"}, {"value"}};
    user.require = {"userName", "displayName", "emails"};
    user.unique = {"userName", "externalId"};

    type_profile group;
    group.send = {"displayName"};
    group.never_send = {"id", "meta", "schemas", "members", "externalId"};
    group.require = {"displayName"};
    group.unique = {"displayName"};
    group.unreturned = {"members"};

    p.holds.types.emplace("user", std::move(user));
    p.holds.types.emplace("group", std::move(group));
    return p;
}

constexpr std::array<preset_row, 3> rows{{
    {"generic", "a service provider that follows RFC 7643 and 7644", generic_preset},
    {"showpad", "Showpad's SCIM service: no PATCH, userName eq only, one e-mail, phone and role", showpad_preset},
    {"beyond_identity", "Beyond Identity's own SCIM service: members are never shown, one e-mail, 30 calls a minute",
     beyond_identity_preset},
}};

mapping::json rule_text(const single_value_rule& r)
{
    return mapping::json{{"first", r.keep == single_value_rule::keep_kind::first},
                         {"force", r.force},
                         {"drop", r.drop},
                         {"compare", r.compare}};
}

} // namespace

std::string reading_text(const source_rules& rules)
{
    return mapping::to_text(mapping::json{{"groups", rules.groups},
                                          {"memberships", static_cast<int>(rules.memberships)},
                                          {"absent", static_cast<int>(rules.absent)},
                                          {"active", static_cast<int>(rules.active)},
                                          {"leave_out", rules.leave_out}});
}

std::span<const preset_row> presets()
{
    return rows;
}

std::optional<preset> find_preset(std::string_view name)
{
    for (const auto& row : rows)
        if (row.name == name) return row.make();
    return std::nullopt;
}

std::string profile_text(const dialect& wire, const mapping::target_profile& holds)
{
    mapping::json all = {
        {"name", holds.name}, {"clear", static_cast<int>(wire.clear)}, {"include_id", wire.put_include_id}};
    for (const auto& [name, t] : holds.types) {
        mapping::json one = {{"send", t.send},
                             {"never_send", t.never_send},
                             {"unreturned", t.unreturned},
                             {"case_fold", t.case_fold},
                             {"lower", t.lower},
                             {"force", t.force},
                             {"compare", t.compare},
                             {"require", t.require},
                             {"unique", t.unique},
                             {"empty_means", t.empty_means},
                             {"allowed", t.allowed_values},
                             {"reserved", t.reserved_names},
                             {"members", t.members},
                             {"nested", t.nested}};
        for (const auto& [attribute, rule] : t.single_valued) one["single_valued"][attribute] = rule_text(rule);
        all["types"][name] = std::move(one);
    }
    return mapping::to_text(all);
}

} // namespace idferry::connectors::scim
