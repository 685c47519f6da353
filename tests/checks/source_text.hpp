// Source files as the checks see them: what is in the tree, code without comments and literals, tokens.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::tests::checks {

// One complaint: where, and what to do about it.
struct finding
{
    std::string file; // relative to the root, "/" between names
    std::size_t line{0};
    std::string text;
};

// "file:line: text", one line each; empty when there is nothing to complain about.
std::string to_text(const std::vector<finding>& findings);

struct source_file
{
    std::string path; // relative to the root
    std::string text;
};

// Every file below `folders` of `root` whose name passes `wanted`, sorted by path.
std::vector<source_file> read_tree(const std::filesystem::path& root, const std::vector<std::string>& folders,
                                   bool (*wanted)(const std::filesystem::path&));

std::string read_text(const std::filesystem::path& file);
bool is_cpp(const std::filesystem::path& file); // .cpp and .hpp

// The same text with comments and the insides of string and character literals blanked; lines stay where they are.
std::string code_only(std::string_view text);

struct token
{
    std::string text; // identifier, number, or one operator ("::", "->", "&&", "||" and "==" are one each)
    std::size_t line{0};
};

// Tokens of code_only(text), without preprocessor lines.
std::vector<token> tokenise(std::string_view text);

struct include
{
    std::string name; // between the quotes or brackets
    bool quoted{false};
    std::size_t line{0};
};

std::vector<include> includes_of(std::string_view text);

// Lines of a text, without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

// "*" stands for anything without "/", "**" for anything.
bool matches_glob(std::string_view pattern, std::string_view path);

} // namespace idferry::tests::checks
