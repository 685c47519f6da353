// What holds for the tree as a whole: its folders, what their READMEs say, what is compiled, and clean text.
#pragma once

#include "tests/checks/source_text.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::tests::checks {

// The eight, sorted.
const std::vector<std::string>& top_level_folders();

// The root holds exactly those folders (hidden ones and build folders aside), each with a README.md that says
// something.
std::vector<finding> check_folders(const std::filesystem::path& root);

// A source file over 400 lines is named, with its reason, in the README.md of its folder or of one above it.
// `readme` gives the text of a folder's README.md, or "".
std::vector<finding> check_long_files(const std::vector<source_file>& files,
                                      const std::function<std::string(const std::string& folder)>& readme);

// Every .cpp is compiled: a test that no executable holds is no test. `compile_commands` is CMake's JSON;
// `unit` gives the text of a file that CMake wrote to compile several at once.
std::vector<finding> check_compiled(const std::vector<source_file>& files, const std::filesystem::path& root,
                                    std::string_view compile_commands,
                                    const std::function<std::string(const std::string& file)>& unit);

// No path of anybody's machine, no open end without a text, no left-over of a merge, no line ends of another system.
std::vector<finding> check_text(const source_file& file);

// Links of a Markdown file that lead nowhere. `exists` is asked about paths relative to the root.
std::vector<finding> check_links(const source_file& file, const std::function<bool(const std::string&)>& exists);

} // namespace idferry::tests::checks
