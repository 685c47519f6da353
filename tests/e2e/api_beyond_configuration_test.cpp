// Themes, applications, authenticators, identity providers, SSO configurations, roles and resource servers of Beyond
// Identity, by hand.
#include "tests/e2e/api_fixture.hpp"

namespace idferry::e2e {
namespace {

// A realm without a theme, and the words that lead there.
std::vector<std::string> in_realm(const std::string& realm, std::vector<std::string> words)
{
    words.insert(words.end(), {"--in", "realm=" + realm});
    return words;
}

TEST_F(api_beyond, themes_create)
{
    const auto realm = id_of(write({"realms", "create"}, {{"display_name", fresh("realm")}}));
    const json theme{
        {"email_realm_name", "Realm Administrators"}, {"button_color", "#4673D3"}, {"button_text_color", "#FFFFFF"}};
    EXPECT_EQ(write(in_realm(realm, {"themes", "create"}), theme)["button_color"], "#4673D3");
    auto again = in_realm(realm, {"themes", "create", "--write", "--data", theme.dump()});
    const auto refused = run(again);
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("theme already exists"), std::string::npos) << refused.text();
}

TEST_F(api_beyond, themes_get_active)
{
    EXPECT_TRUE(call({"themes", "get-active"}).contains("button_color"));
}

TEST_F(api_beyond, themes_get)
{
    const auto realm = id_of(write({"realms", "create"}, {{"display_name", fresh("realm")}}));
    const auto id = id_of(write(in_realm(realm, {"themes", "create"}), {{"email_realm_name", "Mail"}}));
    EXPECT_EQ(call(in_realm(realm, {"themes", "get", id}))["email_realm_name"], "Mail");
}

TEST_F(api_beyond, themes_patch)
{
    const auto realm = id_of(write({"realms", "create"}, {{"display_name", fresh("realm")}}));
    const auto id = id_of(write(in_realm(realm, {"themes", "create"}), {{"email_realm_name", "Mail"}}));
    EXPECT_EQ(write(in_realm(realm, {"themes", "patch", id}),
                    {{"email_realm_name", "Realm Administrators"}})["email_realm_name"],
              "Realm Administrators");
}

TEST_F(api_beyond, applications_create)
{
    const auto made = write({"applications", "create"},
                            {{"display_name", fresh("Pet Application")},
                             {"resource_server_id", resource_server()},
                             {"protocol_config",
                              {{"type", "oauth2"},
                               {"allowed_scopes", {"pets:read"}},
                               {"confidentiality", "confidential"},
                               {"grant_type", {"client_credentials"}},
                               {"pkce", "disabled"},
                               {"token_format", "self_contained"},
                               {"token_configuration", {{"subject_field", "id"}, {"expires_after", 86400}}}}}});
    EXPECT_EQ(made["protocol_config"]["client_secret"], "***");
    EXPECT_NE(made["protocol_config"]["client_id"], "***");
}

TEST_F(api_beyond, applications_list)
{
    const auto id = application();
    const auto done = run({"applications", "list", "--all"});
    EXPECT_NE(done.out.find(id), std::string::npos) << done.text();
    EXPECT_NE(done.out.find("\"client_secret\": \"***\""), std::string::npos) << done.text();
}

TEST_F(api_beyond, applications_get)
{
    const auto id = application();
    const auto masked = call({"applications", "get", id});
    EXPECT_EQ(masked["protocol_config"]["client_secret"], "***");
    const auto shown = call({"applications", "get", id, "--show-secrets"});
    EXPECT_GE(shown["protocol_config"]["client_secret"].get<std::string>().size(), 40U);
}

TEST_F(api_beyond, applications_patch)
{
    const auto name = fresh("renamed");
    EXPECT_EQ(write({"applications", "patch", application()}, {{"display_name", name}})["display_name"], name);
}

TEST_F(api_beyond, applications_delete)
{
    const auto id = application();
    write({"applications", "delete", id});
    EXPECT_EQ(run({"applications", "get", id}).code, 1);
}

TEST_F(api_beyond, applications_get_sso_config)
{
    EXPECT_TRUE(call({"applications", "get-sso-config", application()}).is_object());
}

TEST_F(api_beyond, tokens_list)
{
    const auto& b = here().box().info()["beyond"];
    const auto listed =
        call(in_realm(b["admin_realm"].get<std::string>(), {"tokens", "list", b["application"].get<std::string>()}));
    EXPECT_FALSE(listed["tokens"].empty()) << "ours is one of them";
}

TEST_F(api_beyond, tokens_delete)
{
    const auto& b = here().box().info()["beyond"];
    const auto realm = b["admin_realm"].get<std::string>(), app = b["application"].get<std::string>();
    const auto id = id_of(call(in_realm(realm, {"tokens", "list", app}))["tokens"][0]);
    write(in_realm(realm, {"tokens", "delete", app, id}));
}

TEST_F(api_beyond, resource_servers_create)
{
    EXPECT_EQ(
        write({"resource-servers", "create"},
              {{"display_name", fresh("Pets")}, {"identifier", fresh("pets")}, {"scopes", {"pets:read"}}})["scopes"],
        json({"pets:read"}));
}

TEST_F(api_beyond, resource_servers_list)
{
    const auto id = resource_server();
    EXPECT_TRUE(has_id(call({"resource-servers", "list", "--all"})["resource_servers"], id));
}

TEST_F(api_beyond, resource_servers_get)
{
    const auto id = resource_server();
    EXPECT_EQ(call({"resource-servers", "get", id})["id"], id);
}

TEST_F(api_beyond, resource_servers_patch)
{
    EXPECT_EQ(write({"resource-servers", "patch", resource_server()}, {{"scopes", {"pets:read"}}})["scopes"],
              json({"pets:read"}));
}

TEST_F(api_beyond, resource_servers_delete)
{
    const auto id = resource_server();
    write({"resource-servers", "delete", id});
    EXPECT_EQ(run({"resource-servers", "get", id}).code, 1);
}

TEST_F(api_beyond, roles_create)
{
    EXPECT_EQ(write({"roles", "create", resource_server()},
                    {{"display_name", fresh("role")}, {"description", "Help Desk"}})["description"],
              "Help Desk");
}

TEST_F(api_beyond, roles_list)
{
    const auto server = resource_server(), id = role(server);
    EXPECT_TRUE(has_id(call({"roles", "list", server, "--all"})["roles"], id));
}

TEST_F(api_beyond, roles_get)
{
    const auto server = resource_server(), id = role(server);
    EXPECT_EQ(call({"roles", "get", server, id})["resource_server_id"], server);
}

TEST_F(api_beyond, roles_patch)
{
    const auto server = resource_server();
    EXPECT_EQ(write({"roles", "patch", server, role(server)}, {{"description", "changed"}})["description"], "changed");
}

TEST_F(api_beyond, roles_delete)
{
    const auto server = resource_server(), id = role(server);
    write({"roles", "delete", server, id});
    EXPECT_EQ(run({"roles", "get", server, id}).code, 1);
}

TEST_F(api_beyond, roles_add_members)
{
    const auto server = resource_server(), id = role(server), who = identity();
    write({"roles", "add-members", server, id}, {{"group_ids", json::array()}, {"identity_ids", {who}}});
    EXPECT_TRUE(has_id(call({"roles", "list-members", server, id})["identities"], who));
}

TEST_F(api_beyond, roles_delete_members)
{
    const auto server = resource_server(), id = role(server), who = identity();
    const json members{{"group_ids", json::array()}, {"identity_ids", {who}}};
    write({"roles", "add-members", server, id}, members);
    write({"roles", "delete-members", server, id}, members);
    EXPECT_TRUE(call({"roles", "list-members", server, id})["identities"].empty());
}

TEST_F(api_beyond, roles_list_members)
{
    const auto server = resource_server(), id = role(server), of = group();
    write({"roles", "add-members", server, id}, {{"group_ids", {of}}, {"identity_ids", json::array()}});
    EXPECT_TRUE(has_id(call({"roles", "list-members", server, id})["groups"], of));
}

TEST_F(api_beyond, roles_add_scopes)
{
    const auto server = resource_server(), id = role(server);
    write({"roles", "add-scopes", server, id}, {{"scopes", {"pets:read"}}});
    EXPECT_EQ(call({"roles", "list-scopes", server, id})["scopes"].size(), 1U);
}

TEST_F(api_beyond, roles_delete_scopes)
{
    const auto server = resource_server(), id = role(server);
    write({"roles", "add-scopes", server, id}, {{"scopes", {"pets:read"}}});
    write({"roles", "delete-scopes", server, id}, {{"scopes", {"pets:read"}}});
    EXPECT_TRUE(call({"roles", "list-scopes", server, id})["scopes"].empty());
}

TEST_F(api_beyond, roles_list_scopes)
{
    const auto server = resource_server();
    EXPECT_TRUE(call({"roles", "list-scopes", server, role(server)})["scopes"].is_array());
}

TEST_F(api_beyond, authenticator_configs_create)
{
    const auto made =
        write({"authenticator-configs", "create"}, {{"display_name", fresh("Pet Authenticator")},
                                                    {"config",
                                                     {{"type", "embedded"},
                                                      {"invocation_type", "automatic"},
                                                      {"invoke_url", "http://localhost:8092"},
                                                      {"trusted_origins", {"http://localhost:8092"}},
                                                      {"authentication_methods", {{{"type", "webauthn_passkey"}}}}}}});
    EXPECT_EQ(made["config"]["type"], "embedded");
}

TEST_F(api_beyond, authenticator_configs_list)
{
    const auto id = authenticator();
    EXPECT_TRUE(has_id(call({"authenticator-configs", "list", "--all"})["authenticator_configs"], id));
}

TEST_F(api_beyond, authenticator_configs_get)
{
    const auto id = authenticator();
    EXPECT_EQ(call({"authenticator-configs", "get", id})["id"], id);
}

TEST_F(api_beyond, authenticator_configs_patch)
{
    const auto name = fresh("renamed");
    EXPECT_EQ(write({"authenticator-configs", "patch", authenticator()}, {{"display_name", name}})["display_name"],
              name);
}

TEST_F(api_beyond, authenticator_configs_delete)
{
    const auto id = authenticator();
    write({"authenticator-configs", "delete", id});
    EXPECT_EQ(run({"authenticator-configs", "get", id}).code, 1);
}

TEST_F(api_beyond, identity_providers_create)
{
    EXPECT_FALSE(provider().empty());
}

TEST_F(api_beyond, identity_providers_list)
{
    const auto id = provider();
    const auto done = run({"identity-providers", "list", "--all"});
    EXPECT_NE(done.out.find(id), std::string::npos) << done.text();
    EXPECT_EQ(done.out.find("kept-by-nobody"), std::string::npos) << "its secret is masked";
}

TEST_F(api_beyond, identity_providers_patch)
{
    const auto name = fresh("renamed");
    EXPECT_EQ(write({"identity-providers", "patch", provider()}, {{"display_name", name}})["display_name"], name);
}

TEST_F(api_beyond, identity_providers_get)
{
    const auto id = provider();
    EXPECT_EQ(call({"identity-providers", "get", id})["protocol_config"]["type"], "oidc_idp");
}

TEST_F(api_beyond, identity_providers_delete)
{
    const auto id = provider();
    write({"identity-providers", "delete", id});
    EXPECT_EQ(run({"identity-providers", "get", id}).code, 1);
}

TEST_F(api_beyond, sso_configs_create)
{
    const auto made = write({"sso-configs", "create"}, {{"is_migrated", true},
                                                        {"display_name", fresh("string")},
                                                        {"payload",
                                                         {{"type", "bookmark"},
                                                          {"login_link", "https://app.example"},
                                                          {"icon", "string"},
                                                          {"is_tile_visible", true}}}});
    EXPECT_EQ(made["payload"]["type"], "bookmark");
    EXPECT_TRUE(made["payload"].contains("application_tile_id"));
}

TEST_F(api_beyond, sso_configs_list)
{
    const auto id = sso();
    EXPECT_TRUE(has_id(call({"sso-configs", "list", "--all"})["sso_configs"], id));
    const auto some = call({"sso-configs", "list", "--query", "type=bookmark", "--query", "type=generic_oidc"});
    for (const auto& one : some["sso_configs"])
        EXPECT_TRUE(one["payload"]["type"] == "bookmark" || one["payload"]["type"] == "generic_oidc") << one.dump();
}

TEST_F(api_beyond, sso_configs_get)
{
    const auto id = sso();
    EXPECT_EQ(call({"sso-configs", "get", id})["id"], id);
}

TEST_F(api_beyond, sso_configs_patch)
{
    const auto changed =
        write({"sso-configs", "patch", sso()}, {{"type", "bookmark"}, {"login_link", "https://new.example"}});
    EXPECT_EQ(changed["payload"]["login_link"], "https://new.example");
}

TEST_F(api_beyond, sso_configs_delete)
{
    const auto id = sso();
    write({"sso-configs", "delete", id});
    EXPECT_EQ(run({"sso-configs", "get", id}).code, 1);
}

TEST_F(api_beyond, sso_configs_add_identities)
{
    const auto id = sso(), who = identity();
    write({"sso-configs", "add-identities", id}, {{"identity_ids", {who}}});
    EXPECT_TRUE(has_id(call({"sso-configs", "list-identity-associations", id, "--all"})["identities"], who));
}

TEST_F(api_beyond, sso_configs_delete_identities)
{
    const auto id = sso(), who = identity();
    write({"sso-configs", "add-identities", id}, {{"identity_ids", {who}}});
    write({"sso-configs", "delete-identities", id}, {{"identity_ids", {who}}});
    EXPECT_FALSE(has_id(call({"sso-configs", "list-identity-associations", id, "--all"})["identities"], who));
}

TEST_F(api_beyond, sso_configs_list_identity_associations)
{
    const auto id = sso(), who = identity();
    write({"sso-configs", "add-identities", id}, {{"identity_ids", {who}}});
    EXPECT_TRUE(has_id(call({"sso-configs", "list-identity-associations", id})["identities"], who));
}

TEST_F(api_beyond, sso_configs_add_groups)
{
    const auto id = sso(), of = group();
    write({"sso-configs", "add-groups", id}, {{"group_ids", {of}}});
    EXPECT_TRUE(has_id(call({"sso-configs", "list-of-group", of})["sso_configs"], id));
}

TEST_F(api_beyond, sso_configs_delete_groups)
{
    const auto id = sso(), of = group();
    write({"sso-configs", "add-groups", id}, {{"group_ids", {of}}});
    write({"sso-configs", "delete-groups", id}, {{"group_ids", {of}}});
    EXPECT_TRUE(call({"sso-configs", "list-of-group", of})["sso_configs"].empty());
}

TEST_F(api_beyond, sso_configs_list_group_associations)
{
    const auto id = sso(), of = group();
    write({"sso-configs", "add-groups", id}, {{"group_ids", {of}}});
    EXPECT_TRUE(has_id(call({"sso-configs", "list-group-associations", id})["groups"], of));
}

TEST_F(api_beyond, sso_configs_list_of_group)
{
    const auto id = sso(), of = group();
    write({"sso-configs", "add-groups", id}, {{"group_ids", {of}}});
    EXPECT_TRUE(has_id(call({"sso-configs", "list-of-group", of, "--all"})["sso_configs"], id));
}

TEST_F(api_beyond, sso_configs_list_of_identity)
{
    const auto id = sso(), who = identity();
    write({"sso-configs", "add-identities", id}, {{"identity_ids", {who}}});
    EXPECT_TRUE(has_id(call({"sso-configs", "list-of-identity", who, "--all"})["sso_configs"], id));
}

TEST_F(api_beyond, sso_configs_is_group_assigned)
{
    expect_status(404); // what the live service is known to answer
    const auto asked =
        run({"sso-configs", "is-group-assigned", sso(), "--data", json{{"group_ids", {group()}}}.dump()});
    EXPECT_EQ(asked.code, 1) << "it only asks: no --write is needed, and the answer is told: " << asked.text();
}

TEST_F(api_beyond, sso_configs_is_identity_assigned)
{
    expect_status(404);
    EXPECT_EQ(run({"sso-configs", "is-identity-assigned", identity(), sso()}).code, 1);
}

TEST_F(api_beyond, sso_configs_test)
{
    EXPECT_TRUE(call({"sso-configs", "test", sso(), "--data", "{}"}).is_object());
}

TEST_F(api_beyond, flow_types_get)
{
    EXPECT_TRUE(call({"flow-types", "get"}).contains("platform_config"));
}

TEST_F(api_beyond, flow_types_patch)
{
    const auto flows = call({"flow-types", "get"})["platform_config"];
    EXPECT_TRUE(write({"flow-types", "patch"}, {{"platform_config", flows}}).contains("platform_config"));
}

} // namespace
} // namespace idferry::e2e
