#include "mapping/core_schema.hpp"

#include "mapping/json.hpp"
#include "mapping/resource_type.hpp"

#include <algorithm>
#include <array>

namespace idferry::mapping {

namespace {

using sv = std::string_view;

constexpr std::array name_subs{sv("formatted"),  sv("familyName"),      sv("givenName"),
                               sv("middleName"), sv("honorificPrefix"), sv("honorificSuffix")};
constexpr std::array plural_subs{sv("value"), sv("display"), sv("type"), sv("primary")};
constexpr std::array address_subs{sv("formatted"),  sv("streetAddress"), sv("locality"), sv("region"),
                                  sv("postalCode"), sv("country"),       sv("type"),     sv("primary")};
// `path` is ours: the full path of a source group.
constexpr std::array group_subs{sv("value"), sv("$ref"), sv("display"), sv("type"), sv("path")};
constexpr std::array member_subs{sv("value"), sv("$ref"), sv("display"), sv("type")};
constexpr std::array manager_subs{sv("value"), sv("$ref"), sv("displayName")};
constexpr std::array meta_subs{sv("resourceType"), sv("created"), sv("lastModified"), sv("location"), sv("version")};

constexpr std::array user_attributes{
    schema_attribute{"id", false, true, {}},
    schema_attribute{"externalId", false, false, {}},
    schema_attribute{"meta", false, true, meta_subs},
    schema_attribute{"schemas", true, true, {}},
    schema_attribute{"userName", false, false, {}},
    schema_attribute{"name", false, false, name_subs},
    schema_attribute{"displayName", false, false, {}},
    schema_attribute{"nickName", false, false, {}},
    schema_attribute{"profileUrl", false, false, {}},
    schema_attribute{"title", false, false, {}},
    schema_attribute{"userType", false, false, {}},
    schema_attribute{"preferredLanguage", false, false, {}},
    schema_attribute{"locale", false, false, {}},
    schema_attribute{"timezone", false, false, {}},
    schema_attribute{"active", false, false, {}},
    schema_attribute{"password", false, false, {}},
    schema_attribute{"emails", true, false, plural_subs},
    schema_attribute{"phoneNumbers", true, false, plural_subs},
    schema_attribute{"ims", true, false, plural_subs},
    schema_attribute{"photos", true, false, plural_subs},
    schema_attribute{"addresses", true, false, address_subs},
    schema_attribute{"groups", true, true, group_subs},
    schema_attribute{"entitlements", true, false, plural_subs},
    schema_attribute{"roles", true, false, plural_subs},
    schema_attribute{"x509Certificates", true, false, plural_subs},
};

constexpr std::array group_attributes{
    schema_attribute{"id", false, true, {}},           schema_attribute{"externalId", false, false, {}},
    schema_attribute{"meta", false, true, meta_subs},  schema_attribute{"schemas", true, true, {}},
    schema_attribute{"displayName", false, false, {}}, schema_attribute{"members", true, false, member_subs},
};

constexpr std::array enterprise{
    schema_attribute{"employeeNumber", false, false, {}}, schema_attribute{"costCenter", false, false, {}},
    schema_attribute{"organization", false, false, {}},   schema_attribute{"division", false, false, {}},
    schema_attribute{"department", false, false, {}},     schema_attribute{"manager", false, false, manager_subs},
};

constexpr char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

} // namespace

std::span<const schema_attribute> core_attributes(std::string_view type)
{
    if (type == user_type.name) return user_attributes;
    if (type == group_type.name) return group_attributes;
    return {};
}

std::span<const schema_attribute> enterprise_attributes(std::string_view type)
{
    if (type == user_type.name) return enterprise;
    return {};
}

const schema_attribute* find_attribute(std::span<const schema_attribute> all, std::string_view name)
{
    const auto hit = std::ranges::find_if(all, [&](const schema_attribute& a) { return same_name(a.name, name); });
    return hit == all.end() ? nullptr : &*hit;
}

bool is_core_list(std::string_view attribute)
{
    const auto* a = find_attribute(user_attributes, attribute);
    if (!a) a = find_attribute(group_attributes, attribute);
    return a && a->multi_valued && !a->sub_attributes.empty();
}

bool same_name(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    return true;
}

const json* member_named(const json& object, std::string_view name)
{
    if (!object.is_object()) return nullptr;
    const auto& members = object.get_ref<const json::object_t&>();
    if (const auto exact = members.find(name); exact != members.end()) return &exact->second;
    for (const auto& [key, value] : members)
        if (same_name(key, name)) return &value;
    return nullptr;
}

std::string plain_path::text() const
{
    std::string out = urn.empty() ? attribute : urn + ":" + attribute;
    if (!sub_attribute.empty()) out += "." + sub_attribute;
    return out;
}

plain_path split_path(std::string_view text)
{
    plain_path p;
    if (text.size() > 4 && same_name(text.substr(0, 4), "urn:")) {
        const auto colon = text.rfind(':');
        const auto urn = text.substr(0, colon);
        if (!same_name(urn, core_user_schema) && !same_name(urn, core_group_schema)) p.urn = urn;
        text = text.substr(colon + 1);
    }
    const auto dot = text.find('.');
    p.attribute = text.substr(0, dot);
    if (dot != std::string_view::npos) p.sub_attribute = text.substr(dot + 1);
    return p;
}

} // namespace idferry::mapping
