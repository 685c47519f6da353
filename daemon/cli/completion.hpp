// Shell completion scripts, made from the table of commands. Pure: text in, text out.
//
// A script completes commands, options, choices, files and folders by itself; for names of syncs and connections it
// calls `idferry completion names`, with the configuration file of the line being typed.
#pragma once

#include "daemon/cli/command.hpp"

#include <span>
#include <string>

namespace idferry::daemon::cli {

// The table that a script is made from; hidden commands are left out.
struct command_table
{
    std::span<const command> commands;
    std::span<const command_group> groups;
};

std::string bash_completion(const command_table& table);
std::string zsh_completion(const command_table& table);
std::string fish_completion(const command_table& table);

} // namespace idferry::daemon::cli
