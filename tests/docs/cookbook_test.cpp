// Every recipe of docs/mapping-cookbook.md runs here: its rule on its person gives its result.
#include "mapping/eval_map.hpp"
#include "mapping/json.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

using idferry::mapping::json;

struct block
{
    std::string info; // "yaml rule"
    std::string text;
};

struct recipe
{
    std::string title;
    std::vector<block> blocks;
};

// The page as recipes: each "### Title" with the fenced blocks below it. A fence outside of a recipe fails the test.
std::vector<recipe> recipes()
{
    std::ifstream file(std::filesystem::path(IDFERRY_SOURCE_DIR) / "docs/mapping-cookbook.md");
    EXPECT_TRUE(file);
    std::vector<recipe> out;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        const bool fence = line.starts_with("```");
        if (!inside && line.starts_with("## "))
            out.push_back({"", {}});
        else if (!inside && line.starts_with("### "))
            out.push_back({line.substr(4), {}});
        else if (!inside && fence) {
            if (out.empty() || out.back().title.empty()) {
                ADD_FAILURE() << "a block that belongs to no recipe: " << line;
                out.push_back({"?", {}});
            }
            out.back().blocks.push_back({line.substr(3), ""});
            inside = true;
        } else if (inside && fence)
            inside = false;
        else if (inside)
            out.back().blocks.back().text += line + "\n";
    }
    EXPECT_FALSE(inside) << "a block without its end";
    std::erase_if(out, [](const recipe& r) { return r.title.empty(); });
    return out;
}

std::string indented(const std::string& text)
{
    std::string out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) out += "  " + line + "\n";
    return out;
}

// What `eval map` shows, in the form that the page has.
json shown(const json& tried)
{
    if (!tried.at("in_scope").get<bool>()) return {{"out of scope", tried.at("clause")}};
    if (!tried.at("rejected").is_null()) return {{"rejected", tried.at("rejected")}};
    auto out = json::object();
    for (const auto& a : tried.at("attributes")) {
        if (a.at("state") == "absent") continue;
        auto name = a.at("path").get<std::string>();
        if (a.at("apply") == "create") name += " (on create)";
        if (a.at("apply") == "if_empty") name += " (if empty)";
        out[name] = a.at("value");
    }
    return out;
}

TEST(cookbook, every_recipe_gives_its_result)
{
    const auto all = recipes();
    EXPECT_GE(all.size(), 25U);
    for (const auto& r : all) {
        SCOPED_TRACE(r.title);
        ASSERT_EQ(r.blocks.size(), 3U) << "a recipe is a rule, an input and a result";
        const auto& kind = r.blocks[0].info;
        ASSERT_TRUE(kind == "yaml rule" || kind == "yaml users" || kind == "yaml groups") << kind;
        ASSERT_EQ(r.blocks[1].info, "json input");
        ASSERT_EQ(r.blocks[2].info, "json result");
        const auto input = json::parse(r.blocks[1].text, nullptr, false);
        const auto result = json::parse(r.blocks[2].text, nullptr, false);
        ASSERT_TRUE(input.is_object()) << r.blocks[1].text;
        ASSERT_TRUE(result.is_object()) << r.blocks[2].text;
        const auto section = kind == "yaml rule" ? "attributes:\n" + indented(r.blocks[0].text) : r.blocks[0].text;
        const auto tried =
            idferry::mapping::try_mapping_section(section, kind == "yaml groups" ? "group" : "user", &input);
        ASSERT_EQ(tried.at("valid"), true) << tried.at("errors").dump(2);
        EXPECT_EQ(shown(tried.at("result")), result) << tried.at("result").dump(2);
    }
}

// The page shows every key that a rule may have, and every choice of those that have choices.
TEST(cookbook, covers_every_form_of_a_rule)
{
    std::string rules;
    for (const auto& r : recipes())
        if (!r.blocks.empty()) rules += r.blocks[0].text;
    for (const char* form : {"from: ",
                             "from: [",
                             "constant: ",
                             "constant: null",
                             "template: ",
                             "expression: ",
                             "when: ",
                             "transform: ",
                             "lookup: ",
                             "default: ",
                             "collapse: primary",
                             "collapse: first",
                             "collapse: {join: ",
                             "collapse: {one_per: ",
                             "apply: create",
                             "apply: if_empty",
                             "on_absent: clear",
                             "on_absent: reject",
                             "sensitive: true",
                             "link: user",
                             "link: group",
                             "type: ",
                             "element: ",
                             "scope: ",
                             "match: ",
                             "members: true",
                             "lower",
                             "upper",
                             "trim",
                             "squeeze",
                             "ascii: de",
                             "text",
                             "e164: ",
                             "replace: ",
                             "split: ",
                             "prefix: ",
                             "suffix: ",
                             "truncate: ",
                             "date",
                             "email",
                             "department",
                             "groups.display",
                             "groups.path"})
        EXPECT_NE(rules.find(form), std::string::npos) << form;
}

} // namespace
