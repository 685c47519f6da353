// Lists by `first` and `max` that move while they are read (section 7.5 of the API's reference): each page begins with
// the last record of the page before, or the list is not proved.
#include "tests/connectors/bare_id/fake_instance.hpp"

#include <gmock/gmock.h>

namespace idferry::test::bare_id {
namespace {

using connectors::list_kind;
using connectors::proof;
using testing::HasSubstr;

const std::string tens = "    paging: {style: offset, size: 10}\n";
const std::string people_by_tens =
    "    ops: {user_list: {enabled: true}}\n    source: {mode: user_list, hydrate: false}\n" + tens;
const std::string members_of_g = base + "/groups/g/users";

std::string person(int n)
{
    return "u" + std::to_string(1000 + n);
}

// People u1000, u1001, …, all of them in group g, in this order.
void fill_g(fake_instance& at, int n)
{
    at.paging = fake_instance::paging_kind::offset;
    at.add_group("g", "g");
    for (int i = 0; i < n; ++i) {
        at.add_user(person(i), "name" + std::to_string(i));
        at.groups["g"].members.push_back(person(i));
    }
}

// Does `what` right before the page with this `first` is answered.
void before_page(fake_instance& at, const std::string& path, const std::string& first, std::function<void()> what)
{
    at.before = [=, done = std::make_shared<bool>(false)](
                    const connectors::http::request& r) -> std::optional<fake_transport::answer> {
        if (!*done && r.url.find(path + "?first=" + first + "&") != std::string::npos) {
            *done = true;
            what();
        }
        return std::nullopt;
    };
}

std::vector<std::string> pages_of(const fake_instance& at, const std::string& path)
{
    std::vector<std::string> out;
    for (const auto& line : at.wire->lines())
        if (const auto from = line.find(path + "?"); from != std::string::npos)
            out.push_back(line.substr(from + path.size() + 1));
    return out;
}

void goes(fake_instance& at, int n)
{
    at.users.erase(person(n));
    std::erase(at.groups["g"].members, person(n));
}

TEST(bare_id_moving_list, a_quiet_list_is_complete_and_pages_share_one_record)
{
    fake_instance at;
    fill_g(at, 25);
    const auto all = read_all(at, people_by_tens);
    EXPECT_EQ(all.people.size(), 25u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::complete) << all.end(list_kind::people).why;
    EXPECT_EQ(all.end(list_kind::people).why, "") << "a record that was asked for again is nothing to note";
    EXPECT_EQ(all.end(list_kind::people).size, 25u);
    const auto asked = pages_of(at, base + "/users");
    ASSERT_GE(asked.size(), 3u);
    EXPECT_EQ(asked[0], "first=0&max=10");
    EXPECT_EQ(asked[1], "first=9&max=10") << "no more records at once than the configured size";
    EXPECT_EQ(asked[2], "first=18&max=10");
    EXPECT_LE(asked.size(), 4u) << "and one asked for ahead";
}

TEST(bare_id_moving_list, who_vanishes_between_two_pages_leaves_the_list_of_people_unproved)
{
    for (const auto* second : {"9", "18"}) {
        fake_instance at;
        fill_g(at, 35);
        before_page(at, base + "/users", second, [&] { goes(at, 3); });
        const auto all = read_all(at, people_by_tens);
        ASSERT_FALSE(all.failed);
        EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
        EXPECT_THAT(all.end(list_kind::people).why, HasSubstr("the list moved while it was read"));
        EXPECT_GE(all.people.size(), 34u) << "what was read stays, and the rest is read";
    }
}

TEST(bare_id_moving_list, two_who_vanish_hide_somebody_and_are_noticed)
{
    fake_instance at;
    fill_g(at, 35);
    before_page(at, base + "/users", "9", [&] {
        goes(at, 2);
        goes(at, 3);
    });
    const auto all = read_all(at, people_by_tens);
    EXPECT_FALSE(all.people.contains(person(10))) << "moved to where nobody asks any more";
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
}

TEST(bare_id_moving_list, the_same_for_the_members_of_a_group)
{
    fake_instance at;
    fill_g(at, 25);
    before_page(at, members_of_g, "9", [&] { goes(at, 3); });
    const auto moved = read_all(at, "    source: {hydrate: false}\n" + tens);
    EXPECT_EQ(moved.end(list_kind::members, "g").state, proof::unproved);
    EXPECT_THAT(moved.end(list_kind::members, "g").why, HasSubstr("page 2"));
    at.before = nullptr;
    const auto quiet = read_all(at, "    source: {hydrate: false}\n" + tens);
    EXPECT_EQ(quiet.end(list_kind::members, "g").state, proof::complete) << quiet.end(list_kind::members, "g").why;
    EXPECT_EQ(quiet.keys_of(list_kind::members, "g").size(), 24u);
}

TEST(bare_id_moving_list, a_list_that_shrinks_below_what_was_read_is_noticed)
{
    fake_instance at;
    fill_g(at, 20);
    before_page(at, base + "/users", "9", [&] {
        for (int i = 0; i < 12; ++i) goes(at, i);
    });
    EXPECT_EQ(read_all(at, people_by_tens).end(list_kind::people).state, proof::unproved);
}

// Ordered by name, as Keycloak's lists are: somebody of a page to come who gets a name of a page that was read is in
// none, and what it looks like is somebody who came.
TEST(bare_id_moving_list, who_moves_to_the_front_is_not_missed_unseen)
{
    for (const bool moves : {true, false}) {
        fake_instance at;
        fill_g(at, 25);
        before_page(at, members_of_g, "9", [&] {
            auto& members = at.groups["g"].members;
            if (moves) std::erase(members, person(20));
            at.add_user("u0", "first");
            members.insert(members.begin(), moves ? person(20) : "u0");
        });
        const auto all = read_all(at, "    source: {hydrate: false}\n" + tens);
        EXPECT_EQ(all.end(list_kind::members, "g").state, proof::unproved);
        EXPECT_THAT(all.end(list_kind::members, "g").why, HasSubstr("the list moved while it was read"));
        EXPECT_EQ(all.keys_of(list_kind::members, "g").size(), moves ? 24u : 25u);
    }
}

// Such a server answers first=9 like first=0.
TEST(bare_id_moving_list, a_server_that_begins_at_multiples_of_the_page_size_is_read_to_its_end)
{
    fake_instance at;
    fill_g(at, 0);
    at.before = [](const connectors::http::request& r) -> std::optional<fake_transport::answer> {
        const auto at_first = r.url.find("/users?first=");
        if (at_first == std::string::npos) return std::nullopt;
        const auto from = std::stoi(r.url.substr(at_first + 13)) / 10 * 10;
        std::string body;
        for (int i = from; i < std::min(from + 10, 35); ++i)
            body += (i > from ? "," : "") + fake_user{person(i), "name" + std::to_string(i), "", true, ""}.json();
        return json_answer("{\"users\":[" + body + "]}");
    };
    const auto all = read_all(at, people_by_tens);
    EXPECT_EQ(all.people.size(), 35u);
    EXPECT_EQ(all.end(list_kind::people).state, proof::unproved);
    EXPECT_THAT(all.end(list_kind::people).why, HasSubstr("does not begin a page where it was asked to (first=9)"));
}

TEST(bare_id_moving_list, unreadable_records_and_service_accounts_at_a_border_break_nothing)
{
    for (const auto* border : {R"({"username":"no id"})", R"({"uuid":"sa","username":"service-account-x"})", "7"}) {
        fake_instance at;
        fill_g(at, 0);
        std::vector<std::string> items;
        for (int i = 0; i < 25; ++i)
            items.push_back(i == 9 ? border : fake_user{person(i), "name", "", true, ""}.json());
        at.before = [&](const connectors::http::request& r) -> std::optional<fake_transport::answer> {
            const auto at_first = r.url.find("/users?first=");
            if (at_first == std::string::npos) return std::nullopt;
            const auto from = std::stoul(r.url.substr(at_first + 13));
            std::string body;
            for (auto i = from; i < std::min<std::size_t>(from + 10, items.size()); ++i)
                body += (i > from ? "," : "") + items[i];
            return json_answer("{\"users\":[" + body + "]}");
        };
        const auto all = read_all(at, people_by_tens);
        EXPECT_EQ(all.people.size(), 24u);
        // Without an id nobody can tell whether the next page joins it.
        const bool has_id = std::string(border) != R"({"username":"no id"})" && std::string(border) != "7";
        EXPECT_EQ(all.end(list_kind::people).state, has_id ? proof::complete : proof::unproved) << border;
    }
}

} // namespace
} // namespace idferry::test::bare_id
