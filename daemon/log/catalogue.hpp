// The catalogue of operator messages: what each id says, how loud, what it means and what to do about it.
// docs/messages.md and the journal's catalogue are written from it.
#pragma once

#include "daemon/log/ids.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::log {

enum class level
{
    debug,   // journald 7; the only level with attribute values
    info,    // 6
    notice,  // 5: something changed, all is well
    warning, // 4: somebody should look, nothing is broken yet
    error,   // 3: something is not done
    critical // 2: the daemon cannot do its work
};
// "debug", "info", …
std::string_view to_string(level l);
// The priority of syslog(3) and journald(8), 2 to 7.
int priority(level l);

// One message. `text` and `action` are templates: {name} stands for a field.
struct row
{
    id what;
    std::string_view name; // as in `id`: for machines and for people who search
    level at;
    std::string_view text;
    std::string_view meaning;
    std::string_view action; // what to do
};

// Every message, in the order of the ids.
std::span<const row> catalogue();
// The row of an id; every id has one.
const row& row_of(id what);

// "IDF-1001"
std::string to_string(id what);
// The journal's MESSAGE_ID: 32 hexadecimal digits that end in the id's number.
std::string journal_id(id what);

// The names of fields in a template, in order: lower-case words in braces.
std::vector<std::string_view> fields_of(std::string_view text);

} // namespace idferry::daemon::log
