// Tenants, realms, groups, identities, roles, credentials and the jobs that bind them (apis: Beyond Identity, sections
// 6.1 to 6.4, 6.6 and 6.7), in the order of the API's own reference.
#include "connectors/beyond_identity/operations.hpp"

#include "connectors/operation_row.hpp"

namespace idferry::connectors::beyond_identity {

namespace {

#define REALM "/v1/tenants/{tenant}/realms/{realm}"
#define GROUP REALM "/groups/{group}"
#define IDENTITY REALM "/identities/{identity}"
#define ROLE REALM "/resource-servers/{resource-server}/roles/{role}"
#define PAGE "page_size page_token skip"

constexpr rest_operation directory_rows[]{
    row("tenants", "get", "6.1", "Retrieve an Existing Tenant").get("/v1/tenants/{tenant}").needs("tenants:read"),
    row("tenants", "patch", "6.1", "Patch a Tenant")
        .change("/v1/tenants/{tenant}")
        .data("tenant")
        .needs("tenants:update"),

    row("realms", "create", "6.1", "Create a New Realm")
        .post("/v1/tenants/{tenant}/realms")
        .data("realm")
        .needs("realms:create"),
    row("realms", "list", "6.1", "List Realms for a Tenant")
        .get("/v1/tenants/{tenant}/realms")
        .pages("realms", PAGE)
        .needs("realms:read"),
    row("realms", "get", "6.1", "Retrieve an Existing Realm")
        .get("/v1/tenants/{tenant}/realms/{realm-id}")
        .needs("realms:read"),
    row("realms", "patch", "6.1", "Patch a Realm")
        .change("/v1/tenants/{tenant}/realms/{realm-id}")
        .data("realm")
        .needs("realms:update"),
    row("realms", "delete", "6.1", "Delete a Realm")
        .remove("/v1/tenants/{tenant}/realms/{realm-id}")
        .needs("realms:delete")
        .note("the realm must hold no identities, groups or roles"),

    row("groups", "create", "6.2", "Create a New Group").post(REALM "/groups").data("group").needs("groups:create"),
    row("groups", "list", "6.2", "List Groups for a Realm")
        .get(REALM "/groups")
        .pages("groups", PAGE)
        .needs("groups:read"),
    row("groups", "get", "6.2", "Retrieve an Existing Group").get(GROUP).needs("groups:read"),
    row("groups", "patch", "6.2", "Patch a Group").change(GROUP).data("group").needs("groups:update"),
    row("groups", "delete", "6.2", "Delete a Group")
        .remove(GROUP)
        .needs("groups:delete")
        .note("the group must have no members"),
    row("groups", "add-members", "6.2", "Add Members to a Group")
        .post(GROUP ":addMembers")
        .data()
        .needs("groups:update identities:read")
        .note("{\"identity_ids\": [1 to 1000 ids]}; one unknown id fails all of them"),
    row("groups", "delete-members", "6.2", "Delete Members from a Group")
        .post(GROUP ":deleteMembers")
        .data()
        .needs("groups:update identities:read")
        .note("{\"identity_ids\": [1 to 1000 ids]}"),
    row("groups", "list-members", "6.2", "List Members for a Group")
        .get(GROUP ":listMembers")
        .pages("identities", PAGE)
        .needs("groups:read identities:read"),
    row("groups", "list-roles", "6.2", "List Role Memberships for a Group")
        .get(GROUP ":listRoles")
        .pages("roles", "resource_server_id* " PAGE)
        .needs("groups:read roles:read resource-servers:read"),

    row("identities", "create", "6.3", "Create a New Identity")
        .post(REALM "/identities")
        .data("identity")
        .needs("identities:create")
        .note("traits need \"type\": \"traits_v0\" and a username"),
    row("identities", "list", "6.3", "List Identities for a Realm")
        .get(REALM "/identities")
        .pages("identities", "filter " PAGE)
        .needs("identities:read")
        .note("the one documented filter is traits.username eq \"…\""),
    row("identities", "get", "6.3", "Retrieve an Existing Identity").get(IDENTITY).needs("identities:read"),
    row("identities", "patch", "6.3", "Patch an Identity")
        .change(IDENTITY)
        .data("identity")
        .needs("identities:update")
        .note("\"status\": \"suspended\" and \"active\" switch off and on"),
    row("identities", "delete", "6.3", "Delete an Identity")
        .remove(IDENTITY)
        .needs("identities:delete")
        .note("cannot be undone; older servers want its memberships removed first"),
    row("identities", "list-groups", "6.3", "List Group Memberships for an Identity")
        .get(IDENTITY ":listGroups")
        .pages("groups", PAGE)
        .needs("identities:read groups:read"),
    row("identities", "list-roles", "6.3", "List Role Memberships for an Identity")
        .get(IDENTITY ":listRoles")
        .pages("roles", "resource_server_id* " PAGE)
        .needs("identities:read roles:read resource-servers:read"),
    row("identities", "batch-delete", "6.3", "Delete Several Identities")
        .post(REALM "/identities:batchDelete")
        .data()
        .needs("identities:delete")
        .newer()
        .note("{\"ids\": [1 to 1000 ids]}; cannot be undone"),

    row("credentials", "list", "6.6", "List Credentials for an Identity")
        .get(IDENTITY "/credentials")
        .pages("credentials", PAGE)
        .needs("credentials:read")
        .note("- as the identity: those of the whole realm"),
    row("credentials", "get", "6.6", "Retrieve an Existing Credential")
        .get(IDENTITY "/credentials/{credential}")
        .needs("credentials:read"),
    row("credentials", "revoke", "6.6", "Revoke a Credential")
        .post(IDENTITY "/credentials/{credential}:revoke")
        .needs("credentials:revoke")
        .note("cannot be undone"),

    row("credential-binding-jobs", "create", "6.7", "Create a New Credential Binding Job")
        .post(IDENTITY "/credential-binding-jobs")
        .data("job")
        .needs("credential-binding-jobs:create")
        .tells_secrets()
        .note("delivery_method EMAIL sends a mail; RETURN answers a link that is a secret"),
    row("credential-binding-jobs", "list", "6.7", "List Credential Binding Jobs for an Identity")
        .get(IDENTITY "/credential-binding-jobs")
        .pages("credential_binding_jobs", "filter " PAGE)
        .needs("credential-binding-jobs:read")
        .note("- as the identity: those of the whole realm"),
    row("credential-binding-jobs", "get", "6.7", "Retrieve an Existing Credential Binding Job")
        .get(IDENTITY "/credential-binding-jobs/{job}")
        .needs("credential-binding-jobs:read"),
    row("credential-binding-jobs", "revoke", "6.7", "Revoke a Credential Binding Job")
        .post(IDENTITY "/credential-binding-jobs/{job}:revoke")
        .data()
        .needs("credential-binding-jobs:revoke")
        .newer(),
    row("batch-credential-binding-jobs", "create", "6.7", "Create Credential Binding Jobs for Several Identities")
        .post(REALM "/batch-credential-binding-jobs")
        .data("batch_credential_binding_job")
        .needs("credential-binding-jobs:create")
        .tells_secrets()
        .newer(),
    row("batch-credential-binding-jobs", "get", "6.7", "Retrieve a Batch of Credential Binding Jobs")
        .get(REALM "/batch-credential-binding-jobs/{batch}")
        .needs("credential-binding-jobs:read")
        .newer(),
    row("batch-credential-binding-jobs", "list-results", "6.7", "List the Results of a Batch")
        .get(REALM "/batch-credential-binding-jobs/{batch}:listResults")
        .pages("job_results", "page_token")
        .needs("credential-binding-jobs:read")
        .newer(),

    row("roles", "create", "6.4", "Create a New Role")
        .post(REALM "/resource-servers/{resource-server}/roles")
        .data("role")
        .needs("roles:create")
        .newer(),
    row("roles", "list", "6.4", "List Roles for a Resource Server")
        .get(REALM "/resource-servers/{resource-server}/roles")
        .pages("roles", PAGE)
        .needs("roles:read")
        .newer(),
    row("roles", "get", "6.4", "Retrieve an Existing Role").get(ROLE).needs("roles:read").newer(),
    row("roles", "patch", "6.4", "Patch a Role").change(ROLE).data("role").needs("roles:update").newer(),
    row("roles", "delete", "6.4", "Delete a Role")
        .remove(ROLE)
        .needs("roles:delete")
        .newer()
        .note("the role must have no members and no scopes"),
    row("roles", "add-members", "6.4", "Add Members to a Role")
        .post(ROLE ":addMembers")
        .data()
        .needs("roles:update groups:read identities:read")
        .newer()
        .note("{\"group_ids\": […], \"identity_ids\": […]}"),
    row("roles", "delete-members", "6.4", "Delete Members from a Role")
        .post(ROLE ":deleteMembers")
        .data()
        .needs("roles:update groups:read identities:read")
        .newer()
        .note("{\"group_ids\": […], \"identity_ids\": […]}"),
    // Two lists at once, so pages are not put together.
    row("roles", "list-members", "6.4", "List Members of a Role")
        .get(ROLE ":listMembers")
        .with("groups_page_size groups_skip identities_page_size identities_skip page_token")
        .needs("roles:read groups:read identities:read")
        .newer()
        .note("two lists at once: go on with --query page_token=…"),
    row("roles", "add-scopes", "6.4", "Add Scopes to a Role")
        .post(ROLE ":addScopes")
        .data()
        .needs("roles:update resource-servers:read")
        .newer()
        .note("{\"scopes\": [1 to 1000 of the resource server's]}"),
    row("roles", "delete-scopes", "6.4", "Delete Scopes from a Role")
        .post(ROLE ":deleteScopes")
        .data()
        .needs("roles:update resource-servers:read")
        .newer(),
    row("roles", "list-scopes", "6.4", "List Scopes of a Role")
        .get(ROLE ":listScopes")
        .pages("scopes", PAGE)
        .needs("roles:read resource-servers:read")
        .newer(),
};

} // namespace

std::span<const rest_operation> directory_operations()
{
    return directory_rows;
}

} // namespace idferry::connectors::beyond_identity
