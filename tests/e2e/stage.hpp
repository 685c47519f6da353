// A stage for end-to-end tests: a sandbox in this process, a configuration for it, and the real `idferry` binary run
// against both as a process of its own.
//
//   stage s({.users = 200, .groups = 12, .seed = 7, .mode = "user_list"});
//   EXPECT_EQ(s.run({"sync"}).code, 0);
#pragma once

#include "tests/sandbox/sandbox.hpp"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::e2e {

using sandbox::json;

// How one run of the binary ended.
struct outcome
{
    int code{-1};  // exit code; -1 when a signal ended it
    int signal{0}; // 0 = it exited by itself
    std::string out, err;

    // stdout as JSON; null when it is none.
    json plan() const;
    std::string text() const
    {
        return "exit code " + std::to_string(code) + "\nstdout:\n" + out.substr(0, 4000) + "\nstderr:\n" +
               err.substr(0, 4000);
    }
};

// A running idferry.
class process
{
public:
    process(std::vector<std::string> arguments, std::string capture);
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    bool running();
    void kill_hard(); // SIGKILL
    void signal(int which);
    // Waits; a process that runs for longer than five minutes is killed, which a test sees as signal 9.
    outcome wait();

private:
    pid_t pid_{-1};
    int status_{0};
    bool ended_{false};
    std::string capture_;
};

struct scene
{
    std::uint32_t users{200};
    std::uint32_t groups{12};
    std::uint64_t seed{7};
    std::string mode{"user_list"};
    std::vector<std::string> knobs{};
};

class stage
{
public:
    explicit stage(const scene& wanted);
    ~stage();
    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;

    sandbox::sandbox& box() { return *box_; }
    const std::string& folder() const { return folder_; }
    std::string config() const { return folder_ + "/idferry.yaml"; }
    std::string state() const { return folder_ + "/state"; }

    // Changes the configuration file; `from` must stand in it.
    void replace_in_config(std::string_view from, std::string_view to);
    std::string config_text() const;
    void write_config(const std::string& text) const;
    // A file beside it.
    void write_file(const std::string& name, const std::string& text) const;
    // The same for a file (0600) that is given a secret on purpose: nobody looks for secrets in it.
    void give_secret(const std::string& name, const std::string& text);

    // `arguments` begins with the command; -c and --state are added, and --no-progress where there is progress.
    outcome run(std::vector<std::string> arguments);
    std::unique_ptr<process> start(std::vector<std::string> arguments);
    // `plan --format json`
    outcome plan() { return run({"plan", "--format", "json"}); }

    json control(const std::string& method, const std::string& path, const json& body = nullptr);
    void knob(const std::string& server, const std::string& name, const json& value)
    {
        control("POST", "knobs", {{server, {{name, value}}}});
    }
    json people() { return control("GET", "state?server=bareid"); }
    json target() { return control("GET", "state?server=showpad&form=compact"); }
    json target_in_full() { return control("GET", "state?server=showpad"); }
    std::string owner() const { return box_->info()["showpad"]["owner"].get<std::string>(); }

    // Requests counted so far, of one server and method, or of all ("").
    std::uint64_t requests(std::string_view server = "", std::string_view method = "");

private:
    std::vector<std::string> whole_line(std::vector<std::string> arguments) const;

    std::string folder_;
    std::set<std::string> given_; // files that hold secrets on purpose
    std::unique_ptr<sandbox::sandbox> box_;
    int runs_{0};
};

// Instrumented builds are several times slower: their organisations are smaller.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IDFERRY_E2E_SLOW 1
#endif
#endif
#ifdef IDFERRY_E2E_SLOW
constexpr bool slow_build = true;
#else
constexpr bool slow_build = false;
#endif

std::string read_all(const std::string& path);
std::string lower(std::string text);
// A person in scope, for `POST bareid/users`: <name>@acme.example, in the group /staff.
json newcomer(const std::string& name = "new.comer");
// An active account that somebody made by hand, for `POST showpad/users`.
json account_by_hand(const std::string& user_name, const std::string& email);
// For a control path: one segment.
std::string segment(std::string_view text);

// A source person as the example configuration maps them; only for those in its scope.
struct expected_person
{
    std::string key, user_name, given, family, email, role{"tablet"}, title;
    std::set<std::string> groups; // names of the groups that are synchronised
};

// What the example configuration makes of the source: keyed by source key. `below` are the paths that group_walk
// selects; empty = all.
std::map<std::string, expected_person> expected_people(const json& source, const std::vector<std::string>& below = {});

// Lines that describe a target, people and groups, for comparing; see `lines_of_target`.
std::set<std::string> expected_lines(const json& source, const std::vector<std::string>& below = {});
// The same lines from the sandbox's compact dump, without the owner. Deactivated people and their groups are left out
// when `active_only`. A person who stands there twice gives a line that no expectation has.
std::set<std::string> lines_of_target(const json& target, const std::string& owner, bool active_only = true);

// "" when both are equal, else the first few lines that only one of them has.
std::string difference(const std::set<std::string>& wanted, const std::set<std::string>& found);

// Changes of a plan as lines: "update user LABEL: roles, title", "deactivate user LABEL", "members GROUP: +LABEL".
std::set<std::string> change_lines(const json& plan);
// Labels or texts of the plan's notes of one kind.
std::vector<std::string> notes(const json& plan, std::string_view kind);

} // namespace idferry::e2e
