#include "tests/e2e/api_fixture.hpp"

#include <algorithm>

namespace idferry::e2e {

std::unique_ptr<stage> api_test::stage_;

namespace {

// The connections that only these tests have.
std::string further_connections(const json& info, const std::string& folder)
{
    const auto& b = info["beyond"];
    const auto text = [&](const char* key) { return b[key].get<std::string>(); };
    const auto secret = [&](const char* file) { return "{file: \"" + folder + "/" + file + "\"}"; };
    const auto tls = "    retry: {tries: 2, base: 5ms, cap: 10ms}\n    tls: {ca_file: \"" + folder + "/ca.pem\"}\n";
    const auto& bare = info["bareid"];
    return "  beyond:\n    type: beyond_identity\n    api_url: " + text("api_url") +
           "\n    auth_url: " + text("auth_url") + "\n    tenant: \"" + text("tenant") + "\"\n    realm: \"" +
           text("realm") + "\"\n    auth: {realm: \"" + text("admin_realm") +
           "\", application: " + text("application") + ", client_id: \"" + text("client_id") +
           "\", client_secret: " + secret("beyond-secret") + "}\n" + tls +
           "  legacy:\n    type: bare_id\n    profile: keycloak_admin\n    realm: " + bare["realm"].get<std::string>() +
           "\n    auth: {token_url: \"" + bare["token_url"].get<std::string>() + "\", client_id: \"" +
           bare["client_id"].get<std::string>() + "\", client_secret: " + secret("bareid-secret") + "}\n" + tls;
}

// Whether a path, without its query, is one of a template; a value is one segment without a verb.
bool fits(std::string_view pattern, std::string_view path)
{
    if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
    if (pattern.front() != '{') return pattern.front() == path.front() && fits(pattern.substr(1), path.substr(1));
    const auto rest = pattern.substr(std::min(pattern.find('}') + 1, pattern.size()));
    for (std::size_t taken = 1; taken <= path.size() && path[taken - 1] != '/' && path[taken - 1] != ':'; ++taken)
        if (fits(rest, path.substr(taken))) return true;
    return false;
}

} // namespace

void api_test::SetUpTestSuite()
{
    stage_ = std::make_unique<stage>(scene{30, 6, 7, "user_list", {}});
    stage_->replace_in_config("connections:\n",
                              "connections:\n" + further_connections(stage_->box().info(), stage_->folder()));
    stage_->replace_in_config("    instance:",
                              "    api:\n"
                              "      users create: {enabled: true}\n      users update: {enabled: true}\n"
                              "      users delete: {enabled: true}\n      users count: {enabled: true}\n"
                              "      users add-to-group: {enabled: true}\n"
                              "      users remove-from-group: {enabled: true}\n"
                              "      groups create: {enabled: true}\n      groups create-child: {enabled: true}\n"
                              "      groups update: {enabled: true}\n      groups delete: {enabled: true}\n"
                              "      roles list: {enabled: true}\n      roles get: {enabled: true}\n"
                              "      roles create: {enabled: true}\n      roles update: {enabled: true}\n"
                              "      roles delete: {enabled: true}\n      client-roles list: {enabled: true}\n"
                              "      events list: {enabled: true}\n      admin-events list: {enabled: true}\n"
                              "      metrics list: {enabled: true}\n"
                              "      impersonation-token create: {enabled: true}\n    instance:");
    stage_->knob("bareid", "permissions", "user_read,user_write,role_write,impersonate,client_read,event_read");
}

void api_test::TearDownTestSuite()
{
    stage_.reset();
}

void api_test::SetUp()
{
    since_ = here().control("GET", "requests?limit=1")["last"].get<std::uint64_t>();
}

void api_test::TearDown()
{
    if (HasFailure() || IsSkipped() || status_ == 0) return;
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const auto listed = run({"--format", "json"});
    const auto table = json::parse(listed.out, nullptr, false);
    ASSERT_TRUE(table.is_object()) << listed.text();
    for (const auto& o : table["operations"]) {
        auto own = o["resource"].get<std::string>() + "_" + o["verb"].get<std::string>();
        std::ranges::replace(own, '-', '_');
        if (own != name) continue;
        const auto method = o["method"].get<std::string>(), path = o["path"].get<std::string>();
        const auto log = here().control("GET", "requests?limit=8192&after=" + std::to_string(since_));
        for (const auto& r : log["requests"]) {
            auto target = r["target"].get<std::string>();
            target = target.substr(0, target.find('?'));
            // What stands before the paths of a table: in Showpad's base_url, in the legacy API's api_base.
            for (const std::string base : {"/api/users/scim/v2", "/auth"})
                if (target.starts_with(base + "/")) target = target.substr(base.size());
            const int status = r["status"].get<int>();
            if (r["method"] == method && fits(path, target) && (status == status_ || status / 100 == status_ / 100))
                return;
        }
        FAIL() << "no request " << method << " " << path << " was answered with " << status_;
    }
    FAIL() << "no operation is called " << name;
}

outcome api_test::run(std::vector<std::string> words)
{
    words.insert(words.begin(), {"api", connection_});
    return here().run(std::move(words));
}

json api_test::call(std::vector<std::string> words)
{
    const auto done = run(std::move(words));
    EXPECT_EQ(done.code, 0) << done.text();
    auto answer = json::parse(done.out, nullptr, false);
    EXPECT_FALSE(answer.is_discarded()) << done.text();
    return answer;
}

json api_test::write(std::vector<std::string> words, const json& body)
{
    if (!body.is_null()) words.insert(words.end(), {"--data", body.dump()});
    words.emplace_back("--write");
    return call(std::move(words));
}

std::string api_test::fresh(const std::string& begin)
{
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    auto out = begin + " " + name + " " + std::to_string(++counter_);
    std::ranges::replace(out, '_', '-');
    return out;
}

std::string api_beyond::identity()
{
    auto name = fresh("person");
    std::ranges::replace(name, ' ', '.');
    return id_of(write(
        {"identities", "create"},
        {{"display_name", "Test Identity"},
         {"traits", {{"type", "traits_v0"}, {"username", name}, {"primary_email_address", name + "@acme.example"}}}}));
}

std::string api_beyond::group()
{
    return id_of(write({"groups", "create"},
                       {{"display_name", fresh("group")}, {"description", "A group of realm administrators."}}));
}

std::string api_beyond::resource_server()
{
    return id_of(write(
        {"resource-servers", "create"},
        {{"display_name", fresh("server")}, {"identifier", fresh("id")}, {"scopes", {"pets:read", "pets:write"}}}));
}

std::string api_beyond::role(const std::string& server)
{
    return id_of(
        write({"roles", "create", server}, {{"display_name", fresh("role")}, {"description", "Customer support"}}));
}

std::string api_beyond::application()
{
    // The seed's own sample, with a resource server of this realm.
    return id_of(write({"applications", "create"},
                       {{"display_name", fresh("Pet Application")},
                        {"resource_server_id", resource_server()},
                        {"protocol_config",
                         {{"type", "oidc"},
                          {"allowed_scopes", {"pets:read", "pets:write"}},
                          {"confidentiality", "confidential"},
                          {"token_endpoint_auth_method", "client_secret_post"},
                          {"grant_type", {"authorization_code"}},
                          {"token_configuration",
                           {{"subject_field", "id"}, {"expires_after", 86400}, {"token_signing_algorithm", "RS256"}}},
                          {"pkce", "disabled"},
                          {"token_format", "self_contained"}}}}));
}

std::string api_beyond::authenticator()
{
    return id_of(
        write({"authenticator-configs", "create"}, {{"display_name", fresh("Pet Authenticator")},
                                                    {"config",
                                                     {{"type", "embedded"},
                                                      {"invocation_type", "automatic"},
                                                      {"invoke_url", "http://localhost:8092"},
                                                      {"trusted_origins", {"http://localhost:8092"}},
                                                      {"authentication_methods", {{{"type", "software_passkey"}}}}}}}));
}

std::string api_beyond::provider()
{
    const auto name = fresh("provider");
    write({"identity-providers", "create"}, {{"display_name", name},
                                             {"protocol_config",
                                              {{"type", "oidc_idp"},
                                               {"client_id", "string"},
                                               {"client_secret", "kept-by-nobody"},
                                               {"token_scopes", {"openid"}},
                                               {"identity_attribute", "id"},
                                               {"pkce", "s256"},
                                               {"jwks_url", "https://idp.example/jwks"},
                                               {"token_url", "https://idp.example/token"},
                                               {"authorize_url", "https://idp.example/authorize"},
                                               {"identifying_claim_name", "sub"},
                                               {"oauth_2_par_enabled", false},
                                               {"token_endpoint_auth_method", "client_secret_basic"}}}});
    const auto all = call({"identity-providers", "list", "--all"});
    for (const auto& p : all["identity_providers"])
        if (p["display_name"] == name) return id_of(p);
    ADD_FAILURE() << name << " was not made";
    return {};
}

std::string api_beyond::sso()
{
    return id_of(write({"sso-configs", "create"}, {{"display_name", fresh("tile")},
                                                   {"payload",
                                                    {{"type", "bookmark"},
                                                     {"login_link", "https://app.example"},
                                                     {"icon", "string"},
                                                     {"is_tile_visible", true}}}}));
}

std::string api_beyond::binding_job(const std::string& of)
{
    return write({"credential-binding-jobs", "create", of},
                 {{"delivery_method", "RETURN"},
                  {"authenticator_config_id", authenticator()}})["credential_binding_job"]["id"]
        .get<std::string>();
}

std::string api_beyond::first_credential(std::string& of)
{
    const auto all = call({"credentials", "list", "-", "--all"})["credentials"];
    for (const auto& c : all)
        if (c["state"] == "ACTIVE") {
            of = c["identity_id"].get<std::string>();
            return id_of(c);
        }
    ADD_FAILURE() << "nobody has a passkey";
    return {};
}

json api_bare::person()
{
    return call({"users", "list"})["users"][0];
}

json api_bare::new_person()
{
    auto name = fresh("person");
    std::ranges::replace(name, ' ', '.');
    const auto made =
        write({"users", "create"}, {{"username", name}, {"email", name + "@acme.example"}, {"enabled", true}});
    return made.contains("user") ? made["user"] : made;
}

json api_bare::group()
{
    return call({"groups", "list"})["groups"][0];
}

json api_showpad::new_user()
{
    auto name = fresh("person");
    std::ranges::replace(name, ' ', '.');
    return write({"users", "create"}, account_by_hand(name + "@acme.example", name + "@acme.example"));
}

json api_showpad::new_group()
{
    return write({"groups", "create"},
                 {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Group"}}, {"displayName", fresh("group")}});
}

bool api_beyond::has_id(const json& list, const std::string& id)
{
    for (const auto& one : list)
        if (one["id"] == id) return true;
    return false;
}

} // namespace idferry::e2e
