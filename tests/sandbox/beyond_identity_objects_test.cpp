// What the current documents add to the seed's: roles and their members, more states of binding jobs, batches, flow
// types, groups of SSO configs; and the knobs of all that.
#include "tests/sandbox/beyond_identity_fixture.hpp"

namespace idferry::sandbox {
namespace {

class beyond_objects : public beyond_fixture
{
protected:
    // The first object of a list with that name.
    json named(const std::string& path, const std::string& key, const std::string& name)
    {
        for (const auto& one : walk(path, key))
            if (one["display_name"] == name) return one;
        ADD_FAILURE() << "no " << name << " in " << path;
        return json::object();
    }
    std::string server() { return named("~/resource-servers", "resource_servers", "Expenses API").value("id", ""); }
    std::string roles() { return "~/resource-servers/" + server() + "/roles"; }
    std::string role(const std::string& name) { return roles() + "/" + named(roles(), "roles", name).value("id", ""); }
    std::string config()
    {
        return named("~/authenticator-configs", "authenticator_configs", "Hosted Web").value("id", "");
    }
    reply new_job(const std::string& identity, const std::string& delivery)
    {
        return api("POST", "~/identities/" + identity + "/credential-binding-jobs",
                   json{{"job", {{"delivery_method", delivery}, {"authenticator_config_id", config()}}}}.dump());
    }
    std::string enrollment(const std::string& identity)
    {
        return api("GET", "~/identities/" + identity).body.value("enrollment_status", "");
    }
};

TEST_F(beyond_objects, resource_servers)
{
    const auto made = api("POST", "~/resource-servers",
                          R"({"resource_server":{"display_name":"Pets","identifier":"pets","scopes":["a","b"]}})");
    ASSERT_EQ(made.status, 200) << made.out.body;
    EXPECT_EQ(made.body["is_managed"], false);
    const auto path = "~/resource-servers/" + made.body["id"].get<std::string>();
    EXPECT_EQ(
        api("POST", "~/resource-servers", R"({"resource_server":{"display_name":"Pets","identifier":"pets"}})").status,
        409);
    EXPECT_EQ(api("POST", "~/resource-servers",
                  R"({"resource_server":{"display_name":"Pets","identifier":"beyondidentity"}})")
                  .status,
              400);
    const auto role = api("POST", path + "/roles", R"({"role":{"display_name":"Keepers"}})");
    const auto at = path + "/roles/" + role.body["id"].get<std::string>();
    EXPECT_EQ(api("POST", at + ":addScopes", R"({"scopes":["a","b"]})").status, 200);
    EXPECT_EQ(api("PATCH", path, R"({"resource_server":{"scopes":["a"],"identifier":"other"}})").body["identifier"],
              "pets");
    EXPECT_EQ(api("GET", at + ":listScopes").out.body, R"({"scopes":["a"],"total_size":1})");
    EXPECT_EQ(api("DELETE", path).status, 409);
    realm = admin;
    const auto managed = named("~/resource-servers", "resource_servers", "Beyond Identity Management API");
    EXPECT_EQ(api("PATCH", "~/resource-servers/" + managed["id"].get<std::string>(),
                  R"({"resource_server":{"display_name":"x"}})")
                  .status,
              403);
}

TEST_F(beyond_objects, roles_with_members_and_scopes)
{
    const auto path = role("Readers");
    const auto ann = make_identity("ann"), group = make_group("Team");
    const auto ids = json{{"group_ids", {group}}, {"identity_ids", {ann}}}.dump();
    EXPECT_EQ(api("POST", path + ":addMembers", ids).status, 200);
    EXPECT_EQ(api("POST", path + ":addMembers", R"({"group_ids":[],"identity_ids":[]})").status, 400);
    EXPECT_EQ(api("POST", path + ":addMembers", json{{"group_ids", {"x"}}, {"identity_ids", {ann}}}.dump()).status,
              404);
    auto members = api("GET", path + ":listMembers").body;
    EXPECT_EQ(members["total_groups_size"], 2);
    EXPECT_EQ(members["total_identities_size"], 1);
    EXPECT_EQ(members["identities"][0]["id"], ann);
    EXPECT_EQ(api("GET", "~/identities/" + ann + ":listRoles?resource_server_id=" + server()).body["total_size"], 1);
    EXPECT_EQ(api("GET", "~/identities/" + ann + ":listRoles").body["total_size"], 1); // no longer needed
    EXPECT_EQ(api("POST", path + ":addScopes", R"({"scopes":["no:such"]})").status, 400);
    EXPECT_EQ(api("DELETE", path).out.body, R"({"code":"conflict","message":"role has children"})");
    knobs(R"({"beyond":{"identity_delete_requires_no_memberships":true}})");
    EXPECT_EQ(api("DELETE", "~/identities/" + ann).status, 409);
    EXPECT_EQ(api("POST", path + ":deleteMembers", ids).status, 200);
    EXPECT_EQ(api("GET", path + ":listMembers").body["total_identities_size"], 0);
    EXPECT_EQ(api("PATCH", path, R"({"role":{"description":"Read only"}})").body["description"], "Read only");
}

TEST_F(beyond_objects, an_unknown_group_is_answered_like_an_unknown_identity)
{
    const auto add = [&] {
        return api("POST", role("Readers") + ":addMembers", R"({"group_ids":["ffff"],"identity_ids":[]})").out;
    };
    EXPECT_EQ(add().status, 404);
    EXPECT_NE(add().body.find(R"("resource_type":"Group","id":"ffff")"), std::string::npos) << add().body;
    knobs(R"({"beyond":{"unknown_member":"unnamed"}})");
    EXPECT_EQ(add().body, R"({"code":"not_found","message":"group not found"})");
    knobs(R"({"beyond":{"unknown_member":"bad_request"}})");
    EXPECT_EQ(add().status, 400);
    EXPECT_NE(add().body.find(R"("field":"group_ids")"), std::string::npos) << add().body;
}

TEST_F(beyond_objects, the_members_of_a_role_are_paged_in_two_dimensions)
{
    const auto path = role("Approvers") + ":listMembers";
    json groups = json::array(), identities = json::array();
    for (const auto& one : walk("~/groups", "groups"))
        if (groups.size() < 5) groups.push_back(one["id"]);
    for (const auto& one : walk("~/identities", "identities"))
        if (identities.size() < 9) identities.push_back(one["id"]);
    api("POST", role("Approvers") + ":addMembers", json{{"group_ids", groups}, {"identity_ids", identities}}.dump());
    const auto total = api("GET", path).body["total_groups_size"].get<std::size_t>();
    std::set<std::string> seen_groups, seen_identities;
    std::string next;
    std::size_t pages = 0;
    do {
        const auto page = api("GET", path + "?groups_page_size=2&identities_page_size=4" +
                                         (next.empty() ? "" : "&page_token=" + next));
        ASSERT_EQ(page.status, 200) << page.out.body;
        for (const auto& one : page.body["groups"]) EXPECT_TRUE(seen_groups.insert(one["id"]).second);
        for (const auto& one : page.body["identities"]) EXPECT_TRUE(seen_identities.insert(one["id"]).second);
        next = page.body.value("next_page_token", "");
        ++pages;
    } while (!next.empty() && pages < 20);
    EXPECT_EQ(seen_groups.size(), total);
    EXPECT_EQ(seen_identities.size(), 9U);
    EXPECT_EQ(pages, 3U);
    expect_violation(api("GET", path + "?page_token=nonsense"), "page_token", "invalid page token");
}

TEST_F(beyond_objects, a_binding_job_runs_its_course)
{
    const auto ann = make_identity("ann", {{"primary_email_address", "ann@x.example"}});
    EXPECT_EQ(enrollment(ann), "UNENROLLED");
    const auto job = new_job(ann, "EMAIL").body["credential_binding_job"];
    EXPECT_EQ(job["state"], "LINK_SENT");
    EXPECT_EQ(enrollment(ann), "PENDING");
    const auto path = "~/identities/" + ann + "/credential-binding-jobs/" + job["id"].get<std::string>();
    box.control("PATCH", "/__sandbox/beyond/jobs/" + job["id"].get<std::string>(), R"({"state":"COMPLETE"})");
    const auto complete = api("GET", path).body;
    EXPECT_EQ(complete["state"], "COMPLETE");
    EXPECT_EQ(enrollment(ann), "ENROLLED");
    EXPECT_EQ(api("POST", path + ":revoke", "{}").status, 409);
    const auto credential = "~/identities/" + ann + "/credentials/" + complete["credential_id"].get<std::string>();
    EXPECT_EQ(api("POST", credential + ":revoke").body["state"], "REVOKED");
    EXPECT_EQ(enrollment(ann), "UNENROLLED");
    EXPECT_EQ(
        api("GET", "~/identities/-/credentials?filter=" + percent_encode(R"(state eq "REVOKED")")).body["total_size"],
        1);

    const auto second = new_job(ann, "RETURN").body["credential_binding_job"]["id"].get<std::string>();
    const auto at = "~/identities/" + ann + "/credential-binding-jobs/" + second;
    box.clock().skip_ms(7LL * 24 * 3600 * 1000 + 1000);
    token.clear();
    EXPECT_EQ(api("GET", at).body["state"], "EXPIRED");
    EXPECT_EQ(api("POST", at + ":revoke", "{}").status, 409);
    const auto third = new_job(ann, "RETURN").body["credential_binding_job"]["id"].get<std::string>();
    EXPECT_EQ(api("POST", "~/identities/" + ann + "/credential-binding-jobs/" + third + ":revoke", "{}").body["state"],
              "REVOKED");
    knobs(R"({"beyond":{"jobs_fail_to_send":true}})");
    EXPECT_EQ(new_job(ann, "EMAIL").body["credential_binding_job"]["state"], "FAILED_TO_SEND");
    EXPECT_EQ(enrollment(ann), "INVITE_FAILED");
    EXPECT_EQ(api("GET", "~/identities/" + ann +
                             "/credential-binding-jobs?filter=" + percent_encode(R"(state eq "FAILED_TO_SEND")"))
                  .body["total_size"],
              1);
    knobs(R"({"beyond":{"era":"seed"}})");
    EXPECT_EQ(api("POST", at + ":revoke", "{}").status, 404); // not there yet
}

TEST_F(beyond_objects, jobs_for_many)
{
    const auto ann = make_identity("ann", {{"primary_email_address", "ann@x.example"}}), bob = make_identity("bob");
    const auto create = [&](const json& ids) {
        return api("POST", "~/batch-credential-binding-jobs",
                   json{{"batch_credential_binding_job",
                         {{"identity_ids", ids}, {"job_template", {{"authenticator_config_id", config()}}}}}}
                       .dump());
    };
    const auto made = create({ann, bob, "x"});
    ASSERT_EQ(made.status, 200) << made.out.body;
    EXPECT_EQ(made.body["state"], "RUNNING");
    const auto path = "~/batch-credential-binding-jobs/" + made.body["id"].get<std::string>();
    EXPECT_EQ(api("GET", path).body["state"], "PARTIAL_SUCCESS");
    EXPECT_EQ(api("GET", path).body["state_commentary"]["errors"][bob]["last_error"], "Identity missing email address");
    const auto results = api("GET", path + ":listResults").body;
    EXPECT_EQ(results["total_success_count"], 1);
    EXPECT_EQ(results["total_failure_count"], 2);
    EXPECT_EQ(results["total_size"], 3);
    knobs(R"({"beyond":{"batch_queued":800,"batch_queue":801}})");
    const auto full = create({ann, bob});
    EXPECT_EQ(full.status, 429);
    EXPECT_EQ(
        full.out.body,
        R"({"code":"too_many_requests","message":"Maximum queue sized reached. Maximum: 801 Current Total: 800 Overage: 1"})");
    EXPECT_EQ(full.header("RateLimit-Limit"), "801");
    EXPECT_EQ(full.header("RateLimit-Remaining"), "1");
}

TEST_F(beyond_objects, tokens_of_an_application)
{
    realm = admin;
    const auto path = "~/applications/" + box.beyond().application();
    ask_token();
    EXPECT_EQ(api("GET", path + "/tokens").body["total_size"], 2);
    const auto tokens = walk(path + "/tokens?principal_type=application", "tokens");
    for (const auto& one : tokens)
        if (one["id"] != claims_of(token)["jti"])
            expect_empty(api("DELETE", path + "/tokens/" + one["id"].get<std::string>()));
    const auto left = walk(path + "/tokens", "tokens");
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0]["token_suffix"], token.substr(token.size() - 4));
    EXPECT_EQ(api("DELETE", path + "/tokens/x").status, 404);
    EXPECT_EQ(api("DELETE", path).status, 403); // managed
    EXPECT_EQ(api("GET", path + "/sso-configs-id").out.body, "{}");
}

TEST_F(beyond_objects, an_application_of_ones_own_gets_tokens_for_its_scopes)
{
    const auto made = api(
        "POST", "~/applications",
        R"({"application":{"display_name":"Sync","protocol_config":{"type":"oauth2","allowed_scopes":["groups:read"],"grant_type":["client_credentials"]}}})");
    ASSERT_EQ(made.status, 200) << made.out.body;
    const auto& how = made.body["protocol_config"];
    auto extra = with_header("Content-Type", "application/x-www-form-urlencoded");
    extra.headers.emplace_back("Authorization", "Basic " + base64(how["client_id"].get<std::string>() + ":" +
                                                                  how["client_secret"].get<std::string>()));
    const auto given = ask("beyond", "POST", target("~/applications/" + made.body["id"].get<std::string>() + "/token"),
                           "grant_type=client_credentials", extra);
    EXPECT_EQ(given.body["scope"], "groups:read");
    token = given.body["access_token"].get<std::string>();
    EXPECT_EQ(api("GET", "~/groups").status, 200);
    EXPECT_EQ(api("GET", "~/identities").status, 403);
}

TEST_F(beyond_objects, an_authenticator_config_in_use_stays)
{
    EXPECT_EQ(api("DELETE", "~/authenticator-configs/" + config()).status, 409);
    EXPECT_EQ(api("POST", "~/authenticator-configs",
                  R"({"authenticator_config":{"display_name":"x","config":{"type":"nonsense"}}})")
                  .status,
              400);
}

TEST_F(beyond_objects, sso_configs_of_every_kind)
{
    const auto create = [&](const json& payload) {
        return api("POST", "~/sso-configs",
                   json{{"sso_config", {{"display_name", "One"}, {"payload", payload}}}}.dump());
    };
    EXPECT_EQ(create({{"type", "reality_check"}, {"company_identifier", "x"}}).status, 400); // gone by now
    const auto nametag = create({{"type", "nametag_oauth2"}});
    EXPECT_EQ(nametag.body["payload"]["client_secret"].get<std::string>().size(), 48U);
    EXPECT_EQ(create({{"type", "generic_oidc"}}).status, 400);
    const auto scim = create({{"type", "scim"}});
    EXPECT_EQ(scim.body["payload"]["scim_url"], "https://127.0.0.1:1" + target("~/scim/v2"));
    const auto path = "~/applications/" + scim.body["payload"]["application_id"].get<std::string>() + "/sso-configs-id";
    EXPECT_EQ(api("GET", path).body["sso_config_id"], scim.body["id"]);
    knobs(R"({"beyond":{"payload_shape":"external"}})");
    EXPECT_TRUE(create({{"type", "bookmark"}, {"login_link", "https://x"}}).body["payload"].contains("Bookmark"));
    knobs(R"({"beyond":{"era":"seed"}})");
    EXPECT_EQ(create({{"type", "reality_check"}, {"company_identifier", "x"}}).status, 200);
    EXPECT_EQ(create({{"type", "nametag_oauth2"}}).status, 400);
}

TEST_F(beyond_objects, groups_and_identities_of_an_sso_config)
{
    const auto path = "~/sso-configs/" + named("~/sso-configs", "sso_configs", "Wiki")["id"].get<std::string>();
    const auto ann = make_identity("ann"), group = make_group("Team");
    api("POST", "~/groups/" + group + ":addMembers", json{{"identity_ids", {ann}}}.dump());
    expect_empty(api("POST", path + ":addGroups", json{{"group_ids", {group}}}.dump()));
    bool found = false;
    for (const auto& one : walk(path + ":listIdentityAssociations", "identities"))
        found = found || (one["id"] == ann && one.value("group_id", "") == group &&
                          one.value("group_display_name", "") == "Team");
    EXPECT_TRUE(found);
    EXPECT_EQ(api("GET", "~/identities/" + ann + "/sso-configs").body["total_size"], 1);
    // What the live service has not:
    const auto asked = "~/identities/" + ann + path.substr(1) + "/is-identity-assigned";
    EXPECT_EQ(api("GET", asked).status, 404);
    knobs(R"({"beyond":{"is_assigned":true}})");
    EXPECT_EQ(api("GET", asked).out.body, R"({"is_assigned_to_sso_config":true})");
    const auto group_body = json{{"group_ids", {group}}}.dump();
    EXPECT_EQ(api("POST", path + "/is-group-assigned", group_body).out.body, R"({"is_assigned_to_sso_config":true})");
    expect_empty(api("POST", path + ":deleteGroups", group_body));
    EXPECT_EQ(api("POST", path + "/is-group-assigned", group_body).out.body, R"({"is_assigned_to_sso_config":false})");
    EXPECT_EQ(api("POST", path + "/test", "{}").body["identity_providers"].size(), 2U);
    expect_empty(api("DELETE", path));
    knobs(R"({"beyond":{"era":"seed"}})");
    EXPECT_EQ(api("POST", path + ":addGroups", group_body).status, 404);
}

TEST_F(beyond_objects, flow_types)
{
    const auto first = api("GET", "~/flow-type-config");
    EXPECT_EQ(first.body["platform_config"].size(), 8U);
    EXPECT_EQ(first.body["platform_config"]["ios"].size(), 13U);
    EXPECT_EQ(api("PATCH", "~/flow-type-config",
                  R"({"flow_type_config":{"platform_config":{"ios":{"copy":{"enabled":true}}}}})")
                  .body["platform_config"]["ios"]["copy"],
              json::parse(R"({"enabled":true,"valid":true})"));
    EXPECT_EQ(api("PATCH", "~/flow-type-config", R"({"flow_type_config":{"nonsense":1}})").status, 400);
}

TEST_F(beyond_objects, compact_states_of_two_realms_compare)
{
    const auto state = box.control("GET", "/__sandbox/state?server=beyond&form=compact&realm=Staff");
    const auto text = state.dump();
    EXPECT_EQ(text.find(realm), std::string::npos);
    EXPECT_EQ(text.find("\"client_secret\""), std::string::npos);
    bool refers = false;
    for (const auto& one : state["applications"])
        refers = refers || (one["display_name"] == "Expenses" && one["authenticator_config_id"] == "@Hosted Web" &&
                            one["resource_server_id"] == "@Expenses API");
    EXPECT_TRUE(refers) << state["applications"].dump();
    EXPECT_EQ(state["sso_configs"][0]["identities"], json::array({"@helene.brandt"}));
}

} // namespace
} // namespace idferry::sandbox
