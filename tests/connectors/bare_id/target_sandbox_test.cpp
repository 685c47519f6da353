// What is peculiar to the Bare.ID target, over TLS against the sandbox: writes that do nothing, duplicates told as 500,
// the 404 trap, locks that stay, attributes that are merged, pages that are short by themselves.
#include "tests/connectors/bare_id/target_stand.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace idferry::test::bare_id {
namespace {

using connectors::disposition;
using connectors::remote_resource;
using connectors::result;
using mapping::group_type;
using mapping::json;
using mapping::target_id;
using mapping::user_type;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string any_person = "00000000-0000-4000-8000-000000000001";

TEST(bare_id_gateway_target, a_first_write_that_does_nothing_stops_the_push)
{
    stand s("gateway", all_writes_on(), {"bareid_target.silent_writes=user_update"});
    const auto id = s.bench.add_user("anna");
    const auto kept = s.update(id, {{"name.familyName", "Maier"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::stop);
    EXPECT_EQ(kept.error().code, "write_ignored");
    EXPECT_THAT(kept.error().detail, AllOf(HasSubstr("ops.user_update"), HasSubstr("name.familyName")));
    EXPECT_THAT(kept.error().detail, testing::Not(HasSubstr("Maier"))) << "no values in a message";
}

TEST(bare_id_gateway_target, a_later_write_that_does_nothing_is_that_persons_trouble)
{
    stand s("gateway", all_writes_on());
    const auto id = s.bench.add_user("anna");
    ASSERT_TRUE(s.update(id, {{"name.familyName", "Maier"}}));
    s.bench.knob("silent_writes", "user_update");
    const auto kept = s.update(id, {{"name.familyName", "Huber"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::reject);
    EXPECT_EQ(kept.error().code, "write_ignored");
}

TEST(bare_id_gateway_target, fields_that_the_api_drops_are_told_as_not_kept)
{
    stand s("gateway", all_writes_on(), {"bareid_target.ignored_fields=attributes"});
    const auto made = s.create(grete({{"title", "Leitung"}}));
    ASSERT_TRUE(made) << made.error().detail;
    const auto rest = mapping::diff_with_resource(s.shaped(grete({{"title", "Leitung"}})), made->body,
                                                  s.bench.subject().profile().of("user"));
    std::vector<std::string> paths;
    for (const auto& d : rest) paths.push_back(d.path);
    EXPECT_THAT(paths, ElementsAre("name.familyName", "name.givenName", "title"));
}

TEST(bare_id_gateway_target, memberships_that_are_not_written_stop_the_push)
{
    stand s("gateway", all_writes_on(), {"bareid_target.silent_writes=member_add"});
    const auto group = s.bench.add_group("Sales", {});
    const auto kept = s.members(group, {s.bench.add_user("anna")});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::stop);
    EXPECT_EQ(kept.error().code, "write_ignored");
}

TEST(bare_id_gateway_target, deleting_that_does_nothing_is_noticed)
{
    stand s("gateway", all_writes_on(), {"bareid_target.silent_writes=user_delete"});
    const auto gone = run(s.bench.subject().remove(user_type, target_id(s.bench.add_user("anna"))));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, "write_ignored");
}

TEST(bare_id_gateway_target, a_duplicate_told_as_500_is_looked_up)
{
    stand s("gateway", all_writes_on(), {"bareid_target.duplicate_status=500"});
    const auto there = s.bench.add_user("grete");
    const auto made = s.create(grete());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::conflict);
    EXPECT_EQ(made.error().code, "uniqueness");
    EXPECT_FALSE(made.error().outcome_unknown);
    EXPECT_THAT(made.error().detail, HasSubstr(there));
    EXPECT_EQ(s.bench.asked("user_create"), 1u) << "looked up before anything is sent again";
}

TEST(bare_id_gateway_target, an_update_to_a_name_that_is_taken_is_a_conflict_even_when_told_as_500)
{
    stand s("gateway", all_writes_on(), {"bareid_target.duplicate_status=500"});
    const auto there = s.bench.add_user("grete");
    const auto kept = s.update(s.bench.add_user("anna"), {{"userName", "grete"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::conflict) << kept.error().detail;
    EXPECT_THAT(kept.error().detail, HasSubstr(there));
}

TEST(bare_id_gateway_target, a_gateway_that_gave_up_is_asked_what_it_did)
{
    stand s("gateway", all_writes_on());
    const auto id = s.bench.add_user("anna");
    s.bench.fault({{"method", "PUT"}, {"kind", "504_after_commit"}, {"count", 2}});
    const auto kept = s.update(id, {{"name.familyName", "Maier"}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(mapping::value_at(kept->body, "name.familyName"), json("Maier"));
    s.bench.fault({{"method", "PUT"}, {"kind", "504"}, {"count", 2}});
    const auto lost = s.update(id, {{"name.familyName", "Huber"}});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().next, disposition::retry);
}

TEST(bare_id_gateway_target, a_wrong_method_is_a_matter_of_configuration)
{
    stand s("gateway", with("user_update", "{enabled: true, method: PATCH}"));
    const auto kept = s.update(s.bench.add_user("anna"), {{"name.familyName", "Maier"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::stop);
    EXPECT_EQ(kept.error().status, 501);
}

TEST(bare_id_gateway_target, an_aborted_write_is_tried_again_later)
{
    stand s("gateway", all_writes_on(), {"bareid_target.aborted_writes=1"});
    const auto made = s.create(grete());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::retry);
    EXPECT_TRUE(s.create(grete()));
}

TEST(bare_id_gateway_target, a_404_is_believed_only_while_the_api_answers)
{
    stand s("gateway", all_writes_on());
    const auto id = s.bench.add_user("anna");
    const auto nobody = s.read(any_person);
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().next, disposition::not_found);
    s.bench.knob("wrong_instance", true);
    const auto all_gone = s.read(id);
    ASSERT_FALSE(all_gone);
    EXPECT_EQ(all_gone.error().next, disposition::stop);
    const auto removed = run(s.bench.subject().remove(user_type, target_id(id)));
    ASSERT_FALSE(removed) << "an instance that is not known is no proof of a removal";
    EXPECT_EQ(removed.error().next, disposition::stop);
    EXPECT_EQ(run(s.bench.subject().discover()).error().next, disposition::stop);
}

TEST(bare_id_gateway_target, a_wrong_path_for_people_makes_nobody_gone)
{
    stand s("gateway", all_writes_on() + "  user_get: {path: '/user/v1/{instance}/people/{user}'}\n"
                                         "target: {hydrate: false}\n");
    const auto read = s.read(s.bench.add_user("anna"));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().next, disposition::stop) << "the list names her";
    s.bench.add_user("bert");
    const auto again = s.read(any_person);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().next, disposition::stop);
    EXPECT_THAT(again.error().detail, HasSubstr("ops.user_get"));
}

TEST(bare_id_gateway_target, what_is_off_is_never_sent)
{
    stand s("gateway", without("user_delete"));
    const auto id = s.bench.add_user("anna");
    const auto removed = run(s.bench.subject().remove(user_type, target_id(id)));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().next, disposition::reject);
    EXPECT_EQ(removed.error().code, "operation_off");
    EXPECT_THAT(removed.error().detail, HasSubstr("ops.user_delete.enabled: true"));
    EXPECT_EQ(s.bench.writes(), 0u);
}

TEST(bare_id_gateway_target, a_filter_that_is_not_obeyed_is_not_believed)
{
    stand s("gateway", with("user_find", "{enabled: true, query: {surname: '{username}'}}"));
    for (const auto* name : {"anna", "bert", "carla"}) s.bench.add_user(name);
    const auto found = run(s.bench.subject().find(user_type, "userName", "bert"));
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().body["userName"], "bert");
    EXPECT_THAT(*run(s.bench.subject().find(user_type, "userName", "dora")), IsEmpty());
}

TEST(bare_id_gateway_target, a_list_of_a_suspicious_size_is_not_whole)
{
    stand s("gateway", with("user_count", "{enabled: false}"));
    for (int i = 0; i < 10; ++i) s.bench.add_user("p" + std::to_string(i));
    const auto ignore = [](remote_resource) {};
    const auto end = run(s.bench.subject().list(user_type, ignore));
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->complete);
    EXPECT_EQ(end->size, 10u);
}

TEST(bare_id_gateway_target, who_is_listed_and_then_not_there_leaves_the_list_unproved)
{
    stand s("gateway", all_writes_on());
    std::string id;
    for (int i = 0; i < 6; ++i) id = s.bench.add_user("p" + std::to_string(i));
    const auto ignore = [](remote_resource) {};
    ASSERT_TRUE(run(s.bench.subject().list(user_type, ignore))->complete);
    s.bench.fault({{"method", "GET"}, {"path", "/users/" + id}, {"kind", "404"}});
    const auto end = run(s.bench.subject().list(user_type, ignore));
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_FALSE(end->complete);
    EXPECT_EQ(end->size, 5u);
}

TEST(bare_id_gateway_target, service_accounts_are_neither_shown_nor_touched)
{
    stand s("gateway", all_writes_on());
    const auto robot = s.bench.add_user("service-account-robot");
    const auto anna = s.bench.add_user("anna");
    std::vector<std::string> names;
    const auto take = [&](remote_resource r) { names.push_back(r.body["userName"]); };
    ASSERT_TRUE(run(s.bench.subject().list(user_type, take)));
    EXPECT_THAT(names, ElementsAre("anna"));
    EXPECT_THAT(*run(s.bench.subject().find(user_type, "userName", "service-account-robot")), IsEmpty());
    EXPECT_EQ(s.update(robot, {{"active", false}}).error().code, "reserved");
    EXPECT_EQ(run(s.bench.subject().remove(user_type, target_id(robot))).error().code, "reserved");
    EXPECT_EQ(s.bench.writes(), 0u);
    const auto group = s.bench.add_group("Sales", {robot});
    ASSERT_TRUE(s.members(group, {anna}));
    EXPECT_THAT(s.bench.members_of(group), UnorderedElementsAre(robot, anna));
}

TEST(bare_id_gateway_target, a_member_who_is_gone_keeps_nobody_out)
{
    stand s("gateway", all_writes_on());
    const auto anna = s.bench.add_user("anna");
    const auto group = s.bench.add_group("Sales", {});
    const auto kept = s.members(group, {any_person, anna});
    ASSERT_TRUE(kept) << kept.error().detail;
    ASSERT_EQ(kept->refused.size(), 1u);
    EXPECT_EQ(kept->refused.front().id.text(), any_person);
    EXPECT_THAT(s.bench.members_of(group), ElementsAre(anna));
}

TEST(bare_id_gateway_target, a_group_with_groups_below_it_is_never_deleted)
{
    stand s("gateway", all_writes_on());
    const auto group = s.bench.add_group("Sales", {});
    s.bench.control("POST", "bareid_target/groups", {{"name", "North"}, {"parent", "/Sales"}});
    const auto removed = run(s.bench.subject().remove(group_type, target_id(group)));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, "has_children");
}

TEST(bare_id_gateway_target, groups_below_one_group)
{
    stand probe("gateway", all_writes_on());
    const auto parent = probe.bench.add_group("Apps", {}); // the same seed gives the same id
    stand s("gateway",
            all_writes_on() + "  group_create_child: {enabled: true}\ntarget: {parent_group: " + parent + "}\n");
    ASSERT_EQ(s.bench.add_group("Apps", {}), parent);
    s.bench.add_group("Elsewhere", {});
    connectors::write_request r(group_type);
    r.desired = s.shaped({{"displayName", "Sales"}}, group_type);
    const auto made = run(s.bench.subject().create(std::move(r)));
    ASSERT_TRUE(made) << made.error().detail;
    std::vector<std::string> paths;
    const auto take = [&](remote_resource g) { paths.push_back(g.body["path"]); };
    ASSERT_TRUE(run(s.bench.subject().list(group_type, take)));
    EXPECT_THAT(paths, ElementsAre("/Apps/Sales"));
}

TEST(bare_id_gateway_target, only_managed_roles_are_given_and_taken)
{
    const auto roles_on = all_writes_on() + "  user_roles: {enabled: true}\n  user_role_add: {enabled: true}\n"
                                            "  user_role_del: {enabled: true}\n  role_get: {enabled: true}\n"
                                            "  role_create: {enabled: true}\n";
    stand s("gateway", roles_on + "target: {roles: [manager, tablet], create_roles: true}\n",
            {"bareid_target.permissions=user_read,user_write,role_write"});
    const auto made = s.create(grete({{"roles", json::array({{{"value", "tablet"}}})}}));
    ASSERT_TRUE(made) << made.error().detail;
    const auto id = made->id.text();
    EXPECT_EQ(s.bench.in_full(id)["roles"], json::array({"tablet"})) << "made, then given";
    s.bench.control("PATCH", "bareid_target/users/" + id, {{"roles", {"staff", "tablet"}}});
    const auto kept = s.update(id, {{"roles", json::array({{{"value", "manager"}}})}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["roles"], json::array({{{"value", "manager"}}}));
    EXPECT_EQ(s.bench.in_full(id)["roles"], json::array({"staff", "manager"})) << "what is not ours stays";
}

TEST(bare_id_keycloak_target, an_update_keeps_what_is_not_ours)
{
    stand s("keycloak_admin");
    const auto id = s.bench.add_user("anna");
    s.bench.control("PATCH", "bareid_target/users/" + id,
                    {{"attributes", {{"badge", {"7", "8"}}, {"title", "Alt"}}},
                     {"requiredActions", {"UPDATE_PASSWORD"}},
                     {"emailVerified", true}});
    const auto kept = s.update(id, {{"title", "Leitung"}, {"name.familyName", "Maier"}});
    ASSERT_TRUE(kept) << kept.error().detail;
    const auto now = s.bench.in_full(id);
    EXPECT_EQ(now["attributes"]["badge"]["values"], json::array({"7", "8"}));
    EXPECT_EQ(now["attributes"]["title"]["values"], json::array({"Leitung"}));
    EXPECT_EQ(now["attributes"]["firstName"]["values"], json::array({"A"}));
    EXPECT_EQ(now["attributes"]["lastName"]["values"], json::array({"Maier"}));
    EXPECT_EQ(now["email"], "m1@acme.example");
    EXPECT_EQ(now["emailVerified"], true);
    EXPECT_EQ(now["requiredActions"], json::array({"UPDATE_PASSWORD"})) << "never sent, so untouched";
}

TEST(bare_id_keycloak_target, an_unmanaged_attribute_is_noticed_and_is_no_failure)
{
    stand s("keycloak_admin", "", {"bareid_target.managed_attributes=title"});
    const auto wanted = grete({{"title", "Leitung"}, {"externalId", "hr-1"}});
    const auto made = s.create(wanted);
    ASSERT_TRUE(made) << made.error().detail;
    const auto rest = mapping::diff_with_resource(s.shaped(wanted), made->body, s.bench.subject().profile().of("user"));
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest.front().path, "externalId");
    const auto kept = s.update(made->id.text(), {{"externalId", "hr-1"}});
    EXPECT_TRUE(kept) << kept.error().detail;
}

TEST(bare_id_keycloak_target, a_lock_is_not_undone)
{
    stand s("keycloak_admin");
    const auto id = s.bench.add_user("anna");
    s.bench.control("PATCH", "bareid_target/users/" + id, {{"enabled", false}, {"locked", true}});
    for (const auto* mark : {" (changed at the target)", " (found at the target)"}) {
        const auto kept = s.update(id, {{"active", true}, {"name.familyName", "Maier"}}, mark);
        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().next, disposition::reject);
        EXPECT_EQ(kept.error().code, "disabled_at_target");
    }
    EXPECT_EQ(s.bench.in_full(id)["locked"], true);
    EXPECT_EQ(s.bench.writes(), 0u);
    // The source switched the person on: that is another matter.
    const auto kept = s.update(id, {{"active", true}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["active"], true);
}

TEST(bare_id_keycloak_target, a_lock_is_undone_where_the_configuration_says_so)
{
    stand s("keycloak_admin", "target: {reenable: always}\n");
    const auto id = s.bench.add_user("anna");
    s.bench.control("PATCH", "bareid_target/users/" + id, {{"enabled", false}});
    EXPECT_TRUE(s.update(id, {{"active", true}}, " (changed at the target)"));
}

TEST(bare_id_keycloak_target, a_federated_user_may_be_read_only)
{
    stand s("keycloak_admin", "", {"bareid_target.read_only_users=anna"});
    const auto kept = s.update(s.bench.add_user("anna"), {{"name.familyName", "Maier"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::reject);
    EXPECT_THAT(kept.error().detail, AllOf(HasSubstr("User is read only!"), HasSubstr("federation")));
}

TEST(bare_id_keycloak_target, a_user_name_that_may_not_change_is_that_persons_trouble)
{
    stand s("keycloak_admin", "", {"bareid_target.edit_username=false"});
    const auto kept = s.update(s.bench.add_user("anna"), {{"userName", "anna.b"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::reject);
    EXPECT_THAT(kept.error().detail, HasSubstr("user names"));
}

TEST(bare_id_keycloak_target, what_the_server_says_against_a_value_is_told)
{
    stand s("keycloak_admin");
    s.bench.add_user("grete");
    const auto taken = s.create(grete());
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().next, disposition::conflict);
    EXPECT_THAT(taken.error().detail, HasSubstr("User exists with same username"));
    auto bad = grete();
    bad[0].second = "other";
    bad[3].second = json::array({{{"value", "no address"}}});
    const auto refused = s.create(bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().next, disposition::reject);
    EXPECT_THAT(refused.error().detail, HasSubstr("error-invalid-email"));
}

TEST(bare_id_keycloak_target, lists_are_longer_than_their_own_page_size)
{
    stand s("keycloak_admin", "paging: {size: 60}\n");
    std::vector<std::string> people;
    for (int i = 0; i < 130; ++i) people.push_back(s.bench.add_user("p" + std::to_string(i)));
    const auto group = s.bench.add_group("Sales", people);
    std::size_t n = 0;
    const auto count = [&](remote_resource) { ++n; };
    const auto end = run(s.bench.subject().list(user_type, count));
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->complete) << end->why;
    EXPECT_EQ(n, 130u) << "without max only 100 would come";
    const auto read = run(s.bench.subject().read(group_type, target_id(group)));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->body["members"].size(), 130u);
    for (int i = 0; i < 14; ++i)
        s.bench.control("POST", "bareid_target/groups", {{"name", "g" + std::to_string(i)}, {"parent", "/Sales"}});
    stand small("keycloak_admin", "target: {parent_group: " + group + "}\n");
    ASSERT_EQ(run(small.bench.subject().list(group_type, count)).error().next, disposition::stop);
}

TEST(bare_id_keycloak_target, more_than_ten_children_are_all_read)
{
    stand probe("keycloak_admin");
    const auto parent = probe.bench.add_group("Apps", {});
    stand s("keycloak_admin", "target: {parent_group: " + parent + "}\n");
    ASSERT_EQ(s.bench.add_group("Apps", {}), parent);
    for (int i = 0; i < 14; ++i)
        s.bench.control("POST", "bareid_target/groups", {{"name", "g" + std::to_string(i)}, {"parent", "/Apps"}});
    std::size_t n = 0;
    const auto count = [&](remote_resource) { ++n; };
    const auto end = run(s.bench.subject().list(group_type, count));
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_TRUE(end->complete) << end->why;
    EXPECT_EQ(n, 14u) << "without max only 10 would come";
}

TEST(bare_id_keycloak_target, few_changes_in_a_large_group_do_not_read_it_twice)
{
    stand s("keycloak_admin", "paging: {size: 20}\n");
    std::vector<std::string> people;
    for (int i = 0; i < 65; ++i) people.push_back(s.bench.add_user("p" + std::to_string(i)));
    const auto anna = s.bench.add_user("anna");
    const auto group = s.bench.add_group("Sales", people);
    const auto kept = s.members(group, {anna}, {people[3]});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["members"].size(), 65u);
    EXPECT_LE(s.bench.asked("legacy_group_users"), 7u) << "once, with a few pages asked for ahead";
    EXPECT_EQ(s.bench.asked("legacy_user_groups"), 2u);
}

TEST(bare_id_keycloak_target, role_mappings_are_deleted_with_a_body)
{
    stand s("keycloak_admin", "target: {roles: [manager, tablet]}\n");
    const auto id = s.bench.add_user("anna");
    s.bench.control("PATCH", "bareid_target/users/" + id, {{"roles", {"staff", "manager"}}});
    const auto read = s.read(id);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->body["roles"], json::array({{{"value", "manager"}}})) << "others are never seen";
    const auto kept = s.update(id, {{"roles", json::array()}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(s.bench.in_full(id)["roles"], json::array({"staff"}));
    const auto missing = s.update(id, {{"roles", json::array({{{"value", "tablet"}}})}});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, "no_such_role");
}

TEST(bare_id_keycloak_target, people_are_found_by_an_attribute_and_checked_again)
{
    stand s("keycloak_admin");
    const auto anna = s.bench.add_user("anna");
    s.bench.control("PATCH", "bareid_target/users/" + anna, {{"attributes", {{"externalId", "hr 7:x"}}}});
    const auto bert = s.bench.add_user("bert");
    s.bench.control("PATCH", "bareid_target/users/" + bert, {{"attributes", {{"externalId", "hr-8"}}}});
    ASSERT_TRUE(s.bench.subject().can_find(user_type, "externalId"));
    const auto simple = run(s.bench.subject().find(user_type, "externalId", "hr-8"));
    ASSERT_TRUE(simple) << simple.error().detail;
    ASSERT_EQ(simple->size(), 1u);
    EXPECT_EQ(simple->front().id.text(), bert);
    // A blank cannot be said in `q`: the list is read instead.
    const auto odd = run(s.bench.subject().find(user_type, "externalId", "hr 7:x"));
    ASSERT_TRUE(odd) << odd.error().detail;
    ASSERT_EQ(odd->size(), 1u);
    EXPECT_EQ(odd->front().id.text(), anna);
}

TEST(bare_id_keycloak_target, the_survey_tells_what_can_be_written)
{
    stand s("keycloak_admin");
    s.bench.add_user("anna");
    const std::vector<const mapping::resource_type*> types{&user_type, &group_type};
    const auto told = run(s.bench.subject().survey(types));
    ASSERT_TRUE(told) << told.error().detail;
    EXPECT_THAT(told->problems, IsEmpty());
    EXPECT_THAT(told->abilities, testing::Contains("ops.user_update"));
    EXPECT_EQ(told->types.at("user").total, 1u);
    stand g("gateway", without("member_add"));
    const auto lacks = run(g.bench.subject().survey(types));
    ASSERT_TRUE(lacks);
    EXPECT_THAT(lacks->problems, ElementsAre(HasSubstr("ops.member_add is off")));
}

} // namespace
} // namespace idferry::test::bare_id
