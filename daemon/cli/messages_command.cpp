// `idferry messages`: what a message of the log means and what to do; without an id the whole catalogue as a document.
#include "daemon/cli/commands.hpp"
#include "daemon/log/reference.hpp"

#include <iostream>

namespace idferry::daemon::cli {

namespace {

int run_messages(const invocation& given)
{
    if (const auto wanted = given.text("ID"); !wanted.empty()) {
        const auto text = log::explained(wanted);
        if (text.empty()) {
            std::cerr << "idferry messages: there is no message '" << wanted << "'; idferry messages lists all\n";
            return 1;
        }
        std::cout << text;
    } else {
        std::cout << (given.flag("journal") ? log::journal_catalogue() : log::messages_page());
    }
    return std::cout.flush() ? 0 : 1;
}

} // namespace

const command& messages_command()
{
    static const command c{
        .name = "messages",
        .summary = "say what a message of the log means, and what to do",
        .options = {{"--journal", value_kind::flag, "", "print all as a catalogue for journalctl -x"}},
        .positionals = {{"ID", value_kind::text, "id or name of a message; without it all are printed, as Markdown"}},
        .examples = "idferry messages IDF-4001\nidferry messages resource_rejected",
        .run = run_messages};
    return c;
}

} // namespace idferry::daemon::cli
