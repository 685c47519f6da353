#include "daemon/cli/command_words.hpp"
#include "daemon/cli/completion.hpp"

#include <fmt/format.h>

namespace idferry::daemon::cli {

namespace {

// What a value is completed by: the words that `_idferry_value` understands.
std::string source_of(value_kind kind, const std::vector<std::string_view>& choices)
{
    if (!choices.empty()) return fmt::format("choices {}", fmt::join(choices, " "));
    switch (kind) {
    case value_kind::file: return "file";
    case value_kind::folder: return "folder";
    case value_kind::sync: return "syncs";
    case value_kind::connection: return "connections";
    case value_kind::flag:
    case value_kind::text:
    case value_kind::number: return "nothing";
    }
    return "nothing";
}

// The lines of one case: what a command's options take, which options it has, and what stands at each place.
std::string case_of(const command& c)
{
    std::string takes, all = "-h --help", places;
    for (const auto& o : c.options) {
        const auto names = spellings(o);
        all += fmt::format(" {}", fmt::join(names, " "));
        if (o.kind == value_kind::flag) continue;
        takes += fmt::format("            {}) takes='{}' ;;\n", fmt::join(names, " | "),
                             o.name() == "config" ? "config" : source_of(o.kind, o.choices));
    }
    int place = 0;
    for (const auto& p : c.positionals) {
        ++place;
        const auto last = p.many ? "*" : std::to_string(place);
        places += fmt::format("            {}) here='{}' ;;\n", last, source_of(p.kind, p.choices));
        if (p.many) break;
    }
    std::string out = fmt::format("    '{}')\n        options='{}'\n", c.name, all);
    if (!takes.empty()) out += "        case $1 in\n" + takes + "        esac\n";
    if (!places.empty()) out += "        case $2 in\n" + places + "        esac\n";
    return out + "        ;;\n";
}

constexpr const char* head = R"sh(# bash completion of idferry; written by `idferry completion bash`.

# Sets, for the command of the line: `options` it has, what option $1 `takes`, and what stands `here`, at place $2.
_idferry_command() {
    takes='' here='nothing' options=''
    case $command in
)sh";

constexpr const char* seconds_head = R"sh(    esac
}

# The second words of a group.
_idferry_second() {
    case $command in
)sh";

constexpr const char* value = R"sh(    esac
}

# Fills COMPREPLY with what begins with $cur: $1 is a kind, further words are its choices.
_idferry_value() {
    local kind=$1 name
    shift
    case $kind in
    choices) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur") ;;
    file | config)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        ;;
    folder)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        ;;
    syncs | connections)
        while IFS= read -r name; do
            if [[ $name == "$cur"* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
        done < <("${COMP_WORDS[0]}" completion names "$kind" ${config:+--config "$config"} 2>/dev/null)
        ;;
    esac
}

_idferry() {
)sh";

constexpr const char* tail =
    R"sh(    local cur=${COMP_WORDS[COMP_CWORD]} command='' config='' options='' takes='' here='' wanted='' word
    local -i i place=0 only_places=0
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -z $command || " $groups " == *" $command "* ]]; then
            command=${command:+$command }$word
        elif [[ -n $wanted ]]; then
            # --option=value comes as three words.
            if [[ $word == '=' ]]; then continue; fi
            if [[ $wanted == config ]]; then config=${word/#\~/$HOME}; fi
            wanted=''
        elif ((only_places == 0)) && [[ $word == -- ]]; then
            only_places=1
        elif ((only_places == 0)) && [[ $word == -?* ]]; then
            _idferry_command "$word" 0
            wanted=$takes
        else
            place+=1
        fi
    done
    if [[ $cur == '=' && -n $wanted ]]; then cur=''; fi
    if [[ -z $command ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$cur")
    elif [[ " $groups " == *" $command "* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_idferry_second)" -- "$cur")
    elif [[ -n $wanted ]]; then
        # shellcheck disable=SC2086 # a kind and its choices
        _idferry_value $wanted
    elif ((only_places == 0)) && [[ $cur == -* ]]; then
        _idferry_command '' 0
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    else
        _idferry_command '' $((place + 1))
        # shellcheck disable=SC2086
        _idferry_value $here
    fi
}

complete -F _idferry idferry
)sh";

} // namespace

std::string bash_completion(const command_table& table)
{
    std::string cases, commands, groups, seconds;
    for (const auto& [first, summary] : first_words(table.commands, table.groups)) {
        commands += fmt::format("{}{}", commands.empty() ? "" : " ", first);
        std::string words;
        for (const auto* c : commands_of(table.commands, first)) {
            cases += case_of(*c);
            if (const auto second = second_word(*c); !second.empty())
                words += fmt::format("{}{}", words.empty() ? "" : " ", second);
        }
        if (words.empty()) continue;
        groups += fmt::format("{}{}", groups.empty() ? "" : " ", first);
        seconds += fmt::format("    {}) printf '%s' '{}' ;;\n", first, words);
    }
    if (seconds.empty()) seconds = "    *) ;;\n";
    return head + cases + seconds_head + seconds + value +
           fmt::format("    local commands='{}' groups='{}'\n", commands, groups) + tail;
}

} // namespace idferry::daemon::cli
