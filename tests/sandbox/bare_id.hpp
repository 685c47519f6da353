// The pretended Bare.ID: token endpoint, discovery, user/v1 behind a gateway, and the "User Legacy API" as the Keycloak
// Admin API, all over one directory, with the knobs of their uncertainties.
#pragma once

#include "tests/sandbox/bare_id_directory.hpp"
#include "tests/sandbox/bare_id_events.hpp"
#include "tests/sandbox/generator.hpp"
#include "tests/sandbox/random.hpp"
#include "tests/sandbox/sandbox_clock.hpp"
#include "tests/sandbox/server.hpp"

#include <deque>
#include <mutex>
#include <unordered_map>

namespace idferry::sandbox {

struct bare_knobs
{
    // token endpoint
    std::int64_t expires_in{300};
    bool decode_basic{true};
    bool client_revoked{false};
    std::string revoked_error{"invalid_client"}; // invalid_client | unauthorized_client | disabled_service_account
    // who may do what
    std::string permissions{"user_read,user_write,event_read"};
    bool wrong_instance{false}; // the instance is not known any more: 404 on all its paths
    // how objects look
    bool emit_defaults{true};
    bool children_null{false};
    bool names_top_level{false};
    bool names_only_in_lists{false};
    bool created_time{false};
    bool int64_as_string{true};
    std::string attributes{"values_object"}; // values_object | list | scalar
    std::string id_format{"uuid"};           // uuid | federated
    std::string list_envelope_key;           // instead of users / groups
    std::string error_format{"v2"};          // v2 | v1
    // lists
    std::string paging{"none"}; // none | offset | offset_limit | page | token
    std::int64_t page_default{0};
    std::int64_t page_base{0};
    std::int64_t hard_cap{0};
    std::int64_t children_cap{0};
    bool page_one_for_ever{false};
    bool duplicate_on_border{false};
    std::int64_t user_added_between_pages{0};
    std::int64_t user_removed_between_pages{0};
    std::int64_t shrink_users{-1};
    std::string truncate_group; // NAME=K, PATH=K or UUID=K
    bool list_service_accounts{true};
    // instead of an answer
    std::string answer{"normal"};  // normal | empty_object | empty_list | null_list | not_found | html
    std::string answer_for{"all"}; // all, or endpoint names separated by commas
    // writes
    bool drop_unknown_fields{true};
    std::string ignored_fields;      // known fields that a write drops silently
    std::string update_verb{"put"};  // put | patch | both
    std::string update_mode{"full"}; // full | partial
    bool wrap_created{true};
    std::int64_t duplicate_status{409}; // 409 | 500
    std::string created_id{"body"};     // where a creation tells the id: body | location | none
    std::string silent_writes;          // endpoints that answer as done and do nothing, with commas
    std::int64_t aborted_writes{0};     // so many are answered 409 with code 10
    bool own_switches{false};           // users/{u}/enable and …/disable
    std::int64_t late_writes_ms{0};     // reads of both APIs show a write so much later
    // the Keycloak Admin API
    bool legacy{true};
    std::string managed_attributes{"all"}; // else names with commas: others are dropped without a word
    std::string read_only_users;           // user names with commas: federated, 400 on every change
    bool edit_username{true};
    bool duplicate_emails{false};
    std::int64_t legacy_cap{0}; // most per answer; 0 = what was asked for
    bool members_brief_only{false};
    bare_event_knobs events;
};

// What the Keycloak Admin API knows about a user beyond the gateway.
struct bare_extra
{
    bool locked{false}; // by brute-force protection; switching the user on takes it away
    std::vector<std::string> required_actions;
    std::vector<std::string> roles; // realm roles given directly
};

class bare_id_server final : public server
{
public:
    // `filled`: with the generated organisation; else empty, with credentials of its own.
    bare_id_server(std::string name, organisation_settings settings, const sandbox_clock& clock, bool filled = true);

    std::string_view name() const override { return name_; }
    answer handle(const incoming& in) override;
    std::string dump(bool compact) override;
    std::string load(const json& state) override;
    void reset_data() override;
    answer edit(const request& asked, const std::vector<std::string>& path) override;

    const std::string& instance() const { return instance_; }
    const std::string& other_instance() const { return other_instance_; }
    const std::string& realm() const { return realm_; }
    const std::string& other_realm() const { return other_realm_; }
    const std::string& client_id() const { return client_id_; }
    const std::string& client_secret() const { return client_secret_; }
    void revoke_tokens();

private:
    struct issued
    {
        std::string realm;
        std::int64_t expires_ms;
    };
    struct slice
    {
        std::size_t from{0};
        std::size_t to{0};
        bool more{false};
        std::string next; // token style
        outgoing refused; // status 0 = fine
    };
    enum class list_kind
    {
        users,
        groups
    };

    // What the instance held before a write that reads do not show yet.
    struct past
    {
        std::int64_t written_ms;
        bare_directory directory;
        std::unordered_map<slot, bare_extra> extra;
        std::vector<std::string> realm_roles;
    };
    // Puts what reads show in place of what is there, and back; a write is remembered. Under the exclusive lock.
    class as_shown
    {
    public:
        as_shown(bare_id_server& of, bool reads);
        ~as_shown();
        as_shown(const as_shown&) = delete;
        as_shown& operator=(const as_shown&) = delete;

    private:
        void swap();
        bare_id_server& of_;
        bool swapped_{false};
    };

    void knobs_changed() override;
    void register_knobs();
    void fill();

    answer token(const request& asked);
    answer discovery(const request& asked) const;
    answer api(const request& asked);
    answer route(const request& asked, const std::vector<std::string>& rest);
    answer users_route(const request& asked, const std::vector<std::string>& rest);
    answer groups_route(const request& asked, const std::vector<std::string>& rest);
    outgoing authorise(const request& asked, std::string_view instance, std::string& client) const;
    std::string realm_of_token(const request& asked) const; // "" = no good token
    bool permitted(std::string_view permission) const;

    outgoing error(int status, int code, std::string_view message) const;
    outgoing not_found(std::string_view message = "Not Found") const { return error(404, 5, message); }
    std::string_view user_wire(slot at, bool in_list, std::string& scratch) const;
    void append_group(std::string& out, slot at) const;
    slice cut(const request& asked, std::size_t total) const;
    outgoing user_list(const request& asked, const std::vector<slot>& members, slot of_group, std::string_view key);
    outgoing group_list(const request& asked, const std::vector<slot>& list) const;
    outgoing one_group(slot at) const;
    outgoing find_users(const request& asked);
    outgoing replaced(std::string_view endpoint, list_kind kind) const; // status 0 = normal
    void after_page(const slice& page, slot of_group, slot first_shown);

    outgoing create_user(const request& asked);
    outgoing update_user(const request& asked, slot at);
    outgoing write_group(const request& asked, slot parent, slot at);
    std::string check_fields(const json& user) const;
    outgoing created(std::string_view endpoint, const std::string& id, std::string body) const;
    bool aborts();
    bool silent(std::string_view endpoint) const;

    // bare_id_roles.cpp
    answer roles_route(const request& asked, const std::vector<std::string>& rest);
    outgoing role_mappings(const request& asked, slot user, bool legacy);
    json role_json(const std::string& name, bool legacy) const;
    bool has_role(std::string_view name) const;

    // bare_id_legacy.cpp, bare_id_legacy_writes.cpp
    answer legacy(const request& asked);
    outgoing legacy_route(const request& asked, const std::vector<std::string>& rest, std::string& endpoint);
    outgoing legacy_users(const request& asked, const std::vector<std::string>& rest, std::string& endpoint);
    outgoing legacy_groups(const request& asked, const std::vector<std::string>& rest, std::string& endpoint);
    outgoing legacy_user_list(const request& asked) const;
    outgoing legacy_page(const request& asked, const std::vector<std::string>& items, std::int64_t standard) const;
    json legacy_user(slot at, bool brief) const;
    json legacy_group(slot at) const;
    outgoing legacy_create_user(const request& asked);
    outgoing legacy_update_user(const request& asked, slot at);
    outgoing legacy_write_group(const request& asked, slot parent, slot at);
    std::string legacy_taken(const bare_profile& profile, slot but) const;
    void keep_managed(bare_profile& profile) const;
    // bare_id_event_routes.cpp
    void write_down_changes();
    void note_user_event(std::string type, const std::string& user, const std::string& client);
    void note_role_change(std::string_view operation, slot user);
    answer events_route(const request& asked);
    answer metrics_route(const request& asked);
    outgoing legacy_events(const request& asked, bool admin, std::string& endpoint) const;

    outgoing edit_user(const request& asked, const std::vector<std::string>& path);
    outgoing edit_group(const request& asked, const std::vector<std::string>& path);
    slot any_user(std::string_view key) const;  // id, user name or e-mail
    slot any_group(std::string_view key) const; // id, path or name
    void rekey();

    std::string name_;
    organisation_settings settings_;
    bool filled_;
    const sandbox_clock& clock_;
    bare_knobs knob_;
    bare_directory directory_;
    std::unordered_map<slot, bare_extra> extra_;
    std::vector<std::string> realm_roles_;
    std::deque<past> pasts_; // by time
    random_stream random_;
    std::string instance_;
    std::string other_instance_;
    std::string realm_{"Mitarbeitende"};
    std::string other_realm_{"Partner"};
    std::string client_id_{"idferry"};
    std::string client_secret_;
    std::string federation_; // component id of federated users
    bool federated_{false};
    bare_events events_;
    std::string actor_;         // by which application what happens now is done
    bool by_themselves_{false}; // a control edit with by=self: the person did it
    bool watched_{true};        // changes are written down as events

    mutable std::mutex token_mutex_;
    std::unordered_map<std::string, issued> tokens_;
    random_stream token_random_;
};

// The API form of a generated person.
bare_profile bare_profile_of(const person& one);

} // namespace idferry::sandbox
