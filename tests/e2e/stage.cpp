#include "tests/e2e/stage.hpp"

#include "tests/sandbox/web.hpp"
#include "tests/support/told.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ; // NOLINT: POSIX

namespace idferry::e2e {
namespace {

constexpr auto longest_run = std::chrono::minutes(5);
constexpr auto glance = std::chrono::milliseconds(1);

std::string made_folder()
{
    auto name = testing::TempDir() + "/idferry-e2e-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": " + std::strerror(errno));
    return name;
}

std::string value_of(const json& user, const char* attribute)
{
    const auto attributes = user.find("attributes");
    if (attributes == user.end() || !attributes->contains(attribute)) return {};
    const auto& values = (*attributes)[attribute]["values"];
    return values.empty() ? std::string() : values[0].get<std::string>();
}

std::string person_line(const expected_person& p)
{
    return "person " + p.user_name + " | " + p.key + " | " + p.given + " | " + p.family + " | " + p.email + " | " +
           p.role + " | " + p.title;
}

} // namespace

json outcome::plan() const
{
    auto parsed = json::parse(out, nullptr, false);
    return parsed.is_discarded() ? json() : parsed;
}

process::process(std::vector<std::string> arguments, std::string capture) : capture_(std::move(capture))
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (capture_ + ".out").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (capture_ + ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    std::string program = IDFERRY_BINARY_DIR "/idferry";
    std::vector<char*> line{program.data()};
    for (auto& a : arguments) line.push_back(a.data());
    line.push_back(nullptr);
    const int failed = posix_spawn(&pid_, program.c_str(), &actions, nullptr, line.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error(program + ": " + std::strerror(failed));
}

process::~process()
{
    if (running()) {
        kill_hard();
        wait();
    }
}

bool process::running()
{
    if (!ended_) ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
    return !ended_;
}

void process::kill_hard()
{
    if (running()) ::kill(pid_, SIGKILL);
}

void process::signal(int which)
{
    if (running()) ::kill(pid_, which);
}

outcome process::wait()
{
    const auto started = std::chrono::steady_clock::now();
    while (running()) {
        if (std::chrono::steady_clock::now() - started > longest_run) ::kill(pid_, SIGKILL);
        std::this_thread::sleep_for(glance);
    }
    outcome o;
    if (WIFEXITED(status_))
        o.code = WEXITSTATUS(status_);
    else
        o.signal = WTERMSIG(status_);
    o.out = read_all(capture_ + ".out");
    o.err = read_all(capture_ + ".err");
    return o;
}

stage::stage(const scene& wanted)
    : folder_(made_folder()), given_{"bareid-secret", "bareid_target-secret", "showpad-token", "strict-token",
                                     "people-token",  "beyond-secret",        "sandbox.json"} // the sandbox's own
{
    sandbox::sandbox_settings settings;
    settings.organisation.users = wanted.users;
    settings.organisation.groups = wanted.groups;
    settings.organisation.seed = wanted.seed;
    settings.directory = folder_;
    settings.mode = wanted.mode;
    settings.knobs = wanted.knobs;
    box_ = std::make_unique<sandbox::sandbox>(std::move(settings));
    // Tests of failures must not wait for a patient client.
    auto text = config_text();
    const std::string tls = "    tls: {ca_file:";
    for (auto at = text.find(tls); at != std::string::npos; at = text.find(tls, at + 60))
        text.insert(at, "    retry: {tries: 2, base: 5ms, cap: 10ms}\n");
    write_config(text);
}

stage::~stage()
{
    box_.reset();
    test::tell_folder(folder_, given_);
    if (testing::Test::HasFailure() && std::getenv("IDFERRY_KEEP") != nullptr) return; // to look at
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void stage::replace_in_config(std::string_view from, std::string_view to)
{
    auto text = config_text();
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("not in the configuration: " + std::string(from));
    text.replace(at, from.size(), to);
    write_config(text);
}

std::string stage::config_text() const
{
    return read_all(config());
}

void stage::write_config(const std::string& text) const
{
    write_file("idferry.yaml", text);
}

void stage::write_file(const std::string& name, const std::string& text) const
{
    std::ofstream file(folder_ + "/" + name, std::ios::binary | std::ios::trunc);
    file << text;
}

void stage::give_secret(const std::string& name, const std::string& text)
{
    given_.insert(name);
    write_file(name, text);
    ::chmod((folder_ + "/" + name).c_str(), 0600);
}

std::vector<std::string> stage::whole_line(std::vector<std::string> arguments) const
{
    std::vector<std::string> common{"-c", config(), "--state", state()};
    if (arguments.front() == "plan" || arguments.front() == "sync" || arguments.front() == "apply")
        common.emplace_back("--no-progress");
    const bool two_words = arguments.front() == "rejects" || arguments.front() == "quarantine";
    arguments.insert(arguments.begin() + (two_words ? 2 : 1), common.begin(), common.end());
    return arguments;
}

outcome stage::run(std::vector<std::string> arguments)
{
    // Whoever asks for secrets is given them on standard output, and nowhere else.
    if (std::ranges::find(arguments, "--show-secrets") != arguments.end())
        given_.insert("run" + std::to_string(runs_ + 1) + ".out");
    process p(whole_line(std::move(arguments)), folder_ + "/run" + std::to_string(++runs_));
    return p.wait();
}

std::unique_ptr<process> stage::start(std::vector<std::string> arguments)
{
    return std::make_unique<process>(whole_line(std::move(arguments)), folder_ + "/run" + std::to_string(++runs_));
}

json stage::control(const std::string& method, const std::string& path, const json& body)
{
    return box_->control(method, "/__sandbox/" + path, body.is_null() ? "" : body.dump());
}

std::uint64_t stage::requests(std::string_view server, std::string_view method)
{
    std::uint64_t count = 0;
    const auto counters = control("GET", "counters");
    for (auto it = counters.begin(); it != counters.end(); ++it) {
        const auto& key = it.key(); // "server METHOD endpoint"
        const auto blank = key.find(' ');
        const auto second = key.find(' ', blank + 1);
        if (!server.empty() && key.substr(0, blank) != server) continue;
        if (!method.empty() && key.substr(blank + 1, second - blank - 1) != method) continue;
        count += it.value()["count"].get<std::uint64_t>();
    }
    return count;
}

std::string read_all(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

json newcomer(const std::string& name)
{
    return {{"username", name},
            {"email", name + "@acme.example"},
            {"groups", {"/staff"}},
            {"attributes", {{"firstName", {{"values", {"New"}}}}, {"lastName", {{"values", {"Comer"}}}}}}};
}

json account_by_hand(const std::string& user_name, const std::string& email)
{
    return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:User"}},
            {"userName", user_name},
            {"name", {{"givenName", "Old"}, {"familyName", "Name"}}},
            {"active", true},
            {"emails", {{{"value", email}, {"type", "work"}, {"primary", true}}}}};
}

std::string segment(std::string_view text)
{
    return sandbox::percent_encode(text);
}

std::map<std::string, expected_person> expected_people(const json& source, const std::vector<std::string>& below)
{
    std::map<std::string, std::pair<std::string, bool>> groups; // id → name, is it synchronised
    for (const auto& g : source["groups"]) {
        const auto name = g["name"].get<std::string>();
        const auto path = g["path"].get<std::string>();
        const bool selected = below.empty() || std::any_of(below.begin(), below.end(), [&](const auto& b) {
                                  return path == b || path.starts_with(b + "/");
                              });
        if (selected) groups[g["uuid"].get<std::string>()] = {name, name != "All users" && name != "projects"};
    }
    std::map<std::string, expected_person> out;
    for (const auto& u : source["users"]) {
        const auto email = u["email"].get<std::string>();
        if (u["username"].get<std::string>().starts_with("service-account-") || !u["enabled"].get<bool>() ||
            email.empty())
            continue;
        expected_person p{u["uuid"], lower(email), value_of(u, "firstName"), value_of(u, "lastName"), lower(email)};
        // A template that lacks one of its values gives none.
        if (const auto title = value_of(u, "title"), department = value_of(u, "department");
            !title.empty() && !department.empty())
            p.title = title + " (" + department + ")";
        bool reached = below.empty();
        for (const auto& id : u["groups"]) {
            const auto g = groups.find(id.get<std::string>());
            if (g == groups.end()) continue;
            reached = true;
            if (g->second.first == "Sales Leads") p.role = "manager";
            if (g->second.second) p.groups.insert(g->second.first);
        }
        if (reached) out.emplace(p.key, std::move(p));
    }
    return out;
}

std::set<std::string> expected_lines(const json& source, const std::vector<std::string>& below)
{
    std::set<std::string> out;
    for (const auto& g : source["groups"]) {
        const auto name = g["name"].get<std::string>();
        const auto path = g["path"].get<std::string>();
        const bool selected = below.empty() || std::any_of(below.begin(), below.end(), [&](const auto& b) {
                                  return path == b || path.starts_with(b + "/");
                              });
        if (selected && name != "projects" && name != "All users") out.insert("group " + name);
    }
    for (const auto& [key, p] : expected_people(source, below)) {
        out.insert(person_line(p));
        for (const auto& g : p.groups) out.insert("member " + g + " | " + p.user_name);
    }
    return out;
}

std::set<std::string> lines_of_target(const json& target, const std::string& owner, bool active_only)
{
    std::set<std::string> out;
    std::set<std::string> left_out{owner};
    const auto add = [&](std::string line) {
        for (int again = 2; !out.insert(line).second; ++again) line += " (" + std::to_string(again) + ")";
    };
    std::map<std::string, int> keys;
    for (const auto& u : target["users"]) { // [userName, externalId, active, role, given, family, e-mail, …]
        const auto name = u[0].get<std::string>();
        if (name == owner) continue;
        if (!u[2].get<bool>()) {
            left_out.insert(name);
            if (!active_only) add("inactive " + name + " | " + u[1].get<std::string>());
            continue;
        }
        add(person_line({u[1], name, u[4], u[5], lower(u[6].get<std::string>()), u[3], u[7], {}}));
        if (++keys[u[1].get<std::string>()] > 1) add("twice at the target: " + u[1].get<std::string>());
    }
    for (const auto& g : target["groups"]) {
        const auto name = g[0].get<std::string>();
        if (lower(name) == "all users") continue;
        add("group " + name);
        for (const auto& m : g[1])
            if (!active_only || !left_out.contains(m.get<std::string>()))
                add("member " + name + " | " + m.get<std::string>());
    }
    return out;
}

std::string difference(const std::set<std::string>& wanted, const std::set<std::string>& found)
{
    std::string out;
    std::vector<std::string> only;
    std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(only));
    if (!only.empty()) out += std::to_string(only.size()) + " missing:\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(only.size(), 8); ++i) out += "  " + only[i] + "\n";
    only.clear();
    std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(only));
    if (!only.empty()) out += std::to_string(only.size()) + " too many:\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(only.size(), 8); ++i) out += "  " + only[i] + "\n";
    return out;
}

std::set<std::string> change_lines(const json& plan)
{
    std::set<std::string> out;
    for (const auto& c : plan["changes"]) {
        const auto what = c["operation"].get<std::string>();
        const auto label = c["label"].get<std::string>();
        if (what == "members") {
            for (const auto& [list, mark] : {std::pair("members_added", "+"), std::pair("members_removed", "-")})
                if (c.contains(list))
                    for (const auto& m : c[list])
                        out.insert("members " + label + ": " + mark + m["label"].get<std::string>());
            continue;
        }
        auto line = what + " " + c["type"].get<std::string>() + " " + label;
        if (what == "update") {
            std::string paths;
            for (const auto& a : c["attributes"]) paths += (paths.empty() ? ": " : ", ") + a["path"].get<std::string>();
            line += paths;
        }
        out.insert(line);
    }
    return out;
}

std::vector<std::string> notes(const json& plan, std::string_view kind)
{
    std::vector<std::string> out;
    for (const auto& n : plan["notes"])
        if (n["kind"] == kind) out.push_back(n["label"].get<std::string>() + ": " + n["text"].get<std::string>());
    return out;
}

} // namespace idferry::e2e
