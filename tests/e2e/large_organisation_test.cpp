// After a sync a plan is empty; then three people change at the source, and a plan shows exactly these three.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

namespace idferry::e2e {
namespace {

std::map<std::uint64_t, int> groups_by_size(const json& source)
{
    std::map<std::uint64_t, int> out;
    for (const auto& g : source["groups"]) ++out[g["size"].get<std::uint64_t>()];
    return out;
}

// The first person that `suits`.
template <typename Suits>
expected_person pick(const std::map<std::string, expected_person>& people, const std::set<std::string>& taken,
                     Suits suits)
{
    for (const auto& [key, p] : people)
        if (!taken.contains(key) && p.user_name != "helene.brandt@acme.example" && suits(p)) return p;
    throw std::runtime_error("the organisation has nobody who suits");
}

struct three_changes
{
    expected_person mover, loner, gone;
    std::string from, to;
};

// Makes the three changes at the source: one person moves between groups, one leaves every group, one is deleted.
three_changes change_three(stage& s, const std::vector<std::string>& below)
{
    const auto people = expected_people(s.people(), below);
    three_changes three;
    std::set<std::string> taken;
    const auto plain = [](const expected_person& p) { return p.role == "tablet" && p.groups.size() >= 2; };
    // From a group with exactly 50 members: a size that could be a page of the server.
    std::set<std::string> fifty;
    const auto source = s.people();
    for (const auto& g : source["groups"])
        if (g["size"] == 50) fifty.insert(g["name"].get<std::string>());
    const auto in_fifty = [&](const expected_person& p) {
        return std::any_of(p.groups.begin(), p.groups.end(), [&](const auto& g) { return fifty.contains(g); });
    };
    three.mover = pick(people, taken, [&](const auto& p) { return plain(p) && in_fifty(p); });
    taken.insert(three.mover.key);
    for (const auto& g : three.mover.groups)
        if (fifty.contains(g)) three.from = g;
    for (const auto& g : source["groups"])
        if (const auto name = g["name"].get<std::string>();
            name.starts_with("Project ") && g["size"] == 10 && !three.mover.groups.contains(name))
            three.to = name;
    three.loner = pick(people, taken, [](const auto& p) { return p.role == "manager"; });
    taken.insert(three.loner.key);
    three.gone = pick(people, taken, plain);

    s.control("DELETE", "bareid/users/" + three.mover.key + "/groups/" + segment(three.from));
    s.control("PUT", "bareid/users/" + three.mover.key + "/groups/" + segment(three.to));
    s.control("DELETE", "bareid/users/" + three.loner.key + "/groups");
    s.control("DELETE", "bareid/users/" + three.gone.key);
    return three;
}

std::set<std::string> leaves_all(const expected_person& p)
{
    std::set<std::string> out;
    for (const auto& g : p.groups) out.insert("members " + g + ": -" + p.user_name);
    return out;
}

void expect_empty_plan(stage& s)
{
    const auto again = s.plan();
    EXPECT_EQ(again.code, 0) << again.text();
    const auto plan = again.plan();
    ASSERT_TRUE(plan.is_object()) << again.text();
    EXPECT_EQ(difference({}, change_lines(plan)), "");
    EXPECT_TRUE(notes(plan, "rejected").empty()) << notes(plan, "rejected").front();
    EXPECT_TRUE(notes(plan, "withheld").empty()) << notes(plan, "withheld").front();
    EXPECT_TRUE(notes(plan, "not_kept").empty()) << notes(plan, "not_kept").front();
}

// The whole story; `below` is what group_walk selects.
void tell(stage& s, const std::vector<std::string>& below, bool leaving_groups_means_leaving)
{
    const auto first = s.run({"sync"});
    ASSERT_EQ(first.code, 0) << first.text();
    const auto wanted = expected_lines(s.people(), below);
    ASSERT_GT(wanted.size(), 1000U);
    ASSERT_EQ(difference(wanted, lines_of_target(s.target(), s.owner())), "");
    expect_empty_plan(s);

    const auto three = change_three(s, below);
    std::set<std::string> changes{"members " + three.from + ": -" + three.mover.user_name,
                                  "members " + three.to + ": +" + three.mover.user_name,
                                  "deactivate user " + three.gone.user_name,
                                  (leaving_groups_means_leaving ? "deactivate user " : "update user ") +
                                      three.loner.user_name + (leaving_groups_means_leaving ? "" : ": roles")};
    changes.merge(leaves_all(three.loner));
    changes.merge(leaves_all(three.gone));
    const auto planned = s.plan();
    EXPECT_EQ(planned.code, 2) << planned.text();
    ASSERT_TRUE(planned.plan().is_object()) << planned.text();
    EXPECT_EQ(difference(changes, change_lines(planned.plan())), "");

    const auto second = s.run({"sync"});
    EXPECT_EQ(second.code, 0) << second.text();
    const auto target = s.target();
    EXPECT_EQ(difference(expected_lines(s.people(), below), lines_of_target(target, s.owner())), "");
    // Who left is deactivated, not gone, and in no group any more.
    const auto everything = lines_of_target(target, s.owner(), false);
    EXPECT_TRUE(everything.contains("inactive " + three.gone.user_name + " | " + three.gone.key));
    EXPECT_EQ(everything.contains("inactive " + three.loner.user_name + " | " + three.loner.key),
              leaving_groups_means_leaving);
    for (const auto& g : three.gone.groups)
        EXPECT_FALSE(everything.contains("member " + g + " | " + three.gone.user_name)) << g;
    expect_empty_plan(s);
}

TEST(large_organisation, ten_thousand_people_in_500_groups_listed_page_by_page)
{
    stage s({slow_build ? 3000U : 10000U, slow_build ? 150U : 500U, 11, "user_list"});
    auto sizes = groups_by_size(s.people());
    ASSERT_GE(sizes[10], 2);
    ASSERT_GE(sizes[50], 2);
    ASSERT_GE(sizes[100], 2);
    tell(s, {}, false);
}

TEST(large_organisation, a_walk_over_groups_without_paging_and_with_suspicious_sizes)
{
    stage s({1000, 60, 12, "group_walk"});
    auto sizes = groups_by_size(s.people());
    ASSERT_GE(sizes[10], 1);
    ASSERT_GE(sizes[50], 1);
    ASSERT_GE(sizes[100], 1);
    s.replace_in_config("groups: [/staff]", "groups: [/staff, /projects]");
    tell(s, {"/staff", "/projects"}, true);
}

} // namespace
} // namespace idferry::e2e
