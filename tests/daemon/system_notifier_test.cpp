// What systemd is told through a real socket, and that nobody is waited for.
#include "daemon/service/system_notifier.hpp"
#include "tests/support/own_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace idferry::daemon::service {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;

// The service manager's end. Reads only when it is asked to.
class manager
{
public:
    manager() : path_(folder_.file("notify")), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.c_str(), path_.size());
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0); // NOLINT
        ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
    }
    ~manager()
    {
        ::unsetenv("NOTIFY_SOCKET");
        go_away();
    }
    manager(const manager&) = delete;
    manager& operator=(const manager&) = delete;

    void go_away()
    {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
        ::unlink(path_.c_str());
    }
    std::vector<std::string> told() const
    {
        std::vector<std::string> all;
        std::array<char, 4096> buffer{};
        for (;;) {
            const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (n < 0) return all;
            all.emplace_back(buffer.data(), static_cast<std::size_t>(n));
        }
    }

private:
    test::own_folder folder_;
    std::string path_;
    int fd_;
};

TEST(system_notifier, tells_what_the_manager_wants_to_know)
{
    const manager systemd;
    const auto n = make_systemd_notifier();
    n->ready();
    n->status("2 syncs\nnext: a");
    n->status("2 syncs\nnext: a");
    n->alive();
    n->reloading();
    n->stopping();
    EXPECT_THAT(systemd.told(), ElementsAre("READY=1", "STATUS=2 syncs next: a", "WATCHDOG=1",
                                            StartsWith("RELOADING=1\nMONOTONIC_USEC="), "STOPPING=1"));
}

// A queue that nobody empties would hold the daemon's only thread in send(2) for ever.
TEST(system_notifier, waits_for_nobody_and_tells_later_what_counts)
{
    const manager systemd;
    const auto n =
        make_systemd_notifier([](const std::string&, const std::string& reason) { ADD_FAILURE() << reason; });
    for (int i = 0; i < 2000; ++i) n->status(std::to_string(i)); // far more than any queue of the kernel keeps
    n->ready();
    n->status("the last one");
    const auto first = systemd.told();
    EXPECT_LT(first.size(), 2000u) << "the queue was never full: this test shows nothing";
    EXPECT_THAT(first, testing::Not(Contains("READY=1")));
    n->status("the last one");
    EXPECT_THAT(systemd.told(), ElementsAre("READY=1", "STATUS=the last one"));
}

TEST(system_notifier, says_once_that_nobody_is_there)
{
    std::vector<std::string> trouble;
    manager systemd;
    const auto n = make_systemd_notifier([&](const std::string& what, const std::string&) { trouble.push_back(what); });
    systemd.go_away();
    n->ready();
    n->alive();
    n->status("2 syncs");
    EXPECT_THAT(trouble, ElementsAre("READY=1"));
}

TEST(system_notifier, says_nothing_where_nobody_asked)
{
    ::unsetenv("NOTIFY_SOCKET");
    const auto n =
        make_systemd_notifier([](const std::string&, const std::string& reason) { ADD_FAILURE() << reason; });
    n->ready();
    n->status("2 syncs");
    n->alive();
}

} // namespace
} // namespace idferry::daemon::service
