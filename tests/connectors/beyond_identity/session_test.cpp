// Configuration, tokens, headers and errors of a connection (apis: Beyond Identity, sections 1, 3 and 4).
#include "config/node.hpp"
#include "connectors/beyond_identity/beyond_identity_settings.hpp"
#include "connectors/beyond_identity/session.hpp"
#include "tests/connectors/beyond_identity/realm_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::beyond_identity {

using test::realm_bench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

namespace {

const std::string login = "tenant: t1\nrealm: r1\nauth: {application: a1, client_id: c, client_secret: {env: S}}\n";

std::optional<beyond_identity_settings> settings(const std::string& yaml)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml("type: beyond_identity\n" + yaml, "x", out);
    return tree ? parse_settings(*tree, "beyond", out) : std::nullopt;
}

std::string mistakes(const std::string& yaml)
{
    return test::mistakes_in("type: beyond_identity\n" + yaml);
}

result<mapping::json> ask(realm_bench& b, const std::string& below, std::string_view scopes)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml(
        "type: beyond_identity\napi_url: https://api.test.example\nauth_url: https://auth.test.example\n"
        "tenant: 0001f1f460b1ace6\nrealm: 8f5bec58229e6f29\nauth: {realm: 6c1f00aa, application: app, client_id: "
        "cid, client_secret: {env: S}}\nretry: {tries: 1}\n",
        "x", out);
    const auto kept = std::make_shared<session>(
        std::make_shared<const beyond_identity_settings>(*parse_settings(*tree, "beyond", out)), b.env());
    return test::run(kept->object({"GET", kept->in_realm(below), scopes}));
}

} // namespace

TEST(beyond_identity_settings, each_region_has_its_api_and_auth_host)
{
    const auto us = settings("region: us\n" + login), eu = settings("region: eu\n" + login),
               gov = settings("region: fedramp\n" + login);
    ASSERT_TRUE(us && eu && gov);
    EXPECT_EQ(us->api_url, "https://api-us.beyondidentity.com");
    EXPECT_EQ(us->auth_url, "https://auth-us.beyondidentity.com");
    EXPECT_EQ(eu->api_url, "https://api-eu.beyondidentity.com");
    EXPECT_EQ(eu->auth_url, "https://auth-eu.beyondidentity.com");
    EXPECT_EQ(gov->api_url, "https://api.us1.beyondidentity-gov.com");
    EXPECT_EQ(gov->auth_url, "https://auth.us1.beyondidentity-gov.com");
}

TEST(beyond_identity_settings, any_other_place_needs_both_addresses)
{
    const auto own = settings("api_url: https://api.x.example/\nauth_url: https://auth.x.example\n" + login);
    ASSERT_TRUE(own);
    EXPECT_EQ(own->api_url, "https://api.x.example");
    EXPECT_THAT(mistakes(login), HasSubstr("needs region"));
    EXPECT_THAT(mistakes("api_url: https://api.x.example\n" + login), HasSubstr("auth_url is missing"));
    EXPECT_THAT(mistakes("region: us\napi_url: https://a.example\nauth_url: https://b.example\n" + login),
                HasSubstr("not both"));
    EXPECT_THAT(mistakes("region: moon\n" + login), Not(""));
}

TEST(beyond_identity_settings, the_token_comes_from_the_application_s_realm)
{
    const auto same = settings("region: us\n" + login);
    ASSERT_TRUE(same);
    EXPECT_EQ(same->auth.client_credentials->token_url,
              "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1/token");
    const auto other =
        settings("region: us\ntenant: t1\nrealm: r1\nauth: {realm: admin, application: a1, client_id: c, "
                 "client_secret: {env: S}, scope: 'identities:read groups:read'}\n");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->auth.client_credentials->token_url,
              "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/admin/applications/a1/token");
    EXPECT_EQ(other->auth.client_credentials->scope, "identities:read groups:read");
    EXPECT_EQ(other->realm_path(), "/v1/tenants/t1/realms/r1");
}

TEST(beyond_identity_settings, mistakes_are_told)
{
    const std::string place = "region: us\ntenant: t1\nrealm: r1\n";
    EXPECT_THAT(mistakes(place + "auth: {client_id: c, client_secret: {env: S}}\n"),
                HasSubstr("application is missing"));
    EXPECT_THAT(mistakes(place + "auth: {application: a, client_id: c}\n"), HasSubstr("client_secret is missing"));
    EXPECT_THAT(mistakes(place + "auth: {bearer: {env: S}, client_id: c}\n"), HasSubstr("stands alone"));
    EXPECT_EQ(mistakes(place + "auth: {bearer: {env: S}}\n"), "");
    EXPECT_THAT(mistakes("region: us\ntenant: '<TENANT>'\nrealm: r1\nauth: {bearer: {env: S}}\n"),
                HasSubstr("is not an id"));
    EXPECT_THAT(mistakes("region: us\n" + login + "write: {custom_traits: ['samAccountName']}\n"),
                HasSubstr("not the name of a trait"));
    EXPECT_THAT(mistakes("region: us\n" + login + "write: {members_per_request: 1001}\n"), Not(""));
}

TEST(beyond_identity_session, both_spellings_of_the_correlation_id_are_sent)
{
    realm_bench b;
    b.then(200, "{}");
    ASSERT_TRUE(ask(b, "/groups/1", "groups:read"));
    const auto& sent = b.wire.requests().back();
    const auto id = test::header_of(sent, "x-correlation_id");
    EXPECT_THAT(id, SizeIs(36));
    EXPECT_EQ(test::header_of(sent, "x-correlation-id"), id);
    EXPECT_EQ(test::header_of(sent, "Authorization"), "Bearer token-number-1");
}

TEST(beyond_identity_session, an_error_names_the_correlation_id_of_the_answer_in_either_spelling)
{
    for (const char* header : {"x-correlation-id", "X-Correlation_ID"}) {
        realm_bench b;
        b.then(400,
               R"({"code":"bad_request","message":"invalid parameters","details":[{"type":"FieldViolations",)"
               R"("field_violations":[{"field":"group.display_name","description":"empty string"}]}]})",
               {{header, "corr-77"}});
        const auto got = ask(b, "/groups/1", "groups:read");
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().next, disposition::reject);
        EXPECT_EQ(got.error().code, "bad_request");
        EXPECT_THAT(got.error().detail, HasSubstr("invalid parameters"));
        EXPECT_THAT(got.error().detail, HasSubstr("group.display_name: empty string"));
        EXPECT_THAT(got.error().detail, HasSubstr("corr-77"));
    }
}

TEST(beyond_identity_session, a_401_and_a_403_each_renew_the_token_once)
{
    for (const int status : {401, 403}) {
        realm_bench b;
        b.then(status, R"({"code":"forbidden","message":"forbidden"})").then(200, "{}");
        EXPECT_TRUE(ask(b, "/groups/1", "groups:read"));
        EXPECT_EQ(b.tokens, 2u);
        EXPECT_EQ(test::header_of(b.wire.requests().back(), "Authorization"), "Bearer token-number-2");
    }
}

TEST(beyond_identity_session, a_403_that_stays_names_the_missing_scope_and_is_not_tried_again)
{
    realm_bench b;
    b.granted = "identities:read";
    b.then(403, R"({"code":"forbidden","message":"forbidden"})")
        .then(403, R"({"code":"forbidden","message":"forbidden"})");
    const auto got = ask(b, "/groups/1:addMembers", "groups:update identities:read");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().next, disposition::stop);
    EXPECT_THAT(got.error().detail, HasSubstr("lacks groups:update:"));
    EXPECT_EQ(b.tokens, 2u);
    EXPECT_THAT(b.asked(), ElementsAre("GET /groups/1:addMembers", "GET /groups/1:addMembers"));
}

TEST(beyond_identity_session, errors_that_are_no_json_are_survived)
{
    for (const char* body :
         {"", "<html>busy</html>", "[]", "\"x\"", "{\"code\":7}", "{\"details\":[null,{\"id\":{}}]}"}) {
        realm_bench b;
        b.then(404, body);
        const auto got = ask(b, "/groups/1", "groups:read");
        ASSERT_FALSE(got) << body;
        EXPECT_EQ(got.error().next, disposition::not_found) << body;
        EXPECT_FALSE(got.error().detail.empty());
    }
    realm_bench b;
    b.then(200, "[]");
    EXPECT_EQ(ask(b, "/groups/1", "groups:read").error().code, "wrong_shape");
    EXPECT_TRUE(ask(b.then(200, ""), "/groups/1", "groups:read")) << "an empty body counts as {}";
}

TEST(beyond_identity_failures, a_batch_s_errors_have_capitalised_keys)
{
    const auto e = read_error(
        R"({"code":"not_found","message":"identities not found","details":[{"type":"BatchOperationErrors","description":)"
        R"("errors encountered performing batch operation","errors":[{"Description":"x","IDs":["i1","i2"],"ResourceType":"Identity"}]}]})");
    EXPECT_EQ(e.code, "not_found");
    EXPECT_THAT(e.ids_of("identity"), ElementsAre("i1", "i2"));
}

TEST(beyond_identity_failures, missing_scopes_are_those_that_were_not_granted)
{
    EXPECT_EQ(missing_scopes("a:read b:read", "b:read c:read"), "a:read");
    EXPECT_EQ(missing_scopes("a:read", ""), "") << "unknown is not missing";
    EXPECT_EQ(missing_scopes("a:read", "a:readx"), "a:read");
}

} // namespace idferry::connectors::beyond_identity
