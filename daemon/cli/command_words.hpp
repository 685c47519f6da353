// Small readings of the table of commands that completions and manual pages share.
#pragma once

#include "daemon/cli/command.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace idferry::daemon::cli {

// First words in the order of help, each once, with its summary: of the command, or of its group.
inline std::vector<std::pair<std::string_view, std::string_view>> first_words(std::span<const command> commands,
                                                                              std::span<const command_group> groups)
{
    std::vector<std::pair<std::string_view, std::string_view>> out;
    for (const auto& c : commands) {
        if (c.hidden) continue;
        const auto first = c.name.substr(0, c.name.find(' '));
        bool known = false;
        for (const auto& [name, summary] : out) known = known || name == first;
        if (known) continue;
        auto summary = c.summary;
        for (const auto& g : groups)
            if (g.name == first) summary = g.summary;
        out.emplace_back(first, summary);
    }
    return out;
}

// The shown commands that begin with this word: one, or those of a group.
inline std::vector<const command*> commands_of(std::span<const command> commands, std::string_view first)
{
    std::vector<const command*> out;
    for (const auto& c : commands)
        if (!c.hidden && c.name.substr(0, c.name.find(' ')) == first) out.push_back(&c);
    return out;
}

// "list" of "rejects list"; "" of a command of one word.
inline std::string_view second_word(const command& c)
{
    const auto blank = c.name.find(' ');
    return blank == std::string_view::npos ? std::string_view() : c.name.substr(blank + 1);
}

// "-c" and "--config" of "-c,--config".
inline std::vector<std::string_view> spellings(const option& o)
{
    std::vector<std::string_view> out;
    auto rest = o.flags;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        out.push_back(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return out;
}

} // namespace idferry::daemon::cli
