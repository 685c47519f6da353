// What a connection is configured with for writing: the `target` section.
#pragma once

#include "config/shape.hpp"

#include <string>
#include <utility>
#include <vector>

namespace idferry::connectors::bare_id {

// How an attribute is taken away that has no value any more.
enum class clear_mode
{
    omit, // it is left out of the map of attributes
    empty // it stays in the map without values
};

struct target_settings
{
    // SCIM attribute → the attribute that holds it, beyond those that have the same name in both.
    std::vector<std::pair<config::located<std::string>, std::string>> attributes;
    std::vector<std::string> roles; // realm roles that may be given and taken; others are never seen
    bool create_roles{false};
    std::string parent_group; // id of the group whose children are the target's groups; "" = the top-level groups
    std::string parent_field; // member of a new group's body that holds the parent's id; "" = the path says it
    bool reenable{false};     // also whom the source did not change
    clear_mode clear{clear_mode::omit};
    bool unique_emails{true};
    bool hydrate{true}; // lists may show less than a person's own record
    std::vector<std::string> leave_out{"requiredActions",
                                       "credentials",
                                       "access",
                                       "userProfileMetadata",
                                       "totp",
                                       "groups",
                                       "realmRoles",
                                       "clientRoles",
                                       "clientConsents",
                                       "federatedIdentities",
                                       "createdTimestamp",
                                       "disableableCredentialTypes"};

    // The attribute that holds a SCIM attribute by configuration, or "".
    std::string attribute_for(std::string_view path) const;
};

config::shape<target_settings> target_shape();

} // namespace idferry::connectors::bare_id
