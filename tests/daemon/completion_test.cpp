// Shell completion, run in the shells themselves. The scripts are made from the real table; names come from the real
// binary, which reads a configuration file.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/completion.hpp"
#include "tests/support/own_folder.hpp"
#include "tests/support/program.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace idferry;
using namespace idferry::daemon::cli;
using test::program_options;
using test::run_program;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::UnorderedElementsAre;

const std::string binary = IDFERRY_BINARY_DIR "/idferry";

int do_nothing(const invocation&)
{
    return 0;
}

// A table with everything that a script must understand, whatever the real one has by now.
const std::vector<command>& sample_commands()
{
    static const std::vector<command> all{
        {.name = "plan",
         .summary = "show it's [what] a: sync would do",
         .options = {{"-c,--config", value_kind::file, "FILE", "configuration file"},
                     {"-v,--verbose", value_kind::flag, "", "say more"},
                     {"--format", value_kind::text, "FORMAT", "how", "text", {"text", "json", "markdown"}},
                     {"--state", value_kind::folder, "FOLDER", "state"},
                     {"--via", value_kind::connection, "NAME", "a connection"}},
         .positionals = {{"SYNC", value_kind::sync, "syncs", false, true}},
         .run = do_nothing},
        {.name = "eval",
         .summary = "try one",
         .options = {},
         .positionals = {{"KIND", value_kind::text, "what", true, false, {"filter", "path"}},
                         {"FILE", value_kind::file, "where"}},
         .run = do_nothing},
        {.name = "rejects list",
         .summary = "list them",
         .options = {{"--limit", value_kind::number, "N", "how many"}},
         .positionals = {{"SYNC", value_kind::sync, "one"}},
         .run = do_nothing},
        {.name = "rejects drop", .summary = "drop them", .options = {}, .run = do_nothing},
        {.name = "secret", .summary = "hidden", .options = {}, .run = do_nothing, .hidden = true},
    };
    return all;
}

command_table sample()
{
    static const std::vector<command_group> groups{{"rejects", "what cannot be pushed"}};
    return {sample_commands(), groups};
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) out.push_back(line);
    return out;
}

class completion : public testing::Test
{
protected:
    completion()
    {
        write("idferry.yaml", "connections:\n  bare: {}\n  showpad: {}\n"
                              "syncs:\n  staff: {}\n  stage: {}\n  \"odd one\": {}\n");
        write("notes.txt", "x");
    }

    std::string file(const std::string& name) const { return folder_.file(name); }
    void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }

    // What bash offers for the last of these words.
    std::vector<std::string> bash(std::vector<std::string> words, const command_table& table = sample())
    {
        write("script", bash_completion(table));
        std::vector<std::string> argv{"bash",
                                      "--norc",
                                      "--noprofile",
                                      "-uc",
                                      "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _idferry; "
                                      "printf '%s\\n' ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}",
                                      "_",
                                      file("script"),
                                      binary};
        argv.insert(argv.end(), words.begin(), words.end());
        const auto r = run_program(argv);
        EXPECT_EQ(r.err, "");
        return lines_of(r.out);
    }

    // What fish offers, without the descriptions.
    std::vector<std::string> fish(const std::string& line)
    {
        write("script", fish_completion(sample()));
        program_options o;
        o.environment = {{"HOME", folder_.path()}, {"XDG_CONFIG_HOME", folder_.path()}};
        const auto r = run_program(
            {"fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", file("script"), binary + " " + line},
            o);
        EXPECT_EQ(r.err, "");
        auto all = lines_of(r.out);
        for (auto& l : all) l = l.substr(0, l.find('\t'));
        return all;
    }

    // What zsh makes of a line when Tab is pressed behind it.
    std::vector<std::string> zsh(const std::vector<std::string>& typed)
    {
        write("_idferry", zsh_completion(sample()));
        write(".zshrc", "fpath=(" + folder_.path() +
                            " $fpath)\nPATH=" IDFERRY_BINARY_DIR
                            ":$PATH\nautoload -Uz compinit; compinit -u -D\ntypeset -i n=0\n"
                            "report() { print -r -- \"$BUFFER\" >> " +
                            file("report") +
                            "; BUFFER=; zle -M \"reported $((++n)).\" }\n"
                            "zle -N report; bindkey '^X' report\nsetopt NO_BEEP\nPS1='ready> '\n");
        program_options o;
        o.environment = {{"ZDOTDIR", folder_.path()}, {"TERM", "dumb"}};
        for (std::size_t i = 0; i < typed.size(); ++i)
            o.dialogue.emplace_back(i == 0 ? "ready> " : fmt::format("reported {}.", i), typed[i] + "\t\x18");
        o.dialogue.emplace_back(fmt::format("reported {}.", typed.size()), "exit\n");
        const auto r = run_program({"zsh", "-d", "-i"}, o);
        EXPECT_EQ(r.exit_code, 0) << r.out;
        return lines_of(folder_.read("report"));
    }

    test::own_folder folder_;
};

TEST_F(completion, bash_offers_commands_and_groups_and_no_hidden_ones)
{
    EXPECT_THAT(bash({""}), UnorderedElementsAre("plan", "eval", "rejects", "--help", "--version"));
    EXPECT_THAT(bash({"re"}), ElementsAre("rejects"));
    EXPECT_THAT(bash({"rejects", ""}), UnorderedElementsAre("list", "drop"));
    EXPECT_THAT(bash({"rejects", "l"}), ElementsAre("list"));
    EXPECT_THAT(bash({"sec"}), ElementsAre());
}

TEST_F(completion, bash_offers_options_and_choices)
{
    EXPECT_THAT(bash({"plan", "--"}),
                UnorderedElementsAre("--help", "--config", "--verbose", "--format", "--state", "--via"));
    EXPECT_THAT(bash({"plan", "--format", ""}), UnorderedElementsAre("text", "json", "markdown"));
    EXPECT_THAT(bash({"plan", "--format", "m"}), ElementsAre("markdown"));
    EXPECT_THAT(bash({"plan", "--format", "=", "j"}), ElementsAre("json")); // --format=j, as bash splits it
    EXPECT_THAT(bash({"plan", "--format", "="}), UnorderedElementsAre("text", "json", "markdown"));
    EXPECT_THAT(bash({"rejects", "list", "--"}), UnorderedElementsAre("--help", "--limit"));
    EXPECT_THAT(bash({"rejects", "list", "--limit", ""}), ElementsAre());
    EXPECT_THAT(bash({"eval", "fi"}), ElementsAre("filter"));
}

TEST_F(completion, bash_offers_names_of_the_configuration_that_the_line_names)
{
    const auto config = file("idferry.yaml");
    EXPECT_THAT(bash({"plan", "-c", config, "sta"}), UnorderedElementsAre("staff", "stage"));
    EXPECT_THAT(bash({"plan", "--config", "=", config, "-v", "staff", "stag"}), ElementsAre("stage"));
    EXPECT_THAT(bash({"plan", "-c", config, "odd"}), ElementsAre("odd\\ one"));
    EXPECT_THAT(bash({"plan", "-c", config, "--via", "s"}), ElementsAre("showpad"));
    EXPECT_THAT(bash({"plan", "-c", config, "--", "--"}), ElementsAre());
    EXPECT_THAT(bash({"plan", "-c", file("not-there.yaml"), ""}), ElementsAre());
}

TEST_F(completion, bash_offers_files_and_folders)
{
    EXPECT_THAT(bash({"plan", "-c", file("no")}), ElementsAre(file("notes.txt")));
    EXPECT_THAT(bash({"eval", "path", file("no")}), ElementsAre(file("notes.txt")));
    EXPECT_THAT(bash({"plan", "--state", file("no")}), ElementsAre());
    EXPECT_THAT(bash({"plan", "--state", folder_.path()}), Contains(folder_.path()));
}

TEST_F(completion, bash_knows_every_command_of_the_real_table)
{
    for (const auto& c : all_commands()) {
        if (c.hidden) continue;
        std::vector<std::string> words;
        std::istringstream name{std::string(c.name)};
        for (std::string w; name >> w;) words.push_back(w);
        EXPECT_THAT(bash(words, {all_commands(), command_groups()}), Contains(words.back())) << c.name;
        words.push_back("--");
        const auto offered = bash(words, {all_commands(), command_groups()});
        for (const auto& o : c.options)
            if (o.flags.find("--") != std::string_view::npos)
                EXPECT_THAT(offered, Contains("--" + std::string(o.name()))) << c.name;
    }
}

TEST_F(completion, fish_offers_the_same)
{
    if (!test::has_program("fish")) GTEST_SKIP() << "no fish here (apt-get install fish)";
    const auto config = file("idferry.yaml");
    EXPECT_THAT(fish(""), UnorderedElementsAre("plan", "eval", "rejects"));
    EXPECT_THAT(fish("rejects "), UnorderedElementsAre("list", "drop"));
    EXPECT_THAT(fish("plan --fo"), ElementsAre("--format"));
    EXPECT_THAT(fish("plan --format "), UnorderedElementsAre("text", "json", "markdown"));
    EXPECT_THAT(fish("plan -c " + config + " sta"), UnorderedElementsAre("staff", "stage"));
    EXPECT_THAT(fish("plan --config=" + config + " --via s"), ElementsAre("showpad"));
    EXPECT_THAT(fish("rejects list --"), UnorderedElementsAre("--help", "--limit"));
    EXPECT_THAT(fish("eval fi"), Contains("filter"));
    EXPECT_THAT(fish("rejects drop "), Not(Contains("list")));
}

TEST_F(completion, zsh_completes_the_same)
{
    if (!test::has_program("zsh")) GTEST_SKIP() << "no zsh here (apt-get install zsh)";
    if (!test::has_terminals()) GTEST_SKIP() << "there are no terminals here (/dev/pts)";
    const auto config = file("idferry.yaml");
    EXPECT_THAT(zsh({"idferry pl", "idferry rej", "idferry rejects d", "idferry plan --fo", "idferry plan --format m",
                     "idferry plan --state /us", "idferry plan -c " + config + " staf",
                     "idferry plan --config " + config + " --via sh", "idferry rejects list --li", "idferry eval f"}),
                ElementsAre("idferry plan ", "idferry rejects ", "idferry rejects drop ", "idferry plan --format ",
                            "idferry plan --format markdown ", "idferry plan --state /usr/",
                            "idferry plan -c " + config + " staff ",
                            "idferry plan --config " + config + " --via showpad ", "idferry rejects list --limit ",
                            "idferry eval filter "));
}

TEST(completion_names, are_quiet_whatever_is_wrong)
{
    test::own_folder folder;
    folder.write("bad.yaml", "syncs: [not, a, map\n");
    const auto bad = folder.file("bad.yaml");
    for (const auto& file : {bad, std::string("/not/there")}) {
        const auto r = run_program({binary, "completion", "names", "syncs", "-c", file});
        EXPECT_EQ(r.exit_code, 0);
        EXPECT_EQ(r.out, "");
        EXPECT_EQ(r.err, "");
    }
}

} // namespace
