#include "connectors/beyond_identity/traits.hpp"

#include <array>

namespace idferry::connectors::beyond_identity {

namespace {

using enum trait_place;

constexpr std::array<trait_row, 33> trait_table{{
    {"username", attribute, "userName"},
    {"external_id", attribute, "externalId"},
    {"primary_email_address", primary, "emails", "work"},
    {"secondary_email_address", second, "emails", "other"},
    {"family_name", attribute, "name.familyName"},
    {"given_name", attribute, "name.givenName"},
    {"middle_name", attribute, "name.middleName"},
    {"formatted_name", attribute, "name.formatted"},
    {"honorific_prefix", attribute, "name.honorificPrefix"},
    {"honorific_suffix", attribute, "name.honorificSuffix"},
    {"nick_name", attribute, "nickName"},
    {"primary_phone", primary, "phoneNumbers", "work"},
    {"secondary_phone", second, "phoneNumbers", "other"},
    {"profile_url", attribute, "profileUrl"},
    {"photo", primary, "photos", "photo"},
    {"preferred_language", attribute, "preferredLanguage"},
    {"locale", attribute, "locale"},
    {"timezone", attribute, "timezone"},
    {"formatted_address", part, "addresses.formatted", "work"},
    {"street_address", part, "addresses.streetAddress", "work"},
    {"locality", part, "addresses.locality", "work"},
    {"region", part, "addresses.region", "work"},
    {"postal_code", part, "addresses.postalCode", "work"},
    {"country", part, "addresses.country", "work"},
    {"title", attribute, "title"},
    {"user_type", attribute, "userType"},
    {"employee_number", attribute, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"},
    {"cost_center", attribute, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter"},
    {"organization", attribute, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization"},
    {"division", attribute, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"},
    {"department", attribute, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"},
    {"manager_id", attribute, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"},
    {"manager_name", attribute, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName"},
}};

} // namespace

std::span<const trait_row> trait_rows()
{
    return trait_table;
}

} // namespace idferry::connectors::beyond_identity
