// The samples of the seed for roles, credentials, binding jobs, themes, applications, authenticator configurations,
// identity providers and SSO configurations: request and answer, one test per operation.
#include "tests/sandbox/beyond_identity_fixture.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::string_view role_sample =
    R"({"id":"fb785d40cbe4fc0d","resource_server_id":"7b5a4325-00e0-4379-bd7b-3e5e7e30b09e","realm_id":"bb26e0e8ecdef843","tenant_id":"00010036778ce59f","description":"Help Desk","display_name":"Customer support personnel.","create_time":"2023-02-14T18:18:58.332247Z","update_time":"2023-02-14T18:18:58.332247Z"})";
constexpr std::string_view credential_sample =
    R"j({"id":"81490afab171aef0","identity_id":"e85de356dc78843a","realm_id":"7df92e4a38ba0993","tenant_id":"0001b42d80372976","state":"ACTIVE","csr_type":"JWT","jwk_json":"{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"2MRhz05PJPq3BUfB18AT3HqgWEkI3VpWUg1MWi8rz1g\",\"y\":\"YtvLYwGEqYQaoDVok2fVziJT4fu7DFPz3hy96FTAelQ\"}","jwk_thumbprint":"UW-uVNL0mP1vcLjHrTBxibNgCEe_PD0HIsE3FrbYjPA=","create_time":"2022-03-14T03:42:52.905657Z","update_time":"2022-06-14T05:55:23.823187Z"})j";
constexpr std::string_view new_job_sample =
    R"({"credential_binding_job":{"id":"c4fc2d753ca22b14","realm_id":"cdf4862dc4d49791","tenant_id":"000183a77dd50fa9","identity_id":"87fabad6956c6d4b","delivery_method":"RETURN","state":"LINK_SENT","authenticator_config_id":"67bb0acf12e5c899","expire_time":"2022-03-21T03:42:52.905657Z","create_time":"2022-03-14T03:42:52.905657Z","update_time":"2022-03-15T05:55:23.823187Z"}})";
constexpr std::string_view job_sample =
    R"({"id":"81490afab171aef0","identity_id":"e85de356dc78843a","realm_id":"7df92e4a38ba0993","tenant_id":"0001b42d80372976","credential_id":"9802966246819b35","delivery_method":"EMAIL","state":"COMPLETE","authenticator_config_id":"67bb0acf12e5c899","expire_time":"2022-03-21T03:42:52.905657Z","create_time":"2022-03-14T03:42:52.905657Z","update_time":"2022-03-15T05:55:23.823187Z"})";
constexpr std::string_view theme_sample =
    R"({"id":"88ef08fb-c3f9-44e2-b174-fbb239e1dc47","tenant_id":"f36448f2ff094881","realm_id":"aa6aabe6989bc4a5","email_realm_name":"Realm Administrators","create_time":"2022-07-28T18:00:00.000Z","button_color":"#4673D3","button_text_color":"#FFFFFF"})";
constexpr std::string_view application_sample =
    R"({"id":"38833c36-6f47-4992-9329-ea0a00915137","realm_id":"caf2ff640497591a","tenant_id":"00011f1183c67b69","resource_server_id":"84db69f5-48a8-4c11-8cda-1bae3a73f07e","display_name":"Pet Application","is_managed":false,"protocol_config":{"type":"oidc","allowed_scopes":["pets:read","pets:write"],"client_id":"AYYNcuOSpfqIf33JeegCzDIT","client_secret":"wWD4mPzdsjms1LPekQSo0v9scOHLWy5wmMtKAR2JNhJPAKXv","confidentiality":"confidential","token_endpoint_auth_method":"client_secret_post","grant_type":["authorization_code"],"token_configuration":{"subject_field":"id","expires_after":86400,"token_signing_algorithm":"RS256"},"pkce":"disabled","token_format":"self_contained"}})";
constexpr std::string_view config_sample =
    R"({"id":"73731b7f-eb76-4143-9b4b-81a720385f5a","realm_id":"caf2ff640497591a","tenant_id":"00011f1183c67b69","display_name":"Pet Authenticator Configuration","config":{"type":"embedded","invocation_type":"automatic","authentication_methods":[{"type":"email_one_time_password"},{"type":"software_passkey"},{"type":"webauthn_passkey"}]}})";
constexpr std::string_view provider_sample =
    R"({"id":"string","tenant_id":"0001f1f460b1ace6","realm_id":"8f5bec58229e6f29","display_name":"string","protocol_config":{"type":"oidc_idp","client_id":"string","client_secret":"string","token_scopes":["string"],"identity_attribute":"id","pkce":"s256","jwks_url":"string","token_url":"string","authorize_url":"string","redirect_url":"string","identifying_claim_name":"string"}})";
constexpr std::string_view sso_sample =
    R"({"id":"497f6eca-6276-4993-bfeb-53cbbbba6f08","display_name":"string","payload":{"type":"bookmark","login_link":"string","icon":"string","is_tile_visible":true,"application_tile_id":"string"}})";
constexpr std::string_view associated_sample =
    R"({"id":"e372db224c06e850","realm_id":"8f5bec58229e6f29","tenant_id":"0001f1f460b1ace6","group_id":"923935b2912304","group_display_name":"Test Group","display_name":"Test Identity","create_time":"2022-04-12T05:53:07.119Z","update_time":"2022-06-16T14:31:03.770Z"})";
constexpr std::string_view sso_path = "~/sso-configs/497f6eca-6276-4993-bfeb-53cbbbba6f08";

class beyond_seed_objects : public beyond_fixture
{
protected:
    beyond_seed_objects() { knobs(R"({"beyond":{"era":"seed"}})"); }

    void begin_roles()
    {
        auto role = parsed(role_sample);
        role["groups"] = {"81490afab171aef0"};
        role["identities"] = {"e372db224c06e850"};
        begin("00010036778ce59f", "bb26e0e8ecdef843",
              {{"identities", json::array({{{"id", "e372db224c06e850"}}})},
               {"groups", json::array({{{"id", "81490afab171aef0"}, {"display_name", "Help"}}})},
               {"resource_servers", json::array({{{"id", "7b5a4325-00e0-4379-bd7b-3e5e7e30b09e"}}})},
               {"roles", json::array({role})}});
    }
    void begin_credentials()
    {
        begin("0001b42d80372976", "7df92e4a38ba0993",
              {{"identities", json::array({{{"id", "e85de356dc78843a"}}})},
               {"credentials", json::array({parsed(credential_sample)})},
               {"credential_binding_jobs", json::array({parsed(job_sample)})}});
    }
    void begin_theme(bool there)
    {
        begin("f36448f2ff094881", "aa6aabe6989bc4a5",
              {{"themes", there ? json::array({parsed(theme_sample)}) : json::array()}});
    }
    void begin_applications()
    {
        begin("00011f1183c67b69", "caf2ff640497591a",
              {{"resource_servers", json::array({{{"id", "84db69f5-48a8-4c11-8cda-1bae3a73f07e"}}})},
               {"applications", json::array({parsed(application_sample)})},
               {"authenticator_configs", json::array({parsed(config_sample)})}});
    }
    void begin_providers()
    {
        begin("0001f1f460b1ace6", "8f5bec58229e6f29", {{"identity_providers", json::array({parsed(provider_sample)})}});
    }
    void begin_sso()
    {
        auto one = parsed(sso_sample);
        one["groups"] = {"923935b2912304"};
        auto who = parsed(associated_sample);
        who.erase("group_id");
        who.erase("group_display_name");
        begin("0001f1f460b1ace6", "8f5bec58229e6f29",
              {{"identities", json::array({who, {{"id", "3a28d4f28b57cc93"}}})},
               {"groups",
                json::array(
                    {{{"id", "923935b2912304"}, {"display_name", "Test Group"}, {"members", {"e372db224c06e850"}}}})},
               {"sso_configs", json::array({one})}});
    }
    static std::string sso(std::string_view rest = "") { return std::string(sso_path) + std::string(rest); }
    // Lists show less of a payload.
    static std::string listed_sso()
    {
        auto one = parsed(sso_sample);
        one["payload"].erase("application_tile_id");
        return one.dump();
    }
    static json thousand_and_one() { return std::vector<std::string>(1001, "e372db224c06e850"); }
    const std::set<std::string> made{"id", "create_time", "update_time", "expire_time", "client_id", "client_secret"};
    const std::set<std::string> touched{"update_time"};
    const std::set<std::string> unshown{"status", "traits"};
    const std::set<std::string> theme_more{"logo_url_light", "logo_url_dark", "support_url", "update_time"};
};

TEST_F(beyond_seed_objects, list_role_memberships_for_a_group)
{
    begin_roles();
    const std::string server = "?resource_server_id=7b5a4325-00e0-4379-bd7b-3e5e7e30b09e";
    expect_sample(api("GET", "~/groups/81490afab171aef0:listRoles" + server), only("roles", role_sample));
    EXPECT_EQ(api("GET", "~/groups/81490afab171aef0:listRoles").status, 400);
    const auto unknown = api("GET", "~/groups/81490afab171aef0:listRoles?resource_server_id=x");
    EXPECT_EQ(unknown.status, 409);
    EXPECT_EQ(unknown.body["details"][0]["resource_type"], "ResourceServer");
}

TEST_F(beyond_seed_objects, list_role_memberships_for_an_identity)
{
    begin_roles();
    expect_sample(api("GET", "~/identities/e372db224c06e850:listRoles?resource_server_id="
                             "7b5a4325-00e0-4379-bd7b-3e5e7e30b09e"),
                  only("roles", role_sample));
}

TEST_F(beyond_seed_objects, list_credentials_for_an_identity)
{
    begin_credentials();
    expect_sample(api("GET", "~/identities/e85de356dc78843a/credentials"), only("credentials", credential_sample));
    expect_sample(api("GET", "~/identities/-/credentials"), only("credentials", credential_sample));
}

TEST_F(beyond_seed_objects, retrieve_an_existing_credential)
{
    begin_credentials();
    expect_sample(api("GET", "~/identities/e85de356dc78843a/credentials/81490afab171aef0"), credential_sample);
    expect_missing(api("GET", "~/identities/e85de356dc78843a/credentials/b5a31610800dda18"), "Credential",
                   "b5a31610800dda18", "credential not found");
}

TEST_F(beyond_seed_objects, revoke_a_credential)
{
    begin_credentials();
    auto sample = parsed(credential_sample); // the documents still show it as active: a slip
    sample["state"] = "REVOKED";
    expect_sample(api("POST", "~/identities/e85de356dc78843a/credentials/81490afab171aef0:revoke"), sample.dump(),
                  touched);
}

TEST_F(beyond_seed_objects, create_a_new_credential_binding_job)
{
    begin("000183a77dd50fa9", "cdf4862dc4d49791",
          {{"identities", json::array({{{"id", "87fabad6956c6d4b"}}})},
           {"authenticator_configs", json::array({{{"id", "67bb0acf12e5c899"}}})}});
    const auto path = "~/identities/87fabad6956c6d4b/credential-binding-jobs";
    const auto given =
        api("POST", path, R"({"job":{"delivery_method":"RETURN","authenticator_config_id":"67bb0acf12e5c899"}})");
    expect_sample(given, new_job_sample, made, {"credential_binding_link"});
    EXPECT_NE(given.body["credential_binding_link"].get<std::string>().find(":invokeAuthenticator?token="),
              std::string::npos);
    const auto mail =
        api("POST", path, R"({"job":{"delivery_method":"EMAIL","authenticator_config_id":"67bb0acf12e5c899"}})");
    EXPECT_EQ(mail.status, 422);
    EXPECT_EQ(mail.body["message"], "Identity missing email address");
    EXPECT_EQ(mail.body["code"], "unprocessable_entity");
    expect_violation(api("POST", path, R"({"job":{"delivery_method":"RETURN"}})"), "job.authenticator_config_id",
                     "missing");
}

TEST_F(beyond_seed_objects, list_credential_binding_jobs_for_an_identity)
{
    begin_credentials();
    for (const char* who : {"e85de356dc78843a", "-"})
        expect_sample(api("GET", "~/identities/" + std::string(who) + "/credential-binding-jobs"),
                      only("credential_binding_jobs", job_sample));
}

TEST_F(beyond_seed_objects, retrieve_an_existing_credential_binding_job)
{
    begin_credentials();
    expect_sample(api("GET", "~/identities/e85de356dc78843a/credential-binding-jobs/81490afab171aef0"), job_sample);
}

TEST_F(beyond_seed_objects, create_a_new_theme)
{
    begin_theme(false);
    const std::string body =
        R"j({"theme":{"email_realm_name":"Realm Administrators","button_color":"#4673D3","button_text_color":"#FFFFFF"}})j";
    expect_sample(api("POST", "~/themes", body), theme_sample, made, theme_more);
    const auto second = api("POST", "~/themes", body);
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.body["message"], "theme already exists for this realm");
}

TEST_F(beyond_seed_objects, get_the_active_theme)
{
    begin_theme(true);
    expect_sample(api("GET", "~/themes/active"), theme_sample);
    begin_theme(false);
    EXPECT_EQ(api("GET", "~/themes/active").body["email_realm_name"], "Test Realm"); // a default
}

TEST_F(beyond_seed_objects, retrieve_an_existing_theme)
{
    begin_theme(true);
    expect_sample(api("GET", "~/themes/88ef08fb-c3f9-44e2-b174-fbb239e1dc47"), theme_sample);
    expect_missing(api("GET", "~/themes/x"), "Theme", "x", "theme not found");
}

TEST_F(beyond_seed_objects, patch_a_theme)
{
    begin_theme(true);
    const std::string path = "~/themes/88ef08fb-c3f9-44e2-b174-fbb239e1dc47";
    expect_sample(api("PATCH", path, R"({"theme":{"email_realm_name":"Realm Administrators"}})"), theme_sample, {},
                  theme_more);
    const auto empty = api("PATCH", path, R"({"theme":{"email_realm_name":""}})");
    EXPECT_EQ(empty.status, 400);
    EXPECT_EQ(
        empty.out.body,
        R"({"code":"bad_request","message":"Bad Request","details":[{"type":"FieldViolations","field_violations":[{"field":"theme.email_realm_name","description":"provided email_realm_name must not be empty"}]}]})");
}

TEST_F(beyond_seed_objects, create_a_new_application)
{
    begin_applications();
    expect_sample(
        api("POST", "~/applications",
            R"j({"application":{"display_name":"Pet Application","resource_server_id":"84db69f5-48a8-4c11-8cda-1bae3a73f07e","protocol_config":{"type":"oidc","allowed_scopes":["pets:read","pets:write"],"confidentiality":"confidential","token_endpoint_auth_method":"client_secret_post","grant_type":["authorization_code"],"token_configuration":{"subject_field":"id","expires_after":86400,"token_signing_algorithm":"RS256"},"pkce":"disabled","token_format":"self_contained"}}})j"),
        application_sample, made);
}

TEST_F(beyond_seed_objects, list_applications_for_a_realm)
{
    begin_applications();
    expect_sample(api("GET", "~/applications"), only("applications", application_sample));
}

TEST_F(beyond_seed_objects, retrieve_an_existing_application)
{
    begin_applications();
    expect_sample(api("GET", "~/applications/38833c36-6f47-4992-9329-ea0a00915137"), application_sample);
    const auto missing = api("GET", "~/applications/x");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.out.body, R"({"code":"not_found","message":"The requested resource was not found."})");
}

TEST_F(beyond_seed_objects, patch_an_application)
{
    begin_applications();
    expect_sample(api("PATCH", "~/applications/38833c36-6f47-4992-9329-ea0a00915137",
                      R"({"application":{"display_name":"Pet Application"}})"),
                  application_sample);
}

TEST_F(beyond_seed_objects, delete_an_application)
{
    begin_applications();
    const std::string path = "~/applications/38833c36-6f47-4992-9329-ea0a00915137";
    expect_unauthorized("DELETE", path);
    expect_empty(api("DELETE", path));
    EXPECT_EQ(api("GET", path).status, 404);
}

TEST_F(beyond_seed_objects, create_a_new_authenticator_configuration)
{
    begin_applications();
    expect_sample(
        api("POST", "~/authenticator-configs",
            R"({"authenticator_config":{"display_name":"Pet Authenticator Configuration","config":{"type":"embedded"}}})"),
        config_sample, made);
}

TEST_F(beyond_seed_objects, list_authenticator_configurations_for_a_realm)
{
    begin_applications();
    auto sample = parsed(config_sample); // shorter in the documents
    sample["config"].erase("authentication_methods");
    expect_sample(api("GET", "~/authenticator-configs"), only("authenticator_configs", sample.dump()), {},
                  {"authentication_methods"});
}

TEST_F(beyond_seed_objects, retrieve_an_existing_authenticator_configuration)
{
    begin_applications();
    expect_sample(api("GET", "~/authenticator-configs/73731b7f-eb76-4143-9b4b-81a720385f5a"), config_sample);
}

TEST_F(beyond_seed_objects, patch_an_authenticator_configuration)
{
    begin_applications();
    expect_sample(api("PATCH", "~/authenticator-configs/73731b7f-eb76-4143-9b4b-81a720385f5a",
                      R"({"authenticator_config":{"display_name":"Pet Authenticator Configuration"}})"),
                  config_sample);
}

TEST_F(beyond_seed_objects, delete_an_authenticator_configuration)
{
    begin_applications();
    const std::string path = "~/authenticator-configs/73731b7f-eb76-4143-9b4b-81a720385f5a";
    expect_unauthorized("DELETE", path);
    expect_empty(api("DELETE", path));
}

TEST_F(beyond_seed_objects, lists_identity_providers_by_realm)
{
    begin_providers();
    expect_sample(api("GET", "~/identity-providers"), only("identity_providers", provider_sample));
}

TEST_F(beyond_seed_objects, creates_a_new_identity_provider)
{
    begin_providers();
    auto sample = parsed(provider_sample)["protocol_config"];
    auto body = parsed(provider_sample);
    body["protocol_config"].erase("redirect_url");
    sample.erase("redirect_url"); // the service's own
    expect_sample(api("POST", "~/identity-providers", body.dump()), sample.dump(), {}, {"redirect_url"});
    EXPECT_EQ(api("GET", "~/identity-providers").body["total_size"], 2);
    knobs(R"({"beyond":{"provider_created":"whole"}})");
    EXPECT_EQ(api("POST", "~/identity-providers", body.dump()).body["display_name"], "string");
    knobs(R"({"beyond":{"era":"current"}})");
    EXPECT_EQ(api("POST", "~/identity-providers", body.dump()).body["protocol_config"]["oauth_2_par_enabled"], false);
}

TEST_F(beyond_seed_objects, updates_an_identity_provider)
{
    begin_providers();
    expect_sample(api("PATCH", "~/identity-providers/string", std::string(provider_sample)), provider_sample);
    EXPECT_EQ(api("PATCH", "~/identity-providers/string", R"({"identity_provider":{"display_name":"Other"}})")
                  .body["display_name"],
              "Other");
}

TEST_F(beyond_seed_objects, retrieves_data_about_an_identity_provider)
{
    begin_providers();
    expect_sample(api("GET", "~/identity-providers/string"), provider_sample);
}

TEST_F(beyond_seed_objects, deletes_an_identity_provider)
{
    begin_providers();
    expect_empty(api("DELETE", "~/identity-providers/string"));
    EXPECT_EQ(api("GET", "~/identity-providers").body["total_size"], 0);
}

TEST_F(beyond_seed_objects, list_sso_configs_associated_with_a_group)
{
    begin_sso();
    expect_sample(api("GET", "~/groups/923935b2912304/sso-configs"), only("sso_configs", listed_sso()));
}

TEST_F(beyond_seed_objects, delete_groups_from_an_sso_config)
{
    begin_sso();
    expect_empty(api("POST", sso(":deleteGroups"), R"({"group_ids":["923935b2912304"]})"));
    EXPECT_EQ(api("GET", "~/groups/923935b2912304/sso-configs").body["total_size"], 0);
    EXPECT_EQ(api("POST", sso(":deleteGroups"), R"({"group_ids":["x"]})").status, 404);
}

TEST_F(beyond_seed_objects, associate_identities_with_an_sso_config)
{
    begin_sso();
    expect_empty(api("POST", sso(":addIdentities"), R"({"identity_ids":["3a28d4f28b57cc93"]})"));
    EXPECT_EQ(api("GET", "~/identities/3a28d4f28b57cc93/sso-configs").body["total_size"], 1);
    expect_violation(api("POST", sso(":addIdentities"), json{{"identity_ids", thousand_and_one()}}.dump()),
                     "identity_ids", "array exceeds 1000 elements");
}

TEST_F(beyond_seed_objects, delete_identities_from_an_sso_config)
{
    begin_sso();
    expect_empty(api("POST", sso(":deleteIdentities"), R"({"identity_ids":["e372db224c06e850","3a28d4f28b57cc93"]})"));
    expect_violation(api("POST", sso(":deleteIdentities"), json{{"identity_ids", thousand_and_one()}}.dump()),
                     "identities_ids", "array exceeds 1000 elements");
}

TEST_F(beyond_seed_objects, list_identities_directly_and_indirectly_associated_with_an_sso_config)
{
    begin_sso();
    expect_sample(api("GET", sso(":listIdentityAssociations")),
                  "{\"identities\":[" + std::string(associated_sample) + "]}", {}, unshown);
    api("POST", sso(":addIdentities"), R"({"identity_ids":["e372db224c06e850"]})"); // now both ways: there twice
    EXPECT_EQ(api("GET", sso(":listIdentityAssociations")).body["identities"].size(), 2U);
}

TEST_F(beyond_seed_objects, list_groups_associated_with_an_sso_config)
{
    begin_sso();
    const auto given = api("GET", sso(":listGroupAssociations"));
    ASSERT_EQ(given.status, 200);
    EXPECT_EQ(given.body["groups"][0]["id"], "923935b2912304");
    EXPECT_EQ(given.body["groups"][0]["member_count"], 1);
    EXPECT_EQ(given.body["total_size"], 1);
}

TEST_F(beyond_seed_objects, list_sso_configs_directly_and_indirectly_associated_with_an_identity)
{
    begin_sso();
    expect_sample(api("GET", "~/identities/e372db224c06e850/sso-configs"), only("sso_configs", listed_sso()));
    knobs(R"({"beyond":{"identity_sso_body":"identities"}})"); // as the sample has it, against its text
    expect_sample(api("GET", "~/identities/e372db224c06e850/sso-configs"),
                  "{\"identities\":[" + std::string(associated_sample) + "]}", {}, unshown);
}

TEST_F(beyond_seed_objects, lists_sso_configs_by_realm)
{
    begin_sso();
    expect_sample(api("GET", "~/sso-configs"), only("sso_configs", listed_sso()));
    EXPECT_EQ(api("GET", "~/sso-configs?type=generic_oidc&type=scim").body["total_size"], 0);
    EXPECT_EQ(api("GET", "~/sso-configs?type=scim&type=bookmark").body["total_size"], 1);
    EXPECT_EQ(api("GET", "~/sso-configs?type=nonsense").status, 400);
    EXPECT_EQ(api("GET", "~/sso-configs?is_migrated=true").body["total_size"], 0);
}

TEST_F(beyond_seed_objects, creates_a_new_sso_config)
{
    begin_sso();
    auto sample = parsed(sso_sample);
    sample["payload"].erase("application_tile_id"); // "string" in the documents
    expect_sample(
        api("POST", "~/sso-configs",
            R"({"sso_config":{"is_migrated":true,"display_name":"string","payload":{"type":"bookmark","login_link":"string","icon":"string","is_tile_visible":true}}})"),
        sample.dump(), made, {"application_tile_id"});
    EXPECT_EQ(api("GET", "~/sso-configs?is_migrated=true").body["total_size"], 1);
}

TEST_F(beyond_seed_objects, finds_an_sso_config_by_its_id)
{
    begin_sso();
    expect_sample(api("GET", sso()), sso_sample);
    EXPECT_EQ(api("GET", "~/sso-configs/x").status, 404);
}

TEST_F(beyond_seed_objects, deletes_an_sso_config_by_its_id)
{
    begin_sso();
    const auto gone = api("DELETE", sso());
    EXPECT_EQ(gone.status, 200);
    EXPECT_EQ(gone.out.body, "{}"); // as the older documents have it
}

TEST_F(beyond_seed_objects, updates_an_sso_config_by_its_id)
{
    begin_sso();
    auto sample = parsed(sso_sample);
    sample["payload"]["login_link"] = "https://x.example";
    expect_sample(api("PATCH", sso(), R"({"sso_config":{"type":"bookmark","login_link":"https://x.example"}})"),
                  sample.dump());
    EXPECT_EQ(api("PATCH", sso(), R"({"sso_config":{"type":"scim"}})").status, 400);
}

} // namespace
} // namespace idferry::sandbox
