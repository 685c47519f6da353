// The commands of the line as data: one table from which parsing, --help, man pages and completions are made.
// A command is described and carried out in its own file, <name>_command.cpp, and listed in commands.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::cli {

// What a value is: checks it, and tells a shell how to complete it.
enum class value_kind
{
    flag, // takes none; may be repeated (-vv)
    text,
    number, // 0 or more
    file,
    folder,
    sync,      // name of a sync of the configuration
    connection // name of a connection of the configuration
};

struct option
{
    std::string_view flags; // "-c,--config" or "--out"
    value_kind kind{value_kind::flag};
    std::string_view value; // how help calls the value: "FILE"; empty for a flag
    std::string_view doc;   // one line, no full stop
    std::string_view fallback{};
    std::vector<std::string_view> choices{};
    bool many{false};

    // "config": the long name without dashes (the short one where there is no long one).
    std::string_view name() const;
};

struct positional
{
    std::string_view name; // "SYNC"
    value_kind kind{value_kind::text};
    std::string_view doc;
    bool required{false};
    bool many{false};
    std::vector<std::string_view> choices{};
};

// The values of one command line. Asking for a name that the command does not declare is a defect: std::logic_error.
class invocation;

struct command
{
    std::string_view name;    // "plan", "rejects list"
    std::string_view summary; // one line, no full stop
    std::string_view about{}; // more lines, or nothing
    std::vector<option> options;
    std::vector<positional> positionals{};
    std::string_view examples{}; // whole command lines, one a line
    int (*run)(const invocation&){nullptr};
    bool hidden{false}; // works, and is not shown
};

// The first word of commands that have two.
struct command_group
{
    std::string_view name;
    std::string_view summary;
};

class invocation
{
public:
    explicit invocation(const command& c) : command_(&c) {}

    const command& what() const { return *command_; }
    // The value, or the option's fallback.
    std::string text(std::string_view name) const;
    bool given(std::string_view name) const;
    bool flag(std::string_view name) const { return count(name) > 0; }
    int count(std::string_view name) const;            // how often a flag was given
    std::uint64_t number(std::string_view name) const; // value or fallback; 0 without either
    std::vector<std::string> many(std::string_view name) const;

    void set(std::string_view name, std::vector<std::string> values);

private:
    void declared(std::string_view name) const;
    const command* command_;
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Every command and group, in the order of help.
std::span<const command> all_commands();
std::span<const command_group> command_groups();
std::string_view about_idferry(); // one sentence
std::string_view exit_codes();    // the paragraph that help and man pages end with

// Options that most commands share, in front of `own`.
std::vector<option> with_common(std::vector<option> own);
// --format with these choices; the first is the default.
option format_option(std::vector<std::string_view> choices);

} // namespace idferry::daemon::cli
