// Alert rules and dashboard use the metrics that docs/metrics.md has, and no others.
#include "tests/packaging/shell.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace idferry::packaging {
namespace {

using nlohmann::json;

const std::vector<std::string> ours{"idferry_", "process_"};

// Name → type, of the rows "| `name` | type | …" of docs/metrics.md.
std::map<std::string, std::string> documented()
{
    std::map<std::string, std::string> out;
    const auto page = text_of(in_tree("docs/metrics.md"));
    const std::string before = "\n| `";
    for (auto at = page.find(before); at != std::string::npos; at = page.find(before, at)) {
        at += before.size();
        const auto end = page.find("` | ", at);
        const auto type = end + 4;
        out[page.substr(at, end - at)] = page.substr(type, page.find(' ', type) - type);
    }
    return out;
}

// What Prometheus stores for them: a histogram is three series.
std::set<std::string> series()
{
    std::set<std::string> out;
    for (const auto& [name, type] : documented())
        if (type == "histogram")
            for (const auto* end : {"_bucket", "_sum", "_count"}) out.insert(name + end);
        else
            out.insert(name);
    return out;
}

// Everything in a dashboard that is a query.
void collect(const json& value, std::vector<std::string>& expressions)
{
    if (value.is_object())
        for (const auto& [key, inner] : value.items())
            if (key == "expr")
                expressions.push_back(inner.get<std::string>());
            else
                collect(inner, expressions);
    else if (value.is_array())
        for (const auto& inner : value) collect(inner, expressions);
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

TEST(metrics, page_has_known_types)
{
    const auto all = documented();
    EXPECT_GE(all.size(), 20u);
    for (const auto& [name, type] : all) {
        EXPECT_TRUE(type == "gauge" || type == "counter" || type == "histogram") << name << ": " << type;
        EXPECT_EQ(type == "counter", name.ends_with("_total")) << name << ": counters, and only they, end so";
    }
}

TEST(metrics, of_the_alert_rules_are_documented)
{
    const auto known = series();
    const auto used = words_that_begin(text_of(in_tree("packaging/prometheus/idferry.rules.yml")), ours);
    EXPECT_GE(used.size(), 10u);
    for (const auto& name : used) EXPECT_TRUE(known.contains(name)) << name;
}

TEST(metrics, of_the_dashboard_are_documented)
{
    const auto known = series();
    const auto used = words_that_begin(text_of(in_tree("packaging/grafana/idferry.json")), ours);
    EXPECT_GE(used.size(), 15u);
    for (const auto& name : used) EXPECT_TRUE(known.contains(name)) << name;
}

TEST(dashboard, panels_have_a_place_of_their_own_and_ask_in_valid_promql)
{
    ASSERT_TRUE(installed("promtool")) << advice("promtool");
    const auto dashboard = json::parse(text_of(in_tree("packaging/grafana/idferry.json")));
    std::set<int> ids;
    std::set<std::pair<int, int>> cells;
    for (const auto& panel : dashboard.at("panels")) {
        EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second) << panel.at("id");
        const auto& at = panel.at("gridPos");
        EXPECT_LE(at.at("x").get<int>() + at.at("w").get<int>(), 24) << panel.at("title");
        for (int x = 0; x < at.at("w").get<int>(); ++x)
            for (int y = 0; y < at.at("h").get<int>(); ++y)
                EXPECT_TRUE(cells.emplace(at.at("x").get<int>() + x, at.at("y").get<int>() + y).second)
                    << panel.at("title") << " lies over another";
        if (panel.at("type") != "row") {
            EXPECT_FALSE(panel.at("targets").empty()) << panel.at("title");
        }
    }

    std::vector<std::string> expressions;
    collect(dashboard, expressions);
    ASSERT_GE(expressions.size(), 20u);
    json rules = json::array();
    for (auto text : expressions) {
        text = replaced(text, "$__rate_interval", "5m");
        EXPECT_EQ(replaced(replaced(text, "$sync", ""), "$connection", "").find('$'), std::string::npos) << text;
        rules.push_back({{"record", "expression:" + std::to_string(rules.size())}, {"expr", text}});
    }
    temporary_folder place;
    write(place.path() / "dashboard.yml", json{{"groups", {{{"name", "all"}, {"rules", rules}}}}}.dump());
    const auto judged = shell("promtool check rules '" + (place.path() / "dashboard.yml").string() + "'");
    EXPECT_EQ(judged.code, 0) << judged.said;
}

} // namespace
} // namespace idferry::packaging
