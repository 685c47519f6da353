// In the order of the document (apis: Bare.ID, sections 2, 6 and 7). The five reads that shipped programs use are known
// as they stand here; the other rows of the gateway are guesses, and off until a connection says otherwise. Nobody
// knows its parameters either: "..." takes any.
#include "connectors/bare_id/rest_tables.hpp"

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/operation_row.hpp"

#include <algorithm>
#include <array>

namespace idferry::connectors::bare_id {

namespace {

#define USER_V1 "/user/v1/{instance}"
#define ADMIN "/admin/realms/{realm}"
#define ROLE_MAPPINGS ADMIN "/users/{user}/role-mappings"

constexpr rest_operation gateway[]{
    row("users", "get", "2 (V1)", "One person").get(USER_V1 "/users/{user}"),
    row("users", "list-groups", "2 (V2)", "The groups of one person")
        .get(USER_V1 "/users/{user}/groups")
        .pages("groups", "..."),
    row("users", "list", "6.1", "All people")
        .get(USER_V1 "/users")
        .pages("users", "username email exact search ...")
        .guessed(),
    row("users", "count", "6.1", "How many people there are").get(USER_V1 "/users/count").guessed(),
    row("users", "create", "6.1", "Make a person").post(USER_V1 "/users").data().guessed(),
    row("users", "update", "6.1", "Change a person")
        .put(USER_V1 "/users/{user}")
        .data()
        .guessed()
        .note("the whole record, as `users get` tells it"),
    row("users", "delete", "6.1", "Delete a person").remove(USER_V1 "/users/{user}").guessed(),
    row("users", "add-to-group", "6.1", "Put a person into a group")
        .put(USER_V1 "/users/{user}/groups/{group}")
        .guessed(),
    row("users", "remove-from-group", "6.1", "Take a person out of a group")
        .remove(USER_V1 "/users/{user}/groups/{group}")
        .guessed(),

    row("groups", "list", "2 (V3)", "The top-level groups").get(USER_V1 "/groups").pages("groups", "..."),
    row("groups", "get", "2 (V4)", "One group with its children").get(USER_V1 "/groups/{group}"),
    row("groups", "list-users", "2 (V5)", "The direct members of a group")
        .get(USER_V1 "/groups/{group}/users")
        .pages("users", "..."),
    row("groups", "create", "6.1", "Make a top-level group").post(USER_V1 "/groups").data().guessed(),
    row("groups", "create-child", "6.1", "Make a group below another one")
        .post(USER_V1 "/groups/{group}/children")
        .data()
        .guessed(),
    row("groups", "update", "6.1", "Rename a group").put(USER_V1 "/groups/{group}").data().guessed(),
    row("groups", "delete", "6.1", "Delete a group").remove(USER_V1 "/groups/{group}").guessed(),

    row("roles", "list", "6.1", "The realm's roles").get(USER_V1 "/roles").pages("roles", "...").guessed(),
    row("roles", "get", "6.1", "One role of the realm").get(USER_V1 "/roles/{role}").guessed(),
    row("roles", "create", "6.1", "Make a role of the realm").post(USER_V1 "/roles").data().guessed(),
    row("roles", "update", "6.1", "Change a role of the realm").put(USER_V1 "/roles/{role}").data().guessed(),
    row("roles", "delete", "6.1", "Delete a role of the realm").remove(USER_V1 "/roles/{role}").guessed(),
    row("client-roles", "list", "6.1", "The roles of a client")
        .get(USER_V1 "/clients/{client}/roles")
        .pages("roles", "...")
        .guessed(),

    row("events", "list", "6.2", "What people did: logins, changes of their own")
        .get("/event/v1/{instance}/events")
        .pages("events", "type client user ipAddress dateFrom dateTo first max direction ...")
        .guessed(),
    row("admin-events", "list", "6.2", "What administrators did")
        .get("/event/v1/{instance}/admin-events")
        .pages("events", "operationTypes resourceTypes resourcePath authClient authUser dateFrom dateTo first max ...")
        .guessed(),
    row("metrics", "list", "6.2", "Figures").get("/metric/v1/{instance}/metrics").with("dateFrom dateTo ...").guessed(),

    row("impersonation-token", "create", "2 (V6)", "A token to act as a person")
        .post(USER_V1 "/impersonation-token")
        .with("userUuid* clientId*")
        .tells_secrets(answer_secret::whole)
        .note("who has the answer is that person for the application"),
};

constexpr std::array gateway_resources{
    rest_resource{.name = "users", .singular = "user"},
    rest_resource{.name = "groups", .singular = "group"},
    rest_resource{.name = "roles", .singular = "role"},
    rest_resource{.name = "client-roles", .singular = "client-role"},
    rest_resource{.name = "events", .singular = "event"},
    rest_resource{.name = "admin-events", .singular = "admin-event"},
    rest_resource{.name = "metrics", .singular = "metric"},
    rest_resource{.name = "impersonation-token", .singular = "token"},
};

constexpr rest_operation keycloak[]{
    row("users", "list", "7.1", "All people")
        .get(ADMIN "/users")
        .pages("", "first max search username email firstName lastName exact enabled emailVerified idpAlias idpUserId "
                   "q briefRepresentation createdAfter createdBefore"),
    row("users", "count", "7.1", "How many people there are")
        .get(ADMIN "/users/count")
        .with("search username email firstName lastName enabled emailVerified q"),
    row("users", "create", "7.1", "Make a person").post(ADMIN "/users").data(),
    row("users", "get", "7.1", "One person").get(ADMIN "/users/{user}").with("userProfileMetadata"),
    row("users", "update", "7.1", "Change a person")
        .put(ADMIN "/users/{user}")
        .data()
        .note("a map of attributes replaces the whole map: send the record that `users get` tells"),
    row("users", "delete", "7.1", "Delete a person").remove(ADMIN "/users/{user}"),
    row("users", "list-groups", "7.1", "The groups of one person")
        .get(ADMIN "/users/{user}/groups")
        .pages("", "first max search briefRepresentation"),
    row("users", "add-to-group", "7.1", "Put a person into a group").put(ADMIN "/users/{user}/groups/{group}"),
    row("users", "remove-from-group", "7.1", "Take a person out of a group")
        .remove(ADMIN "/users/{user}/groups/{group}"),
    row("users", "list-roles", "7.1", "Every role given to a person").get(ROLE_MAPPINGS),
    row("users", "list-realm-roles", "7.1", "The realm's roles given to a person").get(ROLE_MAPPINGS "/realm"),
    row("users", "add-realm-roles", "7.1", "Give roles of the realm to a person")
        .post(ROLE_MAPPINGS "/realm")
        .data()
        .note("[{\"id\": …, \"name\": …}]"),
    row("users", "remove-realm-roles", "7.1", "Take roles of the realm from a person")
        .remove(ROLE_MAPPINGS "/realm")
        .data()
        .note("[{\"id\": …, \"name\": …}]"),
    row("users", "list-client-roles", "7.1", "The roles of a client given to a person")
        .get(ROLE_MAPPINGS "/clients/{client}"),
    row("users", "add-client-roles", "7.1", "Give roles of a client to a person")
        .post(ROLE_MAPPINGS "/clients/{client}")
        .data()
        .note("[{\"id\": …, \"name\": …}]"),
    row("users", "remove-client-roles", "7.1", "Take roles of a client from a person")
        .remove(ROLE_MAPPINGS "/clients/{client}")
        .data()
        .note("[{\"id\": …, \"name\": …}]"),
    row("users", "reset-password", "7.1", "Set a person's password")
        .put(ADMIN "/users/{user}/reset-password")
        .data()
        .note("{\"type\": \"password\", \"value\": …, \"temporary\": true}; give it on standard input"),
    row("users", "execute-actions-email", "7.1", "Send a person a mail with what they have to do")
        .put(ADMIN "/users/{user}/execute-actions-email")
        .data()
        .with("lifespan client_id redirect_uri")
        .note("[\"UPDATE_PASSWORD\"]"),
    row("users", "logout", "7.1", "End every session of a person").post(ADMIN "/users/{user}/logout"),
    row("users", "impersonate", "7.1", "Act as a person")
        .post(ADMIN "/users/{user}/impersonation")
        .tells_secrets(answer_secret::whole),

    row("groups", "list", "7.1", "The top-level groups")
        .get(ADMIN "/groups")
        .pages("", "first max search exact q briefRepresentation"),
    row("groups", "count", "7.1", "How many groups there are").get(ADMIN "/groups/count").with("search top"),
    row("groups", "create", "7.1", "Make a top-level group").post(ADMIN "/groups").data(),
    row("groups", "get", "7.1", "One group").get(ADMIN "/groups/{group}"),
    row("groups", "update", "7.1", "Change a group")
        .put(ADMIN "/groups/{group}")
        .data()
        .note("the name is needed; groups below it are left alone"),
    row("groups", "delete", "7.1", "Delete a group").remove(ADMIN "/groups/{group}"),
    row("groups", "list-children", "7.1", "The groups below a group")
        .get(ADMIN "/groups/{group}/children")
        .pages("", "first max search exact briefRepresentation")
        .note("10 of them without max"),
    row("groups", "create-child", "7.1", "Make a group below another one")
        .post(ADMIN "/groups/{group}/children")
        .data()
        .note("with an id, that group is moved here"),
    row("groups", "list-users", "7.1", "The direct members of a group")
        .get(ADMIN "/groups/{group}/members")
        .pages("", "first max briefRepresentation"),

    row("roles", "list", "7.1", "The realm's roles")
        .get(ADMIN "/roles")
        .pages("", "first max search briefRepresentation"),
    row("roles", "get", "7.1", "One role of the realm").get(ADMIN "/roles/{role}"),
    row("roles", "create", "7.1", "Make a role of the realm").post(ADMIN "/roles").data(),
    row("roles", "update", "7.1", "Change a role of the realm").put(ADMIN "/roles/{role}").data(),
    row("roles", "delete", "7.1", "Delete a role of the realm").remove(ADMIN "/roles/{role}"),
    row("roles", "list-users", "7.1", "Who has a role of the realm")
        .get(ADMIN "/roles/{role}/users")
        .pages("", "first max"),
    row("client-roles", "list", "7.1", "The roles of a client")
        .get(ADMIN "/clients/{client}/roles")
        .pages("", "first max search briefRepresentation"),

    row("events", "list", "8", "What people did: logins, changes of their own")
        .get(ADMIN "/events")
        .pages("", "type client user ipAddress dateFrom dateTo first max direction"),
    row("admin-events", "list", "8", "What administrators did")
        .get(ADMIN "/admin-events")
        .pages("", "operationTypes resourceTypes resourcePath authRealm authClient authUser authIpAddress dateFrom "
                   "dateTo first max direction"),
};

constexpr std::array keycloak_resources{
    rest_resource{.name = "users", .singular = "user"},
    rest_resource{.name = "groups", .singular = "group"},
    rest_resource{.name = "roles", .singular = "role"},
    rest_resource{.name = "client-roles", .singular = "client-role"},
    rest_resource{.name = "events", .singular = "event"},
    rest_resource{.name = "admin-events", .singular = "admin-event"},
};

// `representation`: what an administrator sent, as a text, with passwords where there were any.
constexpr std::string_view secrets = "token access_token refresh_token client_secret secret secretData credentialData "
                                     "credentials representation";

struct binding
{
    std::string_view resource, verb;
    operation operations::* call;
    operation operations::* legacy{nullptr}; // where the User Legacy API has another one
};
using o = operations;
constexpr std::array bindings{
    binding{"users", "get", &o::user_get},
    binding{"users", "list-groups", &o::user_groups},
    binding{"users", "list", &o::user_list},
    binding{"users", "count", &o::user_count},
    binding{"users", "create", &o::user_create},
    binding{"users", "update", &o::user_update},
    binding{"users", "delete", &o::user_delete},
    binding{"users", "add-to-group", &o::member_add},
    binding{"users", "remove-from-group", &o::member_del},
    binding{"users", "list-realm-roles", &o::user_roles},
    binding{"users", "add-realm-roles", &o::user_role_add},
    binding{"users", "remove-realm-roles", &o::user_role_del},
    binding{"groups", "list", &o::group_roots},
    binding{"groups", "get", &o::group_get, &o::group_read},
    binding{"groups", "list-children", nullptr, &o::group_get},
    binding{"groups", "list-users", &o::group_users},
    binding{"groups", "create", &o::group_create},
    binding{"groups", "create-child", &o::group_create_child},
    binding{"groups", "update", &o::group_update},
    binding{"groups", "delete", &o::group_delete},
    binding{"roles", "get", &o::role_get},
    binding{"roles", "create", &o::role_create},
};

} // namespace

const operation_table& gateway_table()
{
    static const operation_table table{.system = "Bare.ID",
                                       .document = "the description of Bare.ID's APIs",
                                       .resources = gateway_resources,
                                       .operations = gateway,
                                       .id_key = "uuid id time",
                                       .secret_keys = secrets};
    return table;
}

const operation_table& keycloak_table()
{
    static const operation_table table{.system = "Bare.ID, User Legacy API",
                                       .document = "the description of Bare.ID's APIs",
                                       .resources = keycloak_resources,
                                       .operations = keycloak,
                                       .id_key = "id",
                                       .secret_keys = secrets};
    return table;
}

const operation* configured_call(const bare_id_settings& settings, const rest_operation& row)
{
    const auto found = std::ranges::find_if(
        bindings, [&](const binding& b) { return b.resource == row.resource && b.verb == row.verb; });
    if (found == bindings.end()) return nullptr;
    const auto call = settings.keycloak() && found->legacy ? found->legacy : found->call;
    return call ? &(settings.ops.*call) : nullptr;
}

bool must_be_allowed(const rest_operation& row)
{
    return row.secret == answer_secret::whole;
}

} // namespace idferry::connectors::bare_id
