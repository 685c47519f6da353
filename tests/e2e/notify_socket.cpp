#include "tests/e2e/notify_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace idferry::e2e {

namespace {
constexpr int longest_silence = 60000; // milliseconds
}

notify_socket::notify_socket(std::string path) : path_(std::move(path))
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) throw std::runtime_error(path_ + " is too long for a socket");
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0 || ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) // NOLINT
        throw std::runtime_error(path_ + ": " + std::strerror(errno));
    ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
}

notify_socket::~notify_socket()
{
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
    ::unlink(path_.c_str());
}

bool notify_socket::receive(int milliseconds)
{
    pollfd waited{fd_, POLLIN, 0};
    if (::poll(&waited, 1, milliseconds) <= 0) return false;
    std::array<char, 8192> buffer{};
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n <= 0) return false;
    const std::string text(buffer.data(), static_cast<std::size_t>(n));
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find('\n', from), text.size());
        lines_.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return true;
}

bool notify_socket::wait_for(const std::string& prefix, const std::string& word)
{
    for (;;) {
        while (looked_at_ < lines_.size()) {
            const auto& line = lines_[looked_at_++];
            if (line.starts_with(prefix) && line.find(word) != std::string::npos) return true;
        }
        if (!receive(longest_silence)) return false;
    }
}

void notify_socket::drain()
{
    while (receive(0)) {
    }
    looked_at_ = lines_.size();
}

} // namespace idferry::e2e
