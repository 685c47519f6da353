// Running the programs that judge what we ship, and folders for it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace idferry::packaging {

struct answer
{
    int code{-1};     // exit code; -1 when a signal ended it
    std::string said; // stdout and stderr
};

// Runs a line of shell. The line is a test's own text.
answer shell(const std::string& line);

// True when the program can be found; a test that needs it fails with `advice()` otherwise.
bool installed(const std::string& program);
std::string advice(const std::string& program);

// A folder that is removed with its contents at the end.
class temporary_folder
{
public:
    temporary_folder();
    ~temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// A file of the tree, by its path from the root.
std::filesystem::path in_tree(const std::string& path);
std::string text_of(const std::filesystem::path& file);
void write(const std::filesystem::path& file, const std::string& text); // makes missing folders

// The words in `text` that begin with one of `beginnings` and go on with letters, digits and '_'; sorted, each once.
std::vector<std::string> words_that_begin(const std::string& text, const std::vector<std::string>& beginnings);

} // namespace idferry::packaging
