// Which requests are made for configuration objects, and what becomes of answers that are not what they should be.
#include "tests/connectors/beyond_identity/realm_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::beyond_identity {

using mapping::json;
using test::list_of;
using test::realm_bench;
using test::run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

write_request request_for(const mapping::resource_type& type, const std::vector<std::pair<std::string, json>>& all)
{
    write_request r(type);
    for (const auto& [path, value] : all) {
        mapping::desired_attribute a;
        a.path = path;
        a.value = value;
        r.desired.attributes.push_back(std::move(a));
    }
    return r;
}

const std::string directory_object =
    R"({"id":"p1","display_name":"Directory","protocol_config":{"type":"oidc_idp","client_id":"ours",)"
    R"("client_secret":"hidden","token_scopes":["openid"]}})";

} // namespace

TEST(beyond_identity_object_requests, a_creation_whose_answer_has_no_id_is_looked_up_by_its_name)
{
    realm_bench b;
    b.then(200, R"({"type":"oidc_idp","client_id":"ours"})") // the creation: the configuration alone
        .then(200, list_of("sso_configs", {}, 0))
        .then(200, list_of("identity_providers", {directory_object}, 1))
        .then(200, directory_object);
    const auto made = run(b.target().create(request_for(
        mapping::identity_provider_type, {{"display_name", "Directory"}, {"protocol_config/type", "oidc_idp"}})));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->id.text(), "p1");
    EXPECT_EQ(made->body["protocol_config/client_id"], "ours");
    EXPECT_EQ(made->body.dump().find("hidden"), std::string::npos);
    EXPECT_THAT(b.asked(), ElementsAre("POST /identity-providers", "GET /sso-configs?page_size=200",
                                       "GET /identity-providers?page_size=200", "GET /identity-providers/p1"));
    EXPECT_EQ(b.sent().front(), json::parse(R"({"display_name":"Directory",
        "protocol_config":{"type":"oidc_idp","token_scopes":[]}})"));
}

TEST(beyond_identity_object_requests, what_is_not_found_is_gone_only_when_its_list_can_be_read_without_it)
{
    const std::string missing = R"({"code":"not_found","message":"no"})";
    const auto type = mapping::identity_provider_type;
    realm_bench down;
    down.then(404, missing).then(500);
    EXPECT_EQ(run(down.target().read(type, mapping::target_id("p1"))).error().next, disposition::retry);
    realm_bench both;
    both.then(404, missing).then(200, list_of("identity_providers", {directory_object}, 1));
    const auto listed = run(both.target().read(type, mapping::target_id("p1")));
    EXPECT_EQ(listed.error().next, disposition::retry);
    EXPECT_EQ(listed.error().code, "contradiction");
    realm_bench gone;
    gone.then(404, missing).then(200, list_of("identity_providers", {}, 0));
    EXPECT_EQ(run(gone.target().read(type, mapping::target_id("p1"))).error().next, disposition::not_found);
}

// Two resource servers may have roles of one name: neither is a reject for the other's sake.
TEST(beyond_identity_object_requests, the_name_of_a_role_is_its_own_within_its_resource_server)
{
    realm_bench b;
    const auto& role = b.connection->profile().of("role");
    EXPECT_THAT(role.unique, IsEmpty());
    EXPECT_THAT(role.within, ElementsAre("resource_server_id"));
}

// A role of the vendor's name is the vendor's under the vendor's resource server alone (section 5.5), which a
// creation's answer does not tell.
TEST(beyond_identity_object_requests, a_role_named_like_the_vendors_is_ours_at_our_resource_server)
{
    const std::string role = R"({"id":"r1","display_name":"Super Administrators"})";
    const std::pair<std::string, bool> servers[] = {
        {R"({"id":"s1","identifier":"https://shop.example","is_managed":false})", false},
        {R"({"id":"s1","identifier":"beyondidentity","is_managed":true})", true},
        {R"({"id":"s1","identifier":"beyondidentity"})", true}};
    for (const auto& [server, vendors] : servers) {
        realm_bench b;
        b.then(200, role).then(200, server).then(200, R"({"scopes":[],"total_size":0})");
        const auto made = run(b.target().create(
            request_for(mapping::role_type, {{"display_name", "Super Administrators"}, {"resource_server_id", "s1"}})));
        ASSERT_TRUE(made) << made.error().detail;
        EXPECT_EQ(made->body.value(std::string(mapping::managed_mark), false), vendors) << server;
        EXPECT_THAT(b.asked(), ElementsAre("POST /resource-servers/s1/roles", "GET /resource-servers/s1",
                                           "GET /resource-servers/s1/roles/r1:listScopes?page_size=200"));
    }
    realm_bench gone;
    gone.then(200, role).then(404, R"({"code":"not_found","message":"no"})");
    const auto made = run(gone.target().create(
        request_for(mapping::role_type, {{"display_name", "Super Administrators"}, {"resource_server_id", "s1"}})));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::retry) << "what cannot be told is no answer";
}

// What is read as no scopes would be taken from the role at the other end.
TEST(beyond_identity_object_requests, an_answer_without_scopes_is_none_unless_it_counts_none)
{
    const std::pair<std::string, bool> answers[] = {{R"({"scopes":[],"total_size":0})", true},
                                                    {R"({"scopes":null,"total_size":0})", true},
                                                    {R"({"total_size":0})", true},
                                                    {R"({"scopes":[]})", true},
                                                    {R"({})", false},
                                                    {"", false},
                                                    {R"({"scopes":null})", false},
                                                    {R"({"scopes":"read","total_size":0})", false},
                                                    {R"({"scopes":[7],"total_size":1})", false},
                                                    {R"({"scopes":[null]})", false}};
    for (const auto& [answer, is_list] : answers) {
        realm_bench b;
        b.otherwise = [&, text = answer](const http::request& r) {
            if (r.url.find(":listScopes") != std::string::npos) return test::make_json_answer(200, text);
            if (r.url.find(":listMembers") != std::string::npos)
                return test::make_json_answer(200, list_of("identities", {}, 0));
            if (r.url.find("/roles/r1") != std::string::npos)
                return test::make_json_answer(200, R"({"id":"r1","display_name":"Approvers"})");
            if (r.url.find("/roles") != std::string::npos)
                return test::make_json_answer(200, list_of("roles", {R"({"id":"r1","display_name":"Approvers"})"}, 1));
            return test::make_json_answer(200,
                                          list_of("resource_servers", {R"({"id":"s1","display_name":"Shop"})"}, 1));
        };
        const auto role = run(b.target().read(mapping::role_type, mapping::target_id("r1")));
        ASSERT_EQ(role.has_value(), is_list) << answer << (role ? "" : ": " + role.error().detail);
        if (is_list)
            EXPECT_THAT(role->body["scopes"], IsEmpty()) << answer;
        else
            EXPECT_EQ(role.error().next, disposition::retry) << answer;
    }
}

TEST(beyond_identity_object_requests, a_creation_that_is_found_twice_has_an_unknown_outcome)
{
    realm_bench b;
    b.then(200, "{}")
        .then(200, list_of("sso_configs", {}, 0))
        .then(200, list_of("identity_providers",
                           {directory_object, R"({"id":"p2","display_name":"Directory","protocol_config":{}})"}, 2));
    const auto made = run(b.target().create(
        request_for(mapping::identity_provider_type, {{"display_name", "Directory"}, {"protocol_config/type", "x"}})));
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().outcome_unknown);
    EXPECT_EQ(made.error().next, disposition::retry);
}

TEST(beyond_identity_object_requests, a_role_without_its_scopes_is_no_finished_role)
{
    realm_bench b;
    b.then(200, R"({"id":"r1","display_name":"Readers"})").then(400, R"({"code":"bad_request","message":"no"})");
    const auto made = run(b.target().create(request_for(
        mapping::role_type, {{"display_name", "Readers"}, {"resource_server_id", "s 1"}, {"scopes", {"a:read"}}})));
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().outcome_unknown);
    EXPECT_THAT(made.error().detail, HasSubstr("could not be given its scopes"));
    EXPECT_THAT(b.asked(),
                ElementsAre("POST /resource-servers/s%201/roles", "POST /resource-servers/s%201/roles/r1:addScopes"));
    EXPECT_EQ(b.sent()[0], json::parse(R"({"role":{"display_name":"Readers"}})"));
    EXPECT_EQ(b.sent()[1], json::parse(R"({"scopes":["a:read"]})"));
}

TEST(beyond_identity_object_requests, an_sso_configuration_is_changed_by_a_part_of_its_payload)
{
    realm_bench b;
    const std::string wiki = R"({"id":"s1","display_name":"Wiki","payload":{"type":"bookmark","login_link":"old"}})";
    b.then(200, wiki).then(200, wiki).then(200, wiki);
    auto r = request_for(mapping::sso_config_type, {{"payload/login_link", "new"}});
    r.id = mapping::target_id("s1");
    const auto kept = run(b.target().update(std::move(r)));
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(b.sent().front(), json::parse(R"({"sso_config":{"type":"bookmark","login_link":"new"}})"));
}

TEST(beyond_identity_object_requests, a_changed_name_goes_beside_the_payload_unless_it_is_switched_off)
{
    const std::string wiki = R"({"id":"s1","display_name":"Wiki","payload":{"type":"bookmark","login_link":"old"}})";
    const auto change = [&](realm_bench& b, const std::vector<std::pair<std::string, json>>& all) {
        auto r = request_for(mapping::sso_config_type, all);
        r.id = mapping::target_id("s1");
        b.then(200, wiki).then(200, wiki).then(200, wiki);
        const auto kept = run(b.target().update(std::move(r)));
        ASSERT_TRUE(kept) << kept.error().detail;
        EXPECT_EQ(kept->body["display_name"], "Wiki");
    };
    realm_bench by_default, off("write: {sso_name: false}\n"), off_and_more("write: {sso_name: false}\n");
    change(by_default, {{"display_name", "Handbook"}});
    ASSERT_THAT(by_default.sent(), SizeIs(1));
    EXPECT_EQ(by_default.sent()[0], json::parse(R"({"sso_config":{"type":"bookmark","display_name":"Handbook"}})"));
    change(off, {{"display_name", "Handbook"}});
    EXPECT_THAT(off.sent(), IsEmpty());
    change(off_and_more, {{"display_name", "Handbook"}, {"payload/login_link", "new"}});
    ASSERT_THAT(off_and_more.sent(), SizeIs(1));
    EXPECT_EQ(off_and_more.sent()[0], json::parse(R"({"sso_config":{"type":"bookmark","login_link":"new"}})"));
}

TEST(beyond_identity_object_requests, nothing_is_sent_when_nothing_differs)
{
    realm_bench b;
    b.then(200, R"({"id":"s1","display_name":"Wiki","payload":{"type":"bookmark","login_link":"old","icon":""}})");
    auto r = request_for(mapping::sso_config_type,
                         {{"display_name", "Wiki"}, {"payload/icon", nullptr}, {"payload/login_link", "old"}});
    r.id = mapping::target_id("s1");
    ASSERT_TRUE(run(b.target().update(std::move(r))));
    EXPECT_THAT(b.sent(), IsEmpty());
}

TEST(beyond_identity_object_requests, a_theme_that_cannot_be_read_by_its_id_is_the_default_one)
{
    realm_bench b;
    b.then(200, R"({"id":"d0","button_color":"#000000"})").then(404, R"({"code":"not_found","message":"none"})");
    std::size_t seen = 0;
    const auto end = run(b.target().list(mapping::theme_type, [&](remote_resource) { ++seen; }));
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_TRUE(end->complete);
    EXPECT_EQ(seen, 0U);
    EXPECT_THAT(b.asked(), ElementsAre("GET /themes/active", "GET /themes/d0"));
}

TEST(beyond_identity_object_requests, who_may_use_an_application_is_asked_for_as_the_table_says)
{
    realm_bench b;
    b.then(200, R"({"id":"s1","display_name":"Wiki","payload":{"type":"bookmark"}})")
        .then(200, R"({"groups":[{"id":"g1"}],"next_page_token":"more"})")
        .then(200, R"({"groups":[{"id":"g2"},{"id":"g1"}]})");
    const auto there = run(b.target().read(mapping::group_assignment_type, mapping::target_id("s1")));
    ASSERT_TRUE(there) << there.error().detail;
    EXPECT_EQ(there->body["members"], json::parse(R"([{"value":"g1"},{"value":"g2"}])"));
    EXPECT_THAT(b.asked(), ElementsAre("GET /sso-configs/s1", "GET /sso-configs/s1:listGroupAssociations",
                                       "GET /sso-configs/s1:listGroupAssociations?page_token=more"));
}

namespace {

// A realm with one resource server and one role, whose members are what is given.
void one_role(realm_bench& b, const std::string& members)
{
    b.otherwise = [members](const http::request& r) {
        const auto has = [&](const char* part) { return r.url.find(part) != std::string::npos; };
        if (has(":listMembers")) return test::make_json_answer(200, members);
        if (has("Members") || has("/roles/r1"))
            return test::make_json_answer(200, R"({"id":"r1","display_name":"Approvers"})");
        if (has("/roles"))
            return test::make_json_answer(200, list_of("roles", {R"({"id":"r1","display_name":"Approvers"})"}, 1));
        return test::make_json_answer(200, list_of("resource_servers", {R"({"id":"s1","display_name":"Shop"})"}, 1));
    };
}

} // namespace

// One call lists and changes groups and identities at once (sections 4.5 and 6.4).
TEST(beyond_identity_object_requests, which_groups_hold_a_role_is_one_half_of_its_members)
{
    realm_bench b;
    one_role(b, R"({"groups":[{"id":"g1"}],"total_groups_size":1,"identities":[{"id":"i1"},{"id":"i2"}],)"
                R"("total_identities_size":2})");
    members_request r;
    r.type = &mapping::group_role_type;
    r.group = mapping::target_id("r1");
    r.add = {mapping::target_id("g2")};
    r.remove = {mapping::target_id("g1")};
    const auto kept = run(b.target().set_members(std::move(r)));
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["members"], json::parse(R"([{"value":"g1"}])"));
    const auto asked = b.asked();
    ASSERT_GE(asked.size(), 6U);
    EXPECT_EQ(asked[3], "GET /resource-servers/s1/roles/r1:listMembers?groups_page_size=200&identities_page_size=200");
    EXPECT_EQ(asked[4], "POST /resource-servers/s1/roles/r1:addMembers");
    EXPECT_EQ(asked[5], "POST /resource-servers/s1/roles/r1:deleteMembers");
    EXPECT_EQ(b.sent(), (std::vector<json>{json::parse(R"({"group_ids":["g2"],"identity_ids":[]})"),
                                           json::parse(R"({"group_ids":["g1"],"identity_ids":[]})")}));
}

TEST(beyond_identity_object_requests, groups_of_a_role_are_counted_by_their_own_total)
{
    const std::pair<const char*, bool> answers[] = {
        {R"({"groups":[{"id":"g1"}],"total_groups_size":1,"identities":[],"total_identities_size":7})", true},
        {R"({"groups":[],"total_groups_size":0})", true},
        {R"({"identities":[{"id":"i1"}],"total_groups_size":0,"total_identities_size":1})", true},
        {R"({"groups":[{"id":"g1"}],"total_groups_size":2})", false},
        {R"({"identities":[{"id":"i1"}],"total_identities_size":1})", false}};
    for (const auto& [answer, is_whole] : answers) {
        realm_bench b;
        one_role(b, answer);
        const auto there = run(b.target().read(mapping::group_role_type, mapping::target_id("r1")));
        EXPECT_EQ(there.has_value(), is_whole) << answer;
        if (!there) EXPECT_EQ(there.error().next, disposition::retry) << answer;
    }
}

// Only who is associated by a group has a group_id that says something (section 5.4).
TEST(beyond_identity_object_requests, an_association_without_a_group_is_a_direct_one)
{
    realm_bench b;
    b.then(200, R"({"id":"s1","display_name":"Wiki","payload":{"type":"bookmark"}})")
        .then(200, R"({"identities":[{"id":"i1"},{"id":"i2","group_id":""},{"id":"i3","group_id":null},)"
                   R"({"id":"i4","group_id":"g1"},{"id":"i5","group_id":7}]})");
    const auto there = run(b.target().read(mapping::assignment_type, mapping::target_id("s1")));
    ASSERT_TRUE(there) << there.error().detail;
    EXPECT_EQ(there->body["members"], json::parse(R"([{"value":"i1"},{"value":"i2"},{"value":"i3"}])"));
}

TEST(beyond_identity_object_requests, no_filter_finds_these)
{
    realm_bench b;
    EXPECT_FALSE(b.target().can_find(mapping::role_type, "display_name"));
    EXPECT_FALSE(b.target().can_find(mapping::application_type, "displayName"));
    const auto found = run(b.target().find(mapping::role_type, "displayName", "x"));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, "unsupported");
    EXPECT_THAT(b.asked(), IsEmpty());
}

} // namespace idferry::connectors::beyond_identity
