#include "daemon/cli/commands.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/report/status.hpp"

namespace idferry::daemon::cli {

namespace {

int run_status(const invocation& given)
{
    const recorded known(given);
    if (known.failed()) return 1;
    report::status_input input;
    input.version = IDFERRY_VERSION;
    input.config_file = given.text("config");
    input.config_mistakes = known.mistakes();
    const auto printed = known.print(report::status_json(known.from(), input), report::status_text);
    return known.mistakes().empty() ? printed : 1;
}

} // namespace

const command& status_command()
{
    static const command c{
        .name = "status",
        .summary = "say whether it is well: syncs, last cycles, rejects, quarantine",
        .about = "Reads state alone: it works while the daemon runs, without a state, and with a configuration that "
                 "cannot be read, which\nit says and returns 1 for.",
        .options = with_report_options({}),
        .examples = "idferry status\nidferry status --format json",
        .run = run_status};
    return c;
}

} // namespace idferry::daemon::cli
