// Mode user_list: the guessed list of people, under each paging style, with its proof.
#include "tests/connectors/bare_id/fake_instance.hpp"

#include <gmock/gmock.h>

namespace idferry::test::bare_id {
namespace {

using connectors::disposition;
using connectors::list_kind;
using connectors::proof;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string listed = "    ops: {user_list: {enabled: true}}\n    source: {mode: user_list, hydrate: false}\n";

std::string paged(const std::string& style, int size = 10, const std::string& more = "")
{
    return listed + "    paging: {style: " + style + ", size: " + std::to_string(size) + more + "}\n";
}

fake_instance::paging_kind kind_of(const std::string& style)
{
    if (style == "offset") return fake_instance::paging_kind::offset;
    if (style == "page") return fake_instance::paging_kind::page;
    return fake_instance::paging_kind::token;
}

void people(fake_instance& at, int n)
{
    at.add_group("g", "g");
    for (int i = 0; i < n; ++i) at.add_user("u" + std::to_string(1000 + i), "name" + std::to_string(i));
}

TEST(bare_id_user_list, memberships_are_walked_first_and_people_come_from_the_list)
{
    fake_instance at;
    people(at, 7);
    at.groups["g"].members = {"u1001", "u1002"};
    const auto all = read_all(at, listed);
    ASSERT_FALSE(all.failed);
    EXPECT_THAT(all.keys_of(list_kind::members, "g"), ElementsAre("u1001", "u1002"));
    EXPECT_EQ(all.people.size(), 7u) << "people in no group are seen";
    EXPECT_EQ(all.people.at("u1005"), at.users["u1005"].json());
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
    EXPECT_EQ(at.asked(base + "/users/u1005"), 0);
}

TEST(bare_id_user_list, hydrate_reads_everybody_by_id)
{
    fake_instance at;
    people(at, 7);
    at.instead[base + "/users/u1003"] = [] { return json_answer("{}", 404); };
    const auto all = read_all(at, "    ops: {user_list: {enabled: true}}\n    source: {mode: user_list}\n");
    EXPECT_EQ(all.people.size(), 6u);
    // Listed a moment ago, and not there: never taken for a leaver.
    ASSERT_EQ(all.bad.at({list_kind::people, ""}).size(), 1u);
    EXPECT_EQ(all.bad.at({list_kind::people, ""})[0].key, "u1003");
}

class bare_id_paging : public testing::TestWithParam<std::string>
{
};

TEST_P(bare_id_paging, every_size_around_a_page_border_is_read_whole_and_proved)
{
    for (const int n : {0, 1, 9, 10, 11, 19, 20, 21, 30, 57, 100, 205}) {
        fake_instance at;
        people(at, n);
        at.paging = kind_of(GetParam());
        const auto all = read_all(at, paged(GetParam()));
        ASSERT_FALSE(all.failed);
        EXPECT_EQ(all.people.size(), static_cast<std::size_t>(n));
        EXPECT_EQ(all.end(list_kind::people).state, proof::complete) << n << all.end(list_kind::people).why;
        EXPECT_EQ(all.end(list_kind::people).size, static_cast<std::uint64_t>(n));
    }
}

TEST_P(bare_id_paging, bareid_minimum_list_endless_page_server)
{
    // Parameters that the server does not know are ignored: page 1 for ever.
    fake_instance at;
    people(at, 10);
    at.paging = fake_instance::paging_kind::ignored;
    at.instead[base + "/users"] = [&] {
        std::string items;
        for (const auto& [id, u] : at.users) items += (items.empty() ? "" : ",") + u.json();
        static int n = 0;
        return json_answer("{\"users\":[" + items + "],\"nextPageToken\":\"t" + std::to_string(++n) + "\"}");
    };
    const auto all = read_all(at, paged(GetParam()));
    ASSERT_FALSE(all.failed);
    EXPECT_EQ(all.people.size(), 10u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::people).why, HasSubstr("paging is not honoured"));
    EXPECT_LE(at.asked(base + "/users"), 4);
}

TEST_P(bare_id_paging, new_people_for_ever_end_at_the_page_cap)
{
    fake_instance at;
    people(at, 1);
    at.endless = true;
    const auto all = read_all(at, paged(GetParam(), 10, ", max_pages: 25"));
    EXPECT_EQ(all.people.size(), 250u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::people).why, HasSubstr("max_pages"));
    EXPECT_LE(at.asked(base + "/users"), 28);
}

TEST_P(bare_id_paging, a_record_on_the_page_border_that_comes_twice_is_dropped_and_noted)
{
    fake_instance at;
    people(at, 25);
    at.paging = kind_of(GetParam());
    at.repeat_last = true;
    const auto all = read_all(at, paged(GetParam()));
    EXPECT_EQ(all.people.size(), 25u);
    // By offset it looks like a list that moved.
    const bool by_offset = GetParam() == std::string("offset");
    EXPECT_EQ(all.end(list_kind::people).state, by_offset ? proof::unproved : proof::complete);
    EXPECT_THAT(all.end(list_kind::people).why, HasSubstr(by_offset ? "the list moved" : "twice"));
}

TEST_P(bare_id_paging, a_broken_later_page_keeps_what_came_and_proves_nothing)
{
    for (const auto& broken :
         {make_json_answer(200, "{\"users\":[{\"uu"), make_answer(200, "<html>"), make_json_answer(200, "{}"),
          make_json_answer(200, R"({"users":7})"), make_json_answer(500, "")}) {
        fake_instance at;
        people(at, 35);
        at.paging = kind_of(GetParam());
        int n = 0;
        at.before = [&](const connectors::http::request& r) -> std::optional<fake_transport::answer> {
            if (r.url.find("/users?") != std::string::npos && r.url.find("/groups/") == std::string::npos && ++n > 2)
                return broken;
            return std::nullopt;
        };
        const auto all = read_all(at, paged(GetParam()) + "    retry: {tries: 1}\n");
        ASSERT_FALSE(all.failed);
        // Pages by offset begin with a record that has come.
        EXPECT_EQ(all.people.size(), GetParam() == "offset" ? 19u : 20u);
        EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
        EXPECT_FALSE(all.end(list_kind::people).why.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(styles, bare_id_paging, testing::Values("offset", "page", "token"),
                         [](const auto& p) { return p.param; });

TEST(bare_id_user_list, the_same_page_token_twice_is_not_honoured_paging)
{
    fake_instance at;
    people(at, 5);
    at.instead[base + "/users"] = [] {
        static int n = 0;
        return json_answer("{\"users\":[{\"uuid\":\"x" + std::to_string(++n) + "\"}],\"nextPageToken\":\"same\"}");
    };
    const auto all = read_all(at, paged("token"));
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_LE(at.asked(base + "/users"), 3);
}

TEST(bare_id_user_list, a_hard_cap_below_the_size_is_followed_by_offset_and_refused_by_page)
{
    fake_instance at;
    people(at, 237);
    at.cap = 50;
    at.paging = fake_instance::paging_kind::offset;
    auto all = read_all(at, paged("offset", 200));
    EXPECT_EQ(all.people.size(), 237u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
    at.paging = fake_instance::paging_kind::page;
    all = read_all(at, paged("page", 200));
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::people).why, HasSubstr("paging.size"));
}

TEST(bare_id_user_list, a_last_page_of_a_cap_like_size_is_asked_behind)
{
    fake_instance at;
    people(at, 149); // the second page has the last record of the first one, and 49
    at.paging = fake_instance::paging_kind::offset;
    const auto all = read_all(at, paged("offset", 100));
    EXPECT_EQ(all.people.size(), 149u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
    EXPECT_EQ(at.asked(base + "/users"), 3);
}

TEST(bare_id_user_list, a_page_larger_than_asked_for_is_taken)
{
    fake_instance at;
    people(at, 42);
    const auto all = read_all(at, paged("offset", 50)); // parameters ignored, all come at once
    EXPECT_EQ(all.people.size(), 42u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
    const auto more = read_all(at, paged("offset", 30)); // 42 in a page of 30: asked behind, and only repeated
    EXPECT_EQ(more.people.size(), 42u);
    EXPECT_EQ(more.end(list_kind::people).state, proof::unproved);
}

TEST(bare_id_user_list, bareid_minimum_list_more_than_100_users_without_paging)
{
    for (const int n : {10, 20, 50, 100, 200, 250, 500, 1000, 101, 137}) {
        fake_instance at;
        people(at, n);
        const auto all = read_all(at, listed);
        EXPECT_EQ(all.end(list_kind::people).state, n == 101 || n == 137 ? proof::complete : proof::suspicious) << n;
    }
}

TEST(bare_id_user_list, a_count_that_agrees_proves_a_suspicious_size_and_one_that_does_not_unproves)
{
    const std::string counted = "    ops: {user_list: {enabled: true}, user_count: {enabled: true}}\n    source: "
                                "{mode: user_list, hydrate: false}\n";
    fake_instance at;
    people(at, 99);
    at.add_user("sa", "service-account-x");
    auto all = read_all(at, counted);
    EXPECT_EQ(all.people.size(), 99u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete) << all.end(list_kind::people).why;
    at.instead[base + "/users/count"] = [] { return json_answer(R"({"count":"137"})"); };
    all = read_all(at, counted);
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::people).why, HasSubstr("137"));
    at.instead[base + "/users/count"] = [] { return json_answer("{}", 404); };
    EXPECT_EQ(read_all(at, counted).end(list_kind::people).state, proof::unproved);
    at.instead[base + "/users/count"] = [] { return json_answer("{}"); };
    EXPECT_EQ(read_all(at, counted).end(list_kind::people).state, proof::unproved);
}

// Section 7.5: before and after. Somebody who goes between two pages moves the next one to where nobody asks any more.
TEST(bare_id_user_list, a_count_that_changes_while_the_list_is_read_unproves_it)
{
    fake_instance at;
    people(at, 25);
    at.paging = fake_instance::paging_kind::offset;
    const std::string counted = "    ops: {user_list: {enabled: true, paging: {style: offset, size: 10}}, user_count: "
                                "{enabled: true}}\n    source: {mode: user_list, hydrate: false}\n";
    auto all = read_all(at, counted);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete) << all.end(list_kind::people).why;
    int asked = 0;
    at.instead[base + "/users/count"] = [&] {
        return json_answer(asked++ == 0 ? R"({"count":26})" : R"({"count":25})");
    };
    all = read_all(at, counted);
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::people).why, HasSubstr("counted 26 before the list was read, and 25 after"));
}

TEST(bare_id_user_list, an_operation_may_page_in_its_own_way)
{
    fake_instance at;
    people(at, 25);
    at.groups["g"].members = {"u1001", "u1002", "u1003"};
    at.paging = fake_instance::paging_kind::offset;
    const auto all = read_all(at, "    ops: {user_list: {enabled: true, paging: {style: offset, size: 10}}}\n"
                                  "    source: {mode: user_list, hydrate: false}\n");
    EXPECT_EQ(all.people.size(), 25u);
    const auto lines = at.wire->lines();
    for (const auto& line : lines)
        if (line.find("/groups") != std::string::npos) EXPECT_EQ(line.find('?'), std::string::npos) << line;
}

TEST(bare_id_user_list, parameters_have_the_configured_names)
{
    fake_instance at;
    people(at, 25);
    read_all(at, paged("offset", 7, ", size_param: limit, offset_param: 'skip it'"));
    bool found = false;
    for (const auto& line : at.wire->lines()) found = found || line.ends_with("/users?skip%20it=0&limit=7");
    EXPECT_TRUE(found);
}

TEST(bare_id_user_list, records_of_the_wrong_shape_are_reported_beside_the_good_ones)
{
    fake_instance at;
    people(at, 3);
    at.instead[base + "/users"] = [] {
        return json_answer(R"({"users":[{"uuid":"a"},{"username":"no id"},7,{"uuid":"a"},{"uuid":9007199254740993}]})");
    };
    const auto all = read_all(at, listed);
    EXPECT_THAT(all.keys_of(list_kind::people), ElementsAre("a", "9007199254740993"));
    EXPECT_EQ(all.bad.at({list_kind::people, ""}).size(), 2u);
    EXPECT_EQ(all.end(list_kind::people).size, 2u);
}

TEST(bare_id_user_list, the_whole_directory_without_a_list_is_an_error_unless_said_otherwise)
{
    fake_instance at;
    people(at, 3);
    for (const auto* body : {"{}", R"({"users":null})"}) {
        at.instead[base + "/users"] = [body] { return json_answer(body); };
        EXPECT_EQ(read_all(at, listed).end(list_kind::people).state, proof::unproved);
        const auto all = read_all(at, listed + "    absent: {directory_list: empty}\n");
        EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
        EXPECT_THAT(all.people, IsEmpty());
    }
}

TEST(bare_id_user_list, without_groups_the_list_is_the_first_call_and_must_succeed)
{
    fake_instance at;
    people(at, 3);
    const auto connection = connection_of(listed);
    auto source = connection->make_source(at.environment());
    auto all = read_all(*source, {false, 0});
    EXPECT_EQ(all.people.size(), 3u);
    EXPECT_EQ(at.asked(base + "/groups"), 0);
    at.instead[base + "/users"] = [] { return json_answer("{}", 404); };
    all = read_all(*source, {false, 0});
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.failed->next, disposition::stop);
}

const std::string per_user =
    "    ops: {user_list: {enabled: true}}\n    source: {mode: user_list, memberships: per_user, hydrate: false}\n";

TEST(bare_id_user_list, memberships_may_come_from_each_person)
{
    fake_instance at;
    people(at, 7);
    at.add_group("h", "h", "g");
    at.groups["g"].members = {"u1001", "u1002"};
    at.groups["h"].members = {"u1002", "u1006"};
    const auto all = read_all(at, per_user);
    ASSERT_FALSE(all.failed);
    EXPECT_THAT(all.keys_of(list_kind::members, "g"), ElementsAre("u1001", "u1002"));
    EXPECT_THAT(all.keys_of(list_kind::members, "h"), ElementsAre("u1002", "u1006"));
    EXPECT_EQ(all.end(list_kind::members, "g").state, proof::complete);
    EXPECT_EQ(all.people.size(), 7u);
    EXPECT_EQ(at.asked(base + "/groups/g/users"), 0);
    EXPECT_EQ(at.asked(base + "/users/u1004/groups"), 1);
}

TEST(bare_id_user_list, a_person_whose_groups_cannot_be_read_is_a_bad_record_and_no_members_list_is_proved)
{
    fake_instance at;
    people(at, 7);
    at.groups["g"].members = {"u1001", "u1002"};
    at.instead[base + "/users/u1002/groups"] = [] { return json_answer("<html>"); };
    const auto all = read_all(at, per_user);
    EXPECT_EQ(all.people.size(), 6u);
    EXPECT_EQ(all.bad.at({list_kind::people, ""})[0].key, "u1002");
    EXPECT_EQ(all.end(list_kind::members, "g").state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::members, "g").why, HasSubstr("u1002"));
}

TEST(bare_id_user_list, the_next_page_is_asked_for_while_the_last_one_is_being_used)
{
    fake_instance at;
    people(at, 45);
    at.paging = fake_instance::paging_kind::offset;
    const auto connection = connection_of(paged("offset"));
    auto source = connection->make_source(at.environment());
    auto read = source->read({false, 0});
    auto got = run(read->next());
    ASSERT_TRUE(got.has_value() && *got);
    settle();
    EXPECT_EQ(at.asked(base + "/users"), 2);
    int records = 10;
    for (;;) {
        got = run(read->next());
        ASSERT_TRUE(got.has_value());
        if (!*got) break;
        if (const auto* p = std::get_if<connectors::page>(&**got)) records += static_cast<int>(p->records.size());
    }
    EXPECT_EQ(records, 45);
    EXPECT_LE(at.asked(base + "/users"), 8) << "few requests beyond the end";
}

} // namespace
} // namespace idferry::test::bare_id
