// An instance that shows writes late, over TLS against the sandbox, in both profiles: what is waited for and how long,
// what is judged at once, and what becomes of an account that nobody can see.
#include "tests/connectors/bare_id/target_stand.hpp"

#include <gmock/gmock.h>

namespace idferry::test::bare_id {
namespace {

using connectors::disposition;
using mapping::group_type;
using mapping::json;
using mapping::target_id;
using mapping::user_type;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// 0.25 s, doubled up to 8 s (first_writes.hpp): the looks are so long after the write.
constexpr milliseconds fourth_look{3750}, last_look{15750};
const std::string two_seconds = "bareid_target.late_writes_ms=2000";

class bare_id_late_target : public testing::TestWithParam<std::string>
{
protected:
    std::string keys() const { return GetParam() == "gateway" ? all_writes_on() : ""; }
    static std::size_t creations(stand& s)
    {
        return s.bench.asked("user_create") + s.bench.asked("legacy_user_create");
    }
    static connectors::result<connectors::remote_resource> make_group(stand& s, const std::string& name)
    {
        connectors::write_request r(group_type);
        r.desired = s.shaped({{"displayName", name}}, group_type);
        return run(s.bench.subject().create(std::move(r)));
    }
};

TEST_P(bare_id_late_target, everything_is_waited_for)
{
    stand s(GetParam(), keys(), {two_seconds});
    const auto made = s.create(grete());
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(creations(s), 1u);
    EXPECT_EQ(s.bench.waited(), fourth_look);
    EXPECT_EQ(mapping::value_at(made->body, "name.familyName"), json("Müller"));
    const auto id = made->id.text();

    const auto changed = s.update(id, {{"name.familyName", "Maier"}});
    ASSERT_TRUE(changed) << changed.error().detail;
    EXPECT_EQ(mapping::value_at(changed->body, "name.familyName"), json("Maier"));
    EXPECT_EQ(s.bench.waited(), 2 * fourth_look);

    const auto group = make_group(s, "Sales");
    ASSERT_TRUE(group) << group.error().detail;
    const auto joined = s.members(group->id.text(), {id});
    ASSERT_TRUE(joined) << joined.error().detail;
    EXPECT_EQ(joined->body["members"], json::array({{{"value", id}}}));
    const auto left = s.members(group->id.text(), {}, {id});
    ASSERT_TRUE(left) << left.error().detail;
    EXPECT_THAT(left->body["members"], IsEmpty());
    EXPECT_EQ(s.bench.waited(), 5 * fourth_look);

    connectors::write_request r(group_type);
    r.id = group->id;
    r.desired = s.shaped({{"displayName", "Vertrieb"}}, group_type);
    const auto renamed = run(s.bench.subject().update(std::move(r)));
    ASSERT_TRUE(renamed) << renamed.error().detail;
    EXPECT_EQ(renamed->body["displayName"], "Vertrieb");
    EXPECT_TRUE(run(s.bench.subject().remove(group_type, group->id)));
    EXPECT_TRUE(run(s.bench.subject().remove(user_type, made->id)));
    EXPECT_EQ(s.bench.waited(), 8 * fourth_look);
    EXPECT_THAT(s.bench.user_names(), IsEmpty());
}

TEST_P(bare_id_late_target, several_memberships_at_once_are_all_waited_for)
{
    stand s(GetParam(), keys());
    const auto anna = s.bench.add_user("anna"), bert = s.bench.add_user("bert"), carla = s.bench.add_user("carla");
    const auto group = s.bench.add_group("Sales", {carla});
    s.bench.knob("late_writes_ms", 2000);
    const auto kept = s.members(group, {anna, bert}, {carla});
    ASSERT_TRUE(kept) << kept.error().detail;
    std::vector<std::string> there;
    for (const auto& m : kept->body["members"]) there.push_back(m["value"]);
    EXPECT_THAT(there, UnorderedElementsAre(anna, bert));
    EXPECT_EQ(s.bench.waited(), fourth_look);
}

TEST_P(bare_id_late_target, an_instance_that_shows_at_once_is_never_waited_for)
{
    stand s(GetParam(), keys());
    const auto made = s.create(grete());
    ASSERT_TRUE(made) << made.error().detail;
    ASSERT_TRUE(s.update(made->id.text(), {{"name.familyName", "Maier"}}));
    ASSERT_TRUE(s.members(s.bench.add_group("Sales", {}), {made->id.text()}));
    ASSERT_TRUE(run(s.bench.subject().remove(user_type, made->id)));
    EXPECT_EQ(s.bench.waited(), milliseconds(0));
}

TEST_P(bare_id_late_target, what_stays_untouched_is_judged_after_the_last_look)
{
    stand s(GetParam(), keys(), {"bareid_target.silent_writes=user_update"});
    const auto id = s.bench.add_user("anna");
    const auto kept = s.update(id, {{"name.familyName", "Maier"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, "write_ignored");
    EXPECT_EQ(kept.error().next, disposition::stop);
    EXPECT_EQ(s.bench.waited(), last_look);
    // Waiting was in vain: nobody else of this push waits for the same.
    EXPECT_FALSE(s.update(id, {{"name.familyName", "Maier"}}));
    EXPECT_EQ(s.bench.waited(), last_look);
}

TEST_P(bare_id_late_target, that_a_kind_of_write_shows_late_is_known_as_long_as_the_connection_lives)
{
    stand s(GetParam(), keys(), {two_seconds});
    const auto id = s.bench.add_user("anna");
    ASSERT_TRUE(s.update(id, {{"name.familyName", "Maier"}}));
    s.bench.next_cycle();
    s.bench.knob("late_writes_ms", 0);
    s.bench.knob("silent_writes", "user_update");
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(s.update(id, {{"name.familyName", "Huber"}}));
    EXPECT_EQ(s.bench.waited(), fourth_look + 3 * last_look) << "three in vain on end, and no more in this push";
}

TEST_P(bare_id_late_target, an_account_that_is_never_shown_is_named_and_not_made_twice)
{
    stand s(GetParam(), keys(), {"bareid_target.late_writes_ms=60000"});
    const auto made = s.create(grete());
    ASSERT_FALSE(made);
    const auto& f = made.error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_TRUE(f.outcome_unknown);
    const auto there = s.bench.control("GET", "bareid_target/users/grete").value("uuid", std::string());
    EXPECT_EQ(f.created, there);
    EXPECT_THAT(f.detail, AllOf(HasSubstr(there), HasSubstr("15.75 s later"), HasSubstr("next cycle")));
    EXPECT_THAT(f.detail, testing::Not(HasSubstr("grete"))) << "no values in a message";
    EXPECT_EQ(creations(s), 1u);
    EXPECT_EQ(s.bench.waited(), last_look);
}

TEST_P(bare_id_late_target, an_account_whose_answer_was_lost_is_waited_for_where_accounts_show_late)
{
    stand s(GetParam(), keys(), {two_seconds});
    ASSERT_TRUE(s.create(grete()));
    auto other = grete();
    other[0].second = "hans";
    other[3].second = json::array({{{"value", "hans@acme.example"}}});
    s.bench.lose_next_answer();
    const auto lost = s.create(other);
    ASSERT_FALSE(lost);
    EXPECT_TRUE(lost.error().outcome_unknown);
    EXPECT_EQ(lost.error().created, std::nullopt) << "nobody said that it was done";
    const auto found = run(s.bench.subject().find(user_type, "userName", "hans"));
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->size(), 1u) << "the engine looks now";
}

TEST_P(bare_id_late_target, a_deletion_that_does_nothing_is_noticed_after_the_last_look)
{
    stand s(GetParam(), keys(), {"bareid_target.silent_writes=user_delete"});
    const auto gone = run(s.bench.subject().remove(user_type, target_id(s.bench.add_user("anna"))));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, "write_ignored");
    EXPECT_EQ(s.bench.waited(), last_look);
}

INSTANTIATE_TEST_SUITE_P(profiles, bare_id_late_target, testing::Values("gateway", "keycloak_admin"),
                         [](const auto& p) { return p.param; });

TEST(bare_id_late_gateway, an_id_that_is_not_told_is_looked_up_until_the_list_shows_it)
{
    stand s("gateway", all_writes_on(), {two_seconds, "bareid_target.created_id=none"});
    const auto made = s.create(grete());
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_THAT(s.bench.user_names(), ElementsAre("grete"));
    EXPECT_EQ(s.bench.asked("user_create"), 1u);
    EXPECT_EQ(s.bench.waited(), fourth_look);
    s.bench.knob("late_writes_ms", 60000);
    auto other = grete();
    other[0].second = "hans";
    other[3].second = json::array({{{"value", "hans@acme.example"}}});
    const auto never = s.create(other);
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().created, "") << "made, and no id is known";
    EXPECT_EQ(s.bench.asked("user_create"), 2u);
}

TEST(bare_id_late_gateway, what_shows_half_of_it_is_judged_at_once)
{
    stand s("gateway", all_writes_on(), {"bareid_target.ignored_fields=attributes"});
    const auto made = s.create(grete({{"title", "Leitung"}}));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(s.bench.waited(), milliseconds(0));
}

TEST(bare_id_late_gateway, switches_of_their_own_are_waited_for)
{
    stand s("gateway", all_writes_on() + "  user_enable: {enabled: true}\n  user_disable: {enabled: true}\n",
            {two_seconds, "bareid_target.own_switches=true"});
    const auto kept = s.update(s.bench.add_user("anna"), {{"active", false}, {"name.familyName", "Maier"}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["active"], false);
    EXPECT_EQ(mapping::value_at(kept->body, "name.familyName"), json("Maier"));
}

TEST(bare_id_late_keycloak, a_new_account_gets_its_roles_once_it_is_there)
{
    stand s("keycloak_admin", "target: {roles: [manager, staff]}\n", {two_seconds});
    const auto made = s.create(grete({{"roles", json::array({{{"value", "manager"}}})}}));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->body["roles"], json::array({{{"value", "manager"}}}));
    EXPECT_EQ(s.bench.in_full(made->id.text())["roles"], json::array({"manager"}));
    const auto kept = s.update(made->id.text(), {{"roles", json::array({{{"value", "staff"}}})}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(s.bench.in_full(made->id.text())["roles"], json::array({"staff"}));
}

} // namespace
} // namespace idferry::test::bare_id
