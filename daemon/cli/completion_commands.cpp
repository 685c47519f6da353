// `idferry completion bash|zsh|fish`, and `completion names`, which those scripts call.
#include "config/node.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/completion.hpp"

#include <iostream>

namespace idferry::daemon::cli {

namespace {

int print(std::string (*script)(const command_table&))
{
    std::cout << script({all_commands(), command_groups()});
    return std::cout.flush() ? 0 : 1;
}

// Quiet whatever is wrong: a shell that completes has no place for complaints.
int print_names(const invocation& given)
{
    config::diagnostics ignored;
    const auto root = config::load_yaml(given.text("config"), ignored);
    if (!root) return 0;
    const auto section = root->find(given.text("WHAT"));
    if (!section) return 0;
    for (const auto& e : section->entries())
        if (e.key.scalar().find('\n') == std::string::npos) std::cout << e.key.scalar() << '\n';
    return 0;
}

command script_command(std::string_view name, std::string_view summary, std::string_view examples,
                       int (*run)(const invocation&))
{
    return {.name = name, .summary = summary, .options = {}, .examples = examples, .run = run};
}

} // namespace

const command& completion_bash_command()
{
    static const auto c =
        script_command("completion bash", "print the completion script of bash",
                       "idferry completion bash > /etc/bash_completion.d/idferry\nsource <(idferry completion bash)",
                       [](const invocation&) { return print(bash_completion); });
    return c;
}

const command& completion_zsh_command()
{
    static const auto c = script_command("completion zsh", "print the completion script of zsh",
                                         "idferry completion zsh > /usr/share/zsh/vendor-completions/_idferry",
                                         [](const invocation&) { return print(zsh_completion); });
    return c;
}

const command& completion_fish_command()
{
    static const auto c = script_command("completion fish", "print the completion script of fish",
                                         "idferry completion fish > ~/.config/fish/completions/idferry.fish",
                                         [](const invocation&) { return print(fish_completion); });
    return c;
}

const command& completion_names_command()
{
    static const command c{
        .name = "completion names",
        .summary = "print the names of syncs or connections of the configuration, one a line",
        .options = {{"-c,--config", value_kind::file, "FILE", "configuration file", "/etc/idferry/idferry.yaml"}},
        .positionals = {{"WHAT", value_kind::text, "which names", true, false, {"syncs", "connections"}}},
        .run = print_names,
        .hidden = true};
    return c;
}

} // namespace idferry::daemon::cli
