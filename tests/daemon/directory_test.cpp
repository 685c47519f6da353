#include "daemon/reconcile/directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::tests {
namespace {

using daemon::reconcile::directory;
using daemon::reconcile::group_entry;
using daemon::reconcile::list_state;
using keys = std::vector<std::string>;

group_entry group(const std::string& key, const std::string& parent = "")
{
    group_entry g;
    g.key = key;
    g.name = "Name of " + key;
    g.path = "/" + key;
    g.parent = parent;
    g.bytes = "{\"id\":\"" + key + "\"}";
    g.members = {true, "", 0};
    return g;
}

// Groups and their members, in the order given.
struct content
{
    std::vector<group_entry> groups;
    std::vector<std::pair<std::string, std::string>> members; // group, person or group
};

directory make(const content& c, bool inherited = false)
{
    directory d(inherited);
    for (const auto& g : c.groups) d.add_group(g);
    for (const auto& [g, p] : c.members) d.add_member(g, p);
    d.settle();
    return d;
}

keys groups_of(const directory& d, const std::string& person)
{
    keys out;
    for (const auto g : d.groups_of(person)) out.push_back(d.groups()[g].key);
    std::sort(out.begin(), out.end());
    return out;
}

// Members of one group, as the ids of these people.
bool has_exactly(const directory& d, const std::string& group_key, const keys& people)
{
    std::vector<mapping::digest> expected;
    for (const auto& p : people) expected.push_back(directory::member_id(p));
    std::sort(expected.begin(), expected.end());
    return d.members_of({*d.index_of(group_key)}).front() == expected;
}

TEST(directory, direct_memberships)
{
    const auto d = make({{group("a"), group("b"), group("c")}, {{"a", "p1"}, {"b", "p1"}, {"a", "p2"}, {"a", "p1"}}});
    EXPECT_EQ(groups_of(d, "p1"), (keys{"a", "b"}));
    EXPECT_EQ(groups_of(d, "p2"), keys{"a"});
    EXPECT_EQ(groups_of(d, "nobody"), keys{});
    EXPECT_TRUE(has_exactly(d, "a", {"p1", "p2"}));
    EXPECT_TRUE(has_exactly(d, "c", {}));
    EXPECT_EQ(d.memberships(), 3U) << "a membership that was read twice is one membership";
}

TEST(directory, a_membership_of_an_unknown_group_is_ignored_and_a_group_counts_once)
{
    auto twice = group("a");
    twice.name = "another name";
    const auto d = make({{group("a"), twice}, {{"x", "p1"}}});
    EXPECT_EQ(d.groups().size(), 1U);
    EXPECT_EQ(d.groups().front().name, "Name of a");
    EXPECT_EQ(groups_of(d, "p1"), keys{});
    EXPECT_EQ(d.find("x"), nullptr);
    EXPECT_FALSE(d.index_of("x"));
}

TEST(directory, inherited_memberships_include_every_ancestor)
{
    const content c{{group("root"), group("mid", "root"), group("leaf", "mid"), group("other")},
                    {{"leaf", "p1"}, {"root", "p2"}}};
    EXPECT_EQ(groups_of(make(c, true), "p1"), (keys{"leaf", "mid", "root"}));
    EXPECT_EQ(groups_of(make(c, true), "p2"), keys{"root"});
    EXPECT_TRUE(has_exactly(make(c, true), "root", {"p1", "p2"}));
    EXPECT_EQ(groups_of(make(c, false), "p1"), keys{"leaf"});
    EXPECT_TRUE(has_exactly(make(c, false), "root", {"p2"}));
}

TEST(directory, a_cycle_of_parents_ends)
{
    const auto d = make({{group("a", "b"), group("b", "a")}, {{"a", "p1"}}}, true);
    EXPECT_EQ(groups_of(d, "p1"), (keys{"a", "b"}));
    EXPECT_TRUE(has_exactly(d, "b", {"p1"}));
}

TEST(directory, nested_groups_are_flattened_and_a_cycle_ends)
{
    // a contains b, b contains c, c contains a
    const auto d = make({{group("a"), group("b"), group("c")},
                         {{"a", "b"}, {"b", "c"}, {"c", "a"}, {"a", "p1"}, {"b", "p2"}, {"c", "p3"}, {"a", "p3"}}});
    for (const auto* g : {"a", "b", "c"}) EXPECT_TRUE(has_exactly(d, g, {"p1", "p2", "p3"})) << g;
    EXPECT_EQ(groups_of(d, "b"), keys{}) << "a group is not a person";
}

TEST(directory, members_of_several_groups_come_in_the_order_asked_for)
{
    const auto d = make({{group("a"), group("b")}, {{"a", "p1"}, {"b", "p2"}}});
    const auto both = d.members_of({*d.index_of("b"), *d.index_of("a")});
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0], std::vector{directory::member_id("p2")});
    EXPECT_EQ(both[1], std::vector{directory::member_id("p1")});
}

TEST(directory, digests_do_not_depend_on_the_order_of_a_read)
{
    const auto one = make({{group("a"), group("b")}, {{"a", "p1"}, {"b", "p1"}, {"a", "p2"}}});
    const auto two = make({{group("b"), group("a")}, {{"a", "p2"}, {"b", "p1"}, {"a", "p1"}}});
    EXPECT_EQ(one.memberships_digest("p1"), two.memberships_digest("p1"));
    EXPECT_EQ(one.members_digest(*one.index_of("a")), two.members_digest(*two.index_of("a")));
    EXPECT_NE(one.memberships_digest("p1"), one.memberships_digest("p2"));
    EXPECT_NE(one.members_digest(*one.index_of("a")), one.members_digest(*one.index_of("b")));
}

TEST(directory, a_persons_digest_moves_with_a_groups_name_and_path)
{
    const content before{{group("a")}, {{"a", "p1"}}};
    auto renamed = before;
    renamed.groups[0].name = "New name";
    auto moved = before;
    moved.groups[0].path = "/elsewhere/a";
    const auto was = make(before).memberships_digest("p1");
    EXPECT_NE(make(renamed).memberships_digest("p1"), was);
    EXPECT_NE(make(moved).memberships_digest("p1"), was);
}

TEST(directory, a_groups_digest_moves_with_the_list_of_a_nested_group)
{
    const auto before = make({{group("a"), group("b")}, {{"a", "b"}, {"b", "p1"}}});
    const auto after = make({{group("a"), group("b")}, {{"a", "b"}, {"b", "p1"}, {"b", "p2"}}});
    EXPECT_NE(before.members_digest(*before.index_of("a")), after.members_digest(*after.index_of("a")));
    const content tree{{group("top"), group("sub", "top")}, {{"sub", "p1"}}};
    auto grown = tree;
    grown.members.emplace_back("sub", "p2");
    EXPECT_NE(make(tree, true).members_digest(0), make(grown, true).members_digest(0));
    EXPECT_EQ(make(tree, false).members_digest(0), make(grown, false).members_digest(0));
}

TEST(directory, a_correction_gives_what_a_complete_read_would_have_given)
{
    const std::vector<group_entry> groups{group("a"), group("b"), group("c")};
    const auto complete = make({groups, {{"a", "p1"}, {"c", "p1"}, {"a", "p2"}}});
    auto corrected = make({groups, {{"b", "p1"}, {"a", "p2"}}});
    EXPECT_FALSE(corrected.is_corrected("p1"));
    corrected.correct("p1", {"c", "a", "a", "not selected"});
    EXPECT_TRUE(corrected.is_corrected("p1"));
    EXPECT_FALSE(corrected.is_corrected("p2"));
    EXPECT_EQ(groups_of(corrected, "p1"), (keys{"a", "c"}));
    EXPECT_EQ(corrected.memberships_digest("p1"), complete.memberships_digest("p1"));
    for (std::uint32_t g = 0; g < 3; ++g) {
        EXPECT_EQ(corrected.members_digest(g), complete.members_digest(g)) << g;
        EXPECT_EQ(corrected.members_of({g}), complete.members_of({g})) << g;
    }
    corrected.correct("p1", {"b"});
    corrected.correct("p1", {"a", "c"});
    EXPECT_EQ(corrected.members_digest(1), complete.members_digest(1)) << "a second correction replaces the first";
    corrected.correct("p1", {});
    EXPECT_EQ(groups_of(corrected, "p1"), keys{});
    EXPECT_TRUE(has_exactly(corrected, "a", {"p2"}));
}

TEST(directory, keeping_adds_to_what_was_read)
{
    auto d = make({{group("a"), group("b"), group("c")}, {{"a", "p1"}}});
    d.keep("p1", {"b"});
    EXPECT_EQ(groups_of(d, "p1"), (keys{"a", "b"}));
    EXPECT_TRUE(has_exactly(d, "a", {"p1"}));
    EXPECT_TRUE(has_exactly(d, "b", {"p1"}));
}

TEST(directory, a_list_is_proved_only_with_every_list_that_flows_into_it)
{
    auto d = make({{group("a"), group("b"), group("c")}, {{"a", "b"}}});
    EXPECT_TRUE(d.members_proved(*d.index_of("a")));
    d.end_members("b", {false, "page 2 repeats page 1", 10});
    EXPECT_FALSE(d.members_proved(*d.index_of("b")));
    EXPECT_FALSE(d.members_proved(*d.index_of("a"))) << "b flows into a";
    EXPECT_TRUE(d.members_proved(*d.index_of("c")));
}

TEST(directory, with_inherited_memberships_an_unproved_group_list_proves_no_members)
{
    auto d = make({{group("a")}, {}}, true);
    d.end_groups({true, "", 1});
    EXPECT_TRUE(d.groups_proved());
    EXPECT_TRUE(d.members_proved(0));
    d.end_groups({false, "cut off", 1});
    EXPECT_FALSE(d.groups_proved());
    EXPECT_EQ(d.why_groups_unproved(), keys{"cut off"});
    EXPECT_FALSE(d.members_proved(0));
}

TEST(directory, unproved_groups_are_those_that_a_mapping_reads)
{
    auto d = make({{group("a"), group("b"), group("c")}, {}});
    for (const auto* g : {"a", "b"}) d.end_members(g, {false, "cut off", 0});
    mapping::groups_read none, name, path, all;
    name.displays = {"Name of a", "Name of c"};
    path.paths = {"/b"};
    all.all = true;
    using indices = std::vector<std::uint32_t>;
    EXPECT_EQ(d.unproved_groups(none), indices{});
    EXPECT_EQ(d.unproved_groups(name), indices{0});
    EXPECT_EQ(d.unproved_groups(path), indices{1});
    EXPECT_EQ(d.unproved_groups(all), (indices{0, 1}));
}

} // namespace
} // namespace idferry::tests
