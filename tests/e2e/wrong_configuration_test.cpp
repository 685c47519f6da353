// Wrong configurations: each mistake is told with file:line:column, all of them at once, and nothing else happens.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace idferry::e2e {
namespace {

// The sign stands in `to` where the place of the mistake is expected, and is taken out again.
constexpr char sign = '^';

struct mistake
{
    std::string name, from, to, says;
};

const std::vector<mistake> mistakes{
    {"unknown_key_of_a_connection",
     "    own_account:", "    ^own_acount:", "unknown key 'own_acount'; did you mean 'own_account'?"},
    {"unknown_key_of_a_sync", "    protect:", "    ^protects:", "unknown key 'protects'; did you mean 'protect'?"},
    {"unknown_key_at_the_top", "syncs:\n", "^sinks: 1\nsyncs:\n", "unknown key 'sinks'; did you mean 'syncs'?"},
    {"unknown_key_of_retention", "syncs:\n", "retention: {^value: 180d}\nsyncs:\n",
     "unknown key 'value'; did you mean 'values'?"},
    {"retention_too_short", "syncs:\n", "retention: {cycles: ^1h}\nsyncs:\n", "less than 48h is too short"},
    {"unknown_key_of_a_type", "      match: [ext", "      ^matches: [ext",
     "unknown key 'matches'; did you mean 'match'?"},
    {"unknown_key_of_a_rule", "{from: locale, apply: create}", "{from: locale, ^aply: create}", "unknown key 'aply'"},
    {"unknown_type_of_connection", "type: scim", "type: ^skim", "unknown type 'skim'; did you mean 'scim'?"},
    {"unknown_profile", "profile: showpad", "profile: ^showpat", "unknown value 'showpat'; did you mean 'showpad'?"},
    {"text_for_a_number", "{requests_per_second: 0,", "{requests_per_second: ^fast,",
     "expected a number, found 'fast'"},
    {"text_for_a_truth_value", "hydrate: false", "hydrate: ^maybe", "expected true or false, found 'maybe'"},
    {"map_for_a_list", "match: [externalId, userName]", "match: ^{a: b}", "expected text, found a map"},
    {"no_percentage", "max_removals: 10%", "max_removals: ^10", "expected a percentage"},
    {"no_duration", "then_delete_after: 30d", "then_delete_after: ^30 days", "expected a duration"},
    {"unknown_choice", "action: deactivate", "action: ^disable", "unknown value 'disable'"},
    {"bad_filter_operator", "'active eq true and emails pr'", "'active ^eqq true'", "did you mean eq?"},
    {"bad_filter_bracket", "not (displayName eq \"projects\")'", "not (displayName eq \"projects\"^'", "is not closed"},
    {"bad_filter_in_protect", "'roles.value eq \"owner\"'", "'roles.value ^equals \"owner\"'",
     "expected an operator after roles.value"},
    {"bad_filter_of_a_sentinel", "sentinels: ['userName eq",
     "sentinels: ['userName ^=", "expected an operator after userName"},
    {"bad_path", "name.givenName: name.givenName", "name.givenName: name.^.givenName", ""},
    {"unknown_path", "name.givenName: name.givenName", "name.givenName: name.^firstName",
     "'name' has no sub-attribute 'firstName'"},
    {"bad_cron",
     "    protect:", "    schedule: {full: \"0 ^25 * * *\"}\n    protect:", "hour: expected a number from 0 to 23"},
    {"bad_blackout",
     "    protect:", "    schedule: {blackout: ['Mon ^8:00-9:00']}\n    protect:", "expected a span such as"},
    {"unknown_time_zone",
     "    protect:", "    schedule: {time_zone: ^Berlin}\n    protect:", "there is no time zone 'Berlin'"},
    {"two_schedules", "    protect:", "    schedule: ^{every: 10m, at: '@hourly'}\n    protect:", "not both"},
    {"bad_template", "locale: {from: locale, apply: create}", "locale: {template: \"{locale}-^{locale\"}",
     "a '{' without '}'"},
    {"unknown_transform", "transform: [lower, trim]", "transform: [^lowr, trim]",
     "unknown transform 'lowr'; did you mean 'lower'?"},
    {"bad_regular_expression", "transform: [lower, trim]", "transform: [{replace: {pattern: '^a(b', with: c}}]",
     "not a regular expression"},
    {"missing_connection", "    source: bare\n", "    source: ^bear\n",
     "there is no connection 'bear'; did you mean 'bare'?"},
    {"unmapped_match", "match: [externalId, userName]", "match: [externalId, ^nickName]", "'nickName' is not mapped"},
    {"plain_text_secret", "client_secret: {file: \"", "client_secret: ^plain-secret #",
     "a secret is not written into the configuration"},
    {"unknown_kind_of_secret", "{bearer: {file: \"", "{bearer: {^fil: \"",
     "unknown kind of secret; did you mean 'file'?"},
    {"duplicate_target_attribute", "        active: active\n",
     "        active: active\n        ^name.givenName: name.familyName\n", "duplicate key 'name.givenName'"},
    {"target_attribute_in_another_spelling", "        active: active\n",
     "        active: active\n        ^NAME.givenName: name.familyName\n", "is mapped already at"},
    {"unknown_target_attribute", "locale: {from: locale, apply: create}", "^nickNam: locale",
     "unknown target attribute 'nickNam'"},
    {"required_attribute_without_rule", "      attributes:\n        externalId: id\n",
     "      ^attributes:\n        externalId: id\n", "requires 'name.familyName', and no rule fills it"},
    {"value_that_the_target_does_not_allow", "Sales Leads: manager", "Sales Leads: ^boss",
     "the target does not allow 'boss'"},
    {"placeholder_in_a_url", "base_url: ", "base_url: https://^TENANT.showpad.biz/api/users/scim/v2 #",
     "'TENANT' is a placeholder"},
    {"placeholder_in_brackets", "base_url: ", "base_url: https://^<tenant>.showpad.biz/api/users/scim/v2 #",
     "'<tenant>' is a placeholder"},
    {"unknown_placeholder_in_a_path", "{user_list: {enabled: true}}",
     "{user_list: {enabled: true, path: '/user/v1/{instance}/^{usr}'}}", "unknown placeholder {usr}"},
    {"plain_http", "base_url: ", "base_url: ^http://acme.showpad.biz/api/users/scim/v2 #",
     "plain http is allowed for loopback only"},
    {"operation_off_that_the_list_needs", "{mode: user_list, hydrate: false}\n    ops: {user_list: {enabled: true}}",
     "{mode: ^user_list, hydrate: false}\n    ops: {user_list: {enabled: false}}",
     "ops.user_list is off, but mode user_list needs it"},
    {"operation_off_that_the_walk_needs", "{mode: user_list, hydrate: false}\n    ops: {user_list: {enabled: true}}",
     "{mode: group_walk}\n    ops: {user_get: {enabled: ^false}}", "ops.user_get is off, but mode group_walk"},
    {"groups_cannot_be_deactivated", "      members: true\n",
     "      members: true\n      leave: {action: ^deactivate}\n", "groups cannot be deactivated"},
};

[[maybe_unused]] void PrintTo(const mistake& m, std::ostream* out)
{
    *out << m.name;
}

// Line and column of the first sign after `from`; takes the sign out.
std::string take_place(std::string& text, std::size_t from)
{
    const auto at = text.find(sign, from);
    text.erase(at, 1);
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    const auto begin = text.rfind('\n', at - 1);
    return std::to_string(line) + ":" + std::to_string(at - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

// The line of `text` that begins with `start`, or "".
std::string line_that_begins(const std::string& text, const std::string& start)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        if (text.compare(at, start.size(), start) == 0) return text.substr(at, end - at);
        at = end + 1;
    }
    return {};
}

class wrong_configuration : public testing::TestWithParam<mistake>
{
protected:
    static void SetUpTestSuite() { shared_ = new stage({5, 3, 7, "user_list"}); }
    static void TearDownTestSuite()
    {
        delete shared_;
        shared_ = nullptr;
    }
    static stage* shared_;
};
stage* wrong_configuration::shared_ = nullptr;

TEST_P(wrong_configuration, is_told_with_its_place)
{
    const auto& m = GetParam();
    auto& s = *shared_;
    const auto good = s.config_text();
    auto text = good;
    const auto at = text.find(m.from);
    ASSERT_NE(at, std::string::npos) << m.from;
    text.replace(at, m.from.size(), m.to);
    const auto place = take_place(text, at);
    if (m.name == "required_attribute_without_rule") {
        const std::string rule = "        name.familyName: name.familyName\n";
        text.erase(text.find(rule), rule.size());
    }
    s.write_config(text);
    for (const std::string command : {"plan", "sync"}) {
        const auto run = s.run({command});
        EXPECT_EQ(run.code, 1) << run.text();
        EXPECT_EQ(run.out, "");
        const auto line = line_that_begins(run.err, s.config() + ":" + place + ": ");
        EXPECT_NE(line, "") << "expected at " << place << ": " << run.text();
        EXPECT_NE(line.find(m.says), std::string::npos) << line;
        EXPECT_EQ(run.err.find("plain-secret"), std::string::npos) << "a secret is shown";
    }
    EXPECT_FALSE(std::filesystem::exists(s.state()));
    EXPECT_EQ(s.requests(), 0U);
    s.write_config(good);
}

INSTANTIATE_TEST_SUITE_P(table, wrong_configuration, testing::ValuesIn(mistakes),
                         [](const auto& info) { return info.param.name; });

TEST(wrong_configurations, are_told_all_at_once)
{
    stage s({5, 3, 7, "user_list"});
    // Mistakes of every layer that do not stand in each other's way: in connections, in rules and in the sync.
    const std::set<std::string> together{"unknown_key_of_a_connection",
                                         "text_for_a_number",
                                         "text_for_a_truth_value",
                                         "plain_text_secret",
                                         "plain_http",
                                         "unknown_key_of_a_sync",
                                         "no_percentage",
                                         "no_duration",
                                         "bad_filter_operator",
                                         "bad_filter_bracket",
                                         "unknown_path",
                                         "bad_template",
                                         "unknown_transform",
                                         "value_that_the_target_does_not_allow",
                                         "unmapped_match"};
    auto text = s.config_text();
    std::vector<const mistake*> made;
    for (const auto& m : mistakes) {
        if (!together.contains(m.name)) continue;
        const auto at = text.find(m.from);
        ASSERT_NE(at, std::string::npos) << m.name;
        text.replace(at, m.from.size(), m.to);
        made.push_back(&m);
    }
    ASSERT_EQ(made.size(), together.size());
    // In the order of the file, so that the signs before a place are out when it is counted.
    std::sort(made.begin(), made.end(),
              [&](const auto* a, const auto* b) { return text.find(a->to) < text.find(b->to); });
    std::vector<std::pair<std::string, const mistake*>> places;
    std::size_t from = 0;
    for (const auto* m : made) {
        from = text.find(sign, from);
        ASSERT_NE(from, std::string::npos) << m->name;
        places.emplace_back(take_place(text, from), m);
    }
    s.write_config(text);
    const auto run = s.run({"plan"});
    EXPECT_EQ(run.code, 1);
    for (const auto& [place, m] : places) {
        const auto line = line_that_begins(run.err, s.config() + ":" + place + ": ");
        EXPECT_NE(line.find(m->says), std::string::npos) << m->name << " at " << place << ": " << run.text();
    }
}

TEST(wrong_configurations, that_are_no_yaml_have_a_place_too)
{
    stage s({5, 3, 7, "user_list"});
    const auto good = s.config_text();
    s.replace_in_config("    source: bare\n", "    source: [bare\n");
    auto run = s.run({"plan"});
    EXPECT_EQ(run.code, 1);
    EXPECT_EQ(run.err.find(s.config() + ":"), 0U) << run.text();
    EXPECT_NE(run.err.find("YAML syntax"), std::string::npos) << run.text();
    for (const auto* text : {"", "- a\n- b\n", "just words\n", "connections: {}\nsyncs: {}\n"}) {
        s.write_config(text);
        run = s.run({"plan"});
        EXPECT_EQ(run.code, 1) << text;
        EXPECT_EQ(run.err.find(s.config() + ":"), 0U) << run.text();
    }
    std::filesystem::remove(s.config());
    run = s.run({"plan"});
    EXPECT_EQ(run.code, 1);
    EXPECT_NE(run.err.find("cannot be read"), std::string::npos) << run.text();
}

} // namespace
} // namespace idferry::e2e
