// The contract suite of targets for the Bare.ID target over TLS, in front of the sandbox, in both profiles and with
// their uncertain rules both ways.
#include "tests/connectors/bare_id/target_bench.hpp"

namespace idferry::tests {

namespace {

target_under_test in_sandbox(const std::string& name, const std::string& profile, const std::string& keys,
                             std::vector<std::string> knobs = {})
{
    return {name, [=] { return std::make_unique<test::bare_id::sandbox_target_bench>(profile, keys, knobs); }};
}

const std::string on = test::bare_id::all_writes_on();

// The same with another way of changing people.
std::string on_with(const std::string& user_update, const std::string& more = "")
{
    auto text = on;
    const std::string usual = "user_update: {enabled: true}";
    return text.replace(text.find(usual), usual.size(), "user_update: " + user_update) + more;
}

} // namespace

INSTANTIATE_TEST_SUITE_P(
    bare_id, target_conformance,
    testing::Values(
        in_sandbox("gateway", "gateway", on),
        in_sandbox("gateway_without_defaults", "gateway",
                   on + "absent: {bool: false, directory_list: empty}\nfields: {attributes: {encoding: list}}\n",
                   {"bareid_target.emit_defaults=false", "bareid_target.attributes=list",
                    "bareid_target.created_id=none", "bareid_target.error_format=v1"}),
        in_sandbox("gateway_partial", "gateway",
                   on_with("{enabled: true, method: PATCH, mode: changed_only, body: /user}"),
                   {"bareid_target.update_verb=patch", "bareid_target.created_id=location"}),
        in_sandbox("gateway_with_own_switches", "gateway",
                   on + "  user_enable: {enabled: true}\n  user_disable: {enabled: true}\n"
                        "paging: {style: offset, size: 3}\n",
                   {"bareid_target.own_switches=true", "bareid_target.paging=offset",
                    "bareid_target.names_top_level=true"}),
        in_sandbox("keycloak_admin", "keycloak_admin", ""),
        in_sandbox("keycloak_admin_in_small_pages", "keycloak_admin",
                   "paging: {size: 3}\ntarget: {hydrate: true, attributes: {externalId: hrKey}}\n",
                   {"bareid_target.members_brief_only=true"})),
    target_name);

} // namespace idferry::tests
