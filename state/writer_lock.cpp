#include "state/writer_lock.hpp"

#include "state/folder.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace idferry::state {

namespace {

// The kernel drops the lock with the descriptor, however the process ends. The file stays: removing it would let two
// processes lock two files of one name.
class flock_lock final : public writer_lock
{
public:
    explicit flock_lock(int fd) : fd_(fd) {}
    flock_lock(const flock_lock&) = delete;
    flock_lock& operator=(const flock_lock&) = delete;
    ~flock_lock() override
    {
        if (::ftruncate(fd_, 0) != 0) {
        } // the process id is only a courtesy
        ::close(fd_);
    }

private:
    int fd_;
};

// A sync's name as a file name: other characters as %XX, so that two names never share a file.
std::string lock_file_name(const std::string& sync)
{
    constexpr std::size_t longest = 180;
    constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (const char c : sync) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '_' || (c == '.' && !out.empty());
        if (plain)
            out += c;
        else
            out += {'%', hex[byte >> 4U], hex[byte & 15U]};
    }
    if (out.size() > longest) out = out.substr(0, longest - 33) + "%" + mapping::strong_digest(sync).hex();
    return out + ".lock";
}

std::string holder_of(int fd)
{
    std::array<char, 32> text{};
    const auto n = ::pread(fd, text.data(), text.size() - 1, 0);
    std::string digits;
    for (ssize_t i = 0; i < n && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9';
         ++i)
        digits += text[static_cast<std::size_t>(i)];
    return digits.empty() ? "another process" : "process " + digits;
}

} // namespace

result<std::unique_ptr<writer_lock>> take_writer_lock(const std::string& folder, const mapping::sync_name& sync)
{
    if (auto made = make_private_folder(folder); !made) return made.error();
    const auto path = folder + "/" + lock_file_name(sync.text());
    const auto failed = [&](int code) {
        return error{error::kind::unreadable, "lock file " + path + ": " + std::generic_category().message(code)};
    };
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return failed(errno);
    int locked = 0;
    while ((locked = ::flock(fd, LOCK_EX | LOCK_NB)) != 0 && errno == EINTR) {
    }
    if (locked != 0) {
        const int code = errno;
        const auto holder = code == EWOULDBLOCK ? holder_of(fd) : std::string();
        ::close(fd);
        if (code != EWOULDBLOCK) return failed(code);
        return error{error::kind::busy,
                     "sync '" + sync.text() + "' is being worked on by " + holder + " (" + path + ")"};
    }
    const auto text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, text.data(), text.size(), 0) < 0) {
    } // only a courtesy: the lock holds
    return std::unique_ptr<writer_lock>(std::make_unique<flock_lock>(fd));
}

} // namespace idferry::state
