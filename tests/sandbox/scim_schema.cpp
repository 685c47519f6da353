#include "tests/sandbox/scim_schema.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

using attributes = std::vector<scim_attribute>;

scim_attribute plain(std::string name, scim_type type = scim_type::string)
{
    scim_attribute made;
    made.name = std::move(name);
    made.type = type;
    return made;
}

scim_attribute complex(std::string name, attributes subs, bool many = false)
{
    auto made = plain(std::move(name), scim_type::complex);
    made.many = many;
    made.subs = std::move(subs);
    return made;
}

// A list of {value, display, type, primary}, as most multi-valued attributes are.
scim_attribute listed(std::string name, scim_type value = scim_type::string)
{
    return complex(std::move(name),
                   {plain("value", value), plain("display"), plain("type"), plain("primary", scim_type::boolean)},
                   true);
}

scim_attribute mutable_as(scim_attribute one, const char* mutability)
{
    one.mutability = mutability;
    return one;
}

scim_attribute exact(scim_attribute one)
{
    one.case_exact = true;
    return one;
}

scim_attribute required_one(scim_attribute one)
{
    one.required = true;
    return one;
}

attributes common_attributes()
{
    auto id = mutable_as(exact(plain("id")), "readOnly");
    id.returned = "always";
    auto schemas = exact(plain("schemas", scim_type::reference));
    schemas.many = true;
    schemas.returned = "always";
    auto meta = mutable_as(complex("meta", {exact(plain("resourceType")), plain("created", scim_type::date_time),
                                            plain("lastModified", scim_type::date_time),
                                            exact(plain("location", scim_type::reference)), exact(plain("version"))}),
                           "readOnly");
    return {schemas, id, exact(plain("externalId")), meta};
}

scim_model make_user_model()
{
    scim_model made;
    made.name = "User";
    made.endpoint = "/Users";
    made.common = common_attributes();
    auto user_name = required_one(plain("userName"));
    user_name.uniqueness = "server";
    auto password = mutable_as(plain("password"), "writeOnly");
    password.returned = "never";
    auto groups = mutable_as(
        complex("groups",
                {exact(plain("value")), exact(plain("$ref", scim_type::reference)), plain("display"), plain("type")},
                true),
        "readOnly");
    made.core = {"urn:ietf:params:scim:schemas:core:2.0:User",
                 "User",
                 {user_name,
                  complex("name", {plain("formatted"), plain("familyName"), plain("givenName"), plain("middleName"),
                                   plain("honorificPrefix"), plain("honorificSuffix")}),
                  plain("displayName"),
                  plain("nickName"),
                  exact(plain("profileUrl", scim_type::reference)),
                  plain("title"),
                  plain("userType"),
                  plain("preferredLanguage"),
                  plain("locale"),
                  plain("timezone"),
                  plain("active", scim_type::boolean),
                  password,
                  listed("emails"),
                  listed("phoneNumbers"),
                  listed("ims"),
                  listed("photos", scim_type::reference),
                  complex("addresses",
                          {plain("formatted"), plain("streetAddress"), plain("locality"), plain("region"),
                           plain("postalCode"), plain("country"), plain("type"), plain("primary", scim_type::boolean)},
                          true),
                  groups,
                  listed("entitlements"),
                  listed("roles"),
                  listed("x509Certificates", scim_type::binary)}};
    made.extensions.push_back(
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
         "EnterpriseUser",
         {plain("employeeNumber"), plain("costCenter"), plain("organization"), plain("division"), plain("department"),
          complex("manager", {exact(plain("value")), exact(plain("$ref", scim_type::reference)),
                              mutable_as(plain("displayName"), "readOnly")})}});
    return made;
}

scim_model make_group_model()
{
    scim_model made;
    made.name = "Group";
    made.endpoint = "/Groups";
    made.common = common_attributes();
    made.core = {"urn:ietf:params:scim:schemas:core:2.0:Group",
                 "Group",
                 {required_one(plain("displayName")),
                  complex("members",
                          {mutable_as(exact(plain("value")), "immutable"),
                           mutable_as(exact(plain("$ref", scim_type::reference)), "immutable"),
                           mutable_as(plain("type"), "immutable"), mutable_as(plain("display"), "readOnly")},
                          true)}};
    return made;
}

json describe(const scim_attribute& one)
{
    static constexpr const char* names[] = {"string",    "boolean", "integer", "dateTime",
                                            "reference", "binary",  "complex"};
    json out{{"name", one.name},
             {"type", names[static_cast<int>(one.type)]},
             {"multiValued", one.many},
             {"required", one.required},
             {"caseExact", one.case_exact},
             {"mutability", one.mutability},
             {"returned", one.returned},
             {"uniqueness", one.uniqueness}};
    if (one.type == scim_type::complex) {
        out["subAttributes"] = json::array();
        for (const auto& sub : one.subs) out["subAttributes"].push_back(describe(sub));
    }
    return out;
}

bool fits(const scim_attribute& one, const json& value)
{
    switch (one.type) {
    case scim_type::boolean: return value.is_boolean();
    case scim_type::integer: return value.is_number_integer();
    case scim_type::complex: return value.is_object();
    default: return value.is_string();
    }
}

scim_problem bad_value(std::string detail)
{
    return {400, "invalidValue", std::move(detail)};
}

scim_problem tidy_values(const attributes& known, json& object, bool drop_unknown);

scim_problem tidy_one(const scim_attribute& one, json& value, bool drop_unknown)
{
    if (!fits(one, value)) return bad_value(one.name + " has a value of the wrong type");
    if (one.type == scim_type::complex) return tidy_values(one.subs, value, drop_unknown);
    return {};
}

bool unassigned(const json& value)
{
    return value.is_null() || ((value.is_array() || value.is_object()) && value.empty());
}

scim_problem tidy_values(const attributes& known, json& object, bool drop_unknown)
{
    auto tidied = json::object();
    for (auto member = object.begin(); member != object.end(); ++member) {
        const auto one = std::find_if(known.begin(), known.end(),
                                      [&](const auto& a) { return same_ignoring_case(a.name, member.key()); });
        if (one == known.end()) {
            if (!drop_unknown) return bad_value("unknown attribute " + member.key());
            continue;
        }
        auto value = member.value();
        if (one->mutability == "readOnly" || unassigned(value)) continue;
        if (one->many != value.is_array())
            return bad_value(one->name + (one->many ? " must be a list" : " must not be a list"));
        if (one->many) {
            bool has_primary = false;
            for (auto& element : value) {
                if (const auto problem = tidy_one(*one, element, drop_unknown)) return problem;
                if (const auto* primary = find_member(element, "primary"); primary != nullptr && *primary == true) {
                    if (has_primary) return bad_value(one->name + " has more than one primary value");
                    has_primary = true;
                }
            }
        } else if (const auto problem = tidy_one(*one, value, drop_unknown)) {
            return problem;
        }
        if (!unassigned(value)) tidied[one->name] = std::move(value);
    }
    object = std::move(tidied);
    return {};
}

} // namespace

const scim_attribute* scim_attribute::sub(std::string_view wanted) const
{
    for (const auto& one : subs)
        if (same_ignoring_case(one.name, wanted)) return &one;
    return nullptr;
}

const scim_attribute* scim_schema::find(std::string_view wanted) const
{
    for (const auto& one : attributes)
        if (same_ignoring_case(one.name, wanted)) return &one;
    return nullptr;
}

json scim_schema::description() const
{
    json out{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
             {"id", urn},
             {"name", name},
             {"attributes", json::array()}};
    for (const auto& one : attributes) out["attributes"].push_back(describe(one));
    return out;
}

const scim_attribute* scim_model::find(std::string_view urn, std::string_view attribute) const
{
    if (urn.empty() || same_ignoring_case(urn, core.urn)) {
        for (const auto& one : common)
            if (same_ignoring_case(one.name, attribute)) return &one;
        return core.find(attribute);
    }
    for (const auto& extension : extensions)
        if (same_ignoring_case(extension.urn, urn)) return extension.find(attribute);
    return nullptr;
}

bool scim_model::is_extension(std::string_view urn) const
{
    return std::any_of(extensions.begin(), extensions.end(),
                       [&](const auto& one) { return same_ignoring_case(one.urn, urn); });
}

bool scim_model::knows(std::string_view urn) const
{
    return same_ignoring_case(urn, core.urn) || is_extension(urn);
}

const scim_model& user_model()
{
    static const auto model = make_user_model();
    return model;
}

const scim_model& group_model()
{
    static const auto model = make_group_model();
    return model;
}

scim_problem tidy_resource(const scim_model& model, json& resource, bool drop_unknown)
{
    auto known = model.core.attributes;
    known.insert(known.end(), model.common.begin(), model.common.end());
    auto extensions = json::object();
    for (const auto& extension : model.extensions)
        if (auto* values = find_member(resource, extension.urn); values != nullptr) {
            auto kept = std::move(*values);
            resource.erase(std::find_if(resource.items().begin(), resource.items().end(), [&](const auto& item) {
                               return same_ignoring_case(item.key(), extension.urn);
                           }).key());
            if (kept.is_null()) continue;
            if (!kept.is_object()) return bad_value(extension.urn + " must be an object");
            if (const auto problem = tidy_values(extension.attributes, kept, drop_unknown)) return problem;
            if (!kept.empty()) extensions[extension.urn] = std::move(kept);
        }
    if (const auto problem = tidy_values(known, resource, drop_unknown)) return problem;
    for (const auto& one : model.core.attributes)
        if (one.required && (!resource.contains(one.name) || resource[one.name] == ""))
            return bad_value(one.name + " is required");
    auto schemas = json::array({model.core.urn});
    for (auto extension = extensions.begin(); extension != extensions.end(); ++extension) {
        schemas.push_back(extension.key());
        resource[extension.key()] = extension.value();
    }
    resource["schemas"] = std::move(schemas);
    return {};
}

} // namespace idferry::sandbox
