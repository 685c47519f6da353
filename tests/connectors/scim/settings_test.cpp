// The `type: scim` section: presets, overrides, and mistakes with their places.
#include "config/node.hpp"
#include "connectors/scim/scim_connection.hpp"
#include "connectors/scim/scim_settings.hpp"
#include "mapping/shown_members.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace idferry::connectors::scim;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string head =
    "type: scim\nbase_url: https://acme.showpad.biz/api/users/scim/v2\nauth: {bearer: {env: TOKEN}}\n";

std::optional<scim_settings> read(const std::string& text, config::diagnostics& out)
{
    const auto tree = config::parse_yaml(text, "f.yaml", out);
    if (!tree) return std::nullopt;
    return parse_settings(*tree, out);
}

scim_settings good(const std::string& keys)
{
    config::diagnostics out;
    auto s = read(head + keys, out);
    EXPECT_TRUE(s) << (out.empty() ? "" : out.sorted().front().message);
    return s ? *s : scim_settings{};
}

std::vector<std::string> mistakes(const std::string& text)
{
    config::diagnostics out;
    EXPECT_FALSE(read(text, out));
    std::vector<std::string> all;
    for (const auto& d : out.sorted())
        all.push_back(std::to_string(d.where.line) + ":" + std::to_string(d.where.column) + " " + d.path + " " +
                      d.message);
    return all;
}

TEST(scim_settings, showpad_preset_is_what_the_description_says)
{
    const auto s = good("profile: showpad\n");
    EXPECT_EQ(s.wire.patch, patch_mode::never);
    EXPECT_EQ(s.wire.user_update, update_mode::put_merge);
    EXPECT_EQ(s.wire.membership, membership_mode::put_full);
    EXPECT_THAT(s.wire.user_keys, ElementsAre("userName"));
    EXPECT_TRUE(s.wire.group_keys.empty());
    EXPECT_EQ(s.wire.page_size, 100);
    const auto& user = s.holds.of("user");
    EXPECT_THAT(user.require, ElementsAre("userName", "name.givenName", "name.familyName", "emails"));
    EXPECT_THAT(user.unique, ElementsAre("userName", "emails.value"));
    EXPECT_THAT(user.case_fold, ElementsAre("userName", "emails.value", "roles.value"));
    for (const char* list : {"emails", "phoneNumbers", "roles"}) EXPECT_TRUE(user.single_valued.contains(list)) << list;
    EXPECT_EQ(user.allowed_values.at("roles.value").size(), 4u);
    EXPECT_EQ(user.force.at("entitlements").at("type"), "\"coach_for_group\"");
    EXPECT_THAT(s.holds.of("group").reserved_names, ElementsAre("All Users"));
    EXPECT_FALSE(s.holds.of("group").nested);
    EXPECT_EQ(s.http.client.pace.requests_per_second, 5);
    EXPECT_EQ(s.http.client.pace.burst, 10);
    EXPECT_EQ(s.http.client.pace.concurrency, 2);
}

TEST(scim_settings, keys_override_the_preset_one_by_one)
{
    const auto s = good(R"(profile: showpad
own_account: provisioning@acme.example
content_type: application/json
entitlement_type: Coach
discovery: {spc: skip, override: {etag: true}}
filter: {user_keys: [userName, externalId], verify_match: false}
paging: {count: 50, send_start_index: false, max_pages: 7}
patch: auto
user: {update: patch, put_include_id: true, clear: empty_text}
group:
  membership: patch_filter
  lookup: filter
  reserved_names: [All Users, Everyone]
  members_per_request: 10
errors: {uniqueness_words: [vergeben]}
attributes:
  never_send: [id, meta]
  single_valued: {emails: {keep: all}, addresses: {keep: first, force: {primary: true, type: work}}}
  empty_means: {title: "-", costly: 5}
)");
    EXPECT_EQ(s.own_account, "provisioning@acme.example");
    EXPECT_EQ(s.wire.content_type, "application/json");
    EXPECT_EQ(s.wire.spc, spc_mode::skip);
    EXPECT_EQ(s.wire.claims.etag, true);
    EXPECT_FALSE(s.wire.claims.patch.has_value());
    EXPECT_EQ(s.wire.user_keys.size(), 2u);
    EXPECT_FALSE(s.wire.verify_match);
    EXPECT_EQ(s.wire.page_size, 50);
    EXPECT_EQ(s.wire.max_pages, 7);
    EXPECT_FALSE(s.wire.send_start_index);
    EXPECT_EQ(s.wire.patch, patch_mode::automatic);
    EXPECT_EQ(s.wire.user_update, update_mode::patch);
    EXPECT_TRUE(s.wire.put_include_id);
    EXPECT_EQ(s.wire.clear, clear_mode::empty_text);
    EXPECT_EQ(s.wire.membership, membership_mode::patch_filter);
    EXPECT_THAT(s.wire.group_keys, ElementsAre("displayName"));
    EXPECT_EQ(s.wire.members_per_request, 10);
    EXPECT_THAT(s.wire.uniqueness_words, ElementsAre("vergeben"));
    const auto& user = s.holds.of("user");
    EXPECT_THAT(user.never_send, ElementsAre("id", "meta"));
    EXPECT_FALSE(user.single_valued.contains("emails"));
    EXPECT_TRUE(user.single_valued.contains("roles"));
    EXPECT_EQ(user.single_valued.at("addresses").force.at("primary"), "true");
    EXPECT_EQ(user.single_valued.at("addresses").force.at("type"), "\"work\"");
    EXPECT_EQ(user.empty_means.at("title"), "\"-\"");
    EXPECT_EQ(user.empty_means.at("costly"), "5");
    EXPECT_EQ(user.empty_means.at("locale"), "\"en\"");
    EXPECT_EQ(user.force.at("entitlements").at("type"), "\"Coach\"");
    EXPECT_EQ(s.holds.of("group").reserved_names.size(), 2u);
}

TEST(scim_settings, base_url_is_kept_as_it_is_written)
{
    config::diagnostics out;
    const auto s = read("type: scim\nbase_url: https://acme.showpad.biz/api/Users/scim/v2/?aadOptscim062020\nauth: "
                        "{bearer: {env: TOKEN}}\n",
                        out);
    ASSERT_TRUE(s);
    EXPECT_EQ(s->base_url, "https://acme.showpad.biz/api/Users/scim/v2/?aadOptscim062020");
    EXPECT_EQ(s->holds.name, "generic");
    EXPECT_EQ(s->wire.membership, membership_mode::automatic);
}

TEST(scim_settings, every_mistake_at_once_with_its_place)
{
    const auto all = mistakes("type: scim\nprofile: shopwad\nbase_url: http://acme.example/scim\nauth: {bearer: "
                              "plain}\nbase_ulr: x\npaging: {count: 0}\n"
                              "attributes: {case_fold: [\"emails[\"]}\n");
    EXPECT_THAT(all, Contains(HasSubstr("2:10 profile")));
    EXPECT_THAT(all, Contains(HasSubstr("3:11 base_url")));
    EXPECT_THAT(all, Contains(HasSubstr("4:16 auth.bearer")));
    EXPECT_THAT(all, Contains(HasSubstr("did you mean 'base_url'")));
    EXPECT_THAT(all, Contains(HasSubstr("paging.count")));
    EXPECT_THAT(all, Contains(HasSubstr("is not an attribute path")));
}

TEST(scim_settings, patch_without_patch_is_refused)
{
    EXPECT_THAT(mistakes(head + "profile: showpad\ngroup: {membership: patch_filter}\n"),
                ElementsAre(HasSubstr("5:21 group.membership patch_filter needs PATCH")));
    EXPECT_THAT(mistakes(head + "patch: never\nuser: {update: patch}\n"), ElementsAre(HasSubstr("patch needs PATCH")));
    good("profile: showpad\npatch: auto\ngroup: {membership: patch_filter}\n");
}

TEST(scim_settings, beyond_identity_preset_is_what_its_document_says)
{
    const auto s = good("profile: beyond_identity\n");
    EXPECT_EQ(s.wire.membership, membership_mode::patch_value);
    EXPECT_EQ(s.wire.group_update, update_mode::patch);
    EXPECT_EQ(s.wire.user_update, update_mode::patch);
    EXPECT_FALSE(s.wire.patch_remove);
    EXPECT_FALSE(s.wire.patch_atomic);
    EXPECT_EQ(s.wire.look_before_create, look_mode::by_list);
    EXPECT_TRUE(s.http.client.renew_on_403);
    EXPECT_EQ(s.wire.page_size, 1000);
    EXPECT_EQ(s.reads.memberships, memberships_from::hidden);
    EXPECT_FALSE(mapping::shows_members(s.holds.of("group")));
    EXPECT_THAT(s.wire.user_keys, ElementsAre("userName", "externalId"));
    EXPECT_THAT(s.holds.of("user").require, ElementsAre("userName", "displayName", "emails"));
    // No more than 30 calls in any minute: what has gathered, and what comes meanwhile.
    const auto& pace = s.http.client.pace;
    EXPECT_LE(pace.burst + 60 * pace.requests_per_second, 30);
    EXPECT_FALSE(good("profile: beyond_identity\nerrors: {renew_on_403: false}\n").http.client.renew_on_403);
}

TEST(scim_settings, a_group_whose_members_are_hidden_is_never_put)
{
    EXPECT_THAT(mistakes(head + "group: {members_readable: false}\n"),
                ElementsAre(HasSubstr("group.members_readable where members are not shown")));
    EXPECT_THAT(mistakes(head + "profile: beyond_identity\ngroup: {membership: auto}\n"),
                ElementsAre(HasSubstr("would throw them out")));
    const auto shown = good("profile: beyond_identity\ngroup: {members_readable: true, membership: patch_filter}\n");
    EXPECT_TRUE(mapping::shows_members(shown.holds.of("group")));
    good("patch: always\ngroup: {members_readable: false, membership: patch_filter, update: patch}\n");
}

TEST(scim_settings, how_it_is_read_as_a_source)
{
    const auto usual = good("");
    EXPECT_EQ(usual.reads.memberships, memberships_from::automatic);
    EXPECT_TRUE(usual.reads.groups && usual.reads.prove && usual.reads.confirm_end && usual.reads.exclude_members);
    EXPECT_EQ(usual.reads.active, absent_active::error);
    const auto s = good("paging: {cursor: true}\nsource: {groups: false, memberships: user_groups, absent: unknown, "
                        "exclude_members: false, confirm_end: false, prove: false, absent_active: true, "
                        "leave_out: [meta]}\n");
    EXPECT_TRUE(s.wire.cursor);
    EXPECT_FALSE(s.reads.groups || s.reads.prove || s.reads.confirm_end || s.reads.exclude_members);
    EXPECT_EQ(s.reads.memberships, memberships_from::user_groups);
    EXPECT_EQ(s.reads.absent, absent_list::unknown);
    EXPECT_EQ(s.reads.active, absent_active::is_true);
    EXPECT_THAT(s.reads.leave_out, ElementsAre("meta"));
    EXPECT_NE(reading_text(s.reads), reading_text(usual.reads));
    EXPECT_THAT(mistakes(head + "source: {memberships: somewhere}\n"), ElementsAre(HasSubstr("source.memberships")));
}

TEST(scim_settings, connection_tells_what_it_is)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml(head + "profile: showpad\nown_account: me\n", "f.yaml", out);
    const auto c = connectors::parse_scim_connection(*tree, "showpad", out);
    ASSERT_TRUE(c);
    EXPECT_TRUE(c->can_be_target());
    EXPECT_TRUE(c->can_be_source());
    EXPECT_EQ(c->own_account(), "me");
    EXPECT_EQ(c->address(), "https://acme.showpad.biz/api/users/scim/v2");
    EXPECT_EQ(c->profile().name, "showpad");
    const auto other_tree =
        config::parse_yaml(head + "profile: showpad\nattributes: {empty_means: {title: x}}\n", "f.yaml", out);
    const auto other = connectors::parse_scim_connection(*other_tree, "showpad", out);
    ASSERT_TRUE(other);
    EXPECT_NE(c->epoch_text(), other->epoch_text());
    const auto doc = connectors::describe_scim_connection();
    ASSERT_TRUE(doc);
    std::vector<std::string> names;
    for (const auto& k : doc->keys) names.push_back(k.name);
    EXPECT_THAT(names, testing::IsSupersetOf({"type", "profile", "base_url", "auth", "rate", "timeouts", "tls", "proxy",
                                              "retry", "limits"}));
}

} // namespace
