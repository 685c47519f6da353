#include "tests/packaging/shell.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

namespace idferry::packaging {

answer shell(const std::string& line)
{
    answer out;
    std::FILE* pipe = ::popen(("LC_ALL=C.UTF-8; export LC_ALL; { " + line + "; } 2>&1").c_str(), "r");
    if (pipe == nullptr) return out;
    std::array<char, 4096> buffer{};
    while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.said.append(buffer.data(), n);
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) out.code = WEXITSTATUS(status);
    return out;
}

bool installed(const std::string& program)
{
    return shell("command -v " + program).code == 0;
}

std::string advice(const std::string& program)
{
    return program + " is missing: ./dev test installs it (./dev packages names what is missing)";
}

temporary_folder::temporary_folder()
{
    std::string name = (std::filesystem::path(testing::TempDir()) / "idferry-packaging-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", name, {});
    path_ = name;
}

temporary_folder::~temporary_folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path in_tree(const std::string& path)
{
    return std::filesystem::path(IDFERRY_SOURCE_DIR) / path;
}

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in(file);
    EXPECT_TRUE(in) << file;
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write(const std::filesystem::path& file, const std::string& text)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

std::vector<std::string> words_that_begin(const std::string& text, const std::vector<std::string>& beginnings)
{
    const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    std::set<std::string> found;
    for (std::size_t at = 0; at < text.size();) {
        if (!part(text[at])) {
            ++at;
            continue;
        }
        auto end = at;
        while (end < text.size() && part(text[end])) ++end;
        const auto word = text.substr(at, end - at);
        if (std::any_of(beginnings.begin(), beginnings.end(), [&](const auto& b) { return word.starts_with(b); }))
            found.insert(word);
        at = end;
    }
    return {found.begin(), found.end()};
}

} // namespace idferry::packaging
