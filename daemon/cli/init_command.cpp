// `idferry init`: asks, or takes options, and writes a first configuration that `check` accepts.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/starter_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>

namespace idferry::daemon::cli {

namespace {

bool is_wanted(const starter_question& q, const starter_answers& a)
{
    return !q.wanted || q.wanted(a);
}

// Asks until the answer stands. False at the end of the input.
bool ask(const starter_question& q, starter_answers& a)
{
    const auto proposal = q.proposal ? q.proposal(a) : std::string();
    while (true) {
        std::cerr << q.prompt << (proposal.empty() ? "" : " [" + proposal + "]") << ": " << std::flush;
        std::string line;
        if (!std::getline(std::cin, line)) return false;
        const auto from = line.find_first_not_of(" \t\r"), to = line.find_last_not_of(" \t\r");
        a.*q.answer = from == std::string::npos ? proposal : line.substr(from, to - from + 1);
        const auto mistake = starter_mistake(a, q);
        if (mistake.empty()) return true;
        std::cerr << "  " << mistake << '\n';
        a.*q.answer = "";
    }
}

bool ask_about_groups(bool& yes)
{
    while (true) {
        std::cerr << "Groups and their members too? (yes or no) [no]: " << std::flush;
        std::string line;
        if (!std::getline(std::cin, line)) return false;
        yes = line == "y" || line == "yes";
        if (yes || line.empty() || line == "n" || line == "no") return true;
        std::cerr << "  yes or no\n";
    }
}

// Takes what the line gave, asks for the rest on a terminal; nothing when something is missing or wrong (told on
// stderr).
std::optional<starter_answers> collect(const invocation& given)
{
    starter_answers a;
    a.token_url = given.text("token-url");
    a.groups = given.flag("groups");
    const bool asking = ::isatty(STDIN_FILENO) != 0 && !given.flag("yes");
    std::string wrong, missing;
    for (const auto& q : starter_questions()) {
        if (!is_wanted(q, a)) continue;
        if (given.given(q.option)) {
            a.*q.answer = given.text(q.option);
            if (const auto mistake = starter_mistake(a, q); !mistake.empty()) {
                wrong += fmt::format("idferry init: --{}: {}\n", q.option, mistake);
                a.*q.answer = q.proposal ? q.proposal(a) : std::string();
            }
        } else if (asking && wrong.empty()) {
            if (!ask(q, a)) {
                std::cerr << "\nidferry init: stopped, nothing was written\n";
                return std::nullopt;
            }
        } else if (q.proposal) {
            a.*q.answer = q.proposal(a);
        } else if (q.required) {
            missing += fmt::format("  --{}: {}\n", q.option, q.prompt);
        }
    }
    if (!a.token_url.empty())
        if (const auto mistake = starter_mistake(a, {"token-url", &starter_answers::token_url, ""}); !mistake.empty())
            wrong += fmt::format("idferry init: --token-url: {}\n", mistake);
    if (wrong.empty() && missing.empty() && asking && !given.flag("groups") && !ask_about_groups(a.groups)) {
        std::cerr << "\nidferry init: stopped, nothing was written\n";
        return std::nullopt;
    }
    if (!missing.empty()) wrong += "idferry init: nobody can be asked here, so these are needed:\n" + missing;
    std::cerr << wrong;
    return wrong.empty() ? std::optional(a) : std::nullopt;
}

std::string reason()
{
    return std::strerror(errno);
}

// Writes a new file with mode 0640, which the group idferry may read where it exists: the daemon runs as its member.
// With `force` it takes the place of an old one, at once and whole. Returns why it could not be done, or "".
std::string write_new(const std::string& path, const std::string& text, bool force)
{
    if (!force && ::access(path.c_str(), F_OK) == 0) return "it is there already; --force replaces it";
    auto scratch = path + ".XXXXXX";
    const int fd = ::mkstemp(scratch.data());
    if (fd < 0) return reason();
    std::string why;
    std::string_view rest = text;
    while (why.empty() && !rest.empty()) {
        const auto n = ::write(fd, rest.data(), rest.size());
        if (n < 0 && errno != EINTR) why = reason();
        if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (why.empty() && ::geteuid() == 0)
        if (const auto* group = ::getgrnam("idferry"); group != nullptr && ::fchown(fd, 0, group->gr_gid) != 0)
            why = reason();
    if (why.empty() && ::fchmod(fd, 0640) != 0) why = reason();
    if (why.empty() && ::fsync(fd) != 0) why = reason();
    ::close(fd);
    // link() refuses what is there by now; rename() replaces it.
    if (why.empty() && (force ? ::rename(scratch.c_str(), path.c_str()) : ::link(scratch.c_str(), path.c_str())) != 0)
        why = errno == EEXIST ? "it is there already; --force replaces it" : reason();
    ::unlink(scratch.c_str());
    return why;
}

int run_init(const invocation& given)
{
    const auto out = given.text("out");
    // Before anything is asked: nobody types twelve answers for nothing.
    if (out != "-" && !given.flag("force") && ::access(out.c_str(), F_OK) == 0) {
        std::cerr << "idferry init: " << out << ": it is there already; --force replaces it\n";
        return 1;
    }
    const auto answers = collect(given);
    if (!answers) return 1;
    const auto text = starter_text(*answers);
    if (out == "-") {
        std::cout << text;
        return std::cout.flush() ? 0 : 1;
    }
    if (const auto why = write_new(out, text, given.flag("force")); !why.empty()) {
        std::cerr << "idferry init: " << out << ": " << why << '\n';
        return 1;
    }
    std::cerr << "Wrote " << out << ". Next:\n"
              << "  1. put the secrets where it says: " << answers->source_secret << " and " << answers->target_secret
              << '\n'
              << "  2. idferry check -c " << out << " --live\n"
              << "  3. idferry plan -c " << out << '\n';
    return 0;
}

} // namespace

const command& init_command()
{
    static const command c{
        .name = "init",
        .summary = "write a first configuration, with comments",
        .about = "On a terminal it asks for what the line does not say. It holds no secret, only where one is found: "
                 "file:/path, credential:name (systemd) or env:NAME.",
        .options = {{"--source", value_kind::text, "TYPE", "where people come from; bare_id without it", "",
                     starter_sources()},
                    {"--target", value_kind::text, "TYPE", "where they go; showpad without it", "", starter_targets()},
                    {"--instance", value_kind::text, "UUID", "Bare.ID: the instance"},
                    {"--company", value_kind::text, "NAME", "Bare.ID: acme of https://acme.login.bare.id"},
                    {"--realm", value_kind::text, "NAME", "Bare.ID: the realm whose people are read"},
                    {"--token-url", value_kind::text, "URL",
                     "Bare.ID: the token address, in place of --company and --realm"},
                    {"--client-id", value_kind::text, "ID", "Bare.ID: the API client"},
                    {"--region", value_kind::text, "REGION", "Beyond Identity: us, eu or fedramp; us without it"},
                    {"--tenant", value_kind::text, "ID", "Beyond Identity: the tenant"},
                    {"--application", value_kind::text, "ID", "Beyond Identity: the application to log in as"},
                    {"--application-realm", value_kind::text, "ID",
                     "Beyond Identity: the application's realm, when it is another one"},
                    {"--application-client", value_kind::text, "ID", "Beyond Identity: its client id"},
                    {"--source-realm", value_kind::text, "ID", "Beyond Identity: the realm that people come from"},
                    {"--target-realm", value_kind::text, "ID", "Beyond Identity: the realm that they go to"},
                    {"--source-url", value_kind::text, "URL", "SCIM address of the source"},
                    {"--source-secret", value_kind::text, "WHERE", "where the API client's secret is found"},
                    {"--base-url", value_kind::text, "URL", "SCIM address of the target"},
                    {"--target-secret", value_kind::text, "WHERE", "where the target's token is found"},
                    {"--own-account", value_kind::text, "NAME", "userName of the account that the token belongs to"},
                    {"--scope", value_kind::text, "FILTER", "whom to sync; 'active eq true' without it"},
                    {"--sync", value_kind::text, "NAME", "name of the sync"},
                    {"--groups", value_kind::flag, "", "groups and their members too"},
                    {"--out", value_kind::file, "FILE", "what to write; - is standard output",
                     "/etc/idferry/idferry.yaml"},
                    {"--force", value_kind::flag, "", "replace the file when it is there"},
                    {"-y,--yes", value_kind::flag, "", "ask nothing; take what is proposed for the rest"}},
        .examples = "idferry init\n"
                    "idferry init --instance db0c1370-dcc7-47c8-aac6-580043c46a98 --company acme --realm Mitarbeitende "
                    "--client-id my-client --base-url https://acme.showpad.biz/api/users/scim/v2 --out idferry.yaml",
        .run = run_init};
    return c;
}

} // namespace idferry::daemon::cli
