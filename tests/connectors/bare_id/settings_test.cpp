// What may stand under `type: bare_id`, and how mistakes are reported.
#include "tests/connectors/bare_id/fake_instance.hpp"

#include "connectors/bare_id/bare_id_settings.hpp"

#include <gmock/gmock.h>

namespace idferry::test::bare_id {
namespace {

using namespace connectors::bare_id;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

bare_id_settings parsed(const std::string& yaml)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml(
        "type: bare_id\ninstance: db0c1370-dcc7-47c8-aac6-580043c46a98\n"
        "auth: {token_url: 'https://acme.login.bare.id/auth/realms/M/protocol/openid-connect/token', "
        "client_id: c, client_secret: {env: S}}\n" +
            yaml,
        "t.yaml", out);
    auto s = parse_settings(*tree, "bare", out);
    for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    return s ? *s : bare_id_settings{};
}

// The defaults are those of the API's reference, sections 2 and 12.
TEST(bare_id_settings, defaults_are_the_documented_ones)
{
    const auto s = parsed("");
    EXPECT_EQ(s.api_base, "https://api.bare.id");
    EXPECT_EQ(s.ops.user_get.path.text(), "/user/v1/{instance}/users/{user}");
    EXPECT_EQ(s.ops.user_get.item.text, "/user");
    EXPECT_EQ(s.ops.user_groups.path.text(), "/user/v1/{instance}/users/{user}/groups");
    EXPECT_EQ(s.ops.user_groups.list.text, "/groups");
    EXPECT_EQ(s.ops.group_roots.path.text(), "/user/v1/{instance}/groups");
    EXPECT_EQ(s.ops.group_get.path.text(), "/user/v1/{instance}/groups/{group}");
    EXPECT_EQ(s.ops.group_get.list.text, "/children/groups");
    EXPECT_EQ(s.ops.group_users.path.text(), "/user/v1/{instance}/groups/{group}/users");
    EXPECT_EQ(s.ops.group_users.list.text, "/users");
    for (const auto* op :
         {&s.ops.user_get, &s.ops.user_groups, &s.ops.group_roots, &s.ops.group_get, &s.ops.group_users})
        EXPECT_TRUE(op->enabled) << op->name;
    for (const auto* op : {&s.ops.user_list, &s.ops.user_find, &s.ops.user_count})
        EXPECT_FALSE(op->enabled) << op->name;
    EXPECT_EQ(s.paging.style, paging_style::none);
    EXPECT_EQ(s.paging.size, 100);
    EXPECT_EQ(s.paging.size_param, "max");
    EXPECT_EQ(s.paging.offset_param, "first");
    EXPECT_EQ(s.paging.page_param, "page");
    EXPECT_EQ(s.paging.token_param, "pageToken");
    EXPECT_EQ(s.paging.next_token.text, "/nextPageToken");
    EXPECT_EQ(s.absent.boolean, absent_bool::error);
    EXPECT_EQ(s.absent.directory_list, absent_list::error);
    EXPECT_EQ(s.absent.nested_list, absent_list::empty);
    EXPECT_EQ(s.source.mode, source_mode::group_walk);
    EXPECT_EQ(s.source.max_depth, 16);
    EXPECT_TRUE(s.source.hydrate);
    EXPECT_EQ(s.fields.encoding, attribute_encoding::values_object);
    EXPECT_THAT(s.fields.root_attributes, ElementsAre("username", "email", "firstName", "lastName"));
    EXPECT_THAT(s.service_account_prefixes, ElementsAre("service-account-"));
    EXPECT_EQ(s.rate.concurrency, 4);
    EXPECT_EQ(s.rate.requests_per_second, 5);
    EXPECT_EQ(parsed("rate: {burst: 3}\n").rate.concurrency, 4);
    EXPECT_EQ(parsed("rate: {concurrency: 2}\n").rate.concurrency, 2);
}

TEST(bare_id_settings, every_part_of_an_operation_can_be_changed_and_the_rest_stays)
{
    const auto s = parsed("ops:\n  user_get: {path: '/v2/{instance}/people/{user}', item: '', method: POST, query: "
                          "{full: 'yes', of: '{user}'}}\n"
                          "  group_users: {list: /result/members}\n");
    placeholder_values values;
    values.set(placeholder::instance, "i").set(placeholder::user, "a/b c");
    EXPECT_EQ(s.ops.user_get.path.expand(values), "/v2/i/people/a%2Fb%20c");
    EXPECT_EQ(s.ops.user_get.method, "POST");
    EXPECT_TRUE(s.ops.user_get.item.tokens.empty());
    ASSERT_EQ(s.ops.user_get.query.size(), 2u);
    EXPECT_EQ(s.ops.user_get.query[1].second.expand(values), "a%2Fb%20c");
    EXPECT_THAT(s.ops.group_users.list.tokens, ElementsAre("result", "members"));
    EXPECT_EQ(s.ops.group_users.path.text(), "/user/v1/{instance}/groups/{group}/users");
    EXPECT_EQ(s.ops.user_groups.path.text(), "/user/v1/{instance}/users/{user}/groups");
}

TEST(bare_id_settings, pointers_unescape_as_rfc_6901_says)
{
    EXPECT_THAT(std::get<json_pointer>(parse_pointer("/a~1b/m~0n/")).tokens, ElementsAre("a/b", "m~n", ""));
    EXPECT_TRUE(std::get<json_pointer>(parse_pointer("")).tokens.empty());
    for (const auto* wrong : {"a", "/a~", "/a~2", "~0"})
        EXPECT_TRUE(std::holds_alternative<std::string>(parse_pointer(wrong))) << wrong;
}

TEST(bare_id_settings, mistakes_are_all_reported_with_their_places)
{
    const auto all = mistakes_of("    ops:\n"
                                 "      user_get: {path: '/users/{uuid}', item: user}\n"
                                 "      group_roots: {path: '/g/{user}'}\n"
                                 "      group_walk: {}\n"
                                 "    paging: {style: pages, size: 0}\n"
                                 "    absent: {bool: maybe}\n"
                                 "    fields: {id: ''}\n"
                                 "    surprise: 1\n");
    std::string text;
    for (const auto& m : all) {
        text += m + "\n";
        EXPECT_THAT(m, HasSubstr("t.yaml:")) << m;
    }
    EXPECT_THAT(text, AllOf(HasSubstr("unknown placeholder {uuid}"), HasSubstr("JSON pointer"), HasSubstr("group_walk"),
                            HasSubstr("connections.bare.paging.style"), HasSubstr("connections.bare.paging.size"),
                            HasSubstr("connections.bare.absent.bool"), HasSubstr("surprise")));
    EXPECT_THAT(text, HasSubstr("t.yaml:8:32: connections.bare.ops.user_get.path")) << "at the placeholder itself";
}

TEST(bare_id_settings, a_placeholder_without_a_value_is_an_error)
{
    EXPECT_THAT(mistakes_of("    ops: {group_roots: {path: '/g/{user}'}}\n"),
                ElementsAre(AllOf(HasSubstr("{user}"), HasSubstr("group_roots"))));
    EXPECT_THAT(mistakes_of("    ops: {user_get: {query: {q: '{group}'}}}\n"), ElementsAre(HasSubstr("{group}")));
    for (const auto* path : {"users", "/a?b", "/a b", "/{instance", "/instance}", "/a#b"})
        EXPECT_EQ(mistakes_of("    ops: {group_roots: {path: '" + std::string(path) + "'}}\n").size(), 1u) << path;
}

TEST(bare_id_settings, an_operation_that_the_mode_needs_and_that_is_off_is_named)
{
    EXPECT_THAT(
        mistakes_of("    source: {mode: user_list}\n"),
        ElementsAre(AllOf(HasSubstr("ops.user_list is off"), HasSubstr("source.mode"), HasSubstr("t.yaml:7:"))));
    for (const auto* op : {"group_roots", "group_get", "group_users", "user_get", "user_groups"})
        EXPECT_THAT(mistakes_of("    ops: {" + std::string(op) + ": {enabled: false}}\n"),
                    ElementsAre(HasSubstr("ops." + std::string(op) + " is off")))
            << op;
    const std::string listed = "    ops: {user_list: {enabled: true}, user_get: {enabled: false}}\n";
    EXPECT_THAT(mistakes_of(listed + "    source: {mode: user_list}\n"), ElementsAre(HasSubstr("ops.user_get is off")));
    EXPECT_TRUE(mistakes_of(listed + "    source: {mode: user_list, hydrate: false}\n").empty());
    EXPECT_THAT(mistakes_of("    source: {memberships: per_user}\n"), ElementsAre(HasSubstr("per_user")));
    EXPECT_TRUE(mistakes_of("    ops: {user_list: {enabled: true}, group_users: {enabled: false}}\n    source: {mode: "
                            "user_list, memberships: per_user}\n")
                    .empty());
}

TEST(bare_id_settings, an_unknown_profile_is_refused)
{
    EXPECT_THAT(mistakes_of("    profile: keycloak\n"), ElementsAre(HasSubstr("keycloak_admin")));
    EXPECT_TRUE(mistakes_of("    profile: gateway\n").empty());
}

TEST(bare_id_settings, placeholders_left_in_are_refused)
{
    const std::string auth =
        "    auth: {token_url: 'https://acme.login.bare.id/auth/realms/M/protocol/openid-connect/token', client_id: c, "
        "client_secret: {env: S}}\n";
    for (const auto* instance :
         {"00000000-0000-0000-0000-000000000000", "INSTANCE_UUID", "<uuid>", "'{instance}'", "a/b"})
        EXPECT_EQ(mistakes_of("    type: bare_id\n    instance: " + std::string(instance) + "\n" + auth, false).size(),
                  1u)
            << instance;
    EXPECT_EQ(mistakes_of("    api_base: http://api.bare.id\n").size(), 1u) << "plain http";
    EXPECT_TRUE(mistakes_of("    api_base: http://127.0.0.1:8080\n").empty());
    EXPECT_EQ(
        mistakes_of(
            "    type: bare_id\n    instance: " + instance_id + "\n" +
                "    auth: {token_url: 'https://TENANT.login.bare.id/auth/realms/REALM/protocol/openid-connect/token', "
                "client_id: c, client_secret: {env: S}}\n",
            false)
            .size(),
        1u);
    EXPECT_EQ(mistakes_of("    type: bare_id\n" + auth, false).size(), 1u) << "no instance";
    EXPECT_FALSE(mistakes_of("    type: bare_id\n    instance: " + instance_id + "\n", false).empty()) << "no auth";
}

TEST(bare_id_connection, is_a_source_and_tells_what_the_engine_asks)
{
    const auto c = connection_of();
    EXPECT_TRUE(c->can_be_source());
    EXPECT_FALSE(c->can_be_target());
    fake_instance at;
    EXPECT_EQ(c->make_target(at.environment()), nullptr);
    EXPECT_EQ(c->attributes().urn, "urn:idferry:source:bare_id:bare");
    EXPECT_TRUE(c->attributes().open);
    EXPECT_THAT(c->address(), AllOf(HasSubstr("https://api.bare.id"), HasSubstr(instance_id)));
    EXPECT_EQ(c->own_account(), "service-account-c");
}

TEST(bare_id_connection, the_epoch_follows_what_is_read_and_decoded_and_nothing_else)
{
    const auto plain = connection_of()->epoch_text();
    EXPECT_EQ(plain, connection_of("    paging: {style: offset}\n    retry: {tries: 2}\n")->epoch_text());
    for (const auto* other : {"    fields: {email: /mail}\n", "    absent: {bool: 'false'}\n",
                              "    source: {hydrate: false}\n", "    source: {groups: [/a]}\n",
                              "    service_account_prefixes: [x]\n", "    fields: {attributes: {encoding: list}}\n",
                              "    ops: {group_users: {list: /members}}\n", "    fields: {first_name: /given}\n"})
        EXPECT_NE(plain, connection_of(other)->epoch_text()) << other;
}

TEST(bare_id_settings, a_gateway_becomes_a_target_by_its_switches)
{
    const auto on = connection_of("    ops: {user_create: {enabled: true}, user_update: {enabled: true}}\n");
    EXPECT_TRUE(on->can_be_target());
    fake_instance at;
    EXPECT_NE(on->make_target(at.environment()), nullptr);
    EXPECT_EQ(on->profile().of("user").require, std::vector<std::string>{"userName"});
    EXPECT_FALSE(on->profile().of("group").members) << "member_add and member_del are off";
}

TEST(bare_id_settings, what_the_target_section_needs_is_named)
{
    EXPECT_THAT(mistakes_of("    target: {roles: [manager]}\n"),
                testing::Contains(HasSubstr("ops.user_role_del is off, but target.roles needs it")));
    EXPECT_THAT(mistakes_of("    ops: {group_create: {enabled: true}}\n    target: {parent_group: x}\n"),
                ElementsAre(HasSubstr("ops.group_create_child is off, but target.parent_group needs it")));
    EXPECT_THAT(mistakes_of("    ops: {user_enable: {enabled: true}}\n"), ElementsAre(HasSubstr("go together")));
    EXPECT_THAT(mistakes_of("    target: {attributes: {userName: login}}\n"), ElementsAre(HasSubstr("'userName'")));
    EXPECT_THAT(mistakes_of("    target: {attributes: {'urn:x:y': z}}\n"), ElementsAre(HasSubstr("'urn:x:y'")));
}

TEST(bare_id_settings, the_legacy_api_takes_host_and_realm_from_the_token_url)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml(
        "type: bare_id\nprofile: keycloak_admin\nauth: {token_url: "
        "'https://acme.login.bare.id/auth/realms/Mit%20arbeitende/protocol/openid-connect/token', client_id: c, "
        "client_secret: {env: S}}\npaging: {size: 7}\nops: {user_get: {path: '/x/{realm}/{user}'}}\n",
        "t.yaml", out);
    const auto s = parse_settings(*tree, "bare", out);
    ASSERT_TRUE(s) << (out.empty() ? "" : out.sorted().front().text());
    EXPECT_EQ(s->api_base, "https://acme.login.bare.id/auth");
    EXPECT_EQ(s->realm, "Mit arbeitende");
    EXPECT_EQ(s->paging.style, paging_style::offset);
    EXPECT_EQ(s->paging.size, 7);
    EXPECT_EQ(s->ops.user_get.path.text(), "/x/{realm}/{user}");
    EXPECT_EQ(s->ops.user_get.item.text, "") << "what is not given is as the profile has it";
    EXPECT_EQ(s->ops.user_list.path.text(), "/admin/realms/{realm}/users");
    EXPECT_TRUE(s->ops.user_create.enabled);
    EXPECT_EQ(s->fields.id.text, "/id");
    EXPECT_EQ(s->fields.encoding, attribute_encoding::list);
    EXPECT_EQ(s->source.mode, source_mode::user_list);
}

TEST(bare_id_settings, every_guess_is_off_and_every_verified_call_is_on)
{
    const operations known;
    std::vector<std::string> on;
    for (const auto& row : operation_rows())
        if ((known.*row.which).enabled) on.push_back((known.*row.which).name);
    EXPECT_THAT(on, ElementsAre("user_get", "user_groups", "group_roots", "group_get", "group_users", "group_read"));
}

} // namespace
} // namespace idferry::test::bare_id
