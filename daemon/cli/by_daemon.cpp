#include "daemon/cli/by_daemon.hpp"

#include "connectors/http/percent_encoding.hpp"
#include "daemon/cli/admin_client.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

namespace idferry::daemon::cli {

namespace {

daemon_done refused(const std::string& sync, const std::string& why)
{
    return {{"", {fmt::format("{}: {}", sync, why)}}, 1};
}

} // namespace

daemon_done run_by_daemon(const std::string& socket, const daemon_cycle& what)
{
    mapping::json body{{"refresh", what.refresh},
                       {"hinted", what.hinted},
                       {"allow", what.allow},
                       {"config", what.config},
                       {"print",
                        {{"format", run::to_string(what.print.format)},
                         {"colour", what.print.text.colour},
                         {"most_changes", what.print.text.most_changes}}}};
    if (!what.only_plan.empty()) body["only_plan"] = what.only_plan;
    if (!what.digest_key.empty()) body["digest_key"] = what.digest_key;
    admin_client daemon(socket);
    const auto asked = daemon.carry_out("/api/v1/syncs/" + connectors::http::path_segment(what.sync) + "/run", body);
    if (const auto* why = std::get_if<admin_trouble>(&asked)) return refused(what.sync, why->text);
    const auto& answer = std::get<admin_answer>(asked);
    if (const auto error = answer.error(); !error.empty()) return refused(what.sync, error);
    const auto& job = *answer.body;
    daemon_done done;
    if (const auto at = job.find("printed"); at != job.end() && at->is_object()) {
        done.shown.out = at->value("out", std::string());
        done.shown.complaints = at->value("complaints", std::vector<std::string>());
    } else {
        return refused(what.sync, job.contains("error") && job["error"].is_string()
                                      ? job["error"].get<std::string>()
                                      : "the daemon did not say what it did; `idferry history` knows");
    }
    done.exit_code = job.value("exit_code", 1);
    return done;
}

} // namespace idferry::daemon::cli
