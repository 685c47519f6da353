// The table of commands: what help, man pages and completions are made from.
#include "daemon/cli/command.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace {

using namespace idferry::daemon::cli;

TEST(command_table, names_are_unique_and_groups_are_described)
{
    std::set<std::string_view> names, groups;
    for (const auto& g : command_groups()) EXPECT_TRUE(groups.insert(g.name).second) << g.name;
    for (const auto& c : all_commands()) {
        EXPECT_TRUE(names.insert(c.name).second) << c.name;
        if (const auto blank = c.name.find(' '); blank != std::string_view::npos)
            EXPECT_TRUE(groups.contains(c.name.substr(0, blank))) << c.name;
        EXPECT_FALSE(c.summary.empty()) << c.name;
        EXPECT_NE(c.summary.back(), '.') << c.name;
        EXPECT_NE(c.run, nullptr) << c.name;
        if (!c.hidden) EXPECT_FALSE(c.examples.empty()) << c.name << ": long help has examples";
    }
}

TEST(command_table, every_value_is_told)
{
    for (const auto& c : all_commands()) {
        std::set<std::string_view> seen;
        for (const auto& o : c.options) {
            EXPECT_TRUE(seen.insert(o.name()).second) << c.name << " --" << o.name();
            EXPECT_FALSE(o.doc.empty()) << c.name << " --" << o.name();
            EXPECT_EQ(o.value.empty(), o.kind == value_kind::flag) << c.name << " --" << o.name();
        }
        for (const auto& p : c.positionals) {
            EXPECT_TRUE(seen.insert(p.name).second) << c.name << ' ' << p.name;
            EXPECT_FALSE(p.doc.empty()) << c.name << ' ' << p.name;
        }
    }
}

TEST(command_table, examples_name_real_commands)
{
    for (const auto& c : all_commands()) {
        const auto start = "idferry " + std::string(c.name);
        EXPECT_TRUE(c.examples.empty() || c.examples.find(start) != std::string_view::npos) << c.name;
    }
}

int nothing(const invocation&)
{
    return 0;
}

TEST(invocation, gives_values_fallbacks_and_refuses_what_is_not_declared)
{
    const command c{
        .name = "x",
        .summary = "x",
        .options = {{"-l,--limit", value_kind::number, "N", "how many", "50"}, {"-v", value_kind::flag, "", "more"}},
        .positionals = {{"SYNC", value_kind::sync, "which", false, true}},
        .run = nothing};
    invocation given(c);
    EXPECT_EQ(given.number("limit"), 50u);
    EXPECT_FALSE(given.given("limit"));
    EXPECT_EQ(given.count("v"), 0);
    EXPECT_TRUE(given.many("SYNC").empty());
    given.set("limit", {"7"});
    given.set("v", {"", ""});
    given.set("SYNC", {"a", "b"});
    EXPECT_EQ(given.number("limit"), 7u);
    EXPECT_EQ(given.count("v"), 2);
    EXPECT_EQ(given.many("SYNC"), (std::vector<std::string>{"a", "b"}));
    EXPECT_THROW(given.text("format"), std::logic_error);
}

} // namespace
