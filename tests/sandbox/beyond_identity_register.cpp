#include "tests/sandbox/beyond_identity.hpp"

namespace idferry::sandbox {

void beyond_server::register_knobs()
{
    auto& k = knob_;
    knobs_.add("era", k.era, {"current", "seed"});

    knobs_.add("expires_in", k.expires_in);
    knobs_.add("stale_token_status", k.stale_token_status, {"401", "403"});
    knobs_.add("token_errors", k.token_errors, {"rfc6749", "vendor"});
    knobs_.add("client_auth", k.client_auth, {"both", "basic", "post"});
    knobs_.add("client_revoked", k.client_revoked);
    knobs_.add("token_scope", k.token_scope);
    knobs_.add("missing_scopes", k.missing_scopes);
    knobs_.add("realm_bound", k.realm_bound);

    knobs_.add("identity_delete_requires_no_memberships", k.identity_delete_requires_no_memberships);
    knobs_.add("group_name_unique", k.group_name_unique);
    knobs_.add("realm_name_unique", k.realm_name_unique);
    knobs_.add("email_unique", k.email_unique);
    knobs_.add("email_required", k.email_required);
    knobs_.add("conflict_details", k.conflict_details);
    knobs_.add("create_honours_status", k.create_honours_status);
    knobs_.add("unknown_traits", k.unknown_traits, {"reject", "keep", "ignore"});
    knobs_.add("reject_unknown_fields", k.reject_unknown_fields);
    knobs_.add("clear_trait", k.clear_trait, {"both", "null", "empty"});
    knobs_.add("length_unit", k.length_unit, {"code_points", "bytes"});
    knobs_.add("unknown_member", k.unknown_member, {"named", "unnamed", "bad_request"});
    knobs_.add("repeated_member", k.repeated_member, {"harmless", "conflict"});
    knobs_.add("membership_moves_update_time", k.membership_moves_update_time);
    knobs_.add("show_status", k.show_status);
    knobs_.add("show_enrollment", k.show_enrollment);

    knobs_.add("next_page_token", k.next_page_token, {"absent", "null", "empty"});
    knobs_.add("order", k.order, {"stable", "shifting"});
    knobs_.add("filters", k.filters, {"cli", "documented"});
    knobs_.add("filter_case_exact", k.filter_case_exact);
    knobs_.add("page_size_zero", k.page_size_zero, {"default", "empty", "bad_request"});
    knobs_.add("expired_page_token", k.expired_page_token, {"first_page", "invalid", "empty"});
    knobs_.add("page_token_life", k.page_token_life);
    knobs_.add("short_pages", k.short_pages);
    knobs_.add("max_page", k.max_page);
    knobs_.add("total_size_wrong", k.total_size_wrong);
    knobs_.add("total_size_absent", k.total_size_absent);
    knobs_.add("duplicate_on_border", k.duplicate_on_border);
    knobs_.add("empty_pages", k.empty_pages);
    knobs_.add("page_one_for_ever", k.page_one_for_ever);
    knobs_.add("identity_added_between_pages", k.identity_added_between_pages);
    knobs_.add("identity_removed_between_pages", k.identity_removed_between_pages);

    knobs_.add("encoded_verb", k.encoded_verb, {"not_found", "accept"});
    knobs_.add("payload_shape", k.payload_shape, {"tagged", "external"});
    knobs_.add("is_assigned", k.is_assigned);
    knobs_.add("batch_queue", k.batch_queue);
    knobs_.add("batch_queued", k.batch_queued);
    knobs_.add("provider_created", k.provider_created, {"protocol_config", "whole"});
    knobs_.add("provider_patch", k.provider_patch, {"both", "wrapped", "flat"});
    knobs_.add("provider_secret", k.provider_secret, {"needed", "optional"});
    knobs_.add("nested_patch", k.nested_patch, {"merge", "replace"});
    knobs_.add("default_theme", k.default_theme, {"with_id", "without_id"});
    knobs_.add("identity_sso_body", k.identity_sso_body, {"sso_configs", "identities"});
    knobs_.add("jobs_fail_to_send", k.jobs_fail_to_send);
    knobs_.add("rate_per_minute", k.rate_per_minute);
    knobs_.add("retry_after", k.retry_after, {"seconds", "none"});

    knobs_.add("scim_rate_per_minute", k.scim_rate_per_minute);
    knobs_.add("scim_count_default_zero", k.scim_count_default_zero);
    knobs_.add("scim_delete_status", k.scim_delete_status, {"204", "200"});
    knobs_.add("scim_duplicate", k.scim_duplicate, {"reactivate", "409"});
    knobs_.add("scim_member_filter", k.scim_member_filter, {"accept", "reject"});
    knobs_.add("scim_group_put", k.scim_group_put);
    knobs_.add("scim_trailing_slash", k.scim_trailing_slash, {"not_found", "accept"});
}

} // namespace idferry::sandbox
