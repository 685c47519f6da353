// What the pretended tenant holds at the start: the same for the same seed.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_text.hpp"
#include "tests/sandbox/issued.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

constexpr std::uint64_t identifier_lane = 0x62692D6964;
constexpr std::uint64_t data_lane = 0x62692D64617461;
constexpr std::uint64_t secret_lane = 0x62692D736563;

constexpr std::string_view management_scopes[] = {"tenants:read",
                                                  "tenants:update",
                                                  "realms:create",
                                                  "realms:read",
                                                  "realms:update",
                                                  "realms:delete",
                                                  "groups:create",
                                                  "groups:read",
                                                  "groups:update",
                                                  "groups:delete",
                                                  "identities:create",
                                                  "identities:read",
                                                  "identities:update",
                                                  "identities:delete",
                                                  "roles:create",
                                                  "roles:read",
                                                  "roles:update",
                                                  "roles:delete",
                                                  "resource-servers:create",
                                                  "resource-servers:read",
                                                  "resource-servers:update",
                                                  "resource-servers:delete",
                                                  "credentials:read",
                                                  "credentials:revoke",
                                                  "credential-binding-jobs:create",
                                                  "credential-binding-jobs:read",
                                                  "credential-binding-jobs:revoke",
                                                  "themes:create",
                                                  "themes:read",
                                                  "themes:update",
                                                  "applications:create",
                                                  "applications:read",
                                                  "applications:update",
                                                  "applications:delete",
                                                  "authenticator-configs:create",
                                                  "authenticator-configs:read",
                                                  "authenticator-configs:update",
                                                  "authenticator-configs:delete",
                                                  "tokens:read",
                                                  "tokens:delete",
                                                  "tokens:introspect",
                                                  "sso-configs:create",
                                                  "sso-configs:read",
                                                  "sso-configs:update",
                                                  "sso-configs:delete",
                                                  "flow-type:create",
                                                  "flow-type:read",
                                                  "flow-type:update",
                                                  "scim:users:create",
                                                  "scim:users:read",
                                                  "scim:users:update",
                                                  "scim:users:delete",
                                                  "scim:groups:create",
                                                  "scim:groups:read",
                                                  "scim:groups:update",
                                                  "scim:groups:delete"};

json all_scopes()
{
    auto out = json::array();
    for (const auto scope : management_scopes) out.push_back(scope);
    return out;
}

// The name with what the API forbids replaced, at most 64 characters.
std::string allowed_name(std::string name)
{
    for (auto& c : name)
        if (beyond_forbidden.find(c) != std::string_view::npos) c = '-';
    while (code_points(name) > 64) name.pop_back();
    return name;
}

beyond_identity identity_of(const person& who, std::string id, std::string time)
{
    beyond_identity made;
    made.id = std::move(id);
    made.display_name = allowed_name(who.last.empty() ? who.username : who.first + " " + who.last);
    made.suspended = !who.enabled;
    made.created = made.updated = std::move(time);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) made.set_trait(beyond_trait(name), value);
    };
    add("username", who.username);
    add("primary_email_address", who.email);
    add("secondary_email_address", who.second_email);
    add("external_id", who.id);
    add("family_name", who.last);
    add("given_name", who.first);
    add("formatted_name", who.last.empty() ? "" : who.first + " " + who.last);
    add("title", who.title);
    add("department", who.department);
    add("employee_number", who.employee_id);
    add("cost_center", who.cost_center);
    add("locale", who.locale);
    add("locality", who.location);
    if (!who.phones.empty()) add("primary_phone", who.phones[0]);
    add("secondary_phone", who.phones.size() > 1 ? who.phones[1] : who.mobile);
    if (!who.service_account) add("organization", "Acme");
    return made;
}

} // namespace

json beyond_machine_client(const std::string& client_id, const std::string& secret, json scopes)
{
    return {{"type", "oauth2"},
            {"allowed_scopes", std::move(scopes)},
            {"client_id", client_id},
            {"client_secret", secret},
            {"confidentiality", "confidential"},
            {"token_endpoint_auth_method", "client_secret_basic"},
            {"grant_type", {"client_credentials"}},
            {"token_configuration",
             {{"subject_field", "id"}, {"expires_after", 86400}, {"token_signing_algorithm", "RS256"}}},
            {"pkce", "disabled"},
            {"token_format", "self_contained"}};
}

std::string beyond_word(random_stream& random, std::size_t length)
{
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    while (out.size() < length) out += alphabet[random.below(64)];
    return out;
}

// A key that nobody holds the private part of.
json beyond_credential(const std::string& id, const std::string& identity, const std::string& realm,
                       const std::string& tenant, const std::string& time)
{
    // Not from the stream that secrets are made of: what is public here would be a secret in another organisation.
    const auto key = R"({"crv":"P-256","kty":"EC","x":")" + base64url(sha256("x " + id)) + R"(","y":")" +
                     base64url(sha256("y " + id)) + "\"}";
    return {{"id", id},
            {"identity_id", identity},
            {"realm_id", realm},
            {"tenant_id", tenant},
            {"state", "ACTIVE"},
            {"csr_type", "JWT"},
            {"jwk_json", key},
            {"jwk_thumbprint", base64url(sha256(key)) + "="},
            {"create_time", time},
            {"update_time", time}};
}

void beyond_server::choose_identifiers()
{
    random_stream random(settings_.seed, identifier_lane);
    first_.tenant = "0001" + random.hex(6);
    first_.realm = random.hex(8);
    first_.other_realm = random.hex(8);
    first_.admin_realm = random.hex(8);
    first_.application = random.uuid();
    first_.client_id = beyond_word(random, 24);
    first_.client_secret = beyond_word(random, 48);
    first_.client_application = random.uuid();
    first_.client_application_id = beyond_word(random, 24);
    first_.client_application_secret = beyond_word(random, 48);
    note_issued("client secret", first_.client_secret);
    note_issued("client secret", first_.client_application_secret);
    tenant_ = first_.tenant;
}

slot beyond_server::add_object(beyond_realm& realm, beyond_kind kind, json body)
{
    beyond_object made;
    made.id = body.at("id").get<std::string>();
    made.body = std::move(body);
    return realm.table(kind).add(std::move(made));
}

void beyond_server::fill()
{
    random_ = random_stream(settings_.seed, data_lane);
    secrets_ = random_stream(settings_.seed, secret_lane);
    realms_.clear();
    tenant_ = first_.tenant;
    tenant_name_ = "Acme";
    tenant_created_ = tenant_updated_ = now();
    fill_admin_realm(add_realm(first_.admin_realm, "Beyond Identity Admin", "SECURE_WORKFORCE"));
    auto& realm = add_realm(first_.realm, "Staff", "SECURE_WORKFORCE");
    fill_organisation(realm);
    fill_settings(realm);
    add_realm(first_.other_realm, "Staging", "SECURE_WORKFORCE");
}

void beyond_server::fill_if_wanted()
{
    {
        const std::shared_lock lock(mutex_);
        if (filled_) return;
    }
    const std::unique_lock lock(mutex_);
    if (!filled_) fill();
    filled_ = true;
}

void beyond_server::reset_data()
{
    const std::unique_lock lock(mutex_);
    realms_.clear();
    filled_ = false;
}

// An administrator, the Management API and the application whose tokens act on every realm.
void beyond_server::fill_admin_realm(beyond_realm& realm)
{
    const auto server = random_.uuid();
    add_object(realm, beyond_kind::resource_server,
               {{"id", server},
                {"realm_id", realm.id},
                {"tenant_id", tenant_},
                {"display_name", "Beyond Identity Management API"},
                {"is_managed", true},
                {"identifier", "beyondidentity"},
                {"scopes", all_scopes()}});
    add_object(realm, beyond_kind::application,
               {{"id", first_.application},
                {"realm_id", realm.id},
                {"tenant_id", tenant_},
                {"resource_server_id", server},
                {"display_name", "Beyond Identity Management API"},
                {"is_managed", true},
                {"classification", "management_api"},
                {"protocol_config", beyond_machine_client(first_.client_id, first_.client_secret, all_scopes())}});
    beyond_identity admin;
    admin.id = new_id();
    admin.display_name = "Acme Administrator";
    admin.created = admin.updated = now();
    admin.set_trait(trait_username, "admin@" + settings_.domain);
    admin.set_trait(trait_email, "admin@" + settings_.domain);
    const auto member = realm.directory.add(std::move(admin));
    const auto time = now(6);
    const auto role = new_id();
    const auto at = add_object(realm, beyond_kind::role,
                               {{"id", role},
                                {"resource_server_id", server},
                                {"realm_id", realm.id},
                                {"tenant_id", tenant_},
                                {"description", "May do everything in the tenant."},
                                {"display_name", "Super Administrators"},
                                {"create_time", time},
                                {"update_time", time}});
    auto& made = realm.table(beyond_kind::role).at(at);
    made.parent = server;
    made.identities.emplace(realm.directory.identity(member).rank, member);
    for (const auto scope : management_scopes) made.scopes.emplace_back(scope);
}

// Groups are flat: everybody is a member where the organisation says so directly. Of two groups of one name the later
// one gets its parent's before it.
void beyond_server::fill_organisation(beyond_realm& realm)
{
    auto& directory = realm.directory;
    std::vector<slot> made;
    std::vector<std::string> names;
    const auto time = now();
    const auto group_time = now(6);
    std::size_t count = 0;
    generate(
        settings_,
        [&](const planned_group& planned) {
            beyond_group group;
            group.id = new_id();
            auto name = allowed_name(planned.name);
            if (!directory.with_group_name(name).empty() && planned.parent != no_group)
                name = allowed_name(names[planned.parent] + " " + name);
            for (int number = 2; !directory.with_group_name(name).empty(); ++number)
                name = allowed_name(planned.name) + " " + std::to_string(number);
            names.push_back(name);
            group.display_name = name;
            group.description = "Members of " + name;
            group.created = group.updated = group_time;
            made.push_back(directory.add(std::move(group)));
        },
        [&](person&& who) {
            const auto at = directory.add(identity_of(who, new_id(), time));
            for (const auto group : who.groups) directory.add_member(made[group], at);
            if (who.service_account || count++ % 3 == 2) return; // two of three have a passkey
            beyond_object credential;
            credential.id = new_id();
            credential.owner = at;
            credential.body =
                beyond_credential(credential.id, directory.identity(at).id, realm.id, tenant_, group_time);
            realm.table(beyond_kind::credential).add(std::move(credential));
        });
}

} // namespace idferry::sandbox
