// Reports: what state holds, as JSON and as text; sensitive values stay in, and nothing from the wire moves a terminal.
#include "daemon/report/audit.hpp"
#include "daemon/report/history.hpp"
#include "daemon/report/people.hpp"
#include "daemon/report/status.hpp"
#include "daemon/report/table.hpp"
#include "daemon/report/text.hpp"
#include "daemon/report/waiting.hpp"
#include "daemon/report/when.hpp"
#include "daemon/run/retention.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"
#include "tests/daemon/sample_configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::test {
namespace {

using namespace daemon;
using mapping::json;

using testing::HasSubstr;
using testing::Not;

const std::string configuration =
    sample_connections("{file: /run/secrets/token}") + R"(retention: {values: 10d, cycles: 5d}
syncs:
  staff:
    source: bare
    target: showpad
    schedule: {every: 10m, jitter: 30s, full: "0 3 * * *"}
    users:
      attributes:
        userName: email
        name.givenName: name.givenName
        name.familyName: name.familyName
        emails: emails
        title: {from: title, sensitive: true}
)";

// 2026-03-01T12:00:00Z
const state::time_point noon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12);
const state::scope_key users{mapping::sync_name("staff"), "user"};
const state::scope_key groups{mapping::sync_name("staff"), "group"};

state::link link_of(const std::string& key, const std::string& label)
{
    state::link l;
    l.key = mapping::source_key(key);
    l.target = mapping::target_id("t-" + key);
    l.label = label;
    l.desired = R"({"userName":")" + label + R"(","title":"Chief"})";
    l.match_values = "{}";
    l.first_seen = l.last_changed = noon - std::chrono::hours(5);
    return l;
}

class report_test : public testing::Test
{
protected:
    void SetUp() override
    {
        config::diagnostics mistakes;
        settings = run::parse_settings(configuration, "idferry.yaml", mistakes);
        for (const auto& m : mistakes.sorted()) ADD_FAILURE() << m.text();
        ASSERT_TRUE(settings.has_value());
    }
    void commit(const std::vector<state::update>& updates)
    {
        auto done = store->commit(updates);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    void put_cycle(state::time_point when, int exit_code, const std::string& summary)
    {
        commit({state::put_cycle{{users.sync, when, when + std::chrono::milliseconds(1500), exit_code, summary}}});
    }
    void put_audit(state::operation what, const std::string& outcome, const std::string& before,
                   const std::string& after, state::time_point when = noon - std::chrono::hours(1))
    {
        state::audit_entry e;
        e.when = when;
        e.scope = users;
        e.key = mapping::source_key("anna");
        e.target = mapping::target_id("t-anna");
        e.label = "anna@acme.example";
        e.what = what;
        e.outcome = outcome;
        e.before = before;
        e.after = after;
        commit({state::append_audit{e}});
    }
    report::source from() const { return {*store, &*settings, noon}; }
    report::source without_configuration() const { return {*store, nullptr, noon}; }
    static report::text_style plain() { return {noon, false}; }

    std::unique_ptr<state::store> store = state::make_memory_store();
    std::optional<run::settings> settings;
};

TEST_F(report_test, status_of_nothing_at_all)
{
    report::status_input input;
    input.version = "1.2.3";
    input.config_file = "/etc/idferry/idferry.yaml";
    input.config_mistakes = {"idferry.yaml:3:5: unknown key 'sinks'"};
    const auto j = report::status_json(without_configuration(), input).value();
    EXPECT_EQ(j["syncs"], json::array());
    EXPECT_EQ(j["started"], nullptr);
    EXPECT_EQ(j["config"]["error"], "idferry.yaml:3:5: unknown key 'sinks'");
    const auto text = report::status_text(j, plain());
    EXPECT_THAT(text, HasSubstr("idferry 1.2.3"));
    EXPECT_THAT(text, HasSubstr("unknown key 'sinks'"));
    EXPECT_THAT(text, HasSubstr("No sync is configured"));
}

TEST_F(report_test, status_of_a_sync)
{
    commit({state::put_link{users, link_of("anna", "anna@acme.example")},
            state::put_link{users, link_of("bert", "bert@acme.example")},
            state::put_reject{{users, mapping::source_key("c"), "carla@acme.example", state::operation::create, "no", 1,
                               noon, noon, "x", false}},
            state::put_quarantine{
                {users.sync, noon - std::chrono::hours(2), "503 from the target", 5, noon + std::chrono::minutes(3)}}});
    put_cycle(noon - std::chrono::hours(3), 4, R"({"changes":2,"trigger":"schedule","error":null})");
    put_cycle(noon - std::chrono::minutes(20), 1, R"({"changes":0,"trigger":"schedule","error":"no route to host"})");
    const auto j = report::status_json(from(), {}).value();
    ASSERT_EQ(j["syncs"].size(), 1U);
    const auto& s = j["syncs"][0];
    EXPECT_EQ(s["name"], "staff");
    EXPECT_EQ(s["configured"], true);
    EXPECT_EQ(s["source"], "bare");
    EXPECT_EQ(s["target"], "showpad");
    EXPECT_EQ(s["state"], "quarantine");
    EXPECT_EQ(s["schedule"], "every 10 min, full at 0 3 * * *, up to 30 s later");
    EXPECT_EQ(s["links"], json({{"users", 2}, {"groups", 0}}));
    EXPECT_EQ(s["rejects"], 1);
    EXPECT_EQ(s["last"]["result"], "failed");
    EXPECT_EQ(s["last"]["error"], "no route to host");
    EXPECT_EQ(s["last_success"], "2026-03-01T09:00:01.500Z");
    EXPECT_EQ(s["age_seconds"], 3 * 3600 - 2) << "since its end, whole seconds";
    EXPECT_EQ(s["quarantine"]["reason"], "503 from the target");
    EXPECT_EQ(s["quarantine"]["next_probe"], "2026-03-01T12:03:00.000Z");
    ASSERT_EQ(j["connections"].size(), 2U);
    EXPECT_EQ(j["connections"][1]["address"], "https://localhost/scim");
    const auto text = report::status_text(j, plain());
    EXPECT_THAT(text, HasSubstr("quarantine since 2 h ago"));
    EXPECT_THAT(text, HasSubstr("failed, 19 min ago"));
    EXPECT_THAT(text, HasSubstr("no route to host"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(report::status_text(j, {noon, true}), HasSubstr("\x1b[31m"));
}

TEST_F(report_test, a_running_daemon_knows_more_about_a_sync)
{
    report::status_input input;
    report::live_sync live;
    live.state = "running";
    live.running_since = noon - std::chrono::seconds(5);
    live.trigger = "schedule";
    live.phase = "pushing";
    input.live["staff"] = live;
    const auto j = report::status_json(from(), input).value();
    EXPECT_EQ(j["syncs"][0]["state"], "running");
    EXPECT_EQ(j["syncs"][0]["phase"], "pushing");
    EXPECT_EQ(j["syncs"][0]["running_since"], "2026-03-01T11:59:55.000Z");
    EXPECT_EQ(report::status_json(from(), {}).value()["syncs"][0]["state"], "idle");
}

TEST_F(report_test, history_comes_in_pages_with_a_result_in_a_word)
{
    const std::pair<int, const char*> ended[] = {{0, "done"},     {3, "refused"}, {4, "rejects"},
                                                 {6, "withheld"}, {1, "failed"},  {1, "stopped"}};
    int i = 0;
    for (const auto& [code, word] : ended)
        put_cycle(noon + std::chrono::minutes(i++), code,
                  word == std::string("stopped") ? R"({"stopped":"the token is refused","notes":[{},{}]})"
                                                 : R"({"error":"x"})");
    const auto newest = report::history_json(from(), users.sync, 4, 0).value();
    ASSERT_EQ(newest["cycles"].size(), 4U);
    EXPECT_EQ(newest["cycles"][0]["result"], "stopped");
    EXPECT_EQ(newest["cycles"][0]["notes"], 2) << "a list shows how many";
    EXPECT_EQ(newest["cycles"][0]["seconds"], 1.5);
    EXPECT_EQ(newest["cycles"][3]["result"], "rejects");
    const auto oldest = report::history_json(from(), users.sync, 4, newest["next"].get<std::int64_t>()).value();
    ASSERT_EQ(oldest["cycles"].size(), 2U);
    EXPECT_EQ(oldest["cycles"][0]["result"], "refused");
    EXPECT_EQ(oldest["cycles"][1]["result"], "done");
    EXPECT_EQ(oldest["next"], nullptr);
    EXPECT_THAT(report::history_text(newest, plain()), HasSubstr("the token is refused"));
    EXPECT_THAT(report::history_text(newest, plain()), HasSubstr("--before"));
    EXPECT_EQ(report::show_cycle_json(from(), 4711).value(), nullptr);
    EXPECT_EQ(report::show_cycle_json(from(), newest["cycles"][0]["id"].get<std::int64_t>()).value()["notes"].size(),
              2U);
}

TEST_F(report_test, a_summary_that_is_no_json_is_still_a_cycle)
{
    put_cycle(noon, 0, "not json");
    const auto j = report::history_json(from(), users.sync, 10, 0).value();
    EXPECT_EQ(j["cycles"][0]["result"], "done");
    EXPECT_THAT(report::cycle_text(report::show_cycle_json(from(), 1).value(), plain()), HasSubstr("Cycle 1 of staff"));
}

TEST_F(report_test, a_refused_cycle_shows_the_command_that_allows_it)
{
    put_cycle(noon, 3,
              R"({"refused":[{"guard":"max_removals","text":"30 of 100 would go","allow":"max_removals=ab12"}]})");
    const auto text = report::cycle_text(report::show_cycle_json(from(), 1).value(), plain());
    EXPECT_THAT(text, HasSubstr("30 of 100 would go"));
    EXPECT_THAT(text, HasSubstr("idferry sync staff --allow max_removals=ab12"));
}

TEST_F(report_test, rejects_leave_out_who_was_dropped)
{
    const auto reject = [](const std::string& key, bool dropped) {
        return state::put_reject{{users, mapping::source_key(key), key + "@acme.example", state::operation::create,
                                  "title is too long", 1, noon - std::chrono::hours(1), noon + std::chrono::minutes(5),
                                  "x", dropped}};
    };
    commit({reject("a", false), reject("b", true)});
    auto j = report::rejects_json(from(), std::nullopt, {}, false).value();
    ASSERT_EQ(j["rejects"].size(), 1U);
    EXPECT_EQ(j["rejects"][0]["key"], "a");
    EXPECT_EQ(j["rejects"][0]["next_try"], "2026-03-01T12:05:00.000Z");
    EXPECT_EQ(j["dropped"], 1);
    const auto text = report::rejects_text(j, plain());
    EXPECT_THAT(text, HasSubstr("in 5 min"));
    EXPECT_THAT(text, HasSubstr("title is too long"));
    EXPECT_THAT(text, HasSubstr("1 dropped by hand"));
    j = report::rejects_json(from(), users.sync, {"user", "b"}, true).value();
    ASSERT_EQ(j["rejects"].size(), 1U);
    EXPECT_EQ(j["rejects"][0]["next_try"], nullptr);
    EXPECT_THAT(report::reject_text(j["rejects"][0], plain()), HasSubstr("dropped by hand"));
    j = report::rejects_json(from(), std::nullopt, {}, true, 1).value();
    EXPECT_EQ(j["rejects"].size(), 1U);
    EXPECT_EQ(j["left_out"], 1);
    EXPECT_EQ(report::rejects_json(from(), mapping::sync_name("other"), {}, true).value()["rejects"], json::array());
}

TEST_F(report_test, audit_masks_sensitive_values_and_hides_all_without_a_configuration)
{
    put_audit(state::operation::update, "done", R"({"title":"Head","userName":"a"})",
              R"({"title":"Chief","userName":"b"})");
    put_audit(state::operation::update, "rejected: title is too long", "", "");
    const auto j = report::audit_json(from(), {}).value();
    ASSERT_EQ(j["audit"].size(), 2U);
    EXPECT_EQ(j["audit"][0]["outcome"], "rejected");
    EXPECT_EQ(j["audit"][0]["reason"], "title is too long");
    EXPECT_EQ(j["audit"][1]["before"], json({{"title", "(sensitive)"}, {"userName", "a"}}));
    EXPECT_EQ(j["audit"][1]["after"], json({{"title", "(sensitive)"}, {"userName", "b"}}));
    EXPECT_EQ(j["audit"][1]["hidden"], false);
    const auto text = report::audit_text(j, plain());
    EXPECT_THAT(text, HasSubstr("userName: a → b"));
    EXPECT_THAT(text, Not(HasSubstr("Chief")));

    const auto hidden = report::audit_json(without_configuration(), {}).value();
    EXPECT_EQ(hidden["audit"][1]["after"], nullptr);
    EXPECT_EQ(hidden["audit"][1]["hidden"], true);

    commit({state::forget_audit_values{noon}});
    const auto erased = report::audit_json(from(), {}).value();
    EXPECT_EQ(erased["audit"][1]["erased"], true);
    EXPECT_EQ(erased["audit"][1]["label"], nullptr);
    const auto verified = report::verify_json(from()).value();
    EXPECT_EQ(verified["ok"], true);
    EXPECT_EQ(verified["rows"], 2);
    EXPECT_EQ(verified["erased"], 2);
    EXPECT_THAT(report::verify_text(verified, plain()), HasSubstr("holds"));
}

TEST_F(report_test, people_are_found_with_and_without_a_link)
{
    commit({state::put_link{users, link_of("1", "anna@acme.example")},
            state::put_reject{{users, mapping::source_key("2"), "annabel@acme.example", state::operation::create,
                               "two people want one name", 1, noon, noon, "x", false}}});
    const auto j = report::people_json(from(), "ANNA", "", 10).value();
    ASSERT_EQ(j["people"].size(), 2U);
    EXPECT_EQ(j["people"][0]["label"], "anna@acme.example");
    EXPECT_EQ(j["people"][0]["state"], "active");
    EXPECT_EQ(j["people"][0]["rejected"], nullptr);
    EXPECT_EQ(j["people"][1]["key"], "2");
    EXPECT_EQ(j["people"][1]["target_id"], nullptr);
    EXPECT_EQ(j["people"][1]["state"], "none");
    EXPECT_EQ(j["people"][1]["rejected"], "two people want one name");
    EXPECT_EQ(report::people_json(from(), "ANNA", "", 1).value()["people"].size(), 1U);
    EXPECT_EQ(report::people_json(from(), "", "", 10).value()["people"], json::array());
    EXPECT_EQ(report::people_json(from(), "anna", "other", 10).value()["people"], json::array());
    EXPECT_THAT(report::people_text(j, plain()), HasSubstr("two people want one name"));
}

TEST_F(report_test, a_person_is_shown_whole)
{
    auto team = link_of("g", "Team");
    commit({state::put_link{users, link_of("anna", "anna@acme.example")}, state::put_link{groups, team},
            state::change_members{groups, mapping::source_key("g"), {mapping::source_key("anna")}, {}, noon},
            state::put_not_kept{users,
                                mapping::source_key("anna"),
                                {{mapping::source_key("anna"), "title", "\"Chief\"", "null"},
                                 {mapping::source_key("anna"), "userName", "\"A\"", "\"a\""}}}});
    put_audit(state::operation::update, "done", R"({"userName":"a"})", R"({"userName":"b"})");
    const auto j = report::person_json(from(), {users.sync, "anna", "", 10, 0}).value();
    EXPECT_EQ(j["type"], "user");
    EXPECT_EQ(j["label"], "anna@acme.example");
    EXPECT_EQ(j["link"]["target_id"], "t-anna");
    EXPECT_EQ(j["link"]["desired"], json({{"title", "(sensitive)"}, {"userName", "anna@acme.example"}}));
    EXPECT_EQ(j["link"]["groups"], json::array({{{"key", "g"}, {"label", "Team"}}}));
    EXPECT_EQ(j["reject"], nullptr);
    EXPECT_EQ(j["not_kept"], json::array({{{"path", "title"}, {"sent", "(sensitive)"}, {"kept", "(sensitive)"}},
                                          {{"path", "userName"}, {"sent", "A"}, {"kept", "a"}}}));
    ASSERT_EQ(j["history"].size(), 1U);
    const auto text = report::person_text(j, plain());
    EXPECT_THAT(text, HasSubstr("userName: a → b"));
    EXPECT_THAT(text, HasSubstr("groups          Team"));
    EXPECT_THAT(text, Not(HasSubstr("Chief")));
    EXPECT_EQ(report::person_json(from(), {users.sync, "g", "", 10, 0}).value()["type"], "group");
    EXPECT_EQ(report::person_json(from(), {users.sync, "nobody", "", 10, 0}).value(), nullptr);
    EXPECT_EQ(report::person_json(without_configuration(), {users.sync, "anna", "", 10, 0}).value()["link"]["desired"],
              nullptr);
}

TEST_F(report_test, text_from_the_wire_reaches_no_terminal_as_it_is)
{
    commit({state::put_reject{{users, mapping::source_key("k\x1b[2J"), "bad\x07name", state::operation::create,
                               "answer: \x1b]0;title\x07", 1, noon, noon, "x", false}}});
    const auto j = report::rejects_json(from(), std::nullopt, {}, false).value();
    for (const auto& text : {report::rejects_text(j, plain()), report::reject_text(j["rejects"][0], plain())}) {
        EXPECT_THAT(text, Not(HasSubstr("\x1b")));
        EXPECT_THAT(text, Not(HasSubstr("\x07")));
    }
}

TEST(report_table, columns_are_aligned_by_characters)
{
    report::table t({"A", "B"});
    t.add({"ümlaut", "x"});
    t.add({"a", "y"});
    EXPECT_EQ(t.text(false), "A       B\nümlaut  x\na       y\n");
    report::table narrow({"A", "B"}, 4);
    narrow.add({"abcdef", "the last one is whole"});
    EXPECT_EQ(narrow.text(false), "A     B\nabc…  the last one is whole\n");
}

TEST(report_table, ages_are_told_in_one_unit)
{
    using namespace std::chrono;
    EXPECT_EQ(report::age_text(noon, noon), "now");
    EXPECT_EQ(report::age_text(noon - seconds(119), noon), "119 s ago");
    EXPECT_EQ(report::age_text(noon - seconds(120), noon), "2 min ago");
    EXPECT_EQ(report::age_text(noon - hours(2), noon), "2 h ago");
    EXPECT_EQ(report::age_text(noon - hours(48), noon), "2 d ago");
    EXPECT_EQ(report::age_text(noon + minutes(5), noon), "in 5 min");
}

TEST(report_when, times_are_read_as_people_write_them)
{
    EXPECT_EQ(report::parse_when("7d", noon), noon - std::chrono::hours(7 * 24));
    EXPECT_EQ(report::parse_when("12h", noon), noon - std::chrono::hours(12));
    EXPECT_EQ(report::parse_when("30m", noon), noon - std::chrono::minutes(30));
    EXPECT_EQ(report::parse_when("2026-03-01", noon), noon - std::chrono::hours(12));
    EXPECT_EQ(report::parse_when("2026-03-01T12:00:00Z", noon), noon);
    EXPECT_EQ(report::parse_when("2026-03-01T12:00:00.250Z", noon), noon + std::chrono::milliseconds(250));
    for (const char* wrong : {"", "d", "7", "7w", "-7d", "2026-02-30", "2026-13-01", "yesterday", "2026-03-01 12:00:00",
                              "99999999999d", "2026-03-01T12:00:00+01:00"})
        EXPECT_FALSE(report::parse_when(wrong, noon).has_value()) << wrong;
    EXPECT_EQ(report::time_of(run::time_text(noon)), noon);
}

TEST_F(report_test, retention_of_the_configuration_is_applied)
{
    using std::chrono::hours;
    EXPECT_EQ(settings->retention.values, hours(240));
    EXPECT_EQ(settings->retention.cycles, hours(120));
    put_audit(state::operation::update, "done", R"({"userName":"a"})", "{}", noon - hours(241));
    put_audit(state::operation::update, "done", R"({"userName":"b"})", "{}", noon - hours(239));
    put_cycle(noon - hours(121), 1, "{}");
    put_cycle(noon - hours(119), 1, "{}");
    ASSERT_TRUE(run::apply_retention(*store, settings->retention, noon).has_value());
    const auto lines = report::audit_json(from(), {}).value();
    EXPECT_EQ(lines["audit"][0]["erased"], false);
    EXPECT_EQ(lines["audit"][1]["erased"], true);
    EXPECT_EQ(report::history_json(from(), users.sync, 10, 0).value()["cycles"].size(), 1U);
}

} // namespace
} // namespace idferry::test
