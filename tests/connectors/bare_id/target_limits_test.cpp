// What a target cannot do as it is configured, and whom it never touches.
#include "connectors/bare_id/target_limits.hpp"

#include "connectors/bare_id/bare_id_connection.hpp"
#include "mapping/json.hpp"

#include <gmock/gmock.h>

namespace idferry::test::bare_id {
namespace {

using connectors::write_kind;
using mapping::group_type;
using mapping::json;
using mapping::user_type;
using testing::HasSubstr;

std::shared_ptr<const connectors::connection> configured(const std::string& yaml)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml(
        "type: bare_id\ninstance: db0c1370-dcc7-47c8-aac6-580043c46a98\n"
        "auth: {token_url: 'https://acme.login.bare.id/auth/realms/M/protocol/openid-connect/token', "
        "client_id: c, client_secret: {env: S}}\n" +
            yaml,
        "t.yaml", out);
    auto made = connectors::parse_bare_id_connection(*tree, "bare", out);
    for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    return made;
}

std::string cannot(const connectors::connection& c, const mapping::resource_type& type, write_kind what)
{
    return c.cannot(type, what);
}

TEST(bare_id_limits, every_guess_that_is_off_names_itself_and_its_switch)
{
    const auto c = configured("");
    ASSERT_TRUE(c);
    EXPECT_THAT(cannot(*c, user_type, write_kind::create), HasSubstr("ops.user_create is off (POST"));
    EXPECT_THAT(cannot(*c, user_type, write_kind::update), HasSubstr("set ops.user_update.enabled: true"));
    EXPECT_THAT(cannot(*c, user_type, write_kind::deactivate), HasSubstr("ops.user_update is off"));
    EXPECT_THAT(cannot(*c, user_type, write_kind::remove), HasSubstr("ops.user_delete is off (DELETE"));
    EXPECT_THAT(cannot(*c, group_type, write_kind::create), HasSubstr("ops.group_create is off"));
    EXPECT_THAT(cannot(*c, group_type, write_kind::update), HasSubstr("ops.group_update is off"));
    EXPECT_THAT(cannot(*c, group_type, write_kind::remove), HasSubstr("ops.group_delete is off"));
}

TEST(bare_id_limits, what_is_on_can_be_done)
{
    const auto c = configured("ops: {user_create: {enabled: true}, user_update: {enabled: true}, group_create_child: "
                              "{enabled: true}}\ntarget: {parent_group: g1}\n");
    ASSERT_TRUE(c);
    EXPECT_EQ(cannot(*c, user_type, write_kind::create), "");
    EXPECT_EQ(cannot(*c, user_type, write_kind::deactivate), "");
    EXPECT_EQ(cannot(*c, group_type, write_kind::create), "") << "below a group it is another call";
    EXPECT_NE(cannot(*c, user_type, write_kind::remove), "");
    const auto legacy = configured("profile: keycloak_admin\n");
    ASSERT_TRUE(legacy);
    for (const auto what : {write_kind::create, write_kind::update, write_kind::deactivate, write_kind::remove}) {
        EXPECT_EQ(cannot(*legacy, user_type, what), "");
        EXPECT_EQ(cannot(*legacy, group_type, what), "");
    }
}

TEST(bare_id_limits, a_call_of_its_own_deactivates_too)
{
    const auto c = configured("ops: {user_create: {enabled: true}, user_enable: {enabled: true}, user_disable: "
                              "{enabled: true}}\n");
    ASSERT_TRUE(c);
    EXPECT_EQ(cannot(*c, user_type, write_kind::deactivate), "");
    EXPECT_NE(cannot(*c, user_type, write_kind::update), "");
}

TEST(bare_id_limits, service_accounts_are_known_by_their_user_name_in_any_case)
{
    const auto c = configured("service_account_prefixes: [service-account-, robot-]\n");
    ASSERT_TRUE(c);
    const auto untouchable = [&](const json& resource) { return c->untouchable(user_type, resource); };
    EXPECT_THAT(untouchable({{"userName", "service-account-idferry"}}), HasSubstr("service accounts"));
    EXPECT_THAT(untouchable({{"userName", "Robot-7"}}), HasSubstr("'robot-'"));
    EXPECT_EQ(untouchable({{"userName", "a.robot-7"}}), "");
    EXPECT_EQ(untouchable({{"userName", "robot"}}), "");
    EXPECT_EQ(untouchable(json::object()), "");
    EXPECT_EQ(untouchable({{"userName", 7}}), "");
    EXPECT_EQ(c->untouchable(group_type, {{"displayName", "robot-group"}}), "");
    EXPECT_FALSE(c->shows_own_account());
}

} // namespace
} // namespace idferry::test::bare_id
