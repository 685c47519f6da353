// Opening a state file without ever harming one that is not ours to write.
#include "state/folder.hpp"
#include "state/sqlite/file_check.hpp"
#include "state/sqlite/migrations.hpp"
#include "state/sqlite/sqlite_store.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace idferry::state {

namespace {

namespace sq = sqlite;
using database_ptr = std::unique_ptr<sq::database>;

// Up to this size every open checks all pages; a larger file is trusted until a read finds damage.
constexpr std::uint64_t checked_size = 8U * 1024 * 1024;

std::string file_uri(const std::string& path, const std::string& options)
{
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                           c == '-' || c == '_' || c == '.';
        if (plain)
            uri += c;
        else
            uri += {'%', hex[byte >> 4U], hex[byte & 15U]};
    }
    return uri + "?" + options;
}

result<database_ptr> memory_database()
{
    auto db = sq::database::open({":memory:", "in memory", true});
    if (!db) return db.error();
    (*db)->run("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY");
    if (!sq::migrate(**db)) return (*db)->take_failure();
    return db;
}

// What the file says about itself once SQLite has looked at log and file together.
result<void> judge(sq::database& db, const std::string& path, const sq::file_facts& facts)
{
    const auto version = db.number("PRAGMA user_version");
    if (db.failed()) return db.take_failure();
    if (version && *version > sq::schema_version()) return sq::newer_schema_error(path, *version);
    const auto id = db.number("PRAGMA application_id");
    const auto tables = db.number("SELECT count(*) FROM sqlite_master");
    if (db.failed()) return db.take_failure();
    const auto damaged = [&](const std::string& why) {
        const auto e = sq::corrupt_error(path, why);
        db.fail(e.what, e.message);
        return db.take_failure();
    };
    if (tables.value_or(0) > 0 && id != sq::application_id) return damaged("it belongs to another program");
    if (version.value_or(0) > 0 && tables.value_or(0) == 0) return damaged("its tables are gone");
    if (facts.size + facts.log_size <= checked_size && !facts.empty) {
        const auto check = db.text("PRAGMA quick_check(1)");
        if (db.failed()) return db.take_failure();
        if (check.value_or("ok") != "ok") return damaged(*check);
    }
    return {};
}

std::unique_ptr<store> store_of(database_ptr db)
{
    return std::make_unique<sq::sqlite_store>(std::move(db));
}

// Which way of opening leaves the folder as it is, with a name for messages.
sq::database::request read_request(const std::string& path, const sq::file_facts& facts)
{
    // Closed cleanly: file alone. Without this SQLite would create "-wal" and "-shm". A writer that starts at this very
    // moment is not seen; readers hold the result for one run only.
    if (facts.log_size == 0 && !facts.has_log_index) return {file_uri(path, "mode=ro&immutable=1"), path, false};
    // A writer is there, or was killed: its log is read through its index, which is not written.
    if (facts.has_log_index) return {file_uri(path, "mode=ro&readonly_shm=1"), path, false};
    // A log without an index, as in a copied folder: an exclusive connection keeps the index in its own memory. It
    // needs write permission for its lock, and writes nothing.
    return {file_uri(path, "mode=rw"), path, true};
}

result<database_ptr> judged_database(const std::string& path, const sq::file_facts& facts,
                                     const sq::database::request& request)
{
    auto db = sq::database::open(request);
    if (!db) return db.error();
    if (request.writable) (*db)->run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON");
    // A plan reads the digests once, in order: what a larger cache keeps of them is not read again.
    (*db)->run("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000");
    (*db)->forbid_writing();
    (*db)->when_damaged_ask([path, facts] { return sq::written_since(path, facts); });
    if (auto judged = judge(**db, path, facts); !judged) return judged.error();
    return db;
}

// A judged connection that leaves no trace; nothing when there is no state yet.
result<database_ptr> database_for_reading(const std::string& path)
{
    for (int attempt = 0;; ++attempt) {
        auto facts = sq::inspect(path);
        if (!facts) return facts.error();
        if (!facts->exists || (facts->empty && facts->log_size == 0)) return database_ptr();
        auto db = judged_database(path, *facts, read_request(path, *facts));
        if (db) return db;
        // A writer that has just begun leaves no mark in the index that a reader could use without writing one; it
        // keeps the folder busy anyhow.
        if (db.error().what == error::kind::unreadable && facts->has_log_index) {
            auto beside = judged_database(path, *facts, {file_uri(path, "mode=ro"), path, false});
            if (beside) return beside;
        }
        if (db.error().what != error::kind::busy || attempt == 3) return db;
    }
}

result<std::unique_ptr<store>> open_for_reading(const std::string& path)
{
    auto db = database_for_reading(path);
    if (!db) return db.error();
    if (!*db) {
        auto empty = memory_database();
        if (!empty) return empty.error();
        return store_of(std::move(*empty));
    }
    const auto version = (*db)->number("PRAGMA user_version");
    if ((*db)->failed()) return (*db)->take_failure();
    if (version == sq::schema_version()) return store_of(std::move(*db));
    // An older schema: the next writing command brings it up to date; until then a copy in memory is.
    auto copy = sq::database::open({":memory:", path + " (a copy in memory)", true});
    if (!copy) return copy.error();
    if (!(*db)->copy_to(**copy)) return (*db)->failed() ? (*db)->take_failure() : (*copy)->take_failure();
    (*copy)->run("PRAGMA foreign_keys = ON");
    if (!sq::migrate(**copy)) return (*copy)->take_failure();
    return store_of(std::move(*copy));
}

// The file with mode 0600 before SQLite could create it with another; its log and index take the mode from it.
result<void> make_private_file(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error{error::kind::unreadable,
                     "state file " + path + " cannot be written: " + std::generic_category().message(errno)};
    struct stat info = {};
    if (::fstat(fd, &info) == 0 && (info.st_mode & 0077U) != 0 && ::fchmod(fd, 0600) != 0) {
    } // another owner's: as it is
    ::close(fd);
    return {};
}

result<std::unique_ptr<store>> open_for_writing(const std::string& folder, const std::string& path)
{
    if (auto made = make_private_folder(folder); !made) return made.error();
    // Judged before a writing connection could leave as much as an empty log beside it.
    if (auto looked = database_for_reading(path); !looked) return looked.error();
    if (auto made = make_private_file(path); !made) return made.error();
    auto opened = sq::database::open({file_uri(path, "mode=rw"), path, true});
    if (!opened) return opened.error();
    auto& db = **opened;
    db.run("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000");
    const auto version = db.number("PRAGMA user_version");
    if (version && *version > sq::schema_version()) return sq::newer_schema_error(path, *version);
    if (version == 0) db.run("PRAGMA page_size = 8192"); // links are wide; only a new file takes it
    const auto mode = db.text("PRAGMA journal_mode = WAL");
    if (!db.failed() && mode.value_or("") != "wal")
        return error{error::kind::io, "state file " + path +
                                          ": its file system has no shared memory for a write-ahead log; "
                                          "use a local one"};
    // Pages that change again and again in a first sync are moved to the file less often: a log of 16 MiB.
    db.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 2000");
    if (db.failed()) return db.take_failure();
    if (version != sq::schema_version()) {
        if (!sq::migrate(db)) return db.take_failure();
        // The new version reaches the file itself, where every program sees it without the log.
        db.text("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    db.checkpoint_on_close(true);
    if (db.failed()) return db.take_failure();
    return store_of(std::move(*opened));
}

} // namespace

result<std::unique_ptr<store>> open_store(const std::string& folder, open_mode mode)
{
    const auto path = folder + "/state.db";
    return mode == open_mode::read_only ? open_for_reading(path) : open_for_writing(folder, path);
}

std::unique_ptr<store> make_memory_store()
{
    auto db = memory_database();
    if (!db) throw std::runtime_error(db.error().message); // out of memory: nothing to go on with
    return store_of(std::move(*db));
}

} // namespace idferry::state
