// The include policy: include_policy.json, read, and what breaks it.
#pragma once

#include "tests/checks/source_text.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::tests::checks {

struct unit
{
    std::string name;
    std::vector<std::string> files;             // globs
    bool each_folder{false};                    // every folder that fits is a unit of its own
    std::vector<std::string> may_include;       // names of units
    std::vector<std::string> may_include_files; // single headers beside those
};

// Something that only some files may use: headers or a word.
struct permission
{
    std::vector<std::string> what; // headers: whole names, or prefixes that end in "/"
    std::vector<std::string> in;   // globs
    std::string why;
    std::string pattern; // a word, as a regular expression
};

class include_policy
{
public:
    // Throws std::runtime_error or a JSON exception: a broken policy is a broken test.
    explicit include_policy(std::string_view json_text);

    // Mistakes in the policy itself: unknown names, a cycle.
    std::vector<finding> check_itself() const;

    // Includes of ours, third-party headers and words of one file. `exists` tells whether a file of ours is there.
    std::vector<finding> check(const source_file& file) const;

    // The libraries that one CMakeLists.txt declares against the edges: see check_links.
    // `cmake_texts` are all of them, read together.
    std::vector<finding> check_links(const std::vector<source_file>& cmake_texts) const;

private:
    struct owner
    {
        const unit* row{nullptr};
        std::string name; // the row's, or the folder's
    };

    std::optional<owner> owner_of(std::string_view path) const;
    bool may_include(const owner& from, const owner& to, std::string_view header) const;
    const unit* find(std::string_view name) const;

    std::vector<unit> units_;
    std::vector<permission> third_party_;
    std::vector<permission> words_;
    std::map<std::string, std::vector<std::string>> libraries_;
};

// Headers that include each other in a circle, which #pragma once would hide.
std::vector<finding> check_header_cycles(const std::vector<source_file>& files);

// CMake library → what it links, from idferry_library(..) and target_link_libraries(..).
std::map<std::string, std::vector<std::string>> link_lines(const std::vector<source_file>& cmake_texts);

} // namespace idferry::tests::checks
