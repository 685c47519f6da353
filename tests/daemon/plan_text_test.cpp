#include "daemon/reconcile/plan_json.hpp"
#include "daemon/reconcile/plan_text.hpp"
#include "tests/daemon/plans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

// A change of each kind, and a note of each kind that names somebody.
rc::plan colourful()
{
    auto anna = change_of(op::create, "anna");
    anna.desired = R"({"phoneNumbers":[{"value":"+49 30 1"}],"userName":"anna@acme.example"})";
    auto bert = update_of("bert", {delta("title", "Clerk", "Head of Sales")});
    bert.deltas[0].rule = "from title";
    auto carla = change_of(op::deactivate, "carla");
    carla.why = rc::situation::source_missing;
    auto p = plan_of({anna, bert, carla, members_of("Sales", {"anna"}, {"carla"})}, {1, 2, 1, 2, 0, 5, 1});
    p.notes.push_back({rc::note::kind::reject, &mapping::user_type, mapping::source_key("dora"), "dora@acme.example",
                       "no family name"});
    p.unproved.push_back({"members of Sales", "page 2 repeats page 1"});
    return p;
}

TEST(plan_text, shows_every_change_with_its_attributes_and_rules)
{
    const auto text = rc::plan_text(colourful(), {});
    EXPECT_THAT(text, HasSubstr("staff   bare (https://source.example) → showpad (https://target.example)"));
    EXPECT_THAT(text, HasSubstr("+ anna@acme.example"));
    EXPECT_THAT(text, HasSubstr("from email, lower"));
    EXPECT_THAT(text, HasSubstr("~ bert@acme.example"));
    EXPECT_THAT(text, HasSubstr("Clerk → Head of Sales"));
    EXPECT_THAT(text, HasSubstr("- carla@acme.example"));
    EXPECT_THAT(text, HasSubstr("deactivate: left the source"));
    EXPECT_THAT(text, HasSubstr("! dora@acme.example"));
    EXPECT_THAT(text, HasSubstr("rejected: no family name"));
    EXPECT_THAT(text, HasSubstr("members: 1 added, 1 removed"));
    EXPECT_THAT(text, HasSubstr("not proved complete: members of Sales (page 2 repeats page 1)"));
    EXPECT_THAT(text, HasSubstr("1 to create, 1 to update, 1 to deactivate"));
    EXPECT_THAT(text, HasSubstr("7 requests, about 2 s"));
    EXPECT_THAT(text, HasSubstr(colourful().id.hex()));
}

TEST(plan_text, attributes_of_the_enterprise_extension_have_their_own_names)
{
    const std::string path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    auto bert = update_of("bert", {delta(path, "Sales", "Finance")});
    bert.deltas[0].rule = "from " + path + ", on_absent clear";
    const auto p = plan_of({bert});
    const auto text = rc::plan_text(p, {});
    EXPECT_THAT(text, HasSubstr("        department        Sales → Finance"));
    EXPECT_THAT(text, HasSubstr("from department, on_absent clear"));
    EXPECT_THAT(text, Not(HasSubstr("urn:")));
    EXPECT_EQ(rc::plan_json(p, {}, "k")["changes"][0]["attributes"][0]["path"], path) << "for machines it stays whole";
}

TEST(plan_text, masks_sensitive_values)
{
    auto p = colourful();
    auto phone = update_of("erik", {delta("phoneNumbers", "555-old", "555-new")});
    phone.deltas[0].sensitive = true;
    p.changes.push_back(phone);
    rc::finish(p, {}, "k");
    const auto text = rc::plan_text(p, {});
    for (const auto* secret : {"+49 30 1", "555-old", "555-new"}) {
        EXPECT_THAT(text, Not(HasSubstr(secret)));
        EXPECT_THAT(rc::plan_markdown(p, {}), Not(HasSubstr(secret)));
        EXPECT_THAT(mapping::to_text(rc::plan_json(p, {}, "k")), Not(HasSubstr(secret)));
    }
    EXPECT_THAT(text, HasSubstr("phoneNumbers"));
}

TEST(plan_text, colour_only_where_asked_for)
{
    EXPECT_THAT(rc::plan_text(colourful(), {}), Not(HasSubstr("\x1b")));
    const auto text = rc::plan_text(colourful(), {.colour = true});
    EXPECT_THAT(text, HasSubstr("\x1b[32m    + anna@acme.example"));
    EXPECT_THAT(text, HasSubstr("\x1b[33m    ~ bert@acme.example"));
    EXPECT_THAT(text, HasSubstr("\x1b[31m    - carla@acme.example"));
}

// ESC, BEL, line break, DEL, the C1 introducer, and a right-to-left override.
const std::string hostile = "Eve\x1b]0;x\x07\n\x7f\u009b31m\u202e.";

TEST(plan_text, control_characters_never_reach_a_terminal)
{
    auto p = colourful();
    for (auto& c : p.changes) c.label = hostile;
    p.changes[0].deltas = {delta("title", hostile, json::array({json{{"value", hostile}, {"type", hostile}}}))};
    p.changes[0].what = op::update;
    p.changes[2].add[0].label = hostile;
    p.notes.push_back({rc::note::kind::warning, &mapping::group_type, {}, hostile, hostile});
    p.notes.push_back({rc::note::kind::warning, nullptr, {}, "", hostile});
    p.unproved.push_back({hostile, hostile});
    rc::finish(p, {}, "k");
    const std::vector<rc::violation> refused{{rc::guard::max_members_removed, "group", hostile, {}}};
    for (const auto& text :
         {rc::plan_text(p, {}), rc::violations_text("staff", refused, {}), rc::plan_markdown(p, refused)}) {
        EXPECT_THAT(text, HasSubstr("Eve"));
        for (const auto* bad : {"\x1b", "\x07", "\x7f", "\u009b", "\u202e", "x\n\x7f"})
            EXPECT_THAT(text, Not(HasSubstr(bad)));
    }
    EXPECT_EQ(rc::printable(hostile), "Eve\\x1b]0;x\\x07\\x0a\\x7f\\x9b31m\\u202e.");
    EXPECT_EQ(rc::printable("Jürgen Großmüller 李"), "Jürgen Großmüller 李");
    EXPECT_EQ(rc::printable("\xe2"), "\xe2") << "cut off, but no end is read over";
}

TEST(plan_text, long_values_are_cut_by_code_points)
{
    std::string umlauts;
    for (int i = 0; i < 100; ++i) umlauts += "ü";
    std::string expected;
    for (int i = 0; i < 59; ++i) expected += "ü";
    EXPECT_EQ(rc::shown_value(json(umlauts), false), expected + "…");
    EXPECT_EQ(rc::shown_value(json(std::string(60, 'a')), false), std::string(60, 'a'));
    EXPECT_EQ(rc::shown_value(json(std::string(61, 'a')), false), std::string(59, 'a') + "…");
}

TEST(plan_text, values)
{
    EXPECT_EQ(rc::shown_value(std::nullopt, false), "(none)");
    EXPECT_EQ(rc::shown_value(json(), false), "(none)");
    EXPECT_EQ(rc::shown_value(json::array(), false), "(none)");
    EXPECT_EQ(rc::shown_value(json(true), false), "true");
    EXPECT_EQ(rc::shown_value(json::array({json{{"value", "a@b"}, {"primary", true}}}), false), "a@b")
        << "a single-valued list is its value";
    EXPECT_EQ(rc::shown_value(mapping::link_reference("group", "g1"), false), "group g1");
    EXPECT_EQ(rc::shown_value(json("x"), true), rc::shown_value(json("a much longer one"), true))
        << "the mask does not tell a length";
    EXPECT_EQ(rc::shown_value(std::nullopt, true), "(none)");
}

TEST(plan_text, durations)
{
    using std::chrono::milliseconds;
    EXPECT_EQ(rc::shown_duration(milliseconds(1)), "1 s");
    EXPECT_EQ(rc::shown_duration(milliseconds(2000)), "2 s");
    EXPECT_EQ(rc::shown_duration(milliseconds(200'000)), "3 min 20 s");
    EXPECT_EQ(rc::shown_duration(milliseconds(180'000)), "3 min");
    EXPECT_EQ(rc::shown_duration(milliseconds(3'900'000)), "1 h 5 min");
    EXPECT_EQ(rc::shown_duration(milliseconds(43'200'000)), "12 h");
}

TEST(plan_text, an_empty_plan_says_so_and_a_long_one_is_summed_up)
{
    EXPECT_THAT(rc::plan_text(plan_of({}), {}), HasSubstr("Nothing to do"));
    EXPECT_THAT(rc::plan_markdown(plan_of({}), {}), HasSubstr("Nothing to do"));
    const auto text = rc::plan_text(plan_of(many(op::create, 30)), {.most_changes = 10});
    EXPECT_THAT(text, HasSubstr("+ … and 20 more"));
    EXPECT_THAT(text, HasSubstr("30 to create")) << "counts are of the whole plan";
    const auto lines = std::count(text.begin(), text.end(), '+');
    EXPECT_EQ(lines, 11);
}

TEST(plan_text, a_refusal_prints_the_command_that_allows_exactly_it)
{
    const auto digest = mapping::strong_digest("removals");
    const std::vector<rc::violation> refused{
        {rc::guard::max_removals, "user", "30 removals of 200 active users (15 %): the limit is 10 %", digest},
        {rc::guard::max_removals, "group", "more", digest},
        {rc::guard::max_changes, "user", "changes", mapping::strong_digest("changes")}};
    const auto text = rc::violations_text("staff", refused, {});
    EXPECT_THAT(text, HasSubstr("guard max_removals: 30 removals of 200 active users (15 %): the limit is 10 %"));
    EXPECT_THAT(text, HasSubstr("idferry sync staff --allow max_removals=" + digest.hex() +
                                " --allow max_changes=" + mapping::strong_digest("changes").hex() + "\n"));
}

TEST(plan_json, has_everything_a_machine_needs)
{
    const auto p = colourful();
    const auto j =
        rc::plan_json(p, {{rc::guard::max_removals, "user", "too many", mapping::strong_digest("r")}}, "key");
    EXPECT_EQ(j["sync"], "staff");
    EXPECT_EQ(j["id"], p.id.hex());
    ASSERT_EQ(j["changes"].size(), 4U);
    const auto& anna = j["changes"][0];
    EXPECT_EQ(anna["operation"], "create");
    EXPECT_EQ(anna["type"], "user");
    EXPECT_EQ(anna["key"], "anna");
    EXPECT_FALSE(anna.contains("target_id"));
    ASSERT_EQ(anna["attributes"].size(), 2U);
    EXPECT_EQ(anna["attributes"][0]["path"], "phoneNumbers");
    EXPECT_EQ(anna["attributes"][0]["sensitive"], true);
    EXPECT_EQ(anna["attributes"][0]["new"], "hmac:" + mapping::keyed_digest("key", R"([{"value":"+49 30 1"}])").hex());
    EXPECT_EQ(anna["attributes"][1]["new"], "anna@acme.example");
    EXPECT_EQ(anna["attributes"][1]["rule"], "from email, lower");
    const auto& bert = j["changes"][1];
    EXPECT_EQ(bert["attributes"][0],
              (json{{"path", "title"}, {"old", "Clerk"}, {"new", "Head of Sales"}, {"rule", "from title"}}));
    EXPECT_EQ(bert["target_id"], "t-bert");
    EXPECT_EQ(j["changes"][2]["members_added"][0]["key"], "anna");
    EXPECT_EQ(j["changes"][2]["members_removed"][0]["key"], "carla");
    EXPECT_EQ(j["changes"][3]["situation"], "source_missing");
    EXPECT_EQ(j["notes"][0]["kind"], "rejected");
    EXPECT_EQ(j["unproved"][0]["list"], "members of Sales");
    EXPECT_EQ(j["counts"]["user"]["create"], 1);
    EXPECT_EQ(j["counts"]["group"]["members_removed"], 1);
    EXPECT_EQ(j["requests"], 7);
    EXPECT_EQ(j["seconds"], 1.2);
    EXPECT_EQ(j["refused"][0]["allow"], "max_removals=" + mapping::strong_digest("r").hex());
}

TEST(plan_json, is_bounded_where_it_is_kept)
{
    const auto p = colourful();
    const auto j = rc::plan_json(p, {}, "key", 3);
    EXPECT_EQ(j["changes"].size(), 3U);
    EXPECT_EQ(j["left_out"]["changes"], 1);
    EXPECT_EQ(j["left_out"]["notes"], 0);
    EXPECT_EQ(j["id"], p.id.hex());
    EXPECT_EQ(j["counts"]["user"]["create"], 1) << "counts are those of the whole plan";
    EXPECT_FALSE(rc::plan_json(p, {}, "key").contains("left_out"));
}

TEST(plan_markdown, text_of_people_stays_text)
{
    auto c = update_of("a", {delta("title", "a|b", "![x](https://evil.example/p.png) <b> `c` *d* _e_ \\ &lt;")});
    c.label = "x|y\nz";
    const auto text = rc::plan_markdown(plan_of({c}), {});
    EXPECT_THAT(text, HasSubstr("| ~ | x\\|y"));
    EXPECT_THAT(text, HasSubstr("a\\|b"));
    EXPECT_THAT(text, HasSubstr("!\\[x\\](https://evil.example/p.png) \\<b\\>"));
    EXPECT_THAT(text, HasSubstr("\\`c\\` \\*d\\*"));
    const auto row = text.find("| ~ |");
    const auto line = text.substr(row, text.find('\n', row) - row);
    std::size_t cells = 0;
    for (std::size_t i = 0; i < line.size(); ++i) cells += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    EXPECT_EQ(cells, 7U) << line;
}

} // namespace
} // namespace idferry::tests
