// Who holds a role and who may use an application: in chunks over TLS; what the vendor's own realm allows.
#include "tests/connectors/beyond_identity/object_bench.hpp"

#include <gmock/gmock.h>

namespace idferry::tests {
namespace {

using mapping::resource_type;
using testing::IsEmpty;
using testing::SizeIs;

// 2,300 in and out, in requests of a thousand, with somebody whom nobody knows.
class many_members : public testing::Test, protected object_bench
{
protected:
    many_members() : object_bench("realm", "", {}, 2'600)
    {
        const auto now = box.state();
        for (const auto& one : now["identities"]) people.push_back(text(one, "id"));
        for (const auto& one : now["groups"]) groups.push_back(text(one, "id"));
        for (const auto& one : now["sso_configs"])
            if (text(one, "display_name") == "Travel") sso = text(one, "id");
        for (const auto& one : now["roles"])
            if (text(one, "display_name") == "Readers") role = text(one, "id");
    }

    void change_many(const resource_type& type, const std::string& id)
    {
        ASSERT_GE(people.size(), 2'300U);
        std::vector<std::string> some(people.begin(), people.begin() + 2'300);
        const std::string stranger = "ffffffffffffffff";
        auto with_stranger = some;
        with_stranger.insert(with_stranger.begin() + 1'200, stranger);
        auto before = box.writes().size();
        const auto in = members(type, id, with_stranger, {});
        ASSERT_TRUE(in) << in.error().detail;
        EXPECT_EQ(box.writes().size() - before, 4U) << "three requests, and one again without the stranger";
        EXPECT_THAT(in->body["members"], SizeIs(2'300));
        ASSERT_THAT(in->refused, SizeIs(1));
        EXPECT_EQ(in->refused.front().id.text(), stranger);
        before = box.writes().size();
        const auto out = members(type, id, {}, some);
        ASSERT_TRUE(out) << out.error().detail;
        EXPECT_EQ(box.writes().size() - before, 3U);
        EXPECT_THAT(out->body["members"], IsEmpty());
        EXPECT_THAT(out->refused, IsEmpty());
    }

    std::vector<std::string> people, groups;
    std::string sso, role;
};

TEST_F(many_members, of_a_role)
{
    change_many(mapping::role_type, role);
}

TEST_F(many_members, of_an_assignment)
{
    change_many(mapping::assignment_type, sso);
}

TEST_F(many_members, of_a_group_assignment)
{
    const auto& type = mapping::group_assignment_type;
    auto all = groups;
    all.insert(all.begin() + 1, "ffffffffffffffff");
    const auto in = members(type, sso, all, {});
    ASSERT_TRUE(in) << in.error().detail;
    EXPECT_THAT(in->body["members"], SizeIs(groups.size()));
    EXPECT_THAT(in->refused, SizeIs(1));
    const auto out = members(type, sso, {}, groups);
    ASSERT_TRUE(out) << out.error().detail;
    EXPECT_THAT(out->body["members"], IsEmpty());
}

TEST_F(many_members, of_an_assignment_where_the_answer_names_nobody)
{
    box.knob("unknown_member", "bad_request");
    std::vector<std::string> some(people.begin(), people.begin() + 1'100);
    some.insert(some.begin() + 500, "ffffffffffffffff");
    const auto in = members(mapping::assignment_type, sso, some, {});
    ASSERT_TRUE(in) << in.error().detail;
    EXPECT_THAT(in->body["members"], SizeIs(1'100));
    ASSERT_THAT(in->refused, SizeIs(1));
    EXPECT_EQ(in->refused.front().id.text(), "ffffffffffffffff");
}

TEST(object_target_of_the_admin_realm, is_refused)
{
    object_bench w("admin_realm", "", {}, 12);
    const auto told = test::run(w.target->discover());
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, "admin_realm");
    // Even where it is allowed, what the vendor manages is not touched.
    object_bench allowed("admin_realm", "write: {admin_realm: true}\n", {}, 12);
    const auto roles = allowed.listed(mapping::role_type);
    ASSERT_THAT(roles, SizeIs(1));
    EXPECT_EQ(allowed.update(mapping::role_type, roles.front(), {{"description", "mine"}}).error().code, "mutability");
    EXPECT_EQ(allowed.remove(mapping::role_type, roles.front()).error().code, "mutability");
    EXPECT_EQ(allowed.members(mapping::role_type, roles.front(), {"x"}, {}).error().code, "mutability");
    EXPECT_THAT(allowed.box.writes(), IsEmpty());
}

TEST(object_target_survey, counts_each_type)
{
    object_bench w("realm", "", {}, 12);
    const auto told =
        test::run(w.target->survey({&mapping::role_type, &mapping::theme_type, &mapping::sso_config_type}));
    ASSERT_TRUE(told) << told.error().detail;
    EXPECT_EQ(told->types.at("role").total, 2U);
    EXPECT_EQ(told->types.at("theme").total, 1U);
    EXPECT_EQ(told->types.at("sso_config").total, 4U);
}

} // namespace
} // namespace idferry::tests
