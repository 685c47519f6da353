// Tenants, realms, groups, identities, credentials and binding jobs of Beyond Identity, by hand; bodies are the samples
// of its API reference.
#include "tests/e2e/api_fixture.hpp"

namespace idferry::e2e {
namespace {

TEST_F(api_beyond, tenants_get)
{
    const auto tenant = call({"tenants", "get"});
    EXPECT_EQ(tenant["id"], here().box().info()["beyond"]["tenant"]);
    EXPECT_TRUE(tenant.contains("create_time"));
}

TEST_F(api_beyond, tenants_patch)
{
    EXPECT_EQ(write({"tenants", "patch"}, {{"display_name", "Test Tenant"}})["display_name"], "Test Tenant");
}

TEST_F(api_beyond, realms_create)
{
    const auto made =
        write({"realms", "create"}, {{"display_name", fresh("Test Realm")}, {"classification", "SECURE_CUSTOMER"}});
    EXPECT_EQ(made["classification"], "SECURE_CUSTOMER");
    EXPECT_EQ(id_of(made).size(), 16U);
}

TEST_F(api_beyond, realms_list)
{
    const auto listed = call({"realms", "list", "--query", "page_size=1"});
    EXPECT_EQ(listed["realms"].size(), 1U);
    EXPECT_TRUE(listed["next_page_token"].is_string()) << "one page, as the server cut it";
    const auto whole = call({"realms", "list", "--all", "--query", "page_size=1"});
    EXPECT_GE(whole["realms"].size(), 3U);
    EXPECT_FALSE(whole.contains("next_page_token"));
}

TEST_F(api_beyond, realms_get)
{
    const auto id = here().box().info()["beyond"]["other_realm"].get<std::string>();
    EXPECT_EQ(call({"realms", "get", id})["id"], id);
}

TEST_F(api_beyond, realms_patch)
{
    const auto id = id_of(write({"realms", "create"}, {{"display_name", fresh("realm")}}));
    const auto name = fresh("renamed");
    EXPECT_EQ(write({"realms", "patch", id}, {{"display_name", name}})["display_name"], name);
}

TEST_F(api_beyond, realms_delete)
{
    const auto id = id_of(write({"realms", "create"}, {{"display_name", fresh("realm")}}));
    EXPECT_EQ(write({"realms", "delete", id}), json::object());
    EXPECT_EQ(run({"realms", "get", id}).code, 1);
}

TEST_F(api_beyond, groups_create)
{
    const auto made = write({"groups", "create"}, {{"display_name", fresh("Realm Administrators")},
                                                   {"description", "A group of realm administrators."}});
    EXPECT_EQ(made["description"], "A group of realm administrators.");
    EXPECT_EQ(made["realm_id"], here().box().info()["beyond"]["realm"]);
}

TEST_F(api_beyond, groups_list)
{
    const auto id = group();
    const auto all = call({"groups", "list", "--all"});
    EXPECT_TRUE(has_id(all["groups"], id));
    EXPECT_EQ(all["total_size"], all["groups"].size());
}

TEST_F(api_beyond, groups_get)
{
    const auto id = group();
    EXPECT_EQ(call({"groups", "get", id})["id"], id);
}

TEST_F(api_beyond, groups_patch)
{
    const auto name = fresh("renamed");
    const auto changed = write({"groups", "patch", group()}, {{"display_name", name}});
    EXPECT_EQ(changed["display_name"], name);
    EXPECT_EQ(changed["description"], "A group of realm administrators.") << "what is left out stays";
}

TEST_F(api_beyond, groups_delete)
{
    const auto id = group();
    write({"groups", "delete", id});
    const auto gone = run({"groups", "get", id});
    EXPECT_EQ(gone.code, 1);
    EXPECT_NE(gone.err.find("404"), std::string::npos) << gone.text();
}

TEST_F(api_beyond, groups_add_members)
{
    const auto id = group(), who = identity();
    EXPECT_EQ(write({"groups", "add-members", id}, {{"identity_ids", {who}}})["id"], id);
    EXPECT_TRUE(has_id(call({"groups", "list-members", id})["identities"], who));
}

TEST_F(api_beyond, groups_delete_members)
{
    const auto id = group(), who = identity();
    write({"groups", "add-members", id}, {{"identity_ids", {who}}});
    write({"groups", "delete-members", id}, {{"identity_ids", {who}}});
    EXPECT_TRUE(call({"groups", "list-members", id})["identities"].empty());
}

TEST_F(api_beyond, groups_list_members)
{
    const auto id = group(), one = identity(), two = identity();
    write({"groups", "add-members", id}, {{"identity_ids", {one, two}}});
    const auto all = call({"groups", "list-members", id, "--all", "--query", "page_size=1"});
    EXPECT_EQ(all["identities"].size(), 2U);
}

TEST_F(api_beyond, groups_list_roles)
{
    const auto server = resource_server(), id = group(), given = role(server);
    write({"roles", "add-members", server, given}, {{"group_ids", {id}}, {"identity_ids", json::array()}});
    EXPECT_TRUE(has_id(call({"groups", "list-roles", id, "--query", "resource_server_id=" + server})["roles"], given));
}

TEST_F(api_beyond, identities_create)
{
    const auto made =
        write({"identities", "create"}, {{"display_name", "Test Identity"},
                                         {"traits", {{"type", "traits_v0"}, {"username", "created.by.hand"}}}});
    EXPECT_EQ(made["display_name"], "Test Identity");
    EXPECT_EQ(made["traits"]["username"], "created.by.hand");
    // Again: the answer names who has it.
    const auto twice =
        run({"identities", "create", "--write", "--data",
             R"({"identity":{"display_name":"x","traits":{"type":"traits_v0","username":"created.by.hand"}}})"});
    EXPECT_EQ(twice.code, 1);
    EXPECT_NE(twice.err.find("username already exists"), std::string::npos) << twice.text();
}

TEST_F(api_beyond, identities_list)
{
    const auto id = identity();
    const auto username = call({"identities", "get", id})["traits"]["username"].get<std::string>();
    const auto found =
        call({"identities", "list", "--query", "filter=traits.username eq \"" + username + "\""})["identities"];
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]["id"], id);
    EXPECT_GE(call({"identities", "list", "--all"})["identities"].size(), 30U);
}

TEST_F(api_beyond, identities_get)
{
    const auto id = identity();
    EXPECT_EQ(call({"identities", "get", id})["display_name"], "Test Identity");
}

TEST_F(api_beyond, identities_patch)
{
    const auto id = identity();
    EXPECT_EQ(write({"identities", "patch", id}, {{"status", "suspended"}})["status"], "suspended");
    EXPECT_TRUE(call({"identities", "get", id})["traits"].contains("username")) << "what is left out stays";
}

TEST_F(api_beyond, identities_delete)
{
    const auto id = identity();
    write({"identities", "delete", id});
    EXPECT_EQ(run({"identities", "get", id}).code, 1);
}

TEST_F(api_beyond, identities_list_groups)
{
    const auto id = group(), who = identity();
    write({"groups", "add-members", id}, {{"identity_ids", {who}}});
    EXPECT_TRUE(has_id(call({"identities", "list-groups", who})["groups"], id));
}

TEST_F(api_beyond, identities_list_roles)
{
    const auto server = resource_server(), who = identity(), given = role(server);
    write({"roles", "add-members", server, given}, {{"group_ids", json::array()}, {"identity_ids", {who}}});
    EXPECT_TRUE(
        has_id(call({"identities", "list-roles", who, "--query", "resource_server_id=" + server})["roles"], given));
}

TEST_F(api_beyond, identities_batch_delete)
{
    const auto one = identity(), two = identity();
    write({"identities", "batch-delete"}, {{"ids", {one, two}}});
    EXPECT_EQ(run({"identities", "get", two}).code, 1);
}

TEST_F(api_beyond, credentials_list)
{
    std::string who;
    const auto id = first_credential(who);
    EXPECT_TRUE(has_id(call({"credentials", "list", who})["credentials"], id));
}

TEST_F(api_beyond, credentials_get)
{
    std::string who;
    const auto id = first_credential(who);
    EXPECT_EQ(call({"credentials", "get", who, id})["identity_id"], who);
}

TEST_F(api_beyond, credentials_revoke)
{
    std::string who;
    const auto id = first_credential(who);
    write({"credentials", "revoke", who, id});
    EXPECT_EQ(call({"credentials", "get", who, id})["state"], "REVOKED");
}

TEST_F(api_beyond, credential_binding_jobs_create)
{
    const json job{{"delivery_method", "RETURN"}, {"authenticator_config_id", authenticator()}};
    const auto who = identity();
    const auto masked = write({"credential-binding-jobs", "create", who}, job);
    EXPECT_EQ(masked["credential_binding_job"]["state"], "LINK_SENT");
    EXPECT_EQ(masked["credential_binding_link"], "***") << "a link is a secret";
    const auto shown = write({"credential-binding-jobs", "create", who, "--show-secrets"}, job);
    EXPECT_NE(shown["credential_binding_link"].get<std::string>().find("https://"), std::string::npos);
}

TEST_F(api_beyond, credential_binding_jobs_list)
{
    const auto who = identity(), id = binding_job(who);
    EXPECT_TRUE(has_id(call({"credential-binding-jobs", "list", who})["credential_binding_jobs"], id));
    EXPECT_TRUE(has_id(call({"credential-binding-jobs", "list", "-", "--all"})["credential_binding_jobs"], id));
}

TEST_F(api_beyond, credential_binding_jobs_get)
{
    const auto who = identity(), id = binding_job(who);
    EXPECT_EQ(call({"credential-binding-jobs", "get", who, id})["delivery_method"], "RETURN");
}

TEST_F(api_beyond, credential_binding_jobs_revoke)
{
    const auto who = identity(), id = binding_job(who);
    write({"credential-binding-jobs", "revoke", who, id}, json::object());
    EXPECT_EQ(call({"credential-binding-jobs", "get", who, id})["state"], "REVOKED");
}

TEST_F(api_beyond, batch_credential_binding_jobs_create)
{
    const auto made =
        write({"batch-credential-binding-jobs", "create"},
              {{"identity_ids", {identity()}}, {"job_template", {{"authenticator_config_id", authenticator()}}}});
    EXPECT_TRUE(made.contains("id")) << made.dump();
}

TEST_F(api_beyond, batch_credential_binding_jobs_get)
{
    const auto id = id_of(
        write({"batch-credential-binding-jobs", "create"},
              {{"identity_ids", {identity()}}, {"job_template", {{"authenticator_config_id", authenticator()}}}}));
    EXPECT_EQ(call({"batch-credential-binding-jobs", "get", id})["id"], id);
}

TEST_F(api_beyond, batch_credential_binding_jobs_list_results)
{
    const auto id = id_of(
        write({"batch-credential-binding-jobs", "create"},
              {{"identity_ids", {identity()}}, {"job_template", {{"authenticator_config_id", authenticator()}}}}));
    EXPECT_TRUE(call({"batch-credential-binding-jobs", "list-results", id})["job_results"].is_array());
}

} // namespace
} // namespace idferry::e2e
