#include "daemon/cli/commands.hpp"

namespace idferry::daemon::cli {

std::span<const command> all_commands()
{
    // One a line, so that two new commands do not meet.
    static const std::vector<command> all{
        check_command(),
        run_command(),
        run_now_command(),
        reload_command(),
        web_command(),
        plan_command(),
        sync_command(),
        apply_command(),
        explain_command(),
        status_command(),
        history_command(),
        show_command(),
        rejects_list_command(),
        rejects_show_command(),
        rejects_retry_command(),
        rejects_drop_command(),
        quarantine_list_command(),
        quarantine_release_command(),
        steps_command(),
        audit_command(),
        api_command(),
        eval_command(),
        messages_command(),
        schema_command(),
        init_command(),
        man_command(),
        completion_bash_command(),
        completion_zsh_command(),
        completion_fish_command(),
        completion_names_command(),
    };
    return all;
}

std::span<const command_group> command_groups()
{
    static const std::vector<command_group> all{
        {"rejects", "resources that cannot be pushed: list, show, try again, drop"},
        {"quarantine", "syncs that are left alone because their target keeps failing: list, release"},
        {"completion", "completion scripts for shells"},
    };
    return all;
}

} // namespace idferry::daemon::cli
