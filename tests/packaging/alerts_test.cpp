// The alert rules, as promtool judges them.
#include "tests/packaging/shell.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace idferry::packaging {
namespace {

const std::string rules_path = "packaging/prometheus/idferry.rules.yml";
const std::string cases_path = "tests/packaging/alerts.yml";

std::vector<std::string> alerts(const std::string& rules)
{
    std::vector<std::string> out;
    const std::string before = "- alert: ";
    for (auto at = rules.find(before); at != std::string::npos; at = rules.find(before, at)) {
        at += before.size();
        out.push_back(rules.substr(at, rules.find('\n', at) - at));
    }
    return out;
}

class alert : public testing::Test
{
protected:
    void SetUp() override { ASSERT_TRUE(installed("promtool")) << advice("promtool"); }
};

TEST_F(alert, rules_are_valid)
{
    const auto judged = shell("promtool check rules '" + in_tree(rules_path).string() + "'");
    EXPECT_EQ(judged.code, 0) << judged.said;
}

TEST_F(alert, scrape_example_is_valid)
{
    const auto judged =
        shell("promtool check config --syntax-only '" + in_tree("packaging/prometheus/scrape.yml").string() + "'");
    EXPECT_EQ(judged.code, 0) << judged.said;
}

TEST_F(alert, fires_when_it_should_and_only_then)
{
    const auto judged = shell("promtool test rules '" + in_tree(cases_path).string() + "'");
    EXPECT_EQ(judged.code, 0) << judged.said;
}

TEST_F(alert, a_rule_that_fires_at_the_wrong_time_is_found)
{
    temporary_folder place;
    auto rules = text_of(in_tree(rules_path));
    const std::string right = "expr: idferry_quarantine == 1";
    ASSERT_NE(rules.find(right), std::string::npos);
    rules.replace(rules.find(right), right.size(), "expr: idferry_quarantine == 0");
    write(place.path() / rules_path, rules);
    // The head of the cases, and the one about it.
    const auto cases = text_of(in_tree(cases_path));
    const auto begins = cases.find("  - name: quarantine\n"), first = cases.find("  - name:");
    ASSERT_NE(begins, std::string::npos);
    const auto one = cases.substr(0, first) + cases.substr(begins, cases.find("  - name:", begins + 1) - begins);
    write(place.path() / cases_path, one);
    EXPECT_NE(shell("promtool test rules '" + (place.path() / cases_path).string() + "'").code, 0);
    write(place.path() / rules_path, text_of(in_tree(rules_path)));
    EXPECT_EQ(shell("promtool test rules '" + (place.path() / cases_path).string() + "'").code, 0);
}

TEST_F(alert, has_a_case_where_it_fires_and_a_section_for_the_operator)
{
    const auto cases = text_of(in_tree(cases_path));
    const auto guide = text_of(in_tree("docs/operating.md"));
    const auto names = alerts(text_of(in_tree(rules_path)));
    ASSERT_GE(names.size(), 10u);
    for (const auto& name : names) {
        const auto fires = cases.find("alertname: " + name + "\n");
        ASSERT_NE(fires, std::string::npos) << name << " fires in no case";
        const auto next = cases.find("alertname:", fires + 1);
        EXPECT_LT(cases.find("exp_labels:", fires), next) << name << " fires in no case";
        EXPECT_NE(guide.find("### " + name + "\n"), std::string::npos) << name << " has no section";
    }
}

} // namespace
} // namespace idferry::packaging
