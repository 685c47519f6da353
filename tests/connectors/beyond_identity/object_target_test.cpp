// Roles, assignments and configuration objects written to the sandbox over TLS: created, changed and removed by type,
// and what is refused.
#include "tests/connectors/beyond_identity/object_bench.hpp"

#include <gmock/gmock.h>

#include <map>

namespace idferry::tests {
namespace {

using connectors::disposition;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using settings = std::map<std::string, json>;

struct target_world
{
    std::string name;
    std::vector<std::string> knobs;
    std::string keys;
};

#define MADE(name, ...)                                                                                                \
    const auto name##_made = __VA_ARGS__;                                                                              \
    ASSERT_TRUE(name##_made) << name##_made.error().detail;                                                            \
    const auto name = name##_made->id.text()

const settings server_settings{{"display_name", "Expenses API"},
                               {"identifier", "https://expenses.example"},
                               {"scopes", {"expenses:approve", "expenses:read"}}};
const settings hosted_settings{{"display_name", "Hosted Web"},
                               {"config/type", "hosted_web"},
                               {"config/authentication_methods", json::array({{{"type", "webauthn_passkey"}}})}};

class object_target : public testing::TestWithParam<target_world>, protected object_bench
{
protected:
    object_target() : object_bench("other_realm", GetParam().keys, GetParam().knobs, 12) {}
};

TEST_P(object_target, resource_servers)
{
    const auto& type = mapping::resource_server_type;
    MADE(id, create(type, server_settings));
    EXPECT_EQ(id_made->body["identifier"], "https://expenses.example");
    const auto same = create(type, server_settings);
    ASSERT_FALSE(same);
    EXPECT_EQ(same.error().next, disposition::conflict);
    const auto changed = update(type, id, {{"display_name", "Spending"}, {"scopes", {"expenses:read"}}});
    ASSERT_TRUE(changed) << changed.error().detail;
    EXPECT_EQ(changed->body["scopes"], json::array({"expenses:read"}));
    EXPECT_EQ(kept("resource_servers", id)["display_name"], "Spending");
    const auto moved = update(type, id, {{"identifier", "https://other.example"}});
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().next, disposition::reject);
    ASSERT_TRUE(remove(type, id));
    ASSERT_TRUE(remove(type, id)) << "gone is done";
    EXPECT_THAT(listed(type), IsEmpty());
}

TEST_P(object_target, roles_with_their_scopes_and_members)
{
    const auto& type = mapping::role_type;
    MADE(server, create(mapping::resource_server_type, server_settings));
    MADE(id, create(type, {{"display_name", "Readers"},
                           {"description", "Who reads"},
                           {"resource_server_id", server},
                           {"scopes", {"expenses:approve", "expenses:read"}}}));
    EXPECT_EQ(id_made->body["resource_server_id"], server);
    EXPECT_EQ(id_made->body["scopes"], json::array({"expenses:approve", "expenses:read"}));
    const auto changed =
        update(type, id, {{"display_name", "Readers"}, {"description", "Others"}, {"scopes", {"expenses:read"}}});
    ASSERT_TRUE(changed) << changed.error().detail;
    EXPECT_EQ(changed->body["scopes"], json::array({"expenses:read"}));
    EXPECT_EQ(changed->body["description"], "Others");
    const auto moved = update(type, id, {{"resource_server_id", "elsewhere"}});
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, "mutability");
    const auto misnamed = create(type, {{"display_name", "a;b"}, {"resource_server_id", server}});
    ASSERT_FALSE(misnamed);
    EXPECT_EQ(misnamed.error().next, disposition::reject);

    const auto ann = text(box.edit("POST", "identities", {{"display_name", "Ann"}, {"username", "ann"}}), "id");
    const auto team = text(box.edit("POST", "groups", {{"display_name", "Team"}, {"description", ""}}), "id");
    box.edit("PUT", "roles/" + id + "/groups/" + team);
    const auto given = members(type, id, {ann}, {});
    ASSERT_TRUE(given) << given.error().detail;
    EXPECT_EQ(given->body["members"], json::parse("[{\"value\":\"" + ann + "\"}]"));
    EXPECT_EQ(kept("roles", id)["groups"], sandbox_json::array({team})) << "groups are not ours, and stay";
    // A role goes with its scopes and whoever holds it.
    target = box.connection().make_target(box.environment()); // which does not know where the role is
    const auto gone = remove(type, id);
    ASSERT_TRUE(gone) << gone.error().detail;
    EXPECT_THAT(listed(type), IsEmpty());
    ASSERT_TRUE(remove(mapping::resource_server_type, server));
}

TEST_P(object_target, themes)
{
    const auto& type = mapping::theme_type;
    EXPECT_THAT(listed(type), IsEmpty());
    MADE(id, create(type, {{"display_name", "theme"}, {"email_realm_name", "Acme"}, {"button_color", "#112233"}}));
    EXPECT_EQ(id_made->body["display_name"], "theme") << "one realm's is the other's";
    EXPECT_FALSE(kept("themes", id).contains("display_name"));
    EXPECT_THAT(listed(type), SizeIs(1));
    const auto second = create(type, {{"email_realm_name", "Acme"}});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().next, disposition::conflict);
    const auto changed = update(type, id, {{"button_color", "#445566"}});
    ASSERT_TRUE(changed) << changed.error().detail;
    EXPECT_EQ(changed->body["button_color"], "#445566");
    EXPECT_EQ(changed->body["email_realm_name"], "Acme");
    EXPECT_EQ(create(type, {{"email_realm_name", "a:b"}}).error().next, disposition::reject);
    const auto gone = remove(type, id);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().next, disposition::reject);
}

TEST_P(object_target, authenticator_configs_keep_what_is_not_changed)
{
    const auto& type = mapping::authenticator_config_type;
    const auto group = text(box.edit("POST", "groups", {{"display_name", "Team"}, {"description", ""}}), "id");
    MADE(id, create(type, {{"display_name", "Platform"},
                           {"config/type", "platform"},
                           {"config/trusted_origins", {"https://a.example"}},
                           {"config/roaming_auth_config/enabled", true},
                           {"config/roaming_auth_config/allowed_source_ips", {"192.0.2.1"}},
                           {"config/roaming_auth_config/allowed_user_group_ids", {group}}}));
    const auto changed = update(type, id,
                                {{"config/type", "platform"},
                                 {"config/roaming_auth_config/enabled", false},
                                 {"config/roaming_auth_config/allowed_source_ips", nullptr}});
    ASSERT_TRUE(changed) << changed.error().detail;
    const auto now = kept("authenticator_configs", id)["config"];
    EXPECT_EQ(now["roaming_auth_config"]["enabled"], false);
    EXPECT_EQ(now["roaming_auth_config"]["allowed_source_ips"], sandbox_json::array());
    EXPECT_EQ(now["roaming_auth_config"]["allowed_user_group_ids"], sandbox_json::array({group}));
    EXPECT_EQ(now["trusted_origins"], sandbox_json::array({"https://a.example"}));
    const auto other = update(type, id, {{"config/type", "console"}});
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, "mutability");
    ASSERT_TRUE(remove(type, id));
}

TEST_P(object_target, applications_keep_their_secrets)
{
    const auto& type = mapping::application_type;
    MADE(server, create(mapping::resource_server_type, server_settings));
    MADE(config, create(mapping::authenticator_config_type, hosted_settings));
    MADE(id, create(type, {{"display_name", "Expenses"},
                           {"resource_server_id", server},
                           {"authenticator_config_id", config},
                           {"protocol_config/type", "oidc"},
                           {"protocol_config/allowed_scopes", {"expenses:read"}},
                           {"protocol_config/confidentiality", "confidential"},
                           {"protocol_config/grant_type", {"authorization_code"}},
                           {"protocol_config/redirect_uris", {"https://a.example", "https://b.example"}},
                           {"protocol_config/token_configuration/expires_after", 600}}));
    EXPECT_EQ(id_made->body.dump().find("client_secret"), std::string::npos);
    const auto before = kept("applications", id);
    ASSERT_FALSE(text(before["protocol_config"], "client_secret").empty());
    const auto changed = update(type, id,
                                {{"display_name", "Expenses"},
                                 {"protocol_config/type", "oidc"},
                                 {"protocol_config/redirect_uris", {"https://c.example"}},
                                 {"protocol_config/token_configuration/expires_after", 900}});
    ASSERT_TRUE(changed) << changed.error().detail;
    auto wanted = before;
    wanted["protocol_config"]["redirect_uris"] = {"https://c.example"};
    wanted["protocol_config"]["token_configuration"]["expires_after"] = 900;
    auto now = kept("applications", id);
    for (auto* one : {&wanted, &now}) (*one)["protocol_config"].erase("token_endpoint_auth_method"); // ignored there
    EXPECT_EQ(now, wanted) << "nothing else changed, secret and client id among it";
    EXPECT_EQ(changed->body["authenticator_config_id"], config);
    const auto in_use = remove(mapping::authenticator_config_type, config);
    ASSERT_FALSE(in_use);
    EXPECT_EQ(in_use.error().next, disposition::conflict);
    const auto sent = box.writes();
    for (const auto& one : sent) EXPECT_EQ(one.find("client_secret"), std::string::npos);
    ASSERT_TRUE(remove(type, id));
    ASSERT_TRUE(remove(mapping::authenticator_config_type, config));
}

TEST_P(object_target, identity_providers_need_their_secret_from_a_human)
{
    const auto& type = mapping::identity_provider_type;
    const settings all{{"display_name", "Corporate Directory"},
                       {"protocol_config/type", "oidc_idp"},
                       {"protocol_config/client_id", "ours"},
                       {"protocol_config/token_scopes", {"openid"}},
                       {"protocol_config/identity_attribute", "email"},
                       {"protocol_config/pkce", "s256"},
                       {"protocol_config/jwks_url", "https://idp.example/keys"},
                       {"protocol_config/token_url", "https://idp.example/token"},
                       {"protocol_config/authorize_url", "https://idp.example/authorize"},
                       {"protocol_config/identifying_claim_name", "email"}};
    const auto refused = create(type, all);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().next, disposition::reject);
    EXPECT_THAT(refused.error().detail, HasSubstr("create it at the target by hand, with its secret"));
    // Somebody did.
    const auto id = text(
        box.edit("POST", "identity_providers",
                 {{"display_name", "Corporate Directory"},
                  {"protocol_config",
                   {{"type", "oidc_idp"}, {"client_id", "ours"}, {"client_secret", "hand-made"}, {"pkce", "s256"}}}}),
        "id");
    EXPECT_EQ(listed(type), std::vector<std::string>{id});
    EXPECT_EQ(read(type, id)->body.dump().find("hand-made"), std::string::npos);
    const auto changed = update(type, id, all);
    if (GetParam().name == "replaces_nested_objects") {
        ASSERT_FALSE(changed) << "such a service wants the secret with every change";
        EXPECT_EQ(changed.error().code, "needs_secret");
        return;
    }
    ASSERT_TRUE(changed) << changed.error().detail;
    const auto now = kept("identity_providers", id)["protocol_config"];
    EXPECT_EQ(now["token_url"], "https://idp.example/token");
    EXPECT_EQ(now["client_secret"], "hand-made");
    ASSERT_TRUE(remove(type, id));
    // A service that takes one without: its answer has no id, and the list tells.
    box.knob("provider_secret", "optional");
    MADE(without, create(type, all));
    EXPECT_EQ(listed(type), std::vector<std::string>{without});
}

TEST_P(object_target, sso_configs)
{
    const auto& type = mapping::sso_config_type;
    MADE(id, create(type, {{"display_name", "Wiki"},
                           {"payload/type", "bookmark"},
                           {"payload/login_link", "https://wiki.example"},
                           {"payload/is_tile_visible", true}}));
    const auto changed = update(type, id,
                                {{"display_name", "Wiki"},
                                 {"payload/type", "bookmark"},
                                 {"payload/login_link", "https://new.example"},
                                 {"payload/is_tile_visible", true}});
    ASSERT_TRUE(changed) << changed.error().detail;
    EXPECT_EQ(changed->body["payload/login_link"], "https://new.example");
    EXPECT_EQ(changed->body["payload/is_tile_visible"], true);
    const auto renamed = update(type, id, {{"display_name", "Handbook"}});
    ASSERT_TRUE(renamed) << renamed.error().detail;
    EXPECT_EQ(renamed->body["display_name"], "Handbook");

    MADE(travel, create(type, {{"display_name", "Travel"},
                               {"payload/type", "generic_oidc"},
                               {"payload/redirect_uris", {"https://travel.example"}},
                               {"payload/scopes", {"openid"}},
                               {"payload/confidentiality", "confidential"},
                               {"payload/pkce", "s256"}}));
    EXPECT_TRUE(travel_made->body["payload/client_id"].is_null());
    // What it made is neither ours to change nor to remove.
    const auto made = text(kept("sso_configs", travel)["payload"], "application_id");
    const auto application = read(mapping::application_type, made);
    ASSERT_TRUE(application) << application.error().detail;
    EXPECT_EQ(application->body.value(std::string(mapping::managed_mark), false), true);
    EXPECT_EQ(update(mapping::application_type, made, {{"display_name", "Mine"}}).error().code, "mutability");
    EXPECT_EQ(remove(mapping::application_type, made).error().code, "mutability");
    EXPECT_EQ(text(kept("applications", made), "display_name"), "Travel");
    const auto secret = text(kept("sso_configs", travel)["payload"], "client_secret");
    ASSERT_TRUE(update(type, travel, {{"payload/type", "generic_oidc"}, {"payload/pkce", "disabled"}}));
    EXPECT_EQ(text(kept("sso_configs", travel)["payload"], "client_secret"), secret);
    EXPECT_EQ(kept("sso_configs", travel)["payload"]["scopes"], sandbox_json::array({"openid"}));

    ASSERT_TRUE(remove(type, travel));
    ASSERT_TRUE(remove(type, id));
    EXPECT_THAT(listed(type), IsEmpty());
    EXPECT_THAT(listed(mapping::application_type), IsEmpty());
}

TEST_P(object_target, assignments_belong_to_sso_configs_that_are_there)
{
    MADE(id, create(mapping::sso_config_type, {{"display_name", "Wiki"},
                                               {"payload/type", "bookmark"},
                                               {"payload/login_link", "https://wiki.example"}}));
    const auto ann = text(box.edit("POST", "identities", {{"display_name", "Ann"}, {"username", "ann"}}), "id");
    const auto team = text(box.edit("POST", "groups", {{"display_name", "Team"}, {"description", ""}}), "id");
    box.edit("PUT", "groups/" + team + "/members/" + ann);
    const auto& people = mapping::assignment_type;
    const auto& groups = mapping::group_assignment_type;
    EXPECT_EQ(listed(people), std::vector<std::string>{id});
    auto given = members(people, id, {ann}, {});
    ASSERT_TRUE(given) << given.error().detail;
    EXPECT_THAT(given->body["members"], SizeIs(1));
    given = members(groups, id, {team}, {});
    if (GetParam().name == "older_documents") {
        ASSERT_TRUE(given) << given.error().detail;
        ASSERT_THAT(given->refused, SizeIs(1));
        EXPECT_THAT(given->refused.front().why, HasSubstr("assign them in the console"));
        EXPECT_THAT(given->body["members"], IsEmpty());
        box.edit("PUT", "sso_configs/" + id + "/groups/" + team);
        // What cannot come keeps nothing from going.
        const auto other = text(box.edit("POST", "groups", {{"display_name", "Other"}, {"description", ""}}), "id");
        given = members(groups, id, {other}, {team});
        ASSERT_TRUE(given) << given.error().detail;
        EXPECT_THAT(given->refused, SizeIs(1));
        EXPECT_THAT(given->body["members"], IsEmpty());
        box.edit("PUT", "sso_configs/" + id + "/groups/" + team);
    } else {
        ASSERT_TRUE(given) << given.error().detail;
        EXPECT_EQ(given->body["members"][0]["value"], team);
    }
    EXPECT_THAT(read(people, id)->body["members"], SizeIs(1)) << "once, though the group gives it to her too";
    given = members(groups, id, {}, {team});
    ASSERT_TRUE(given) << given.error().detail;
    EXPECT_THAT(given->body["members"], IsEmpty());
    given = members(people, id, {}, {ann});
    ASSERT_TRUE(given) << given.error().detail;
    EXPECT_THAT(given->body["members"], IsEmpty());

    const auto none = create(people, {{"display_name", "Nowhere"}});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().next, disposition::reject);
    EXPECT_THAT(none.error().detail, HasSubstr("no SSO configuration 'Nowhere'"));
    EXPECT_EQ(remove(people, id).error().next, disposition::reject);
    EXPECT_EQ(read(people, "00000000-0000-4000-8000-000000000001").error().next, disposition::not_found);
}

TEST_P(object_target, what_is_not_there_is_not_found_and_a_lost_realm_stops)
{
    for (const auto* type : {&mapping::application_type, &mapping::sso_config_type, &mapping::role_type}) {
        const auto none = read(*type, "00000000-0000-4000-8000-000000000001");
        ASSERT_FALSE(none);
        EXPECT_EQ(none.error().next, disposition::not_found) << type->name << ": " << none.error().detail;
        EXPECT_TRUE(remove(*type, "00000000-0000-4000-8000-000000000001"));
    }
    box.control("POST", "faults", {{"server", "beyond"}, {"method", "GET"}, {"kind", "404"}, {"count", -1}});
    EXPECT_EQ(read(mapping::application_type, "x").error().next, disposition::stop);
    EXPECT_EQ(remove(mapping::sso_config_type, "x").error().next, disposition::stop);
}

INSTANTIATE_TEST_SUITE_P(beyond_identity, object_target,
                         testing::Values(target_world{"current", {}, ""},
                                         target_world{"older_documents", {"beyond.era=seed"}, ""},
                                         target_world{"replaces_nested_objects", {"beyond.nested_patch=replace"}, ""},
                                         target_world{"changed_settings_alone",
                                                      {"beyond.provider_patch=flat"},
                                                      "write: {nested: changed, provider_envelope: false}\n"},
                                         target_world{"awkward_answers",
                                                      {"beyond.payload_shape=external", "beyond.provider_created=whole",
                                                       "beyond.short_pages=1", "beyond.provider_patch=wrapped"},
                                                      ""}),
                         [](const auto& p) { return p.param.name; });

} // namespace
} // namespace idferry::tests
