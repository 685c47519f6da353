#include "state/sqlite/migrations.hpp"

#include "state/sqlite/transaction.hpp"

#include <array>
#include <string>

namespace idferry::state::sqlite {

namespace {

// Never change a step that was released: add the next one.
constexpr std::array<const char*, 3> steps{
    R"sql(
-- Names and values of the file itself: digest_key, audit_head.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- (sync, type) as a small number: it begins the key of almost every table. active_links is kept by triggers, because the
-- guards ask for it in every cycle.
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY, sync TEXT NOT NULL, type TEXT NOT NULL, active_links INTEGER NOT NULL DEFAULT 0,
    UNIQUE (sync, type)) STRICT;

-- Narrow on purpose: it is read whole, in order, in every cycle.
CREATE TABLE inputs (
    scope INTEGER NOT NULL REFERENCES scopes, key TEXT NOT NULL, digest BLOB NOT NULL CHECK (length(digest) = 16),
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),
    PRIMARY KEY (scope, key)) STRICT, WITHOUT ROWID;

CREATE TABLE links (
    scope INTEGER NOT NULL REFERENCES scopes, key TEXT NOT NULL, target TEXT NOT NULL CHECK (target <> ''),
    owner INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 1), step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 1),
    leave_due INTEGER, first_seen INTEGER NOT NULL, last_changed INTEGER NOT NULL, label TEXT NOT NULL,
    target_version TEXT NOT NULL, match_values TEXT NOT NULL, source_groups TEXT NOT NULL, desired TEXT NOT NULL,
    left_alone TEXT NOT NULL, PRIMARY KEY (scope, key)) STRICT, WITHOUT ROWID;
CREATE INDEX links_left_alone ON links (scope, key) WHERE left_alone <> '';
CREATE UNIQUE INDEX links_by_target ON links (scope, target);
CREATE INDEX links_leaving ON links (scope, leave_due) WHERE step <> 0;
CREATE TRIGGER links_added AFTER INSERT ON links WHEN NEW.step = 0
BEGIN UPDATE scopes SET active_links = active_links + 1 WHERE id = NEW.scope; END;
CREATE TRIGGER links_removed AFTER DELETE ON links WHEN OLD.step = 0
BEGIN UPDATE scopes SET active_links = active_links - 1 WHERE id = OLD.scope; END;
CREATE TRIGGER links_stepped AFTER UPDATE OF step ON links WHEN (OLD.step = 0) <> (NEW.step = 0)
BEGIN UPDATE scopes SET active_links = active_links + iif(NEW.step = 0, 1, -1) WHERE id = NEW.scope; END;

-- A group as a small number: each membership names it twice, in the table and in the index.
CREATE TABLE member_lists (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scopes, key TEXT NOT NULL, UNIQUE (scope, key)) STRICT;
CREATE TABLE memberships (
    list INTEGER NOT NULL REFERENCES member_lists ON DELETE CASCADE, member TEXT NOT NULL,
    PRIMARY KEY (list, member)) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_member ON memberships (member);

-- For the guards that look back.
CREATE TABLE members_removed (
    id INTEGER PRIMARY KEY, time INTEGER NOT NULL, list INTEGER NOT NULL REFERENCES member_lists ON DELETE CASCADE,
    count INTEGER NOT NULL) STRICT;
CREATE INDEX members_removed_by_time ON members_removed (time);
CREATE INDEX members_removed_by_list ON members_removed (list);

-- Numbers are never used twice: an old one must not end a new intent.
CREATE TABLE intents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL REFERENCES scopes, key TEXT NOT NULL,
    operation TEXT NOT NULL, target TEXT NOT NULL, desired TEXT NOT NULL, match_values TEXT NOT NULL,
    begun INTEGER NOT NULL) STRICT;

CREATE TABLE rejects (
    scope INTEGER NOT NULL REFERENCES scopes, key TEXT NOT NULL, label TEXT NOT NULL, operation TEXT NOT NULL,
    error TEXT NOT NULL, attempts INTEGER NOT NULL, first INTEGER NOT NULL, next_try INTEGER NOT NULL,
    PRIMARY KEY (scope, key)) STRICT, WITHOUT ROWID;

CREATE TABLE not_kept (
    scope INTEGER NOT NULL REFERENCES scopes, key TEXT NOT NULL, path TEXT NOT NULL, sent TEXT NOT NULL,
    kept TEXT NOT NULL, PRIMARY KEY (scope, key, path)) STRICT, WITHOUT ROWID;

CREATE TABLE list_sizes (
    sync TEXT NOT NULL, list TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (sync, list)) STRICT, WITHOUT ROWID;

CREATE TABLE watermarks (
    sync TEXT NOT NULL, list TEXT NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (sync, list)) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    sync TEXT PRIMARY KEY, since INTEGER NOT NULL, reason TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 1,
    next_probe INTEGER) STRICT, WITHOUT ROWID;

CREATE TABLE dialects (
    connection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, learned INTEGER NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (connection, key)) STRICT, WITHOUT ROWID;

CREATE TABLE cycles (
    id INTEGER PRIMARY KEY, sync TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL,
    exit_code INTEGER NOT NULL, summary TEXT NOT NULL) STRICT;
CREATE INDEX cycles_by_sync ON cycles (sync, started);

-- Append-only and hash-chained; what can be erased is beside it.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, scope INTEGER NOT NULL REFERENCES scopes,
    key TEXT NOT NULL, target TEXT NOT NULL, operation TEXT NOT NULL, outcome TEXT NOT NULL,
    values_hash TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE INDEX audit_changes ON audit (scope, time, operation, key)
    WHERE outcome = 'done' AND operation IN ('update', 'deactivate', 'remove');
CREATE INDEX audit_by_time ON audit (time);
CREATE TABLE audit_values (
    id INTEGER PRIMARY KEY REFERENCES audit, salt TEXT NOT NULL, label TEXT NOT NULL, outcome TEXT NOT NULL,
    before TEXT NOT NULL, after TEXT NOT NULL) STRICT;

-- 256 random bits; SQLite seeds its generator from the system.
INSERT INTO meta VALUES ('digest_key', lower(hex(randomblob(32)))), ('audit_head', '');
)sql",
    R"sql(
-- What was going to be written, so that another attempt is told from the same one again; and whether it was dropped by
-- hand.
ALTER TABLE rejects ADD COLUMN attempt TEXT NOT NULL DEFAULT '';
ALTER TABLE rejects ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped BETWEEN 0 AND 1);

-- For people who look somebody up: by the beginning of a name, and, as it is narrow, by any part of it.
CREATE INDEX links_by_label ON links (scope, label COLLATE NOCASE);

-- One resource's lines, what went wrong, and the lines about somebody.
CREATE INDEX audit_by_key ON audit (key);
CREATE INDEX audit_not_done ON audit (outcome) WHERE outcome <> 'done';
CREATE INDEX audit_by_label ON audit_values (label COLLATE NOCASE);
)sql",
    R"sql(
-- What a joiner or a leaver needs beside the resource itself. No secret is ever in it.
CREATE TABLE account_steps (
    scope INTEGER NOT NULL REFERENCES scopes, key TEXT NOT NULL, step TEXT NOT NULL, status TEXT NOT NULL,
    remote TEXT NOT NULL, note TEXT NOT NULL, attempts INTEGER NOT NULL, changed INTEGER NOT NULL,
    next_look INTEGER NOT NULL, PRIMARY KEY (scope, key, step)) STRICT, WITHOUT ROWID;
CREATE INDEX account_steps_due ON account_steps (scope, status, next_look);
)sql"};

} // namespace

std::int64_t schema_version()
{
    return static_cast<std::int64_t>(steps.size());
}

bool migrate(database& db)
{
    transaction all(db); // the version is read under the write lock: two processes may start at once
    const auto version = db.number("PRAGMA user_version");
    if (!version) return false;
    for (auto next = static_cast<std::size_t>(*version); next < steps.size(); ++next) {
        if (!db.run(steps[next])) return false;
        if (!db.run("PRAGMA user_version = " + std::to_string(next + 1))) return false;
    }
    if (!db.run("PRAGMA application_id = " + std::to_string(application_id))) return false;
    return all.commit();
}

} // namespace idferry::state::sqlite
