#include "tests/sandbox/showpad.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::string_view user_urn = "urn:ietf:params:scim:schemas:core:2.0:User";
constexpr std::string_view group_urn = "urn:ietf:params:scim:schemas:core:2.0:Group";
constexpr std::string_view extension_urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

json attribute(const char* name, const char* type = "string", bool many = false, const char* mutability = "readWrite")
{
    return {{"name", name},          {"type", type},        {"multiValued", many},
            {"required", false},     {"caseExact", false},  {"mutability", mutability},
            {"returned", "default"}, {"uniqueness", "none"}};
}

json with(json base, const char* key, json value)
{
    base[key] = std::move(value);
    return base;
}

json pairs(const char* name, const char* mutability = "readWrite")
{
    return with(
        attribute(name, "complex", true, mutability), "subAttributes",
        json::array({attribute("value"), attribute("type"), attribute("primary", "boolean"), attribute("display")}));
}

json user_schema()
{
    auto name = with(
        attribute("name", "complex"), "subAttributes",
        json::array({with(attribute("givenName"), "required", true), with(attribute("familyName"), "required", true)}));
    auto user_name = with(with(attribute("userName"), "required", true), "uniqueness", "server");
    return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
            {"id", user_urn},
            {"name", "User"},
            {"attributes",
             json::array({user_name, name, attribute("externalId"), attribute("active", "boolean"), attribute("locale"),
                          attribute("timezone"), attribute("title"), with(pairs("emails"), "required", true),
                          pairs("phoneNumbers"), pairs("roles"), pairs("groups", "readOnly"), pairs("entitlements")})}};
}

json group_schema()
{
    return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
            {"id", group_urn},
            {"name", "Group"},
            {"attributes", json::array({with(attribute("displayName"), "required", true), pairs("members")})}};
}

json extension_schema()
{
    return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
            {"id", extension_urn},
            {"name", "EnterpriseUser"},
            {"attributes", json::array({attribute("organization")})}};
}

json type_of(bool user, const std::string& base)
{
    json type{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
              {"id", user ? "User" : "Group"},
              {"name", user ? "User" : "Group"},
              {"endpoint", user ? "/Users" : "/Groups"},
              {"schema", user ? user_urn : group_urn}};
    if (user) type["schemaExtensions"] = json::array({{{"schema", extension_urn}, {"required", false}}});
    type["meta"] = {{"resourceType", "ResourceType"},
                    {"location", base + "/ResourceTypes/" + (user ? "User" : "Group")}};
    return type;
}

json listed(json resources)
{
    const auto count = resources.size();
    return {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
            {"totalResults", count},
            {"startIndex", 1},
            {"itemsPerPage", count},
            {"Resources", std::move(resources)}};
}

} // namespace

outgoing showpad_server::discover(const request& asked, const std::vector<std::string>& rest) const
{
    const auto not_found = [this] { return answer_problem({404, {}, "no such path", 3004, "ResourceNotFoundError"}); };
    if (knob_.discovery == "not_found") return not_found();
    if (knob_.discovery == "garbage")
        return json_answer(200, "{\"patch\":\"maybe\",\"bulk\":[", "application/scim+json");
    const auto base = "https://" + std::string(asked.header("Host")) + "/api/" + asked.path[1] + "/scim/v2";
    json body;
    if (rest[0] == "ServiceProviderConfig" && rest.size() == 1) {
        body = {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
                {"patch", {{"supported", knob_.discovery == "patch_supported" || knob_.patch == "on"}}},
                {"bulk", {{"supported", false}, {"maxOperations", 0}, {"maxPayloadSize", 0}}},
                {"filter", {{"supported", true}, {"maxResults", knob_.max_page}}},
                {"changePassword", {{"supported", false}}},
                {"sort", {{"supported", false}}},
                {"etag", {{"supported", false}}},
                {"authenticationSchemes", json::array({{{"type", "oauthbearertoken"},
                                                        {"name", "OAuth Bearer Token"},
                                                        {"description", "API token or OAuth 2.0 access token"},
                                                        {"primary", true}}})}};
    } else if (rest[0] == "ResourceTypes" && rest.size() == 1) {
        body = listed(json::array({type_of(true, base), type_of(false, base)}));
    } else if (rest[0] == "ResourceTypes" && rest.size() == 2 && (rest[1] == "User" || rest[1] == "Group")) {
        body = type_of(rest[1] == "User", base);
    } else if (rest[0] == "Schemas" && rest.size() == 1) {
        body = listed(json::array({user_schema(), group_schema(), extension_schema()}));
    } else if (rest[0] == "Schemas" && rest.size() == 2) {
        if (rest[1] == user_urn)
            body = user_schema();
        else if (rest[1] == group_urn)
            body = group_schema();
        else if (rest[1] == extension_urn)
            body = extension_schema();
    }
    if (body.is_null()) return not_found();
    return json_answer(200, body.dump(), "application/scim+json");
}

} // namespace idferry::sandbox
