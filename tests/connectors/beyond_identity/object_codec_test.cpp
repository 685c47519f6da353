// Configuration objects as flat names and back: what is carried, what never is, and what a change sends.
#include "connectors/beyond_identity/object_codec.hpp"

#include "mapping/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::beyond_identity {

using mapping::json;
using testing::Contains;
using testing::Not;

namespace {

const object_kind& kind(const char* type)
{
    return *kind_named(type);
}

json change(const char* type, const json& before, const json& after, nested_change how = nested_change::whole)
{
    return changed_object(kind(type), before, after, object_profile(kind(type)), how);
}

const json application = json::parse(R"({"id":"a1","realm_id":"r","tenant_id":"t","resource_server_id":"s1",
    "authenticator_config_id":"c1","display_name":"Expenses","is_managed":false,"classification":"x",
    "protocol_config":{"type":"oidc","allowed_scopes":["b","a"],"client_id":"made-id","client_secret":"made-secret",
      "confidentiality":"confidential","token_endpoint_auth_method":"client_secret_basic",
      "grant_type":["authorization_code"],"redirect_uris":[],"pkce":"s256","token_format":"self_contained",
      "token_configuration":{"expires_after":86400,"token_signing_algorithm":"RS256","subject_field":"id"}}})");

const json hosted = json::parse(R"({"id":"c1","display_name":"Hosted","config":{"type":"hosted_web",
    "authentication_methods":[{"type":"webauthn_passkey"}],"trusted_origins":["https://a.example"]}})");

} // namespace

TEST(beyond_identity_objects, every_type_of_the_table_has_its_names)
{
    EXPECT_EQ(object_kinds().size(), 10U);
    for (const auto& k : object_kinds()) {
        ASSERT_NE(k.resource, nullptr) << k.type->name;
        for (const auto& leaf : k.require) EXPECT_THAT(k.leaves, Contains(leaf)) << k.type->name;
        for (const auto place : words(k.resource->secret)) {
            const std::string secret(place.substr(1));
            // A client id is the operator's own where the service is the client.
            if (secret != "payload/client_id") EXPECT_THAT(k.leaves, Not(Contains(secret)));
        }
    }
    EXPECT_THAT(kind("application").leaves, Contains("protocol_config/token_configuration/expires_after"));
    EXPECT_THAT(kind("application").leaves, Contains("protocol_config/acs_url"));
    EXPECT_THAT(kind("authenticator_config").leaves,
                Contains("config/onboarding_configuration/verification_method/idp_id"));
    EXPECT_THAT(kind("role").leaves, Contains("scopes"));
    EXPECT_THAT(kind("sso_config").leaves, Contains("payload/login_link"));
    EXPECT_EQ(kind("assignment").leaves, std::vector<std::string>{"display_name"});
    EXPECT_EQ(kind("group_role").leaves, (std::vector<std::string>{"display_name", "resource_server_id"}));
    EXPECT_EQ(kind_of(mapping::user_type), nullptr);
    EXPECT_EQ(kind_of(mapping::group_type), nullptr);
}

TEST(beyond_identity_objects, an_application_without_what_the_service_made)
{
    const auto flat = flat_object(kind("application"), application);
    EXPECT_EQ(flat["id"], "a1");
    EXPECT_EQ(flat["protocol_config/redirect_uris"], json::array());
    EXPECT_EQ(flat["protocol_config/token_configuration/expires_after"], 86400);
    EXPECT_TRUE(flat["protocol_config/acs_url"].is_null());
    for (const char* made : {"made-id", "made-secret", "classification", "client_secret_basic", "realm_id"})
        EXPECT_EQ(flat.dump().find(made), std::string::npos) << made;
}

TEST(beyond_identity_objects, references_become_links)
{
    auto flat = flat_object(kind("application"), application);
    link_references(kind("application"), flat);
    EXPECT_EQ(flat["resource_server_id"], json::parse(R"({"$link":{"type":"resource_server","key":"s1"}})"));
    EXPECT_EQ(flat["authenticator_config_id"], json::parse(R"({"$link":{"type":"authenticator_config","key":"c1"}})"));

    auto platform = flat_object(kind("authenticator_config"),
                                json::parse(R"({"id":"c2","display_name":"P","config":{"type":"platform",
        "trusted_origins":null,"roaming_auth_config":{"enabled":true,"allowed_user_group_ids":["g1","g2"],
        "allowed_user_ids":["u1"]}}})"));
    link_references(kind("authenticator_config"), platform);
    EXPECT_EQ(platform["config/roaming_auth_config/allowed_user_group_ids"][1],
              json::parse(R"({"$link":{"type":"group","key":"g2"}})"));
    EXPECT_EQ(platform["config/roaming_auth_config/allowed_user_ids"][0],
              json::parse(R"({"$link":{"type":"user","key":"u1"}})"));

    auto none = flat_object(kind("application"), json{{"id", "a"}, {"resource_server_id", ""}});
    link_references(kind("application"), none);
    EXPECT_TRUE(none["resource_server_id"].is_null());
}

TEST(beyond_identity_objects, both_shapes_of_an_sso_payload_are_one)
{
    const auto tagged = json::parse(R"({"id":"s","display_name":"P","payload":{"type":"generic_oidc_idp",
        "client_id":"ours","client_secret":"hidden","token_endpoint":"https://t","identity_provider_id":"p1",
        "redirect_uri":"https://made"}})");
    const auto external = json::parse(R"({"id":"s","display_name":"P","payload":{"GenericOidcIdp":{
        "client_id":"ours","client_secret":"hidden","token_endpoint":"https://t","identity_provider_id":"p1",
        "redirect_uri":"https://made"}}})");
    const auto flat = flat_object(kind("sso_config"), tagged);
    EXPECT_EQ(flat, flat_object(kind("sso_config"), external));
    EXPECT_EQ(flat["payload/client_id"], "ours");
    EXPECT_EQ(flat.dump().find("hidden"), std::string::npos);
    EXPECT_EQ(flat.dump().find("made"), std::string::npos);
    EXPECT_EQ(made_by(tagged), std::vector<std::string>{"p1"});
    EXPECT_EQ(made_by(external), std::vector<std::string>{"p1"});
}

TEST(beyond_identity_objects, a_client_id_that_the_service_made_is_not_carried)
{
    const auto flat =
        flat_object(kind("sso_config"),
                    json::parse(R"({"id":"s","display_name":"T","payload":{"type":"generic_oidc","client_id":"made",
        "client_secret":"hidden","scopes":["openid"],"inbound_scim":{"client_secret":"x","application_id":"a9"}}})"));
    EXPECT_TRUE(flat["payload/client_id"].is_null());
    EXPECT_EQ(flat["payload/scopes"], json::array({"openid"}));
    EXPECT_EQ(flat.dump().find("hidden"), std::string::npos);
}

TEST(beyond_identity_objects, a_variant_that_nobody_knows_is_carried_by_name_alone)
{
    const auto flat = flat_object(
        kind("sso_config"),
        json::parse(
            R"({"id":"s","display_name":"N","payload":{"type":"brand_new","login_link":"x","secret_key":"y"}})"));
    EXPECT_EQ(flat["payload/type"], "brand_new");
    EXPECT_TRUE(flat["payload/login_link"].is_null());
    EXPECT_EQ(flat.dump().find("\"y\""), std::string::npos);
}

TEST(beyond_identity_objects, secrets_inside_lists_are_left_out)
{
    const auto flat =
        flat_object(kind("sso_config"), json::parse(R"({"id":"s","display_name":"S","payload":{"type":"saml",
        "sp_signature_certificates":[{"sp_public_signing_key":"pem","client_secret":"hidden"}]}})"));
    EXPECT_EQ(flat["payload/sp_signature_certificates"], json::parse(R"([{"sp_public_signing_key":"pem"}])"));
}

TEST(beyond_identity_objects, what_is_the_vendors_own)
{
    EXPECT_TRUE(says_managed(kind("application"), json{{"is_managed", true}}));
    EXPECT_FALSE(says_managed(kind("application"), application));
    EXPECT_TRUE(says_managed(kind("resource_server"), json{{"identifier", "beyondidentity"}}));
    EXPECT_TRUE(named_like_the_vendors_role(json{{"display_name", "Super Administrators"}}));
    EXPECT_FALSE(named_like_the_vendors_role(json{{"display_name", "Readers"}}));
    EXPECT_FALSE(says_managed(kind("role"), json{{"display_name", "Super Administrators"}}))
        << "its resource server decides";
}

TEST(beyond_identity_objects, a_creation_has_what_its_variant_needs)
{
    const json flat = {{"display_name", "H"}, {"config/type", "hosted_web"}};
    EXPECT_EQ(creation_object(kind("authenticator_config"), flat),
              json::parse(R"({"display_name":"H","config":{"type":"hosted_web","authentication_methods":[],
                              "trusted_origins":[]}})"));
    const json idp = {{"display_name", "P"}, {"payload/type", "generic_oidc_idp"}, {"payload/client_id", "x"}};
    EXPECT_TRUE(creation_object(kind("sso_config"), idp)["payload"].contains("authorization_endpoint"));
    const json bookmark = {{"display_name", "W"}, {"payload/type", "bookmark"}, {"payload/login_link", "l"}};
    EXPECT_EQ(creation_object(kind("sso_config"), bookmark),
              json::parse(R"({"display_name":"W","payload":{"type":"bookmark","login_link":"l"}})"));
}

TEST(beyond_identity_objects, a_change_of_one_setting_sends_the_whole_nested_object_or_that_setting)
{
    const auto before = flat_object(kind("authenticator_config"), hosted);
    const json after = {
        {"display_name", "Hosted"}, {"config/type", "hosted_web"}, {"config/trusted_origins", {"https://b.example"}}};
    EXPECT_EQ(change("authenticator_config", before, after),
              json::parse(R"({"config":{"type":"hosted_web","authentication_methods":[{"type":"webauthn_passkey"}],
                              "trusted_origins":["https://b.example"]}})"));
    EXPECT_EQ(change("authenticator_config", before, after, nested_change::changed),
              json::parse(R"({"config":{"type":"hosted_web","trusted_origins":["https://b.example"]}})"));
    EXPECT_EQ(change("authenticator_config", before, {{"display_name", "New"}}),
              json::parse(R"({"display_name":"New"})"));
    EXPECT_TRUE(change("authenticator_config", before, {{"display_name", "Hosted"}}).is_null());
}

TEST(beyond_identity_objects, a_cleared_list_is_empty_and_anything_else_null)
{
    const auto before = flat_object(kind("application"), application);
    const auto body = change(
        "application", before,
        {{"protocol_config/grant_type", nullptr}, {"protocol_config/pkce", nullptr}, {"resource_server_id", nullptr}},
        nested_change::changed);
    EXPECT_EQ(body, json::parse(R"({"resource_server_id":null,
                                   "protocol_config":{"type":"oidc","grant_type":[],"pkce":null}})"));
    // An empty list, none and nothing said are the same.
    EXPECT_TRUE(change("application", before, {{"protocol_config/redirect_uris", nullptr}}).is_null());
}

} // namespace idferry::connectors::beyond_identity
