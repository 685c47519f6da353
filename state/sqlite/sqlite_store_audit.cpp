#include "state/audit_chain.hpp"
#include "state/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <limits>

namespace idferry::state::sqlite {

std::optional<std::string> sqlite_store::chain_end()
{
    if (!chain_end_) {
        const auto last = db_->text("SELECT hash FROM audit ORDER BY id DESC LIMIT 1");
        if (db_->failed()) return std::nullopt;
        chain_end_ = last.value_or("");
    }
    return chain_end_;
}

void sqlite_store::save_chain_end()
{
    db_->prepare("UPDATE meta SET value = ? WHERE name = 'audit_head'").bind(*chain_end_).run();
}

void sqlite_store::apply(const append_audit& u)
{
    const auto& e = u.value;
    const auto previous = chain_end();
    const auto salt = db_->text("SELECT lower(hex(randomblob(16)))");
    if (!previous || !salt) return;
    const auto values_hash = audit_values_hash(*salt, e);
    const auto hash = audit_row_hash(*previous, values_hash, e);
    auto q =
        db_->prepare("INSERT INTO audit (time, scope, key, target, operation, outcome, values_hash, previous, hash)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    q.bind(to_number(e.when)).bind(scope_id(e.scope)).bind(e.key.text()).bind(e.target.text());
    q.bind(std::string_view(to_string(e.what)))
        .bind(outcome_word(e.outcome))
        .bind(values_hash)
        .bind(*previous)
        .bind(hash);
    if (!q.run()) return;
    auto v =
        db_->prepare("INSERT INTO audit_values (id, salt, label, outcome, before, after) VALUES (?, ?, ?, ?, ?, ?)");
    v.bind(db_->last_id()).bind(*salt).bind(e.label).bind(e.outcome).bind(e.before).bind(e.after).run();
    chain_end_ = hash;
}

void sqlite_store::apply(const forget_audit_values& u)
{
    db_->prepare("DELETE FROM audit_values WHERE id IN (SELECT id FROM audit WHERE time < ?)")
        .bind(to_number(u.before))
        .run();
}

#define AUDIT_COLUMNS                                                                                                  \
    "a.id, a.time, s.sync, s.type, a.key, a.target, a.operation, a.outcome, a.values_hash, a.previous, a.hash, "       \
    "v.salt,"                                                                                                          \
    " v.label, v.outcome, v.before, v.after"
#define AUDIT_TABLES "JOIN scopes s ON s.id = a.scope LEFT JOIN audit_values v ON v.id = a.id"

// Gives every row; false when one cannot be read.
bool sqlite_store::give_audit(query& q, const std::function<void(const audit_row&)>& each)
{
    while (q.next()) {
        audit_row row;
        row.id = q.number(0);
        row.entry.when = to_time(q.number(1));
        row.entry.scope = {mapping::sync_name(q.text(2)), q.text(3)};
        row.entry.key = mapping::source_key(q.text(4));
        row.entry.target = mapping::target_id(q.text(5));
        const auto what = operation_from(q.view(6));
        if (!what) {
            db_->fail(error::kind::corrupt, "state " + db_->name() + ": an audit row has an unknown operation");
            return false;
        }
        row.entry.what = *what;
        row.has_values = !q.is_null(11);
        row.word = q.text(7);
        row.entry.outcome = row.has_values ? q.text(13) : row.word;
        row.values_hash = q.text(8);
        row.previous = q.text(9);
        row.hash = q.text(10);
        if (row.has_values) {
            row.salt = q.text(11);
            row.entry.label = q.text(12);
            row.entry.before = q.text(14);
            row.entry.after = q.text(15);
        }
        each(row);
    }
    return true;
}

result<void> sqlite_store::for_each_audit(const std::function<void(const audit_row&)>& each)
{
    auto q = db_->prepare("SELECT " AUDIT_COLUMNS " FROM audit a " AUDIT_TABLES " ORDER BY a.id");
    give_audit(q, each);
    return outcome();
}

// Each form names the index that its narrowest condition has; without one the table is read from its end.
#define AUDIT_FITS                                                                                                     \
    " WHERE a.id < ?1 AND a.time >= ?2 AND a.time < ?3 AND (?4 = '' OR s.sync = ?4) AND (?5 = '' OR s.type = ?5)"      \
    " AND (?6 = '' OR a.operation = ?6) AND (?7 = '' OR a.outcome = ?7) AND (?8 = '' OR a.key = ?8)"                   \
    " AND (?9 = '' OR instr(lower(v.label), ?9) > 0)"
#define AUDIT_NEWEST " ORDER BY a.id DESC LIMIT ?10"

result<void> sqlite_store::audit(const audit_query& wanted, const std::function<void(const audit_row&)>& each)
{
    static constexpr const char* any =
        "SELECT " AUDIT_COLUMNS " FROM audit a NOT INDEXED " AUDIT_TABLES AUDIT_FITS AUDIT_NEWEST;
    static constexpr const char* by_key =
        "SELECT " AUDIT_COLUMNS " FROM audit a INDEXED BY audit_by_key " AUDIT_TABLES AUDIT_FITS
        " AND a.key = ?8" AUDIT_NEWEST;
    static constexpr const char* by_label = "SELECT " AUDIT_COLUMNS " FROM audit a NOT INDEXED " AUDIT_TABLES AUDIT_FITS
                                            " AND a.id IN (SELECT l.id FROM audit_values l INDEXED BY audit_by_label"
                                            " WHERE instr(lower(l.label), ?9) > 0)" AUDIT_NEWEST;
    static constexpr const char* not_done =
        "SELECT " AUDIT_COLUMNS " FROM audit a INDEXED BY audit_not_done " AUDIT_TABLES AUDIT_FITS
        " AND a.outcome = ?7 AND a.outcome <> 'done'" AUDIT_NEWEST;
    const char* sql = any;
    if (!wanted.key.empty())
        sql = by_key;
    else if (!wanted.label.empty())
        sql = by_label;
    else if (!wanted.outcome.empty() && wanted.outcome != "done")
        sql = not_done;
    constexpr auto ever = std::numeric_limits<std::int64_t>::max();
    auto q = looked_up(sql);
    q.bind(wanted.before > 0 ? wanted.before : ever);
    q.bind(wanted.since ? to_number(*wanted.since) : std::numeric_limits<std::int64_t>::min());
    q.bind(wanted.until ? to_number(*wanted.until) : ever);
    q.bind(wanted.sync).bind(wanted.type).bind(std::string_view(wanted.what ? to_string(*wanted.what) : ""));
    q.bind(wanted.outcome).bind(wanted.key).bind(lower_ascii(wanted.label));
    q.bind(static_cast<std::int64_t>(std::min<std::size_t>(wanted.limit, 1'000'000)));
    give_audit(q, each);
    return outcome();
}

result<std::string> sqlite_store::audit_head()
{
    auto head = db_->text("SELECT value FROM meta WHERE name = 'audit_head'");
    return outcome(head.value_or(""));
}

result<std::uint64_t> sqlite_store::removals_since(const scope_key& scope, time_point since)
{
    std::uint64_t count = 0;
    const auto id = known_scope(scope);
    // Both lists of operations: the first names the index.
    auto q =
        looked_up("SELECT count(*) FROM audit WHERE scope = ? AND time >= ? AND outcome = 'done'"
                  " AND operation IN ('update', 'deactivate', 'remove') AND operation IN ('deactivate', 'remove')");
    if (id && q.bind(*id).bind(to_number(since)).next()) count = static_cast<std::uint64_t>(q.number(0));
    return outcome(count);
}

result<std::vector<std::string>> sqlite_store::changed_since(const scope_key& scope, time_point since)
{
    std::vector<std::string> keys;
    const auto id = known_scope(scope);
    auto q = looked_up("SELECT DISTINCT key FROM audit WHERE scope = ? AND time >= ? AND outcome = 'done'"
                       " AND operation IN ('update', 'deactivate', 'remove') ORDER BY key");
    if (id) q.bind(*id).bind(to_number(since));
    while (id && q.next()) keys.push_back(q.text(0));
    return outcome(std::move(keys));
}

result<std::map<std::string, std::uint64_t>> sqlite_store::members_removed_since(const scope_key& scope,
                                                                                 time_point since)
{
    std::map<std::string, std::uint64_t> counts;
    const auto id = known_scope(scope);
    auto q = looked_up("SELECT l.key, sum(r.count) FROM members_removed r JOIN member_lists l ON l.id = r.list"
                       " WHERE r.time >= ? AND l.scope = ? GROUP BY l.key");
    if (id) q.bind(to_number(since)).bind(*id);
    while (id && q.next()) counts.emplace(q.text(0), static_cast<std::uint64_t>(q.number(1)));
    return outcome(std::move(counts));
}

} // namespace idferry::state::sqlite

#undef AUDIT_COLUMNS
#undef AUDIT_TABLES
#undef AUDIT_FITS
#undef AUDIT_NEWEST
