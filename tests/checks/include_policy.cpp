#include "tests/checks/include_policy.hpp"

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>

namespace idferry::tests::checks {
namespace {

std::vector<std::string> strings(const nlohmann::json& object, const char* name)
{
    return object.contains(name) ? object.at(name).get<std::vector<std::string>>() : std::vector<std::string>{};
}

bool matches_any(const std::vector<std::string>& globs, std::string_view path)
{
    return std::ranges::any_of(globs, [&](const std::string& glob) { return matches_glob(glob, path); });
}

bool contains(const std::vector<std::string>& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

// A header of the C++ library that no row needs to mention.
bool is_plain_standard(std::string_view header)
{
    return header.find('/') == std::string_view::npos && header.find('.') == std::string_view::npos;
}

// A path of nodes that leads from one back to itself, or nothing. `next` gives a node's successors.
std::vector<std::string> cycle_in(const std::vector<std::string>& nodes,
                                  const std::function<std::vector<std::string>(const std::string&)>& next)
{
    std::set<std::string> done;
    std::vector<std::string> path;
    std::function<bool(const std::string&)> visit = [&](const std::string& node) {
        if (done.contains(node)) return false;
        if (const auto seen = std::ranges::find(path, node); seen != path.end()) {
            path.erase(path.begin(), seen);
            path.push_back(node);
            return true;
        }
        path.push_back(node);
        for (const auto& successor : next(node))
            if (visit(successor)) return true;
        path.pop_back();
        done.insert(node);
        return false;
    };
    for (const auto& node : nodes)
        if (visit(node)) return path;
    return {};
}

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : " -> ") + name;
    return text;
}

// The row with the longest prefix that fits a header, or null.
const permission* decisive_row(const std::vector<permission>& rows, std::string_view header)
{
    const permission* decisive = nullptr;
    std::size_t longest = 0;
    for (const auto& row : rows)
        for (const auto& prefix : row.what) {
            const bool fits = prefix.ends_with('/') ? header.starts_with(prefix) : header == prefix;
            if (fits && prefix.size() > longest) {
                decisive = &row;
                longest = prefix.size();
            }
        }
    return decisive;
}

std::string reason(const permission& row)
{
    return row.why.empty() ? "" : " (" + row.why + ")";
}

} // namespace

include_policy::include_policy(std::string_view json_text)
{
    const auto json = nlohmann::json::parse(json_text);
    for (const auto& row : json.at("units"))
        units_.push_back({row.at("name"), strings(row, "files"), row.value("each_folder", false),
                          strings(row, "may_include"), strings(row, "may_include_files")});
    for (const auto& row : json.at("third_party"))
        third_party_.push_back({strings(row, "headers"), strings(row, "in"), row.value("why", ""), {}});
    for (const auto& row : json.at("words"))
        words_.push_back({{}, strings(row, "in"), row.value("why", ""), row.at("pattern").get<std::string>()});
    libraries_ = json.at("libraries").get<std::map<std::string, std::vector<std::string>>>();
}

const unit* include_policy::find(std::string_view name) const
{
    const auto found = std::ranges::find(units_, name, &unit::name);
    return found == units_.end() ? nullptr : &*found;
}

std::vector<finding> include_policy::check_itself() const
{
    std::vector<finding> findings;
    std::vector<std::string> names;
    for (const auto& row : units_) {
        names.push_back(row.name);
        for (const auto& edge : row.may_include)
            if (find(edge) == nullptr)
                findings.push_back(
                    {"include_policy.json", 0, row.name + " may include " + edge + ", which is no unit"});
    }
    for (const auto& [library, units] : libraries_)
        for (const auto& name : units)
            if (find(name) == nullptr)
                findings.push_back({"include_policy.json", 0, library + " compiles " + name + ", which is no unit"});
    const auto cycle = cycle_in(names, [&](const std::string& name) {
        const auto* row = find(name);
        return row == nullptr ? std::vector<std::string>{} : row->may_include;
    });
    if (!cycle.empty()) findings.push_back({"include_policy.json", 0, "the edges run in a circle: " + joined(cycle)});
    return findings;
}

std::optional<include_policy::owner> include_policy::owner_of(std::string_view path) const
{
    for (const auto& row : units_)
        if (matches_any(row.files, path))
            return owner{&row,
                         row.each_folder ? std::string{path.substr(0, path.find('/', path.find('/') + 1))} : row.name};
    return {};
}

bool include_policy::may_include(const owner& from, const owner& to, std::string_view header) const
{
    return from.name == to.name || contains(from.row->may_include, to.row->name) ||
           contains(from.row->may_include_files, header);
}

std::vector<finding> include_policy::check(const source_file& file) const
{
    std::vector<finding> findings;
    const auto complain = [&](std::size_t line, std::string text) {
        findings.push_back({file.path, line, std::move(text)});
    };
    const auto from = owner_of(file.path);
    if (!from) complain(0, "belongs to no unit of include_policy.json");

    for (const auto& each : includes_of(file.text)) {
        if (each.quoted) {
            const auto to = owner_of(each.name);
            if (!to)
                complain(each.line, "\"" + each.name + "\" is none of ours: write it from the root, or in < >");
            else if (from && !may_include(*from, *to, each.name))
                complain(each.line, from->name + " may not include " + to->name + " (" + each.name + ")");
            else if (const auto* row = decisive_row(third_party_, each.name);
                     row != nullptr && !matches_any(row->in, file.path))
                complain(each.line, "\"" + each.name + "\" does not belong here" + reason(*row));
            continue;
        }
        if (owner_of(each.name)) {
            complain(each.line, "<" + each.name + "> is ours: write it in quotes");
            continue;
        }
        if (const auto* row = decisive_row(third_party_, each.name); row == nullptr && !is_plain_standard(each.name))
            complain(each.line, "<" + each.name + "> is not known to include_policy.json: add a row for it");
        else if (row != nullptr && !matches_any(row->in, file.path))
            complain(each.line, "<" + each.name + "> does not belong here" + reason(*row));
    }

    const auto code = code_only(file.text);
    for (const auto& row : words_) {
        if (matches_any(row.in, file.path)) continue;
        const re2::RE2 pattern{"(" + row.pattern + ")"};
        std::size_t line = 0;
        for (const auto each : lines_of(code)) {
            ++line;
            std::string word;
            if (re2::RE2::PartialMatch(re2::StringPiece{each.data(), each.size()}, pattern, &word))
                complain(line, "'" + word + "' does not belong here" + reason(row));
        }
    }
    return findings;
}

std::map<std::string, std::vector<std::string>> link_lines(const std::vector<source_file>& cmake_texts)
{
    std::map<std::string, std::vector<std::string>> links;
    static const re2::RE2 command{R"((idferry_library|target_link_libraries)\s*\(([^)]*)\))"};
    for (const auto& file : cmake_texts) {
        std::string text; // without comments
        for (const auto line : lines_of(file.text)) text += std::string{line.substr(0, line.find('#'))} + "\n";
        re2::StringPiece rest{text};
        std::string verb;
        std::string arguments;
        while (re2::RE2::FindAndConsume(&rest, command, &verb, &arguments)) {
            std::istringstream words{arguments};
            std::string name;
            words >> name;
            if (name.find('$') != std::string::npos) continue; // inside the function that defines the command
            bool linking = verb == "target_link_libraries";
            auto& linked = links[name];
            for (std::string word; words >> word;) {
                if (word == "LINKS" || word == "SOURCES")
                    linking = word == "LINKS";
                else if (linking && word != "PUBLIC" && word != "PRIVATE" && word != "INTERFACE")
                    linked.push_back(word);
            }
        }
    }
    return links;
}

std::vector<finding> include_policy::check_links(const std::vector<source_file>& cmake_texts) const
{
    std::vector<finding> findings;
    const auto links = link_lines(cmake_texts);
    const auto complain = [&](std::string text) { findings.push_back({"CMakeLists.txt", 0, std::move(text)}); };

    // A library that no row names compiles one connector: idferry_bare_id is connectors/bare_id.
    const auto units_of = [&](const std::string& library) {
        const auto found = libraries_.find(library);
        return found == libraries_.end() ? std::vector<std::string>{"connectors/*"} : found->second;
    };
    const auto ours = [&](const std::string& name) {
        return name.starts_with("idferry") && name != "idferry_options" && links.contains(name);
    };
    const auto reaches = [&](const std::string& from, const std::string& to) {
        std::set<std::string> seen;
        std::function<bool(const std::string&)> walk = [&](const std::string& at) {
            if (at == to) return true;
            if (!seen.insert(at).second || !links.contains(at)) return false;
            return std::ranges::any_of(links.at(at), walk);
        };
        return walk(from);
    };
    const auto allowed = [&](const std::string& from, const std::string& to) {
        for (const auto& name : units_of(from))
            for (const auto& target : units_of(to))
                if (const auto* row = find(name); row != nullptr && contains(row->may_include, target)) return true;
        return false;
    };

    for (const auto& [library, linked] : links) {
        if (!ours(library)) continue;
        for (const auto& each : linked)
            if (ours(each) && each != "idferry_asio" && !allowed(library, each))
                complain(library + " links " + each + ", but the policy allows no such include");
    }
    for (const auto& [library, units] : libraries_) {
        if (!links.contains(library)) continue;
        for (const auto& [other, others] : libraries_)
            if (library != other && links.contains(other) && allowed(library, other) && !reaches(library, other))
                complain(library + " may include " + other + " but does not link it");
    }
    return findings;
}

std::vector<finding> check_header_cycles(const std::vector<source_file>& files)
{
    std::map<std::string, std::vector<std::string>> edges;
    std::vector<std::string> nodes;
    for (const auto& file : files) {
        nodes.push_back(file.path);
        for (const auto& each : includes_of(file.text))
            if (each.quoted) edges[file.path].push_back(each.name);
    }
    const auto cycle = cycle_in(nodes, [&](const std::string& path) { return edges[path]; });
    if (cycle.empty()) return {};
    return {{cycle.front(), 0, "includes run in a circle: " + joined(cycle)}};
}

} // namespace idferry::tests::checks
