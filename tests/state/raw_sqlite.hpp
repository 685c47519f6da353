// A state file seen past the store, for tests that damage or inspect it.
#pragma once

#include <cstdint>
#include <string>

namespace idferry::tests {

// Runs SQL and closes the file; throws on failure.
void raw_sqlite(const std::string& path, const std::string& sql);
// Runs SQL and leaves the connection open, for a process that is killed next.
void raw_sqlite_left_open(const std::string& path, const std::string& sql);
std::int64_t raw_sqlite_number(const std::string& path, const std::string& sql);
std::string raw_sqlite_text(const std::string& path, const std::string& sql);

// Runs SQL and keeps the connection until it is released.
void* raw_sqlite_hold(const std::string& path, const std::string& sql);
void raw_sqlite_release(void* connection);

// Reads what a pipe holds at this moment.
void pollfd_drain(int fd);

} // namespace idferry::tests
