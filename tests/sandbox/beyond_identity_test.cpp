// The pretended Beyond Identity beyond its samples: tokens, scopes, paging, errors, and every knob of the directory.
#include "tests/sandbox/beyond_identity_fixture.hpp"

namespace idferry::sandbox {
namespace {

using beyond = beyond_fixture;

TEST_F(beyond, tokens_by_basic_and_by_post_carry_the_documented_claims)
{
    for (const bool basic : {true, false}) {
        const auto given = ask_token("grant_type=client_credentials&scope=identities:read+groups:read", basic);
        ASSERT_EQ(given.status, 200) << given.out.body;
        EXPECT_EQ(given.body["token_type"], "Bearer");
        EXPECT_EQ(given.body["expires_in"], 86400);
        EXPECT_EQ(given.body["scope"], "identities:read groups:read");
        const auto claims = claims_of(given.body["access_token"].get<std::string>());
        EXPECT_EQ(claims["bi_t"], tenant);
        EXPECT_EQ(claims["bi_r"], "*");
        EXPECT_EQ(claims["aud"], json::array({"beyondidentity"}));
        EXPECT_EQ(claims["azp"],
                  "tenants/" + tenant + "/realms/" + admin + "/applications/" + box.beyond().application());
        EXPECT_EQ(claims["exp"].get<std::int64_t>() - claims["iat"].get<std::int64_t>(), 86400);
        EXPECT_EQ(claims["scope"], "identities:read groups:read");
    }
    EXPECT_EQ(ask_token("grant_type=client_credentials&expiration_time=60").body["expires_in"], 60);
    EXPECT_EQ(ask_token("grant_type=client_credentials&expiration_time=99999999").status, 400);
    const auto custom = ask_token("grant_type=client_credentials&custom_claims=%7B%22a%22%3A1%7D");
    EXPECT_EQ(claims_of(custom.body["access_token"].get<std::string>())["bi_custom"]["a"], 1);
}

TEST_F(beyond, token_errors_follow_rfc_6749)
{
    EXPECT_EQ(ask_token("grant_type=password").body["error"], "unsupported_grant_type");
    EXPECT_EQ(ask_token("scope=x").body["error"], "invalid_request");
    EXPECT_EQ(ask_token("grant_type=client_credentials&scope=no:such").body["error"], "invalid_scope");
    knobs(R"({"beyond":{"client_revoked":true}})");
    EXPECT_EQ(ask_token().status, 401);
    EXPECT_EQ(ask_token().body["error"], "invalid_client");
    knobs(R"({"beyond":{"token_errors":"vendor"}})");
    EXPECT_EQ(ask_token().body["code"], "unauthorized");
    knobs(R"({"beyond":{"client_revoked":false,"client_auth":"post"}})");
    EXPECT_EQ(ask_token().status, 401);
    EXPECT_EQ(ask_token("grant_type=client_credentials", false).status, 200);
}

TEST_F(beyond, a_stale_token_is_401_or_403)
{
    EXPECT_EQ(api("GET", "~/groups").status, 200);
    box.clock().skip_ms(86400000);
    EXPECT_EQ(api("GET", "~/groups").status, 401);
    knobs(R"({"beyond":{"stale_token_status":"403"}})");
    EXPECT_EQ(api("GET", "~/groups").status, 403);
    token.clear();
    EXPECT_EQ(api("GET", "~/groups").status, 200);
    box.control("POST", "/__sandbox/beyond/revoke");
    EXPECT_EQ(api("GET", "~/groups").status, 403);
    token = "unknown";
    EXPECT_EQ(api("GET", "~/groups").status, 401);
}

TEST_F(beyond, introspection_and_revocation)
{
    const auto made = ask_token().body["access_token"].get<std::string>();
    const auto root = "/v1/tenants/" + tenant + "/realms/" + admin;
    const auto introspect = [&] {
        return ask("beyond", "POST", root + "/introspect", "token=" + made,
                   with_header("Authorization",
                               "Basic " + base64(box.beyond().client_id() + ":" + box.beyond().client_secret())));
    };
    EXPECT_EQ(introspect().body["active"], true);
    expect_empty(
        ask("beyond", "POST", root + "/applications/" + box.beyond().application() + "/revoke", "token=" + made));
    EXPECT_EQ(introspect().out.body, R"({"active":false})");
    const auto seen = box.control("GET", "/__sandbox/requests?server=beyond&endpoint=token_introspect");
    EXPECT_EQ(seen["requests"][0]["body"], "token=***");
    token = made;
    EXPECT_EQ(api("GET", "~/groups").status, 401);
    const auto document = ask(
        "beyond", "GET", root + "/applications/" + box.beyond().application() + "/.well-known/openid-configuration");
    EXPECT_EQ(document.body["token_endpoint"],
              "https://127.0.0.1:1" + root + "/applications/" + box.beyond().application() + "/token");
}

TEST_F(beyond, every_scope_of_an_operation_is_wanted)
{
    const auto group = make_group("Team");
    token = ask_token("grant_type=client_credentials&scope=groups:update+groups:read")
                .body["access_token"]
                .get<std::string>();
    EXPECT_EQ(api("GET", "~/groups").status, 200);
    const auto refused = api("POST", "~/groups/" + group + ":addMembers", R"({"identity_ids":["x"]})");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.out.body, R"({"code":"forbidden","message":"forbidden"})");
    token.clear();
    knobs(R"({"beyond":{"missing_scopes":"identities:read"}})");
    EXPECT_EQ(api("GET", "~/identities").status, 403);
    EXPECT_EQ(api("GET", "~/groups").status, 200);
}

TEST_F(beyond, a_foreign_tenant_is_403_and_an_unknown_realm_404)
{
    api("GET", "");
    tenant = "0001000000000000";
    EXPECT_EQ(api("GET", "~/groups").status, 403);
    tenant = box.beyond().tenant();
    realm = "0000000000000000";
    expect_missing(api("GET", "~/groups"), "Realm", realm, "realm not found");
}

TEST_F(beyond, an_application_of_another_realm_acts_only_there)
{
    const auto state = box.control("GET", "/__sandbox/state?server=beyond&realm=" + realm);
    std::string id, client, secret;
    for (const auto& one : state["applications"])
        if (one["display_name"] == "Directory Reader") {
            id = one["id"].get<std::string>();
            client = one["protocol_config"]["client_id"].get<std::string>();
            secret = one["protocol_config"]["client_secret"].get<std::string>();
        }
    auto extra = with_header("Authorization", "Basic " + base64(client + ":" + secret));
    extra.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    const auto given =
        ask("beyond", "POST", target("~/applications/" + id + "/token"), "grant_type=client_credentials", extra);
    ASSERT_EQ(given.status, 200) << given.out.body;
    token = given.body["access_token"].get<std::string>();
    EXPECT_EQ(claims_of(token)["bi_r"], realm);
    EXPECT_EQ(api("GET", "~/groups").status, 200);
    EXPECT_EQ(api("POST", "~/groups", R"({"group":{"display_name":"x"}})").status, 403);
    realm = other;
    EXPECT_EQ(api("GET", "~/groups").status, 403);
    knobs(R"({"beyond":{"realm_bound":false}})");
    EXPECT_EQ(api("GET", "~/groups").status, 200);
}

TEST_F(beyond, realm_a_holds_the_organisation_and_realm_b_nobody)
{
    EXPECT_EQ(api("GET", "~/identities").body["total_size"], 60);
    EXPECT_EQ(api("GET", "~/groups").body["total_size"], 12);
    const auto helene = api("GET", "~/identities?filter=" + percent_encode(R"(traits.username eq "Helene.Brandt")"));
    ASSERT_EQ(helene.body["total_size"], 1);
    EXPECT_EQ(helene.body["identities"][0]["traits"]["family_name"], "Brandt");
    EXPECT_EQ(helene.body["identities"][0]["status"], "active");
    EXPECT_EQ(helene.body["identities"][0]["enrollment_status"], "ENROLLED");
    realm = other;
    EXPECT_EQ(api("GET", "~/identities").out.body, R"({"identities":[],"total_size":0})");
    EXPECT_EQ(api("GET", "~/groups").out.body, R"({"groups":[],"total_size":0})");
}

TEST_F(beyond, names_are_checked_field_by_field)
{
    expect_violation(api("POST", "~/groups", R"({"group":{"display_name":""}})"), "group.display_name", "empty string");
    expect_violation(api("POST", "~/groups", R"({"group":{}})"), "group.display_name", "missing");
    expect_violation(api("POST", "~/groups", R"({"group":{"display_name":"R&D/Infra"}})"), "group.display_name",
                     "contains invalid characters");
    std::string umlauts;
    for (int at = 0; at < 64; ++at) umlauts += "ä";
    EXPECT_EQ(api("POST", "~/groups", json{{"group", {{"display_name", umlauts}}}}.dump()).status, 200);
    expect_violation(api("POST", "~/groups", json{{"group", {{"display_name", umlauts + "x"}}}}.dump()),
                     "group.display_name", "exceeds 64 characters");
    knobs(R"({"beyond":{"length_unit":"bytes"}})");
    EXPECT_EQ(api("POST", "~/groups", json{{"group", {{"display_name", umlauts}}}}.dump()).status, 400);
    const auto malformed = api("POST", "~/groups", "{");
    EXPECT_EQ(malformed.status, 400);
    EXPECT_EQ(malformed.out.body, R"({"code":"bad_request","message":"invalid request"})");
    expect_violation(api("POST", "~/identities", R"({"identity":{"display_name":"A","traits":{"username":"a"}}})"),
                     "identity.traits.type", "missing");
    expect_violation(api("POST", "~/identities",
                         R"({"identity":{"display_name":"A","traits":{"type":"traits_v0","username":"a#EXT#@x"}}})"),
                     "identity.traits.username", "contains invalid characters");
}

TEST_F(beyond, traits_are_merged_and_cleared)
{
    const auto id = make_identity("ann", {{"title", "Lead"}, {"department", "Sales"}});
    const auto patch = [&](const json& traits) {
        auto whole = traits;
        whole["type"] = "traits_v0";
        return api("PATCH", "~/identities/" + id, json{{"identity", {{"traits", whole}}}}.dump());
    };
    EXPECT_EQ(patch({{"title", "Head"}}).body["traits"],
              json::parse(R"({"type":"traits_v0","username":"ann","title":"Head","department":"Sales"})"));
    EXPECT_FALSE(patch({{"title", ""}}).body["traits"].contains("title"));
    EXPECT_FALSE(patch({{"department", nullptr}}).body["traits"].contains("department"));
    knobs(R"({"beyond":{"clear_trait":"null"}})");
    EXPECT_EQ(patch({{"title", ""}}).body["traits"]["title"], "");
    expect_violation(patch({{"samaccountname", "ANN"}}), "identity.traits.samaccountname", "unknown trait");
    knobs(R"({"beyond":{"unknown_traits":"ignore"}})");
    EXPECT_FALSE(patch({{"samaccountname", "ANN"}}).body["traits"].contains("samaccountname"));
    knobs(R"({"beyond":{"unknown_traits":"keep"}})");
    EXPECT_EQ(patch({{"samaccountname", "ANN"}}).body["traits"]["samaccountname"], "ANN");
    EXPECT_EQ(api("PATCH", "~/identities/" + id, R"({"identity":{"status":"suspended"}})").body["status"], "suspended");
    EXPECT_EQ(api("PATCH", "~/identities/" + id, R"({"identity":{"traits":{"title":"x"}}})").status, 400);
}

TEST_F(beyond, status_on_create_counts_only_where_a_knob_says_so)
{
    const std::string body =
        R"({"identity":{"display_name":"A","status":"suspended","traits":{"type":"traits_v0","username":"@"}}})";
    const auto create = [&](const std::string& name) {
        auto text = body;
        return api("POST", "~/identities", text.replace(text.find('@'), 1, name)).body["status"];
    };
    EXPECT_EQ(create("one"), "active");
    knobs(R"({"beyond":{"create_honours_status":true}})");
    EXPECT_EQ(create("two"), "suspended");
}

TEST_F(beyond, conflicts_by_knob)
{
    make_identity("ann", {{"primary_email_address", "ann@x.example"}});
    const auto create = [&](const std::string& name) {
        return api("POST", "~/identities",
                   json{{"identity",
                         {{"display_name", "B"},
                          {"traits",
                           {{"type", "traits_v0"}, {"username", name}, {"primary_email_address", "Ann@x.example"}}}}}}
                       .dump());
    };
    EXPECT_EQ(create("bob").status, 200);
    knobs(R"({"beyond":{"email_unique":true,"conflict_details":false,"group_name_unique":true}})");
    EXPECT_EQ(create("cid").status, 409);
    EXPECT_EQ(create("ANN").out.body, R"({"code":"conflict","message":"username already exists"})");
    make_group("Team");
    EXPECT_EQ(api("POST", "~/groups", R"({"group":{"display_name":"team"}})").status, 409);
    knobs(R"({"beyond":{"group_name_unique":false}})");
    EXPECT_EQ(api("POST", "~/groups", R"({"group":{"display_name":"team"}})").status, 200);
}

TEST_F(beyond, members_are_added_all_or_none)
{
    const auto group = make_group("Team");
    const auto ann = make_identity("ann"), bob = make_identity("bob");
    const auto add = [&](const json& ids) {
        return api("POST", "~/groups/" + group + ":addMembers", json{{"identity_ids", ids}}.dump());
    };
    const auto size = [&] { return api("GET", "~/groups/" + group + ":listMembers").body["total_size"]; };
    expect_missing(add({ann, "0000000000000000", bob}), "Identity", "0000000000000000", "identity not found");
    EXPECT_EQ(size(), 0);
    knobs(R"({"beyond":{"unknown_member":"unnamed"}})");
    EXPECT_EQ(add({ann, "x"}).out.body, R"({"code":"not_found","message":"identity not found"})");
    knobs(R"({"beyond":{"unknown_member":"bad_request"}})");
    EXPECT_EQ(add({ann, "x"}).status, 400);
    EXPECT_EQ(add({ann, ann}).status, 200);
    EXPECT_EQ(add({ann, bob}).status, 200); // harmless
    EXPECT_EQ(size(), 2);
    expect_violation(add(json::array()), "identity_ids", "missing");
    expect_violation(add(std::vector<std::string>(1001, ann)), "identity_ids", "array exceeds 1000 elements");
    knobs(R"({"beyond":{"repeated_member":"conflict"}})");
    EXPECT_EQ(add({ann}).status, 409);
}

TEST_F(beyond, deleting_somebody_with_memberships)
{
    const auto group = make_group("Team");
    const auto ann = make_identity("ann");
    api("POST", "~/groups/" + group + ":addMembers", json{{"identity_ids", {ann}}}.dump());
    knobs(R"({"beyond":{"identity_delete_requires_no_memberships":true}})");
    EXPECT_EQ(api("DELETE", "~/identities/" + ann).status, 409);
    knobs(R"({"beyond":{"identity_delete_requires_no_memberships":false}})");
    expect_empty(api("DELETE", "~/identities/" + ann));
    EXPECT_EQ(api("GET", "~/groups/" + group + ":listMembers").body["total_size"], 0);
}

TEST_F(beyond, batch_delete_takes_all_or_none)
{
    const auto ann = make_identity("ann"), bob = make_identity("bob");
    const auto remove = [&](const json& ids) {
        return api("POST", "~/identities:batchDelete", json{{"ids", ids}}.dump());
    };
    const auto refused = remove({ann, "x", bob, "y"});
    EXPECT_EQ(refused.status, 404);
    EXPECT_EQ(
        refused.out.body,
        R"({"code":"not_found","message":"identities not found","details":[{"type":"BatchOperationErrors","description":"errors encountered performing batch operation","errors":[{"Description":"identities not found","IDs":["x","y"],"ResourceType":"Identity"}]}]})");
    EXPECT_EQ(remove({ann, ann}).status, 400);
    EXPECT_EQ(remove(json::array()).status, 400);
    expect_empty(remove({ann, bob}));
    EXPECT_EQ(api("GET", "~/identities/" + ann).status, 404);
    knobs(R"({"beyond":{"era":"seed"}})");
    EXPECT_EQ(remove({ann}).status, 404); // not there yet
}

TEST_F(beyond, edits_behind_the_back_and_the_compact_state)
{
    const auto edit = [&](const char* method, const std::string& path, const char* body = "") {
        return box.control(method, "/__sandbox/beyond/" + path, body);
    };
    edit("POST", "identities?realm=Staging",
         R"({"username":"ann","display_name":"Ann A","status":"suspended","title":"Lead"})");
    edit("POST", "groups?realm=Staging", R"({"display_name":"Team","description":"all"})");
    edit("PUT", "identities/ann/groups/Team?realm=Staging");
    EXPECT_EQ(box.control("GET", "/__sandbox/state?server=beyond&form=compact&realm=" + other)["identities"],
              json::parse(R"([["ann","Ann A","suspended",{"title":"Lead"}]])"));
    edit("PATCH", "identities/ann?realm=Staging", R"({"title":"Head","status":"active"})");
    const auto state = box.control("GET", "/__sandbox/state?server=beyond&form=compact&realm=Staging");
    EXPECT_EQ(state["identities"][0][3]["title"], "Head");
    EXPECT_EQ(state["groups"], json::parse(R"([["Team","all",["ann"]]])"));
    edit("DELETE", "groups/Team/members/ann?realm=Staging");
    edit("DELETE", "identities/ann?realm=Staging");
    edit("DELETE", "groups/Team?realm=Staging");
    EXPECT_EQ(box.control("GET", "/__sandbox/state?server=beyond&form=compact&realm=Staging")["groups"], json::array());
    edit("PATCH", "identities/helene.brandt", R"({"department":"Board"})"); // realm A when nobody says
    EXPECT_EQ(edit("GET", "identities/helene.brandt")["traits"]["department"], "Board");
}

TEST_F(beyond, a_dump_goes_back_in)
{
    const auto before = box.control("GET", "/__sandbox/state?server=beyond");
    make_identity("ann");
    box.control("PUT", "/__sandbox/state", json{{"beyond", before}}.dump());
    EXPECT_EQ(box.control("GET", "/__sandbox/state?server=beyond").dump(), before.dump());
    box.control("POST", "/__sandbox/reset?what=data");
    EXPECT_EQ(api("GET", "~/identities").body["total_size"], 60);
}

} // namespace
} // namespace idferry::sandbox
