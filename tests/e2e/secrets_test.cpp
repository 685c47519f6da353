// No secret and no token leaves the process by any door: logs, plans, state, errors, pages, messages to systemd. This
// test provokes; tests/told looks at everything that all tests left.
#include "tests/e2e/admin_doors.hpp"
#include "tests/e2e/notify_socket.hpp"
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

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
        if (!keepers.contains(name)) all[name] = read_all(entry.path());
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

// Every question that the document of the endpoint lists, and every page.
std::vector<std::string> documented_targets()
{
    std::vector<std::string> out;
    std::ifstream document(IDFERRY_SOURCE_DIR "/docs/admin-endpoint.md");
    for (std::string line; std::getline(document, line);)
        if (line.starts_with("| `GET ")) out.push_back(line.substr(7, line.find('`', 7) - 7));
    EXPECT_GE(out.size(), 14U);
    for (const auto& entry : fs::directory_iterator(IDFERRY_SOURCE_DIR "/daemon/admin/web"))
        if (const auto name = entry.path().filename(); name.extension() != ".md" && name != "index.html")
            out.push_back("/" + entry.path().filename().string());
    out.emplace_back("/");
    return out;
}

std::string with(std::string text, const std::string& placeholder, const std::string& value)
{
    const auto at = text.find(placeholder);
    return at == std::string::npos ? text : text.replace(at, placeholder.size(), value);
}

// Begins a job and waits for its end; its number.
std::string job(const admin_door& door, const std::string& target, const std::string& body)
{
    const auto begun = json::parse(door.ask("POST", target, body).body(), nullptr, false);
    if (!begun.is_object() || !begun.contains("job")) {
        ADD_FAILURE() << target << ": " << begun.dump();
        return "0";
    }
    const auto number = begun["job"].dump();
    for (;;) {
        const auto now = door.get("/api/v1/jobs/" + number);
        if (!now.is_object() || now["state"] == "done") return number;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

// What a running daemon answers to everything that can be asked: into files of the folder "answers".
void ask_everything(stage& s, const admin_doors& doors)
{
    const std::string sync = "staff-to-showpad";
    const auto folder = s.folder() + "/answers";
    fs::create_directory(folder);
    std::size_t count = 0;
    const auto keep = [&](const admin_door& door, const std::string& asked, const admin_answer& answer) {
        std::ofstream(folder + "/" + std::to_string(++count)) << door.name << " " << asked << "\n" << answer.all;
    };
    for (const auto* door : doors.both()) {
        const auto path = "/api/v1/syncs/" + sync;
        std::set<std::string> jobs{job(*door, path + "/run", "{}"),
                                   job(*door, path + "/explain", R"({"key":"told.back@acme.example"})")};
        s.control("POST", "bareid/users", newcomer("waits.for." + door->name));
        jobs.insert(job(*door, path + "/plan", R"({"refresh":true})"));
        const auto people = door->get("/api/v1/people?q=told.back")["people"];
        ASSERT_EQ(people.size(), 1U) << people.dump();
        const auto key = segment(people[0]["key"].get<std::string>());
        const auto history = door->get(path + "/history");
        ASSERT_FALSE(history["cycles"].empty());
        std::vector<std::string> targets;
        for (const auto& documented : documented_targets()) {
            const auto one = with(with(documented, "{sync}", sync), "{key}", key);
            if (one.find("{id}") == std::string::npos)
                targets.push_back(one);
            else if (one.starts_with("/api/v1/jobs/"))
                for (const auto& number : jobs) targets.push_back(with(one, "{id}", number));
            else
                for (const auto& cycle : history["cycles"]) targets.push_back(with(one, "{id}", cycle["id"].dump()));
        }
        std::set<std::string> unanswered;
        for (const auto& target : targets) {
            const auto answer = door->ask("GET", target);
            if (answer.status() != 200) unanswered.insert(target + " " + std::to_string(answer.status()));
            keep(*door, target, answer);
        }
        EXPECT_EQ(unanswered, std::set<std::string>());
        for (const char* order : {"/rejects/retry", "/rejects/drop", "/quarantine/release"})
            keep(*door, order, door->ask("POST", path + order, "{}"));
        keep(*door, "reload", door->ask("POST", "/api/v1/reload", "{}"));
        // Refusals too: those of a token name nothing of it.
        auto stranger = *door;
        stranger.authorization = "Authorization: Bearer " + doors.token.substr(1) + "\r\n";
        keep(stranger, "status", stranger.ask("GET", "/api/v1/status"));
        keep(*door, "nothing", door->ask("GET", "/api/v1/nothing?token=x"));
    }
}

TEST(secrets, occur_nowhere_but_where_they_are_kept)
{
    stage s({60, 6, 7, "user_list"});
    const admin_doors doors(s);
    // Secrets that nothing else looks like: the target's token, the client's secret, and the access tokens issued.
    std::map<std::string, std::string> secrets;
    for (const char* file : {"showpad-token", "bareid-secret"})
        secrets[file] = without_newline(read_all(s.folder() + "/" + file));
    secrets["admin-token"] = doors.token;
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
        ask_everything(s, doors);
        daemon->signal(SIGTERM);
        keep("run", daemon->wait());
        for (const auto& line : manager.lines()) told["notify"] += line + "\n";
    }
    keep("history", s.run({"history", "--format", "json"}));
    keep("audit", s.run({"audit", "--format", "json"}));
    keep("rejects", s.run({"rejects", "list", "--format", "json"}));

    ASSERT_FALSE(told["run stderr"].empty());
    ASSERT_FALSE(told["plan json stdout"].empty());
    for (auto& [name, text] : files_below(s.folder(), {"showpad-token", "bareid-secret", "strict-token", "people-token",
                                                       "sandbox.json", "admin-token", "admin.key"}))
        told["file " + name] = std::move(text);
    ASSERT_TRUE(told.contains("file state/state.db"));
    ASSERT_TRUE(told.contains("file saved.plan"));
    ASSERT_TRUE(told.contains("file answers/60"));
    for (const auto& [where, text] : told) {
        for (const auto& [name, value] : secrets)
            EXPECT_EQ(text.find(value), std::string::npos) << name << " occurs in " << where;
        EXPECT_FALSE(has_access_token(text)) << "an access token occurs in " << where;
    }
}

} // namespace
} // namespace idferry::e2e
