#include "tests/checks/source_text.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

namespace idferry::tests::checks {
namespace {

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Blanks [from, to) but keeps the line ends, so that positions still name their line.
void blank(std::string& text, std::size_t from, std::size_t to)
{
    for (auto i = from; i < std::min(to, text.size()); ++i)
        if (text[i] != '\n') text[i] = ' ';
}

// The end of a literal that opens at `at` and closes with the same quote.
std::size_t end_of_literal(std::string_view text, std::size_t at)
{
    const char quote = text[at];
    for (auto i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == quote || text[i] == '\n')
            return i;
    }
    return text.size();
}

// The end of R"delimiter( ... )delimiter" whose quote is at `at`.
std::size_t end_of_raw_literal(std::string_view text, std::size_t at)
{
    const auto open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    const auto closing = ")" + std::string{text.substr(at + 1, open - at - 1)} + "\"";
    const auto end = text.find(closing, open);
    return end == std::string_view::npos ? text.size() : end + closing.size() - 1;
}

bool opens_raw_literal(std::string_view text, std::size_t at)
{
    return at > 0 && text[at - 1] == 'R' &&
           (at < 2 || !is_word(text[at - 2]) || text[at - 2] == 'u' || text[at - 2] == '8');
}

// 1'000'000 and 0xab'cd: a quote inside a number separates digits.
bool separates_digits(std::string_view text, std::size_t at)
{
    if (at == 0 || at + 1 >= text.size() || !is_word(text[at + 1])) return false;
    auto start = at;
    while (start > 0 && (is_word(text[start - 1]) || text[start - 1] == '\'')) --start;
    return start < at && std::isdigit(static_cast<unsigned char>(text[start])) != 0;
}

std::string without_preprocessor(std::string code)
{
    std::size_t at = 0;
    while (at < code.size()) {
        auto end = std::min(code.find('\n', at), code.size());
        const auto first = code.find_first_not_of(" \t", at);
        if (first < end && code[first] == '#') {
            while (end < code.size() && end > at && code[end - 1] == '\\')
                end = std::min(code.find('\n', end + 1), code.size());
            blank(code, at, end);
        }
        at = end + 1;
    }
    return code;
}

} // namespace

std::string to_text(const std::vector<finding>& findings)
{
    std::string text;
    for (const auto& each : findings) text += each.file + ":" + std::to_string(each.line) + ": " + each.text + "\n";
    return text;
}

std::string read_text(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

bool is_cpp(const std::filesystem::path& file)
{
    return file.extension() == ".cpp" || file.extension() == ".hpp";
}

std::vector<source_file> read_tree(const std::filesystem::path& root, const std::vector<std::string>& folders,
                                   bool (*wanted)(const std::filesystem::path&))
{
    std::vector<source_file> files;
    for (const auto& folder : folders) {
        if (!std::filesystem::is_directory(root / folder)) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{root / folder})
            if (entry.is_regular_file() && wanted(entry.path()))
                files.push_back({entry.path().lexically_relative(root).generic_string(), read_text(entry.path())});
    }
    std::ranges::sort(files, {}, &source_file::path);
    return files;
}

std::string code_only(std::string_view text)
{
    std::string code{text};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "//") {
            const auto end = std::min(text.find('\n', i), text.size());
            blank(code, i, end);
            i = end;
        } else if (text.substr(i, 2) == "/*") {
            const auto close = text.find("*/", i + 2);
            const auto end = close == std::string_view::npos ? text.size() : close + 2;
            blank(code, i, end);
            i = end - 1;
        } else if (text[i] == '"' || (text[i] == '\'' && !separates_digits(text, i))) {
            const bool raw = text[i] == '"' && opens_raw_literal(text, i);
            const auto end = raw ? end_of_raw_literal(text, i) : end_of_literal(text, i);
            blank(code, i + 1, end);
            i = end;
        }
    }
    return code;
}

std::vector<token> tokenise(std::string_view text)
{
    const auto code = without_preprocessor(code_only(text));
    std::vector<token> tokens;
    std::size_t line = 1;
    for (std::size_t i = 0; i < code.size();) {
        const char c = code[i];
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            line += c == '\n' ? 1 : 0;
            ++i;
            continue;
        }
        std::size_t length = 1;
        if (is_word(c))
            while (i + length < code.size() &&
                   (is_word(code[i + length]) || (code[i + length] == '\'' && separates_digits(code, i + length))))
                ++length;
        else
            for (const std::string_view two : {"::", "->", "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "|=", "&="})
                if (std::string_view{code}.substr(i, 2) == two) length = 2;
        tokens.push_back({code.substr(i, length), line});
        i += length;
    }
    return tokens;
}

std::vector<include> includes_of(std::string_view text)
{
    std::vector<include> includes;
    std::size_t line = 0;
    for (auto each : lines_of(text)) {
        ++line;
        each.remove_prefix(std::min(each.find_first_not_of(" \t"), each.size()));
        if (!each.starts_with('#')) continue;
        each.remove_prefix(std::min(each.find_first_not_of("# \t"), each.size()));
        if (!each.starts_with("include")) continue;
        const auto open = each.find_first_of("<\"");
        if (open == std::string_view::npos) continue;
        const bool quoted = each[open] == '"';
        const auto close = each.find(quoted ? '"' : '>', open + 1);
        if (close != std::string_view::npos)
            includes.push_back({std::string{each.substr(open + 1, close - open - 1)}, quoted, line});
    }
    return includes;
}

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool matches_glob(std::string_view pattern, std::string_view path)
{
    if (pattern.empty()) return path.empty();
    if (pattern.front() != '*')
        return !path.empty() && path.front() == pattern.front() && matches_glob(pattern.substr(1), path.substr(1));
    const bool anything = pattern.starts_with("**");
    const auto rest = pattern.substr(anything ? 2 : 1);
    for (std::size_t length = 0; length <= path.size(); ++length) {
        if (matches_glob(rest, path.substr(length))) return true;
        if (length < path.size() && !anything && path[length] == '/') return false;
    }
    return false;
}

} // namespace idferry::tests::checks
