#include "daemon/admin/web_gateway.hpp"
#include "daemon/cli/admin_client.hpp"
#include "daemon/cli/commands.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace idferry::daemon::cli {

namespace {

// A page that leads to the address, readable for us alone: on a command line, where a browser is usually given one,
// everybody on the machine could read the token.
class leading_page
{
public:
    explicit leading_page(const std::string& url)
    {
        path_ = (std::filesystem::temp_directory_path() / "idferry-XXXXXX.html").string();
        const int fd = ::mkstemps(path_.data(), 5); // mode 0600
        if (fd < 0) {
            path_.clear();
            return;
        }
        const auto text = fmt::format("<!doctype html><meta charset=\"utf-8\"><title>idferry</title>"
                                      "<meta http-equiv=\"refresh\" content=\"0; url={}\">\n",
                                      url);
        if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) path_.clear();
        ::close(fd);
    }
    ~leading_page()
    {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    leading_page(const leading_page&) = delete;
    leading_page& operator=(const leading_page&) = delete;

    // Asks the desktop to show it; false when it cannot.
    bool show()
    {
        if (path_.empty()) return false;
        std::string program = "xdg-open";
        char* const arguments[] = {program.data(), path_.data(), nullptr};
        pid_t child = 0;
        if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0) return false;
        int status = 0;
        return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

private:
    std::string path_;
};

int serve_page(const invocation& given)
{
    const auto socket = admin_socket_of(given.text("config"));
    {
        admin_client daemon(socket);
        const auto well = daemon.get("/healthz");
        if (const auto* why = std::get_if<admin_trouble>(&well)) {
            std::fputs(("idferry web: " + why->text + "\n").c_str(), stderr);
            return 1;
        }
    }
    boost::asio::io_context io(1);
    const auto gateway = admin::open_gateway(io.get_executor(), {.socket = socket});
    std::puts(gateway->url().c_str());
    std::fflush(stdout);
    std::fputs("This address works once, in one browser. Ctrl-C ends it.\n", stderr);
    std::optional<leading_page> page;
    if (given.flag("open")) page.emplace(gateway->url());
    if (page && !page->show()) std::fputs("idferry web: no browser could be started; open the address above\n", stderr);
    // The end of the terminal is the end of this, too.
    boost::asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
    signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
    io.run();
    gateway->stop();
    return 0;
}

} // namespace

const command& web_command()
{
    static const command c{
        .name = "web",
        .summary = "opens the web page of the running daemon for you alone",
        .about = "Listens on a free port of 127.0.0.1 and prints an address that works once, in one browser. It passes "
                 "everything on to the daemon's socket, so whoever may use that may use this. It ends with Ctrl-C, or "
                 "with the terminal.",
        .options = with_common({{"--open", value_kind::flag, {}, "also show it in the desktop's browser"}}),
        .examples = "idferry web\nidferry web --open",
        .run = serve_page};
    return c;
}

} // namespace idferry::daemon::cli
