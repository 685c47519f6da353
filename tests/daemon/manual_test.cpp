// Manual pages: groff takes them without a warning, and they say what the table says.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/manual.hpp"
#include "daemon/cli/roff.hpp"
#include "daemon/run/settings.hpp"
#include "tests/support/own_folder.hpp"
#include "tests/support/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace idferry;
using namespace idferry::daemon::cli;
using test::run_program;
using testing::HasSubstr;

std::vector<manual_page> pages()
{
    auto all = command_pages({all_commands(), command_groups()});
    all.push_back(file_page(*daemon::run::describe_settings()));
    return all;
}

// As a reader sees it, on wide paper so that nothing is broken.
std::string shown(const manual_page& page)
{
    test::own_folder folder;
    folder.write(page.name, page.text);
    test::program_options o;
    o.environment = {{"MANWIDTH", "1000"}, {"MANPAGER", "cat"}, {"LC_ALL", "C.UTF-8"}, {"MANROFFOPT", "-c"}};
    const auto r = run_program({"man", "-E", "UTF-8", "-P", "cat", "-l", folder.file(page.name)}, o);
    EXPECT_EQ(r.exit_code, 0) << r.err;
    std::string text; // bold as overstriking: "x\bx"
    for (std::size_t i = 0; i < r.out.size(); ++i)
        if (r.out[i] == '\b' && !text.empty())
            text.pop_back();
        else
            text += r.out[i];
    return text;
}

// groff_char(7) and groff(7): what would be a request, an escape, or another character on paper.
TEST(roff, writes_text_as_text)
{
    EXPECT_EQ(roff(".SH x"), "\\&.SH x");
    EXPECT_EQ(roff("'quoted'"), "\\(aqquoted\\(aq");
    EXPECT_EQ(roff("a\\b --c"), "a\\eb \\-\\-c");
    EXPECT_EQ(roff("use `idferry plan` now"), "use \\fBidferry plan\\fR now");
    EXPECT_EQ(roff("`open"), "\\fBopen\\fR");
    EXPECT_EQ(roff("1\n.2"), "1 .2");
    EXPECT_EQ(roff("ä → \xF0\x9F\x9B\xA5"), "\\[u00E4] \\[u2192] \\[u1F6E5]");
    EXPECT_EQ(roff("\xff\xc3"), "??");
    EXPECT_EQ(roff_line("`a` ~ ^"), "\\(gaa\\(ga \\(ti \\(ha");
    EXPECT_EQ(roff(""), "");
}

TEST(manual, groff_has_nothing_to_complain_about)
{
    if (!test::has_program("groff") || !test::has_program("man")) GTEST_SKIP() << "no man-db here";
    test::own_folder folder;
    for (const auto& page : pages()) {
        folder.write(page.name, page.text);
        const auto groff = run_program({"groff", "-ww", "-man", "-Tutf8", "-z", folder.file(page.name)});
        EXPECT_EQ(groff.exit_code, 0) << page.name;
        EXPECT_EQ(groff.err, "") << page.name;
        test::program_options o;
        o.environment = {{"MANWIDTH", "80"}, {"LC_ALL", "C.UTF-8"}};
        const auto man =
            run_program({"man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", folder.file(page.name)}, o);
        EXPECT_EQ(man.exit_code, 0) << page.name;
        EXPECT_EQ(man.err, "") << page.name;
    }
}

TEST(manual, has_a_page_for_every_command_with_all_its_options_and_examples)
{
    if (!test::has_program("man")) GTEST_SKIP() << "no man-db here";
    const auto all = pages();
    for (const auto& c : all_commands()) {
        if (c.hidden) continue;
        const auto name = "idferry-" + std::string(c.name.substr(0, c.name.find(' '))) + ".1";
        const auto page = std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.name == name; });
        ASSERT_NE(page, all.end()) << name;
        const auto text = shown(*page);
        EXPECT_THAT(text, HasSubstr("idferry " + std::string(c.name)));
        for (const auto& o : c.options)
            if (o.flags.starts_with("--")) EXPECT_THAT(text, HasSubstr(std::string(o.flags))) << name;
        auto rest = c.examples;
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            EXPECT_THAT(text, HasSubstr(std::string(rest.substr(0, end)))) << name;
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
        EXPECT_THAT(shown(all.front()),
                    HasSubstr("idferry-" + std::string(c.name.substr(0, c.name.find(' '))) + "(1)"));
    }
}

TEST(manual, of_the_file_has_its_keys)
{
    if (!test::has_program("man")) GTEST_SKIP() << "no man-db here";
    const auto text = shown(file_page(*daemon::run::describe_settings()));
    for (const auto* key : {"connections (required)", "syncs (required)", "base_url", "client_secret", "max_removals",
                            "then_delete_after", "blackout"})
        EXPECT_THAT(text, HasSubstr(key));
}

TEST(man_command, prints_one_page_and_writes_all)
{
    const std::string program = IDFERRY_BINARY_DIR "/idferry";
    EXPECT_TRUE(run_program({program, "man", "plan"}).out.starts_with(".TH IDFERRY\\-PLAN 1 "));
    EXPECT_TRUE(run_program({program, "man"}).out.starts_with(".TH IDFERRY 1 "));
    EXPECT_TRUE(run_program({program, "man", "idferry.yaml"}).out.starts_with(".TH IDFERRY.YAML 5 "));
    const auto wrong = run_program({program, "man", "plam"});
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.err, HasSubstr("there is no page 'plam'; there are idferry, "));
    test::own_folder folder;
    EXPECT_EQ(run_program({program, "man", "--out", folder.path()}).exit_code, 0);
    for (const auto& page : pages()) EXPECT_EQ(folder.read(page.name), page.text) << page.name;
    const auto nowhere = run_program({program, "man", "--out", folder.file("not-there")});
    EXPECT_EQ(nowhere.exit_code, 1);
    EXPECT_THAT(nowhere.err, HasSubstr("cannot be written"));
}

} // namespace
