// What is compiled as one has no names that could meet.
#include "tests/checks/compiled_together.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::tests::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_in(std::string_view text)
{
    std::vector<std::string> out;
    for (const auto& [name, how] : private_names(text)) out.push_back(name);
    return out;
}

TEST(compiled_together, names_of_a_file_are_found)
{
    EXPECT_THAT(names_in("namespace a {\nnamespace {\n"
                         "constexpr std::array<int, 2> sizes{1, 2};\n"
                         "const char* words[] = {\"x\"};\n"
                         "struct row : base\n{\n    int inner{0};\n    void act() { other(); }\n};\n"
                         "enum class colour { red };\n"
                         "enum shape { round, square };\n"
                         "template <class T, class U = std::vector<T>>\n"
                         "outcome<std::map<int, T>> read_it(const row& r, int n = 1)\n{\n    return go(r);\n}\n"
                         "} // namespace\n"
                         "outcome<void> known(const row& r)\n{\n    auto local = r;\n}\n"
                         "static int counter = 0;\n"
                         "known_class::known_class(int a) : a_{a}, b_(a) {}\n"
                         "int after();\n} // namespace a\n"),
                ElementsAre("colour", "counter", "read_it", "round", "row", "shape", "sizes", "square", "words"));
    EXPECT_THAT(
        names_in("#define SHOUT(x) x\nusing std::string;\nusing json = lib::json;\nnamespace fs = std::filesystem;\n"
                 "using namespace std;\nvoid f() { using std::swap; }\n"),
        ElementsAre("SHOUT", "fs", "json", "string", "using namespace"));
    EXPECT_THAT(names_in("namespace { bool operator==(const x& a, const x& b) { return true; } }\n"),
                ElementsAre("operator"));
    EXPECT_THAT(names_in("namespace a {\nnamespace b { int n(); }\nint m() { return 1; }\n}\n"), ElementsAre());
}

std::string found(std::map<std::string, std::string> files, std::string_view list = "# why\na.cpp b.cpp\n")
{
    return to_text(check_compiled_together(list, [&](const std::string& path) -> std::optional<std::string> {
        const auto at = files.find(path);
        if (at == files.end()) return {};
        return at->second;
    }));
}

TEST(compiled_together, a_name_that_meets_a_neighbour_is_found)
{
    const std::string a = "namespace {\nint text_of(long);\n}\n";
    EXPECT_EQ(
        found({{"a.cpp", a}, {"b.cpp", "int f() { return x.text_of(1) + other::text_of(2) + p->text_of(3); }\n"}}), "");
    EXPECT_THAT(found({{"a.cpp", a}, {"b.cpp", "int g();\nint f() { return text_of(1); }\n"}}),
                HasSubstr("b.cpp:2: 'text_of' is also a name that a.cpp has for itself alone"));
    EXPECT_THAT(found({{"b.cpp", a}, {"a.cpp", "int f() { return text_of(1); }\n"}}), HasSubstr("a.cpp:1: 'text_of'"))
        << "in whichever order they stand";
    EXPECT_EQ(found({{"a.cpp", "using json = lib::json;\n"}, {"b.cpp", "using json = lib::json;\njson j;\n"}}), "");
    EXPECT_THAT(found({{"a.cpp", "using json = lib::json;\n"}, {"b.cpp", "using json = other::json;\n"}}),
                HasSubstr("'json'"));
    EXPECT_THAT(found({{"a.cpp", "using lib::note;\n"}, {"b.cpp", "void f(note n);\n"}}), HasSubstr("'note'"));
    EXPECT_THAT(found({{"a.cpp", "using namespace lib;\n"}, {"b.cpp", ""}}), HasSubstr("shares no line"));
    EXPECT_THAT(found({{"a.cpp", "namespace { bool operator<(x, y); }\n"}, {"b.cpp", ""}}),
                HasSubstr("shares no line"));
}

TEST(compiled_together, a_list_that_is_out_of_date_is_found)
{
    EXPECT_THAT(found({{"a.cpp", ""}}), HasSubstr("compiled_together.txt:2: b.cpp is not there"));
    EXPECT_THAT(found({{"a.cpp", ""}, {"b.cpp", ""}}, "a.cpp b.cpp\nb.cpp a.cpp\n"),
                HasSubstr("compiled_together.txt:2: b.cpp stands here twice"));
}

TEST(compiled_together, in_the_tree_no_name_meets_another)
{
    const std::filesystem::path root{IDFERRY_SOURCE_DIR};
    const auto list = read_text(root / "compiled_together.txt");
    EXPECT_GT(lines_of(list).size(), 10u);
    const auto findings = check_compiled_together(list, [&](const std::string& path) -> std::optional<std::string> {
        if (!std::filesystem::exists(root / path)) return {};
        return read_text(root / path);
    });
    EXPECT_TRUE(findings.empty()) << to_text(findings);
}

} // namespace
} // namespace idferry::tests::checks
