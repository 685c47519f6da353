// The tables of operations against the documents: nothing is missing, nothing is made up, every row is whole.
#include "connectors/bare_id/rest_tables.hpp"
#include "connectors/beyond_identity/operations.hpp"
#include "connectors/scim/operations.hpp"
#include "tests/support/seed_operations.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

using namespace idferry;
using connectors::operation_table;
using connectors::rest_operation;

// A path with every placeholder alike: documents and tables name them differently.
std::string bare_path(std::string_view path)
{
    std::string out;
    bool inside = false;
    for (const char c : path) {
        if (c == '{') out += "{}";
        inside = c == '{' || (inside && c != '}');
        if (!inside && c != '}') out += c;
    }
    return out;
}

std::string line_of(std::string_view method, std::string_view path)
{
    return std::string(method) + " " + bare_path(path);
}

TEST(operation_tables, hold_together)
{
    for (const auto* table : {&connectors::beyond_identity::operations(), &connectors::scim::operations(),
                              &connectors::bare_id::gateway_table(), &connectors::bare_id::keycloak_table()})
        for (const auto& m : connectors::mistakes(*table)) ADD_FAILURE() << table->system << ": " << m;
}

TEST(operation_tables, have_every_operation_of_the_seeds_and_call_no_other_one_documented)
{
    const auto& table = connectors::beyond_identity::operations();
    std::set<std::string> documented;
    for (const auto& s : test::seed_operations) {
        if (s.connection != "beyond" || s.resource.empty()) continue;
        documented.insert(line_of(s.method, s.path));
        const auto* row = connectors::find_operation(table, s.resource, s.verb);
        ASSERT_NE(row, nullptr) << s.title;
        EXPECT_EQ(line_of(row->method, row->path), line_of(s.method, s.path)) << s.title;
        EXPECT_EQ(row->origin, connectors::known_from::seed) << s.title;
    }
    EXPECT_EQ(documented.size(), 60U);
    for (const auto& row : table.operations)
        EXPECT_EQ(row.origin == connectors::known_from::seed, documented.contains(line_of(row.method, row.path)))
            << row.resource << " " << row.verb;
}

// Section 6 of the description of the current API: what it has beyond the seed.
TEST(operation_tables, have_what_the_current_specification_added)
{
    constexpr std::string_view realm = "/v1/tenants/{}/realms/{}";
    const std::set<std::string> wanted{"POST ~/identities:batchDelete",
                                       "GET ~/identities/{}/sso-configs/{}/is-identity-assigned",
                                       "POST ~/resource-servers/{}/roles",
                                       "GET ~/resource-servers/{}/roles",
                                       "GET ~/resource-servers/{}/roles/{}",
                                       "PATCH ~/resource-servers/{}/roles/{}",
                                       "DELETE ~/resource-servers/{}/roles/{}",
                                       "POST ~/resource-servers/{}/roles/{}:addMembers",
                                       "POST ~/resource-servers/{}/roles/{}:deleteMembers",
                                       "GET ~/resource-servers/{}/roles/{}:listMembers",
                                       "POST ~/resource-servers/{}/roles/{}:addScopes",
                                       "POST ~/resource-servers/{}/roles/{}:deleteScopes",
                                       "GET ~/resource-servers/{}/roles/{}:listScopes",
                                       "POST ~/resource-servers",
                                       "GET ~/resource-servers",
                                       "GET ~/resource-servers/{}",
                                       "PATCH ~/resource-servers/{}",
                                       "DELETE ~/resource-servers/{}",
                                       "GET ~/applications/{}/tokens",
                                       "DELETE ~/applications/{}/tokens/{}",
                                       "GET ~/applications/{}/sso-configs-id",
                                       "POST ~/identities/{}/credential-binding-jobs/{}:revoke",
                                       "POST ~/batch-credential-binding-jobs",
                                       "GET ~/batch-credential-binding-jobs/{}",
                                       "GET ~/batch-credential-binding-jobs/{}:listResults",
                                       "POST ~/sso-configs/{}:addGroups",
                                       "POST ~/sso-configs/{}/is-group-assigned",
                                       "POST ~/sso-configs/{}/test",
                                       "GET ~/flow-type-config",
                                       "PATCH ~/flow-type-config"};
    std::set<std::string> found;
    for (const auto& row : connectors::beyond_identity::operations().operations) {
        if (row.origin != connectors::known_from::current) continue;
        auto line = line_of(row.method, row.path);
        if (const auto at = line.find(realm); at != std::string::npos) line.replace(at, realm.size(), "~");
        found.insert(line);
    }
    EXPECT_EQ(found, wanted);
}

TEST(operation_tables, name_scopes_as_the_api_writes_them)
{
    for (const auto& row : connectors::beyond_identity::operations().operations) {
        EXPECT_EQ(row.scopes.empty(), row.resource == "identity-providers") << row.resource << " " << row.verb;
        for (const auto scope : connectors::words(row.scopes)) {
            const auto colon = scope.find(':');
            ASSERT_NE(colon, std::string_view::npos) << scope;
            const std::set<std::string_view> actions{"create", "read", "update", "delete", "revoke"};
            EXPECT_TRUE(actions.contains(scope.substr(colon + 1))) << scope;
        }
    }
}

TEST(operation_tables, know_which_answers_hold_secrets)
{
    for (const auto& row : connectors::beyond_identity::operations().operations) {
        const bool applications =
            row.resource == "applications" && row.verb != "delete" && row.verb != "get-sso-config";
        const bool link = row.verb == "create" && row.resource.ends_with("binding-jobs");
        if (applications || link) EXPECT_EQ(row.secret, connectors::answer_secret::keys) << row.resource << row.verb;
    }
}

// Section 5: what realm promotion carries.
TEST(operation_tables, describe_the_configuration_objects)
{
    std::set<std::string_view> carried;
    for (const auto& r : connectors::beyond_identity::operations().resources)
        if (r.is_configuration()) carried.insert(r.name);
    EXPECT_EQ(carried,
              (std::set<std::string_view>{"themes", "applications", "authenticator-configs", "identity-providers",
                                          "sso-configs", "roles", "resource-servers", "groups"}));
    const auto* config = connectors::find_resource(connectors::beyond_identity::operations(), "authenticator-configs");
    EXPECT_NE(config->references.find("allowed_user_group_ids/*=groups"), std::string_view::npos);
    EXPECT_NE(config->references.find("idp_id=identity-providers"), std::string_view::npos);
}

TEST(operation_tables, mistakes_are_found)
{
    using connectors::rest_resource;
    const rest_operation wrong_rows[]{
        {.resource = "things", .verb = "get", .title = "A thing", .method = "GET", .path = "/a/{x}", .section = "1"},
        {.resource = "thing", .verb = "get", .title = "Ends.", .method = "FETCH", .path = "a?b={x", .section = ""},
        {.resource = "things",
         .verb = "get",
         .title = "Again",
         .method = "GET",
         .path = "/a/{x}",
         .envelope = "y",
         .writes = true,
         .section = "1"}};
    const rest_resource wrong_kinds[]{
        {.name = "things", .singular = "thing", .match = "name", .references = "/x=nothing"}};
    const operation_table wrong{
        .system = "x", .document = "x", .resources = wrong_kinds, .operations = wrong_rows, .secret_keys = ""};
    const auto found = connectors::mistakes(wrong);
    const auto told = [&](std::string_view part) {
        for (const auto& m : found)
            if (m.find(part) != std::string::npos) return true;
        return false;
    };
    for (const auto* part :
         {"thing get: the resource has a row", "thing get: it has a title", "thing get: the method is known",
          "thing get: the path begins with /", "thing get: the braces", "thing get: it names its section",
          "things get: its name is its own", "things get: method and path are its own",
          "things get: GET does not write", "things get: only a body has an envelope", "things: a place begins with /",
          "things: a reference names a resource"})
        EXPECT_TRUE(told(part)) << part;
}

} // namespace
