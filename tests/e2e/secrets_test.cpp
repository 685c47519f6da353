// No secret and no token leaves the process by any door: logs, plans, state, errors, messages to systemd.
#include "tests/e2e/notify_socket.hpp"
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace idferry::e2e {
namespace {

namespace fs = std::filesystem;

std::string without_newline(std::string text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

// Every file below a folder except those that hold the secrets on purpose, and what was not read because of it.
std::map<std::string, std::string> files_below(const std::string& folder, const std::set<std::string>& keepers)
{
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        const auto name = fs::relative(entry.path(), folder).string();
        if (!keepers.contains(name) && !name.ends_with("key.pem")) all[name] = read_all(entry.path());
    }
    return all;
}

// The sandbox issues "sandbox." and 48 hexadecimal digits.
bool has_access_token(const std::string& text)
{
    for (auto at = text.find("sandbox."); at != std::string::npos; at = text.find("sandbox.", at + 1))
        if (text.find_first_not_of("0123456789abcdef", at + 8) >= at + 8 + 48 && text.size() >= at + 8 + 48)
            return true;
    return false;
}

TEST(secrets, occur_nowhere_but_where_they_are_kept)
{
    stage s({60, 6, 7, "user_list"});
    // Secrets that nothing else looks like: the target's token, the client's secret, and the access tokens issued.
    std::map<std::string, std::string> secrets;
    for (const char* file : {"showpad-token", "bareid-secret"})
        secrets[file] = without_newline(read_all(s.folder() + "/" + file));
    for (const auto& [name, value] : secrets) ASSERT_GE(value.size(), 8u) << name;

    std::map<std::string, std::string> told; // what a command or the daemon said
    const auto keep = [&](const std::string& name, const outcome& o) {
        told[name + " stdout"] = o.out;
        told[name + " stderr"] = o.err;
    };
    keep("check", s.run({"check"}));
    keep("check --live", s.run({"check", "--live"}));
    keep("plan", s.run({"plan", "-vv"}));
    keep("plan json", s.run({"plan", "--format", "json", "--out", s.folder() + "/saved.plan"}));
    keep("plan markdown", s.run({"plan", "--format", "markdown"}));
    keep("sync", s.run({"sync", "-vv", "--costs"}));

    // A server that is angry and repeats what it was told; one whose errors are of every kind.
    const auto token = secrets["showpad-token"];
    s.control("POST", "bareid/users", newcomer("told.back"));
    for (const auto& body : {json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}},
                                  {"status", "403"},
                                  {"detail", "no: Bearer " + token}},
                             json{{"message", token}}}) {
        s.control("POST", "faults", {{"server", "showpad"}, {"kind", "403"}, {"count", -1}, {"body", body.dump()}});
        keep("sync refused", s.run({"sync", "-vv"}));
        keep("check refused", s.run({"check", "--live"}));
        s.control("DELETE", "faults");
    }
    s.knob("bareid", "client_revoked", true);
    keep("sync revoked", s.run({"sync", "-vv"}));
    s.knob("bareid", "client_revoked", false);

    {
        notify_socket manager(s.folder() + "/notify");
        auto daemon = s.start({"run", "-vv", "--log", "json"});
        ASSERT_TRUE(manager.wait_for("READY=1"));
        daemon->signal(SIGHUP);
        ASSERT_TRUE(manager.wait_for("READY=1"));
        manager.drain();
        daemon->signal(SIGUSR1);
        ASSERT_TRUE(manager.wait_for("STATUS=", "; running: "));
        ASSERT_TRUE(manager.wait_for("STATUS=", "1 sync"));
        keep("status", s.run({"status", "--format", "json"}));
        daemon->signal(SIGTERM);
        keep("run", daemon->wait());
        for (const auto& line : manager.lines()) told["notify"] += line + "\n";
    }
    keep("history", s.run({"history", "--format", "json"}));
    keep("audit", s.run({"audit", "--format", "json"}));
    keep("rejects", s.run({"rejects", "list", "--format", "json"}));

    ASSERT_FALSE(told["run stderr"].empty());
    ASSERT_FALSE(told["plan json stdout"].empty());
    for (auto& [name, text] :
         files_below(s.folder(), {"showpad-token", "bareid-secret", "strict-token", "people-token", "sandbox.json"}))
        told["file " + name] = std::move(text);
    ASSERT_TRUE(told.contains("file state/state.db"));
    ASSERT_TRUE(told.contains("file saved.plan"));
    for (const auto& [where, text] : told) {
        for (const auto& [name, value] : secrets)
            EXPECT_EQ(text.find(value), std::string::npos) << name << " occurs in " << where;
        EXPECT_FALSE(has_access_token(text)) << "an access token occurs in " << where;
    }
}

} // namespace
} // namespace idferry::e2e
