// What the table of the documents' operations says that syncs use (its column "a sync") is what the sandbox was asked
// by syncs that create, change, rename and remove.
#include "tests/e2e/beyond_stage.hpp"
#include "tests/support/seed_operations.hpp"

#include <algorithm>

namespace idferry::e2e {
namespace {

// "GET /users/{}": a target without its query and what stands before the API's own paths, ids left out.
bool fits(std::string_view pattern, std::string_view path)
{
    if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
    if (pattern.front() != '{') return pattern.front() == path.front() && fits(pattern.substr(1), path.substr(1));
    const auto rest = pattern.substr(std::min(pattern.find('}') + 1, pattern.size()));
    for (std::size_t taken = 1; taken <= path.size() && path[taken - 1] != '/' && path[taken - 1] != ':'; ++taken)
        if (fits(rest, path.substr(taken))) return true;
    return false;
}

class operations_of_syncs : public beyond_identity
{
protected:
    operations_of_syncs() : beyond_identity({40, 8, 7, "user_list"}) {}

    void expect_used(std::string_view connection)
    {
        const auto log = s.control("GET", "requests?limit=8192");
        for (const auto& o : test::seed_operations) {
            if (o.connection != connection || o.resource.empty()) continue;
            const bool seen = std::ranges::any_of(log["requests"], [&](const json& r) {
                auto target = r["target"].get<std::string>();
                target = target.substr(0, target.find('?'));
                const std::string scim = "/api/users/scim/v2";
                if (target.starts_with(scim)) target = target.substr(scim.size());
                return r["method"] == o.method && r["status"].get<int>() / 100 == 2 && fits(o.path, target);
            });
            EXPECT_EQ(seen, !o.used_by.empty()) << o.system << ": " << o.title << " is used by '" << o.used_by << "'";
        }
    }
};

TEST_F(operations_of_syncs, from_bare_id_to_showpad)
{
    s.replace_in_config("{action: deactivate, then_delete_after: 30d}", "{action: delete}");
    s.control("POST", "bareid/groups", {{"name", "Sales Trainees"}});
    sync_well();
    s.control("POST", "bareid/users", newcomer());
    sync_well();
    s.control("PATCH", "bareid/users/new.comer", {{"lastName", "Wed"}});
    sync_well();
    s.control("DELETE", "bareid/users/new.comer");
    s.control("DELETE", "bareid/groups/" + segment("Sales Trainees"));
    sync_well();
    // Between whole reads, people whom events name.
    s.replace_in_config("    instance:", "    events: {kind: event_v1}\n    instance:");
    sync_well();
    const auto hinted = s.run({"sync", "--hinted"});
    EXPECT_EQ(hinted.code, 0) << hinted.text();
    // Without a list of everybody, each person's own record and groups prove that they left.
    s.replace_in_config("mode: user_list", "mode: group_walk");
    s.control("POST", "bareid/users", newcomer("by.walk"));
    sync_well();
    s.control("DELETE", "bareid/users/by.walk/groups");
    sync_well();
    expect_used("bare");
    expect_used("showpad");
}

TEST_F(operations_of_syncs, from_realm_to_realm)
{
    s.write_config("connections:\n" + connection("staging", "realm") + connection("production", "other_realm") +
                   R"yaml(
syncs:
  people:
    source: staging
    target: production
    users:
      match: [userName]
      attributes: {externalId: externalId, userName: userName, displayName: displayName, active: active, emails: {from: emails, collapse: primary}}
      leave: {action: delete}
    groups:
      attributes: {displayName: displayName}
      members: true
      leave: {action: delete}
    resource_servers: {leave: {action: delete}}
    themes: {}
    identity_providers: {leave: {action: delete}}
    authenticator_configs: {leave: {action: delete}}
    applications: {leave: {action: delete}}
    sso_configs: {leave: {action: delete}}
    roles: {members: true, leave: {action: delete}}
    assignments: {members: true}
    group_roles: {members: true}
    group_assignments: {members: true}
    guards: {max_removals: 80%, max_removals_count: 50, max_changes: 80%, min_population: 5}
)yaml");
    const json hosted{{"display_name", "Hosted Web"},
                      {"config",
                       {{"type", "hosted_web"},
                        {"authentication_methods", {{{"type", "webauthn_passkey"}}}},
                        {"trusted_origins", json::array()}}}};
    const auto made =
        s.run({"api", "production", "authenticator-configs", "create", "--write", "--data", hosted.dump()});
    ASSERT_EQ(made.code, 0) << made.text();
    s.control("DELETE", "requests"); // that was nothing of a sync's
    // Several may use an application, so that one less is no list that was cut off.
    const auto at_first = realm("realm");
    for (std::size_t i = 0; i < 10; ++i)
        s.control("PUT",
                  "beyond/sso_configs/Intranet/identities/" + at_first["identities"][i]["id"].get<std::string>());
    for (const auto& one : at_first["groups"])
        s.control("PUT", "beyond/sso_configs/Intranet/groups/" + one["id"].get<std::string>());
    // So that one can be made without a human.
    s.control("POST", "knobs", {{"beyond", {{"provider_secret", "optional"}}}});
    s.control("POST", "beyond/groups", {{"display_name", "Trainees"}, {"description", "x"}});
    s.control("POST", "beyond/identities",
              {{"username", "new.comer"}, {"display_name", "New"}, {"groups", {"Trainees"}}});
    sync_well();
    s.control("PATCH", "beyond/identities/new.comer", {{"display_name", "Wed"}});
    s.control("PATCH", "beyond/groups/Trainees", {{"display_name", "Learners"}});
    s.control("DELETE", "beyond/identities/new.comer/groups/Learners");
    const auto theme = realm("realm")["themes"][0]["id"].get<std::string>();
    s.control("PATCH", "beyond/themes/" + theme, {{"button_color", "#123456"}});
    s.control("PATCH", "beyond/identity_providers/" + segment("Corporate Directory"),
              {{"protocol_config", {{"pkce", "disabled"}}}});
    s.control("PATCH", "beyond/authenticator_configs/" + segment("Hosted Web"),
              {{"config", {{"trusted_origins", {"https://other.example"}}}}});
    s.control("PATCH", "beyond/applications/Expenses", {{"protocol_config", {{"pkce", "s256"}}}});
    s.control("PATCH", "beyond/sso_configs/Wiki", {{"payload", {{"login_link", "https://other.example"}}}});
    s.control("DELETE", "beyond/sso_configs/Intranet/identities/helene.brandt");
    s.control("DELETE", "beyond/sso_configs/Intranet/groups/" + at_first["groups"][0]["id"].get<std::string>());
    sync_well();
    s.control("DELETE", "beyond/identities/new.comer");
    s.control("DELETE", "beyond/groups/Learners");
    for (const char* one : {"applications/Expenses", "authenticator_configs/Console", "sso_configs/Wiki",
                            "identity_providers/Corporate%20Directory"})
        s.control("DELETE", "beyond/" + std::string(one));
    sync_well();

    // A joiner whose job's answer is lost, and who leaves with a credential.
    s.replace_in_config("leave: {action: delete}",
                        "join: {credential: {delivery: email, authenticator: Hosted Web, look: 1ms}}\n"
                        "      leave: {action: deactivate, revoke_credentials: after}");
    s.control("POST", "beyond/identities",
              {{"username", "joiner"}, {"display_name", "New"}, {"primary_email_address", "joiner@acme.example"}});
    s.control("POST", "faults",
              {{"server", "beyond"}, {"method", "POST"}, {"path", "binding-jobs"}, {"kind", "504_after_commit"}});
    EXPECT_EQ(s.run({"sync"}).code, 4);
    sync_well(); // finds it
    s.control("POST", "beyond/identities",
              {{"username", "second"}, {"display_name", "New"}, {"primary_email_address", "second@acme.example"}});
    sync_well(); // looks at it
    s.control("POST",
              "beyond/identities/joiner/credentials?realm=" +
                  s.box().info()["beyond"]["other_realm"].get<std::string>(),
              json::object());
    s.control("DELETE", "beyond/identities/joiner");
    sync_well();
    expect_used("beyond");
}

} // namespace
} // namespace idferry::e2e
