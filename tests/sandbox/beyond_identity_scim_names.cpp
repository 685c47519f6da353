#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_scim.hpp"

namespace idferry::sandbox {
namespace {

using pair = std::pair<std::string_view, std::string_view>;

constexpr pair names[] = {{"givenName", "given_name"}, {"familyName", "family_name"}};
constexpr pair enterprise[] = {{"employeeNumber", "employee_number"},
                               {"costCenter", "cost_center"},
                               {"organization", "organization"},
                               {"department", "department"},
                               {"division", "division"}};
constexpr pair manager[] = {{"value", "manager_id"}, {"displayName", "manager_name"}};

void set_trait(json& identity, std::string_view trait, const json& value)
{
    identity["traits"][std::string(trait)] = value;
}

void set_named(json& identity, scim_trait_names list, std::string_view name, const json& value)
{
    for (const auto& [attribute, trait] : list)
        if (same_ignoring_case(attribute, name)) set_trait(identity, trait, value);
}

void set_all(json& identity, scim_trait_names list, const json& object)
{
    if (object.is_object())
        for (auto member = object.begin(); member != object.end(); ++member)
            set_named(identity, list, member.key(), member.value());
}

// Only the primary one counts.
void set_email(json& identity, const json& list)
{
    if (!list.is_array()) return;
    for (const auto& one : list)
        if (one.is_object() && one.value("primary", false)) set_trait(identity, "primary_email_address", one["value"]);
}

json bool_of(const json& value)
{
    if (value.is_boolean()) return value;
    return value.is_string() ? json(same_ignoring_case(value.get<std::string>(), "true")) : json(false);
}

} // namespace

const scim_trait_names scim_name_traits{names};
const scim_trait_names scim_enterprise_traits{enterprise};
const scim_trait_names scim_manager_traits{manager};

void scim_into_native(json& identity, std::string_view name, const json& value)
{
    if (name.size() > scim_enterprise_urn.size() &&
        same_ignoring_case(name.substr(0, scim_enterprise_urn.size()), scim_enterprise_urn)) {
        const auto rest = name.substr(scim_enterprise_urn.size() + 1);
        if (same_ignoring_case(rest, "manager"))
            value.is_object() ? set_all(identity, manager, value) : set_named(identity, manager, "value", value);
        else if (rest.starts_with("manager."))
            set_named(identity, manager, rest.substr(8), value);
        else
            set_named(identity, enterprise, rest, value);
        return;
    }
    const auto is = [&](std::string_view wanted) { return same_ignoring_case(name, wanted); };
    if (is("userName")) {
        set_trait(identity, "username", value);
    } else if (is("externalId")) {
        set_trait(identity, "external_id", value);
    } else if (is("displayName")) {
        identity["display_name"] = value;
    } else if (is("active")) {
        identity["status"] = bool_of(value) == true ? "active" : "suspended";
    } else if (is("name")) {
        set_all(identity, names, value);
    } else if (name.starts_with("name.")) {
        set_named(identity, names, name.substr(5), value);
    } else if (is("emails")) {
        set_email(identity, value);
    } else if (is("emails[primary eq true].value")) {
        set_trait(identity, "primary_email_address", value);
    } else if (is(scim_enterprise_urn) && value.is_object()) {
        set_all(identity, enterprise, value);
        if (const auto* above = find_member(value, "manager"); above != nullptr) set_all(identity, manager, *above);
    }
}

std::optional<std::vector<scim_operation>> scim_operations(const json& body)
{
    const auto* list = find_member(body, "Operations");
    if (list == nullptr || !list->is_array() || list->empty()) return std::nullopt;
    std::vector<scim_operation> out;
    for (const auto& one : *list) {
        const auto* op = find_member(one, "op");
        const auto* path = find_member(one, "path");
        const auto* value = find_member(one, "value");
        if (op == nullptr || !op->is_string() || (path != nullptr && !path->is_string())) return std::nullopt;
        out.push_back({lower_ascii(op->get<std::string>()), path == nullptr ? "" : path->get<std::string>(),
                       value == nullptr ? json() : *value});
    }
    return out;
}

std::optional<std::string> scim_member_of(std::string_view path)
{
    constexpr std::string_view opening = "members[value eq \"";
    constexpr std::string_view closing = "\"]";
    if (path.size() <= opening.size() + closing.size() ||
        !same_ignoring_case(path.substr(0, opening.size()), opening) || !path.ends_with(closing))
        return std::nullopt;
    return std::string(path.substr(opening.size(), path.size() - opening.size() - closing.size()));
}

outgoing beyond_server::scim_discovery(const std::vector<std::string>& rest)
{
    const auto listed = [](json resources) {
        const auto count = resources.size();
        return json_answer(200, json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
                                     {"totalResults", count},
                                     {"startIndex", 1},
                                     {"itemsPerPage", count},
                                     {"Resources", std::move(resources)}}
                                    .dump());
    };
    const auto attribute = [](const char* name, bool required, const char* unique, bool exact = false) {
        return json{{"name", name},       {"type", "string"},          {"multiValued", false},  {"required", required},
                    {"caseExact", exact}, {"mutability", "readWrite"}, {"returned", "default"}, {"uniqueness", unique}};
    };
    const auto what = rest.size() == 1 ? rest[0] : std::string();
    if (what == "ServiceProviderConfig")
        return json_answer(200,
                           json{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
                                {"patch", {{"supported", true}}},
                                {"bulk", {{"supported", false}, {"maxOperations", 1000}, {"maxPayloadSize", 1048576}}},
                                {"filter", {{"supported", true}, {"maxResults", 1000}}},
                                {"changePassword", {{"supported", false}}},
                                {"sort", {{"supported", false}}},
                                {"etag", {{"supported", false}}},
                                {"authenticationSchemes", json::array({{{"type", "oauthbearertoken"},
                                                                        {"name", "OAuth Bearer Token"},
                                                                        {"description", "a bearer token"}}})}}
                               .dump());
    if (what == "ResourceTypes") {
        auto types = json::array();
        for (const bool users : {true, false})
            types.push_back(
                {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
                 {"id", users ? "User" : "Group"},
                 {"name", users ? "User" : "Group"},
                 {"endpoint", users ? "/Users" : "/Groups"},
                 {"schema", users ? scim_user_urn : scim_group_urn},
                 {"schemaExtensions",
                  json::array({{{"schema", users ? scim_enterprise_urn : scim_byndid_urn}, {"required", false}}})}});
        return listed(std::move(types));
    }
    if (what == "Schemas") {
        json user{{"id", scim_user_urn}, {"name", "User"}, {"attributes", json::array()}};
        user["attributes"].push_back(attribute("userName", true, "server", true));
        user["attributes"].push_back(attribute("externalId", true, "server"));
        user["attributes"].push_back(attribute("displayName", true, "none"));
        auto active = attribute("active", true, "none");
        active["type"] = "boolean";
        user["attributes"].push_back(std::move(active));
        json group{{"id", scim_group_urn}, {"name", "Group"}, {"attributes", json::array()}};
        group["attributes"].push_back(attribute("displayName", true, "none"));
        return listed(json::array({std::move(user), std::move(group)}));
    }
    return json_answer(
        404,
        json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}}, {"status", "404"}, {"detail", "not found"}}
            .dump());
}

} // namespace idferry::sandbox
