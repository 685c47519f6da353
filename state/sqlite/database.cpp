#include "state/sqlite/database.hpp"

#include <sqlite3.h>

namespace idferry::state::sqlite {

namespace {

error::kind kind_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return error::kind::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return error::kind::busy;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY: return error::kind::unreadable;
    default: return error::kind::io;
    }
}

std::string sentence(const std::string& name, int code, const char* text)
{
    const std::string what = "state " + name + ": " + text;
    switch (kind_of(code)) {
    case error::kind::corrupt:
        return what + ": the file is damaged and is not written to. Restore a copy, or move it away and start with an "
                      "empty state";
    case error::kind::busy: return what + ": another process is writing; try again";
    case error::kind::unreadable: return what + ": check owner and permissions of the state folder";
    default: break;
    }
    return (code & 0xFF) == SQLITE_FULL ? what + ": make room on the disk and run again; nothing is lost" : what;
}

} // namespace

database::database(sqlite3* handle, const request& r) : handle_(handle), name_(r.name), writable_(r.writable) {}

database::~database()
{
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    if (corrupt_) checkpoint_on_close(false);
    sqlite3_close(handle_);
}

result<std::unique_ptr<database>> database::open(const request& r)
{
    sqlite3* handle = nullptr;
    const int flags = (r.writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_URI |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(r.uri.c_str(), &handle, flags, nullptr);
    std::unique_ptr<database> db(new database(handle, r));
    if (code != SQLITE_OK) {
        db->note(code);
        return db->take_failure();
    }
    // The file is suspected until the store has looked at it.
    db->checkpoint_on_close(false);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_busy_timeout(handle, 2000);
    return db;
}

void database::checkpoint_on_close(bool allowed)
{
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, allowed ? 0 : 1, nullptr);
}

void database::note(int code)
{
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    const char* text = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    fail(kind_of(code), sentence(name_, code, text));
}

void database::fail(error::kind kind, std::string message)
{
    if (kind == error::kind::corrupt && written_to_ && written_to_()) {
        kind = error::kind::busy;
        message = "state " + name_ + " was written to while it was read; run again";
    }
    if (kind == error::kind::corrupt) corrupt_ = true;
    if (!failure_) failure_ = error{kind, std::move(message)};
}

error database::take_failure()
{
    auto e = failure_.value_or(error{error::kind::io, "state " + name_ + ": unknown failure"});
    failure_.reset();
    return e;
}

bool database::run(const std::string& script)
{
    if (failed()) return false;
    note(sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr));
    return !failed();
}

void database::roll_back()
{
    // Some failures have rolled back already; then there is nothing left to do.
    if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

query database::prepare(const char* sql)
{
    if (failed()) return {*this, nullptr};
    auto& statement = statements_[sql];
    if (statement == nullptr) {
        const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code == SQLITE_ERROR)
            fail(error::kind::corrupt, "state " + name_ + ": its tables are not as expected (" +
                                           sqlite3_errmsg(handle_) +
                                           "): restore a copy, or move it away and start with an empty state");
        else
            note(code);
        if (failed()) return {*this, nullptr};
    }
    return {*this, statement};
}

std::optional<std::int64_t> database::number(const char* sql)
{
    auto q = prepare(sql);
    if (!q.next()) return std::nullopt;
    return q.number(0);
}

std::optional<std::string> database::text(const char* sql)
{
    auto q = prepare(sql);
    if (!q.next()) return std::nullopt;
    return q.text(0);
}

std::int64_t database::last_id() const
{
    return sqlite3_last_insert_rowid(handle_);
}

bool database::copy_to(database& into)
{
    auto* backup = sqlite3_backup_init(into.handle_, "main", handle_, "main");
    if (backup == nullptr) {
        into.note(sqlite3_errcode(into.handle_));
        return false;
    }
    const int code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) fail(kind_of(code), sentence(name_, code, sqlite3_errstr(code)));
    return !failed();
}

query::~query()
{
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

void query::check(int code)
{
    db_.note(code);
}

query& query::bind(std::int64_t value)
{
    if (statement_ != nullptr) check(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
}

query& query::bind(std::string_view text)
{
    const char* data = text.data() == nullptr ? "" : text.data();
    if (statement_ != nullptr)
        check(sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

query& query::bind_bytes(const void* data, std::size_t size)
{
    if (statement_ != nullptr) check(sqlite3_bind_blob64(statement_, ++bound_, data, size, SQLITE_TRANSIENT));
    return *this;
}

query& query::bind_nothing()
{
    if (statement_ != nullptr) check(sqlite3_bind_null(statement_, ++bound_));
    return *this;
}

bool query::next()
{
    if (statement_ == nullptr || db_.failed()) return false;
    const int code = sqlite3_step(statement_);
    check(code);
    return code == SQLITE_ROW;
}

bool query::run()
{
    if (statement_ == nullptr || db_.failed()) return false;
    const int code = sqlite3_step(statement_);
    check(code);
    if (code == SQLITE_DONE) db_.counters.rows_written += static_cast<std::uint64_t>(sqlite3_changes64(db_.handle_));
    return code == SQLITE_DONE;
}

std::int64_t query::number(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

std::string_view query::view(int column) const
{
    const void* data = sqlite3_column_blob(statement_, column); // text or bytes: as stored, without a conversion
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

std::string query::text(int column) const
{
    return std::string(view(column));
}

bool query::is_null(int column) const
{
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

} // namespace idferry::state::sqlite
