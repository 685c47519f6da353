#include "tests/state/raw_sqlite.hpp"

#include <sqlite3.h>

#include <array>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

namespace idferry::tests {

void* raw_sqlite_hold(const std::string& path, const std::string& sql)
{
    sqlite3* db = nullptr;
    if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) throw std::runtime_error("cannot open " + path);
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(db));
    return db;
}

void raw_sqlite_release(void* connection)
{
    sqlite3_close(static_cast<sqlite3*>(connection));
}

void raw_sqlite(const std::string& path, const std::string& sql)
{
    raw_sqlite_release(raw_sqlite_hold(path, sql));
}

void raw_sqlite_left_open(const std::string& path, const std::string& sql)
{
    raw_sqlite_hold(path, sql);
}

std::string raw_sqlite_text(const std::string& path, const std::string& sql)
{
    auto* db = static_cast<sqlite3*>(raw_sqlite_hold(path, ""));
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(db));
    std::string text;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        const auto* value = sqlite3_column_text(statement, 0);
        if (value != nullptr) text = reinterpret_cast<const char*>(value);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text;
}

std::int64_t raw_sqlite_number(const std::string& path, const std::string& sql)
{
    return std::stoll(raw_sqlite_text(path, sql));
}

void pollfd_drain(int fd)
{
    std::array<char, 4096> buffer{};
    pollfd ready{fd, POLLIN, 0};
    while (::poll(&ready, 1, 0) > 0 && ::read(fd, buffer.data(), buffer.size()) > 0) {
    }
}

} // namespace idferry::tests
