// Mode group_walk: V3, V4, V5 and V1.
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
using testing::UnorderedElementsAre;

const std::string no_hydrate = "    source: {hydrate: false}\n";

// /staff with Anna and Ben, /staff/sales with Ben and Carla, /other with Dora.
void small_company(fake_instance& at)
{
    at.add_group("g-staff", "staff");
    at.add_group("g-sales", "sales", "g-staff");
    at.add_group("g-other", "other");
    for (const auto* who : {"anna", "ben", "carla", "dora"}) at.add_user(std::string("u-") + who, who);
    at.groups["g-staff"].members = {"u-anna", "u-ben"};
    at.groups["g-sales"].members = {"u-ben", "u-carla"};
    at.groups["g-other"].members = {"u-dora"};
}

TEST(bare_id_walk, bareid_minimum_list_happy_group_walk)
{
    fake_instance at;
    small_company(at);
    const auto all = read_all(at);
    ASSERT_FALSE(all.failed) << all.failed->detail;
    EXPECT_THAT(all.keys_of(list_kind::groups), UnorderedElementsAre("g-staff", "g-other"));
    EXPECT_THAT(all.keys_of(list_kind::groups, "g-staff"), ElementsAre("g-sales"));
    EXPECT_THAT(all.keys_of(list_kind::members, "g-sales"), ElementsAre("u-ben", "u-carla"));
    ASSERT_EQ(all.people.size(), 4u);
    EXPECT_EQ(all.people.at("u-ben"), at.users["u-ben"].json());
    for (const auto& [list, end] : all.ends) EXPECT_EQ(end.state, proof::complete) << list.text() << end.why;
    EXPECT_EQ(all.end(list_kind::people).size, 4u);
    EXPECT_EQ(all.order.back().kind, list_kind::people);
}

TEST(bare_id_walk, hydrate_reads_each_person_once)
{
    fake_instance at;
    small_company(at);
    read_all(at);
    for (const auto* who : {"anna", "ben", "carla", "dora"}) EXPECT_EQ(at.asked(base + "/users/u-" + who), 1) << who;
    EXPECT_EQ(at.asked(base + "/users/u-ben/groups"), 0);
}

TEST(bare_id_walk, without_hydrate_the_first_sighting_is_the_record_and_nobody_is_asked_for)
{
    fake_instance at;
    small_company(at);
    const auto all = read_all(at, no_hydrate);
    EXPECT_EQ(all.people.size(), 4u);
    EXPECT_EQ(all.people.at("u-anna"), at.users["u-anna"].json());
    EXPECT_EQ(at.asked(base + "/users/u-anna"), 0);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
}

TEST(bare_id_walk, several_requests_are_under_way_but_never_more_than_allowed)
{
    fake_instance at;
    at.add_group("g", "g");
    at.add_members("g", 37, "u");
    read_all(at);
    EXPECT_GT(at.wire->most_in_flight(), 1u);
    EXPECT_LE(at.wire->most_in_flight(), 4u);
}

TEST(bare_id_walk, selected_groups_count_with_their_subtrees_and_nothing_else)
{
    fake_instance at;
    small_company(at);
    const auto all = read_all(at, "    source: {groups: [/staff], hydrate: false}\n");
    ASSERT_FALSE(all.failed);
    EXPECT_THAT(all.groups, testing::SizeIs(2));
    EXPECT_EQ(all.people.size(), 3u);
    EXPECT_FALSE(all.people.contains("u-dora"));
    EXPECT_EQ(at.asked(base + "/groups/g-other"), 0) << "a branch that no selected path leads through is not walked";
    EXPECT_EQ(at.asked(base + "/groups/g-other/users"), 0);
}

TEST(bare_id_walk, a_group_is_selected_by_name_or_id_anywhere_in_the_tree)
{
    fake_instance at;
    small_company(at);
    EXPECT_THAT(read_all(at, "    source: {groups: [sales], hydrate: false}\n").people, testing::SizeIs(2));
    EXPECT_THAT(read_all(at, "    source: {groups: [g-sales], hydrate: false}\n").people, testing::SizeIs(2));
    EXPECT_THAT(read_all(at, "    source: {groups: [/staff/sales], hydrate: false}\n").people, testing::SizeIs(2));
}

TEST(bare_id_walk, a_selected_group_that_is_not_there_ends_the_read)
{
    fake_instance at;
    small_company(at);
    const auto all = read_all(at, "    source: {groups: [/staff, /Vertrieb]}\n");
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.failed->next, disposition::stop);
    EXPECT_THAT(all.failed->detail, HasSubstr("/Vertrieb"));
    EXPECT_THAT(all.failed->detail, HasSubstr("t.yaml:"));
    EXPECT_THAT(all.people, IsEmpty());
}

TEST(bare_id_walk, a_name_that_fits_several_groups_ends_the_read_and_lists_them)
{
    fake_instance at;
    small_company(at);
    at.add_group("g-sales2", "sales", "g-other");
    const auto all = read_all(at, "    source: {groups: [sales]}\n");
    ASSERT_TRUE(all.failed);
    EXPECT_THAT(all.failed->detail, HasSubstr("/staff/sales"));
    EXPECT_THAT(all.failed->detail, HasSubstr("/other/sales"));
}

TEST(bare_id_walk, a_cycle_of_groups_ends_and_every_group_comes_once)
{
    fake_instance at;
    small_company(at);
    at.groups["g-sales"].children = {"g-staff", "g-sales"};
    const auto all = read_all(at, no_hydrate);
    ASSERT_FALSE(all.failed);
    EXPECT_THAT(all.groups, testing::SizeIs(3));
    EXPECT_EQ(at.asked(base + "/groups/g-staff"), 1);
}

TEST(bare_id_walk, groups_below_the_depth_cap_leave_their_parent_unproved)
{
    fake_instance at;
    std::string parent;
    for (const auto* name : {"a", "b", "c"}) {
        at.add_group(name, name, parent);
        parent = name;
    }
    auto all = read_all(at, "    source: {max_depth: 3, hydrate: false}\n");
    EXPECT_EQ(all.end(list_kind::groups, "c").state, proof::complete);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
    all = read_all(at, "    source: {max_depth: 2, hydrate: false}\n");
    EXPECT_THAT(all.groups, testing::SizeIs(2));
    EXPECT_EQ(all.end(list_kind::groups, "b").state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::groups, "b").why, HasSubstr("max_depth"));
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
}

TEST(bare_id_walk, more_groups_than_allowed_leave_the_list_unproved)
{
    fake_instance at;
    for (int i = 0; i < 7; ++i) at.add_group("g" + std::to_string(i), "n" + std::to_string(i));
    const auto all = read_all(at, "    source: {max_groups: 5, hydrate: false}\n");
    EXPECT_THAT(all.groups, testing::SizeIs(5));
    EXPECT_EQ(all.end(list_kind::groups).state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::groups).why, HasSubstr("max_groups"));
}

TEST(bare_id_walk, children_may_be_missing_or_null)
{
    fake_instance at;
    small_company(at);
    at.instead[base + "/groups/g-other"] = [] {
        return json_answer(R"({"uuid":"g-other","name":"other","path":"/other"})");
    };
    at.instead[base + "/groups/g-sales"] = [] { return json_answer(R"({"uuid":"g-sales","children":null})"); };
    const auto all = read_all(at, no_hydrate);
    EXPECT_EQ(all.end(list_kind::groups, "g-other").state, proof::complete);
    EXPECT_EQ(all.end(list_kind::groups, "g-sales").state, proof::complete);
}

TEST(bare_id_walk, bareid_minimum_list_empty_object_instead_of_a_list)
{
    fake_instance at;
    small_company(at);
    at.instead[base + "/groups/g-sales/users"] = [] { return json_answer("{}"); };
    auto all = read_all(at, no_hydrate);
    EXPECT_EQ(all.end(list_kind::members, "g-sales").state, proof::complete)
        << "a nested list may be left out when empty";
    all = read_all(at, "    source: {hydrate: false}\n    absent: {nested_list: error}\n");
    EXPECT_EQ(all.end(list_kind::members, "g-sales").state, proof::unproved);
    at.instead[base + "/groups"] = [] { return json_answer("{}"); };
    all = read_all(at, no_hydrate);
    EXPECT_EQ(all.end(list_kind::groups).state, proof::unproved) << "the directory's own list may not";
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    all = read_all(at, "    source: {hydrate: false}\n    absent: {directory_list: empty}\n");
    EXPECT_EQ(all.end(list_kind::groups).state, proof::complete);
}

TEST(bare_id_walk, one_broken_members_list_blocks_only_itself)
{
    const std::vector<std::function<fake_transport::answer()>> broken{
        [] { return json_answer("{\"users\":[{\"uuid\":\"u-b"); },
        [] { return json_answer("not json"); },
        [] { return fake_transport::answer(make_answer(200, "<html><body>login</body></html>")); },
        [] { return json_answer(R"({"users":{"uuid":"u-ben"}})"); },
        [] { return json_answer(R"({"code":7,"message":"no","details":[]})", 403); },
        [] { return json_answer(R"({"code":5,"message":"Not Found","details":[]})", 404); },
        [] { return json_answer("oops", 500); },
        [] {
            connectors::failure f;
            f.next = disposition::reject;
            f.detail = "the answer is larger than allowed";
            return fake_transport::answer(f);
        }};
    for (std::size_t i = 0; i < broken.size(); ++i) {
        fake_instance at;
        small_company(at);
        at.instead[base + "/groups/g-sales/users"] = broken[i];
        const auto all = read_all(at, no_hydrate);
        ASSERT_FALSE(all.failed) << i << all.failed->detail;
        EXPECT_EQ(all.end(list_kind::members, "g-sales").state, proof::unproved) << i;
        EXPECT_FALSE(all.end(list_kind::members, "g-sales").why.empty()) << i;
        EXPECT_EQ(all.end(list_kind::members, "g-staff").state, proof::complete) << i;
        EXPECT_EQ(all.end(list_kind::people).state, proof::unproved) << i;
        EXPECT_EQ(all.people.size(), 3u) << i;
    }
}

TEST(bare_id_walk, bareid_minimum_list_404_on_wrong_instance_ends_the_read)
{
    fake_instance at;
    small_company(at);
    at.before = [](const connectors::http::request&) -> std::optional<fake_transport::answer> {
        return json_answer(R"({"code":5,"message":"Not Found","details":[]})", 404);
    };
    const auto all = read_all(at);
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.failed->next, disposition::stop);
    EXPECT_EQ(all.failed->status, 404);
    EXPECT_THAT(all.failed->detail, HasSubstr("wrong instance, or the API is switched off"));
    EXPECT_THAT(all.people, IsEmpty());
}

TEST(bare_id_walk, a_refused_root_call_ends_the_read)
{
    for (const int status : {401, 403, 501}) {
        fake_instance at;
        small_company(at);
        at.instead[base + "/groups"] = [status] {
            return json_answer(R"({"code":7,"message":"Permission denied","details":[]})", status);
        };
        const auto all = read_all(at);
        ASSERT_TRUE(all.failed) << status;
        EXPECT_EQ(all.failed->status, status);
        EXPECT_THAT(all.failed->detail, HasSubstr("Permission denied"));
    }
}

TEST(bare_id_walk, bareid_minimum_list_revoked_client)
{
    fake_instance at;
    small_company(at);
    at.client_revoked = true;
    const auto all = read_all(at);
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.failed->next, disposition::stop);
    EXPECT_THAT(all.people, IsEmpty());
}

TEST(bare_id_walk, bareid_minimum_list_401_once)
{
    fake_instance at;
    small_company(at);
    bool refused = false;
    at.before = [&](const connectors::http::request& r) -> std::optional<fake_transport::answer> {
        if (refused || r.url.find("g-sales/users") == std::string::npos) return std::nullopt;
        refused = true;
        return json_answer(R"({"code":16,"message":"expired","details":[]})", 401);
    };
    const auto all = read_all(at);
    ASSERT_FALSE(all.failed);
    EXPECT_TRUE(refused);
    EXPECT_EQ(at.tokens_issued, 2);
    EXPECT_EQ(all.people.size(), 4u);
}

TEST(bare_id_walk, bareid_minimum_list_token_expiry_mid_run)
{
    fake_instance at;
    small_company(at);
    int with_the_first = 0;
    at.before = [&](const connectors::http::request& r) -> std::optional<fake_transport::answer> {
        if (header_of(r, "Authorization") == "Bearer t1" && ++with_the_first > 4)
            return json_answer(R"({"code":16,"message":"expired","details":[]})", 401);
        return std::nullopt;
    };
    const auto all = read_all(at);
    ASSERT_FALSE(all.failed) << all.failed->detail;
    EXPECT_GT(with_the_first, 4);
    EXPECT_EQ(at.tokens_issued, 2);
    EXPECT_EQ(all.people.size(), 4u);
    for (const auto& [list, end] : all.ends) EXPECT_EQ(end.state, proof::complete) << list.text() << end.why;
}

TEST(bare_id_walk, credentials_refused_in_the_middle_end_the_read)
{
    fake_instance at;
    small_company(at);
    at.instead[base + "/groups/g-sales/users"] = [] {
        return json_answer(R"({"code":16,"message":"no","details":[]})", 401);
    };
    const auto all = read_all(at);
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.failed->status, 401);
}

TEST(bare_id_walk, bareid_minimum_list_service_account_untouched)
{
    fake_instance at;
    small_company(at);
    at.add_user("u-sa", "service-account-my-client");
    at.groups["g-staff"].members.push_back("u-sa");
    for (const auto& yaml : {std::string(), no_hydrate}) {
        const auto all = read_all(at, yaml);
        EXPECT_EQ(all.people.size(), 4u);
        EXPECT_FALSE(all.people.contains("u-sa"));
        EXPECT_THAT(all.keys_of(list_kind::members, "g-staff"), ElementsAre("u-anna", "u-ben"));
    }
    EXPECT_EQ(read_all(at, "    service_account_prefixes: []\n").people.size(), 5u);
}

TEST(bare_id_walk, bareid_minimum_list_federated_id_in_path)
{
    fake_instance at;
    at.add_group("g", "g");
    const std::string id = "f:5f2c:uid=anna/ou=people@acme Ä";
    at.add_user(id, "anna");
    at.groups["g"].members = {id};
    const auto all = read_all(at);
    EXPECT_TRUE(all.people.contains(id));
    EXPECT_EQ(at.asked(base + "/users/f%3A5f2c%3Auid%3Danna%2Fou%3Dpeople%40acme%20%C3%84"), 1);
}

TEST(bare_id_walk, a_person_who_vanishes_before_hydration_is_left_out)
{
    fake_instance at;
    small_company(at);
    at.instead[base + "/users/u-ben"] = [] {
        return json_answer(R"({"code":5,"message":"user not found","details":[]})", 404);
    };
    const auto all = read_all(at);
    EXPECT_EQ(all.people.size(), 3u);
    EXPECT_THAT(all.bad, IsEmpty());
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete);
}

TEST(bare_id_walk, a_person_whose_record_cannot_be_read_is_a_bad_record_with_the_key)
{
    for (const auto& answer : std::vector<std::pair<int, std::string>>{{403, "{}"},
                                                                       {500, "{}"},
                                                                       {200, "{}"},
                                                                       {200, "<html>"},
                                                                       {200, R"({"user":{"uuid":"somebody-else"}})"},
                                                                       {200, R"({"user":[]})"}}) {
        fake_instance at;
        small_company(at);
        at.instead[base + "/users/u-ben"] = [answer] { return json_answer(answer.second, answer.first); };
        const auto all = read_all(at);
        ASSERT_FALSE(all.failed);
        EXPECT_EQ(all.people.size(), 3u);
        const auto& bad = all.bad.at({list_kind::people, ""});
        ASSERT_EQ(bad.size(), 1u);
        EXPECT_EQ(bad[0].key, "u-ben");
        EXPECT_FALSE(bad[0].why.empty());
    }
}

TEST(bare_id_walk, a_service_that_is_down_ends_the_read_soon)
{
    fake_instance at;
    for (int i = 0; i < 60; ++i) at.add_group("g" + std::to_string(i), "n" + std::to_string(i));
    at.before = [&](const connectors::http::request& r) -> std::optional<fake_transport::answer> {
        if (r.url.ends_with("/groups")) return std::nullopt;
        return broken_exchange(false);
    };
    const auto all = read_all(at, "    retry: {tries: 2}\n");
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.failed->next, disposition::retry);
    EXPECT_LT(at.wire->requests().size(), 40u);
}

TEST(bare_id_walk, lists_of_a_suspicious_size_are_marked_and_others_are_not)
{
    for (const int n : {9, 10, 11, 20, 50, 99, 100, 101, 200, 250, 500, 1000}) {
        fake_instance at;
        at.add_group("g", "g");
        at.add_group("h", "h");
        at.add_members("g", n, "u");
        at.add_members("h", 3, "v");
        const auto all = read_all(at, no_hydrate);
        const bool round = n != 9 && n != 11 && n != 99 && n != 101;
        EXPECT_EQ(all.end(list_kind::members, "g").state, round ? proof::suspicious : proof::complete) << n;
        EXPECT_EQ(all.end(list_kind::members, "g").size, static_cast<std::uint64_t>(n));
        EXPECT_EQ(all.end(list_kind::members, "h").state, proof::complete);
        EXPECT_EQ(all.people.size(), static_cast<std::size_t>(n) + 3);
    }
}

TEST(bare_id_walk, bareid_minimum_list_capping_server_is_never_believed)
{
    fake_instance at;
    at.cap = 100;
    at.add_group("g", "g");
    at.add_members("g", 137, "u");
    auto all = read_all(at, no_hydrate);
    EXPECT_EQ(all.end(list_kind::members, "g").state, proof::suspicious);
    at.cap = 10;
    for (int i = 0; i < 13; ++i) at.add_group("c" + std::to_string(i), "c" + std::to_string(i), "g");
    all = read_all(at, no_hydrate);
    EXPECT_EQ(all.end(list_kind::groups, "g").state, proof::suspicious);
}

TEST(bare_id_walk, bareid_minimum_list_capping_server_that_pages_is_read_whole)
{
    fake_instance at;
    at.paging = fake_instance::paging_kind::offset;
    at.cap = 10;
    at.add_group("g", "g");
    at.add_members("g", 137, "u");
    for (int i = 0; i < 13; ++i) at.add_group("c" + std::to_string(i), "c" + std::to_string(i), "g");
    const std::string offset = "{style: offset, size: 100}";
    // Children come inside their group's record, and are paged only where their operation says so.
    const auto plain = read_all(at, "    source: {hydrate: false}\n    paging: " + offset + "\n");
    EXPECT_EQ(plain.people.size(), 137u);
    EXPECT_EQ(plain.end(list_kind::members, "g").state, proof::complete);
    EXPECT_EQ(plain.end(list_kind::groups, "g").state, proof::suspicious);
    const auto all = read_all(at, "    source: {hydrate: false}\n    paging: " + offset +
                                      "\n    ops: {group_get: {paging: " + offset + "}}\n");
    EXPECT_EQ(all.people.size(), 137u);
    EXPECT_THAT(all.groups, testing::SizeIs(14));
    EXPECT_EQ(all.end(list_kind::members, "g").state, proof::complete) << all.end(list_kind::members, "g").why;
    EXPECT_EQ(all.end(list_kind::groups, "g").state, proof::complete);
}

TEST(bare_id_walk, a_read_may_be_dropped_at_any_time)
{
    fake_instance at;
    at.add_group("g", "g");
    at.add_members("g", 50, "u");
    for (int events = 0; events < 8; ++events) {
        const auto connection = connection_of();
        auto source = connection->make_source(at.environment());
        auto read = source->read({});
        for (int i = 0; i < events; ++i) {
            auto got = run(read->next());
            ASSERT_TRUE(got.has_value());
        }
        read.reset();
        source.reset();
        settle();
    }
    EXPECT_EQ(at.wire->in_flight(), 0u);
}

TEST(bare_id_walk, cancellation_ends_the_read_with_retry)
{
    fake_instance at;
    small_company(at);
    const auto connection = connection_of();
    auto source = connection->make_source(at.environment());
    auto read = source->read({});
    at.wire->hold();
    task<connectors::result<std::optional<connectors::read_event>>> waiting(read->next());
    settle();
    EXPECT_FALSE(waiting.done());
    waiting.cancel();
    const auto got = waiting.get();
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().next, disposition::retry);
}

TEST(bare_id_walk, a_sample_reads_little_and_is_never_complete)
{
    fake_instance at;
    for (int g = 0; g < 30; ++g) {
        at.add_group("g" + std::to_string(g), "n" + std::to_string(g));
        at.add_members("g" + std::to_string(g), 5, "u" + std::to_string(g) + "-");
    }
    const auto connection = connection_of();
    auto source = connection->make_source(at.environment());
    const auto all = read_all(*source, {true, 3});
    EXPECT_EQ(all.people.size(), 3u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_LT(at.wire->requests().size(), 15u);
}

} // namespace
} // namespace idferry::test::bare_id
