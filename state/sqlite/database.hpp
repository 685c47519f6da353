// One SQLite connection. The first failure is kept with a sentence for the operator; what is asked afterwards fails
// until it is taken, so a chain of steps needs one check at its end.
#pragma once

#include "state/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace idferry::state::sqlite {

// A prepared statement in use; reset and free for the next use when this goes out of scope.
class query
{
public:
    query(class database& db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
    query(const query&) = delete;
    query& operator=(const query&) = delete;
    ~query();

    // Parameters in order.
    query& bind(std::int64_t value);
    query& bind(std::string_view text);
    query& bind_bytes(const void* data, std::size_t size);
    query& bind_nothing();

    // Moves to the next row; false at the end and on failure.
    bool next();
    // Runs a statement that gives no rows and counts what it wrote; false on failure.
    bool run();

    std::int64_t number(int column) const;
    std::string text(int column) const;
    std::string_view view(int column) const; // until the next step
    bool is_null(int column) const;

private:
    void check(int code);

    database& db_;
    sqlite3_stmt* statement_;
    int bound_{0};
};

class database
{
public:
    struct request
    {
        std::string uri;  // "file:…?…" or ":memory:"
        std::string name; // what messages call it
        bool writable{false};
    };
    static result<std::unique_ptr<database>> open(const request& r);
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    ~database();

    // Runs a script without results.
    bool run(const std::string& script);
    // Ends an open transaction without its changes; works after a failure too.
    void roll_back();
    // `sql` must be a literal: statements are kept by its address.
    query prepare(const char* sql);
    // One number or text; nothing when there is no row.
    std::optional<std::int64_t> number(const char* sql);
    std::optional<std::string> text(const char* sql);

    bool failed() const { return failure_.has_value(); }
    void fail(error::kind kind, std::string message);
    // The failure, which is over with this, except that a corrupt file stays so.
    error take_failure();
    bool corrupt() const { return corrupt_; }
    // For a file that is read without locks: when it was written to meanwhile, what looks like damage is a busy file.
    void when_damaged_ask(std::function<bool()> written_to) { written_to_ = std::move(written_to); }
    bool writable() const { return writable_; }
    void forbid_writing() { writable_ = false; }
    // The number that the last insert was given.
    std::int64_t last_id() const;
    const std::string& name() const { return name_; }

    // Whether closing may move the write-ahead log into the file: not while the file is under suspicion.
    void checkpoint_on_close(bool allowed);
    // Copies everything into `into`, which must be empty.
    bool copy_to(database& into);

    store_counters counters;

private:
    friend class query;
    database(sqlite3* handle, const request& r);
    void note(int code);

    sqlite3* handle_;
    std::string name_;
    bool writable_;
    bool corrupt_{false};
    std::function<bool()> written_to_;
    std::optional<error> failure_;
    std::map<const void*, sqlite3_stmt*> statements_;
};

} // namespace idferry::state::sqlite
