// Rejects, cycles and quarantine: what happened, and what waits for somebody.
#include "state/sqlite/sqlite_store.hpp"

#include <algorithm>

namespace idferry::state::sqlite {

namespace {

int bounded(std::int64_t attempts)
{
    return static_cast<int>(std::min<std::int64_t>(attempts, 1'000'000'000));
}

#define REJECT_COLUMNS                                                                                                 \
    "s.type, r.key, r.label, r.operation, r.error, r.attempts, r.first, r.next_try, r.attempt, r.dropped"              \
    " FROM scopes s JOIN rejects r ON r.scope = s.id"
#define CYCLE_COLUMNS "sync, started, ended, exit_code, summary, id"

cycle_row cycle_from(const query& q)
{
    return {mapping::sync_name(q.text(0)),
            to_time(q.number(1)),
            to_time(q.number(2)),
            static_cast<int>(q.number(3)),
            q.text(4),
            q.number(5)};
}

quarantine quarantine_from(const query& q)
{
    return {mapping::sync_name(q.text(0)), to_time(q.number(1)), q.text(2), q.number(3), to_time(q.number(4))};
}

} // namespace

result<std::vector<reject>> sqlite_store::rejects(const mapping::sync_name& sync, const reject_filter& only)
{
    std::vector<reject> all;
    static constexpr const char* of_sync = "SELECT " REJECT_COLUMNS " WHERE s.sync = ?1 AND (?2 = '' OR s.type = ?2)"
                                           " AND ?3 = '' ORDER BY s.type, r.key";
    static constexpr const char* of_key = "SELECT " REJECT_COLUMNS " WHERE s.sync = ?1 AND (?2 = '' OR s.type = ?2)"
                                          " AND r.key = ?3 ORDER BY s.type, r.key";
    auto q = looked_up(only.key.empty() ? of_sync : of_key);
    q.bind(sync.text()).bind(only.type).bind(only.key);
    while (q.next()) {
        const auto what = operation_from(q.view(3));
        if (!what) {
            db_->fail(error::kind::corrupt, "state " + db_->name() + ": a reject has an unknown operation");
            break;
        }
        all.push_back({{sync, q.text(0)},
                       mapping::source_key(q.text(1)),
                       q.text(2),
                       *what,
                       q.text(4),
                       bounded(q.number(5)),
                       to_time(q.number(6)),
                       to_time(q.number(7)),
                       q.text(8),
                       q.number(9) != 0});
    }
    return outcome(std::move(all));
}

result<reject_counts> sqlite_store::count_rejects(const mapping::sync_name& sync)
{
    reject_counts counts;
    auto q = looked_up("SELECT count(*), coalesce(sum(r.dropped), 0) FROM scopes s JOIN rejects r ON r.scope = s.id"
                       " WHERE s.sync = ?");
    if (q.bind(sync.text()).next()) {
        counts.dropped = static_cast<std::uint64_t>(q.number(1));
        counts.open = static_cast<std::uint64_t>(q.number(0)) - counts.dropped;
    }
    return outcome(counts);
}

void sqlite_store::apply(const put_reject& u)
{
    const auto& r = u.value;
    auto q = db_->prepare(
        "INSERT INTO rejects (scope, key, label, operation, error, attempts, first, next_try, attempt, dropped)"
        " VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (scope, key) DO UPDATE SET label = excluded.label,"
        " operation = excluded.operation, error = excluded.error,"
        " attempts = iif(attempt = excluded.attempt, attempts + 1, 1), next_try = excluded.next_try,"
        " attempt = excluded.attempt, dropped = excluded.dropped");
    q.bind(scope_id(r.scope)).bind(r.key.text()).bind(r.label).bind(std::string_view(to_string(r.what))).bind(r.error);
    q.bind(to_number(r.first)).bind(to_number(r.next_try)).bind(r.attempt).bind(std::int64_t{r.dropped ? 1 : 0}).run();
}

void sqlite_store::apply(const clear_reject& u)
{
    const auto id = known_scope(u.scope);
    if (id) db_->prepare("DELETE FROM rejects WHERE scope = ? AND key = ?").bind(*id).bind(u.key.text()).run();
}

void sqlite_store::apply(const retry_reject& u)
{
    const auto id = known_scope(u.scope);
    if (!id) return;
    db_->prepare("UPDATE rejects SET next_try = ?, dropped = 0 WHERE scope = ? AND key = ?")
        .bind(to_number(u.when))
        .bind(*id)
        .bind(u.key.text())
        .run();
}

void sqlite_store::apply(const drop_reject& u)
{
    const auto id = known_scope(u.scope);
    if (!id) return;
    db_->prepare("UPDATE rejects SET dropped = 1 WHERE scope = ? AND key = ?").bind(*id).bind(u.key.text()).run();
}

result<std::vector<mapping::sync_name>> sqlite_store::syncs()
{
    std::vector<mapping::sync_name> all;
    auto q = db_->prepare("SELECT sync FROM scopes UNION SELECT sync FROM cycles UNION SELECT sync FROM quarantine"
                          " UNION SELECT sync FROM list_sizes ORDER BY sync");
    while (q.next()) all.emplace_back(q.text(0));
    return outcome(std::move(all));
}

result<std::vector<cycle_row>> sqlite_store::recent_cycles(const mapping::sync_name& sync, std::size_t limit,
                                                           std::int64_t before)
{
    std::vector<cycle_row> rows;
    const auto most = static_cast<std::int64_t>(std::min<std::size_t>(limit, 1'000'000));
    if (before == 0) {
        auto q = db_->prepare("SELECT " CYCLE_COLUMNS " FROM cycles WHERE sync = ?"
                              " ORDER BY started DESC, id DESC LIMIT ?");
        q.bind(sync.text()).bind(most);
        while (q.next()) rows.push_back(cycle_from(q));
    } else {
        auto q =
            db_->prepare("SELECT " CYCLE_COLUMNS " FROM cycles WHERE sync = ?1 AND (started, id) <"
                         " (SELECT started, id FROM cycles WHERE id = ?2) ORDER BY started DESC, id DESC LIMIT ?3");
        q.bind(sync.text()).bind(before).bind(most);
        while (q.next()) rows.push_back(cycle_from(q));
    }
    return outcome(std::move(rows));
}

result<std::optional<cycle_row>> sqlite_store::cycle(std::int64_t id)
{
    std::optional<cycle_row> found;
    auto q = looked_up("SELECT " CYCLE_COLUMNS " FROM cycles WHERE id = ?");
    if (q.bind(id).next()) found = cycle_from(q);
    return outcome(std::move(found));
}

// The exit codes are those of `succeeded`.
result<std::optional<cycle_row>> sqlite_store::last_success(const mapping::sync_name& sync)
{
    std::optional<cycle_row> found;
    auto q = looked_up("SELECT " CYCLE_COLUMNS " FROM cycles WHERE sync = ? AND exit_code IN (0, 4)"
                       " ORDER BY started DESC, id DESC LIMIT 1");
    if (q.bind(sync.text()).next()) found = cycle_from(q);
    return outcome(std::move(found));
}

void sqlite_store::apply(const put_cycle& u)
{
    db_->prepare("INSERT INTO cycles (sync, started, ended, exit_code, summary) VALUES (?, ?, ?, ?, ?)")
        .bind(u.value.sync.text())
        .bind(to_number(u.value.started))
        .bind(to_number(u.value.ended))
        .bind(std::int64_t{u.value.exit_code})
        .bind(u.value.summary)
        .run();
}

void sqlite_store::apply(const forget_cycles& u)
{
    db_->prepare(
           "DELETE FROM cycles WHERE started < ?1 AND id NOT IN (SELECT last FROM (SELECT (SELECT x.id FROM cycles x"
           " WHERE x.sync = s.sync AND x.exit_code IN (0, 4) ORDER BY x.started DESC, x.id DESC LIMIT 1) AS last"
           " FROM (SELECT DISTINCT sync FROM cycles) s) WHERE last IS NOT NULL)")
        .bind(to_number(u.before))
        .run();
}

result<std::vector<quarantine>> sqlite_store::quarantines()
{
    std::vector<quarantine> all;
    auto q = db_->prepare("SELECT sync, since, reason, failures, next_probe FROM quarantine ORDER BY sync");
    while (q.next()) all.push_back(quarantine_from(q));
    return outcome(std::move(all));
}

result<std::optional<quarantine>> sqlite_store::find_quarantine(const mapping::sync_name& sync)
{
    std::optional<quarantine> found;
    auto q = looked_up("SELECT sync, since, reason, failures, next_probe FROM quarantine WHERE sync = ?");
    if (q.bind(sync.text()).next()) found = quarantine_from(q);
    return outcome(std::move(found));
}

void sqlite_store::apply(const put_quarantine& u)
{
    db_->prepare("INSERT OR REPLACE INTO quarantine (sync, since, reason, failures, next_probe) VALUES (?, ?, ?, ?, ?)")
        .bind(u.value.sync.text())
        .bind(to_number(u.value.since))
        .bind(u.value.reason)
        .bind(u.value.failures)
        .bind(to_number(u.value.next_probe))
        .run();
}

void sqlite_store::apply(const clear_quarantine& u)
{
    db_->prepare("DELETE FROM quarantine WHERE sync = ?").bind(u.sync.text()).run();
}

} // namespace idferry::state::sqlite

#undef CYCLE_COLUMNS
#undef REJECT_COLUMNS
