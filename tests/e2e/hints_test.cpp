// Events of Bare.ID as hints, over TLS: few requests for few changes, whatever the size of the organisation; what
// events lose, the next whole read finds; nobody is taken anything by a hint.
#include "tests/e2e/running_daemon.hpp"
#include "tests/e2e/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

void tell_events(stage& s, const std::string& events = "{kind: event_v1}")
{
    s.replace_in_config("    instance:", "    events: " + events + "\n    instance:");
}

// userName and key of people who are at the target.
std::vector<std::pair<std::string, std::string>> some_people(stage& s, std::size_t count)
{
    std::vector<std::pair<std::string, std::string>> out;
    const auto target = s.target();
    for (const auto& user : target["users"]) {
        if (!user[1].is_string() || !user[2].get<bool>()) continue;
        const auto name = user[0].get<std::string>(), key = user[1].get<std::string>();
        if (key.empty() || name.starts_with("helene.brandt@")) continue;
        out.emplace_back(name, key);
        if (out.size() == count) break;
    }
    return out;
}

std::string title_of(stage& s, const std::string& key)
{
    const auto target = s.target();
    for (const auto& user : target["users"])
        if (user[1] == key) return user[7].is_string() ? user[7].get<std::string>() : "";
    return "nobody";
}

std::uint64_t asked(stage& s, const std::string& endpoint)
{
    std::uint64_t n = 0;
    const auto counters = s.control("GET", "counters");
    for (const auto& [name, row] : counters.items())
        if (name.starts_with("bareid ") && name.ends_with(" " + endpoint)) n += row["count"].get<std::uint64_t>();
    return n;
}

// Most of the 100,000 are out of scope: it is the source that is large.
TEST(hints, ten_changes_among_100000_people_cost_25_requests_to_the_source)
{
    stage s({slow_build ? 10000U : 100000U, 100, 7, "user_list"});
    tell_events(s);
    s.replace_in_config("size: 200", "size: 5000");
    s.replace_in_config("active eq true and emails pr", "active eq true and emails pr and userName sw \"andreas.\"");
    const auto first = s.run({"sync"});
    ASSERT_EQ(first.code, 0) << first.text();
    ASSERT_EQ(s.plan().code, 0);
    const auto people = some_people(s, 11);
    ASSERT_EQ(people.size(), 11U) << first.text() << s.target().dump().substr(0, 2000);

    for (std::size_t i = 0; i < 10; ++i)
        s.control("PATCH", "bareid/users/" + people[i].second,
                  {{"attributes", {{"title", "Changed " + std::to_string(i)}}}});
    auto before = s.requests("bareid");
    const auto planned = s.run({"plan", "--hinted", "--format", "json"});
    EXPECT_EQ(planned.code, 2) << planned.text();
    EXPECT_EQ(change_lines(planned.plan()).size(), 10U) << planned.text();
    EXPECT_LE(s.requests("bareid") - before, 2 * 10 + 5) << "the token's request counted";
    before = s.requests("bareid");
    const auto hinted = s.run({"sync", "--hinted"});
    EXPECT_EQ(hinted.code, 0) << hinted.text();
    EXPECT_THAT(hinted.out, HasSubstr("10 people read again"));
    EXPECT_LE(s.requests("bareid") - before, 2 * 10 + 5) << "the token's request counted";
    EXPECT_THAT(title_of(s, people[3].second), HasSubstr("Changed 3"));

    // Nothing new: our own tokens are events, too, and nobody is read again.
    before = asked(s, "user_get");
    const auto idle = s.run({"sync", "--hinted"});
    EXPECT_EQ(idle.code, 0) << idle.text();
    EXPECT_THAT(idle.out, HasSubstr("0 people read again"));
    EXPECT_EQ(asked(s, "user_get"), before);

    // One event is lost: the whole read finds that change, and nothing else is left.
    s.knob("bareid", "events_lost", 1);
    s.control("PATCH", "bareid/users/" + people[10].second, {{"attributes", {{"title", "Lost"}}}});
    EXPECT_EQ(s.run({"sync", "--hinted"}).code, 0);
    EXPECT_THAT(title_of(s, people[10].second), Not(HasSubstr("Lost")));
    const auto found = s.plan();
    EXPECT_EQ(found.code, 2) << found.text();
    EXPECT_EQ(change_lines(found.plan()), std::set<std::string>{"update user " + people[10].first + ": title"});
    EXPECT_EQ(s.run({"sync"}).code, 0);
    EXPECT_THAT(title_of(s, people[10].second), HasSubstr("Lost"));
    EXPECT_EQ(s.plan().code, 0);
}

// Both kinds of events, and both profiles' ways to read a person again.
class hints_by_kind : public testing::TestWithParam<std::string>
{
};

TEST_P(hints_by_kind, bring_changes_joiners_and_memberships_and_take_nothing)
{
    stage s({120, 12, 7, "group_walk"});
    tell_events(s, GetParam());
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto people = some_people(s, 3);
    ASSERT_EQ(people.size(), 3U);

    s.control("POST", "bareid/users", newcomer());
    s.control("PATCH", "bareid/users/" + people[0].second + "?by=self", {{"lastName", "Renamed"}});
    s.control("DELETE", "bareid/users/" + people[1].second);
    s.control("DELETE", "bareid/users/" + people[2].second + "/groups");
    const auto hinted = s.run({"sync", "--hinted"});
    EXPECT_EQ(hinted.code, 0) << hinted.text();
    EXPECT_THAT(hinted.out, HasSubstr("left to the next whole read"));
    const auto target = lines_of_target(s.target(), s.owner());
    const auto has = [&](const std::string& part) {
        return std::any_of(target.begin(), target.end(), [&](const auto& l) { return l.find(part) != l.npos; });
    };
    EXPECT_TRUE(has("new.comer@acme.example"));
    EXPECT_TRUE(has("Renamed"));
    EXPECT_TRUE(has("person " + people[1].first)) << "nobody leaves by a hint";
    EXPECT_TRUE(has("person " + people[2].first)) << "nobody leaves by a hint";

    // What is left is exactly what only a whole read may do.
    const auto rest = s.plan();
    EXPECT_EQ(rest.code, 2) << rest.text();
    for (const auto& line : change_lines(rest.plan()))
        EXPECT_TRUE(line.starts_with("deactivate user " + people[1].first) ||
                    line.starts_with("deactivate user " + people[2].first) || line.find(": -") != line.npos)
            << line;
    EXPECT_EQ(s.run({"sync"}).code, 0);
    EXPECT_EQ(difference(expected_lines(s.people(), {"/staff"}), lines_of_target(s.target(), s.owner())), "");
    EXPECT_EQ(s.plan().code, 0);
}

INSTANTIATE_TEST_SUITE_P(all, hints_by_kind, testing::Values("{kind: event_v1}", "{kind: keycloak}"),
                         [](const auto& kind) { return kind.index == 0 ? "event_v1" : "keycloak"; });

TEST(hints, late_doubled_and_shuffled_events_do_no_harm)
{
    stage s({120, 12, 7, "user_list"});
    tell_events(s);
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto people = some_people(s, 4);
    s.knob("bareid", "events_doubled", true);
    s.knob("bareid", "events_order", "mixed");
    s.knob("bareid", "events_filters", false);
    s.knob("bareid", "events_time", "rfc3339");
    s.knob("bareid", "events_uuid_names", true);
    s.knob("bareid", "events_delay_s", 30);
    for (const auto& [name, key] : people)
        s.control("PATCH", "bareid/users/" + key + "?by=self", {{"attributes", {{"title", "Late"}}}});
    auto hinted = s.run({"sync", "--hinted"});
    EXPECT_EQ(hinted.code, 0) << hinted.text();
    EXPECT_THAT(hinted.out, HasSubstr("0 people read again"));
    s.control("POST", "clock", {{"advance_s", 31}});
    hinted = s.run({"sync", "--hinted"});
    EXPECT_EQ(hinted.code, 0) << hinted.text();
    EXPECT_THAT(hinted.out, HasSubstr("4 people read again"));
    for (const auto& [name, key] : people) EXPECT_THAT(title_of(s, key), HasSubstr("Late"));
    EXPECT_THAT(s.run({"sync", "--hinted"}).out, HasSubstr("0 people read again"));
    EXPECT_EQ(s.plan().code, 0);
}

TEST(hints, events_that_are_refused_are_told_and_whole_reads_go_on)
{
    stage s({120, 12, 7, "user_list"});
    tell_events(s);
    const auto early = s.run({"sync", "--hinted"});
    EXPECT_EQ(early.code, 1);
    EXPECT_THAT(early.err, HasSubstr("nothing was read as a whole yet"));
    ASSERT_EQ(s.run({"sync"}).code, 0);
    s.knob("bareid", "permissions", "user_read");
    const auto refused = s.run({"sync", "--hinted"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("the source's events cannot be used: events.user_events"));
    EXPECT_EQ(s.run({"sync"}).code, 0);
    s.knob("bareid", "permissions", "user_read,event_read");
    s.knob("bareid", "admin_events", false);
    const auto partly = s.run({"sync", "--hinted"});
    EXPECT_EQ(partly.code, 0) << partly.text();
    EXPECT_THAT(partly.err, HasSubstr("changes may be found only by the next whole read: events.admin_events"));
    s.replace_in_config("    events: {kind: event_v1}\n", "");
    const auto none = s.run({"sync", "--hinted"});
    EXPECT_EQ(none.code, 1);
    EXPECT_THAT(none.err, HasSubstr("connection 'bare' tells of no events"));
    EXPECT_EQ(s.run({"plan", "--hinted", "--refresh"}).code, 1);
}

TEST(hints, the_daemon_looks_at_events_between_whole_reads)
{
    stage s({120, 12, 7, "user_list"});
    tell_events(s);
    ASSERT_EQ(s.run({"sync"}).code, 0);
    const auto people = some_people(s, 2);
    s.replace_in_config("    target: showpad\n", "    target: showpad\n    schedule: {every: 100d, hints: 1s}\n");
    running_daemon d(s);
    ASSERT_TRUE(d.told().wait_for("READY=1"));
    s.control("PATCH", "bareid/users/" + people[0].second, {{"attributes", {{"title", "Sooner"}}}});
    const auto look = [&] {
        d.told().drain();
        return d.told().wait_for("STATUS=", "; running: ") && d.at_rest();
    };
    for (int looks = 0; looks < 3 && title_of(s, people[0].second).find("Sooner") == std::string::npos; ++looks)
        ASSERT_TRUE(look());
    EXPECT_THAT(title_of(s, people[0].second), HasSubstr("Sooner"));
    s.knob("bareid", "events", "forbidden");
    for (int looks = 0; looks < 3; ++looks) ASSERT_TRUE(look()); // later and later, and told once
    const auto ended = d.stop();
    EXPECT_EQ(ended.code, 0) << ended.text();
    EXPECT_EQ(messages(ended.err, "IDF-3017").size(), 1u) << ended.text();
    const auto history = s.run({"history", "--format", "json"});
    EXPECT_THAT(history.out, HasSubstr("\"hints\"")) << history.text();
}

} // namespace
} // namespace idferry::e2e
