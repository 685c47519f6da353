#include "tests/e2e/notify_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace idferry::e2e {

namespace {
constexpr std::chrono::seconds longest_silence{60};
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
    reader_ = std::thread([this] { read(); });
}

notify_socket::~notify_socket()
{
    ::unsetenv("NOTIFY_SOCKET");
    {
        const std::lock_guard lock(guard_);
        ending_ = true;
    }
    ::shutdown(fd_, SHUT_RDWR);
    reader_.join();
    ::close(fd_);
    ::unlink(path_.c_str());
    std::ofstream told(path_ + ".told");
    for (const auto& line : lines_) told << line << '\n';
}

void notify_socket::read()
{
    std::array<char, 8192> buffer{};
    for (;;) {
        const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
        const std::lock_guard lock(guard_);
        if (ending_ || n < 0) return;
        const std::string text(buffer.data(), static_cast<std::size_t>(n));
        for (std::size_t from = 0; from < text.size();) {
            const auto end = std::min(text.find('\n', from), text.size());
            lines_.push_back(text.substr(from, end - from));
            from = end + 1;
        }
        more_.notify_all();
    }
}

bool notify_socket::wait_for(const std::string& prefix, const std::string& word)
{
    std::unique_lock lock(guard_);
    for (;;) {
        while (looked_at_ < lines_.size()) {
            const auto& line = lines_[looked_at_++];
            if (line.starts_with(prefix) && line.find(word) != std::string::npos) return true;
        }
        if (more_.wait_for(lock, longest_silence) == std::cv_status::timeout && looked_at_ == lines_.size())
            return false;
    }
}

void notify_socket::drain()
{
    const std::lock_guard lock(guard_);
    looked_at_ = lines_.size();
}

std::vector<std::string> notify_socket::lines()
{
    const std::lock_guard lock(guard_);
    return lines_;
}

} // namespace idferry::e2e
