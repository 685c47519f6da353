// Where operator messages go: text for people, JSON lines for machines, or journald with fields of its own. Injected;
// tests collect (tests/support/collected_log.hpp).
#pragma once

#include "connectors/clock.hpp"
#include "daemon/log/message.hpp"

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

struct iovec;

namespace idferry::daemon::log {

class logger
{
public:
    virtual ~logger() = default;
    // True when a message of this level would be written: spares the work of making it.
    virtual bool wants(level at) const = 0;
    // Writes the message when its level is wanted. Safe from several threads. Never throws: a log that cannot be
    // written ends nothing.
    virtual void say(const message& m) noexcept = 0;
};

enum class format
{
    text,     // "2026-11-22T14:00:00.000Z warning  IDF-4001 staff: user anna is rejected: …", and what to do below it
    json,     // one object a line: time, level, id, name, message, do, and the fields
    journal,  // journald's native protocol; where its socket does not answer, text with "<4>" before each line
    automatic // journal when stderr is a stream of journald, else text
};
// "text", "json", "journal", "auto"; nothing for anything else.
std::optional<format> format_of(std::string_view word);

struct log_options
{
    format as{format::automatic};
    level threshold{level::info};
    bool colour{true}; // text, when `out` is a terminal; false: never
};
// The threshold for so many -v: 0 is info, more is debug.
level threshold_of(int verbose);

// Sends one journal entry; the signature of sd_journal_sendv(3). Returns 0, or a negative errno.
using journal_send = std::function<int(const iovec* fields, int count)>;

// What `automatic` means for a stream: `journal_stream` is the environment's JOURNAL_STREAM ("device:inode", as
// systemd.exec(5) says), or "". Text when it is not that very stream.
format chosen_format(int descriptor, std::string_view journal_stream);

// `out` and `time` outlive the logger. `send` is for tests; without it libsystemd sends.
std::unique_ptr<logger> make_logger(const log_options& options, const connectors::clock& time, std::FILE* out = stderr,
                                    journal_send send = {});

// Says nothing.
std::unique_ptr<logger> make_silent_logger();

} // namespace idferry::daemon::log
