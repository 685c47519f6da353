// Reading a realm: paging and its traps, proofs, and single people (apis: Beyond Identity, sections 4.5, 6 and 9).
#include "tests/connectors/beyond_identity/realm_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace idferry::connectors::beyond_identity {

using test::group;
using test::identity;
using test::list_of;
using test::realm_bench;
using testing::ElementsAre;
using testing::HasSubstr;
using verdict = person_proof::verdict;

namespace {

struct told
{
    std::optional<failure> failed;
    std::vector<std::string> people, groups;
    std::map<std::string, std::vector<std::string>> members;
    std::map<list_ref, list_end> ends;
    std::vector<std::string> order; // "groups", "members of g1", …: of ends
    const list_end& people_end() const { return ends.at({list_kind::people, ""}); }
};

told read_all(source& s, read_request request = {})
{
    told all;
    const auto reading = s.read(request);
    for (;;) {
        auto got = test::run(reading->next());
        if (!got) {
            all.failed = got.error();
            return all;
        }
        if (!*got) return all;
        if (const auto* end = std::get_if<list_end>(&**got)) {
            all.ends[end->list] = *end;
            all.order.push_back(end->list.text());
            continue;
        }
        const auto& p = std::get<page>(**got);
        for (const auto& r : p.records) {
            if (p.list.kind == list_kind::people) all.people.emplace_back(r.key);
            if (p.list.kind == list_kind::groups) all.groups.emplace_back(r.key);
            if (p.list.kind == list_kind::members) all.members[p.list.owner].emplace_back(r.key);
        }
    }
}

told read_people(realm_bench& b)
{
    const auto s = b.make_source();
    return read_all(*s, {false, 0});
}

} // namespace

TEST(beyond_identity_read, groups_then_their_members_then_people)
{
    realm_bench b;
    b.otherwise = [](const http::request& r) {
        const auto at = [&](const char* part) { return r.url.find(part) != std::string::npos; };
        if (at("/groups/g1:listMembers"))
            return test::make_json_answer(200, list_of("identities", {identity("1", "a"), identity("2", "b")}, 2));
        if (at("/groups/g2:listMembers")) return test::make_json_answer(200, list_of("identities", {}, 0));
        if (at("/groups?"))
            return test::make_json_answer(200, list_of("groups", {group("g1", "A"), group("g2", "B")}, 2));
        return test::make_json_answer(
            200, list_of("identities", {identity("1", "a"), identity("2", "b"), identity("3", "c")}, 3));
    };
    const auto s = b.make_source();
    const auto all = read_all(*s);
    ASSERT_FALSE(all.failed);
    EXPECT_THAT(all.order, ElementsAre("groups", "members of g1", "members of g2", "people"));
    EXPECT_THAT(all.groups, ElementsAre("g1", "g2"));
    EXPECT_THAT(all.members.at("g1"), ElementsAre("1", "2"));
    EXPECT_THAT(all.people, ElementsAre("1", "2", "3"));
    for (const auto& [list, end] : all.ends) EXPECT_EQ(end.state, proof::complete) << list.text() << end.why;
    EXPECT_EQ(b.asked().front(), "GET /groups?page_size=200");
    EXPECT_FALSE(s->removals_need_proof());
}

TEST(beyond_identity_read, the_token_is_followed_however_many_records_a_page_has)
{
    realm_bench b;
    b.then(200, list_of("identities", {identity("1", "a")}, 3, "t1")) // clamped below what was asked for
        .then(200, list_of("identities", {}, 3, "t2"))                // empty, and more follow
        .then(200, list_of("identities", {identity("2", "b"), identity("3", "c")}, 3));
    const auto all = read_people(b);
    EXPECT_THAT(all.people, ElementsAre("1", "2", "3"));
    EXPECT_EQ(all.people_end().state, proof::complete) << all.people_end().why;
    EXPECT_THAT(b.asked(), ElementsAre("GET /identities?page_size=200", "GET /identities?page_size=200&page_token=t1",
                                       "GET /identities?page_size=200&page_token=t2"));
}

TEST(beyond_identity_read, a_list_ends_with_a_token_that_is_missing_null_or_empty)
{
    for (const char* token : {"-", "null", ""}) {
        realm_bench b;
        b.then(200, list_of("identities", {identity("1", "a")}, 1, token));
        const auto all = read_people(b);
        EXPECT_EQ(all.people_end().state, proof::complete) << token;
        EXPECT_EQ(b.asked().size(), 1u) << token;
    }
}

TEST(beyond_identity_read, a_record_that_comes_twice_counts_once)
{
    realm_bench b;
    b.then(200, list_of("identities", {identity("1", "a"), identity("2", "b")}, 3, "t1"))
        .then(200, list_of("identities", {identity("2", "b"), identity("3", "c")}, 3));
    const auto all = read_people(b);
    EXPECT_THAT(all.people, ElementsAre("1", "2", "3"));
    EXPECT_EQ(all.people_end().state, proof::complete);
    EXPECT_THAT(all.people_end().why, HasSubstr("came twice"));
}

TEST(beyond_identity_read, a_count_that_differs_means_that_it_changed_while_it_was_read)
{
    realm_bench b;
    b.then(200, list_of("identities", {identity("1", "a")}, 2));
    const auto fewer = read_people(b);
    EXPECT_EQ(fewer.people_end().state, proof::unproved);
    EXPECT_THAT(fewer.people_end().why, HasSubstr("counts 2, and listed 1"));
    realm_bench moving;
    moving.then(200, list_of("identities", {identity("1", "a")}, 3, "t1"))
        .then(200, list_of("identities", {identity("2", "b")}, 2));
    EXPECT_EQ(read_people(moving).people_end().state, proof::unproved) << "one left, and one may have been missed";
}

TEST(beyond_identity_read, loops_are_bounded)
{
    realm_bench same;
    same.otherwise = [](const http::request&) {
        return test::make_json_answer(200, list_of("identities", {identity("1", "a")}, 1, "again"));
    };
    const auto all = read_people(same);
    EXPECT_EQ(all.people_end().state, proof::unproved);
    EXPECT_THAT(all.people_end().why, HasSubstr("same page token came twice"));
    realm_bench endless("max_pages: 5");
    int n = 0;
    endless.otherwise = [&](const http::request&) {
        return test::make_json_answer(200, list_of("identities", {}, 1, "t" + std::to_string(++n)));
    };
    EXPECT_THAT(read_people(endless).people_end().why, HasSubstr("more than 5 pages"));
    EXPECT_EQ(endless.asked().size(), 5u);
}

TEST(beyond_identity_read, what_is_no_list_proves_nothing)
{
    for (const char* body : {"{}", "[]", "", "<html></html>", R"({"identities":{}})", R"({"identities":[)",
                             R"({"identities":[],"next_page_token":7})", R"({"groups":[],"total_size":3})"}) {
        realm_bench b;
        b.then(200, body);
        const auto all = read_people(b);
        ASSERT_FALSE(all.failed) << body;
        EXPECT_EQ(all.people_end().state, proof::unproved) << body;
        EXPECT_FALSE(all.people_end().why.empty());
    }
    realm_bench nobody;
    nobody.then(200, R"({"total_size":0})");
    EXPECT_EQ(read_people(nobody).people_end().state, proof::complete) << "an empty list may be left out";
}

TEST(beyond_identity_read, a_record_without_an_id_is_reported_and_blocks_nobody_else)
{
    realm_bench b;
    b.then(200, list_of("identities", {identity("1", "a"), R"({"traits":{}})", "7"}, 3));
    const auto s = b.make_source();
    const auto reading = s->read({false, 0});
    const auto first = test::run(reading->next());
    ASSERT_TRUE(first && *first);
    const auto& p = std::get<page>(**first);
    EXPECT_EQ(p.records.size(), 1u);
    EXPECT_EQ(p.bad.size(), 2u);
}

TEST(beyond_identity_read, one_group_s_failed_list_blocks_only_itself)
{
    realm_bench b;
    b.otherwise = [](const http::request& r) {
        const auto at = [&](const char* part) { return r.url.find(part) != std::string::npos; };
        if (at("/groups/g1:listMembers")) return test::make_json_answer(500, "");
        if (at("/groups/g2:listMembers"))
            return test::make_json_answer(200, list_of("identities", {identity("1", "a")}, 1));
        if (at("/groups?"))
            return test::make_json_answer(200, list_of("groups", {group("g1", "A"), group("g2", "B")}, 2));
        return test::make_json_answer(200, list_of("identities", {identity("1", "a")}, 1));
    };
    const auto s = b.make_source();
    const auto all = read_all(*s);
    ASSERT_FALSE(all.failed);
    EXPECT_EQ(all.ends.at({list_kind::members, "g1"}).state, proof::unproved);
    EXPECT_EQ(all.ends.at({list_kind::members, "g2"}).state, proof::complete);
    EXPECT_EQ(all.people_end().state, proof::complete);
}

TEST(beyond_identity_read, a_wrong_realm_and_a_missing_scope_stop_the_read)
{
    realm_bench lost;
    lost.otherwise = [](const http::request&) {
        return test::make_json_answer(404, R"({"code":"not_found","message":"realm not found"})");
    };
    const auto s = lost.make_source();
    const auto nowhere = read_all(*s);
    ASSERT_TRUE(nowhere.failed);
    EXPECT_EQ(nowhere.failed->next, disposition::stop);
    EXPECT_THAT(nowhere.failed->detail, HasSubstr("are tenant and realm right?"));

    realm_bench forbidden;
    forbidden.granted = "identities:read";
    forbidden.otherwise = [](const http::request&) {
        return test::make_json_answer(403, R"({"code":"forbidden","message":"forbidden"})");
    };
    const auto f = forbidden.make_source();
    const auto refused = read_all(*f);
    ASSERT_TRUE(refused.failed);
    EXPECT_EQ(refused.failed->next, disposition::stop);
    EXPECT_THAT(refused.failed->detail, HasSubstr("lacks groups:read"));
}

TEST(beyond_identity_prove, gone_needs_a_control_read_and_the_person_s_own_404)
{
    realm_bench b;
    b.otherwise = [](const http::request& r) {
        if (r.url.find("/identities?") != std::string::npos)
            return test::make_json_answer(200, list_of("identities", {identity("1", "a")}, 1));
        if (r.url.ends_with("/identities/1")) return test::make_json_answer(200, identity("1", "a"));
        if (r.url.find("/identities/1:listGroups") != std::string::npos)
            return test::make_json_answer(200, list_of("groups", {group("g1", "A")}, 1));
        return test::make_json_answer(404, test::error_about("not_found", "identity not found", "Identity", {"9"}));
    };
    const auto s = b.make_source();
    const auto gone = test::run(s->prove(mapping::source_key("9")));
    ASSERT_TRUE(gone);
    EXPECT_EQ(gone->state, verdict::gone);
    const auto before = b.asked().size();
    const auto there = test::run(s->prove(mapping::source_key("1")));
    ASSERT_TRUE(there);
    EXPECT_EQ(there->state, verdict::present);
    ASSERT_TRUE(there->group_keys);
    EXPECT_THAT(*there->group_keys, ElementsAre("g1"));
    EXPECT_TRUE(s->decode(mapping::user_type, there->bytes, {}));
    EXPECT_EQ(b.asked().size() - before, 2u) << "the control read is made once for each read";
}

TEST(beyond_identity_prove, a_service_that_finds_nobody_proves_nothing)
{
    realm_bench b;
    b.otherwise = [](const http::request& r) {
        if (r.url.find("/identities?") != std::string::npos)
            return test::make_json_answer(200, list_of("identities", {identity("1", "a")}, 1));
        return test::make_json_answer(404, "");
    };
    const auto s = b.make_source();
    EXPECT_EQ(test::run(s->prove(mapping::source_key("9")))->state, verdict::unknown);
    realm_bench empty;
    empty.otherwise = [](const http::request&) { return test::make_json_answer(200, list_of("identities", {}, 0)); };
    const auto e = empty.make_source();
    EXPECT_EQ(test::run(e->prove(mapping::source_key("9")))->state, verdict::unknown);
}

} // namespace idferry::connectors::beyond_identity
