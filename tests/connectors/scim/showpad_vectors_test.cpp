// The twenty test vectors of Showpad's description, on the client's side, each by its number.
#include "tests/connectors/scim/schema_names.hpp"
#include "tests/connectors/scim/scim_bench.hpp"

#include "mapping/normalise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using connectors::disposition;
using mapping::json;
using test::core_user;
using test::fake_provider;
using test::person;
using test::provider_knobs;
using test::scim_bench;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(showpad_vectors, showpad_vector_1_create_minimal)
{
    scim_bench b;
    const auto made = b.create_user(person("john.doe@acme.example"));
    ASSERT_TRUE(made) << made.error().detail;
    ASSERT_EQ(b.provider.bodies.size(), 1u);
    EXPECT_EQ(b.provider.bodies[0],
              json({{"schemas", {core_user}},
                    {"userName", "john.doe@acme.example"},
                    {"name", {{"givenName", "John"}, {"familyName", "Doe"}}},
                    {"emails", {{{"value", "john.doe@acme.example"}, {"type", "work"}, {"primary", true}}}}}));
    EXPECT_EQ(b.provider.users.back()["id"], made->id.text());
    EXPECT_EQ(made->body["roles"][0]["value"], "tablet");
    EXPECT_EQ(made->body["locale"], "en");
}

TEST(showpad_vectors, showpad_vector_2_three_emails_second_primary_keeps_the_second)
{
    scim_bench b;
    const auto emails = json::array({{{"value", "a@acme.example"}},
                                     {{"value", "b@acme.example"}, {"primary", true}},
                                     {{"value", "c@acme.example"}}});
    const auto made = b.create_user(person("a@acme.example", {{"emails", emails}}));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(b.provider.bodies[0]["emails"],
              json::array({{{"value", "b@acme.example"}, {"type", "work"}, {"primary", true}}}));
    // What was sent and what came back compare equal: no difference for ever.
    const auto wanted = b.desired(mapping::user_type, person("a@acme.example", {{"emails", emails}}));
    EXPECT_TRUE(mapping::diff_with_resource(wanted, made->body, b.target->profile().of("user")).empty());
}

TEST(showpad_vectors, showpad_vector_3_two_emails_none_primary_keeps_the_first)
{
    scim_bench b;
    const auto emails = json::array({{{"value", "z@acme.example"}}, {{"value", "b@acme.example"}}});
    ASSERT_TRUE(b.create_user(person("z@acme.example", {{"emails", emails}})));
    EXPECT_EQ(b.provider.bodies[0]["emails"][0]["value"], "z@acme.example");
    EXPECT_EQ(b.provider.bodies[0]["emails"].size(), 1u);
}

TEST(showpad_vectors, showpad_vector_4_duplicate_user_name_in_other_case_is_a_conflict)
{
    scim_bench b;
    ASSERT_TRUE(b.create_user(person("jane@acme.example")));
    const auto again =
        b.create_user(person("JANE@acme.example", {{"emails", json::array({{{"value", "other@acme.example"}}})}}));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().next, disposition::conflict);
    EXPECT_EQ(again.error().code, "uniqueness");
    EXPECT_FALSE(again.error().outcome_unknown);
}

TEST(showpad_vectors, showpad_vector_5_duplicate_email_only_is_a_conflict)
{
    scim_bench b;
    ASSERT_TRUE(b.create_user(person("jane@acme.example")));
    const auto again = b.create_user(person("jim", {{"emails", json::array({{{"value", "Jane@acme.example"}}})}}));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().next, disposition::conflict);
    EXPECT_EQ(again.error().code, "uniqueness");
    EXPECT_THAT(again.error().detail, HasSubstr("emails.value is already in use"));
}

TEST(showpad_vectors, showpad_vector_6_second_owner_is_a_conflict_of_its_own)
{
    using form = provider_knobs::error_form;
    for (const auto errors : {form::scim, form::numbered, form::problem, form::html, form::text}) {
        for (const int status : {409, 400}) {
            scim_bench b;
            b.provider.knobs.errors = errors;
            b.provider.knobs.uniqueness_status = status;
            const auto made =
                b.create_user(person("second@acme.example", {{"roles", json::array({{{"value", "owner"}}})}}));
            ASSERT_FALSE(made);
            EXPECT_EQ(made.error().next, disposition::conflict) << static_cast<int>(errors) << " " << status;
            EXPECT_EQ(made.error().code, "owner") << static_cast<int>(errors) << " " << status;
        }
    }
}

TEST(showpad_vectors, showpad_vector_7_manager_with_two_entitlements)
{
    scim_bench b;
    const auto north = b.provider.add_group("North"), south = b.provider.add_group("South");
    const auto made = b.create_user(
        person("lead@acme.example", {{"roles", json::array({{{"value", "Manager"}}})},
                                     {"entitlements", json::array({{{"value", north}}, {{"value", south}}})}}));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(b.provider.bodies[0]["entitlements"], json::array({{{"value", north}, {"type", "coach_for_group"}},
                                                                 {{"value", south}, {"type", "coach_for_group"}}}));
    EXPECT_EQ(b.provider.bodies[0]["roles"], json::array({{{"value", "manager"}, {"primary", true}}}));
}

TEST(showpad_vectors, showpad_vector_8_entitlements_on_a_tablet_user_are_rejected)
{
    scim_bench b;
    const auto north = b.provider.add_group("North");
    const auto made = b.create_user(person("rep@acme.example", {{"roles", json::array({{{"value", "tablet"}}})},
                                                                {"entitlements", json::array({{{"value", north}}})}}));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::reject);
    EXPECT_EQ(made.error().status, 400);
    EXPECT_EQ(made.error().code, "invalidvalue");
}

// The article's partial body is legal, but a PUT that omits attributes may reset them: ours never does.
TEST(showpad_vectors, showpad_vector_9_update_of_the_article_is_sent_as_the_whole_resource)
{
    for (const bool retains : {false, true}) {
        scim_bench b;
        b.provider.knobs.put_retains = retains;
        const auto id = b.provider.add_user({{"userName", "john.doe@showpad.com"},
                                             {"name", {{"givenName", "John"}, {"familyName", "Doe"}}},
                                             {"emails", {{{"value", "john.doe@showpad.com"}}}},
                                             {"title", "Account Executive"},
                                             {"roles", {{{"value", "manager"}}}},
                                             {"phoneNumbers", {{{"value", "+32 2 123"}}}},
                                             {"externalId", "hr-1"}});
        const auto kept = b.update_user(id, {{"userName", "john-doe-second"},
                                             {"name.familyName", "Doe Second"},
                                             {"name.givenName", "John"},
                                             {"emails", json::array({{{"value", "john.doe.second@showpad.com"}}})}});
        ASSERT_TRUE(kept) << kept.error().detail;
        const auto& sent = b.provider.bodies.back();
        EXPECT_FALSE(sent.contains("id") || sent.contains("meta") || sent.contains("groups"));
        EXPECT_EQ(sent["schemas"][0], core_user);
        const auto& held = *b.provider.find(id);
        EXPECT_EQ(held["userName"], "john-doe-second");
        EXPECT_EQ(held["name"]["familyName"], "Doe Second");
        EXPECT_EQ(held["title"], "Account Executive");
        EXPECT_EQ(held["roles"][0]["value"], "manager");
        EXPECT_EQ(held["phoneNumbers"][0]["value"], "+32 2 123");
        EXPECT_EQ(held["externalId"], "hr-1");
    }
}

TEST(showpad_vectors, showpad_vector_10_25_users_in_pages_of_10)
{
    scim_bench b("profile: showpad\npaging: {count: 10}");
    for (int i = 0; i < 24; ++i) {
        const auto name = "u" + std::to_string(i) + "@acme.example";
        b.provider.add_user({{"userName", name}, {"emails", {{{"value", name}}}}});
    }
    std::vector<std::string> ids;
    const auto end = test::run(
        b.target->list(mapping::user_type, [&](connectors::remote_resource r) { ids.push_back(r.id.text()); }));
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_TRUE(end->complete) << end->why;
    EXPECT_EQ(end->size, 25u);
    EXPECT_EQ(ids.size(), 25u);
    EXPECT_THAT(b.provider.log, ElementsAre("GET /Users?startIndex=1&count=10", "GET /Users?startIndex=11&count=10",
                                            "GET /Users?startIndex=21&count=10"));
}

TEST(showpad_vectors, showpad_vector_11_filter_hit_miss_and_what_cannot_be_filtered)
{
    scim_bench b;
    const auto id =
        b.provider.add_user({{"userName", "john.doe@showpad.com"}, {"emails", {{{"value", "j@showpad.com"}}}}});
    const auto hit = b.find_user("userName", "John.Doe@showpad.com");
    ASSERT_TRUE(hit) << hit.error().detail;
    ASSERT_EQ(hit->size(), 1u);
    EXPECT_EQ(hit->front().id.text(), id);
    const auto miss = b.find_user("userName", "nobody@showpad.com");
    ASSERT_TRUE(miss) << miss.error().detail;
    EXPECT_TRUE(miss->empty());
    // Attributes that Showpad cannot filter by are not asked for at all.
    const auto before = b.provider.log.size();
    for (const char* attribute : {"externalId", "emails.value"}) {
        const auto other = b.find_user(attribute, "x");
        ASSERT_FALSE(other);
        EXPECT_EQ(other.error().next, disposition::reject);
        EXPECT_EQ(other.error().code, "unsupported");
        EXPECT_FALSE(b.target->can_find(mapping::user_type, attribute));
    }
    EXPECT_FALSE(b.target->can_find(mapping::group_type, "displayName"));
    EXPECT_EQ(b.provider.log.size(), before);
    // Where the configuration promises more than the service keeps: invalidFilter, and never asked again.
    scim_bench promised("profile: showpad\nfilter: {user_keys: [userName, externalId]}");
    const auto refused = promised.find_user("externalId", "hr-1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "unsupported");
    EXPECT_FALSE(promised.target->can_find(mapping::user_type, "externalId"));
    EXPECT_TRUE(promised.target->can_find(mapping::user_type, "userName"));
}

TEST(showpad_vectors, showpad_vector_12_quote_backslash_plus_round_trip)
{
    const std::string name = R"(o'brien+x"y\z@example.com)";
    scim_bench b;
    const auto made = b.create_user(person(name, {{"emails", json::array({{{"value", "o@example.com"}}})}}));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->body["userName"], name);
    const auto hit = b.find_user("userName", name);
    ASSERT_TRUE(hit) << hit.error().detail;
    ASSERT_EQ(hit->size(), 1u);
    EXPECT_EQ(hit->front().id, made->id);
    EXPECT_THAT(b.wire.requests().back().url,
                HasSubstr("filter=userName%20eq%20%22o%27brien%2Bx%5C%22y%5C%5Cz%40example.com%22"));
}

TEST(showpad_vectors, showpad_vector_13_group_put_adds_one_and_removes_one)
{
    scim_bench b;
    const auto a = b.provider.add_user({{"userName", "a"}}), c = b.provider.add_user({{"userName", "c"}}),
               stranger = b.provider.add_user({{"userName", "stranger"}}), n = b.provider.add_user({{"userName", "n"}});
    const auto group = b.provider.add_group("Sales", {a, c, stranger});
    const auto kept = b.change_members(group, {n}, {a});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(b.asked("PUT /Groups/" + group), 1u);
    EXPECT_EQ(b.asked("PATCH"), 0u);
    // The one who is not ours stays; only `value` is sent.
    EXPECT_EQ(b.provider.bodies.back()["members"],
              json::array({{{"value", c}}, {{"value", stranger}}, {{"value", n}}}));
    EXPECT_EQ(b.provider.bodies.back()["displayName"], "Sales");
    EXPECT_EQ(kept->body["members"].size(), 3u);
    // Everybody out: the list is sent empty, not left out.
    ASSERT_TRUE(b.change_members(group, {}, {c, stranger, n}));
    EXPECT_EQ(b.provider.bodies.back()["members"], json::array());
    EXPECT_TRUE(b.provider.members_of(group).empty());
}

TEST(showpad_vectors, showpad_vector_14_put_of_all_users_is_refused_before_it_is_sent)
{
    scim_bench b;
    const auto u = b.provider.add_user({{"userName", "u"}});
    const auto changed = b.change_members(b.provider.all_users, {u}, {});
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().next, disposition::reject);
    EXPECT_EQ(changed.error().code, "reserved");
    connectors::write_request r(mapping::group_type);
    r.id = mapping::target_id(b.provider.all_users);
    r.desired = b.desired(mapping::group_type, {{"displayName", "Everybody"}});
    const auto renamed = test::run(b.target->update(std::move(r)));
    ASSERT_FALSE(renamed);
    EXPECT_EQ(renamed.error().code, "reserved");
    const auto removed = test::run(b.target->remove(mapping::group_type, mapping::target_id(b.provider.all_users)));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, "reserved");
    EXPECT_TRUE(b.provider.bodies.empty());
    EXPECT_EQ(b.asked("DELETE"), 0u);
    // Should it be sent after all, the service's answer is a reject of that one resource, whatever its dialect.
    scim_bench unaware("profile: showpad\ngroup: {reserved_names: []}");
    for (const auto errors : {provider_knobs::error_form::scim, provider_knobs::error_form::numbered}) {
        unaware.provider.knobs.errors = errors;
        const auto refused = unaware.change_members(unaware.provider.all_users, {}, {});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().next, disposition::reject);
        EXPECT_EQ(refused.error().code, "mutability");
    }
}

TEST(showpad_vectors, showpad_vector_15_delete_then_404_then_create_again)
{
    scim_bench b;
    const auto made = b.create_user(person("gone@acme.example"));
    ASSERT_TRUE(made);
    ASSERT_TRUE(test::run(b.target->remove(mapping::user_type, made->id)));
    const auto read = test::run(b.target->read(mapping::user_type, made->id));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().next, disposition::not_found);
    // Deleting what is gone is done.
    EXPECT_TRUE(test::run(b.target->remove(mapping::user_type, made->id)));
    const auto again = b.create_user(person("gone@acme.example"));
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_NE(again->id, made->id);
}

TEST(showpad_vectors, showpad_vector_16_patch_501_switches_to_put_for_good)
{
    using answer = provider_knobs::patch_answer;
    for (const auto no : {answer::no_501, answer::no_405, answer::no_404}) {
        scim_bench b("profile: showpad\npatch: always\nuser: {update: patch}\ngroup: {membership: patch_filter}");
        b.provider.knobs.patch = no;
        const auto u = b.provider.add_user({{"userName", "u@acme.example"},
                                            {"name", {{"givenName", "U"}, {"familyName", "V"}}},
                                            {"emails", {{{"value", "u@acme.example"}}}}});
        const auto group = b.provider.add_group("Sales");
        ASSERT_TRUE(b.change_members(group, {u}, {}));
        EXPECT_THAT(b.provider.members_of(group), ElementsAre(u));
        EXPECT_EQ(b.asked("PATCH /Groups"), 1u);
        ASSERT_TRUE(b.change_members(group, {}, {u}));
        EXPECT_TRUE(b.provider.members_of(group).empty());
        EXPECT_EQ(b.asked("PATCH /Groups"), 1u) << "PATCH is not tried again";
        EXPECT_EQ(b.asked("PUT /Groups"), 2u);

        ASSERT_TRUE(b.update_user(u, {{"title", "Lead"}}));
        ASSERT_TRUE(b.update_user(u, {{"title", "Head"}}));
        EXPECT_EQ(b.asked("PATCH /Users"), 1u);
        EXPECT_EQ(b.asked("PUT /Users"), 2u);
        EXPECT_EQ((*b.provider.find(u))["title"], "Head");
    }
    // The preset never tries.
    scim_bench preset;
    const auto u = preset.provider.add_user({{"userName", "u"}});
    ASSERT_TRUE(preset.change_members(preset.provider.add_group("Sales"), {u}, {}));
    EXPECT_EQ(preset.asked("PATCH"), 0u);
}

// The engine decides the order; what the connector gives it is a conflict for each single PUT, and a way round.
TEST(showpad_vectors, showpad_vector_17_swap_of_user_names_needs_a_temporary_value)
{
    scim_bench b;
    const auto a = b.create_user(person("a@acme.example", {{"emails", json::array({{{"value", "1@acme.example"}}})}}));
    const auto c = b.create_user(person("c@acme.example", {{"emails", json::array({{{"value", "2@acme.example"}}})}}));
    ASSERT_TRUE(a && c);
    for (const auto& [id, wish] :
         {std::pair{a->id.text(), "c@acme.example"}, std::pair{c->id.text(), "a@acme.example"}}) {
        const auto direct = b.update_user(id, {{"userName", wish}});
        ASSERT_FALSE(direct);
        EXPECT_EQ(direct.error().next, disposition::conflict);
        EXPECT_EQ(direct.error().code, "uniqueness");
    }
    ASSERT_TRUE(b.update_user(a->id.text(), {{"userName", "tmp-a@acme.example"}}));
    ASSERT_TRUE(b.update_user(c->id.text(), {{"userName", "a@acme.example"}}));
    ASSERT_TRUE(b.update_user(a->id.text(), {{"userName", "c@acme.example"}}));
    EXPECT_EQ((*b.provider.find(a->id.text()))["userName"], "c@acme.example");
    EXPECT_EQ((*b.provider.find(c->id.text()))["userName"], "a@acme.example");
}

TEST(showpad_vectors, showpad_vector_18_429_with_and_without_retry_after)
{
    using std::chrono::milliseconds;
    // One refusal is waited out, as long as the server says.
    scim_bench b;
    b.wire.then(test::make_answer(429, "", {{"Retry-After", "7"}}));
    ASSERT_TRUE(b.create_user(person("a@acme.example")));
    EXPECT_GE(b.time.slept(), milliseconds(7000));
    EXPECT_EQ(b.provider.users.size(), 2u);
    // Without a header too.
    scim_bench bare;
    bare.wire.then(test::make_answer(429, ""));
    ASSERT_TRUE(bare.create_user(person("a@acme.example")));
    EXPECT_EQ(bare.provider.users.size(), 2u);
    // A server that goes on refusing: try later, nothing was done.
    scim_bench stubborn;
    stubborn.wire.on_request(
        [](const connectors::http::request&) { return test::make_answer(429, "", {{"Retry-After", "30"}}); });
    const auto refused = stubborn.create_user(person("a@acme.example"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().next, disposition::retry);
    EXPECT_FALSE(refused.error().outcome_unknown);
    EXPECT_EQ(refused.error().retry_after, milliseconds(30000));
}

TEST(showpad_vectors, showpad_vector_19_committed_post_with_a_lost_answer_is_found_not_repeated)
{
    scim_bench b;
    b.provider.lose_next_answer = true;
    const auto lost = b.create_user(person("lost@acme.example"));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().next, disposition::retry);
    EXPECT_TRUE(lost.error().outcome_unknown);
    EXPECT_EQ(b.asked("POST /Users"), 1u) << "a POST with an unknown outcome is never sent again by itself";
    const auto found = b.find_user("userName", "lost@acme.example");
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1u);
    const auto adopted = b.update_user(found->front().id.text(), person("lost@acme.example", {{"externalId", "hr-7"}}));
    ASSERT_TRUE(adopted) << adopted.error().detail;
    EXPECT_EQ(b.provider.users.size(), 2u);
    EXPECT_EQ(b.provider.users.back()["externalId"], "hr-7");
}

TEST(showpad_vectors, showpad_vector_20_a_group_called_all_users_is_never_created)
{
    scim_bench b;
    for (const char* name : {"all users", "All Users", "ALL USERS"}) {
        const auto made = b.create_group(name);
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().next, disposition::reject);
        EXPECT_EQ(made.error().code, "reserved");
    }
    EXPECT_TRUE(b.provider.log.empty());
    EXPECT_TRUE(b.create_group("All Users in Ghent"));
}

} // namespace
