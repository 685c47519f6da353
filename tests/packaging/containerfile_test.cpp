// The Containerfile, read as an engine would: instructions, stages, users, and that what it names is there. It is not
// built here: that needs an engine and the network.
#include "tests/packaging/shell.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace idferry::packaging {
namespace {

using nlohmann::json;

struct instruction
{
    std::string word, rest;
};

// Instructions with their continued lines joined; comments and blank lines left out.
std::vector<instruction> instructions(const std::string& text)
{
    std::vector<instruction> out;
    std::istringstream lines(text);
    std::string joined;
    for (std::string line; std::getline(lines, line);) {
        if (joined.empty() && (line.empty() || line.front() == '#')) continue;
        joined += line;
        if (joined.ends_with("\\")) {
            joined.pop_back();
            continue;
        }
        const auto blank = joined.find(' ');
        out.push_back({joined.substr(0, blank), blank == std::string::npos ? "" : joined.substr(blank + 1)});
        joined.clear();
    }
    EXPECT_EQ(joined, "") << "the last line is continued";
    return out;
}

// The words of an instruction in exec form; empty when it is not in that form.
std::vector<std::string> exec_form(const std::string& rest)
{
    const auto begins = rest.find('[');
    const auto parsed = begins == std::string::npos ? json() : json::parse(rest.substr(begins), nullptr, false);
    return parsed.is_array() ? parsed.get<std::vector<std::string>>() : std::vector<std::string>();
}

class containerfile : public testing::Test
{
protected:
    const std::vector<instruction> all_ = instructions(text_of(in_tree("packaging/container/Containerfile")));

    // Those of the stage that ships.
    std::vector<instruction> shipped() const
    {
        std::vector<instruction> out;
        for (const auto& i : all_) {
            if (i.word == "FROM") out.clear();
            out.push_back(i);
        }
        return out;
    }
    static std::vector<std::string> rests(const std::vector<instruction>& from, const std::string& word)
    {
        std::vector<std::string> out;
        for (const auto& i : from)
            if (i.word == word) out.push_back(i.rest);
        return out;
    }
};

TEST_F(containerfile, has_instructions_that_engines_know)
{
    const std::set<std::string> known{"FROM", "RUN",    "COPY",       "WORKDIR",     "USER",       "VOLUME", "ENV",
                                      "ARG",  "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",    "LABEL"};
    ASSERT_FALSE(all_.empty());
    EXPECT_EQ(all_.front().word, "FROM");
    for (const auto& i : all_) {
        EXPECT_TRUE(known.contains(i.word)) << i.word;
        EXPECT_NE(i.rest, "") << i.word;
    }
}

TEST_F(containerfile, builds_in_one_stage_and_ships_another_both_on_the_same_debian)
{
    const auto stages = rests(all_, "FROM");
    ASSERT_EQ(stages.size(), 2u);
    EXPECT_EQ(stages[0], "docker.io/library/debian:bookworm-slim AS build");
    EXPECT_EQ(stages[1], "docker.io/library/debian:bookworm-slim");
    // Nothing of the build comes along but the package.
    EXPECT_TRUE(rests(shipped(), "COPY").empty());
}

TEST_F(containerfile, ends_as_an_account_without_rights_that_it_made)
{
    const auto stage = shipped();
    const auto user = std::find_if(stage.begin(), stage.end(), [](const auto& i) { return i.word == "USER"; });
    ASSERT_NE(user, stage.end());
    EXPECT_EQ(user->rest, "idferry");
    const auto made = std::find_if(stage.begin(), stage.end(), [](const auto& i) {
        const auto words = exec_form(i.rest);
        return i.word == "RUN" && !words.empty() && words.front() == "useradd" && words.back() == "idferry";
    });
    EXPECT_LT(made, user);
    for (auto after = user; after != stage.end(); ++after) EXPECT_NE(after->word, "RUN") << "nothing is done as it";
}

TEST_F(containerfile, starts_without_a_shell)
{
    const auto stage = shipped();
    for (const auto* word : {"ENTRYPOINT", "CMD", "HEALTHCHECK", "VOLUME"}) {
        const auto found = rests(stage, word);
        ASSERT_EQ(found.size(), 1u) << word;
        EXPECT_FALSE(exec_form(found.front()).empty()) << word << " is not in exec form: " << found.front();
    }
    EXPECT_EQ(exec_form(rests(stage, "ENTRYPOINT").front()), std::vector<std::string>{"/usr/bin/idferry"});
    // The daemon itself is asked: what is recorded says nothing about whether it lives.
    const auto asks = exec_form(rests(stage, "HEALTHCHECK").front());
    EXPECT_EQ(asks.front(), "/usr/bin/curl");
    EXPECT_EQ(asks.back(), "http://localhost/healthz");
    const auto runs = rests(stage, "RUN");
    EXPECT_TRUE(std::any_of(runs.begin(), runs.end(), [](const auto& r) {
        return r.find("apt-get install") != std::string::npos && r.find(" curl ") != std::string::npos;
    }));
}

TEST_F(containerfile, names_only_what_is_there)
{
    const auto dev = text_of(in_tree("dev"));
    const auto cmake = text_of(in_tree("packaging/CMakeLists.txt"));
    for (const auto& copied : rests(all_, "COPY")) {
        const auto from = copied.substr(0, copied.find(' '));
        EXPECT_TRUE(from == "." || std::filesystem::exists(in_tree(from))) << from;
    }
    std::size_t asked = 0;
    for (const auto& run : rests(all_, "RUN")) {
        const auto words = exec_form(run);
        if (words.empty() || words.front() != "./dev") continue;
        ++asked;
        EXPECT_NE(dev.find("\n" + words[1] + ")"), std::string::npos) << "./dev " << words[1];
        if (words[1] == "build")
            for (auto target = words.begin() + 2; target != words.end(); ++target)
                EXPECT_NE((cmake + text_of(in_tree("daemon/CMakeLists.txt"))).find(*target), std::string::npos)
                    << *target;
    }
    EXPECT_EQ(asked, 2u);
    EXPECT_EQ(text_of(in_tree(".dockerignore")), ".git\nbuild\n") << "neither belongs into the build's context";
}

} // namespace
} // namespace idferry::packaging
