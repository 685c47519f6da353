#include "connectors/http/local_socket.hpp"

#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace idferry::connectors::http {

using local = boost::asio::local::stream_protocol;
using boost::system::error_code;

namespace {

[[noreturn]] void refuse_socket(int error, const std::string& text)
{
    throw boost::system::system_error(error_code(error, boost::system::system_category()), text);
}

// Held while a stale file is looked at and replaced: two that start at once must not remove each other's.
class folder_lock
{
public:
    explicit folder_lock(const std::string& folder)
        : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) // NOLINT: one call of the system
    {
        if (fd_ < 0)
            refuse_socket(errno, fmt::format("the folder of the socket, {}, cannot be opened; create it", folder));
        if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
        const int why = errno;
        ::close(fd_);
        refuse_socket(why, fmt::format("another process is about to open a socket in {}; try again", folder));
    }
    ~folder_lock() { ::close(fd_); }
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;

private:
    int fd_;
};

bool somebody_answers(const std::string& path)
{
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return true; // not known: leave it alone
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path.data(), std::min(path.size(), sizeof to.sun_path - 1));
    // A listener with a full queue is EAGAIN, one that we may not use is EACCES: both are there.
    const bool refused = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
                         (errno == ECONNREFUSED || errno == ENOENT);
    ::close(fd);
    return !refused;
}

void remove_stale(const std::string& path)
{
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return; // what else may be wrong, bind tells
    if (!S_ISSOCK(found.st_mode))
        refuse_socket(EEXIST, fmt::format("{} is there and is no socket; choose another path or remove it", path));
    if (somebody_answers(path))
        refuse_socket(EADDRINUSE, fmt::format("{}: another process listens there; is idferry running already?", path));
    if (::unlink(path.c_str()) != 0)
        refuse_socket(errno, fmt::format("{}: nobody listens there, but the file cannot be replaced", path));
}

void give_to_group(const std::string& path, const std::string& name)
{
    group entry{};
    group* found = nullptr;
    std::vector<char> room(64 * 1024);
    const int error = ::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
    if (found == nullptr)
        refuse_socket(error != 0 ? error : ENOENT, fmt::format("{}: there is no group '{}' here", path, name));
    if (::chown(path.c_str(), static_cast<uid_t>(-1), entry.gr_gid) != 0)
        refuse_socket(errno,
                      fmt::format("{}: cannot be given to group '{}'; the process must be its member", path, name));
}

} // namespace

socket_file open_local(local::acceptor& acceptor, const local_socket_settings& settings)
{
    const auto& path = settings.path;
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        refuse_socket(ENAMETOOLONG, fmt::format("{}: the path of a socket has at most {} characters", path,
                                                sizeof(sockaddr_un::sun_path) - 1));
    const auto folder = std::filesystem::path(path).parent_path().string();
    const folder_lock alone(folder.empty() ? "." : folder);
    remove_stale(path);
    error_code ec;
    acceptor.open(local(), ec);
    if (!ec) acceptor.bind(local::endpoint(path), ec);
    if (ec) refuse_socket(ec.value(), fmt::format("{}: cannot be bound", path));
    // Nobody can connect before listen(), so there is no moment with the wrong mode.
    struct stat made{};
    if (::chmod(path.c_str(), settings.mode) != 0 || ::lstat(path.c_str(), &made) != 0)
        refuse_socket(errno, fmt::format("{}: its mode cannot be set", path));
    const socket_file file{path, made.st_dev, made.st_ino};
    try {
        if (!settings.group.empty()) give_to_group(path, settings.group);
        acceptor.listen(boost::asio::socket_base::max_listen_connections, ec);
        if (ec) refuse_socket(ec.value(), fmt::format("{}: cannot be listened on", path));
    } catch (...) {
        remove_socket(file);
        throw;
    }
    return file;
}

void remove_socket(const socket_file& file)
{
    struct stat found{};
    if (file.path.empty() || ::lstat(file.path.c_str(), &found) != 0) return;
    if (found.st_dev == file.device && found.st_ino == file.inode) ::unlink(file.path.c_str());
}

} // namespace idferry::connectors::http
