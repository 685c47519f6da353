#include "daemon/service/system_notifier.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <time.h>
#include <unistd.h>

namespace idferry::daemon::service {

namespace {

// sd_notify(3) itself waits while the receiver's queue is full, and the daemon has one thread.
class notify_socket
{
public:
    notify_socket()
    {
        const char* name = std::getenv("NOTIFY_SOCKET");
        if (name == nullptr || *name == '\0') return;
        const std::size_t length = std::strlen(name);
        if ((*name != '/' && *name != '@') || length >= sizeof address_.sun_path) {
            wrong_ = fmt::format("'{}' is no address of a Unix domain socket", name);
            return;
        }
        address_.sun_family = AF_UNIX;
        std::memcpy(address_.sun_path, name, length);
        if (*name == '@') address_.sun_path[0] = '\0'; // abstract: unix(7)
        size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
        fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd_ < 0) wrong_ = std::generic_category().message(errno);
    }
    ~notify_socket()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    enum class sent
    {
        yes,
        full,
        failed
    };
    sent send(const std::string& text)
    {
        if (fd_ < 0) return wrong_.empty() ? sent::yes : sent::failed; // nobody asked to be told
        for (;;) {
            const auto n = ::sendto(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                    reinterpret_cast<const sockaddr*>(&address_), size_); // NOLINT
            if (n >= 0) return sent::yes;
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return sent::full;
            wrong_ = std::generic_category().message(errno);
            return sent::failed;
        }
    }
    const std::string& wrong() const { return wrong_; }

private:
    int fd_{-1};
    sockaddr_un address_{};
    socklen_t size_{0};
    std::string wrong_;
};

class systemd_notifier final : public system_notifier
{
public:
    explicit systemd_notifier(notify_trouble told) : told_(std::move(told))
    {
        std::uint64_t microseconds = 0;
        if (::sd_watchdog_enabled(0, &microseconds) > 0)
            watchdog_ = std::chrono::milliseconds(std::max<std::uint64_t>(1, microseconds / 1000));
    }

    void ready() override { tell("READY=1"); }
    void reloading() override
    {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
    }
    void stopping() override { tell("STOPPING=1"); }
    void status(const std::string& line) override
    {
        if (!catch_up() || line == last_) return;
        std::string one = line;
        for (auto& ch : one)
            if (ch == '\n' || ch == '\r') ch = ' ';
        last_ = try_to_send("STATUS=" + one) ? line : std::string();
    }
    void alive() override
    {
        if (catch_up()) try_to_send("WATCHDOG=1");
    }
    std::optional<std::chrono::milliseconds> watchdog() const override { return watchdog_; }

private:
    // What the manager acts on: kept, in order, until it is sent.
    void tell(std::string text)
    {
        if (waiting_.size() < most_waiting) waiting_.push_back(std::move(text));
        catch_up();
    }

    bool catch_up()
    {
        while (!waiting_.empty() && try_to_send(waiting_.front())) waiting_.pop_front();
        return waiting_.empty();
    }

    bool try_to_send(const std::string& text)
    {
        const auto done = socket_.send(text);
        if (done == notify_socket::sent::yes) troubled_ = false;
        if (done == notify_socket::sent::failed && !troubled_) {
            troubled_ = true;
            if (told_) told_(text.substr(0, text.find('\n')), socket_.wrong());
        }
        return done == notify_socket::sent::yes;
    }

    static constexpr std::size_t most_waiting = 20;

    notify_trouble told_;
    notify_socket socket_;
    std::optional<std::chrono::milliseconds> watchdog_;
    std::string last_;
    std::deque<std::string> waiting_;
    bool troubled_{false};
};

} // namespace

std::unique_ptr<system_notifier> make_systemd_notifier(notify_trouble told)
{
    return std::make_unique<systemd_notifier>(std::move(told));
}

} // namespace idferry::daemon::service
