// The switches of the pretended Beyond Identity: one for each thing that its documents leave open or got wrong once.
#pragma once

#include <cstdint>
#include <string>

namespace idferry::sandbox {

struct beyond_knobs
{
    std::string era{"current"}; // current | seed: the documents of which time hold

    // token endpoint
    std::int64_t expires_in{0};            // 0 = as the application says
    std::string stale_token_status{"401"}; // 401 | 403: of an expired or revoked token
    std::string token_errors{"rfc6749"};   // rfc6749 | vendor (code and message)
    std::string client_auth{"both"};       // both | basic | post
    bool client_revoked{false};
    bool token_scope{true};     // the answer names the scopes
    std::string missing_scopes; // that no token holds, with commas
    bool realm_bound{true};     // a token of another realm than the admin realm acts only in its own

    // objects
    bool identity_delete_requires_no_memberships{false}; // always so in the era "seed"
    bool group_name_unique{false};
    bool realm_name_unique{false};
    bool email_unique{false};
    bool email_required{false};
    bool conflict_details{true};
    bool create_honours_status{false};
    std::string unknown_traits{"reject"};   // reject | keep | ignore
    bool reject_unknown_fields{true};       // in tenant, realm and flow types
    std::string clear_trait{"both"};        // both | null | empty: what takes a trait away
    std::string length_unit{"code_points"}; // code_points | bytes: of the limits 64 and 300
    std::string unknown_member{
        "named"}; // named | unnamed | bad_request: the answer when an id in a member call is unknown
    std::string repeated_member{"harmless"}; // harmless | conflict: adding who is there, removing who is not
    bool membership_moves_update_time{false};
    bool show_status{true};
    bool show_enrollment{true};

    // lists
    std::string next_page_token{"absent"}; // absent | null | empty: at the end
    std::string order{"stable"};           // stable | shifting: every walk begins elsewhere
    std::string filters{"cli"};            // cli | documented
    bool filter_case_exact{false};
    std::string page_size_zero{"default"};        // default | empty | bad_request
    std::string expired_page_token{"first_page"}; // first_page | invalid | empty
    std::int64_t page_token_life{604800};         // seconds
    std::int64_t short_pages{0};                  // at most so many items, whatever was asked for
    std::int64_t max_page{0};                     // instead of the documented 200 or 100
    std::int64_t total_size_wrong{0};             // added to total_size
    bool total_size_absent{false};
    bool duplicate_on_border{false};
    std::int64_t empty_pages{0}; // so many pages are empty and go on
    bool page_one_for_ever{false};
    std::int64_t identity_added_between_pages{0};
    std::int64_t identity_removed_between_pages{0};

    // the wire
    std::string encoded_verb{"not_found"}; // not_found | accept: %3AaddMembers
    std::string payload_shape{"tagged"};   // tagged | external: {"type":"bookmark"} or {"Bookmark":{}} in SSO answers
    bool is_assigned{false};        // is-identity-assigned and is-group-assigned answer; the live service has 404
    std::int64_t batch_queue{1000}; // jobs of a realm
    std::int64_t batch_queued{0};   // of them, waiting already
    std::string provider_created{"protocol_config"}; // protocol_config | whole: the answer to a new identity provider
    std::string provider_patch{"both"};    // both | wrapped | flat: how a change of an identity provider is understood
    std::string provider_secret{"needed"}; // needed | optional: when an identity provider is created
    std::string nested_patch{"merge"};     // merge | replace: config, payload and protocol_config as a PATCH gives them
    std::string default_theme{"with_id"};  // with_id | without_id: the theme of a realm that has none
    std::string identity_sso_body{"sso_configs"}; // sso_configs | identities: as the text says, or as the sample shows
    bool jobs_fail_to_send{false};                // EMAIL jobs end as FAILED_TO_SEND
    std::int64_t rate_per_minute{0};              // native operations; 0 = no limit
    std::string retry_after{"seconds"};           // seconds | none: with their 429

    // its SCIM server
    std::int64_t scim_rate_per_minute{30};
    bool scim_count_default_zero{true};
    std::string scim_delete_status{"204"};    // 204 | 200
    std::string scim_duplicate{"reactivate"}; // reactivate | 409: a user name that is there
    std::string scim_member_filter{"accept"}; // accept | reject: remove with members[value eq "id"]
    bool scim_group_put{false};
    std::string scim_trailing_slash{"not_found"}; // not_found | accept
};

} // namespace idferry::sandbox
