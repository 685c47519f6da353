// Documents of the tree, and the fenced blocks in them. Header only.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace idferry::test {

// A file of the tree, by its path from the root (or an absolute one).
inline std::string document(const std::filesystem::path& path)
{
    std::ifstream file(std::filesystem::path(IDFERRY_SOURCE_DIR) / path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The fenced blocks of a language in a Markdown text, in order.
inline std::vector<std::string> blocks(const std::string& markdown, const std::string& language)
{
    std::vector<std::string> out;
    const auto open = "```" + language + "\n";
    for (auto at = markdown.find(open); at != std::string::npos; at = markdown.find(open, at)) {
        at += open.size();
        const auto end = markdown.find("```", at);
        out.push_back(markdown.substr(at, end - at));
        if (end == std::string::npos) break;
        at = end + 3;
    }
    return out;
}

} // namespace idferry::test
