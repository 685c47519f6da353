#include "daemon/cli/command_words.hpp"
#include "daemon/cli/completion.hpp"

#include <fmt/format.h>

namespace idferry::daemon::cli {

namespace {

// Text within '…[here]…' and "name:here" of _arguments and _describe: their separators and the quote are escaped.
std::string zsh_quoted(std::string_view text)
{
    std::string out;
    for (const auto c : text) {
        if (c == '\'') {
            out += "'\\''";
            continue;
        }
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string action_of(value_kind kind, const std::vector<std::string_view>& choices)
{
    if (!choices.empty()) return fmt::format("({})", fmt::join(choices, " "));
    switch (kind) {
    case value_kind::file: return "_files";
    case value_kind::folder: return "_files -/";
    case value_kind::sync: return "_idferry_names syncs";
    case value_kind::connection: return "_idferry_names connections";
    case value_kind::flag:
    case value_kind::text:
    case value_kind::number: return " ";
    }
    return " ";
}

std::string arguments_of(const command& c, std::string_view indent)
{
    std::string out = fmt::format("{}_arguments \\\n", indent);
    const auto add = [&](const std::string& spec) { out += fmt::format("{}    {} \\\n", indent, spec); };
    add("'(- *)'{-h,--help}'[show help]'");
    for (const auto& o : c.options) {
        const auto names = spellings(o);
        const bool many = o.many || o.kind == value_kind::flag; // -vv
        // '(-c --config)'{-c,--config}'[doc]:FILE:_files'
        const auto exclusive = many ? std::string("'*'") : fmt::format("'({})'", fmt::join(names, " "));
        const auto name = names.size() == 1 ? std::string(names.front()) : fmt::format("{{{}}}", fmt::join(names, ","));
        const auto value = o.kind == value_kind::flag
                               ? std::string()
                               : fmt::format(":{}:{}", zsh_quoted(o.value), action_of(o.kind, o.choices));
        add(fmt::format("{}{}'[{}]{}'", exclusive, name, zsh_quoted(o.doc), value));
    }
    int place = 0;
    for (const auto& p : c.positionals)
        add(fmt::format("'{}:{}:{}'", p.many ? "*" : std::to_string(++place), zsh_quoted(p.name),
                        action_of(p.kind, p.choices)));
    out.erase(out.rfind(" \\\n"));
    return out + "\n";
}

} // namespace

std::string zsh_completion(const command_table& table)
{
    std::string out =
        "#compdef idferry\n# zsh completion of idferry; written by `idferry completion zsh`.\n\n"
        "# The last argument says which names; what _arguments puts before it is for compadd.\n"
        "_idferry_names() {\n"
        "    local config=${opt_args[-c]:-${opt_args[--config]}}\n"
        "    local -a names\n"
        "    names=(${(f)\"$(_call_program names idferry completion names $argv[-1] "
        "${config:+--config ${(q)config/#\\~/$HOME}} 2>/dev/null)\"})\n"
        "    compadd \"${@[1,-2]}\" -a names\n"
        "}\n\n"
        "_idferry() {\n"
        "    local context state state_descr line\n"
        "    local -a list\n"
        "    typeset -A opt_args\n"
        "    _arguments -C '(- *)'{-h,--help}'[show help]' '(- *)--version[show the version]' '1: :->command' "
        "'*:: :->rest'\n"
        "    case $state in\n"
        "    command)\n"
        "        list=(\n";
    std::string cases;
    for (const auto& [first, summary] : first_words(table.commands, table.groups)) {
        out += fmt::format("            '{}:{}'\n", first, zsh_quoted(summary));
        const auto commands = commands_of(table.commands, first);
        cases += fmt::format("        {})\n", first);
        if (second_word(*commands.front()).empty()) {
            cases += arguments_of(*commands.front(), "            ");
        } else {
            cases += "            _arguments -C '1: :->command' '*:: :->rest'\n"
                     "            case $state in\n"
                     "            command)\n"
                     "                list=(\n";
            for (const auto* c : commands)
                cases += fmt::format("                    '{}:{}'\n", second_word(*c), zsh_quoted(c->summary));
            cases += "                )\n"
                     "                _describe -t commands command list\n"
                     "                ;;\n"
                     "            rest)\n"
                     "                case $line[1] in\n";
            for (const auto* c : commands)
                cases += fmt::format("                {})\n{}                    ;;\n", second_word(*c),
                                     arguments_of(*c, "                    "));
            cases += "                esac\n                ;;\n            esac\n";
        }
        cases += "            ;;\n";
    }
    return out +
           "        )\n        _describe -t commands command list\n        ;;\n    rest)\n        case $line[1] in\n" +
           cases + "        esac\n        ;;\n    esac\n}\n\n_idferry \"$@\"\n";
}

} // namespace idferry::daemon::cli
