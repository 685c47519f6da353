// What is asked of the running daemon alone: read the configuration again, run a sync now.
#include "connectors/http/percent_encoding.hpp"
#include "daemon/cli/admin_client.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/run/cycle.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace idferry::daemon::cli {

namespace {

void say_wrong(const invocation& given, const std::string& text)
{
    std::fputs(fmt::format("idferry {}: {}\n", given.what().name, text).c_str(), stderr);
}

// The answer, or nothing when there is none or it is an error, which is told then.
const admin_answer* good_answer(const invocation& given, const std::variant<admin_answer, admin_trouble>& a)
{
    if (const auto* why = std::get_if<admin_trouble>(&a)) {
        say_wrong(given, why->text);
        return nullptr;
    }
    const auto& answer = std::get<admin_answer>(a);
    if (const auto error = answer.error(); !error.empty()) {
        say_wrong(given, error);
        if (answer.body && answer.body->contains("mistakes"))
            for (const auto& m : (*answer.body)["mistakes"])
                if (m.is_string()) std::fputs((m.get<std::string>() + "\n").c_str(), stderr);
        return nullptr;
    }
    return &answer;
}

int reload_daemon(const invocation& given)
{
    admin_client daemon(admin_socket_of(given.text("config")));
    const auto answer = daemon.post("/api/v1/reload", mapping::json::object());
    if (good_answer(given, answer) == nullptr) return 1;
    std::puts("the configuration was read again and is in force");
    return 0;
}

// One line about a job that is done.
std::string job_line(const mapping::json& job)
{
    const auto sync = job.value("sync", std::string());
    if (job.contains("error") && job["error"].is_string()) return sync + ": " + job["error"].get<std::string>();
    const auto& result = job["result"];
    const bool pushed = result.is_object() && result.contains("plan") && result["plan"].is_object() &&
                        result["plan"].contains("pushed") && result["plan"]["pushed"].is_object();
    if (!pushed) return sync + ": nothing was pushed; `idferry history` says more";
    const auto& p = result["plan"]["pushed"];
    const auto count = [&](const char* name) { return p.value(name, std::uint64_t{0}); };
    return fmt::format("{}: {} pushed, {} rejected, {} deferred", sync, count("done"), count("rejected"),
                       count("deferred"));
}

int run_one(const invocation& given, admin_client& daemon, const std::string& sync)
{
    const mapping::json body{{"refresh", given.flag("refresh")}, {"allow", given.many("allow")}};
    const auto done = daemon.carry_out("/api/v1/syncs/" + connectors::http::path_segment(sync) + "/run", body);
    const auto* answer = good_answer(given, done);
    if (answer == nullptr || !answer->body) return 1;
    const auto& job = *answer->body;
    if (given.text("format") == "json")
        std::puts(mapping::to_text(job).c_str());
    else
        std::puts(job_line(job).c_str());
    return job.contains("exit_code") && job["exit_code"].is_number_integer() ? job["exit_code"].get<int>() : 1;
}

int run_now(const invocation& given)
{
    admin_client daemon(admin_socket_of(given.text("config")));
    auto syncs = given.many("SYNC");
    if (syncs.empty()) {
        const auto status = daemon.get("/api/v1/status");
        const auto* answer = good_answer(given, status);
        if (answer == nullptr || !answer->body) return 1;
        for (const auto& s : answer->body->value("syncs", mapping::json::array()))
            if (s.value("configured", true)) syncs.push_back(s.value("name", std::string()));
    }
    if (given.given("allow") && syncs.size() != 1) {
        say_wrong(given, "--allow: name exactly one SYNC, the one whose guard refused");
        return 1;
    }
    std::vector<int> codes;
    for (const auto& sync : syncs) codes.push_back(run_one(given, daemon, sync));
    return run::worst_exit_code(codes);
}

} // namespace

const command& reload_command()
{
    static const command c{
        .name = "reload",
        .summary = "has the running daemon read its configuration again",
        .about = "When the file has mistakes the daemon goes on with the old configuration, and the "
                 "mistakes are listed. `systemctl reload idferry` does the same and lists them in the log.",
        .options = with_common({}),
        .examples = "idferry reload",
        .run = reload_daemon};
    return c;
}

const command& run_now_command()
{
    static const command c{
        .name = "run-now",
        .summary = "has the running daemon run syncs at once, and waits for the end",
        .about = "The cycle runs in the daemon, as if its time had come; one that is under way is waited for. The exit "
                 "code is that of `idferry sync`.",
        .options = with_common({{"--refresh", value_kind::flag, {}, "also read the target and compare it with state"},
                                {.flags = "--allow",
                                 .kind = value_kind::text,
                                 .value = "GUARD=DIGEST",
                                 .doc = "let exactly those removals pass that a guard refused",
                                 .many = true},
                                format_option({"text", "json"})}),
        .positionals = {{"SYNC", value_kind::sync, "which syncs; all without it", false, true, {}}},
        .examples = "idferry run-now staff-to-showpad",
        .run = run_now};
    return c;
}

} // namespace idferry::daemon::cli
