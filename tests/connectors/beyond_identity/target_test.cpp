// Writing a realm: identities, look-ups, conflicts, leaving (apis: Beyond Identity, sections 4, 6 and 9).
#include "mapping/normalise.hpp"
#include "tests/connectors/beyond_identity/realm_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::connectors::beyond_identity {

using mapping::json;
using test::error_about;
using test::group;
using test::identity;
using test::list_of;
using test::realm_bench;
using test::run;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

using attributes = std::vector<std::pair<std::string, json>>;

write_request request_for(realm_bench& b, const mapping::resource_type& type, const attributes& all)
{
    write_request r(type);
    for (const auto& [path, value] : all) {
        mapping::desired_attribute a;
        a.path = path;
        a.value = mapping::canonical_value(path, value, b.target().profile().of(type.name));
        r.desired.attributes.push_back(std::move(a));
    }
    std::ranges::sort(r.desired.attributes, {}, &mapping::desired_attribute::path);
    return r;
}

const attributes ada{{"userName", "ada"}, {"displayName", "Ada Lovelace"}, {"externalId", "emp-17"}};

result<remote_resource> create(realm_bench& b, attributes all, const mapping::resource_type& type = mapping::user_type)
{
    return run(b.target().create(request_for(b, type, all)));
}

// An update of what the service shows as `now`.
result<remote_resource> update(realm_bench& b, const std::string& now, const attributes& all)
{
    b.then(200, now);
    auto current = run(b.target().read(mapping::user_type, mapping::target_id("i1")));
    EXPECT_TRUE(current);
    auto r = request_for(b, mapping::user_type, all);
    r.id = mapping::target_id("i1");
    r.current = *current;
    return run(b.target().update(std::move(r)));
}

} // namespace

TEST(beyond_identity_create, sends_the_envelope_with_traits_and_takes_the_answer_for_what_is_kept)
{
    realm_bench b;
    b.then(200, identity("i1", "ada", R"(,"external_id":"emp-17")"));
    const auto made = create(b, ada);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->id.text(), "i1");
    EXPECT_EQ(made->body["externalId"], "emp-17");
    EXPECT_THAT(b.asked(), ElementsAre("POST /identities"));
    EXPECT_EQ(b.sent().front(),
              (json{{"identity",
                     {{"display_name", "Ada Lovelace"},
                      {"traits", {{"type", "traits_v0"}, {"username", "ada"}, {"external_id", "emp-17"}}}}}}));
}

TEST(beyond_identity_create, somebody_suspended_is_created_and_then_patched)
{
    realm_bench b;
    b.then(200, identity("i1", "ada", "", R"(,"status":"active")"))
        .then(200, identity("i1", "ada", "", R"(,"status":"suspended")"));
    auto all = ada;
    all.emplace_back("active", false);
    const auto made = create(b, all);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->body["active"], false);
    EXPECT_THAT(b.asked(), ElementsAre("POST /identities", "PATCH /identities/i1"));
    EXPECT_FALSE(b.sent()[0]["identity"].contains("status"));
    EXPECT_EQ(b.sent()[1], (json{{"identity", {{"status", "suspended"}, {"traits", {{"type", "traits_v0"}}}}}}));
}

TEST(beyond_identity_create, the_status_may_go_with_the_creation_where_it_is_honoured)
{
    for (const bool honoured : {true, false}) {
        realm_bench b("write: {suspended: create}");
        b.then(200, identity("i1", "ada", "", honoured ? R"(,"status":"suspended")" : R"(,"status":"active")"))
            .then(200, identity("i1", "ada", "", R"(,"status":"suspended")"));
        auto all = ada;
        all.emplace_back("active", false);
        const auto made = create(b, all);
        ASSERT_TRUE(made);
        EXPECT_EQ(made->body["active"], false);
        EXPECT_EQ(b.sent()[0]["identity"]["status"], "suspended");
        EXPECT_EQ(b.asked().size(), honoured ? 1u : 2u);
    }
}

TEST(beyond_identity_create, a_suspension_that_fails_is_looked_up_before_anything_else)
{
    realm_bench b;
    b.then(200, identity("i1", "ada")).then(500, "");
    auto all = ada;
    all.emplace_back("active", false);
    const auto made = create(b, all);
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().outcome_unknown);
    EXPECT_THAT(made.error().detail, HasSubstr("could not be suspended"));
}

TEST(beyond_identity_create, a_taken_name_is_found_by_the_id_in_the_details)
{
    realm_bench b;
    b.then(409, error_about("conflict", "username already exists", "Identity", {"i9"}));
    const auto made = create(b, ada);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::conflict);
    EXPECT_EQ(made.error().code, "uniqueness");
    b.then(200, identity("i9", "ADA"));
    const auto found = run(b.target().find(mapping::user_type, "userName", "ada"));
    ASSERT_TRUE(found && found->size() == 1) << "user names have no case";
    EXPECT_EQ(found->front().id.text(), "i9");
    EXPECT_EQ(b.asked().back(), "GET /identities/i9");
}

TEST(beyond_identity_create, a_taken_name_without_details_is_found_by_filter_else_in_the_list)
{
    realm_bench b;
    b.then(409, R"({"code":"conflict","message":"username already exists"})");
    EXPECT_EQ(create(b, ada).error().next, disposition::conflict);
    b.then(200, list_of("identities", {}, 0))
        .then(200, list_of("identities", {identity("i8", "eve"), identity("i9", "Ada")}, 2));
    const auto found = run(b.target().find(mapping::user_type, "userName", "ada"));
    ASSERT_TRUE(found && found->size() == 1);
    EXPECT_EQ(found->front().id.text(), "i9");
    EXPECT_THAT(b.asked(),
                ElementsAre("POST /identities", "GET /identities?filter=traits.username%20eq%20%22ada%22&page_size=10",
                            "GET /identities?page_size=200"));
}

TEST(beyond_identity_create, a_name_that_the_service_would_refuse_is_rejected_without_asking)
{
    realm_bench b;
    const auto made = create(b, {{"userName", "guest#EXT#@x"}, {"displayName", "Guest"}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::reject);
    EXPECT_THAT(made.error().detail, HasSubstr("userName holds '#' as character 6"));
    EXPECT_THAT(b.asked(), IsEmpty());
}

TEST(beyond_identity_find, quotes_the_value_and_compares_every_hit_again)
{
    realm_bench b;
    b.then(200, list_of("identities", {}, 0));
    ASSERT_TRUE(run(b.target().find(mapping::user_type, "userName", R"(o'b"r\n)")));
    EXPECT_EQ(b.asked().back(), "GET /identities?filter=traits.username%20eq%20%22o%27b%5C%22r%5C%5Cn%22&page_size=10");
    // A service that ignores the filter answers with anybody.
    b.then(200, list_of("identities", {identity("i1", "eve")}, 1, "t1"))
        .then(200, list_of("identities", {identity("i2", "bob")}, 1));
    b.otherwise = [](const http::request&) {
        return test::make_json_answer(200, list_of("identities", {identity("i1", "eve"), identity("i3", "ada")}, 2));
    };
    const auto found = run(b.target().find(mapping::user_type, "userName", "ada"));
    ASSERT_TRUE(found && found->size() == 1);
    EXPECT_EQ(found->front().id.text(), "i3");
}

TEST(beyond_identity_find, external_id_only_by_its_switch_and_by_the_list_when_the_filter_is_refused)
{
    realm_bench plain;
    EXPECT_FALSE(plain.target().can_find(mapping::user_type, "externalId"));
    EXPECT_EQ(run(plain.target().find(mapping::user_type, "externalId", "x")).error().code, "unsupported");
    EXPECT_THAT(plain.asked(), IsEmpty());

    realm_bench on("filters: {external_id: true}");
    EXPECT_TRUE(on.target().can_find(mapping::user_type, "externalId"));
    on.then(400, R"({"code":"bad_request","message":"invalid parameters"})")
        .then(200, list_of("identities", {identity("i1", "a", R"(,"external_id":"emp-17")")}, 1));
    const auto found = run(on.target().find(mapping::user_type, "externalId", "emp-17"));
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->size(), 1u);

    // What is refused when the realm is looked at is not asked again.
    realm_bench refused("filters: {external_id: true}");
    refused.then(200, R"({"id":"8f5bec58229e6f29","display_name":"Staff"})")
        .then(400, R"({"code":"bad_request","message":"invalid parameters"})");
    const auto notices = run(refused.target().discover());
    ASSERT_TRUE(notices) << notices.error().detail;
    EXPECT_THAT(*notices, ElementsAre(HasSubstr("traits.external_id is refused")));
    EXPECT_FALSE(refused.target().can_find(mapping::user_type, "externalId"));
}

TEST(beyond_identity_update, sends_only_what_changed_and_the_variant_s_name)
{
    realm_bench b;
    const auto now = identity("i1", "ada", R"(,"title":"Countess","given_name":"Ada","nick_name":"A")");
    b.otherwise = [](const http::request&) {
        return test::make_json_answer(200,
                                      identity("i1", "ada", R"(,"title":"Dr","given_name":"Ada","nick_name":"A")"));
    };
    const auto kept = update(b, now, {{"userName", "ada"}, {"title", "Dr"}, {"name.givenName", "Ada"}});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["title"], "Dr");
    EXPECT_THAT(b.asked(), ElementsAre("GET /identities/i1", "PATCH /identities/i1"));
    EXPECT_EQ(b.sent().front(), (json{{"identity", {{"traits", {{"type", "traits_v0"}, {"title", "Dr"}}}}}}));
}

TEST(beyond_identity_update, nothing_is_sent_when_nothing_differs)
{
    realm_bench b;
    ASSERT_TRUE(update(b, identity("i1", "ada", R"(,"title":"Dr")"), {{"userName", "ada"}, {"title", "Dr"}}));
    EXPECT_THAT(b.sent(), IsEmpty());
}

TEST(beyond_identity_update, somebody_is_suspended_and_let_in_again)
{
    realm_bench b;
    b.otherwise = [](const http::request&) {
        return test::make_json_answer(200, identity("i1", "ada", "", R"(,"status":"suspended")"));
    };
    ASSERT_TRUE(update(b, identity("i1", "ada"), {{"active", false}}));
    EXPECT_EQ(b.sent().back(), (json{{"identity", {{"status", "suspended"}, {"traits", {{"type", "traits_v0"}}}}}}));
    ASSERT_TRUE(update(b, identity("i1", "ada", "", R"(,"status":"suspended")"), {{"active", true}}));
    EXPECT_EQ(b.sent().back(), (json{{"identity", {{"status", "active"}, {"traits", {{"type", "traits_v0"}}}}}}));
}

TEST(beyond_identity_update, external_id_is_never_overwritten_unless_the_connection_says_so)
{
    const auto now = identity("i1", "ada", R"(,"external_id":"entra-object")");
    realm_bench keeping;
    const auto refused = update(keeping, now, {{"externalId", "emp-17"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().next, disposition::reject);
    EXPECT_THAT(refused.error().detail, HasSubstr("external_id: overwrite"));
    EXPECT_THAT(keeping.sent(), IsEmpty());
    // What was empty may be filled.
    keeping.otherwise = [](const http::request&) { return test::make_json_answer(200, identity("i1", "ada")); };
    EXPECT_TRUE(update(keeping, identity("i1", "ada"), {{"externalId", "emp-17"}}));

    realm_bench bold("write: {external_id: overwrite}");
    bold.otherwise = keeping.otherwise;
    EXPECT_TRUE(update(bold, now, {{"externalId", "emp-17"}}));
    EXPECT_EQ(bold.sent().back()["identity"]["traits"]["external_id"], "emp-17");
}

TEST(beyond_identity_update, a_conflict_and_a_missing_identity_are_told_apart)
{
    realm_bench b;
    b.otherwise = [](const http::request&) {
        return test::make_json_answer(409, R"({"code":"conflict","message":"username already exists"})");
    };
    EXPECT_EQ(update(b, identity("i1", "ada"), {{"userName", "eve"}}).error().next, disposition::conflict);
    b.otherwise = [](const http::request& r) {
        if (r.method == "GET") return test::make_json_answer(200, list_of("identities", {}, 0));
        return test::make_json_answer(404, error_about("not_found", "identity not found", "Identity", {"i1"}));
    };
    EXPECT_EQ(update(b, identity("i1", "ada"), {{"userName", "eve"}}).error().next, disposition::not_found);
}

TEST(beyond_identity_read_one, a_404_counts_only_when_the_realm_answers)
{
    realm_bench b;
    b.otherwise = [](const http::request&) { return test::make_json_answer(404, ""); };
    EXPECT_EQ(run(b.target().read(mapping::user_type, mapping::target_id("i1"))).error().next, disposition::stop);
}

TEST(beyond_identity_delete, an_identity_is_deleted_and_a_second_time_is_done_already)
{
    realm_bench b;
    b.then(200);
    EXPECT_TRUE(run(b.target().remove(mapping::user_type, mapping::target_id("i1"))));
    EXPECT_THAT(b.asked(), ElementsAre("DELETE /identities/i1"));
    b.then(404, R"({"code":"not_found","message":"identity not found"})").then(200, list_of("identities", {}, 0));
    EXPECT_TRUE(run(b.target().remove(mapping::user_type, mapping::target_id("i1"))));
}

TEST(beyond_identity_delete, an_old_service_wants_the_identity_out_of_its_groups_first)
{
    const std::string children = R"({"code":"conflict","message":"identity has children"})";
    realm_bench b;
    b.then(409, children).then(200, list_of("groups", {group("g1", "A"), group("g2", "B")}, 2));
    b.then(200, group("g1", "A")).then(200, group("g2", "B")).then(200);
    ASSERT_TRUE(run(b.target().remove(mapping::user_type, mapping::target_id("i1"))));
    EXPECT_THAT(b.asked(),
                ElementsAre("DELETE /identities/i1", "GET /identities/i1:listGroups?page_size=200",
                            "POST /groups/g1:deleteMembers", "POST /groups/g2:deleteMembers", "DELETE /identities/i1"));
    EXPECT_EQ(b.sent()[1], (json{{"identity_ids", {"i1"}}}));

    realm_bench roles;
    roles.then(409, children).then(200, list_of("groups", {}, 0)).then(409, children);
    roles.then(200, list_of("groups", {}, 0)).then(200, list_of("resource_servers", {R"({"id":"rs1"})"}, 1));
    roles.then(200, list_of("roles", {R"({"id":"r1"})"}, 1)).then(200, "{}").then(200);
    ASSERT_TRUE(run(roles.target().remove(mapping::user_type, mapping::target_id("i1"))));
    EXPECT_EQ(roles.asked()[6], "POST /resource-servers/rs1/roles/r1:deleteMembers");
    EXPECT_EQ(roles.sent()[2], (json{{"group_ids", json::array()}, {"identity_ids", {"i1"}}}));

    realm_bench never("write: {leave: never}");
    never.then(409, children);
    EXPECT_EQ(run(never.target().remove(mapping::user_type, mapping::target_id("i1"))).error().next,
              disposition::conflict);
}

TEST(beyond_identity_delete, a_group_is_emptied_first_and_once_more_when_somebody_joined_meanwhile)
{
    realm_bench b;
    b.then(200, list_of("identities", {identity("i1", "a"), identity("i2", "b")}, 2)).then(200, group("g1", "A"));
    b.then(409, R"({"code":"conflict","message":"group has children"})");
    b.then(200, list_of("identities", {identity("i3", "c")}, 1)).then(200, group("g1", "A")).then(200);
    ASSERT_TRUE(run(b.target().remove(mapping::group_type, mapping::target_id("g1"))));
    EXPECT_THAT(b.asked(), ElementsAre("GET /groups/g1:listMembers?page_size=200", "POST /groups/g1:deleteMembers",
                                       "DELETE /groups/g1", "GET /groups/g1:listMembers?page_size=200",
                                       "POST /groups/g1:deleteMembers", "DELETE /groups/g1"));
    EXPECT_EQ(b.sent()[0], (json{{"identity_ids", {"i1", "i2"}}}));
}

TEST(beyond_identity_discover, the_admin_realm_is_refused_unless_it_is_meant)
{
    const std::string admin = R"({"id":"8f5bec58229e6f29","display_name":"Beyond Identity Admin"})";
    realm_bench b;
    b.then(200, admin);
    const auto refused = run(b.target().discover());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().next, disposition::stop);
    EXPECT_EQ(refused.error().code, "admin_realm");
    realm_bench meant("write: {admin_realm: true}");
    meant.then(200, admin);
    EXPECT_TRUE(run(meant.target().discover()));
}

// Without realms:read, or with an answer that says nothing: the Admin realm cannot be told from another.
TEST(beyond_identity_discover, a_realm_without_a_name_is_told_and_refused_where_the_application_lives)
{
    const std::pair<int, std::string> answers[] = {
        {403, R"({"code":"forbidden","message":"no"})"}, {200, "{}"}, {200, "<html>"}};
    for (const auto& [status, body] : answers) {
        realm_bench b;
        b.then(status, body);
        if (status == 403) b.then(status, body); // asked once more with a new token
        const auto notices = run(b.target().discover());
        ASSERT_TRUE(notices) << body << ": " << notices.error().detail;
        EXPECT_THAT(*notices, Contains(HasSubstr("nobody checked that it is not the Beyond Identity Admin realm")))
            << body;

        realm_bench same("", "8f5bec58229e6f29");
        same.then(status, body);
        if (status == 403) same.then(status, body);
        const auto refused = run(same.target().discover());
        ASSERT_FALSE(refused) << body;
        EXPECT_EQ(refused.error().next, disposition::stop);
        EXPECT_EQ(refused.error().code, "admin_realm");
        EXPECT_THAT(refused.error().detail, HasSubstr("realms:read"));
    }
}

TEST(beyond_identity_discover, scopes_that_a_target_needs_and_has_not_are_told)
{
    realm_bench b;
    b.granted = "identities:read groups:read realms:read";
    b.then(200, R"({"id":"8f5bec58229e6f29","display_name":"Staff"})");
    const auto notices = run(b.target().discover());
    ASSERT_TRUE(notices);
    EXPECT_THAT(*notices, ElementsAre(HasSubstr("identities:create identities:update")));
}

} // namespace idferry::connectors::beyond_identity
