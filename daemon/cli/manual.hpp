// Manual pages, made from the table of commands and from the description of the configuration file. Pure: values in,
// text out, in the man(7) macros of groff.
#pragma once

#include "config/description.hpp"
#include "daemon/cli/completion.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::cli {

struct manual_page
{
    std::string name; // "idferry-plan.1"
    std::string text;
};

// idferry.1, then one page for each command or group of commands, in the order of help.
std::vector<manual_page> command_pages(const command_table& table);

// idferry.yaml.5: every key of the configuration file. `file` describes its root.
manual_page file_page(const config::description& file);

} // namespace idferry::daemon::cli
