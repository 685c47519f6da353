#include "tests/support/program.hpp"

#include "tests/support/told.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <sstream>

namespace idferry::test {

namespace {

void add_environment(const program_options& o)
{
    for (const auto& [name, value] : o.environment) ::setenv(name.c_str(), value.c_str(), 1);
}

[[noreturn]] void become(const std::vector<std::string>& argv)
{
    std::vector<char*> words;
    for (const auto& a : argv) words.push_back(const_cast<char*>(a.c_str()));
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
}

int exit_code_of(pid_t child)
{
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// What one end of a pipe or terminal has; closes it at its end.
void take(int& fd, std::string& into)
{
    std::array<char, 4096> part;
    const auto n = ::read(fd, part.data(), part.size());
    if (n > 0) {
        into.append(part.data(), static_cast<std::size_t>(n));
    } else {
        ::close(fd); // a terminal whose other end is closed gives EIO
        fd = -1;
    }
}

// Writes what goes in without blocking; closes `fd` when all is written or nobody reads.
void give(int& fd, std::string_view& text, bool close_after)
{
    const auto n = ::write(fd, text.data(), text.size());
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    if (n > 0 && !text.empty()) return;
    if (close_after || n < 0) ::close(fd);
    fd = -1;
}

constexpr int patience = 30'000; // ms

// Waits for one of the ends; kills a program that hangs.
bool ready(pollfd* ends, nfds_t count, pid_t child, const std::string& name)
{
    const auto n = ::poll(ends, count, patience);
    if (n > 0) return true;
    ADD_FAILURE() << name << " hangs";
    ::kill(child, SIGKILL);
    return false;
}

program_result on_terminal(const std::vector<std::string>& argv, const program_options& o)
{
    program_result r;
    int terminal = -1;
    const auto child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        add_environment(o);
        become(argv);
    }
    if (child < 0) {
        ADD_FAILURE() << "no terminal for " << argv[0];
        return r;
    }
    std::size_t next = 0, shown = 0;
    while (terminal >= 0) {
        pollfd end{terminal, POLLIN, 0};
        if (!ready(&end, 1, child, argv[0])) break;
        take(terminal, r.out);
        while (terminal >= 0 && next < o.dialogue.size()) {
            const auto& [expected, typed] = o.dialogue[next];
            const auto at = r.out.find(expected, shown);
            if (at == std::string::npos) break;
            shown = at + expected.size();
            ++next;
            EXPECT_EQ(::write(terminal, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
        }
    }
    if (terminal >= 0) ::close(terminal);
    r.exit_code = exit_code_of(child);
    if (next < o.dialogue.size()) ADD_FAILURE() << "never shown: " << o.dialogue[next].first << "\n" << r.out;
    return r;
}

} // namespace

namespace {

program_result on_pipes(const std::vector<std::string>& argv, const program_options& options)
{
    program_result r;
    std::array<int, 2> in{}, out{}, err{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0 ||
        ::pipe2(err.data(), O_CLOEXEC) != 0) {
        ADD_FAILURE() << "no pipes for " << argv[0];
        return r;
    }
    const auto child = ::fork();
    if (child == 0) {
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        add_environment(options);
        become(argv);
    }
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
    std::signal(SIGPIPE, SIG_IGN); // a program may end before it has read all
    ::fcntl(in[1], F_SETFL, O_NONBLOCK);
    std::string_view input = options.input;
    if (input.empty()) {
        ::close(in[1]);
        in[1] = -1;
    }
    while (out[0] >= 0 || err[0] >= 0) {
        std::array<pollfd, 3> ends{{{out[0], POLLIN, 0}, {err[0], POLLIN, 0}, {in[1], POLLOUT, 0}}};
        if (!ready(ends.data(), ends.size(), child, argv[0])) break;
        if (ends[0].revents != 0) take(out[0], r.out);
        if (ends[1].revents != 0) take(err[0], r.err);
        if (ends[2].revents != 0) give(in[1], input, true);
    }
    for (const auto fd : {in[1], out[0], err[0]})
        if (fd >= 0) ::close(fd);
    r.exit_code = exit_code_of(child);
    EXPECT_NE(r.exit_code, 127) << argv[0] << " cannot be run";
    return r;
}

} // namespace

program_result run_program(const std::vector<std::string>& argv, const program_options& options)
{
    auto r = options.dialogue.empty() ? on_pipes(argv, options) : on_terminal(argv, options);
    if (argv[0].ends_with("/idferry")) tell("program", r.out + r.err);
    return r;
}

bool has_program(const std::string& name)
{
    const auto* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
        if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
    return false;
}

bool has_terminals()
{
    int master = -1, slave = -1;
    if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) return false;
    ::close(master);
    ::close(slave);
    return true;
}

} // namespace idferry::test
