// The pretended Beyond Identity: one tenant with three realms, its API host and its auth host on one port, with the
// knobs of what its documents leave open. Realm A holds the generated organisation (from the first request on), realm B
// is empty, and the admin realm holds the Management API application whose tokens act on all of them.
//
// What is served is a table of operations (beyond_identity_routes.cpp): path, scopes, handler.
#pragma once

#include "tests/sandbox/beyond_identity_directory.hpp"
#include "tests/sandbox/beyond_identity_knobs.hpp"
#include "tests/sandbox/generator.hpp"
#include "tests/sandbox/random.hpp"
#include "tests/sandbox/sandbox_clock.hpp"
#include "tests/sandbox/server.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>

namespace idferry::sandbox {

// One request on its way through a handler.
struct beyond_call
{
    const request& asked;
    std::string tenant;
    beyond_realm* realm{nullptr};          // of operations below one
    std::map<std::string, std::string> id; // "group" → what the path has there
    json body;                             // of POST and PATCH: an object
    std::string client;                    // for the counters

    const std::string& at(const std::string& name) const { return id.at(name); }
};

// What is wrong with a body, field by field: {field, description}.
using violations = std::vector<std::pair<std::string, std::string>>;

class beyond_server final : public server
{
public:
    beyond_server(organisation_settings settings, const sandbox_clock& clock);

    std::string_view name() const override { return "beyond"; }
    answer handle(const incoming& in) override;
    std::string dump(bool compact) override { return dump_part(compact, {}); }
    // `realm`: its id or its name; "" = all of them.
    std::string dump_part(bool compact, std::string_view realm) override;
    std::string load(const json& state) override;
    void reset_data() override;
    answer edit(const request& asked, const std::vector<std::string>& path) override;

    const std::string& tenant() const { return first_.tenant; }
    const std::string& realm() const { return first_.realm; }
    const std::string& other_realm() const { return first_.other_realm; }
    const std::string& admin_realm() const { return first_.admin_realm; }
    const std::string& application() const { return first_.application; }
    const std::string& client_id() const { return first_.client_id; }
    const std::string& client_secret() const { return first_.client_secret; }

private:
    using handler = outgoing (beyond_server::*)(beyond_call&);
    struct operation
    {
        std::string_view endpoint; // for the counters
        std::string_view method;
        std::string_view path;   // below /v1/tenants/{tenant}; "~" stands for /realms/{realm}
        std::string_view scopes; // all of them, separated by blanks
        handler run;
        std::string_view era{}; // "current": not in the older documents; "live_404": see the knob is_assigned
    };
    struct issued
    {
        std::string realm;       // of the application
        std::string application; // its id
        std::string scopes;
        std::string bound_to; // the realm it may act on, or *
        std::string id;       // jti
        std::int64_t issued_ms{0};
        std::int64_t expires_ms{0};
        bool revoked{false};
    };
    struct identifiers // made once, told in sandbox.json
    {
        std::string tenant, realm, other_realm, admin_realm, application, client_id, client_secret;
        std::string client_application, client_application_id, client_application_secret; // of realm A, bound to it
    };
    struct page // which part of a list is asked for
    {
        std::size_t size{20};
        std::uint64_t skip{0};
        std::string filter; // the request's or the token's
        std::string bound;  // a further parameter that the token remembers
        std::uint64_t salt{0};
        std::string prefix; // of its parameters, where a list has two parts
        bool over{false};   // nothing is left of it
        std::optional<std::pair<std::uint64_t, slot>> after;
    };
    struct listing // what there is to list
    {
        std::string_view key;
        const ranked& all;
        std::function<void(std::string&, slot)> append;
        std::function<bool(slot)> fits{}; // empty: everything
        bool total{true};
    };
    static std::span<const operation> operations();
    void register_knobs();
    void choose_identifiers();
    void fill();
    void fill_if_wanted();
    void fill_admin_realm(beyond_realm& realm);
    void fill_organisation(beyond_realm& realm);
    void fill_settings(beyond_realm& realm);
    beyond_realm& add_realm(std::string id, std::string name, std::string classification);
    beyond_realm* find_realm(std::string_view id);
    static slot add_object(beyond_realm& realm, beyond_kind kind, json body);
    std::string now(int digits = 3) const; // RFC 3339
    std::string new_id() { return random_.hex(8); }
    bool older() const { return knob_.era == "seed"; }

    // answers
    static outgoing failure(int status, std::string_view code, std::string_view message, json details = nullptr);
    static outgoing bad(const violations& found, std::string_view message = "invalid parameters");
    static outgoing missing(std::string_view type, const std::string& id);
    static outgoing conflict(std::string_view message, json details = nullptr);
    outgoing taken(std::string_view message, std::string_view type, const std::string& id) const;
    static outgoing done(); // 200 without a body

    // requests
    outgoing api(const request& asked, answer& out);
    outgoing authorise(beyond_call& call, const operation& wanted);
    outgoing limited(std::int64_t per_minute, std::pair<std::int64_t, std::int64_t>& window) const;
    std::optional<outgoing> read_page(const beyond_call& call, std::size_t usual, std::size_t most, page& out,
                                      std::string_view bound_parameter = {}, std::string_view prefix = {}) const;
    std::optional<outgoing> read_token(const beyond_call& call, std::string_view token, page& out) const;
    std::string page_token(const beyond_call& call, const page& from,
                           const std::optional<std::pair<std::uint64_t, slot>>& after) const;
    outgoing list(const beyond_call& call, const page& wanted, const listing& what);
    bool fill_page(const page& wanted, const listing& what, std::string& items, page& next, std::uint64_t& total);
    void between_pages(const beyond_call& call, slot first_shown, slot group);
    void check_text(violations& found, const json& object, const std::string& prefix, const std::string& name,
                    std::size_t least, std::size_t most, bool needed) const;
    void check_known(violations& found, const json& object, const std::string& prefix,
                     std::initializer_list<std::string_view> known) const;
    std::vector<std::string> take_ids(violations& found, const json& body, const std::string& field,
                                      bool needed = true) const;

    // token endpoint
    answer auth_host(const request& asked);
    outgoing token(const request& asked, beyond_realm& realm, slot application, std::string& client);
    outgoing token_failure(int status, std::string_view code, std::string_view text) const;
    outgoing introspect(const request& asked, beyond_realm& realm);
    outgoing discovery(const request& asked, const beyond_realm& realm, const std::string& application) const;
    std::string jwt(const request& asked, const issued& made, std::string_view custom);

    // tenants and realms
    json tenant_body() const;
    json realm_body(const beyond_realm& realm, bool in_list) const;
    outgoing write_realm(const json& body, beyond_realm* at);
    outgoing tenant_get(beyond_call&);
    outgoing tenant_patch(beyond_call&);
    outgoing realm_create(beyond_call&);
    outgoing realm_list(beyond_call&);
    outgoing realm_get(beyond_call&);
    outgoing realm_patch(beyond_call&);
    outgoing realm_delete(beyond_call&);

    // identities
    void append_identity(std::string& out, const beyond_realm& realm, slot at) const;
    std::string_view enrollment(const beyond_realm& realm, slot at) const;
    outgoing one_identity(const beyond_realm& realm, slot at) const;
    void take_traits(violations& found, const json& traits, bool create, beyond_identity& next) const;
    outgoing write_identity(beyond_realm& realm, const json& body, slot at, bool behind);
    outgoing identity_create(beyond_call&);
    outgoing identity_list(beyond_call&);
    outgoing identity_get(beyond_call&);
    outgoing identity_patch(beyond_call&);
    outgoing identity_delete(beyond_call&);
    outgoing identity_batch_delete(beyond_call&);
    outgoing identity_list_groups(beyond_call&);

    // groups
    void append_group(std::string& out, const beyond_realm& realm, slot at, bool counted = false) const;
    outgoing one_group(const beyond_realm& realm, slot at) const;
    outgoing write_group(beyond_realm& realm, const json& body, slot at);
    outgoing change_members(beyond_call&, bool add);
    outgoing unknown_member(const std::string& id, bool group = false) const;
    outgoing group_create(beyond_call&);
    outgoing group_list(beyond_call&);
    outgoing group_get(beyond_call&);
    outgoing group_patch(beyond_call&);
    outgoing group_delete(beyond_call&);
    outgoing group_add_members(beyond_call&);
    outgoing group_delete_members(beyond_call&);
    outgoing group_list_members(beyond_call&);

    // what all other kinds have in common
    json shown(const beyond_object& one, beyond_kind kind, bool in_list) const;
    slot find_object(const beyond_call&, beyond_kind kind, outgoing& refused) const;
    outgoing object_get(const beyond_call&, beyond_kind kind) const;
    outgoing object_list(beyond_call&, beyond_kind kind, const ranked& among,
                         const std::vector<std::string_view>& filters = {}, const std::function<bool(slot)>& also = {},
                         std::string_view bound = {});
    const json* enveloped(const beyond_call&, std::string_view name, outgoing& refused) const;
    static void merge_fields(json& into, const json& given, std::initializer_list<std::string_view> fixed);
    void replace_nested(json& body, const char* holder, const json& given,
                        const std::vector<std::string_view>& kept) const;
    json object_head(const beyond_realm& realm);
    json default_theme(const beyond_realm& realm, const std::string& id) const;
    outgoing theme_write(beyond_call&, slot at);
    outgoing theme_create(beyond_call&);
    outgoing theme_active(beyond_call&);
    outgoing theme_get(beyond_call&);
    outgoing theme_patch(beyond_call&);
    outgoing flow_type_get(beyond_call&);
    outgoing flow_type_patch(beyond_call&);

    // resource servers and roles
    outgoing of_server(const beyond_call&) const;
    bool choose(const beyond_realm& realm, const std::vector<std::string>& group_ids,
                const std::vector<std::string>& identity_ids, ranked& groups, ranked& identities,
                outgoing& refused) const;
    outgoing server_write(beyond_call&, slot at);
    outgoing role_write(beyond_call&, slot at);
    outgoing change_role_members(beyond_call&, bool add);
    outgoing change_role_scopes(beyond_call&, bool add);
    outgoing roles_of(beyond_call&, const std::function<bool(const beyond_object&)>& held);
    outgoing server_create(beyond_call&);
    outgoing server_list(beyond_call&);
    outgoing server_get(beyond_call&);
    outgoing server_patch(beyond_call&);
    outgoing server_delete(beyond_call&);
    outgoing role_create(beyond_call&);
    outgoing role_list(beyond_call&);
    outgoing role_get(beyond_call&);
    outgoing role_patch(beyond_call&);
    outgoing role_delete(beyond_call&);
    outgoing role_add_members(beyond_call&);
    outgoing role_delete_members(beyond_call&);
    outgoing role_list_members(beyond_call&);
    outgoing role_add_scopes(beyond_call&);
    outgoing role_delete_scopes(beyond_call&);
    outgoing role_list_scopes(beyond_call&);
    outgoing group_list_roles(beyond_call&);
    outgoing identity_list_roles(beyond_call&);

    // credentials and the jobs that make them
    std::string job_state(const beyond_object& job) const;
    outgoing owned_list(beyond_call&, beyond_kind kind, const std::vector<std::string_view>& filters);
    void check_job(violations& found, const beyond_realm& realm, const json& job, const std::string& at) const;
    slot add_job(beyond_realm& realm, slot identity, const json& given, const std::string& batch);
    std::string add_credential(beyond_realm& realm, slot identity);
    outgoing without_address(const std::string& id) const;
    outgoing edit_job(const request& asked, beyond_realm& realm, const std::string& id);
    outgoing credential_list(beyond_call&);
    outgoing credential_get(beyond_call&);
    outgoing credential_revoke(beyond_call&);
    outgoing job_create(beyond_call&);
    outgoing job_list(beyond_call&);
    outgoing job_get(beyond_call&);
    outgoing job_revoke(beyond_call&);
    outgoing batch_create(beyond_call&);
    outgoing batch_get(beyond_call&);
    outgoing batch_results(beyond_call&);

    // applications, authenticator configurations, identity providers
    outgoing application_write(beyond_call&, slot at);
    outgoing config_write(beyond_call&, slot at);
    outgoing provider_write(beyond_call&, slot at);
    outgoing application_create(beyond_call&);
    outgoing application_list(beyond_call&);
    outgoing application_get(beyond_call&);
    outgoing application_patch(beyond_call&);
    outgoing application_delete(beyond_call&);
    outgoing application_tokens(beyond_call&);
    outgoing application_token_delete(beyond_call&);
    outgoing application_sso_config(beyond_call&);
    outgoing config_create(beyond_call&);
    outgoing config_list(beyond_call&);
    outgoing config_get(beyond_call&);
    outgoing config_patch(beyond_call&);
    outgoing config_delete(beyond_call&);
    outgoing provider_create(beyond_call&);
    outgoing provider_list(beyond_call&);
    outgoing provider_get(beyond_call&);
    outgoing provider_patch(beyond_call&);
    outgoing provider_delete(beyond_call&);

    // SSO configurations
    void append_associated(std::string& out, const beyond_realm& realm, slot identity, slot group) const;
    bool may_use(const beyond_realm& realm, slot identity, const beyond_object& config) const;
    void make_of_sso(beyond_realm& realm, const std::string& name, json& payload);
    static void remove_of_sso(beyond_realm& realm, const json& payload);
    void fill_sso(beyond_realm& realm);
    outgoing change_associations(beyond_call&, bool of_groups, bool add);
    outgoing sso_create(beyond_call&);
    outgoing sso_list(beyond_call&);
    outgoing sso_get(beyond_call&);
    outgoing sso_patch(beyond_call&);
    outgoing sso_delete(beyond_call&);
    outgoing sso_add_identities(beyond_call&);
    outgoing sso_delete_identities(beyond_call&);
    outgoing sso_add_groups(beyond_call&);
    outgoing sso_delete_groups(beyond_call&);
    outgoing sso_list_identities(beyond_call&);
    outgoing sso_list_groups(beyond_call&);
    outgoing sso_is_group_assigned(beyond_call&);
    outgoing sso_test(beyond_call&);
    outgoing group_sso_configs(beyond_call&);
    outgoing identity_sso_configs(beyond_call&);
    outgoing identity_is_assigned(beyond_call&);

    // the SCIM server of a realm
    outgoing scim(const request& asked, answer& out);
    static outgoing scim_discovery(const std::vector<std::string>& rest);
    json scim_user(const beyond_realm& realm, slot at) const;
    json scim_group(const beyond_realm& realm, slot at) const;
    outgoing scim_list(const beyond_call&, bool users) const;
    outgoing scim_user_write(beyond_call&, slot at, bool whole);
    outgoing scim_user_create(beyond_call&);
    outgoing scim_user_patch(beyond_call&, slot at);
    outgoing scim_group_write(beyond_call&, slot at);
    outgoing scim_group_patch(beyond_call&, slot at);

    // control
    beyond_realm* any_realm(std::string_view key);
    slot any_identity(const beyond_realm& realm, std::string_view key) const; // id, user name or external id
    slot any_group(const beyond_realm& realm, std::string_view key) const;    // id or name
    outgoing edit_identity(const request& asked, beyond_realm& realm, const std::vector<std::string>& path);
    outgoing edit_group(const request& asked, beyond_realm& realm, const std::vector<std::string>& path);
    outgoing edit_member(beyond_realm& realm, const std::string& method, slot group, slot identity);
    outgoing edit_object(const request& asked, beyond_realm& realm, beyond_kind kind,
                         const std::vector<std::string>& path);
    std::string dump_objects(const beyond_realm& realm, bool compact) const;
    std::string dump_realm(const beyond_realm& realm, bool compact) const;
    std::string load_realm(const json& state);

    organisation_settings settings_;
    const sandbox_clock& clock_;
    beyond_knobs knob_;
    random_stream random_, secrets_; // apart, so that no public word is a secret of another organisation
    identifiers first_;
    std::string tenant_;
    std::string tenant_name_;
    std::string tenant_created_;
    std::string tenant_updated_;
    std::vector<std::unique_ptr<beyond_realm>> realms_;
    bool filled_{false};
    mutable std::atomic<std::uint64_t> walks_{0};

    mutable std::mutex token_mutex_; // guards the rest
    std::unordered_map<std::string, issued> tokens_;
    random_stream token_random_;
    mutable std::pair<std::int64_t, std::int64_t> native_window_{0, 0}; // start of the minute, calls in it
    mutable std::pair<std::int64_t, std::int64_t> scim_window_{0, 0};
};

// A credential as answered, with a key that nobody holds; and a word of the URL-safe alphabet.
json beyond_credential(const std::string& id, const std::string& identity, const std::string& realm,
                       const std::string& tenant, const std::string& time);
std::string beyond_word(random_stream& random, std::size_t length);
// The protocol_config of an application that uses client_credentials.
json beyond_machine_client(const std::string& client_id, const std::string& secret, json scopes);

} // namespace idferry::sandbox
