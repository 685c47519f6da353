#include "config/program.hpp"

#include "config/descriptor.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT: POSIX declares it nowhere

namespace idferry::config {

namespace {

constexpr std::size_t most_input = 16UL * 1024; // less than a pipe holds: writing it never waits

// Ends the child whatever happens: nobody is left behind as a zombie.
class child_process
{
public:
    explicit child_process(pid_t pid) : pid_(pid) {}
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process()
    {
        if (pid_ <= 0) return;
        ::kill(-pid_, SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
    }
    // True when it has ended and was collected; `code` is its exit code, or -1 when a signal ended it.
    bool ended(int& code)
    {
        int status = 0;
        const auto r = ::waitpid(pid_, &status, WNOHANG);
        if (r != pid_) return false;
        pid_ = -1;
        code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return true;
    }

private:
    pid_t pid_;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    for (auto& t : texts) out.push_back(t.data());
    out.push_back(nullptr);
    return out;
}

// Our environment, with what is added in place of what is there.
std::vector<std::string> environment_of(const program_call& call)
{
    std::vector<std::string> out;
    for (char** e = environ; *e != nullptr; ++e) {
        const std::string one(*e);
        const auto name = one.substr(0, one.find('='));
        bool replaced = false;
        for (const auto& [added, value] : call.environment) replaced = replaced || added == name;
        if (!replaced) out.push_back(one);
    }
    for (const auto& [name, value] : call.environment) out.push_back(name + "=" + value);
    return out;
}

// Starts the program: input from `in` or from nowhere, output into `out`, errors nowhere.
int spawn(const program_call& call, int in, int out, pid_t& pid)
{
    auto words = call.command;
    auto variables = environment_of(call);
    const auto arguments = pointers_to(words), environment = pointers_to(variables);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, 0);
    else
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3); // our connections and files are none of its business
    // A group of its own, so that what it starts ends with it; signals as a new program expects them.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(
        &attributes, static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    const int failed =
        posix_spawnp(&pid, arguments.front(), &actions, &attributes, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

// Time left, counted by the kernel's monotonic clock.
class stopwatch
{
public:
    explicit stopwatch(int most_ms) : most_ms_(most_ms) { ::clock_gettime(CLOCK_MONOTONIC, &begun_); }
    int left_ms() const
    {
        timespec t = {};
        ::clock_gettime(CLOCK_MONOTONIC, &t);
        const auto passed = (t.tv_sec - begun_.tv_sec) * 1000 + (t.tv_nsec - begun_.tv_nsec) / 1'000'000;
        return passed >= most_ms_ ? 0 : static_cast<int>(most_ms_ - passed);
    }

private:
    timespec begun_ = {};
    int most_ms_;
};

program_end failed(std::string why)
{
    return {std::move(why), {}};
}

std::string too_slow(const program_call& call)
{
    return "did not end within " + std::to_string(call.timeout_ms / 1000) + " seconds";
}

// Everything that the program prints, until it closes its output.
std::string read_output(int from, const program_call& call, const stopwatch& watch, std::string& value)
{
    std::array<char, 4096> buffer{};
    for (;;) {
        const int left = watch.left_ms();
        if (left == 0) return too_slow(call);
        pollfd wait{from, POLLIN, 0};
        const int ready = ::poll(&wait, 1, left);
        if (ready < 0 && errno != EINTR) return system_text(errno);
        if (ready <= 0) continue;
        const auto n = ::read(from, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_text(errno);
        if (n == 0) return {};
        value.append(buffer.data(), static_cast<std::size_t>(n));
        if (value.size() > call.most_output)
            return "printed more than " + std::to_string(call.most_output / 1024) + " KiB";
    }
}

} // namespace

program_end run_program(const program_call& call)
{
    if (call.command.empty() || call.command.front().empty()) return failed("no program is named");
    if (call.input.size() > most_input) return failed("its input is too long");
    int given[2] = {-1, -1}, printed[2] = {-1, -1};
    if (!call.input.empty() && ::pipe2(given, O_CLOEXEC) != 0) return failed(system_text(errno));
    descriptor input(given[0]), feeding(given[1]);
    if (::pipe2(printed, O_CLOEXEC) != 0) return failed(system_text(errno));
    descriptor reading(printed[0]), writing(printed[1]);
    // Before the program begins: the pipe holds all of it, and we hold its other end, so nobody waits and nothing
    // breaks.
    for (std::size_t at = 0; at < call.input.size();) {
        const auto n = ::write(feeding.get(), call.input.data() + at, call.input.size() - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed(system_text(errno));
        at += static_cast<std::size_t>(n);
    }
    feeding.close();
    pid_t pid = -1;
    if (const int error = spawn(call, input.get(), writing.get(), pid); error != 0)
        return failed("cannot be started: " + system_text(error));
    child_process child(pid);
    input.close();
    writing.close();
    const stopwatch watch(call.timeout_ms);
    program_end end;
    end.trouble = read_output(reading.get(), call, watch, end.output);
    if (!end.trouble.empty()) return end;
    int code = 0;
    while (!child.ended(code)) { // its output is closed; it should end at once
        if (watch.left_ms() == 0) return failed(too_slow(call));
        ::poll(nullptr, 0, 5);
    }
    if (code != 0) end.trouble = code < 0 ? "was ended by a signal" : "ended with exit code " + std::to_string(code);
    return end;
}

} // namespace idferry::config
