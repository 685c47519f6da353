// Tables of Markdown texts, and the switches that a cell names. Header only.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::test {

struct table
{
    std::string heading; // the nearest one above it
    std::string header;  // its first line, as it stands
    std::vector<std::vector<std::string>> rows;
};

// What stands below "## title", until the next heading of that level; "" when there is no such section.
inline std::string section_of(const std::string& markdown, const std::string& title)
{
    const auto line = "\n## " + title + "\n";
    const auto at = markdown.find(line);
    if (at == std::string::npos) return {};
    const auto begin = at + line.size();
    const auto end = markdown.find("\n## ", begin);
    return markdown.substr(begin, end == std::string::npos ? end : end + 1 - begin);
}

inline std::string trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return std::string(text);
}

// The cells of "| a | b |"; "\|" is no border.
inline std::vector<std::string> cells_of(std::string_view line)
{
    std::vector<std::string> out;
    std::string cell;
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|')
            cell += line[++i];
        else if (line[i] == '|')
            out.push_back(trimmed(std::exchange(cell, {})));
        else
            cell += line[i];
    }
    return out;
}

inline std::vector<table> tables_of(const std::string& markdown)
{
    std::vector<table> out;
    std::string heading;
    bool inside = false;
    for (std::size_t at = 0; at < markdown.size();) {
        const auto end = std::min(markdown.find('\n', at), markdown.size());
        const auto line = markdown.substr(at, end - at);
        at = end + 1;
        if (line.starts_with("#")) heading = trimmed(line.substr(line.find_first_not_of('#')));
        if (!line.starts_with("|")) {
            inside = false;
        } else if (!inside) {
            inside = true;
            out.push_back({heading, line, {}});
        } else if (!line.starts_with("|---")) {
            out.back().rows.push_back(cells_of(line));
        }
    }
    return out;
}

// `text` between backticks, with where it begins and where the text behind it does.
struct code_span
{
    std::string text;
    std::size_t begin{0}, after{0};
};

inline std::vector<code_span> code_spans(const std::string& text)
{
    std::vector<code_span> out;
    for (auto open = text.find('`'); open != std::string::npos;) {
        const auto close = text.find('`', open + 1);
        if (close == std::string::npos) break;
        out.push_back({text.substr(open + 1, close - open - 1), open, close + 1});
        open = text.find('`', close + 1);
    }
    return out;
}

// A key that a cell names: "`write.clear`: `null`", "`ops.user_list`: off", "`events.api_base`, `events.realm`: …".
struct named_switch
{
    std::string key;
    std::string standard; // "" = only named
    bool exact{false};    // the default stands between backticks: it is a value, and not words
};

inline bool looks_like_a_key(const std::string& text)
{
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' && text.back() != '.' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string::npos;
}

inline std::vector<named_switch> switches_in(const std::string& cell)
{
    std::vector<named_switch> out;
    const auto spans = code_spans(cell);
    std::vector<named_switch> together; // keys that wait for the default that they have in common
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const auto behind = cell.substr(spans[i].after);
        named_switch one{spans[i].text, "", false};
        if (!looks_like_a_key(one.key)) {
            together.clear();
        } else if (behind.starts_with(": ")) {
            one.exact = behind.starts_with(": `");
            if (one.exact && i + 1 < spans.size())
                one.standard = spans[++i].text;
            else
                one.standard = trimmed(std::string_view(behind).substr(2, behind.find_first_of(";.(", 2) - 2));
            for (auto& before : together) {
                before.standard = one.standard;
                before.exact = one.exact;
                out.push_back(before);
            }
            together.clear();
            out.push_back(std::move(one));
        } else if (behind.starts_with(", `")) {
            together.push_back(std::move(one));
        } else {
            together.clear();
            if (one.key.find('.') != std::string::npos) out.push_back(std::move(one));
        }
    }
    return out;
}

} // namespace idferry::test
