// The tree as a whole: folders and their READMEs, long files, what is compiled, clean text.
#include "tests/checks/tree_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace idferry::tests::checks {
namespace {

using testing::HasSubstr;

const std::filesystem::path tree_root{IDFERRY_SOURCE_DIR};

bool is_text(const std::filesystem::path& file)
{
    // Vectors and scenarios are data: some are wrong on purpose.
    const auto name = file.generic_string();
    if (name.find("/vectors/") != std::string::npos || name.find("/tests/checks/") != std::string::npos) return false;
    const auto end = file.extension().string();
    return end.empty() || end == ".cpp" || end == ".hpp" || end == ".md" || end == ".txt" || end == ".sh" ||
           end == ".yaml" || end == ".cmake" || end == ".sql" || end == ".service";
}

TEST(folders, are_the_eight_each_with_a_readme)
{
    const auto findings = check_folders(tree_root);
    EXPECT_TRUE(findings.empty()) << to_text(findings);
}

TEST(folders, that_are_missing_or_too_many_are_found)
{
    const auto place = std::filesystem::path{testing::TempDir()} /
                       ("idferry_tree_" + std::to_string(testing::UnitTest::GetInstance()->random_seed()));
    std::filesystem::remove_all(place);
    for (const auto& folder : top_level_folders()) {
        std::filesystem::create_directories(place / folder);
        std::ofstream{place / folder / "README.md"} << "# " << folder << "\n\nWhy it exists.\n";
    }
    std::filesystem::create_directories(place / ".ci");
    std::filesystem::create_directories(place / "build");
    EXPECT_EQ(to_text(check_folders(place)), "");

    std::filesystem::create_directories(place / "tools");
    std::filesystem::remove(place / "state/README.md");
    std::filesystem::remove_all(place / "docs");
    EXPECT_EQ(to_text(check_folders(place)),
              "docs:0: this folder is part of the layout and is missing\n"
              "state/README.md:0: says why the folder exists and what belongs there: missing or empty\n"
              "tools:0: is not one of the top-level folders: put it where it belongs\n");
    std::filesystem::remove_all(place);
}

TEST(long_files, must_be_explained)
{
    std::string lines;
    for (int i = 0; i < 401; ++i) lines += "int x;\n";
    const std::vector<source_file> files{{"state/sqlite/big.cpp", lines}};
    const auto silent = [](const std::string&) { return std::string{}; };
    const auto told = [](const std::string& folder) {
        return std::string{folder == "state" ? "`big.cpp` is long because" : ""};
    };
    EXPECT_THAT(to_text(check_long_files(files, silent)), HasSubstr("has 401 lines"));
    EXPECT_EQ(to_text(check_long_files(files, told)), "");
    EXPECT_EQ(to_text(check_long_files({{"state/small.cpp", lines.substr(7)}}, silent)), "");
}

TEST(long_files, are_explained_in_the_tree)
{
    const auto files = read_tree(tree_root, {"config", "mapping", "connectors", "state", "daemon", "tests"}, is_cpp);
    const auto readme = [](const std::string& folder) { return read_text(tree_root / folder / "README.md"); };
    const auto findings = check_long_files(files, readme);
    EXPECT_TRUE(findings.empty()) << to_text(findings);
}

TEST(compiled, finds_a_file_that_nothing_builds)
{
    const std::vector<source_file> files{
        {"tests/a_test.cpp", ""}, {"tests/b_test.cpp", ""}, {"tests/c.hpp", ""}, {"tests/d_test.cpp", ""}};
    const auto unit = [](const std::string& file) {
        EXPECT_EQ(file, "/src/build/unity_0_cxx.cxx");
        return std::string("/* generated */\n\n#include \"/src/tests/d_test.cpp\"\n");
    };
    EXPECT_EQ(to_text(check_compiled(files, "/src",
                                     R"([{"file": "/src/tests/a_test.cpp", "directory": "/src/build"},
                                         {"file": "/src/build/unity_0_cxx.cxx", "directory": "/src/build"}])",
                                     unit)),
              "tests/b_test.cpp:0: is compiled into nothing: no CMakeLists.txt picks it up\n");
}

TEST(compiled, every_source_and_every_test_is)
{
    const auto files = read_tree(tree_root, {"config", "mapping", "connectors", "state", "daemon", "tests"}, is_cpp);
    const auto commands = read_text(std::filesystem::path{IDFERRY_BINARY_DIR} / "compile_commands.json");
    const auto findings = check_compiled(files, tree_root, commands, read_text);
    EXPECT_TRUE(findings.empty()) << to_text(findings);
}

TEST(links, that_lead_nowhere_are_found)
{
    const auto exists = [](const std::string& path) { return path == "docs/a.md" || path == "README.md"; };
    const auto found = [&](std::string text) { return to_text(check_links({"docs/b.md", std::move(text)}, exists)); };
    EXPECT_EQ(found("[a](a.md), [a](a.md#words), [up](../README.md), [out](https://a.example/x), [here](#below)\n"),
              "");
    EXPECT_EQ(found("x\n[a](a.md) and [c](c.md)\n"), "docs/b.md:2: the link to c.md leads nowhere\n");
}

TEST(text, finds_what_does_not_belong)
{
    const auto found = [](std::string text) { return to_text(check_text({"a.md", std::move(text)})); };
    EXPECT_EQ(found("# Title\n\nWords, `/etc/idferry/idferry.yaml`, https://a.example/home/x, docs/work/flow.\n"), "");
    EXPECT_EQ(found("TODO: read the page again when it was cut\n"), "");
    EXPECT_THAT(found("see /home/someone/x\n"), HasSubstr("a.md:1: a path of somebody's machine"));
    EXPECT_THAT(found("x\n`/work/tree`\n"), HasSubstr("a.md:2: a path"));
    EXPECT_THAT(found("// TODO\n"), HasSubstr("open end"));
    EXPECT_THAT(found("// FIXME later\n"), HasSubstr("open end"));
    EXPECT_THAT(found("as Issue #12 says\n"), HasSubstr("tracker"));
    EXPECT_THAT(found("<<<<<<< ours\n"), HasSubstr("merge"));
    EXPECT_THAT(found("x\r\n"), HasSubstr("another system"));
    EXPECT_THAT(found("x \n"), HasSubstr("blanks"));
    EXPECT_THAT(found("x"), HasSubstr("no end"));
    EXPECT_THAT(found("for (const auto& [k, v] : json::parse(text).items())\n"), HasSubstr("before the loop"));
    EXPECT_THAT(found("    for (const auto& row : store.rows(scope).value()) {\n"), HasSubstr("before the loop"));
    EXPECT_THAT(found("for (const auto& row : *store_->rows(scope))\n"), HasSubstr("before the loop"));
    EXPECT_THAT(found("for (const auto& r : s.control(\"GET\", \"x\")[\"all\"]) {\n"),
                HasSubstr("name that value first"));
    EXPECT_THAT(found("for (auto& r : read(path(a)).at(\"all\"))\n"), HasSubstr("name that value first"));
    EXPECT_EQ(found("for (const auto g : all(key)) out.push_back(d.groups()[g]);\nconst auto one = f()[0];\n"), "");
    EXPECT_EQ(found("for (const auto& [k, v] : all.at(\"users\").items())\nfor (auto& o : a) b(o.get().value());\n"),
              "");
    EXPECT_THAT(found("\xC3\x28\n"), HasSubstr("UTF-8"));
}

TEST(text, is_clean_in_the_tree)
{
    auto folders = top_level_folders();
    folders.push_back(".ci");
    auto files = read_tree(tree_root, folders, is_text);
    for (const auto& entry : std::filesystem::directory_iterator{tree_root})
        if (entry.is_regular_file() && is_text(entry.path()) && entry.path().filename() != "LICENSE")
            files.push_back({entry.path().filename().string(), read_text(entry.path())});
    std::vector<finding> findings;
    for (const auto& file : files) {
        const auto found = check_text(file);
        findings.insert(findings.end(), found.begin(), found.end());
        if (!file.path.ends_with(".md")) continue;
        const auto dead =
            check_links(file, [](const std::string& to) { return std::filesystem::exists(tree_root / to); });
        findings.insert(findings.end(), dead.begin(), dead.end());
    }
    EXPECT_TRUE(findings.empty()) << to_text(findings);
}

} // namespace
} // namespace idferry::tests::checks
