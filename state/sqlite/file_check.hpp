// A look at a state file before SQLite opens it: its first 100 bytes tell whether it is ours and whose schema it has.
// Nothing is locked and nothing is written.
#pragma once

#include "state/store.hpp"

#include <cstdint>
#include <string>

namespace idferry::state::sqlite {

struct file_facts
{
    bool exists{false};
    bool empty{false}; // 0 bytes: as good as missing
    std::uint64_t size{0};
    std::uint64_t log_size{0}; // of the write-ahead log
    bool has_log{false};       // "-wal" is there
    bool has_log_index{false}; // "-shm" is there
    std::int64_t changed{0};   // time of the last change, in nanoseconds: to tell whether it was written to meanwhile
    std::int64_t version{0};   // user_version in the file; the log may hold a newer one
};

// Fails with `newer_schema`, `corrupt` or `unreadable`.
result<file_facts> inspect(const std::string& path);

// Whether somebody has begun to write since `facts` were taken.
bool written_since(const std::string& path, const file_facts& facts);

error newer_schema_error(const std::string& path, std::int64_t version);
error corrupt_error(const std::string& path, const std::string& why);

} // namespace idferry::state::sqlite
