#include "tests/checks/tree_rules.hpp"

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include <algorithm>
#include <set>

namespace idferry::tests::checks {
namespace {

constexpr std::size_t long_file = 400;

struct text_rule
{
    const char* pattern;
    const char* unless; // also fits: then the line is fine
    const char* complaint;
};

constexpr text_rule text_rules[] = {
    {R"((^|[\s"'`(=:])/(home|root|work)/[A-Za-z0-9_.])", "", "a path of somebody's machine"},
    {R"(\b[A-Z]:\\\\?Users)", "", "a path of somebody's machine"},
    {R"(\b(TODO|FIXME|XXX)\b)", R"(\b(TODO|FIXME|XXX)(\([^)]+\))?: \w+ \w+)",
     "an open end without a sentence: write 'TODO: what and why', or do it"},
    {R"((?i)\b(issue|ticket) #?[0-9]+\b)", "", "a number of some tracker: say what it is about"},
    {R"(^(<<<<<<<|>>>>>>>) )", "", "left over from a merge"},
    {R"(\r$)", "", "a line end of another system"},
    {R"([ \t]+$)", "", "blanks at the end of the line"},
    {R"(for \([^;]*[^:]: ([^;()]*\w\(([^()]|\([^()]*\))*\)(\.|->)(items|value|entries)\(\)\)|\*[\w:.>-]+\())",
     R"(\.(at|find)\([^()]*\)\.items)",
     "what is gone through may be part of a value that is gone already: name that value before the loop"},
    {R"(for \([^;]*[^:]: [^;()]*\w\(([^()]|\([^()]*\))*\)(\[[^\]]*\]|\.at\([^()]*\))\))", "",
     "what is gone through may be part of a value that is gone already: name that value first"},
};

bool is_utf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || i + length > text.size()) return false;
        for (std::size_t j = 1; j < length; ++j)
            if ((static_cast<unsigned char>(text[i + j]) & 0xC0) != 0x80) return false;
        i += length;
    }
    return true;
}

} // namespace

const std::vector<std::string>& top_level_folders()
{
    static const std::vector<std::string> folders{"config",  "connectors", "daemon", "docs",
                                                  "mapping", "packaging",  "state",  "tests"};
    return folders;
}

std::vector<finding> check_folders(const std::filesystem::path& root)
{
    std::vector<finding> findings;
    for (const auto& folder : top_level_folders()) {
        const auto readme = root / folder / "README.md";
        if (!std::filesystem::is_directory(root / folder))
            findings.push_back({folder, 0, "this folder is part of the layout and is missing"});
        else if (lines_of(read_text(readme)).size() < 3)
            findings.push_back(
                {folder + "/README.md", 0, "says why the folder exists and what belongs there: missing or empty"});
    }
    for (const auto& entry : std::filesystem::directory_iterator{root}) {
        const auto name = entry.path().filename().string();
        if (entry.is_directory() && !name.starts_with('.') && !name.starts_with("build") &&
            std::ranges::find(top_level_folders(), name) == top_level_folders().end())
            findings.push_back({name, 0, "is not one of the top-level folders: put it where it belongs"});
    }
    std::ranges::sort(findings, {}, &finding::file);
    return findings;
}

std::vector<finding> check_long_files(const std::vector<source_file>& files,
                                      const std::function<std::string(const std::string& folder)>& readme)
{
    std::vector<finding> findings;
    for (const auto& file : files) {
        const auto lines = lines_of(file.text).size();
        if (lines <= long_file) continue;
        const std::filesystem::path path{file.path};
        bool explained = false;
        for (auto folder = path.parent_path(); !folder.empty() && !explained; folder = folder.parent_path())
            explained = readme(folder.generic_string()).find(path.filename().string()) != std::string::npos;
        if (!explained)
            findings.push_back({file.path, 0,
                                "has " + std::to_string(lines) +
                                    " lines: divide it, or name it in its folder's README.md with the reason"});
    }
    return findings;
}

std::vector<finding> check_compiled(const std::vector<source_file>& files, const std::filesystem::path& root,
                                    std::string_view compile_commands,
                                    const std::function<std::string(const std::string& file)>& unit)
{
    std::set<std::string> compiled;
    const auto add = [&](const std::string& file) {
        compiled.insert(std::filesystem::path{file}.lexically_relative(root).generic_string());
    };
    static const re2::RE2 include{R"re(#include "([^"]+)")re"};
    for (const auto& command : nlohmann::json::parse(compile_commands)) {
        const auto file = command.at("file").get<std::string>();
        if (!file.ends_with(".cxx")) {
            add(file);
            continue;
        }
        const auto text = unit(file);
        re2::StringPiece rest{text};
        std::string part;
        while (re2::RE2::FindAndConsume(&rest, include, &part)) add(part);
    }
    std::vector<finding> findings;
    for (const auto& file : files)
        if (file.path.ends_with(".cpp") && !compiled.contains(file.path))
            findings.push_back({file.path, 0, "is compiled into nothing: no CMakeLists.txt picks it up"});
    return findings;
}

std::vector<finding> check_text(const source_file& file)
{
    std::vector<finding> findings;
    if (!is_utf8(file.text)) return {{file.path, 0, "is not UTF-8"}};
    if (!file.text.empty() && !file.text.ends_with('\n'))
        findings.push_back({file.path, lines_of(file.text).size(), "its last line has no end"});
    for (const auto& rule : text_rules) {
        const re2::RE2 pattern{rule.pattern};
        const re2::RE2 unless{rule.unless};
        std::size_t line = 0;
        for (const auto each : lines_of(file.text)) {
            ++line;
            const re2::StringPiece text{each.data(), each.size()};
            if (re2::RE2::PartialMatch(text, pattern) &&
                (*rule.unless == '\0' || !re2::RE2::PartialMatch(text, unless)))
                findings.push_back({file.path, line, rule.complaint});
        }
    }
    return findings;
}

std::vector<finding> check_links(const source_file& file, const std::function<bool(const std::string&)>& exists)
{
    std::vector<finding> findings;
    static const re2::RE2 link{R"(\]\(([^()\s#:]+)(?:#[^()\s]*)?\))"};
    const auto folder = std::filesystem::path{file.path}.parent_path();
    std::size_t line = 0;
    for (const auto each : lines_of(file.text)) {
        ++line;
        re2::StringPiece rest{each.data(), each.size()};
        std::string to;
        while (re2::RE2::FindAndConsume(&rest, link, &to))
            if (!exists((folder / to).lexically_normal().generic_string()))
                findings.push_back({file.path, line, "the link to " + to + " leads nowhere"});
    }
    return findings;
}

} // namespace idferry::tests::checks
