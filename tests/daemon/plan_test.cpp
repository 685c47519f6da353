#include "daemon/cli/terminal_progress.hpp"
#include "daemon/reconcile/push_order.hpp"
#include "daemon/reconcile/situation.hpp"
#include "daemon/run/cycle.hpp"
#include "tests/daemon/plans.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::tests {
namespace {

using rc::situation;

TEST(situation, the_whole_table)
{
    //                        source scope  link  left  found
    const std::vector<std::pair<rc::sighting, situation>> table{
        {{true, true, false, false, 0}, situation::absent},
        {{true, true, false, false, 1}, situation::found},
        {{true, true, false, false, 2}, situation::ambiguous},
        {{true, true, false, false, 7}, situation::ambiguous},
        {{true, true, true, false, 0}, situation::confirmed},
        {{true, true, true, true, 0}, situation::confirmed},  // a leaver that returned
        {{true, true, true, false, 2}, situation::confirmed}, // links, not names
        {{true, false, true, false, 0}, situation::unqualified},
        {{true, false, true, true, 0}, situation::unqualified},
        {{true, false, false, false, 0}, situation::out_of_scope},
        {{true, false, false, false, 1}, situation::out_of_scope}, // never ours
        {{false, false, true, false, 0}, situation::source_missing},
        {{false, true, true, false, 0}, situation::source_missing},
        {{false, false, true, true, 0}, situation::source_missing},
        {{false, false, false, false, 0}, situation::forgotten},
        {{false, false, false, false, 1}, situation::forgotten},
    };
    for (const auto& [seen, expected] : table)
        EXPECT_EQ(rc::classify(seen), expected)
            << rc::to_string(expected) << " " << seen.in_source << seen.in_scope << seen.linked << seen.found_at_target;
}

std::vector<std::string> order_of(const rc::plan& p)
{
    std::vector<std::string> out;
    for (const auto& c : p.changes) out.push_back(c.key.text());
    return out;
}

TEST(plan, is_sorted_users_groups_memberships_and_removals_in_reverse)
{
    const auto p =
        plan_of({change_of(op::remove, "user gone"), change_of(op::remove, "group gone", mapping::group_type),
                 members_of("list", {"x"}, {}), change_of(op::create, "group", mapping::group_type),
                 change_of(op::create, "b"), change_of(op::update, "a"), change_of(op::deactivate, "user off")});
    EXPECT_EQ(order_of(p),
              (std::vector<std::string>{"a", "b", "group", "list", "group gone", "user gone", "user off"}));
}

TEST(plan, counts_and_request_budget)
{
    rc::push_budget budget{1, 2, 3, 5, 10, 2.0, 4};
    auto linked = change_of(op::adopt, "same");
    auto adopted = change_of(op::adopt, "differs");
    adopted.deltas.push_back(delta("title", "a", "b"));
    const auto p =
        plan_of({change_of(op::create, "c1"), change_of(op::create, "c2"), change_of(op::update, "u"), linked, adopted,
                 change_of(op::deactivate, "d"), change_of(op::remove, "r"), members_of("g", {"1", "2"}, {"3"})},
                budget);
    const auto& n = p.counts.at("user");
    EXPECT_EQ(n.creates, 2U);
    EXPECT_EQ(n.updates, 1U);
    EXPECT_EQ(n.adopts, 2U);
    EXPECT_EQ(n.deactivates, 1U);
    EXPECT_EQ(n.removes, 1U);
    EXPECT_EQ(p.counts.at("group").groups_changed, 1U);
    EXPECT_EQ(p.counts.at("group").members_added, 2U);
    EXPECT_EQ(p.counts.at("group").members_removed, 1U);
    EXPECT_EQ(p.requests, 2U * 1 + 2 + 0 + 2 + 2 + 3 + 5 + 3 * 10)
        << "a link alone costs nothing, a deactivation is an update";
    EXPECT_EQ(p.time_needed, std::chrono::milliseconds(21000)) << "46 requests, 4 of them at once, then 2 a second";
}

TEST(plan, what_fits_into_the_burst_takes_no_time)
{
    EXPECT_EQ(plan_of(many(op::create, 4), {1, 2, 1, 2, 0, 2.0, 4}).time_needed, std::chrono::milliseconds(0));
    EXPECT_EQ(plan_of(many(op::create, 5), {1, 2, 1, 2, 0, 2.0, 4}).time_needed, std::chrono::milliseconds(500));
    EXPECT_EQ(plan_of(many(op::create, 5000), {1, 2, 1, 2, 0, 0, 1}).time_needed, std::chrono::milliseconds(0))
        << "no rate, no wait";
}

TEST(plan, the_digest_depends_on_the_changes_alone)
{
    const auto make = [] { return update_of("a", {delta("title", "old", "new")}); };
    const auto base = plan_of({make(), change_of(op::create, "b")});
    EXPECT_EQ(plan_of({change_of(op::create, "b"), make()}).id, base.id) << "order of discovery";
    auto timed = make();
    timed.leave_due = state::time_point(std::chrono::hours(5));
    timed.input = mapping::fast_digest("anything");
    EXPECT_EQ(plan_of({timed, change_of(op::create, "b")}).id, base.id) << "no times in it";
    auto noted = base;
    noted.notes.push_back({rc::note::kind::warning, nullptr, {}, "", "a note"});
    rc::finish(noted, {}, "k");
    EXPECT_EQ(noted.id, base.id);
    EXPECT_EQ(noted.counts.at("user").creates, 1U) << "finishing twice does not count twice";

    EXPECT_NE(plan_of({make()}).id, base.id);
    EXPECT_NE(plan_of({update_of("a", {delta("title", "old", "newer")}), change_of(op::create, "b")}).id, base.id);
    EXPECT_NE(plan_of({update_of("a", {delta("title", "older", "new")}), change_of(op::create, "b")}).id, base.id)
        << "what it started from counts";
    auto elsewhere = make();
    elsewhere.target = mapping::target_id("another");
    EXPECT_NE(plan_of({elsewhere, change_of(op::create, "b")}).id, base.id);
    EXPECT_NE(plan_of({members_of("g", {"1"}, {})}).id, plan_of({members_of("g", {}, {"1"})}).id);
    auto created = change_of(op::create, "b");
    created.desired = R"({"title":"x"})";
    EXPECT_NE(plan_of({make(), created}).id, base.id) << "every attribute of a creation counts";
}

TEST(plan, the_digest_takes_sensitive_values_keyed)
{
    auto phone = update_of("a", {delta("phoneNumbers", "1", "2")});
    phone.deltas[0].sensitive = true;
    EXPECT_EQ(plan_of({phone}, {}, "key one").id, plan_of({phone}, {}, "key one").id);
    EXPECT_NE(plan_of({phone}, {}, "key one").id, plan_of({phone}, {}, "key two").id);
    auto other = phone;
    other.deltas[0].new_value = "3";
    EXPECT_NE(plan_of({phone}).id, plan_of({other}).id);
}

class push_order : public testing::Test
{
protected:
    push_order() { profile.unique = {"userName", "emails.value"}, profile.case_fold = {"userName", "emails.value"}; }

    std::vector<rc::push_phase> phases(const rc::plan& p, const std::string& late = "")
    {
        return rc::push_phases(
            p, [this](const mapping::resource_type&) -> const mapping::type_profile& { return profile; },
            [&](const rc::change& c) { return c.key.text() == late; });
    }
    static rc::change rename(const std::string& key, const std::string& from, const std::string& to)
    {
        return update_of(key, {delta("userName", from, to)});
    }
    // "key" or "key>path" for a detour, in order, of the phase that runs one after another.
    std::vector<std::string> steps(const rc::plan& p)
    {
        std::vector<std::string> out;
        for (const auto& phase : phases(p))
            if (phase.ordered)
                for (const auto& s : phase.steps) {
                    out.push_back(p.changes[s.change].key.text());
                    for (const auto& path : s.detour) out.back() += ">" + path;
                }
        return out;
    }

    mapping::type_profile profile;
};

TEST_F(push_order, phases)
{
    const auto p = plan_of({change_of(op::remove, "gone"), change_of(op::deactivate, "off"),
                            change_of(op::remove, "gone group", mapping::group_type), members_of("list", {"x"}, {}),
                            change_of(op::update, "group", mapping::group_type), change_of(op::create, "new"),
                            change_of(op::create, "refers"), change_of(op::update, "old")});
    std::vector<std::vector<std::string>> found;
    for (const auto& phase : phases(p, "refers")) {
        found.emplace_back();
        EXPECT_FALSE(phase.ordered);
        for (const auto& s : phase.steps) found.back().push_back(p.changes[s.change].key.text());
        std::sort(found.back().begin(), found.back().end());
    }
    const std::vector<std::vector<std::string>> expected{{"new", "old"}, {"group"},      {"refers"},
                                                         {"list"},       {"gone group"}, {"gone", "off"}};
    EXPECT_EQ(found, expected);
}

TEST_F(push_order, unrelated_updates_may_run_at_once)
{
    EXPECT_EQ(steps(plan_of({rename("a", "1", "2"), rename("b", "3", "4")})), std::vector<std::string>{});
}

TEST_F(push_order, a_value_is_given_up_before_it_is_taken)
{
    // a takes what b gives up, b takes what c gives up
    EXPECT_EQ(steps(plan_of({rename("a", "1", "2"), rename("b", "2", "3"), rename("c", "3", "4")})),
              (std::vector<std::string>{"c", "b", "a"}));
    EXPECT_EQ(steps(plan_of({rename("a", "1", "TWO"), rename("b", "two", "3")})), (std::vector<std::string>{"b", "a"}))
        << "unique without case";
}

TEST_F(push_order, a_value_inside_a_list_is_handed_on_too)
{
    const auto mail = [](const std::string& v) { return json::array({json{{"value", v}, {"type", "work"}}}); };
    EXPECT_EQ(steps(plan_of({update_of("a", {delta("emails", mail("1"), mail("2"))}),
                             update_of("b", {delta("emails", mail("2"), mail("3"))})})),
              (std::vector<std::string>{"b", "a"}));
}

TEST_F(push_order, a_swap_takes_a_detour)
{
    const auto s = steps(plan_of({rename("a", "1", "2"), rename("b", "2", "1")}));
    ASSERT_EQ(s.size(), 3U);
    EXPECT_EQ(s, (std::vector<std::string>{"a>userName", "b", "a"}));
}

TEST_F(push_order, a_circle_of_three_needs_one_detour)
{
    const auto s = steps(plan_of({rename("a", "1", "2"), rename("b", "2", "3"), rename("c", "3", "1")}));
    EXPECT_EQ(s, (std::vector<std::string>{"a>userName", "c", "b", "a"}));
}

TEST_F(push_order, a_swap_of_two_attributes_frees_both)
{
    const auto both = [](const std::string& key, const std::string& from, const std::string& to) {
        return update_of(key,
                         {delta("emails", json::array({json{{"value", from}}}), json::array({json{{"value", to}}})),
                          delta("userName", from, to)});
    };
    const auto p = plan_of({both("a", "1", "2"), both("b", "2", "1")});
    // b needs both values of a: nothing of it may be sent before both are free.
    EXPECT_EQ(steps(p), (std::vector<std::string>{"a>emails>userName", "b", "a"}));
}

TEST_F(push_order, what_is_still_held_by_somebody_is_not_written_on_the_way)
{
    // a takes the e-mail address of b, b takes the user name of a
    const auto mail = [](const std::string& v) { return json::array({json{{"value", v}}}); };
    const auto p = plan_of({update_of("a", {delta("emails", mail("1"), mail("2")), delta("userName", "n1", "n3")}),
                            update_of("b", {delta("emails", mail("2"), mail("4")), delta("userName", "n2", "n1")})});
    EXPECT_EQ(steps(p), (std::vector<std::string>{"a>emails", "b", "a"}));
}

TEST(exit_codes, of_one_cycle)
{
    using daemon::run::cycle_report;
    cycle_report r;
    r.plan = plan_of({});
    EXPECT_EQ(r.exit_code(false), 0);
    r.plan = plan_of({change_of(op::create, "a")});
    EXPECT_EQ(r.exit_code(false), 2) << "differences";
    r.pushed.emplace();
    EXPECT_EQ(r.exit_code(true), 0) << "done";
    r.pushed->rejected = 1;
    EXPECT_EQ(r.exit_code(true), 4);
    r.plan->notes.push_back({rc::note::kind::withheld, nullptr, {}, "", ""});
    EXPECT_EQ(r.exit_code(true), 6) << "withheld is worse than rejected";
    r.refused.push_back({});
    EXPECT_EQ(r.exit_code(true), 3);
    r.error = "the source is down";
    EXPECT_EQ(r.exit_code(true), 1);

    cycle_report planned;
    planned.plan = plan_of({change_of(op::create, "a")});
    planned.plan->notes.push_back({rc::note::kind::reject, nullptr, {}, "", ""});
    EXPECT_EQ(planned.exit_code(false), 4) << "rejects are worse than differences";
    cycle_report moved;
    moved.plan = plan_of({});
    moved.moved = true;
    EXPECT_EQ(moved.exit_code(true), 1);
    cycle_report stopped;
    stopped.plan = plan_of({});
    stopped.pushed.emplace();
    stopped.pushed->stopped = "credentials revoked";
    EXPECT_EQ(stopped.exit_code(true), 1);
}

TEST(exit_codes, the_worst_of_several)
{
    using daemon::run::worst_exit_code;
    const std::vector<int> worst_first{1, 5, 3, 6, 4, 2, 0};
    for (std::size_t i = 0; i < worst_first.size(); ++i)
        for (std::size_t j = i; j < worst_first.size(); ++j) {
            EXPECT_EQ(worst_exit_code({worst_first[i], worst_first[j]}), worst_first[i]);
            EXPECT_EQ(worst_exit_code({worst_first[j], worst_first[i]}), worst_first[i]);
        }
    EXPECT_EQ(worst_exit_code({}), 0);
}

TEST(progress, one_line)
{
    using daemon::cli::progress_line;
    EXPECT_EQ(progress_line("pushing", 50, 200, 10, true),
              "pushing  [#####---------------]  50 of 200  5.0/s  30 s left");
    EXPECT_EQ(progress_line("pushing", 50, 200, 10, false), "pushing  50 of 200  5.0/s  30 s left");
    EXPECT_EQ(progress_line("pushing", 200, 200, 10, true),
              "pushing  [####################]  200 of 200  20/s  0 s left");
    EXPECT_EQ(progress_line("reading", 120, 0, 10, true), "reading  120  12/s") << "no total, no bar, no time left";
    EXPECT_EQ(progress_line("reading", 300, 200, 10, true), "reading  300  30/s")
        << "more than expected: the total was wrong";
    EXPECT_EQ(progress_line("reading", 0, 200, 0, true), "reading  [--------------------]  0 of 200");
}

} // namespace
} // namespace idferry::tests
