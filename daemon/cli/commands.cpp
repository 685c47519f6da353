#include "daemon/cli/commands.hpp"

namespace idferry::daemon::cli {

std::span<const command> all_commands()
{
    static const std::vector<command> all{run_command(),   plan_command(), sync_command(),
                                          apply_command(), eval_command(), messages_command()};
    return all;
}

std::span<const command_group> command_groups()
{
    static const std::vector<command_group> all{};
    return all;
}

} // namespace idferry::daemon::cli
