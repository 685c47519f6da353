#include "connectors/clock.hpp"
#include "daemon/cli/admin_client.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/report/status.hpp"
#include "mapping/json.hpp"

#include <filesystem>
#include <system_error>

namespace idferry::daemon::cli {

namespace {

// What the running daemon says about itself; or why it is not asked.
struct asked_daemon
{
    std::shared_ptr<const mapping::json> status; // null: `why_not`
    std::string why_not;
};

bool same_folder(const std::string& a, const std::string& b)
{
    std::error_code ec;
    if (std::filesystem::equivalent(a, b, ec)) return true;
    return std::filesystem::absolute(a, ec).lexically_normal() == std::filesystem::absolute(b, ec).lexically_normal();
}

asked_daemon ask_daemon(const invocation& given)
{
    const auto socket = admin_socket_of(given.text("config"));
    admin_client daemon(socket);
    const auto asked = daemon.get("/api/v1/status");
    if (const auto* why = std::get_if<admin_trouble>(&asked)) return {nullptr, why->text};
    const auto& answer = std::get<admin_answer>(asked);
    if (const auto wrong = answer.error(); !wrong.empty()) return {nullptr, wrong};
    if (!answer.body || !answer.body->is_object()) return {nullptr, "the daemon did not answer as it should"};
    const auto& at = answer.body->value("state_folder", mapping::json());
    if (at.is_string() && !same_folder(at.get<std::string>(), given.text("state")))
        return {nullptr, "the daemon that answers on " + socket + " works on another state: " + at.get<std::string>()};
    return {answer.body, ""};
}

int run_status(const invocation& given)
{
    if (const auto daemon = ask_daemon(given); daemon.status) {
        const auto printed = print_report(given, connectors::make_system_clock()->now(),
                                          report::give(mapping::json(*daemon.status)), report::status_text);
        const auto config = daemon.status->find("config");
        const bool mistakes = config != daemon.status->end() && config->is_object() && config->contains("error") &&
                              !(*config)["error"].is_null();
        return mistakes ? 1 : printed;
    } else {
        const recorded known(given);
        if (known.failed()) return 1;
        report::status_input input;
        input.version = IDFERRY_VERSION;
        input.no_daemon = daemon.why_not;
        input.state_folder = given.text("state");
        input.config_file = given.text("config");
        input.config_mistakes = known.mistakes();
        const auto printed = known.print(report::status_json(known.from(), input), report::status_text);
        return known.mistakes().empty() ? printed : 1;
    }
}

} // namespace

const command& status_command()
{
    static const command c{
        .name = "status",
        .summary = "say whether it is well: syncs, last cycles, rejects, quarantine",
        .about = "Asks the running daemon, which also knows what runs now, what comes next and whether the last reload "
                 "was refused. Where none answers, what is recorded in state is shown, and one line says so. Returns 1 "
                 "when the configuration has mistakes.",
        .options = with_report_options({}),
        .examples = "idferry status\nidferry status --format json",
        .run = run_status};
    return c;
}

} // namespace idferry::daemon::cli
