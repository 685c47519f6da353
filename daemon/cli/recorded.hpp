// What the reading commands share: state opened for reading, the configuration where it can be read, and how a report
// is printed.
#pragma once

#include "daemon/cli/command.hpp"
#include "daemon/report/source.hpp"
#include "daemon/report/text.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::cli {

class recorded
{
public:
    // Reads the configuration and opens state; `given` has the common options and --format, and outlives this.
    explicit recorded(const invocation& given);

    // Why state cannot be read (told on stderr already): the command then returns 1.
    bool failed() const { return !store_; }
    report::source from() const { return {*store_, settings_ ? &*settings_ : nullptr, now_}; }
    const std::vector<std::string>& mistakes() const { return mistakes_; } // of the configuration
    state::time_point now() const { return now_; }

    // The sync of that name; nothing, and told on stderr with the nearest, when neither configuration nor state knows
    // it.
    std::optional<mapping::sync_name> sync(const std::string& name) const;

    // Prints JSON, or the text that `as_text` makes of it; returns 0, or 1 when that or making the report failed.
    int print(const report::json_result& made,
              std::string (*as_text)(const mapping::json&, const report::text_style&)) const;

private:
    const invocation& given_;
    std::string command_;
    state::time_point now_{};
    std::vector<std::string> mistakes_;
    std::optional<run::settings> settings_;
    std::unique_ptr<state::store> store_;
};

// Prints a report as the invocation's --format and --no-color want it: JSON, or the text that `as_text` makes of it,
// with ages as of `now`. Returns 0, or 1 when that or making the report failed, which is told then.
int print_report(const invocation& given, state::time_point now, const report::json_result& made,
                 std::string (*as_text)(const mapping::json&, const report::text_style&));

// A sentence on stderr; returns 1.
int complain(const std::string& text);

// --format text|json after the common options, then `own`.
std::vector<option> with_report_options(std::vector<option> own);
// --type: one of the types of resources.
option type_option();

} // namespace idferry::daemon::cli
