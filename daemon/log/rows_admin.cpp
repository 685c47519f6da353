#include "daemon/log/rows.hpp"

#include <array>

namespace idferry::daemon::log {

std::span<const row> admin_rows()
{
    static constexpr auto rows = std::to_array<row>({
        {id::admin_listening, "admin_listening", level::notice, "admin endpoint listens on {address}",
         "Commands, metrics and the web page are answered there.", "Nothing."},
        {id::admin_failed, "admin_failed", level::error, "admin endpoint cannot listen on {address}: {reason}",
         "The daemon goes on with its syncs, but commands that write cannot reach it.",
         "Free the address or give another one under `admin:`; then restart."},
        {id::admin_full, "admin_full", level::warning, "admin endpoint refused a connection: {count} are open",
         "The cap on connections is reached. Syncs are not affected.",
         "Look who holds so many (ss -xp or ss -tp). Idle ones are closed by themselves."},
        {id::admin_denied, "admin_denied", level::warning,
         "admin endpoint denied {method} {path} from {peer}: {reason}",
         "A request had no or a wrong token, a foreign Host or Origin, or a method that is not allowed.",
         "When it was you, see the reason. When it was not, find out who reaches this address."},
        {id::admin_malformed, "admin_malformed", level::notice,
         "admin endpoint dropped a request from {peer}: {reason}",
         "What came was not HTTP, too large, or not finished.",
         "Nothing, unless it comes often: then find out who sends it."},
        {id::admin_slow, "admin_slow", level::info, "admin endpoint closed a slow connection from {peer}: {reason}",
         "Somebody did not send or take bytes in time.", "Nothing, unless it comes often: then find out who it is."},
        {id::admin_request, "admin_request", level::debug, "{method} {path} from {peer}: {status} in {duration}",
         "One answered request.", "Nothing."},
        {id::job_begun, "job_begun", level::info, "{sync}: job {job} ({what}) begins for {who}",
         "Work that was asked for at the admin endpoint.", "Nothing."},
        {id::job_done, "job_done", level::info, "{sync}: job {job} ({what}) ended with exit code {exit_code}",
         "The exit code is that of the command line.", "Nothing; what a cycle had to say stands before this line."},
        {id::job_refused, "job_refused", level::notice, "{sync}: {what} of {who} was not taken: {reason}",
         "So many jobs wait already, or the daemon is stopping.", "Wait for the others, then ask again."},
    });
    return rows;
}

} // namespace idferry::daemon::log
