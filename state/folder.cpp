#include "state/folder.hpp"

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace idferry::state {

result<void> make_private_folder(const std::string& folder)
{
    if (folder.empty()) return error{error::kind::unreadable, "the state folder has no name"};
    for (std::size_t at = 1; at <= folder.size(); ++at) {
        if (at < folder.size() && folder[at] != '/') continue;
        const auto part = folder.substr(0, at);
        if (::mkdir(part.c_str(), 0700) == 0 || errno == EEXIST) continue;
        const int code = errno;
        struct stat info = {};
        if (::stat(part.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue; // a parent on a read-only mount
        return error{error::kind::unreadable,
                     "state folder " + folder + " cannot be created: " + std::generic_category().message(code)};
    }
    struct stat info = {};
    if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
        return error{error::kind::unreadable, folder + " is not a folder: give another with --state"};
    return {};
}

result<void> become_owner(const std::string& folder)
{
    if (::geteuid() != 0) return {};
    const auto failed = [&](const char* what) {
        return error{error::kind::unreadable,
                     "state folder " + folder + ": " + what + ": " + std::generic_category().message(errno)};
    };
    struct stat info = {};
    if (::stat(folder.c_str(), &info) != 0) {
        if (errno == ENOENT) return {};
        return failed("cannot be looked at");
    }
    if (info.st_uid == 0) return {};
    // The groups first: afterwards there is no right to change them.
    const auto* account = ::getpwuid(info.st_uid);
    const int grouped = account != nullptr ? ::initgroups(account->pw_name, info.st_gid) : ::setgroups(0, nullptr);
    if (grouped != 0 || ::setgid(info.st_gid) != 0 || ::setuid(info.st_uid) != 0)
        return failed("cannot become its owner");
    return {};
}

} // namespace idferry::state
