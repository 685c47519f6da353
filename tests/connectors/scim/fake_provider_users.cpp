// What the provider in memory keeps of a user, and what it refuses: Showpad's rules E5, E7 to E10, E12, E13, E15, E17.
#include "tests/connectors/scim/fake_provider.hpp"

#include <algorithm>

namespace idferry::test {

using mapping::json;

namespace {

constexpr const char* enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

// Primary first, else the first (rule E13).
json collapsed(const json& list)
{
    if (!list.is_array() || list.empty()) return nullptr;
    for (const auto& e : list)
        if (e.value("primary", false)) return e;
    return list[0];
}

std::string text_within(const json& j, const char* a, const char* b = nullptr)
{
    if (!j.contains(a)) return {};
    const auto& v = j[a];
    if (!b) return v.is_string() ? v.get<std::string>() : "";
    return v.is_object() && v.contains(b) && v[b].is_string() ? v[b].get<std::string>() : "";
}

std::string email_of(const json& user)
{
    return user["emails"].empty() ? "" : user["emails"][0]["value"].get<std::string>();
}

std::string kept_role(const json& user)
{
    return user["roles"].empty() ? "" : user["roles"][0]["value"].get<std::string>();
}

} // namespace

json fake_provider::kept_user(const json& body, const json& before) const
{
    const json defaults = {
        {"externalId", ""}, {"active", true}, {"timezone", "Europe/Brussels"}, {"locale", "en"}, {"title", ""}};
    json u = defaults;
    u["phoneNumbers"] = json::array();
    u["roles"] = {{{"value", "tablet"}}};
    u["entitlements"] = json::array();
    u["emails"] = json::array();
    u["name"] = json::object();
    u[enterprise] = {{"organization", "Acme"}};
    if (!before.is_null()) {
        if (knobs.put_retains)
            u = before;
        else
            u["active"] = before["active"];
    }
    for (const char* key : {"userName", "externalId", "active", "timezone", "locale", "title"})
        if (body.contains(key) && !body[key].is_null()) u[key] = body[key];
    for (const char* key : {"givenName", "familyName"})
        if (!text_within(body, "name", key).empty()) u["name"][key] = body["name"][key];
    if (const auto e = collapsed(body.value("emails", json())); !e.is_null())
        u["emails"] = {{{"value", e.value("value", "")}, {"type", "work"}, {"primary", true}}};
    if (body.contains("phoneNumbers")) {
        const auto p = collapsed(body["phoneNumbers"]);
        u["phoneNumbers"] = p.is_null() ? json::array() : json::array({{{"value", p["value"]}, {"type", "work"}}});
    }
    if (const auto r = collapsed(body.value("roles", json())); !r.is_null())
        u["roles"] = {{{"value", lower_case(r["value"])}}};
    if (body.contains("entitlements")) u["entitlements"] = body["entitlements"];
    if (!text_within(body, enterprise, "organization").empty())
        u[enterprise]["organization"] = body[enterprise]["organization"];
    return u;
}

std::string fake_provider::check_user(const json& user, const std::string& id, std::string& type, int& number) const
{
    type = "invalidValue";
    number = 4008;
    if (text_within(user, "userName").empty() || text_within(user, "name", "givenName").empty() ||
        text_within(user, "name", "familyName").empty() || user["emails"].empty())
        return "a required attribute is missing";
    number = 4001;
    const auto role = kept_role(user);
    if (role != "owner" && role != "admin" && role != "manager" && role != "tablet") return "unknown role";
    if (!user["entitlements"].empty() && role != "manager") return "only managers have entitlements";
    for (const auto& e : user["entitlements"])
        if (std::ranges::none_of(groups, [&](const json& g) { return g["id"] == e["value"]; }))
            return "the entitlement names no group";
    type = "uniqueness";
    number = 4009;
    for (const auto& other : users) {
        if (other["id"] == id) continue;
        if (lower_case(other["userName"]) == lower_case(user["userName"])) return "userName is already in use";
        if (lower_case(email_of(other)) == lower_case(email_of(user))) return "emails.value is already in use";
        if (role == "owner" && kept_role(other) == "owner") {
            number = 4015;
            return "there is one owner already";
        }
    }
    return {};
}

} // namespace idferry::test
