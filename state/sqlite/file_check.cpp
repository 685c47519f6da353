#include "state/sqlite/file_check.hpp"

#include "state/sqlite/migrations.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace idferry::state::sqlite {

namespace {

std::uint32_t big_endian(const unsigned char* p)
{
    return (std::uint32_t{p[0]} << 24U) | (std::uint32_t{p[1]} << 16U) | (std::uint32_t{p[2]} << 8U) | p[3];
}

error unreadable_error(const std::string& path, int code)
{
    return {error::kind::unreadable,
            "state file " + path + " cannot be read: " + std::generic_category().message(code)};
}

// The SQLite file format's header: magic text, page size at 16, change counter at 24, size in pages at 28, user version
// at 60, application id at 68, the counter for which the size holds at 92.
result<void> read_header(const std::string& path, const std::array<unsigned char, 100>& h, file_facts& facts)
{
    if (std::memcmp(h.data(), "SQLite format 3", 16) != 0) return corrupt_error(path, "it is not a SQLite database");
    facts.version = static_cast<std::int32_t>(big_endian(&h[60]));
    const auto id = static_cast<std::int64_t>(big_endian(&h[68]));
    // Right after its creation everything may still be in the log.
    const bool unborn = id == 0 && facts.version == 0;
    if (id != application_id && !unborn) return corrupt_error(path, "it belongs to another program");
    if (facts.version > schema_version()) return newer_schema_error(path, facts.version);
    if (facts.version < 0) return corrupt_error(path, "its schema version is negative");
    const std::uint64_t stored = (std::uint64_t{h[16]} << 8U) | h[17];
    const std::uint64_t page = stored == 1 ? 65536 : stored;
    const bool size_holds = big_endian(&h[24]) == big_endian(&h[92]);
    if (size_holds && facts.log_size == 0 && facts.size < page * big_endian(&h[28]))
        return corrupt_error(path, "it is cut off");
    return {};
}

} // namespace

error newer_schema_error(const std::string& path, std::int64_t version)
{
    return {error::kind::newer_schema, "state file " + path + " has schema version " + std::to_string(version) +
                                           ", this idferry knows up to " + std::to_string(schema_version()) +
                                           ": it was written by a newer idferry and is left untouched; run that one"};
}

error corrupt_error(const std::string& path, const std::string& why)
{
    return {error::kind::corrupt,
            "state file " + path + " is damaged (" + why +
                ") and is left untouched: restore a copy, or move it away and start with an empty state"};
}

bool written_since(const std::string& path, const file_facts& facts)
{
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) return true;
    const auto changed = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
    if (changed != facts.changed || static_cast<std::uint64_t>(info.st_size) != facts.size) return true;
    const bool has_index = ::stat((path + "-shm").c_str(), &info) == 0;
    return has_index != facts.has_log_index;
}

result<file_facts> inspect(const std::string& path)
{
    file_facts facts;
    struct stat info = {};
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        if (errno == ENOENT) return facts;
        return unreadable_error(path, errno);
    }
    std::array<unsigned char, 100> header{};
    const int stat_failed = ::fstat(fd, &info) != 0 ? errno : 0;
    const auto got = ::pread(fd, header.data(), header.size(), 0);
    const int read_failed = got < 0 ? errno : 0;
    ::close(fd);
    if (stat_failed != 0) return unreadable_error(path, stat_failed);
    if (!S_ISREG(info.st_mode)) return corrupt_error(path, "it is not a regular file");
    if (read_failed != 0) return unreadable_error(path, read_failed);
    facts.exists = true;
    facts.size = static_cast<std::uint64_t>(info.st_size);
    facts.empty = facts.size == 0;
    facts.changed = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
    if (::stat((path + "-wal").c_str(), &info) == 0) {
        facts.has_log = true;
        facts.log_size = static_cast<std::uint64_t>(info.st_size);
    }
    facts.has_log_index = ::stat((path + "-shm").c_str(), &info) == 0;
    if (facts.empty) return facts;
    if (static_cast<std::size_t>(got) < header.size()) return corrupt_error(path, "it is cut off");
    if (auto read = read_header(path, header, facts); !read) return read.error();
    return facts;
}

} // namespace idferry::state::sqlite
