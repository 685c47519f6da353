// idferry-sandbox: the pretended systems until a signal, or until the parent closes our standard input.
#include "tests/sandbox/files.hpp"
#include "tests/sandbox/sandbox.hpp"

#include <CLI/CLI.hpp>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace {

// Returns when SIGTERM or SIGINT came, or when standard input ended and that was asked for.
void wait_for_the_end(const sigset_t& signals, bool with_parent)
{
    const int signal_file = signalfd(-1, &signals, SFD_CLOEXEC);
    for (;;) {
        pollfd watched[2] = {{signal_file, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        if (poll(watched, with_parent ? 2 : 1, -1) < 0) continue;
        if (watched[0].revents != 0) return;
        if (with_parent && watched[1].revents != 0) {
            char unused[256];
            if (read(STDIN_FILENO, unused, sizeof unused) <= 0) return;
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    namespace sandbox = idferry::sandbox;
    sandbox::sandbox_settings settings;
    std::string ready_file;
    bool with_parent = false;

    CLI::App app{"Loopback servers that speak Bare.ID, Showpad, Beyond Identity and SCIM, over TLS with an authority "
                 "of their own."};
    app.add_option("--users", settings.organisation.users, "People in the organisation")->capture_default_str();
    app.add_option("--groups", settings.organisation.groups, "Groups in it")->capture_default_str();
    app.add_option("--seed", settings.organisation.seed, "Same seed, same organisation")->capture_default_str();
    app.add_option("--data", settings.data_file, "A state dump to begin with, instead of a generated organisation");
    app.add_option("--dir", settings.directory, "Gets ca.pem, sandbox.json, idferry.yaml and the secrets (0700)");
    app.add_option("--mode", settings.mode, "Of idferry.yaml: group_walk or user_list")->capture_default_str();
    app.add_option("--knob", settings.knobs, "server.name=value; may be repeated");
    app.add_option("--threads", settings.threads, "Threads that serve")->capture_default_str();
    app.add_option("--ready-file", ready_file, "Written when everything is served");
    app.add_flag("--exit-with-parent", with_parent, "End when standard input is closed");
    app.footer("Control: https://127.0.0.1:PORT/__sandbox/ (see tests/sandbox/README.md).\n"
               "Example: idferry-sandbox --users 200 --groups 12 --dir /tmp/sandbox");
    CLI11_PARSE(app, argc, argv);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr); // before any thread starts: all of them inherit it
    signal(SIGPIPE, SIG_IGN);
    try {
        const sandbox::sandbox box(settings);
        const auto line = sandbox::json{{"control", box.info()["control"]}, {"pid", box.info()["pid"]}}.dump();
        std::printf("%s\n", line.c_str());
        std::fflush(stdout);
        if (!ready_file.empty()) sandbox::write_file(ready_file, box.info().dump(2) + "\n");
        wait_for_the_end(signals, with_parent);
    } catch (const std::exception& trouble) {
        std::fprintf(stderr, "idferry-sandbox: %s\n", trouble.what());
        return 1;
    }
    return 0;
}
