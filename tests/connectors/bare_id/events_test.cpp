// Events as hints: what is taken out of them, windows that overlap, repetitions, noise, and APIs that do not do as told
// (apis: Bare.ID, sections 6.2 and 8).
#include "connectors/bare_id/events.hpp"
#include "connectors/hint_feed.hpp"
#include "mapping/json.hpp"
#include "tests/connectors/bare_id/fake_instance.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace idferry::test::bare_id {
namespace {

using connectors::hinted_person;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using verdict = hinted_person::verdict;
namespace ids = connectors::bare_id;

const std::string with_events = "    events: {kind: event_v1}\n";
const std::string user_path = "/event/v1/" + instance_id + "/events";
const std::string admin_path = "/event/v1/" + instance_id + "/admin-events";

struct event
{
    std::int64_t time;
    std::string text; // members of the JSON object beside the time
};

event admin_event(std::int64_t time, const std::string& path, const std::string& operation = "UPDATE",
                  const std::string& type = "USER")
{
    return {time, R"("operationType":")" + operation + R"(","resourceType":")" + type + R"(","resourcePath":")" + path +
                      "\""};
}
event user_event(std::int64_t time, const std::string& type, const std::string& user)
{
    return {time, R"("type":")" + type + R"(","userId":")" + user + "\""};
}

std::string parameter_of(const std::string& url, const std::string& name)
{
    const auto at = url.find(name + "=");
    if (at == std::string::npos) return "";
    const auto from = at + name.size() + 1;
    return url.substr(from, url.find('&', from) == std::string::npos ? std::string::npos : url.find('&', from) - from);
}

class bare_id_events : public testing::Test
{
protected:
    bare_id_events()
    {
        at.time.set_wall(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(now)));
        at.add_group("g", "Sales");
        at.add_user("a", "anna");
        at.add_user("b", "bert");
        at.groups["g"].members = {"a"};
        at.before = [this](const connectors::http::request& r) { return events_answer(r); };
    }

    // Pages by first and max; without a filter, which an API may not know.
    std::optional<fake_transport::answer> events_answer(const connectors::http::request& r)
    {
        const bool admin = r.url.find("/admin-events") != std::string::npos;
        if (!admin && r.url.find("/events") == std::string::npos) return std::nullopt;
        (admin ? admin_urls : user_urls).push_back(r.url);
        if (const int refused = admin ? admin_status : user_status; refused != 200)
            return json_answer(R"({"code":5,"message":"Not Found","details":[]})", refused);
        auto all = admin ? admins : users;
        const auto from = parameter_of(r.url, "dateFrom");
        if (honours_dates) std::erase_if(all, [&](const event& e) { return e.time < std::stoll("0" + from); });
        if (newest_first)
            std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) { return x.time > y.time; });
        const auto first = honours_paging ? std::stoul("0" + parameter_of(r.url, "first")) : 0;
        auto max = std::stoul("0" + parameter_of(r.url, "max"));
        if (cap > 0) max = std::min<std::size_t>(max, cap);
        std::string items;
        for (auto i = first; i < std::min(all.size(), first + max); ++i)
            items +=
                (items.empty() ? "{" : ",{") + ("\"time\":" + std::to_string(all[i].time)) + "," + all[i].text + "}";
        const bool bare = r.url.find("/admin/realms/") != std::string::npos;
        return json_answer(bare ? "[" + items + "]" : "{\"events\":[" + items + "]}");
    }

    connectors::hint_feed& feed(const std::string& yaml = with_events)
    {
        if (!source) {
            connection = connection_of(yaml);
            source = connection->make_source(at.environment());
        }
        return *source->hints();
    }
    connectors::hint_batch look(const std::string& yaml = with_events)
    {
        auto& from = feed(yaml);
        if (mark.empty()) mark = from.mark_of(at.time.now());
        auto batch = run(from.look(mark));
        EXPECT_TRUE(batch.has_value()) << (batch ? "" : batch.error().detail);
        if (!batch) return {};
        mark = batch->next;
        return *batch;
    }
    hinted_person read(const std::string& key, const std::string& yaml = with_events)
    {
        auto p = run(feed(yaml).read(mapping::source_key(key)));
        EXPECT_TRUE(p.has_value());
        return p ? *p : hinted_person{};
    }

    static constexpr std::int64_t now = 1'800'000'000'000;
    fake_instance at;
    std::vector<event> users, admins;
    bool honours_dates{true}, honours_paging{true}, newest_first{true};
    std::size_t cap{0};
    int user_status{200}, admin_status{200};
    std::vector<std::string> user_urls, admin_urls;
    std::string mark;
    std::shared_ptr<const connectors::connection> connection;
    std::unique_ptr<connectors::source> source;
};

TEST_F(bare_id_events, are_off_by_themselves)
{
    connection = connection_of("");
    source = connection->make_source(at.environment());
    EXPECT_EQ(source->hints(), nullptr);
}

TEST_F(bare_id_events, name_whom_administrators_and_people_changed)
{
    look();
    admins = {admin_event(now + 1000, "users/a"),
              admin_event(now + 2000, "users/b/groups/g", "CREATE", "GROUP_MEMBERSHIP"),
              admin_event(now + 3000, "groups/g", "UPDATE", "GROUP")};
    users = {user_event(now + 1000, "UPDATE_PROFILE", "c"), user_event(now + 1500, "REGISTER", "d")};
    const auto batch = look();
    EXPECT_THAT(batch.people, ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(batch.groups, ElementsAre("g"));
    EXPECT_EQ(batch.events, 5u);
    EXPECT_EQ(batch.noise, 0u);
    EXPECT_EQ(batch.gap, "");
}

TEST_F(bare_id_events, noise_names_nobody)
{
    look();
    users = {user_event(now + 1, "CLIENT_LOGIN", "service-account"), user_event(now + 2, "LOGIN", "a"),
             user_event(now + 3, "UPDATE_PROFILE_ERROR", "a"), user_event(now + 4, "UPDATE_PROFILE", "")};
    users.push_back({now + 5, R"("type":"UPDATE_PROFILE","userId":"a","error":"expired")"});
    admins = {admin_event(now + 1, "users/a/reset-password", "ACTION"),
              admin_event(now + 2, "users/a/role-mappings/realm", "CREATE", "REALM_ROLE_MAPPING"),
              admin_event(now + 3, "users", "CREATE"), admin_event(now + 4, "clients/x", "UPDATE", "CLIENT"),
              admin_event(now + 5, "attack-detection/brute-force/users/a", "DELETE", "USER_LOGIN_FAILURE")};
    const auto batch = look();
    EXPECT_THAT(batch.people, IsEmpty());
    EXPECT_EQ(batch.events, 10u);
    EXPECT_EQ(batch.noise, 10u);
}

TEST_F(bare_id_events, the_query_names_types_and_the_moment_less_the_overlap)
{
    look();
    EXPECT_EQ(parameter_of(user_urls.at(0), "dateFrom"), std::to_string(now - 120'000));
    EXPECT_THAT(user_urls.at(0), HasSubstr("type=REGISTER&type=UPDATE_PROFILE"));
    EXPECT_THAT(admin_urls.at(0), HasSubstr("resourceTypes=USER&resourceTypes=GROUP"));
    EXPECT_THAT(admin_urls.at(0), HasSubstr("first=0&max=100"));
}

TEST_F(bare_id_events, days_texts_and_nothing_are_other_ways_to_say_when)
{
    EXPECT_EQ(ids::date_text(now, ids::date_form::day), "2027-01-15");
    EXPECT_EQ(ids::date_text(now + 7, ids::date_form::rfc3339), "2027-01-15T08:00:00.007Z");
    EXPECT_EQ(ids::date_text(now, ids::date_form::none), "");
    const auto time = [](const char* text) { return ids::event_time(mapping::json::parse(text)); };
    EXPECT_EQ(time("1800000000000"), now);
    EXPECT_EQ(time("\"1800000000000\""), now);
    EXPECT_EQ(time("\"2027-01-15T08:00:00.007Z\""), now + 7);
    EXPECT_EQ(time("\"2027-01-15T09:00:00+01:00\""), now);
    EXPECT_EQ(time("\"2027-02-30T09:00:00Z\""), std::nullopt);
    EXPECT_EQ(time("\"yesterday\""), std::nullopt);
    EXPECT_EQ(time("true"), std::nullopt);
    look("    events: {kind: event_v1, dates: day, filter: false}\n");
    EXPECT_EQ(parameter_of(user_urls.at(0), "dateFrom"), "2027-01-15");
    EXPECT_EQ(user_urls.at(0).find("type="), std::string::npos);
}

TEST_F(bare_id_events, what_came_before_is_not_told_again_and_what_comes_late_is)
{
    look();
    admins = {admin_event(now + 10'000, "users/a")};
    EXPECT_THAT(look().people, ElementsAre("a"));
    EXPECT_THAT(look().people, IsEmpty());
    admins.push_back(admin_event(now - 60'000, "users/b")); // late, within the overlap of what was read
    EXPECT_THAT(look().people, ElementsAre("b"));
    admins.push_back(admin_event(now - 500'000, "users/c")); // too late: the next whole read finds it
    honours_dates = false;
    EXPECT_THAT(look().people, IsEmpty());
    admins.push_back(admin_event(now + 10'000, "users/a")); // the same once more
    EXPECT_THAT(look().people, IsEmpty());
}

TEST_F(bare_id_events, any_order_and_any_cap_are_read_whole)
{
    for (const bool newest : {true, false})
        for (const std::size_t most : {std::size_t{0}, std::size_t{10}, std::size_t{50}}) {
            SCOPED_TRACE(most);
            newest_first = newest;
            cap = most;
            mark = feed().mark_of(at.time.now());
            admins.clear();
            for (int i = 0; i < 230; ++i) admins.push_back(admin_event(now + i, "users/u" + std::to_string(i)));
            if (newest) std::reverse(admins.begin(), admins.end());
            const auto batch = look();
            EXPECT_EQ(batch.people.size(), 230u);
            EXPECT_EQ(batch.gap, "");
        }
}

TEST_F(bare_id_events, old_ones_end_the_look_where_dates_are_ignored)
{
    honours_dates = false;
    for (int i = 0; i < 5000; ++i) admins.push_back(admin_event(now - 1'000'000 - i, "users/u" + std::to_string(i)));
    admins.push_back(admin_event(now + 1, "users/a"));
    const auto batch = look();
    EXPECT_THAT(batch.people, ElementsAre("a"));
    EXPECT_LE(admin_urls.size(), 2u);
    EXPECT_EQ(batch.gap, "");
}

TEST_F(bare_id_events, a_first_page_for_ever_is_a_gap)
{
    honours_paging = false;
    for (int i = 0; i < 300; ++i) admins.push_back(admin_event(now + i, "users/u" + std::to_string(i)));
    const auto batch = look();
    EXPECT_THAT(batch.gap, HasSubstr("paging is not honoured"));
    EXPECT_EQ(admin_urls.size(), 2u);
}

TEST_F(bare_id_events, too_many_events_or_people_are_left_to_the_whole_read)
{
    for (int i = 0; i < 700; ++i) admins.push_back(admin_event(now + i, "users/u" + std::to_string(i)));
    const auto batch = look("    events: {kind: event_v1, max_people: 600}\n");
    EXPECT_THAT(batch.gap, HasSubstr("700 people are named, more than events.max_people (600)"));
    EXPECT_THAT(batch.people, IsEmpty());
    source.reset();
    mark.clear();
    EXPECT_THAT(look("    events: {kind: event_v1, max_pages: 3}\n").gap, HasSubstr("more events than 3 pages"));
}

TEST_F(bare_id_events, a_time_that_cannot_be_read_is_a_gap_and_one_in_the_future_hides_nothing)
{
    admins = {admin_event(now + 86'400'000, "users/a")};
    admins.push_back({now, R"("operationType":"UPDATE","resourcePath":"users/b")"});
    admins.back().text += R"(,"timestamp":"never")";
    EXPECT_THAT(look().people, ElementsAre("a", "b"));
    admins.push_back(admin_event(now + 5, "users/c"));
    EXPECT_THAT(look().people, ElementsAre("c"));
    EXPECT_EQ(
        ids::read_events({}, true, ids::fixed_pointer("/events"), R"({"events":[{"time":"never"},{}]})").unreadable,
        2u);
}

TEST_F(bare_id_events, one_list_that_is_refused_is_a_gap_and_both_are_a_failure)
{
    admin_status = 404;
    users = {user_event(now + 1, "UPDATE_EMAIL", "a")};
    const auto batch = look();
    EXPECT_THAT(batch.people, ElementsAre("a"));
    EXPECT_THAT(batch.gap, HasSubstr("events.admin_events"));
    EXPECT_THAT(batch.gap, HasSubstr("404"));
    user_status = 403;
    const auto refused = run(feed().look(mark));
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().detail, HasSubstr("events.user_events"));
}

TEST_F(bare_id_events, a_pause_longer_than_the_instance_keeps_events_is_a_gap)
{
    look("    events: {kind: event_v1, retention: 1h}\n");
    at.time.set_wall(at.time.now() + std::chrono::hours(2));
    EXPECT_THAT(look().gap, HasSubstr("longer ago than the instance keeps events"));
}

TEST_F(bare_id_events, an_answer_that_is_no_list_is_a_failure_and_one_without_it_is_empty)
{
    EXPECT_EQ(ids::read_events({}, true, ids::fixed_pointer("/events"), "{}").wrong, "");
    EXPECT_NE(ids::read_events({}, true, ids::fixed_pointer("/events"), R"({"events":{}})").wrong, "");
    EXPECT_NE(ids::read_events({}, true, ids::fixed_pointer(""), "{}").wrong, "");
    EXPECT_NE(ids::read_events({}, true, ids::fixed_pointer(""), "<html>").wrong, "");
}

TEST_F(bare_id_events, a_mark_survives_its_text)
{
    ids::event_mark m;
    m.user.time = 5;
    m.user.seen = {"x", "y"};
    const auto again = ids::event_mark::of(m.text());
    EXPECT_EQ(again.user.time, 5);
    EXPECT_EQ(again.user.seen, m.user.seen);
    EXPECT_EQ(again.admin.time, std::nullopt);
    EXPECT_EQ(ids::event_mark::of("nonsense").user.time, std::nullopt);
    EXPECT_EQ(ids::event_mark::of(R"({"form":2,"user":{"time":5}})").user.time, std::nullopt);
}

TEST_F(bare_id_events, a_person_is_read_by_two_requests_with_the_groups)
{
    const auto p = read("a");
    EXPECT_EQ(p.state, verdict::present);
    EXPECT_EQ(p.bytes, at.users["a"].json());
    EXPECT_TRUE(p.bytes_comparable);
    EXPECT_TRUE(p.groups_whole) << p.why;
    ASSERT_EQ(p.groups.size(), 1u);
    EXPECT_EQ(p.groups[0].key, "g");
    EXPECT_EQ(p.groups[0].name, "Sales");
    EXPECT_EQ(p.groups[0].path, "/Sales");
    EXPECT_EQ(at.asked(base + "/users/a") + at.asked(base + "/users/a/groups"), 2);
    EXPECT_EQ(at.asked(base + "/groups"), 0) << "a hint needs no control read: nothing follows from a 404";
    EXPECT_EQ(read("nobody").state, verdict::absent);
    at.add_user("s", "service-account-x");
    EXPECT_EQ(read("s").state, verdict::absent);
}

TEST_F(bare_id_events, groups_are_whole_only_where_paths_tell_which_are_selected)
{
    at.add_group("h", "Finance");
    at.groups["h"].members = {"a"};
    const std::string by_path = with_events + "    source: {groups: [/Sales]}\n";
    const auto p = read("a", by_path);
    EXPECT_TRUE(p.groups_whole) << p.why;
    ASSERT_EQ(p.groups.size(), 1u);
    EXPECT_EQ(p.groups[0].key, "g");
    source.reset();
    EXPECT_FALSE(read("a", with_events + "    source: {groups: [Sales]}\n").groups_whole);
}

TEST_F(bare_id_events, of_the_legacy_api_beside_the_gateway_come_from_the_instances_host)
{
    look("    events: {kind: keycloak}\n");
    EXPECT_THAT(admin_urls.at(0),
                HasSubstr("https://acme.login.bare.id/auth/admin/realms/Mitarbeitende/admin-events?"));
}

TEST(bare_id_event_settings, say_what_does_not_fit)
{
    EXPECT_THAT(mistakes_of("    events: {kind: event_v1, overlap: 10s}\n"),
                ElementsAre(HasSubstr("`overlap` is a minute at least")));
    EXPECT_THAT(
        mistakes_of("    events: {kind: event_v1, user_events: {enabled: false}, admin_events: {enabled: false}}\n"),
        ElementsAre(HasSubstr("both lists of events are off")));
    EXPECT_THAT(mistakes_of("    events: {kind: event_v1, user_events: {path: \"/event/v1/{user}/events\"}}\n"),
                ElementsAre(HasSubstr("{user} has no value")));
    EXPECT_THAT(mistakes_of("    events: {kind: sometimes}\n"), testing::SizeIs(1));
    EXPECT_THAT(mistakes_of("    events: {kind: off, overlap: 2m}\n"), IsEmpty());
}

} // namespace
} // namespace idferry::test::bare_id
