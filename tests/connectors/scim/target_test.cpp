// The SCIM target against a provider that answers in every way but the expected one.
#include "tests/connectors/scim/scim_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace idferry;
using connectors::disposition;
using mapping::json;
using test::fake_provider;
using test::make_answer;
using test::make_json_answer;
using test::person;
using test::provider_knobs;
using test::run;
using test::scim_bench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Discovery

TEST(scim_discovery, no_use_of_it_is_a_notice_and_the_profile_counts)
{
    const std::pair<int, const char*> answers[] = {
        {404, ""}, {200, "<html>login</html>"}, {200, "{}"}, {200, "[]"}, {200, "{\"patch\":"}, {501, "no"}, {400, ""}};
    for (const auto& [status, body] : answers) {
        scim_bench b;
        b.provider.knobs.config_status = status;
        b.provider.knobs.config_body = body;
        const auto notices = run(b.target->discover());
        ASSERT_TRUE(notices) << status << body << notices.error().detail;
        ASSERT_EQ(notices->size(), 1u) << status << body;
        EXPECT_THAT(notices->front(), HasSubstr("profile \"showpad\""));
        EXPECT_TRUE(b.target->can_find(mapping::user_type, "userName"));
    }
    scim_bench fine;
    EXPECT_THAT(*run(fine.target->discover()), IsEmpty());
    scim_bench skipped("profile: showpad\ndiscovery: {spc: skip}");
    EXPECT_THAT(*run(skipped.target->discover()), IsEmpty());
    EXPECT_TRUE(skipped.provider.log.empty());
}

TEST(scim_discovery, required_and_useless_stops)
{
    scim_bench b("profile: showpad\ndiscovery: {spc: required}");
    b.provider.knobs.config_status = 404;
    const auto f = run(b.target->discover());
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::stop);
}

TEST(scim_discovery, credentials_stop_and_a_target_that_is_down_is_tried_later)
{
    for (const int status : {401, 403}) {
        scim_bench b;
        b.wire.on_request([status](const connectors::http::request&) { return make_answer(status, ""); });
        const auto f = run(b.target->discover());
        ASSERT_FALSE(f);
        EXPECT_EQ(f.error().next, disposition::stop) << status;
    }
    scim_bench down;
    down.wire.on_request([](const connectors::http::request&) { return make_answer(503, "<html>"); });
    const auto f = run(down.target->discover());
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::retry);
    scim_bench broken;
    broken.wire.on_request([](const connectors::http::request&) { return test::broken_exchange(false); });
    EXPECT_EQ(run(broken.target->discover()).error().next, disposition::retry);
}

TEST(scim_discovery, what_is_announced_changes_how_members_are_written)
{
    for (const bool announced : {true, false}) {
        scim_bench b("profile: generic");
        b.provider.knobs.patch = provider_knobs::patch_answer::yes;
        b.provider.knobs.config_body = announced ? R"({"patch":{"supported":true},"filter":{"supported":false}})"
                                                 : R"({"patch":{"supported":false}})";
        ASSERT_TRUE(run(b.target->discover()));
        const auto u = b.provider.add_user({{"userName", "u"}}), v = b.provider.add_user({{"userName", "v"}});
        const auto g = b.provider.add_group("G", {v});
        const auto kept = b.change_members(g, {u}, {v});
        ASSERT_TRUE(kept) << kept.error().detail;
        EXPECT_THAT(b.provider.members_of(g), ElementsAre(u));
        EXPECT_EQ(b.asked("PATCH"), announced ? 2u : 0u);
        EXPECT_EQ(b.asked("PUT"), announced ? 0u : 1u);
        EXPECT_EQ(b.target->can_find(mapping::user_type, "userName"), !announced); // filter: false was announced too
    }
}

// Lists

connectors::result<connectors::inventory_end> list_users(scim_bench& b, std::vector<std::string>* ids = nullptr)
{
    return run(b.target->list(mapping::user_type, [&](connectors::remote_resource r) {
        if (ids) ids->push_back(r.id.text());
    }));
}

TEST(scim_list, whatever_cannot_be_proved_is_incomplete)
{
    for (const int off : {1, -1, 1000}) {
        scim_bench b("profile: showpad\npaging: {count: 2}");
        for (int i = 0; i < 5; ++i) b.provider.add_user({{"userName", "u" + std::to_string(i)}});
        b.provider.knobs.total_is_off_by = off;
        const auto end = list_users(b);
        ASSERT_TRUE(end) << end.error().detail;
        EXPECT_FALSE(end->complete) << off;
        EXPECT_FALSE(end->why.empty());
    }
    scim_bench b("profile: showpad\npaging: {count: 2}");
    for (int i = 0; i < 5; ++i) b.provider.add_user({{"userName", "u" + std::to_string(i)}});
    b.provider.knobs.repeat_page = true;
    std::vector<std::string> ids;
    const auto end = list_users(b, &ids);
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->complete);
    EXPECT_EQ(ids.size(), 2u) << "each id once";
    EXPECT_EQ(b.provider.log.size(), 2u);
}

TEST(scim_list, answers_that_are_no_list_are_failures)
{
    const std::pair<const char*, disposition> bodies[] = {
        {"<html>Welcome</html>", disposition::retry},
        {"", disposition::retry},
        {"{}", disposition::retry},
        {"{\"totalResults\":7,\"Resources\":null}", disposition::retry},
        {"[1,2]", disposition::retry}};
    for (const auto& [body, next] : bodies) {
        scim_bench b;
        const std::string text = body;
        b.wire.on_request([text](const connectors::http::request&) { return make_answer(200, text); });
        const auto f = list_users(b);
        ASSERT_FALSE(f) << body;
        EXPECT_EQ(f.error().next, next) << body;
    }
    scim_bench wrong;
    wrong.wire.on_request([](const connectors::http::request&) { return make_answer(404, "nothing here"); });
    const auto f = list_users(wrong);
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::stop);
    EXPECT_THAT(f.error().detail, HasSubstr("base_url"));
}

// Filters

TEST(scim_find, an_ignored_filter_is_noticed_and_not_believed)
{
    scim_bench b;
    b.provider.knobs.filter_ignored = true;
    const auto f = b.find_user("userName", "nobody@acme.example");
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::reject);
    EXPECT_EQ(f.error().code, "unsupported");
    EXPECT_FALSE(b.target->can_find(mapping::user_type, "userName"));
}

TEST(scim_find, not_found_is_none_unless_everything_is_not_found)
{
    scim_bench b;
    b.wire.then(make_answer(404, ""));
    const auto none = b.find_user("userName", "x");
    ASSERT_TRUE(none) << none.error().detail;
    EXPECT_TRUE(none->empty());
    scim_bench wrong;
    wrong.wire.on_request([](const connectors::http::request&) { return make_answer(404, ""); });
    const auto f = wrong.find_user("userName", "x");
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::stop);
}

TEST(scim_find, case_counts_where_the_schema_says_so)
{
    scim_bench b("profile: generic");
    const auto two =
        R"({"totalResults":2,"Resources":[{"id":"1","externalId":"abc","userName":"x"},{"id":"2","externalId":"ABC","userName":"y"}]})";
    b.wire.then(make_json_answer(200, two));
    const auto hit = b.find_user("externalId", "ABC");
    ASSERT_TRUE(hit) << hit.error().detail;
    ASSERT_EQ(hit->size(), 1u);
    EXPECT_EQ(hit->front().id.text(), "2");
    b.wire.then(make_json_answer(200, R"({"totalResults":1,"Resources":[{"id":"1","userName":"ÄRZTE@x"}]})"));
    const auto folded = b.find_user("userName", "ärzte@X");
    ASSERT_TRUE(folded);
    EXPECT_EQ(folded->size(), 1u);
}

TEST(scim_find, everybody_with_the_value_is_told)
{
    scim_bench b;
    b.wire.then(make_json_answer(
        200,
        R"({"totalResults":2,"Resources":[{"id":"1","userName":"x"},{"id":2,"userName":"X"},{"id":"1","userName":"x"}]})"));
    const auto hits = b.find_user("userName", "x");
    ASSERT_TRUE(hits);
    EXPECT_EQ(hits->size(), 2u);
}

// Reading

TEST(scim_read, a_404_counts_only_when_the_collection_answers)
{
    scim_bench b;
    EXPECT_EQ(run(b.target->read(mapping::user_type, mapping::target_id("gone"))).error().next, disposition::not_found);
    for (const char* body : {"", "<html>Not found</html>"}) {
        scim_bench wrong;
        wrong.wire.on_request([body](const connectors::http::request&) { return make_answer(404, body); });
        EXPECT_EQ(run(wrong.target->read(mapping::user_type, mapping::target_id("x"))).error().next, disposition::stop);
        const auto removed = run(wrong.target->remove(mapping::user_type, mapping::target_id("x")));
        ASSERT_FALSE(removed) << "a service that knows nothing has not removed anybody";
        EXPECT_EQ(removed.error().next, disposition::stop);
    }
}

TEST(scim_read, ids_of_any_kind_go_into_the_path)
{
    scim_bench b;
    for (const char* id : {"a/b", "me@acme.example", "x y", "9007199254740993", "ü", "..", "a?b#c%"}) {
        b.wire.then(make_json_answer(200, json{{"id", id}, {"userName", "u"}}.dump()));
        const auto r = run(b.target->read(mapping::user_type, mapping::target_id(id)));
        ASSERT_TRUE(r) << id;
        EXPECT_EQ(r->id.text(), id);
    }
    EXPECT_THAT(b.wire.lines()[0], HasSubstr("/Users/a%2Fb"));
    EXPECT_THAT(b.wire.lines()[6], HasSubstr("/Users/a%3Fb%23c%25"));
    b.wire.then(make_json_answer(200, R"({"id":9007199254740993,"userName":"u"})"));
    EXPECT_TRUE(run(b.target->read(mapping::user_type, mapping::target_id("9007199254740993"))));
    b.wire.then(make_json_answer(200, R"({"id":"somebody else"})"));
    EXPECT_EQ(run(b.target->read(mapping::user_type, mapping::target_id("x"))).error().next, disposition::retry);
}

// Creating

TEST(scim_create, created_without_a_body_is_found_by_location)
{
    scim_bench b;
    b.provider.knobs.created_without_body = true;
    const auto made = b.create_user(person("a@acme.example"));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(b.provider.users.back()["id"], made->id.text());
    EXPECT_EQ(made->body["userName"], "a@acme.example");
    EXPECT_EQ(b.asked("POST"), 1u);
}

TEST(scim_create, created_without_body_or_location_is_looked_up)
{
    scim_bench b;
    b.provider.knobs.created_without_body = true;
    b.provider.knobs.location = false;
    const auto made = b.create_user(person("a@acme.example"));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(b.provider.users.back()["id"], made->id.text());
    const auto group = b.create_group("Sales"); // no filter for groups: from the list
    ASSERT_TRUE(group) << group.error().detail;
    EXPECT_EQ(group->body["displayName"], "Sales");
}

TEST(scim_create, useless_answers_never_become_an_id)
{
    for (const char* body :
         {R"({"id":null,"userName":"a"})", R"({"id":"undefined"})", "<html>", "{}", "[]", R"({"id":1.5})"}) {
        scim_bench b;
        b.provider.knobs.location = false;
        b.wire.then(
            make_answer(201, body, {{"Location", "https://acme.showpad.test/api/users/scim/v2/Users/undefined"}}));
        const auto made = b.create_user(person("a@acme.example"));
        ASSERT_FALSE(made) << body;
        EXPECT_EQ(made.error().next, disposition::retry) << body;
        EXPECT_TRUE(made.error().outcome_unknown) << body;
        EXPECT_EQ(b.asked("GET /Users/undefined"), 0u);
    }
}

TEST(scim_create, a_location_elsewhere_gets_no_credentials)
{
    scim_bench b;
    b.provider.knobs.location = false;
    const auto id = b.provider.add_user({{"userName", "a@acme.example"}});
    b.wire.then(make_answer(201, "", {{"Location", "https://evil.example/scim/Users/" + id}}));
    ASSERT_TRUE(b.create_user(person("a@acme.example")));
    for (const auto& r : b.wire.requests()) EXPECT_TRUE(r.url.starts_with(std::string(fake_provider::base))) << r.url;
}

TEST(scim_create, conflicts_are_seen_in_every_dialect)
{
    using form = provider_knobs::error_form;
    for (const auto errors : {form::scim, form::numbered, form::problem, form::html, form::text}) {
        for (const int status : {409, 400}) {
            scim_bench b;
            ASSERT_TRUE(b.create_user(person("jane@acme.example")));
            b.provider.knobs.errors = errors;
            b.provider.knobs.uniqueness_status = status;
            const auto again = b.create_user(person("jane@acme.example"));
            ASSERT_FALSE(again);
            EXPECT_EQ(again.error().next, disposition::conflict) << static_cast<int>(errors) << status;
            EXPECT_EQ(again.error().code, "uniqueness") << static_cast<int>(errors) << status;
        }
    }
}

TEST(scim_create, a_5xx_is_not_repeated_and_its_outcome_is_unknown)
{
    scim_bench b;
    b.wire.on_request([](const connectors::http::request&) { return make_answer(500, "oops"); });
    const auto f = b.create_user(person("a@acme.example"));
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::retry);
    EXPECT_TRUE(f.error().outcome_unknown);
    EXPECT_EQ(b.wire.requests().size(), 1u);
}

TEST(scim_create, an_empty_group_is_created_without_members)
{
    scim_bench b;
    ASSERT_TRUE(b.create_group("Sales"));
    EXPECT_EQ(b.provider.bodies[0],
              json({{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Group"}}, {"displayName", "Sales"}}));
}

TEST(scim_create, media_type_falls_back_once_and_is_remembered)
{
    scim_bench b;
    b.provider.knobs.json_only = true;
    ASSERT_TRUE(b.create_user(person("a@acme.example")));
    EXPECT_EQ(b.asked("POST"), 2u);
    ASSERT_TRUE(b.create_user(person("b@acme.example")));
    EXPECT_EQ(b.asked("POST"), 3u);
    EXPECT_EQ(test::header_of(b.wire.requests().front(), "Content-Type"), "application/scim+json");
    EXPECT_EQ(test::header_of(b.wire.requests().back(), "Content-Type"), "application/json");
}

// Changing

TEST(scim_update, an_answer_without_a_body_is_read_back)
{
    scim_bench b;
    const auto made = b.create_user(person("a@acme.example"));
    ASSERT_TRUE(made);
    b.provider.knobs.updated_without_body = true;
    const auto kept = b.update_user(made->id.text(), {{"active", false}, {"title", "Head"}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["active"], false);
    EXPECT_EQ(kept->body["title"], "Head");
}

TEST(scim_update, an_update_of_somebody_who_is_gone)
{
    scim_bench b;
    connectors::write_request r(mapping::user_type);
    r.id = mapping::target_id("gone");
    r.desired = b.desired(mapping::user_type, {{"title", "x"}});
    r.current = connectors::remote_resource{mapping::target_id("gone"), {{"id", "gone"}, {"userName", "g"}}, ""};
    EXPECT_EQ(run(b.target->update(std::move(r))).error().next, disposition::not_found);
}

TEST(scim_update, entity_tags_guard_a_write_only_where_there_are_any)
{
    for (const bool tags : {true, false}) {
        scim_bench b("profile: generic");
        b.provider.knobs.entity_tags = true;
        b.provider.knobs.config_body = tags ? R"({"etag":{"supported":true}})" : R"({"etag":{"supported":false}})";
        ASSERT_TRUE(run(b.target->discover()));
        const auto made = b.create_user(person("a@acme.example"));
        ASSERT_TRUE(made);
        auto current = run(b.target->read(mapping::user_type, made->id));
        ASSERT_TRUE(current);
        (*b.provider.find(made->id.text()))["title"] = "changed by somebody else";
        connectors::write_request r(mapping::user_type);
        r.id = made->id;
        r.desired = b.desired(mapping::user_type, {{"locale", "de"}});
        r.current = *current;
        const auto kept = run(b.target->update(std::move(r)));
        EXPECT_EQ(kept.has_value(), !tags);
        if (tags) {
            EXPECT_EQ(kept.error().next, disposition::conflict);
            EXPECT_EQ(kept.error().code, "version");
        }
    }
}

TEST(scim_update, a_group_is_renamed_with_its_members)
{
    scim_bench b;
    const auto u = b.provider.add_user({{"userName", "u"}});
    const auto g = b.provider.add_group("Old", {u});
    connectors::write_request r(mapping::group_type);
    r.id = mapping::target_id(g);
    r.desired = b.desired(mapping::group_type, {{"displayName", "New"}});
    const auto kept = run(b.target->update(std::move(r)));
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["displayName"], "New");
    EXPECT_THAT(b.provider.members_of(g), ElementsAre(u));
    connectors::write_request bad(mapping::group_type);
    bad.id = mapping::target_id(g);
    bad.desired = b.desired(mapping::group_type, {{"displayName", "All users"}});
    EXPECT_EQ(run(b.target->update(std::move(bad))).error().code, "reserved");
}

TEST(scim_members, being_a_member_already_is_success)
{
    scim_bench b("profile: showpad\npatch: always\ngroup: {membership: patch_filter}");
    const auto u = b.provider.add_user({{"userName", "u"}}), v = b.provider.add_user({{"userName", "v"}});
    const auto g = b.provider.add_group("G", {u});
    b.wire.on_request([&](const connectors::http::request& r) {
        if (r.method != "PATCH") return b.provider.handle(r);
        const auto body = R"({"response":{"code":3002,"name":"RelationshipExistsError","message":"exists"}})";
        return test::fake_transport::answer(make_json_answer(400, body));
    });
    const auto kept = b.change_members(g, {v}, {});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["members"].size(), 1u) << "as it is kept, not as it was wished";
}

TEST(scim_members, many_members_go_in_several_patches)
{
    scim_bench b("profile: generic\npatch: always\ngroup: {members_per_request: 2}");
    b.provider.knobs.patch = provider_knobs::patch_answer::yes;
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(b.provider.add_user({{"userName", "u" + std::to_string(i)}}));
    const auto g = b.provider.add_group("G");
    ASSERT_TRUE(b.change_members(g, ids, {}));
    EXPECT_EQ(b.asked("PATCH"), 3u);
    EXPECT_EQ(b.provider.members_of(g).size(), 5u);
    ASSERT_TRUE(b.change_members(g, {}, {ids[0], ids[1]}));
    EXPECT_EQ(b.provider.members_of(g).size(), 3u);
}

TEST(scim_members, a_group_that_is_gone_teaches_nothing_about_patch)
{
    scim_bench b("profile: generic\npatch: always");
    b.provider.knobs.patch = provider_knobs::patch_answer::yes;
    const auto u = b.provider.add_user({{"userName", "u"}});
    EXPECT_EQ(b.change_members("gone", {u}, {}).error().next, disposition::not_found);
    const auto g = b.provider.add_group("G");
    ASSERT_TRUE(b.change_members(g, {u}, {}));
    EXPECT_EQ(b.asked("PUT"), 0u);
}

TEST(scim_members, a_current_without_members_is_read_again_before_the_put)
{
    scim_bench b;
    const auto u = b.provider.add_user({{"userName", "u"}}), stranger = b.provider.add_user({{"userName", "s"}});
    const auto g = b.provider.add_group("G", {stranger});
    connectors::members_request r;
    r.group = mapping::target_id(g);
    r.add = {mapping::target_id(u)};
    r.current = connectors::remote_resource{mapping::target_id(g), {{"id", g}, {"displayName", "G"}}, ""};
    ASSERT_TRUE(run(b.target->set_members(std::move(r))));
    EXPECT_EQ(b.provider.members_of(g).size(), 2u) << "whoever was there stays";
}

TEST(scim_members, an_unknown_member_is_no_proof_that_the_group_is_gone)
{
    scim_bench b;
    const auto g = b.provider.add_group("G");
    auto f = b.change_members(g, {"nobody"}, {});
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::reject);
    EXPECT_EQ(f.error().code, "invalidvalue");
    b.wire.on_request([&](const connectors::http::request& r) {
        if (r.method == "PUT")
            return test::fake_transport::answer(
                make_json_answer(404, R"({"response":{"code":3004,"message":"no such user"}})"));
        return b.provider.handle(r);
    });
    f = b.change_members(g, {"nobody"}, {});
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::reject);
    EXPECT_EQ(f.error().code, "reference_not_found");
}

TEST(scim_members, removing_who_is_not_there_is_no_error_to_a_strict_provider)
{
    scim_bench b("profile: generic\npatch: always");
    b.provider.knobs.patch = provider_knobs::patch_answer::yes;
    const auto u = b.provider.add_user({{"userName", "u"}}), v = b.provider.add_user({{"userName", "v"}});
    const auto g = b.provider.add_group("G", {u, v});
    // Somebody left between our read and the PATCH: the whole PATCH is refused, and goes again one by one.
    int refused = 0;
    b.wire.on_request([&](const connectors::http::request& r) {
        if (r.method == "PATCH" && r.body.find(u) != std::string::npos) {
            ++refused;
            return test::fake_transport::answer(make_json_answer(400, R"({"scimType":"noTarget","status":"400"})"));
        }
        return b.provider.handle(r);
    });
    const auto kept = b.change_members(g, {}, {u, v});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(refused, 2) << "together, then alone";
    EXPECT_THAT(b.provider.members_of(g), ElementsAre(u)) << "the other one was removed all the same";
    // Known not to be there: not even asked.
    const auto before = b.asked("PATCH");
    ASSERT_TRUE(b.change_members(g, {}, {v}));
    EXPECT_EQ(b.asked("PATCH"), before);
}

TEST(scim_members, a_reserved_group_that_was_never_seen_is_looked_at_before_a_patch)
{
    scim_bench b("profile: showpad\npatch: always\ngroup: {membership: patch_filter}");
    b.provider.knobs.patch = provider_knobs::patch_answer::yes;
    const auto u = b.provider.add_user({{"userName", "u"}});
    const auto f = b.change_members(b.provider.all_users, {u}, {});
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().code, "reserved");
    EXPECT_EQ(b.asked("PATCH"), 0u);
}

TEST(scim_remove, refusals_are_told)
{
    scim_bench b;
    const auto f = run(b.target->remove(mapping::user_type, mapping::target_id(b.provider.founder)));
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::reject);
    EXPECT_EQ(f.error().code, "mutability");
    const auto g = b.provider.add_group("G");
    EXPECT_TRUE(run(b.target->remove(mapping::group_type, mapping::target_id(g))));
    EXPECT_EQ(b.provider.find(g), nullptr);
}

// Secrets never show.
TEST(scim_target, the_token_is_in_no_failure)
{
    scim_bench b;
    b.wire.on_request(
        [](const connectors::http::request&) { return make_answer(401, R"({"error":"invalid_token"})"); });
    const auto f = b.create_user(person("a@acme.example"));
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().next, disposition::stop);
    EXPECT_EQ(f.error().detail.find("t0ken"), std::string::npos);
    EXPECT_EQ(test::header_of(b.wire.requests().front(), "Authorization"), "Bearer t0ken");
}

} // namespace
