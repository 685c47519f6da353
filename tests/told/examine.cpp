#include "tests/told/examine.hpp"

#include "tests/told/secret_search.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

namespace idferry::told {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_findings = 50;

std::optional<std::string> text_of(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad()) return std::nullopt;
    return text;
}

std::vector<std::string> lines_of(const fs::path& path)
{
    std::vector<std::string> out;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (!line.empty()) out.push_back(line);
    return out;
}

std::vector<secret> issued(const fs::path& path, examined& out)
{
    std::vector<secret> all;
    std::set<std::string> seen;
    for (const auto& line : lines_of(path)) {
        const auto tab = line.find('\t');
        if (tab == std::string::npos) {
            out.missing.push_back("a line of " + path.string() + " is not KIND<tab>SECRET");
            continue;
        }
        secret s{line.substr(0, tab), line.substr(tab + 1)};
        if (!seen.insert(s.text).second) continue;
        ++out.secrets[s.kind];
        all.push_back(std::move(s));
    }
    return all;
}

class examiner
{
public:
    examiner(const std::vector<secret>& secrets, examined& out) : search_(secrets), out_(out)
    {
        for (const auto& s : search_.too_short())
            out_.missing.push_back("a secret is too short to be looked for: " + s.kind);
    }

    void look_into(const fs::path& path, const std::string& name)
    {
        const auto text = text_of(path);
        if (!text) {
            out_.missing.push_back(name + " cannot be read");
            return;
        }
        ++out_.files;
        out_.bytes += text->size();
        ++by_name_[path.filename().string()];
        ++by_name_[path.parent_path().filename().string() + "/"];
        search_.look(*text, [&](const secret& s, std::size_t at) {
            if (out_.findings.size() < most_findings)
                out_.findings.push_back(s.kind + " in " + name + ", byte " + std::to_string(at));
        });
    }

    std::size_t count(const std::string& name) const
    {
        const auto at = by_name_.find(name);
        return at == by_name_.end() ? 0 : at->second;
    }

private:
    secret_search search_;
    examined& out_;
    std::map<std::string, std::size_t> by_name_;
};

} // namespace

examined examine(const fs::path& told, const std::vector<fs::path>& more, const expected& least)
{
    examined out;
    examiner look(issued(told / "issued", out), out);
    std::error_code why;
    for (const auto& entry : fs::directory_iterator(told, why)) {
        if (entry.is_regular_file()) {
            if (entry.path().filename() != "issued") look.look_into(entry.path(), entry.path().filename().string());
            continue;
        }
        if (!entry.is_directory()) continue;
        std::set<fs::path> given;
        for (const auto& line : lines_of(entry.path() / "GIVEN")) given.insert(entry.path() / line);
        for (const auto& file : fs::recursive_directory_iterator(entry.path(), why)) {
            if (file.is_symlink() || !file.is_regular_file()) continue;
            if (given.contains(file.path()))
                ++out.given;
            else
                look.look_into(file.path(), fs::relative(file.path(), told).string());
        }
        if (why) break;
    }
    if (why) out.missing.push_back(told.string() + ": " + why.message());
    for (const auto& file : more) look.look_into(file, file.string());
    const auto require = [&](const std::string& what, std::size_t found, std::size_t wanted) {
        if (found < wanted)
            out.missing.push_back(what + ": " + std::to_string(found) + ", expected are " + std::to_string(wanted) +
                                  " at least");
    };
    for (const auto& [kind, wanted] : least.secrets)
        require("secrets, " + kind, out.secrets.contains(kind) ? out.secrets[kind] : 0, wanted);
    for (const auto& [name, wanted] : least.files) require("files " + name, look.count(name), wanted);
    return out;
}

std::string examined::summary() const
{
    std::string kinds;
    std::size_t all = 0;
    for (const auto& [kind, count] : secrets) {
        kinds += (kinds.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
        all += count;
    }
    return "looked for " + std::to_string(all) + " secrets (" + kinds + ") in " + std::to_string(files) + " files, " +
           std::to_string(bytes / (1024 * 1024)) + " MB; " + std::to_string(given) +
           " files that were given secrets on purpose were left out; " + std::to_string(findings.size()) + " found";
}

} // namespace idferry::told
