// Themes, applications and their tokens, resource servers, authenticator configurations, identity providers, SSO
// configurations and flow types (apis: Beyond Identity, sections 6.5, 6.8 and 6.9), and the table of both halves.
#include "connectors/beyond_identity/operations.hpp"

#include "connectors/operation_row.hpp"

#include <iterator>
#include <vector>

namespace idferry::connectors::beyond_identity {

namespace {

#define REALM "/v1/tenants/{tenant}/realms/{realm}"
#define SSO REALM "/sso-configs/{sso-config}"
#define SHORT_PAGE "page_size page_token"

constexpr rest_operation configuration_rows[]{
    row("themes", "create", "6.5", "Create a New Theme")
        .post(REALM "/themes")
        .data("theme")
        .needs("themes:create")
        .note("a realm has one theme at most"),
    row("themes", "get-active", "6.5", "Get the Active Theme")
        .get(REALM "/themes/active")
        .needs("themes:read")
        .note("a default theme when the realm has none"),
    row("themes", "get", "6.5", "Retrieve an Existing Theme").get(REALM "/themes/{theme}").needs("themes:read"),
    row("themes", "patch", "6.5", "Patch a Theme").change(REALM "/themes/{theme}").data("theme").needs("themes:update"),

    row("applications", "create", "6.5", "Create a New Application")
        .post(REALM "/applications")
        .data("application")
        .needs("applications:create")
        .tells_secrets(),
    row("applications", "list", "6.5", "List Applications for a Realm")
        .get(REALM "/applications")
        .pages("applications", SHORT_PAGE)
        .needs("applications:read")
        .tells_secrets(),
    row("applications", "get", "6.5", "Retrieve an Existing Application")
        .get(REALM "/applications/{application}")
        .needs("applications:read")
        .tells_secrets(),
    row("applications", "patch", "6.5", "Patch an Application")
        .change(REALM "/applications/{application}")
        .data("application")
        .needs("applications:update")
        .tells_secrets(),
    row("applications", "delete", "6.5", "Delete an Application")
        .remove(REALM "/applications/{application}")
        .needs("applications:delete")
        .note("tokens of the application are worth nothing afterwards: not the one that idferry uses"),
    row("applications", "get-sso-config", "6.5", "Find the SSO Config of an Application")
        .get(REALM "/applications/{application}/sso-configs-id")
        .needs("sso-configs:read")
        .newer(),

    row("tokens", "list", "6.5", "List the Tokens of an Application")
        .get(REALM "/applications/{application}/tokens")
        .pages("tokens", "principal_type principal_id page_token")
        .needs("tokens:read")
        .newer(),
    row("tokens", "delete", "6.5", "Revoke a Token")
        .remove(REALM "/applications/{application}/tokens/{token}")
        .needs("tokens:delete")
        .newer(),

    row("resource-servers", "create", "6.5", "Create a New Resource Server")
        .post(REALM "/resource-servers")
        .data("resource_server")
        .needs("resource-servers:create")
        .newer(),
    row("resource-servers", "list", "6.5", "List Resource Servers for a Realm")
        .get(REALM "/resource-servers")
        .pages("resource_servers", SHORT_PAGE)
        .needs("resource-servers:read")
        .newer(),
    row("resource-servers", "get", "6.5", "Retrieve an Existing Resource Server")
        .get(REALM "/resource-servers/{resource-server}")
        .needs("resource-servers:read")
        .newer(),
    row("resource-servers", "patch", "6.5", "Patch a Resource Server")
        .change(REALM "/resource-servers/{resource-server}")
        .data("resource_server")
        .needs("resource-servers:update")
        .newer()
        .note("a scope that is taken away disappears from every role"),
    row("resource-servers", "delete", "6.5", "Delete a Resource Server")
        .remove(REALM "/resource-servers/{resource-server}")
        .needs("resource-servers:delete")
        .newer(),

    row("authenticator-configs", "create", "6.5", "Create a New Authenticator Configuration")
        .post(REALM "/authenticator-configs")
        .data("authenticator_config")
        .needs("authenticator-configs:create"),
    row("authenticator-configs", "list", "6.5", "List Authenticator Configurations for a Realm")
        .get(REALM "/authenticator-configs")
        .pages("authenticator_configs", "filter " SHORT_PAGE)
        .needs("authenticator-configs:read"),
    row("authenticator-configs", "get", "6.5", "Retrieve an Existing Authenticator Configuration")
        .get(REALM "/authenticator-configs/{authenticator-config}")
        .needs("authenticator-configs:read"),
    row("authenticator-configs", "patch", "6.5", "Patch an Authenticator Configuration")
        .change(REALM "/authenticator-configs/{authenticator-config}")
        .data("authenticator_config")
        .needs("authenticator-configs:update"),
    row("authenticator-configs", "delete", "6.5", "Delete an Authenticator Configuration")
        .remove(REALM "/authenticator-configs/{authenticator-config}")
        .needs("authenticator-configs:delete")
        .note("no application may refer to it"),

    // The specification declares no scopes for these.
    row("identity-providers", "list", "6.9", "Lists Identity Providers by Realm")
        .get(REALM "/identity-providers")
        .pages("identity_providers", SHORT_PAGE)
        .tells_secrets(),
    // Its body is flat where that of `patch` is wrapped.
    row("identity-providers", "create", "6.9", "Creates a new identity provider")
        .post(REALM "/identity-providers")
        .data()
        .tells_secrets()
        .note("the answer may be the protocol configuration alone, without an id"),
    row("identity-providers", "patch", "6.9", "Updates an identity provider")
        .change(REALM "/identity-providers/{identity-provider}")
        .data("identity_provider")
        .tells_secrets()
        .note("an older server takes the body as it is: --no-envelope"),
    row("identity-providers", "get", "6.9", "Retrieves data about an Identity Provider")
        .get(REALM "/identity-providers/{identity-provider}")
        .tells_secrets(),
    row("identity-providers", "delete", "6.9", "Deletes an Identity Provider")
        .remove(REALM "/identity-providers/{identity-provider}"),

    row("sso-configs", "list-of-group", "6.2", "List SSO Configs associated with a Group")
        .get(REALM "/groups/{group}/sso-configs")
        .pages("sso_configs", SHORT_PAGE)
        .needs("sso-configs:read")
        .tells_secrets(),
    row("sso-configs", "list-of-identity", "6.3",
        "List SSO configs directly and indirectly associated with an identity")
        .get(REALM "/identities/{identity}/sso-configs")
        .pages("sso_configs", SHORT_PAGE)
        .needs("sso-configs:read")
        .tells_secrets(),
    row("sso-configs", "is-identity-assigned", "6.3", "Is an Identity Assigned to an SSO Config")
        .get(REALM "/identities/{identity}/sso-configs/{sso-config}/is-identity-assigned")
        .needs("sso-configs:read")
        .newer()
        .note("the live service is known to answer 404"),
    row("sso-configs", "delete-groups", "6.8", "Delete Groups from an SSO Config")
        .post(SSO ":deleteGroups")
        .data()
        .needs("sso-configs:update")
        .note("{\"group_ids\": [1 to 1000 ids]}"),
    row("sso-configs", "add-groups", "6.8", "Associate Groups with an SSO Config")
        .post(SSO ":addGroups")
        .data()
        .needs("sso-configs:update")
        .newer()
        .note("{\"group_ids\": [1 to 1000 ids]}"),
    row("sso-configs", "add-identities", "6.8", "Associate Identities with an SSO Config")
        .post(SSO ":addIdentities")
        .data()
        .needs("sso-configs:update")
        .note("{\"identity_ids\": [1 to 1000 ids]}"),
    row("sso-configs", "delete-identities", "6.8", "Delete Identities from an SSO Config")
        .post(SSO ":deleteIdentities")
        .data()
        .needs("sso-configs:update")
        .note("{\"identity_ids\": [1 to 1000 ids]}"),
    row("sso-configs", "list-identity-associations", "6.8",
        "List Identities Directly and Indirectly Associated With an SSO Config")
        .get(SSO ":listIdentityAssociations")
        .pages("identities", SHORT_PAGE)
        .needs("sso-configs:read identities:read groups:read"),
    row("sso-configs", "list-group-associations", "6.8", "List Groups associated with an SSO config")
        .get(SSO ":listGroupAssociations")
        .pages("groups", "page_token")
        .needs("sso-configs:read groups:read"),
    row("sso-configs", "is-group-assigned", "6.8", "Is a Group Assigned to an SSO Config")
        .ask(SSO "/is-group-assigned")
        .data()
        .needs("sso-configs:read")
        .newer()
        .note("the live service is known to answer 404"),
    row("sso-configs", "test", "6.8", "Test an SSO Config")
        .ask(SSO "/test")
        .data()
        .needs("sso-configs:read")
        .tells_secrets()
        .newer(),
    row("sso-configs", "list", "6.8", "Lists SSO Configs by Realm")
        .get(REALM "/sso-configs")
        .pages("sso_configs", SHORT_PAGE " type is_migrated order_by")
        .needs("sso-configs:read")
        .tells_secrets()
        .note("type may be given several times"),
    row("sso-configs", "create", "6.8", "Creates a new SSO Config")
        .post(REALM "/sso-configs")
        .data("sso_config")
        .needs("sso-configs:create")
        .tells_secrets(),
    row("sso-configs", "get", "6.8", "Finds an SSO Config by its ID")
        .get(SSO)
        .needs("sso-configs:read")
        .tells_secrets(),
    row("sso-configs", "delete", "6.8", "Deletes an SSO Config by its ID").remove(SSO).needs("sso-configs:delete"),
    row("sso-configs", "patch", "6.8", "Updates an SSO Config by its ID")
        .change(SSO)
        .data("sso_config")
        .needs("sso-configs:update")
        .tells_secrets()
        .note("the body is a part of the payload with its type, which cannot change"),

    row("flow-types", "get", "6.9", "Retrieve the Flow Types of a Realm")
        .get(REALM "/flow-type-config")
        .needs("flow-type:read tenants:read realms:read")
        .newer()
        .note("makes the default when the realm has none"),
    row("flow-types", "patch", "6.9", "Patch the Flow Types of a Realm")
        .change(REALM "/flow-type-config")
        .data("flow_type_config")
        .needs("flow-type:update tenants:read realms:read")
        .newer(),
};

} // namespace

std::span<const rest_operation> configuration_operations()
{
    return configuration_rows;
}

const operation_table& operations()
{
    static const std::vector<rest_operation> all = [] {
        std::vector<rest_operation> both(directory_operations().begin(), directory_operations().end());
        both.insert(both.end(), std::begin(configuration_rows), std::end(configuration_rows));
        return both;
    }();
    static const operation_table table{
        .system = "Beyond Identity",
        .document = "Beyond Identity's API, v1",
        .resources = resource_rows(),
        .operations = all,
        .id_key = "id group_id", // somebody may be associated with an SSO config by several groups
        .secret_keys = "client_secret okta_token credential_binding_link access_token refresh_token id_token"};
    return table;
}

} // namespace idferry::connectors::beyond_identity
