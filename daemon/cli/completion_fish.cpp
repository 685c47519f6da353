#include "daemon/cli/command_words.hpp"
#include "daemon/cli/completion.hpp"

#include <fmt/format.h>

namespace idferry::daemon::cli {

namespace {

// A single-quoted string of fish.
std::string fish_quoted(std::string_view text)
{
    std::string out = "'";
    for (const auto c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

// The part of a `complete` line that says what a value may be.
std::string values_of(value_kind kind, const std::vector<std::string_view>& choices)
{
    if (!choices.empty()) return fmt::format(" -x -a {}", fish_quoted(fmt::format("{}", fmt::join(choices, " "))));
    switch (kind) {
    case value_kind::file: return " -r -F";
    case value_kind::folder: return " -x -a '(__fish_complete_directories)'";
    case value_kind::sync: return " -x -a '(__idferry_names syncs)'";
    case value_kind::connection: return " -x -a '(__idferry_names connections)'";
    case value_kind::flag: return "";
    case value_kind::text:
    case value_kind::number: return " -x";
    }
    return "";
}

void add_command(std::string& out, const command& c)
{
    const auto start = fmt::format("complete -c idferry -n '__idferry_is {}'", c.name);
    for (const auto& o : c.options) {
        out += start;
        for (const auto s : spellings(o))
            out += s.starts_with("--") ? fmt::format(" -l {}", s.substr(2)) : fmt::format(" -s {}", s.substr(1));
        out += values_of(o.kind, o.choices) + fmt::format(" -d {}\n", fish_quoted(o.doc));
    }
    for (const auto& p : c.positionals) {
        if (p.kind == value_kind::file && p.choices.empty())
            out += start + " -F\n";
        else if (p.kind != value_kind::text || !p.choices.empty())
            out += start + values_of(p.kind, p.choices) + fmt::format(" -d {}\n", fish_quoted(p.doc));
    }
}

constexpr const char* head = R"(# fish completion of idferry; written by `idferry completion fish`.

# True when the line's command is these words.
function __idferry_is
    set -l words (commandline -opc)
    set -e words[1]
    for word in $argv
        test "$words[1]" = $word; or return 1
        set -e words[1]
    end
end

# True when the line has no command yet, or only the words of a group.
function __idferry_wants
    test (count (commandline -opc)) -eq (math 1 + (count $argv)); and __idferry_is $argv
end

function __idferry_names
    set -l words (commandline -opc)
    set -l config
    for i in (seq 2 (count $words))
        switch $words[$i]
            case -c --config
                set config --config (string replace -r '^~' $HOME -- $words[(math $i + 1)])
            case '--config=*'
                set config --config (string replace -r '^~' $HOME -- (string sub -s 10 -- $words[$i]))
        end
    end
    $words[1] completion names $argv $config 2>/dev/null
end

complete -c idferry -f
complete -c idferry -s h -l help -d 'show help'
complete -c idferry -n __idferry_wants -l version -d 'show the version'
)";

} // namespace

std::string fish_completion(const command_table& table)
{
    std::string out = head;
    for (const auto& [first, summary] : first_words(table.commands, table.groups)) {
        out += fmt::format("complete -c idferry -n __idferry_wants -a {} -d {}\n", first, fish_quoted(summary));
        for (const auto* c : commands_of(table.commands, first)) {
            if (const auto second = second_word(*c); !second.empty())
                out += fmt::format("complete -c idferry -n '__idferry_wants {}' -a {} -d {}\n", first, second,
                                   fish_quoted(c->summary));
            add_command(out, *c);
        }
    }
    return out;
}

} // namespace idferry::daemon::cli
