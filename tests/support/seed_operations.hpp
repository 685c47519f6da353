// The operations of the documents that idferry was given, in their order and with their titles: Beyond Identity's API
// reference, Bare.ID's description of its API client (which names areas, not paths), Showpad's article on SCIM. Header
// only. What idferry has for each is compared with this list, so it is written from the documents alone.
#pragma once

#include <string_view>

namespace idferry::test {

struct seed_operation
{
    std::string_view system; // "Beyond Identity"
    std::string_view title;  // as the document has it
    std::string_view method, path;
    std::string_view connection, resource, verb; // `idferry api CONNECTION RESOURCE VERB`; "" = every call needs it
    std::string_view used_by{};                  // what of a sync uses it; "" = nothing
};

#define REALMS "/v1/tenants/{tenant}/realms"
#define REALM REALMS "/{realm}"
#define BEYOND(title, method, path, resource, verb)                                                                    \
    seed_operation                                                                                                     \
    {                                                                                                                  \
        "Beyond Identity", title, method, path, "beyond", resource, verb                                               \
    }

inline constexpr seed_operation seed_operations[] = {
    {"Beyond Identity", "Token by client credentials", "POST",
     "/v1/tenants/{tenant}/realms/{realm}/applications/{application}/token", "beyond", "", "", "every call"},
    BEYOND("Retrieve an Existing Tenant", "GET", "/v1/tenants/{tenant}", "tenants", "get"),
    BEYOND("Patch a Tenant", "PATCH", "/v1/tenants/{tenant}", "tenants", "patch"),
    BEYOND("Create a New Realm", "POST", REALMS, "realms", "create"),
    BEYOND("List Realms for a Tenant", "GET", REALMS, "realms", "list"),
    BEYOND("Retrieve an Existing Realm", "GET", REALM, "realms", "get"),
    BEYOND("Patch a Realm", "PATCH", REALM, "realms", "patch"),
    BEYOND("Delete a Realm", "DELETE", REALM, "realms", "delete"),
    BEYOND("Create a New Group", "POST", REALM "/groups", "groups", "create"),
    BEYOND("List Groups for a Realm", "GET", REALM "/groups", "groups", "list"),
    BEYOND("Retrieve an Existing Group", "GET", REALM "/groups/{group}", "groups", "get"),
    BEYOND("Patch a Group", "PATCH", REALM "/groups/{group}", "groups", "patch"),
    BEYOND("Delete a Group", "DELETE", REALM "/groups/{group}", "groups", "delete"),
    BEYOND("Add Members to a Group", "POST", REALM "/groups/{group}:addMembers", "groups", "add-members"),
    BEYOND("Delete Members from a Group", "POST", REALM "/groups/{group}:deleteMembers", "groups", "delete-members"),
    BEYOND("List Members for a Group", "GET", REALM "/groups/{group}:listMembers", "groups", "list-members"),
    BEYOND("List Role Memberships for a Group", "GET", REALM "/groups/{group}:listRoles", "groups", "list-roles"),
    BEYOND("Create a New Identity", "POST", REALM "/identities", "identities", "create"),
    BEYOND("List Identities for a Realm", "GET", REALM "/identities", "identities", "list"),
    BEYOND("Retrieve an Existing Identity", "GET", REALM "/identities/{identity}", "identities", "get"),
    BEYOND("Patch an Identity", "PATCH", REALM "/identities/{identity}", "identities", "patch"),
    BEYOND("Delete an Identity", "DELETE", REALM "/identities/{identity}", "identities", "delete"),
    BEYOND("List Group Memberships for an Identity", "GET", REALM "/identities/{identity}:listGroups", "identities",
           "list-groups"),
    BEYOND("List Role Memberships for an Identity", "GET", REALM "/identities/{identity}:listRoles", "identities",
           "list-roles"),
    BEYOND("List Credentials for an Identity", "GET", REALM "/identities/{identity}/credentials", "credentials",
           "list"),
    BEYOND("Retrieve an Existing Credential", "GET", REALM "/identities/{identity}/credentials/{credential}",
           "credentials", "get"),
    BEYOND("Revoke a Credential", "POST", REALM "/identities/{identity}/credentials/{credential}:revoke", "credentials",
           "revoke"),
    BEYOND("Create a New Credential Binding Job", "POST", REALM "/identities/{identity}/credential-binding-jobs",
           "credential-binding-jobs", "create"),
    BEYOND("List Credential Binding Jobs for an Identity", "GET",
           REALM "/identities/{identity}/credential-binding-jobs", "credential-binding-jobs", "list"),
    BEYOND("Retrieve an Existing Credential Binding Job", "GET",
           REALM "/identities/{identity}/credential-binding-jobs/{job}", "credential-binding-jobs", "get"),
    BEYOND("Create a New Theme", "POST", REALM "/themes", "themes", "create"),
    BEYOND("Get the Active Theme", "GET", REALM "/themes/active", "themes", "get-active"),
    BEYOND("Retrive an Existing Theme", "GET", REALM "/themes/{theme}", "themes", "get"),
    BEYOND("Patch a Theme", "PATCH", REALM "/themes/{theme}", "themes", "patch"),
    BEYOND("Create a New Application", "POST", REALM "/applications", "applications", "create"),
    BEYOND("List Applications for a Realm", "GET", REALM "/applications", "applications", "list"),
    BEYOND("Retrieve an Existing Application", "GET", REALM "/applications/{application}", "applications", "get"),
    BEYOND("Patch an Application", "PATCH", REALM "/applications/{application}", "applications", "patch"),
    BEYOND("Delete an Application", "DELETE", REALM "/applications/{application}", "applications", "delete"),
    BEYOND("Create a New Authenticator Configuration", "POST", REALM "/authenticator-configs", "authenticator-configs",
           "create"),
    BEYOND("List Authenticator Configurations for a Realm", "GET", REALM "/authenticator-configs",
           "authenticator-configs", "list"),
    BEYOND("Retrieve an Existing Authenticator Configuration", "GET", REALM "/authenticator-configs/{config}",
           "authenticator-configs", "get"),
    BEYOND("Patch an Authenticator Configuration", "PATCH", REALM "/authenticator-configs/{config}",
           "authenticator-configs", "patch"),
    BEYOND("Delete an Authenticator Configuration", "DELETE", REALM "/authenticator-configs/{config}",
           "authenticator-configs", "delete"),
    BEYOND("Lists Identity Providers by Realm", "GET", REALM "/identity-providers", "identity-providers", "list"),
    BEYOND("Creates a new identity provider", "POST", REALM "/identity-providers", "identity-providers", "create"),
    BEYOND("Updates an identity provider", "PATCH", REALM "/identity-providers/{provider}", "identity-providers",
           "patch"),
    BEYOND("Retrieves data about an Identity Provider", "GET", REALM "/identity-providers/{provider}",
           "identity-providers", "get"),
    BEYOND("Deletes an Identity Provider", "DELETE", REALM "/identity-providers/{provider}", "identity-providers",
           "delete"),
    BEYOND("List SSO Configs associated with a Group", "GET", REALM "/groups/{group}/sso-configs", "sso-configs",
           "list-of-group"),
    BEYOND("Delete Groups from an SSO Config", "POST", REALM "/sso-configs/{sso}:deleteGroups", "sso-configs",
           "delete-groups"),
    BEYOND("Associate Identities with an SSO Config", "POST", REALM "/sso-configs/{sso}:addIdentities", "sso-configs",
           "add-identities"),
    BEYOND("Delete Identities from an SSO Config", "POST", REALM "/sso-configs/{sso}:deleteIdentities", "sso-configs",
           "delete-identities"),
    BEYOND("List Identities Directly and Indirectly Associated With an SSO Config", "GET",
           REALM "/sso-configs/{sso}:listIdentityAssociations", "sso-configs", "list-identity-associations"),
    BEYOND("List Groups associcated with an SSO config", "GET", REALM "/sso-configs/{sso}:listGroupAssociations",
           "sso-configs", "list-group-associations"),
    BEYOND("List SSO configs directly and indirectly associated with an identity", "GET",
           REALM "/identities/{identity}/sso-configs", "sso-configs", "list-of-identity"),
    BEYOND("Lists SSO Configs by Realm", "GET", REALM "/sso-configs", "sso-configs", "list"),
    BEYOND("Creates a new SSO Config", "POST", REALM "/sso-configs", "sso-configs", "create"),
    BEYOND("Finds an SSO Config by its ID", "GET", REALM "/sso-configs/{sso}", "sso-configs", "get"),
    BEYOND("Deletes an SSO Config by its ID", "DELETE", REALM "/sso-configs/{sso}", "sso-configs", "delete"),
    BEYOND("Updates an SSO Config by its ID", "PATCH", REALM "/sso-configs/{sso}", "sso-configs", "patch"),

    {"Bare.ID", "Token by client credentials", "POST", "/auth/realms/{realm}/protocol/openid-connect/token", "bare", "",
     "", "every call"},
    {"Bare.ID", "Metric API: read", "GET", "/metric/v1/{instance}/metrics", "bare", "metrics", "list"},
    {"Bare.ID", "Event API: read", "GET", "/event/v1/{instance}/events", "bare", "events", "list"},
    {"Bare.ID", "Event API: read what administrators did", "GET", "/event/v1/{instance}/admin-events", "bare",
     "admin-events", "list"},
    {"Bare.ID", "User API: read, all users", "GET", "/user/v1/{instance}/users", "bare", "users", "list",
     "users (source)"},
    {"Bare.ID", "User API: read, one user", "GET", "/user/v1/{instance}/users/{user}", "bare", "users", "get",
     "users (source)"},
    {"Bare.ID", "User API: read, groups of a user", "GET", "/user/v1/{instance}/users/{user}/groups", "bare", "users",
     "list-groups", "users (source)"},
    {"Bare.ID", "User API: read, groups", "GET", "/user/v1/{instance}/groups", "bare", "groups", "list",
     "groups (source)"},
    {"Bare.ID", "User API: read, one group", "GET", "/user/v1/{instance}/groups/{group}", "bare", "groups", "get",
     "groups (source)"},
    {"Bare.ID", "User API: read, users of a group", "GET", "/user/v1/{instance}/groups/{group}/users", "bare", "groups",
     "list-users", "groups (source)"},
    {"Bare.ID", "User API: write, create", "POST", "/user/v1/{instance}/users", "bare", "users", "create"},
    {"Bare.ID", "User API: write, change", "PUT", "/user/v1/{instance}/users/{user}", "bare", "users", "update"},
    {"Bare.ID", "User API: write, delete", "DELETE", "/user/v1/{instance}/users/{user}", "bare", "users", "delete"},
    {"Bare.ID", "User API: write, into a group", "PUT", "/user/v1/{instance}/users/{user}/groups/{group}", "bare",
     "users", "add-to-group"},
    {"Bare.ID", "User API: write, out of a group", "DELETE", "/user/v1/{instance}/users/{user}/groups/{group}", "bare",
     "users", "remove-from-group"},
    {"Bare.ID", "User Impersonation", "POST", "/user/v1/{instance}/impersonation-token", "bare", "impersonation-token",
     "create"},
    {"Bare.ID", "Client API: read the roles of a client", "GET", "/user/v1/{instance}/clients/{client}/roles", "bare",
     "client-roles", "list"},
    {"Bare.ID", "System API: write, create a role", "POST", "/user/v1/{instance}/roles", "bare", "roles", "create"},
    {"Bare.ID", "System API: write, change a role", "PUT", "/user/v1/{instance}/roles/{role}", "bare", "roles",
     "update"},
    {"Bare.ID", "System API: write, delete a role", "DELETE", "/user/v1/{instance}/roles/{role}", "bare", "roles",
     "delete"},
    {"Bare.ID", "User Legacy API: users", "GET", "/admin/realms/{realm}/users", "legacy", "users", "list"},

    {"Showpad", "GET /Schemas", "GET", "/Schemas", "showpad", "schemas", "list"},
    {"Showpad", "GET /Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "GET", "/Schemas/{schema}", "showpad",
     "schemas", "get"},
    {"Showpad", "GET /ResourceTypes", "GET", "/ResourceTypes", "showpad", "resource-types", "list"},
    {"Showpad", "GET /ResourceTypes/User", "GET", "/ResourceTypes/{type}", "showpad", "resource-types", "get"},
    {"Showpad", "GET /ServiceProviderConfig", "GET", "/ServiceProviderConfig", "showpad", "service-provider-config",
     "get"},
    {"Showpad", "POST /Users", "POST", "/Users", "showpad", "users", "create", "users (target)"},
    {"Showpad", "GET /Users/{id}", "GET", "/Users/{id}", "showpad", "users", "get", "users (target)"},
    {"Showpad", "GET /Users", "GET", "/Users", "showpad", "users", "list", "users (target)"},
    {"Showpad", "PUT /Users/{id}", "PUT", "/Users/{id}", "showpad", "users", "replace", "users (target)"},
    {"Showpad", "DELETE /Users/{id}", "DELETE", "/Users/{id}", "showpad", "users", "delete", "users (target)"},
    {"Showpad", "PATCH /Users/{id}: not implemented by Showpad", "PATCH", "/Users/{id}", "showpad", "users", "patch"},
    {"Showpad", "POST /Groups", "POST", "/Groups", "showpad", "groups", "create", "groups (target)"},
    {"Showpad", "GET /Groups/{id}", "GET", "/Groups/{id}", "showpad", "groups", "get", "groups (target)"},
    {"Showpad", "GET /Groups", "GET", "/Groups", "showpad", "groups", "list", "groups (target)"},
    {"Showpad", "PUT /Groups/{id}", "PUT", "/Groups/{id}", "showpad", "groups", "replace", "groups (target)"},
    {"Showpad", "DELETE /Groups/{id}", "DELETE", "/Groups/{id}", "showpad", "groups", "delete", "groups (target)"},
};

#undef REALMS
#undef REALM
#undef BEYOND

} // namespace idferry::test
