// Every command, each from its own file. The order of help is in commands.cpp.
#pragma once

#include "daemon/cli/command.hpp"

namespace idferry::daemon::cli {

const command& run_command();
const command& run_now_command();
const command& reload_command();
const command& web_command();
const command& plan_command();
const command& sync_command();
const command& apply_command();
const command& explain_command();
const command& eval_command();
const command& status_command();
const command& history_command();
const command& show_command();
const command& rejects_list_command();
const command& rejects_show_command();
const command& rejects_retry_command();
const command& rejects_drop_command();
const command& quarantine_list_command();
const command& quarantine_release_command();
const command& steps_command();
const command& audit_command();
const command& api_command();
const command& messages_command();
const command& init_command();
const command& man_command();
const command& completion_bash_command();
const command& completion_zsh_command();
const command& completion_fish_command();
const command& completion_names_command();
const command& schema_command();
const command& check_command();

} // namespace idferry::daemon::cli
